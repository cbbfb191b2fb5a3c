"""WebM/Matroska with H.264 (+ Opus), as Chromium 87–125 records it, repacked into the same MP4 segments. No transcoding.

The elements are read as one flat stream (header, tracks, clusters, blocks), so that a GOP's end is an exact byte of the
publisher's chunks and the work can be taken up again in the middle of a cluster after a restart. MP4 track numbers are
Matroska's, so that the stored initialisation part is all that a restart needs.
"""

import itertools
from dataclasses import dataclass, field, replace

from lantian.content.media.engine import codecs
from lantian.content.media.engine.assembler import Assembler
from lantian.content.media.engine.cutter import Intake
from lantian.content.media.engine.fragments import write_init
from lantian.content.media.engine.model import (
    Init,
    Limits,
    MediaFault,
    Position,
    Resume,
    Run,
    Sample,
    Segment,
    Track,
)

EBML, SEGMENT, INFO, TRACKS, CLUSTER = 0x1A45DFA3, 0x18538067, 0x1549A966, 0x1654AE6B, 0x1F43B675
TIME, SIMPLE_BLOCK, BLOCK_GROUP, BLOCK, REFERENCE = 0xE7, 0xA3, 0xA0, 0xA1, 0xFB
TIME_SCALE, ENTRY = 0x2AD7B1, 0xAE
NUMBER, KIND, CODEC, PRIVATE, VIDEO, WIDTH, HEIGHT = 0xD7, 0x83, 0x86, 0x63A2, 0xE0, 0xB0, 0xBA
_ENTERED = {SEGMENT, CLUSTER}
_MS = 1000
_AUDIO_RATE = 48_000


def _vint(data: bytes | bytearray, at: int, *, marker: bool) -> tuple[int, int] | None:
    """A variable-length integer and its length; None when bytes are missing. All ones ("unknown size") gives -1."""
    if at >= len(data):
        return None
    length = 9 - data[at].bit_length()
    if length > (4 if marker else 8):
        raise MediaFault("malformed", f"EBML length at {at}")
    if at + length > len(data):
        return None
    value = int.from_bytes(data[at : at + length], "big")
    if marker:
        return value, length
    value &= (1 << 7 * length) - 1
    return (-1 if value == (1 << 7 * length) - 1 else value), length


def _elements(data: bytes) -> dict[int, list[bytes]]:
    """The children of a whole element, by id."""
    found: dict[int, list[bytes]] = {}
    at = 0
    while at < len(data):
        name = _vint(data, at, marker=True)
        size = _vint(data, at + name[1], marker=False) if name else None
        if name is None or size is None or size[0] < 0 or at + name[1] + size[1] + size[0] > len(data):
            raise MediaFault("malformed", "EBML elements overrun their parent")
        at += name[1] + size[1] + size[0]
        found.setdefault(name[0], []).append(data[at - size[0] : at])
        if sum(map(len, found.values())) > 256:
            raise MediaFault("malformed", "too many EBML elements")
    return found


def _number(values: list[bytes] | None, default: int = 0) -> int:
    return int.from_bytes(values[0], "big") if values else default


@dataclass(slots=True)
class _Gop:
    """Frames since the last keyframe: (time in ms, data, sync) of the picture, (time in ms, packet) of the sound."""

    frames: list[tuple[int, bytes, bool]] = field(default_factory=list)
    packets: list[tuple[int, bytes]] = field(default_factory=list)
    size: int = 0


class WebmCutter:
    """The fallback's cutter: same interface as the MP4 one."""

    def __init__(self, limits: Limits | None = None, *, init: Init | None = None, resume: Resume | None = None) -> None:
        self._limits = limits or Limits()
        self._intake = Intake(self._limits, resume.position if resume else Position())
        self._init = init
        self._assembler = Assembler(self._limits, resume, exact=True) if init else None
        self._cluster = resume.cluster if resume else 0
        self._video: Track | None = init.video if init else None
        self._audio: Track | None = init.audio if init else None
        self._headed = init is not None
        self._gop = _Gop()

    @property
    def next_chunk(self) -> int:
        return self._intake.next_chunk

    def feed(self, number: int, payload: bytes) -> list[Init | Segment]:
        out: list[Init | Segment] = []
        if self._intake.put(number, payload):
            while (taken := self._step()) is not None:
                out += taken
        return out

    def finish(self) -> list[Init | Segment]:
        if self._assembler is None:
            return []
        return [*self._close_gop(None), *self._assembler.flush()]

    # -- elements -----------------------------------------------------------------------------------------------------------

    def _step(self) -> list[Init | Segment] | None:
        """Take the next element off the intake; None when it is not whole yet."""
        data = self._intake.data
        name = _vint(data, 0, marker=True)
        size = _vint(data, name[1], marker=False) if name else None
        if name is None or size is None:
            return None
        head = name[1] + size[1]
        if not self._headed and name[0] != EBML:
            raise MediaFault("malformed", "not WebM")
        if name[0] in _ENTERED:
            self._intake.drop(head)
            return []
        self._bound(name[0], size[0])
        if len(data) < head + size[0]:
            return None
        body = bytes(data[head : head + size[0]])
        out = self._take(name[0], body)
        self._intake.drop(head + size[0])
        return out

    def _bound(self, name: int, size: int) -> None:
        bound = self._limits.segment_bytes if name in {SIMPLE_BLOCK, BLOCK_GROUP} else self._limits.init_bytes
        if size < 0:
            raise MediaFault("malformed", f"element {name:x} of unknown size")
        if size > bound:
            raise MediaFault("oversize", f"element {name:x} of {size} bytes")

    def _take(self, name: int, body: bytes) -> list[Init | Segment]:
        if name == EBML:
            self._headed = True
        elif name == INFO and _number(_elements(body).get(TIME_SCALE), 1_000_000) != 1_000_000:
            raise MediaFault("malformed", "time scale other than 1 ms")
        elif name == TRACKS:
            self._take_tracks(body)
        elif name == TIME:
            self._cluster = _number([body])
        elif name == SIMPLE_BLOCK:
            return self._take_block(body, sync=len(body) > 3 and bool(body[3] & 0x80))
        elif name == BLOCK_GROUP:
            inner = _elements(body)
            if inner.get(BLOCK):
                return self._take_block(inner[BLOCK][0], sync=REFERENCE not in inner)
        return []

    # -- tracks -------------------------------------------------------------------------------------------------------------

    def _take_tracks(self, body: bytes) -> None:
        entries = _elements(body).get(ENTRY, [])
        if self._video is not None or not 1 <= len(entries) <= 2:
            raise MediaFault("too_many_tracks", f"{len(entries)} tracks")
        for entry in entries:
            self._take_track(_elements(entry))
        if self._video is None:
            raise MediaFault("too_many_tracks", "no picture")

    def _take_track(self, entry: dict[int, list[bytes]]) -> None:
        number, kind = _number(entry.get(NUMBER)), _number(entry.get(KIND))
        codec = entry.get(CODEC, [b""])[0].rstrip(b"\0").decode("ascii", "replace")
        private = entry.get(PRIVATE, [b""])[0]
        if kind == 1 and codec == "V_MPEG4/ISO/AVC" and self._video is None:
            inner = _elements(entry.get(VIDEO, [b""])[0])
            width, height = _number(inner.get(WIDTH)), _number(inner.get(HEIGHT))
            if not (0 < width <= self._limits.width and 0 < height <= self._limits.height):
                raise MediaFault("oversize", f"picture of {width}x{height}")
            self._video = Track(number, "video", _MS, "", b"", width=width, height=height)
            if private:
                self._name_video(private)
        elif kind == 2 and codec == "A_OPUS" and self._audio is None:
            entry_box = codecs.opus_entry(private)
            self._audio = Track(number, "audio", _AUDIO_RATE, "opus", entry_box, channels=private[9], rate=_AUDIO_RATE)
        else:
            raise MediaFault("unsupported_codec", codec[:40])

    def _name_video(self, config: bytes) -> None:
        assert self._video is not None
        entry = codecs.avc1_entry(config, self._video.width, self._video.height)
        self._video = replace(self._video, codec=codecs.avc_codec(config), entry=entry)

    # -- blocks -------------------------------------------------------------------------------------------------------------

    def _take_block(self, body: bytes, *, sync: bool) -> list[Init | Segment]:
        number = _vint(body, 0, marker=False)
        if number is None or len(body) < number[1] + 4 or body[number[1] + 2] & 0x06:
            raise MediaFault("malformed", "block")
        time = self._cluster + int.from_bytes(body[number[1] : number[1] + 2], "big", signed=True)
        data = body[number[1] + 3 :]
        if self._video is None or not 0 <= time < 366 * 86_400 * _MS:
            raise MediaFault("malformed", "block out of place")
        self._gop.size += len(data)
        if self._gop.size > self._limits.segment_bytes or len(self._gop.packets) > self._limits.samples:
            raise MediaFault("oversize", "no keyframe")
        if self._audio is not None and number[0] == self._audio.id:
            self._gop.packets.append((time, data))
            return []
        if number[0] != self._video.id:
            raise MediaFault("malformed", f"block of unknown track {number[0]}")
        return self._take_frame(time, data, sync=sync)

    def _take_frame(self, time: int, data: bytes, *, sync: bool) -> list[Init | Segment]:
        out: list[Init | Segment] = []
        if self._gop.frames and time <= self._gop.frames[-1][0]:
            raise MediaFault("timeline", f"picture goes back to {time} ms")
        if sync and self._gop.frames:
            out += self._close_gop(time)
        units = codecs.split_annex_b(data) if data[:3] == b"\0\0\1" or data[:4] == b"\0\0\0\1" else []
        if sync and units:
            out += self._learn(codecs.avc_config(units))
        if sync and self._init is None and self._video is not None and self._video.entry:
            out += self._begin()
        if self._init is not None:  # frames before the first keyframe are of no use
            self._gop.frames.append((time, codecs.to_lengths(units) if units else data, sync))
        if len(self._gop.frames) > self._limits.samples:
            raise MediaFault("oversize", "no keyframe")
        return out

    def _learn(self, config: bytes | None) -> list[Init | Segment]:
        """Browsers put the decoder's configuration into each keyframe; the first one makes the initialisation part."""
        assert self._video is not None
        if config is None:
            return []
        if self._init is None:
            self._name_video(config)
        elif config not in self._video.entry:
            raise MediaFault("unsupported_codec", "the picture's format changed")
        return []

    def _begin(self) -> list[Init | Segment]:
        assert self._video is not None
        tracks = (self._video, self._audio) if self._audio else (self._video,)
        self._init = Init(write_init(tracks), tracks)
        self._assembler = Assembler(self._limits, start=self._intake.position(), exact=True)
        return [self._init]

    def _close_gop(self, until: int | None) -> list[Init | Segment]:
        """Hand the frames gathered to the assembler; `until` (ms) is the time of the keyframe that follows."""
        gop, self._gop = self._gop, _Gop()
        runs = [run for run in (self._video_run(gop, until), self._audio_run(gop)) if run is not None]
        if not runs or self._assembler is None:
            return []
        return list(self._assembler.add(runs, self._intake.position(), self._cluster))

    def _video_run(self, gop: _Gop, until: int | None) -> Run | None:
        if not gop.frames or self._video is None:
            return None
        times = [time for time, _data, _sync in gop.frames]
        spans = [after - before for before, after in itertools.pairwise(times)]
        spans.append(until - times[-1] if until is not None else (spans[-1] if spans else 40))
        samples = (Sample(data, span, sync) for (_t, data, sync), span in zip(gop.frames, spans, strict=True))
        return Run(self._video, times[0], tuple(samples))

    def _audio_run(self, gop: _Gop) -> Run | None:
        if not gop.packets or self._audio is None:
            return None
        times = [time for time, _packet in gop.packets]
        spans = [48 * (after - before) for before, after in itertools.pairwise(times)]
        if any(span <= 0 for span in spans):
            raise MediaFault("timeline", "sound goes back")
        spans.append(codecs.opus_samples(gop.packets[-1][1]))
        samples = (Sample(packet, span, sync=True) for (_t, packet), span in zip(gop.packets, spans, strict=True))
        return Run(self._audio, 48 * times[0], tuple(samples))
