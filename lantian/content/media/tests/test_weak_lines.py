"""For weak lines: sound with a dark picture always, a small picture on demand, neither for longer than the live list."""

import io
from pathlib import Path

import av
import numpy as np
import pytest

from lantian.content.media.engine.dark import HEIGHT, WIDTH, dark_run, dark_track
from lantian.content.media.services import passing
from lantian.content.media.services.folder import SegmentRecord, StreamFolder
from lantian.content.media.services.follower import StreamFollower
from lantian.content.media.services.keys import KeyRing
from lantian.content.media.services.shrinker import StreamShrinker
from lantian.content.media.services.writer import SegmentWriter, open_writer
from lantian.content.media.tests.publisher import Publisher
from lantian.content.media.tests.support import capture, frames, lesson, playable, read_playlist, ring, sound


@pytest.fixture
def folder(tmp_path: Path) -> StreamFolder:
    return StreamFolder(tmp_path / "streams" / ("0" * 32))


def pieces(seconds: int = 12) -> list[bytes]:
    return [chunk.data for chunk in lesson(seconds)]


class Lesson:
    """A running lesson: its writer, and the two that follow."""

    def __init__(self, folder: StreamFolder) -> None:
        self.folder, self.keys = folder, ring(6)
        self.writer: SegmentWriter = open_writer(folder, self.keys)
        self.page = Publisher(pieces())
        self.follower = StreamFollower(folder, self.keys.secret, live=True)

    def run(self, share: float = 1.0) -> None:
        self.page.send(self.writer, round(len(self.page.chunks) * share))
        self.follower.step()

    def list_of(self, side: str) -> str:
        return (self.folder.path / side / "live.m3u8").read_text()


def test_sound_alone_is_there_from_the_first_segment_in_step_with_the_lesson(folder: StreamFolder) -> None:
    lesson = Lesson(folder)
    lesson.run()
    whole, alone = read_playlist(lesson.list_of("aac")), read_playlist(lesson.list_of("sound"))
    assert lesson.follower.made
    assert (alone.sequence, alone.durations, alone.keys) == (whole.sequence, whole.durations, whole.keys)
    (heard,) = playable(folder, "sound", lesson.keys, "live.m3u8")
    (recorded,) = playable(folder, "aac", lesson.keys, "live.m3u8")
    first, samples = sound(heard)
    assert first == sound(recorded)[0]
    assert np.array_equal(samples, sound(recorded)[1]), "the very same sound"
    with av.open(io.BytesIO(heard)) as opened:
        pictures = [
            (frame.width, frame.height, frame.to_ndarray(format="gray").max()) for frame in opened.decode(video=0)
        ]
    assert {size[:2] for size in pictures} == {(WIDTH, HEIGHT)}
    assert max(size[2] for size in pictures) <= 16, "dark"
    assert len(pictures) == pytest.approx(8 * 12, abs=3)


def test_sound_alone_takes_less_than_a_tenth_of_the_line_that_the_smallest_story_has(folder: StreamFolder) -> None:
    lesson = Lesson(folder)
    lesson.run()
    size = sum(path.stat().st_size for path in (folder.path / "sound").glob("*.m4s"))
    assert size * 8 / 12 < 80_000


def test_a_segment_of_any_length_is_dark_to_its_end() -> None:
    track = dark_track(3)
    for start, end in ((0, 400_000), (1_000_000, 2_013_000), (5_000_000, 17_000_000)):
        run = dark_run(track, start, end)
        assert run.start_us == start
        assert run.end_us == pytest.approx(end, abs=20)
        assert [sample.sync for sample in run.samples[:2]] == [True, False]
    assert track.id == 3


def test_the_small_picture_begins_where_players_are_and_follows(folder: StreamFolder) -> None:
    lesson = Lesson(folder)
    lesson.run(0.8)
    shrinker = StreamShrinker(folder, lesson.keys.secret)
    assert not shrinker.made
    shrinker.step()
    assert shrinker.made
    begun, whole = read_playlist(lesson.list_of("small")), read_playlist(lesson.list_of("aac"))
    assert len(begun.names) == 6
    assert begun.sequence + 6 == whole.sequence + len(whole.names), "up to the newest"
    lesson.run()
    shrinker.step()
    small = read_playlist(lesson.list_of("small"))
    (piece,) = playable(folder, "small", lesson.keys, "live.m3u8")
    with av.open(io.BytesIO(piece)) as opened:
        stream = opened.streams.video[0]
        assert (stream.width, stream.height) == (638, 360)
        keyframes = [float(frame.pts * frame.time_base) for frame in opened.decode(video=0) if frame.key_frame]
    assert len(keyframes) == len(small.names), "each segment begins with a keyframe, and has no other"
    first, samples = sound(piece)
    assert len(samples) / 48_000 == pytest.approx(sum(small.durations), abs=0.1)
    assert first == pytest.approx(keyframes[0], abs=0.1)


def test_who_cannot_keep_up_goes_on_with_the_newest(folder: StreamFolder) -> None:
    lesson = Lesson(folder)
    lesson.run(0.3)
    shrinker = StreamShrinker(folder, lesson.keys.secret)
    shrinker.step()
    lesson.run()
    shrinker.step(1)
    small = read_playlist(lesson.list_of("small"))
    assert len(small.names) == 1
    assert shrinker.behind
    shrinker.step()
    small, whole = read_playlist(lesson.list_of("small")), read_playlist(lesson.list_of("aac"))
    assert small.sequence + len(small.names) == whole.sequence + len(whole.names)


def test_a_rendition_that_begins_after_a_break_counts_it(folder: StreamFolder) -> None:
    lesson = Lesson(folder)
    lesson.run(0.5)
    second = Publisher(list(capture("chromium-156.mp4")[1]))
    second.send(lesson.writer)
    lesson.follower.step()
    shrinker = StreamShrinker(folder, lesson.keys.secret)
    shrinker.step()
    begun = read_playlist(lesson.list_of("small"))
    alone = read_playlist(lesson.list_of("sound"))
    assert (alone.discontinuity, sum(alone.breaks)) == (0, 1)
    assert begun.discontinuity + sum(begun.breaks) == 1
    assert len(playable(folder, "small", lesson.keys, "live.m3u8")) == 1 + sum(begun.breaks)


def test_nothing_of_it_stays_behind_and_no_replay_offers_it(folder: StreamFolder) -> None:
    lesson = Lesson(folder)
    lesson.run()
    shrinker = StreamShrinker(folder, lesson.keys.secret)
    shrinker.step()
    ladder = (folder.path / "ladder.m3u8").read_text()
    assert [line for line in ladder.splitlines() if line.endswith(".m3u8")] == [
        "av/live.m3u8",
        "aac/live.m3u8",
        "small/live.m3u8",
        "sound/live.m3u8",
    ]
    master = (folder.path / "master.m3u8").read_text()
    assert "sound/live.m3u8" in master, "a browser's own player may choose it"
    assert "small" not in master, "but not what may not be there"
    lesson.writer.finish()
    lesson.follower.step()
    shrinker.step()
    assert shrinker.ended
    assert sorted(path.name for path in folder.path.iterdir() if path.is_dir()) == ["aac", "av"]
    assert not (folder.path / "ladder.m3u8").exists()
    assert "sound" not in (folder.path / "replay.m3u8").read_text() + (folder.path / "master.m3u8").read_text()


def test_segments_go_once_nobody_can_ask_for_them(folder: StreamFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passing, "LINGER", 3)
    side = passing.PassingRendition(folder, "sound")
    track = dark_track(1)
    for number in range(40):
        record = SegmentRecord(
            sequence=number, epoch=0, name="", bytes=1, duration_us=1_000_000, start_us=number * 1_000_000,
            end_us=(number + 1) * 1_000_000, wall_ms=number * 1000, key="k",
        )  # fmt: skip
        side.add(record, (track,), [dark_run(track, record.start_us, record.end_us)], bytes(16), breaks=0)
    listed = read_playlist((folder.path / "sound" / "live.m3u8").read_text())
    assert listed.sequence == 10
    assert len(listed.names) == 30
    assert len(list((folder.path / "sound").glob("*.m4s"))) == 33


def test_a_follower_begun_anew_begins_these_anew(folder: StreamFolder) -> None:
    lesson = Lesson(folder)
    lesson.run(0.5)
    before = read_playlist(lesson.list_of("sound"))
    lesson.follower = StreamFollower(folder, lesson.keys.secret, live=True)
    lesson.run()
    after = read_playlist(lesson.list_of("sound"))
    assert after.sequence == before.sequence + len(before.names)
    assert len(list((folder.path / "sound").glob("*.m4s"))) == len(after.names), "what was left is gone"
    assert frames(playable(folder, "sound", lesson.keys, "live.m3u8")[0]) > 0


def test_a_stream_followed_when_it_is_over_has_no_sound_alone(folder: StreamFolder) -> None:
    keys: KeyRing = ring()
    writer = open_writer(folder, keys)
    Publisher(pieces()).send(writer)
    writer.finish()
    StreamFollower(folder, keys.secret).step()
    assert not (folder.path / "sound").exists()
