"""The renditions of a film that somebody brings: which there are to be, and their pictures, encoded or passed through.

All renditions are cut at the same moments, each part beginning with a picture that needs no other, so that players may change
between them anywhere. Times are ticks of 90 000 a second from the film's beginning.
"""

from collections import deque
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from av.codec.context import CodecContext, Flags
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame

from lantian.content.media.engine.codecs import NAL_IDR, avc1_entry, avc_codec, avc_config, split_annex_b, to_lengths
from lantian.content.media.engine.model import MediaFault, Run, Sample, Track

TICKS = 90_000
STEPS = (720, 540, 360)  # shorter sides, pixels
STEP_BITS = 2_200_000  # of the largest; of others by their area
LEAST_BITS = 200_000
NEARER = 0.85  # a step is worth its space where it is so much smaller than the one before
LONGEST = 4096


@dataclass(frozen=True, slots=True)
class Rung:
    """One rendition. `ceiling`: bits a second of the picture, 0 where it is passed through."""

    name: str
    width: int
    height: int
    ceiling: int


def rungs_of(width: int, height: int, *, passes: bool) -> tuple[Rung, ...]:
    """Of a picture as it is to be shown, the largest first, none larger than it is. `passes`: it need not be encoded."""
    short = min(width, height)
    top = short if passes else min(short, STEPS[0])
    sides = [top, *(side for side in STEPS if side <= top * NEARER)]
    found = [_rung(width, height, side) for side in sides]
    if passes:
        found[0] = Rung(f"{short}p", width, height, 0)
    return tuple(found)


def _rung(width: int, height: int, side: int) -> Rung:
    scale = min(side / min(width, height), LONGEST / max(width, height))
    wide, high = (max(2, round(one * scale / 2) * 2) for one in (width, height))
    ceiling = max(LEAST_BITS, round(STEP_BITS * (side / STEPS[0]) ** 2))
    return Rung(f"{side}p", wide, high, ceiling)


def begins_anew(data: bytes) -> bool:
    """Whether a picture as MP4 keeps it (NAL units with their lengths) needs no other: it has an IDR slice."""
    at = 0
    while at + 5 <= len(data):
        if data[at + 4] & 31 == NAL_IDR:
            return True
        at += 4 + int.from_bytes(data[at : at + 4], "big")
    return False


class Pictures:
    """The pictures of one rendition, gathered into runs: `runs` has those that are whole."""

    track: Track

    def __init__(self) -> None:
        self.runs: deque[Run] = deque()
        self._samples: list[Sample] = []
        self._begin = 0
        self._held: tuple[bytes, int, int, bool] | None = None  # data, decode time, offset, begins anew
        self._usual = TICKS // 25

    def _add(self, data: bytes, at: int, offset: int, *, cut: bool) -> None:
        """The next picture in the order of decoding; how long the one before lasts is known now."""
        if self._held is not None and at <= self._held[1]:
            at = self._held[1] + 1
        self._close(at)
        if cut:
            self._end()
            self._begin = at
        self._held = (data, at, offset, cut)

    def _close(self, at: int) -> None:
        if self._held is not None:
            data, begin, offset, sync = self._held
            self._usual = at - begin
            self._samples.append(Sample(data, self._usual, sync, offset))
            self._held = None

    def _end(self) -> None:
        if self._samples:
            self.runs.append(Run(self.track, self._begin, tuple(self._samples)))
            self._samples = []

    def finish(self) -> None:
        """Nothing follows: the last picture stands as long as the one before."""
        if self._held is not None:
            self._close(self._held[1] + max(1, self._usual))
        self._end()

    @property
    def bytes_held(self) -> int:
        """Of whole runs that wait."""
        return sum(len(sample.data) for run in self.runs for sample in run.samples)


class Passed(Pictures):
    """H.264 as the film has it."""

    def __init__(self, config: bytes, rung: Rung) -> None:
        """`config`: its avcC. Raises MediaFault."""
        super().__init__()
        entry = avc1_entry(config, rung.width, rung.height)
        self.track = Track(1, "video", TICKS, avc_codec(config), entry, width=rung.width, height=rung.height)
        self._shift: int | None = None

    def push(self, data: bytes, at: int, decoded: int, *, cut: bool) -> None:
        """`at` it is shown, `decoded` before that; the first is decoded when it is shown, and all others are as far from it."""
        if self._shift is None:
            self._shift = at - decoded
        due = max(0, decoded + self._shift)
        if self._held is not None:
            due = max(due, self._held[1] + 1)
        self._add(data, due, at - due, cut=cut)


class Encoded(Pictures):
    """H.264 of a size, with at most so many bits, one picture that needs no other at the beginning of each part."""

    def __init__(self, rung: Rung) -> None:
        """Raises MediaFault."""
        super().__init__()
        self.rung = rung
        self._encoder = _encoder(rung)
        config = avc_config(split_annex_b(bytes(self._encoder.extradata or b"")))
        if config is None:
            raise MediaFault("unsupported_codec", "the encoder gave no parameter sets")
        entry = avc1_entry(config, rung.width, rung.height)
        self.track = Track(1, "video", TICKS, avc_codec(config), entry, width=rung.width, height=rung.height)

    def push(self, frame: VideoFrame, at: int, *, cut: bool) -> None:
        """A frame of this size."""
        frame.pts, frame.time_base = at, Fraction(1, TICKS)
        frame.pict_type = 1 if cut else 0
        self._take(list(self._encoder.encode(frame)))

    def _take(self, packets: list[Any]) -> None:
        for packet in packets:
            data = to_lengths(split_annex_b(bytes(packet)))
            self._add(data, int(packet.pts), 0, cut=bool(packet.is_keyframe))

    def finish(self) -> None:
        """Nothing follows."""
        self._take(list(self._encoder.encode(None)))
        super().finish()


def _encoder(rung: Rung) -> VideoCodecContext:
    encoder = CodecContext.create("libx264", "w")
    assert isinstance(encoder, VideoCodecContext)
    encoder.width, encoder.height, encoder.pix_fmt = rung.width, rung.height, "yuv420p"
    encoder.time_base = Fraction(1, TICKS)
    encoder.framerate = Fraction(25, 1)
    encoder.gop_size = 10_000  # where one begins anew is said
    encoder.thread_count = 1
    encoder.flags |= Flags.global_header
    most = rung.ceiling // 1000
    encoder.options = {
        "preset": "veryfast",
        "profile": "main",
        "crf": "23",
        "forced-idr": "1",
        "x264-params": f"scenecut=0:bframes=0:rc-lookahead=20:vbv-maxrate={most}:vbv-bufsize={2 * most}",
    }
    encoder.open()
    return encoder


def drawn(frame: VideoFrame, rung: Rung, turned: int = 0) -> VideoFrame:
    """A frame in a rendition's size, turned counter-clockwise by so many degrees (0, 90, 180, 270)."""
    wide, high = (rung.height, rung.width) if turned in (90, 270) else (rung.width, rung.height)
    small = frame.reformat(width=wide, height=high, format="yuv420p")
    if not turned:
        return small
    planes = small.to_ndarray()
    out = np.empty((rung.height * 3 // 2, rung.width), np.uint8)
    out[: rung.height] = np.rot90(planes[:high], turned // 90)
    colours = planes[high:].reshape(2, high // 2, wide // 2)
    out[rung.height :].reshape(2, rung.height // 2, rung.width // 2)[:] = np.rot90(colours, turned // 90, axes=(1, 2))
    return VideoFrame.from_ndarray(out, format="yuv420p")
