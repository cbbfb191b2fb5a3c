"""From chunks to a replay on disk: encryption, epochs, keys, crashes at every step, the follower."""

import contextlib
import json
import os
import random
import signal
import struct
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

import pytest

from lantian.content.media.engine.crypto import ROTATE_AFTER_MS, ContentKey, new_secret
from lantian.content.media.engine.cutter import Fmp4Cutter
from lantian.content.media.engine.lesson.source import MIME
from lantian.content.media.engine.model import ChunkGap, MediaFault
from lantian.content.media.errors import DiskFull, KeyLost, NoKey, StaleEpoch, StreamClosed, StreamTooLong
from lantian.content.media.services import folder as disk
from lantian.content.media.services import writer as writing
from lantian.content.media.services.folder import StreamFolder, used_keys
from lantian.content.media.services.follower import StreamFollower, follow_to_end
from lantian.content.media.services.keys import KeyRing
from lantian.content.media.services.space import Room
from lantian.content.media.services.writer import SegmentWriter, StreamLimits, open_writer
from lantian.content.media.tests.publisher import Publisher
from lantian.content.media.tests.support import (
    capture,
    cut_lesson,
    frames,
    lesson,
    playable,
    read_playlist,
    ring,
    sound,
)

PICTURES = 144  # of the 12-second lesson


@pytest.fixture
def folder(tmp_path: Path) -> StreamFolder:
    return StreamFolder(tmp_path / "streams" / ("0" * 32))


def pieces(size: int = 7000, seconds: int = 12) -> list[bytes]:
    data = b"".join(chunk.data for chunk in lesson(seconds))
    return [data[at : at + size] for at in range(0, len(data), size)]


def pictures(folder: StreamFolder, keys: KeyRing, rendition: str = "av") -> list[int]:
    return [frames(piece) for piece in playable(folder, rendition, keys)]


def test_a_lesson_becomes_encrypted_segments_and_a_replay(folder: StreamFolder) -> None:
    keys = ring()
    writer = open_writer(folder, keys)
    Publisher(pieces()).send(writer)
    live = read_playlist((folder.av.path / "live.m3u8").read_text())
    assert not live.ended
    assert len(live.names) == 12
    writer.finish()
    assert pictures(folder, keys) == [PICTURES]
    replay = read_playlist((folder.av.path / "replay.m3u8").read_text())
    assert replay.ended
    assert sum(replay.durations) == pytest.approx(12.0, abs=0.06)
    assert writer.seconds == pytest.approx(12.0, abs=0.06)
    assert writer.bytes == sum(path.stat().st_size for path in folder.av.path.glob("*.m4s"))
    assert "av/replay.m3u8" in (folder.path / "replay.m3u8").read_text()
    assert 'CODECS="avc1.42c015,opus"' in (folder.path / "master.m3u8").read_text()
    assert read_playlist((folder.av.path / "live.m3u8").read_text()).ended
    clear = b"".join(segment.data for segment in cut_lesson()[1])
    assert not any(path.read_bytes()[:64] in clear for path in folder.av.path.glob("*.m4s"))
    with pytest.raises(StreamClosed):
        writer.open_epoch(str(uuid4()), MIME)


def test_files_are_readable_by_user_and_group_only(folder: StreamFolder) -> None:
    writer = open_writer(folder, ring())
    Publisher(pieces()).send(writer)
    writer.finish()
    for path in folder.path.rglob("*"):
        assert path.stat().st_mode & 0o007 == 0
    assert not list(folder.path.rglob("*.tmp"))


def test_a_cut_connection_goes_on_and_a_reload_is_a_new_epoch(folder: StreamFolder) -> None:
    keys = ring()
    writer = open_writer(folder, keys)
    first, second = Publisher(pieces()), Publisher(list(capture("chromium-156.mp4")[1]))
    first.send(writer, 20)
    first.send(writer, 40)
    second.send(writer)
    with pytest.raises(StaleEpoch):
        first.send(writer)
    writer.finish()
    counts = pictures(folder, keys)
    assert len(counts) == 2
    assert counts[1] == 90
    replay = read_playlist((folder.av.path / "replay.m3u8").read_text())
    assert sum(replay.breaks) == 1
    assert len(set(replay.keys)) == 2, "each epoch has its own key"


def test_repeats_gaps_and_faults_leave_the_stream_whole(folder: StreamFolder) -> None:
    keys = ring()
    writer = open_writer(folder, keys)
    chunks = pieces()
    page = Publisher(chunks)
    page.send(writer, 30)
    before = writer.segments
    assert writer.feed(3, chunks[3]).segments == ()
    with pytest.raises(ChunkGap) as gap:
        writer.feed(50, chunks[50])
    assert gap.value.next_chunk == 30
    with pytest.raises(MediaFault):
        writer.feed(30, b"\0\0\0\1" * 5000)
    with pytest.raises(StaleEpoch):
        writer.feed(31, chunks[31])
    with pytest.raises(StaleEpoch):
        page.send(writer)
    Publisher(list(capture("chromium-156.mp4")[1])).send(writer)
    writer.finish()
    assert writer.segments == before + 6
    assert pictures(folder, keys)[1] == 90


def test_keys_turn_with_epochs_and_every_ten_minutes_but_never_stop_a_lesson(folder: StreamFolder) -> None:
    asked: list[int] = []

    def supply() -> ContentKey:
        asked.append(1)
        if len(asked) in {2, 3}:
            raise ConnectionError("no database")
        return ContentKey(uuid4(), len(asked) + 1, new_secret())

    keys = KeyRing([ContentKey(uuid4(), number, new_secret()) for number in (0, 1)], supply=supply)
    assert len(keys.handed_out()) == 2
    writer = open_writer(folder, keys)
    Publisher(pieces()).send(writer)
    used = used_keys(folder)
    assert len(used) == 1
    for _ in range(3):
        writer._key_since_ms -= ROTATE_AFTER_MS
        Publisher(list(capture("chromium-156.mp4")[1])).send(writer)
    writer.finish()
    assert 2 <= len(used_keys(folder)) <= 4
    assert sum(pictures(folder, keys)) == PICTURES + 3 * 90


def test_without_any_key_no_epoch_begins(folder: StreamFolder) -> None:
    writer = open_writer(folder, KeyRing([]))
    with pytest.raises(NoKey):
        writer.open_epoch(str(uuid4()), MIME)


def test_bounds_of_a_stream(folder: StreamFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    writer = open_writer(folder, ring(), bounds=StreamLimits(bytes=150_000))
    with pytest.raises(StreamTooLong):
        Publisher(pieces()).send(writer)
    assert writer.bytes <= 150_000
    writer = open_writer(folder, ring())
    monkeypatch.setattr(writing, "room_for_lesson", lambda *_a, **_k: Room(10, 1 << 30, 0))
    with pytest.raises(DiskFull):
        writer.open_epoch(str(uuid4()), MIME)


def test_a_disk_that_refuses_a_write_is_reported_and_the_stream_goes_on(
    folder: StreamFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = ring()
    writer = open_writer(folder, keys)
    page = Publisher(pieces())
    page.send(writer, 30)

    def full(*_args: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(disk, "write_whole", full)
        with pytest.raises(DiskFull):
            page.send(writer)
    again = open_writer(StreamFolder(folder.path), KeyRing(keys._keys, used=used_keys(folder)))
    page.send(again)
    again.finish()
    assert pictures(folder, keys) == [PICTURES]


def test_bytes_that_nobody_foresaw_are_the_recorders_fault_and_do_not_keep_the_lesson_from_its_end(
    folder: StreamFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unforeseen(*_args: object) -> None:
        raise struct.error("argument out of range")

    writer = open_writer(folder, ring())
    Publisher(pieces()).send(writer, 20)
    with monkeypatch.context() as patch:
        patch.setattr(Fmp4Cutter, "feed", unforeseen)
        with pytest.raises(MediaFault):
            writer.feed(20, b"")
        with pytest.raises(StaleEpoch):
            writer.feed(20, b"")
    Publisher(pieces()).send(writer, 20)
    monkeypatch.setattr(Fmp4Cutter, "finish", unforeseen)
    writer.finish()
    assert StreamFolder(folder.path).av.load().ended


def test_a_lesson_ends_though_its_last_second_finds_no_room(
    folder: StreamFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_room(*_args: object) -> None:
        raise DiskFull

    mime, blobs = capture("chromium-156.webm")  # WebM tells of a second's end only by the next one's beginning
    writer = open_writer(folder, ring())
    Publisher(list(blobs), mime).send(writer, len(blobs) - 1)
    monkeypatch.setattr(SegmentWriter, "_check_room", no_room)
    assert writer.finish() == ()
    assert StreamFolder(folder.path).av.load().ended


def test_a_line_that_the_disk_took_only_in_part_is_no_line(
    folder: StreamFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = ring()
    writer = open_writer(folder, keys)
    page = Publisher(pieces())
    page.send(writer, 30)
    known = StreamFolder(folder.path).av.load()
    written = os.write
    with monkeypatch.context() as patch:
        patch.setattr(disk.os, "write", lambda descriptor, data: written(descriptor, data[:11]))
        with pytest.raises(DiskFull):
            page.send(writer)
    assert StreamFolder(folder.path).av.load() == known
    again = Publisher(pieces())
    again.send(writer)
    writer.finish()
    assert sum(pictures(folder, keys)) > PICTURES


# --- crashes ---------------------------------------------------------------------------------------------------------------


class Crash(BaseException):
    """The process dies here."""


class Faulty:
    """Lets `left` operations on the disk pass, then dies in the middle of the next."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, left: int) -> None:
        self.left = left
        self.write, self.append = disk.write_whole, disk.Rendition.append
        monkeypatch.setattr(disk, "write_whole", self.torn_write)
        monkeypatch.setattr(disk.Rendition, "append", lambda side, record: self.torn_append(side, record))

    def dies(self) -> bool:
        self.left -= 1
        return self.left == -1

    def torn_write(self, path: Path, data: bytes) -> None:
        if self.dies():
            path.with_name(f"{path.name}.dead.tmp").write_bytes(data[: len(data) // 2])
            raise Crash
        self.write(path, data)

    def torn_append(self, side: disk.Rendition, record: disk.Record) -> None:
        if self.dies():
            with (side.path / disk.INDEX).open("ab") as handle:
                handle.write(disk._encode(record)[:-9])
            raise Crash
        self.append(side, record)


@pytest.mark.parametrize("left", range(0, 44, 3))
def test_a_crash_at_any_step_loses_nothing_that_was_acked(
    folder: StreamFolder, monkeypatch: pytest.MonkeyPatch, left: int
) -> None:
    keys = ring()
    page = Publisher(pieces())
    with monkeypatch.context() as patch:
        Faulty(patch, left)
        with suppress(Crash):
            writer = open_writer(folder, keys)
            page.send(writer)
            writer.finish()
    again = StreamFolder(folder.path)
    used = used_keys(again)
    writer = open_writer(again, KeyRing(keys._keys, used=used))
    if not writer.ended:
        page.send(writer)
    writer.finish()
    assert not [path for path in folder.path.rglob("*.tmp") if path.parent == folder.av.path and ".m4s" in path.name]
    assert pictures(folder, keys) == [PICTURES]
    index = [json.loads(line) for line in (folder.av.path / "index.jsonl").read_bytes().splitlines()]
    assert [line["sequence"] for line in index if line["t"] == "segment"] == list(range(12))


@pytest.mark.parametrize("left", range(1, 40, 4))
def test_a_follower_that_dies_at_any_step_goes_on_without_a_seam(
    folder: StreamFolder, monkeypatch: pytest.MonkeyPatch, left: int
) -> None:
    keys = ring()
    writer = open_writer(folder, keys)
    Publisher(pieces()).send(writer)
    writer.finish()
    with monkeypatch.context() as patch:
        Faulty(patch, left)
        with suppress(Crash):
            StreamFollower(folder, keys.secret).step()
    follower = follow_to_end(folder, keys.secret)
    assert follower.ended
    (piece,) = playable(folder, "aac", keys)
    assert frames(piece) == PICTURES
    start, pcm = sound(piece)
    assert start < 0.05
    assert len(pcm) / 48_000 == pytest.approx(12.0, abs=0.08)


@pytest.mark.slow
def test_kill_9_at_random_moments(folder: StreamFolder, tmp_path: Path) -> None:
    """A real process, killed again and again while it writes; the page resends from where the next one asks."""
    keys = ring(2)
    secrets = json.dumps([(str(key.id), key.secret.hex()) for key in keys._keys])
    source = tmp_path / "lesson.bin"
    source.write_bytes(b"".join(chunk.data for chunk in lesson(12)))
    client, chance = str(uuid4()), random.Random(7)
    run = (
        "import sys, django; from django.conf import settings;"
        "settings.configure(INSTALLED_APPS=['procrastinate.contrib.django', 'lantian.kernel.journal', 'lantian.content.media']);"
        "django.setup(); from lantian.content.media.tests.publisher import main; main(*sys.argv[1:])"
    )
    command = [sys.executable, "-c", run, str(folder.path), secrets, client, str(source), "900"]
    acked, done, kills = -1, False, 0
    while not done and kills < 20:
        child = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=dict(os.environ)
        )
        assert child.stdout
        assert child.stdin
        child.stdin.write("\n" * 4)  # it may be so many chunks ahead: killed while it writes, never after its end
        limit = chance.randint(30, 110) if kills < 4 else 1 << 30
        for lines, line in enumerate(child.stdout, 1):
            with contextlib.suppress(BrokenPipeError):  # it has all it needs and is gone
                child.stdin.write("\n")
                child.stdin.flush()
            word, *numbers = line.split()
            if word == "start":
                assert int(numbers[0]) > acked, "the server asks for something the page has thrown away"
            elif word == "ack":
                acked = max(acked, int(numbers[0]))
            done = done or word == "done"
            if lines == limit:
                time.sleep(chance.random() * 0.004)
                child.send_signal(signal.SIGKILL)
                kills += 1
                break
        assert child.wait() in {0, -signal.SIGKILL}
        child.stdout.close()
        with contextlib.suppress(BrokenPipeError):
            child.stdin.close()
    assert kills == 4
    assert pictures(folder, keys) == [PICTURES]


# --- the follower ------------------------------------------------------------------------------------------------------------


def test_the_follower_keeps_up_takes_pictures_and_finishes(folder: StreamFolder) -> None:
    keys = ring()
    writer = open_writer(folder, keys)
    follower = StreamFollower(folder, keys.secret)
    page = Publisher(pieces(seconds=24))
    for until in range(10, len(page.chunks), 10):
        page.send(writer, until)
        follower.step()
        assert follower._history.next_sequence == writer.history.next_sequence
    assert (folder.path / follower.poster).read_bytes()[:2] == b"\xff\xd8"
    assert (folder.path / follower.poster).stat().st_size < 40_000
    page.send(writer)
    Publisher(list(capture("chromium-156.webm")[1]), capture("chromium-156.webm")[0]).send(writer)
    writer.finish()
    follower.step()
    assert follower.ended
    assert follower.lost == 0
    assert pictures(folder, keys, "aac") == [288, 90]
    for piece, seconds in zip(playable(folder, "aac", keys), (24.0, 6.04), strict=True):
        start, pcm = sound(piece)
        assert start + len(pcm) / 48_000 == pytest.approx(seconds, abs=0.03), "sound goes on to the epoch's very end"
    av, aac = (read_playlist((folder.path / side / "replay.m3u8").read_text()) for side in ("av", "aac"))
    assert (av.durations, av.breaks, av.keys) == (aac.durations, aac.breaks, aac.keys)
    for name in ("master.m3u8", "replay.m3u8"):
        text = (folder.path / name).read_text()
        assert "mp4a.40.2" in text
        assert "opus" in text


def test_a_long_way_behind_is_caught_up_in_bounded_steps(folder: StreamFolder) -> None:
    keys = ring()
    writer = open_writer(folder, keys)
    Publisher(pieces()).send(writer)
    writer.finish()
    follower = StreamFollower(folder, keys.secret)
    assert [follower.step(5), follower.step(5)] == [5, 5]
    assert follower.behind
    assert not follower.ended
    assert follower.step(5) == 2
    assert not follower.behind
    assert follower.ended
    assert pictures(folder, keys, "aac") == [PICTURES]


def test_a_segment_may_be_passed_over_without_being_opened(folder: StreamFolder) -> None:
    keys = ring()
    writer = open_writer(folder, keys)
    Publisher(pieces()).send(writer)
    writer.finish()
    StreamFollower(folder, keys.secret).step(3)
    follower = StreamFollower(folder, keys.secret, pass_over=True)
    follower.step()
    assert follower.ended
    assert follower.lost == 1
    assert [record.sequence for record in folder.aac.load().segments if not record.bytes] == [3]


def test_a_stream_without_sound_or_with_aac_is_linked_not_coded(folder: StreamFolder) -> None:
    from lantian.content.media.engine.lesson.source import LessonSource

    keys = ring()
    writer = open_writer(folder, keys)
    silent = LessonSource(width=426, height=240, sound=False, start_ms=0)
    Publisher([chunk.data for chunk in silent.chunks(5, paced=False)]).send(writer)
    writer.finish()
    follow_to_end(folder, keys.secret)
    assert pictures(folder, keys, "aac") == [60]
    one = next(folder.aac.path.glob("*.m4s"))
    assert one.stat().st_nlink == 2


def test_a_lost_key_leaves_a_hole_in_the_rendition_but_not_in_its_count(folder: StreamFolder) -> None:
    keys, missing = ring(), ring(1)
    writer = open_writer(folder, keys)
    Publisher(pieces()).send(writer)
    Publisher(list(capture("chromium-156.mp4")[1])).send(writer)
    writer.finish()
    with pytest.raises(KeyLost):
        missing.secret(uuid4())
    half = KeyRing(keys._keys[1:])
    follower = follow_to_end(folder, half.secret)
    assert follower.lost == 12
    listed = read_playlist((folder.aac.path / "replay.m3u8").read_text())
    assert len(listed.names) == 18


def test_times_in_playlists_follow_the_servers_clock(folder: StreamFolder) -> None:
    writer: SegmentWriter = open_writer(folder, ring())
    Publisher(pieces()).send(writer, now_ms=1_790_000_010_000)
    first, last = writer.history.segments[0], writer.history.segments[-1]
    assert first.wall_ms == 1_790_000_010_000 - first.end_us // 1000
    assert last.wall_ms == first.wall_ms + last.start_us // 1000
