"""What a viewer gets of a replay, read without a player: every segment's clock, so that a lost second has nowhere to hide, and
whose pictures and voices are in it."""

import io
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any
from urllib.parse import urljoin
from urllib.request import urlopen

import av
import numpy as np

from lantian.content.media.engine.crypto import decrypt_segment, sequence_iv
from lantian.content.media.engine.lesson.clock import read_clock
from lantian.content.media.tests.support import read_playlist


@dataclass
class Part:
    """One segment: the teacher's clock in its first picture (Unix s), its length (s), whether a new recorder begins with it,
    the id of the key that opens it, and whether the clock was to be seen (a page hides it: then it is what it must have been).
    `picture` is its first one, small (90 rows, 160 columns, RGB); `data` all of it.
    """

    clock: float
    seconds: float
    seam: bool
    key: str
    shown: bool
    picture: np.ndarray
    data: bytes

    def share(self, colour: str) -> float:
        """How much of the picture a wall of this colour (#rrggbb) fills, 0 to 1, as a camera in a room may change it."""
        wanted = np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)])
        return float((np.abs(self.picture.astype(int) - wanted).max(axis=-1) < 45).mean())

    @cached_property
    def loudest(self) -> list[float]:
        """Frequencies (Hz) that stand out in its sound."""
        waves, rate = [np.zeros(0, "float32")], 48000
        with av.open(io.BytesIO(self.data)) as opened:
            for sound in opened.decode(audio=0):
                rate = sound.sample_rate
                waves.append(sound.to_ndarray().astype("float32").mean(axis=0))
        wave = np.concatenate(waves)
        spectrum = np.abs(np.fft.rfft(wave * np.hanning(len(wave))))
        return [float(at) * rate / len(wave) for at in np.flatnonzero(spectrum > 0.1 * spectrum.max())]

    def sounds(self, tone: int) -> bool:
        """Whether a tone (Hz) stands out in it."""
        return any(abs(hertz - tone) < 8 for hertz in self.loudest)


@dataclass(frozen=True)
class Gap:
    """Seconds of the teacher's clock that are missing after this moment (Unix s)."""

    at: float
    seconds: float
    seam: bool


def _get(address: str) -> bytes:
    with urlopen(address, timeout=15) as answer:
        return bytes(answer.read())


def _variant(address: str) -> str:
    """The first rendition of a master playlist."""
    names = [line for line in _get(address).decode().splitlines() if line and not line.startswith("#")]
    return urljoin(address, names[0])


def read_recording(base: str, replay: dict[str, Any]) -> list[Part]:
    """All segments of a replay by its playlist alone; `replay` is what the page hands to its player."""
    address = _variant(urljoin(base, replay["master"]))
    listed = read_playlist(_get(address).decode())
    assert listed.ended
    keys = {row["id"]: bytes.fromhex(row["key"]) for row in replay["keys"]}
    inits = {name: _get(urljoin(address, name)) for name in set(listed.maps)}
    parts: list[Part] = []
    for index, name in enumerate(listed.names):
        key = listed.keys[index].rsplit("/", 1)[1]
        data = decrypt_segment(_get(urljoin(address, name)), keys[key], sequence_iv(listed.sequence + index))
        whole = inits[listed.maps[index]] + data
        with av.open(io.BytesIO(whole)) as opened:
            opened.streams.video[0].codec_context.thread_count = 1  # it would else begin as many threads for each
            frame = next(opened.decode(video=0))
        shown = read_clock(frame.to_ndarray(format="gray"))
        assert shown is not None or parts, "no clock in the first picture"
        clock = shown / 1000 if shown is not None else parts[-1].clock + parts[-1].seconds
        small = frame.reformat(160, 90, "rgb24").to_ndarray()
        seam = listed.breaks[index]
        parts.append(Part(clock, listed.durations[index], seam, key, shown is not None, small, whole))
    return parts


def hidden(parts: list[Part]) -> list[tuple[float, float]]:
    """From when until when, by the clock before and after it (Unix s), the clock was not to be seen."""
    found: list[tuple[float, float]] = []
    for before, after in pairwise(parts):
        if not after.shown and before.shown:
            found.append((before.clock, before.clock))
        if not before.shown and found:
            found[-1] = (found[-1][0], after.clock + (0 if after.shown else after.seconds))
    return found


def gaps(parts: list[Part], longer_than: float) -> list[Gap]:
    """Where the clock jumps further than the segment before is long; what was lost behind a board comes when it is seen again."""
    found = []
    for before, after in pairwise(parts):
        missing = after.clock - before.clock - before.seconds
        if missing > longer_than:
            found.append(Gap(before.clock + before.seconds, missing, after.seam))
    return found
