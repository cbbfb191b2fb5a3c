"""What is made of a stored lesson: an MP4 that anybody's player opens, and a look through it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import av
import numpy as np
import pytest

from lantian.content.media.engine.lesson.clock import read_clock
from lantian.content.media.engine.lesson.source import MIME, LessonSource
from lantian.content.media.errors import DiskFull, KeyLost, NothingToMake, Stopped
from lantian.content.media.services import (
    KeyRing,
    StoredLesson,
    StreamFolder,
    StreamFollower,
    look_through,
    make_film,
    open_writer,
)
from lantian.content.media.services.making import film as making
from lantian.content.media.services.making.hand import Hand, Lost, Unreadable
from lantian.content.media.tests.support import capture, lesson, ring, sound
from lantian.content.media.tests.test_other_recorders import muxed

START = 1_790_000_000_123
SMALL_START = 1_790_000_100_000


def calm(_part: float) -> None:
    """A progress that nobody watches."""


def stored(folder: Path, *recorders: tuple[str, list[bytes]], aac: bool = True) -> tuple[StreamFolder, KeyRing]:
    """A stream on disk, an epoch for each of the recorders' chunks."""
    keys, found = ring(8), StreamFolder(folder / ("a" * 32))
    writer = open_writer(found, keys)
    for mime, chunks in recorders:
        writer.open_epoch(str(uuid4()), mime)
        for number, chunk in enumerate(chunks):
            writer.feed(number, chunk)
        writer.close_epoch()
    writer.finish()
    if aac:
        StreamFollower(found, keys.secret).step()
    return found, keys


def spoken(seconds: int = 12) -> tuple[str, list[bytes]]:
    return MIME, [chunk.data for chunk in lesson(seconds)]


def smaller(seconds: int = 4) -> tuple[str, list[bytes]]:
    source = LessonSource(width=320, height=180, start_ms=SMALL_START)
    return MIME, [chunk.data for chunk in source.chunks(seconds, paced=False)]


def pictures(path: Path) -> list[tuple[float, Any]]:
    """Times (s) and grey pictures of a file, as an independent player sees them."""
    with av.open(str(path)) as opened:
        return [(float(frame.time), frame.to_ndarray(format="gray")) for frame in opened.decode(video=0)]


def boxes(path: Path) -> list[str]:
    """Names of the outermost boxes, in order."""
    data, at, names = path.read_bytes(), 0, []
    while at < len(data):
        size = int.from_bytes(data[at : at + 4], "big")
        names.append(data[at + 4 : at + 8].decode())
        at += int.from_bytes(data[at + 8 : at + 16], "big") if size == 1 else size
    return names


def test_a_lesson_becomes_a_file_whose_pictures_and_sound_are_the_recorded_ones(tmp_path: Path) -> None:
    folder, keys = stored(tmp_path, spoken())
    target = tmp_path / "film.mp4"
    facts = make_film(
        StoredLesson(folder, keys.secret), target, reserve_bytes=0, chapters=[(0, "开头"), (5.5, "例题")], progress=calm
    )
    assert (facts.seconds, facts.pictures_anew, facts.sound_anew, facts.lost) == (pytest.approx(12, abs=0.05), 0, 0, 0)
    assert facts.bytes == target.stat().st_size
    assert boxes(target) == ["ftyp", "moov", "mdat"]  # a player can begin before the rest is there
    seen = pictures(target)
    assert len(seen) == 144
    for at, grey in seen[::24]:
        assert read_clock(grey) == pytest.approx(START + at * 1000, abs=90)
    begin, pcm = sound(target.read_bytes())
    assert begin == pytest.approx(0, abs=0.03)
    assert len(pcm) / 48_000 == pytest.approx(12, abs=0.05)
    with av.open(str(target)) as opened:
        told = [(each["start"] * float(each["time_base"]), each["metadata"]["title"]) for each in opened.chapters()]
    assert told == [(0, "开头"), (5.5, "例题")]


def test_what_a_second_recorder_made_in_another_size_is_encoded_to_fit_and_nothing_else_is(tmp_path: Path) -> None:
    folder, keys = stored(tmp_path, spoken(6), smaller(4), spoken(6))
    target = tmp_path / "film.mp4"
    facts = make_film(StoredLesson(folder, keys.secret), target, reserve_bytes=0, progress=calm)
    assert facts.pictures_anew == pytest.approx(4, abs=0.1)
    assert facts.sound_anew == 0
    seen = pictures(target)
    assert {grey.shape for _at, grey in seen} == {(240, 426)}
    times = [at for at, _grey in seen]
    assert times == sorted(set(times))
    assert times[-1] == pytest.approx(16, abs=0.15)
    middle = next(grey for at, grey in seen if at >= 8)
    small = av.VideoFrame.from_ndarray(middle, format="gray").reformat(width=320, height=180).to_ndarray()
    assert read_clock(small) == pytest.approx(SMALL_START + 2000, abs=200)
    last = next(grey for at, grey in seen if at >= 12)
    assert read_clock(last) == pytest.approx(START + 2000, abs=200)


def test_sound_of_another_rate_and_a_stretch_without_any_stay_in_step(tmp_path: Path) -> None:
    tone = (MIME, [muxed("aac", "frag_keyframe+empty_moov+default_base_moof", 4)])
    folder, keys = stored(tmp_path, spoken(8), tone, aac=False)  # only Opus and AAC as recorded: no rendition was made
    target = tmp_path / "film.mp4"
    facts = make_film(StoredLesson(folder, keys.secret), target, reserve_bytes=0, progress=calm)
    assert facts.sound_anew == pytest.approx(8, abs=0.1)  # the Opus; the AAC is taken as it is
    _begin, pcm = sound(target.read_bytes())
    assert len(pcm) / 48_000 == pytest.approx(12, abs=0.1)
    loud = [float(np.sqrt(np.mean(pcm[at * 48_000 : (at + 1) * 48_000] ** 2))) for at in (9, 10)]
    assert all(level > 0.1 for level in loud)  # the tone of 440 Hz


@pytest.mark.parametrize("anew", [False, True])
def test_pictures_that_are_decoded_in_another_order_are_shown_in_theirs(tmp_path: Path, anew: bool) -> None:
    ahead = (MIME, [muxed("aac", "frag_keyframe+empty_moov+default_base_moof", 4, ahead=2)])
    folder, keys = stored(tmp_path, *([spoken(6)] if anew else []), ahead)
    target = tmp_path / "film.mp4"
    facts = make_film(StoredLesson(folder, keys.secret), target, reserve_bytes=0, progress=calm)
    assert facts.pictures_anew == pytest.approx(4 if anew else 0, abs=0.1)
    seen = [(at, grey) for at, grey in pictures(target) if at >= (6 if anew else 0)]
    assert len(seen) == 100
    assert seen[0][0] == pytest.approx(6 if anew else 0, abs=0.1)
    shades = [
        float(grey[80:100, 150:170].mean()) for _at, grey in seen
    ]  # each picture is a shade lighter than the one before
    assert shades == sorted(shades)
    assert shades[-1] - shades[0] > 60


def test_a_chromium_of_before_mp4_gives_a_film_too(tmp_path: Path) -> None:
    mime, blobs = capture("chromium-156.webm")
    folder, keys = stored(tmp_path, (mime, list(blobs)))
    target = tmp_path / "film.mp4"
    facts = make_film(StoredLesson(folder, keys.secret), target, reserve_bytes=0, progress=calm)
    assert facts.pictures_anew == 0
    assert len(pictures(target)) > 20


def test_a_cut_film_has_what_lies_inside_alone(tmp_path: Path) -> None:
    folder, keys = stored(tmp_path, spoken())
    target = tmp_path / "film.mp4"
    part = StoredLesson(folder, keys.secret, first=3, last=6)
    facts = make_film(part, target, reserve_bytes=0, progress=calm)
    assert facts.seconds == pytest.approx(4, abs=0.1)
    seen = pictures(target)
    assert read_clock(seen[0][1]) == pytest.approx(START + 3000, abs=100)
    assert len(seen) == 48


def test_a_segment_that_is_gone_is_left_out_and_told(tmp_path: Path) -> None:
    folder, keys = stored(tmp_path, spoken())
    stored_lesson = StoredLesson(folder, keys.secret)
    (folder.aac.path / stored_lesson.segments[4].name).unlink()
    target = tmp_path / "film.mp4"
    facts = make_film(stored_lesson, target, reserve_bytes=0, progress=calm)
    assert facts.lost == 1
    times = [at for at, _grey in pictures(target)]
    assert len(times) == 132
    assert times[-1] == pytest.approx(11.9, abs=0.1)  # the picture before it stands meanwhile


def test_who_stops_it_finds_nothing_left_behind(tmp_path: Path) -> None:
    folder, keys = stored(tmp_path, spoken())
    made = tmp_path / "made"
    made.mkdir()

    def stop(part: float) -> None:
        if part > 0.5:
            raise Stopped

    with pytest.raises(Stopped):
        make_film(StoredLesson(folder, keys.secret), made / "film.mp4", reserve_bytes=0, progress=stop)
    assert list(made.iterdir()) == []


def test_a_full_disk_is_said_before_and_while_it_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, keys = stored(tmp_path, spoken())
    target = tmp_path / "made" / "film.mp4"
    target.parent.mkdir()
    with pytest.raises(DiskFull):
        make_film(StoredLesson(folder, keys.secret), target, reserve_bytes=1 << 60, progress=calm)
    monkeypatch.setattr(making, "_append", _full)
    with pytest.raises(DiskFull):
        make_film(StoredLesson(folder, keys.secret), target, reserve_bytes=0, progress=calm)
    assert list(target.parent.iterdir()) == []


def _full(_source: Path, _out: object) -> None:
    raise OSError(28, "No space left on device")


def test_without_keys_there_is_nothing_to_make(tmp_path: Path) -> None:
    folder, _keys = stored(tmp_path, spoken())

    def lost(key: UUID) -> bytes:
        raise KeyLost(str(key))

    with pytest.raises(NothingToMake):
        make_film(StoredLesson(folder, lost), tmp_path / "film.mp4", reserve_bytes=0, progress=calm)
    with pytest.raises(NothingToMake):
        look_through(StoredLesson(folder, lost), tmp_path / "made", progress=calm)


def test_looking_through_gives_pictures_a_poster_and_the_sounds_shape(tmp_path: Path) -> None:
    folder, keys = stored(tmp_path, spoken(), smaller(4))
    parts: list[float] = []
    found = look_through(StoredLesson(folder, keys.secret), tmp_path / "made", progress=parts.append)
    assert found.stills is not None
    assert found.lost == 0
    assert parts == sorted(parts)
    made = tmp_path / "made"
    assert {path.name for path in made.iterdir()} == {found.stills.name, found.poster, found.wave}
    assert (found.stills.every, found.stills.count) == (5.0, 4)  # at 0, 5, 10 and 15 s
    wave = json.loads((made / found.wave).read_text())
    assert len(wave["peaks"]) * wave["step"] == pytest.approx(16, abs=0.1)
    assert max(wave["peaks"]) > 20  # the tick of each second
    from PIL import Image

    with Image.open(made / found.stills.name) as sheet:
        assert sheet.size == (1600, 90)
    with Image.open(made / found.poster) as poster:
        assert poster.width <= 640


def test_a_child_that_dies_of_a_segment_costs_that_segment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, keys = stored(tmp_path, spoken())
    whole, asked = Hand.ask, []

    def ask(self: Hand, do: str, data: bytes = b"", **facts: Any) -> Any:
        asked.append(do)
        if do == "look" and asked.count("look") == 5:
            self.end()
            raise Lost("gone")
        return whole(self, do, data, **facts)

    monkeypatch.setattr(Hand, "ask", ask)
    found = look_through(StoredLesson(folder, keys.secret), tmp_path / "made", progress=calm)
    assert found.lost == 1
    assert asked.count("look") == 12
    assert asked.count("init") == 2


def _hand(kind: Callable[[], Hand] = Hand) -> Hand:
    return kind()


def test_bytes_that_are_no_pictures_are_refused_and_the_child_goes_on(tmp_path: Path) -> None:
    folder, keys = stored(tmp_path, spoken())
    part = StoredLesson(folder, keys.secret).parts[0]
    data = StoredLesson(folder, keys.secret).clear(part.segments[0])
    assert data is not None
    with _hand() as hand:
        with pytest.raises(Unreadable):
            hand.ask("init", b"nothing of the kind")
        with pytest.raises(Unreadable):
            hand.ask("look", data, tile=None)  # no initialisation yet
        hand.ask("init", part.head)
        said, pixels = hand.ask("look", data, tile=[64, 36])
        assert len(pixels) == said["width"] * said["height"] * 3
        with pytest.raises(Unreadable):
            hand.ask("look", data[:200], tile=None)
        assert hand.ask("look", data, tile=None)[0]["mean"] is not None


def test_the_child_may_write_no_file_and_has_no_network(tmp_path: Path) -> None:
    """What `kernel.confined` takes away is tried there; here, that this child asks for it."""
    with _hand() as hand:
        hand_pid = hand._process.pid
        folder, keys = stored(tmp_path, spoken())
        hand.ask("init", StoredLesson(folder, keys.secret).parts[0].head)  # it has begun to serve: all is shed
        limits = Path(f"/proc/{hand_pid}/limits").read_text()
        assert any(line.startswith("Max file size") and line.split()[3] == "0" for line in limits.splitlines())
        assert "NoNewPrivs:\t1" in Path(f"/proc/{hand_pid}/status").read_text()
        assert int(Path(f"/proc/{hand_pid}/oom_score_adj").read_text()) >= 800, (
            "before the database, where memory runs out"
        )
