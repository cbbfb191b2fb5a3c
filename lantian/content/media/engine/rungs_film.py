"""A film that somebody brings, made into parts of all its renditions: opened, judged, read once from the beginning to the end.

    film = Source(file)                 # what it is
    maker = Maker(Source(file), film.shape(), Place())
    maker.heads                         # an initialisation part for each rendition
    for part in maker.parts(): …        # each with one piece for each rendition

Whoever was cut off goes on with the `Place` behind the last part that they have: parts are cut at the same moments again.
"""

import contextlib
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

import av

from lantian.content.media.engine.fragments import write_fragment, write_init
from lantian.content.media.engine.model import US, MediaFault
from lantian.content.media.engine.rungs import TICKS, Encoded, Passed, Pictures, Rung, begins_anew, drawn, rungs_of
from lantian.content.media.engine.rungs_sound import Sound, sound_of

PART = 6 * TICKS  # of a film that is encoded
LEAST_PART = 4 * TICKS  # of one that is passed through: the next picture after that which needs no other
APART = TICKS * 9 // (10 * 30)  # at most some thirty pictures a second
PASSED_BITS, PASSED_PIXELS, PASSED_LONGEST = 8_000_000, 1920 * 1088, 1920
PASSED_GAP, PROBED = 10 * TICKS, 60 * TICKS
PIXELS_MOST = 100_000_000
HELD_MOST = 64 << 20  # bytes that wait for sound
MOST_CHAPTERS, TITLE_MOST = 100, 80
LEAD_US = US  # before the place where one goes on: sound overlaps


@dataclass(frozen=True, slots=True)
class Shape:
    """The picture as it is to be shown, how it is turned for that, and whether it can be passed through."""

    width: int
    height: int
    turned: int
    passes: bool


@dataclass(frozen=True, slots=True)
class Place:
    """Behind some parts: how many there were, where the next begins (ticks), how many frames of sound there were."""

    part: int = 0
    at: int = 0
    sound: int = 0


@dataclass(frozen=True, slots=True)
class Part:
    """From `at` on, `span` ticks long; a piece for each rendition, and how many frames of sound there are behind it."""

    at: int
    span: int
    sound: int
    pieces: tuple[bytes, ...]


class Source:
    """An open film. Raises MediaFault, av.FFmpegError."""

    def __init__(self, file: BinaryIO) -> None:
        file.seek(0)
        self.file = file
        self.container = av.open(file, mode="r", metadata_errors="surrogateescape")
        cover = av.stream.Disposition.attached_pic
        moving = [one for one in self.container.streams.video if not one.disposition & cover]
        if not moving:
            raise MediaFault("unsupported_codec", "no picture")
        self.picture = moving[0]
        self.picture.codec_context.thread_count = 1
        self.sound = next(iter(self.container.streams.audio), None)
        self.base_us = self.container.start_time or 0
        self.seconds = (self.container.duration or 0) / US

    def ticks(self, stamp: int) -> int:
        """When a picture is shown, of its own stamp."""
        return round(stamp * (self.picture.time_base or 0) * TICKS) - self.base_us * TICKS // US

    def chapters(self) -> list[tuple[float, str]]:
        """Seconds and titles, as the film has them."""
        found = []
        for one in self.container.chapters()[:MOST_CHAPTERS]:
            title = " ".join(_read(str(one["metadata"].get("title", ""))).split())[:TITLE_MOST]
            at = float(one["start"] * (one["time_base"] or 0)) - self.base_us / US
            found.append((round(max(0.0, at), 3), title))
        return found

    def shape(self) -> Shape:
        """Looks at the beginning, and leaves the film unusable for all else."""
        frame, passes = self._probed()
        width, height = frame.width, frame.height
        if width * height > PIXELS_MOST:
            raise MediaFault("oversize", f"{width} x {height}")
        ratio = self.picture.sample_aspect_ratio or 1
        turned = round(frame.rotation / 90) % 4 * 90
        square = ratio in (0, 1) or not 0.1 < ratio < 10
        if not square:
            width = max(2, round(width * float(ratio)))
        if turned in (90, 270):
            width, height = height, width
        passes = passes and square and not turned and self._fits(width, height)
        return Shape(width, height, turned, passes)

    def _fits(self, width: int, height: int) -> bool:
        context = self.picture.codec_context
        bits = self.container.bit_rate or 0
        return (
            context.name == "h264"
            and context.pix_fmt in ("yuv420p", "yuvj420p")
            and bytes(context.extradata or b"\0")[:1] == b"\1"
            and bytes(context.extradata or b"")[4] & 3 == 3
            and width * height <= PASSED_PIXELS
            and max(width, height) <= PASSED_LONGEST
            and width % 2 == height % 2 == 0
            and 0 < bits <= PASSED_BITS
        )

    def _probed(self) -> tuple[Any, bool]:
        """The first picture; and whether the first minute begins anew often enough, with all its times said."""
        frame, steady, last, before = None, True, None, None
        for packet in self.container.demux(self.picture):
            if frame is None:
                with contextlib.suppress(av.FFmpegError):
                    frame = next(iter(packet.decode()), None)
            if not packet.size:
                continue
            if packet.pts is None or packet.dts is None or (before is not None and packet.dts <= before):
                steady = False
            else:
                at = self.ticks(packet.pts)
                steady = steady and (before is not None or at >= 0)  # else it was trimmed, and begins within
                before = packet.dts
                if self.picture.codec_context.name == "h264" and begins_anew(bytes(packet)):
                    last = at
                steady = steady and last is not None and at - last <= PASSED_GAP
                if at > PROBED and frame is not None:
                    break
            if not steady and frame is not None:
                break
        if frame is None:
            raise MediaFault("malformed", "no picture can be decoded")
        return frame, steady


def _read(words: str) -> str:
    """What a film says of itself: in UTF-8, or as older Chinese programs write it."""
    data = words.encode("utf-8", "surrogateescape")
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data.decode("gb18030", "replace")


class Maker:
    """See the module. Raises MediaFault, av.FFmpegError."""

    def __init__(self, source: Source, shape: Shape, place: Place) -> None:
        self._source, self._place, self._turned = source, place, shape.turned
        self.rungs: tuple[Rung, ...] = rungs_of(shape.width, shape.height, passes=shape.passes)
        self._passed: Passed | None = None
        if shape.passes:
            self._passed = Passed(bytes(source.picture.codec_context.extradata or b""), self.rungs[0])
        self._encoded = [Encoded(rung) for rung in self.rungs if rung.ceiling]
        self._all: list[Pictures] = [*([self._passed] if self._passed else []), *self._encoded]
        self._sound: Sound | None = sound_of(source.sound, first=place.sound) if source.sound is not None else None
        self._number = place.part
        self._bounds: deque[int] = deque()  # where the passed one was cut and the others were not yet
        self._bound = -1
        self._next = place.at  # the next cut of a film that is encoded alone
        self._last = -1

    @property
    def heads(self) -> tuple[bytes, ...]:
        """The initialisation parts."""
        heard = (self._sound.track,) if self._sound is not None else ()
        return tuple(write_init((pictures.track, *heard)) for pictures in self._all)

    @property
    def codecs(self) -> tuple[str, ...]:
        """As players know them."""
        heard = f",{self._sound.track.codec}" if self._sound is not None else ""
        return tuple(pictures.track.codec + heard for pictures in self._all)

    def parts(self) -> Iterator[Part]:
        """From the place on to the film's end."""
        source = self._source
        wanted = [source.picture, *([source.sound] if source.sound is not None else [])]
        for packet in self._packets(wanted):
            if packet.stream.index == source.picture.index:
                self._picture(packet)
            elif self._sound is not None:
                self._sound.push(packet, source.base_us / US)
            yield from self._whole()
        for pictures in self._all:
            pictures.finish()
        if self._sound is not None:
            self._sound.finish()
        yield from self._whole(ended=True)

    def _packets(self, wanted: list[Any]) -> Iterator[Any]:
        """From a little before the place; from the beginning where a film cannot be sought in."""
        source, at = self._source, self._place.at
        if at:
            aim = max(0, at * US // TICKS - LEAD_US) + source.base_us
            source.container.seek(aim)
            found = next((one for one in source.container.demux(source.picture) if one.size), None)
            if found is None or found.pts is None or source.ticks(found.pts) > at:
                aim = source.base_us
            source.container.seek(aim)
        return iter(source.container.demux(wanted))

    # -- pictures -----------------------------------------------------------------------------------------------------------

    def _picture(self, packet: Any) -> None:
        if self._passed is not None and packet.size:
            self._pass(self._passed, packet)
        if not self._encoded:
            return
        try:
            frames = packet.decode()
        except av.FFmpegError:  # some of it is damaged
            return
        for frame in frames:
            if frame.pts is not None:
                self._frame(frame, self._source.ticks(frame.pts))

    def _pass(self, passed: Passed, packet: Any) -> None:
        if packet.pts is None or packet.dts is None:
            raise MediaFault("timeline", "a picture without its time")
        at, data = self._source.ticks(packet.pts), bytes(packet)
        if self._bound < 0 and at < self._place.at:
            return
        cut = begins_anew(data) and (self._bound < 0 or at >= self._bound + LEAST_PART)
        if self._bound < 0 and not cut:
            return
        if cut:
            self._bound = at
            self._bounds.append(at)
        passed.push(data, at, self._source.ticks(packet.dts), cut=cut)

    def _frame(self, frame: Any, at: int) -> None:
        if at < self._place.at or at <= self._last:
            return
        cut = self._is_cut(at)
        if self._last < 0 and not cut:
            return
        if not cut and at - self._last < APART:
            return
        self._last = at
        for number, pictures in enumerate(self._encoded):  # each from the one before, which is smaller than the film
            frame = drawn(frame, pictures.rung, 0 if number else self._turned)
            pictures.push(frame, at, cut=cut)

    def _is_cut(self, at: int) -> bool:
        if self._passed is None:
            if at < self._next:
                return False
            self._next = (at // PART + 1) * PART
            return True
        passed = [bound for bound in self._bounds if bound <= at]
        if len(passed) > 1:
            raise MediaFault("malformed", "no picture of a whole part can be decoded")
        if passed:
            self._bounds.popleft()
        return bool(passed)

    # -- parts --------------------------------------------------------------------------------------------------------------

    def _whole(self, *, ended: bool = False) -> Iterator[Part]:
        while all(pictures.runs for pictures in self._all):
            first = self._all[0].runs[0]
            until = first.dts + first.ticks
            if self._sound is not None and not self._sound.reached(until):
                if not ended and sum(one.bytes_held for one in self._all) < HELD_MOST:
                    return
                self._sound.fill(until)
            yield self._part(until)

    def _part(self, until: int) -> Part:
        runs = [pictures.runs.popleft() for pictures in self._all]
        heard = self._sound.take(until) if self._sound is not None else None
        self._number += 1
        pieces = [write_fragment(self._number, [run, *([heard] if heard else [])]) for run in runs]
        sound = self._sound.taken if self._sound is not None else 0
        return Part(runs[0].dts, until - runs[0].dts, sound, tuple(pieces))
