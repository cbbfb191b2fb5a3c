"""What a viewer gets of a replay, read without a player: every segment's clock, so that a lost second has nowhere to hide."""

import io
from dataclasses import dataclass
from itertools import pairwise
from typing import Any
from urllib.parse import urljoin
from urllib.request import urlopen

import av

from lantian.content.media.engine.crypto import decrypt_segment, sequence_iv
from lantian.content.media.engine.lesson.clock import read_clock
from lantian.content.media.tests.support import read_playlist


@dataclass(frozen=True)
class Part:
    """One segment: the teacher's clock in its first picture (Unix s), its length (s), whether a new recorder begins with it,
    the id of the key that opens it, and whether the clock was to be seen (a board hides it: then it is what it must have been).
    """

    clock: float
    seconds: float
    seam: bool
    key: str
    shown: bool = True


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
        with av.open(io.BytesIO(inits[listed.maps[index]] + data)) as opened:
            frame = next(opened.decode(video=0))
        shown = read_clock(frame.to_ndarray(format="gray"))
        assert shown is not None or parts, "no clock in the first picture"
        clock = shown / 1000 if shown is not None else parts[-1].clock + parts[-1].seconds
        parts.append(Part(clock, listed.durations[index], listed.breaks[index], key, shown is not None))
    return parts


def gaps(parts: list[Part], longer_than: float) -> list[Gap]:
    """Where the clock jumps further than the segment before is long; what was lost behind a board comes when it is seen again."""
    found = []
    for before, after in pairwise(parts):
        missing = after.clock - before.clock - before.seconds
        if missing > longer_than:
            found.append(Gap(before.clock + before.seconds, missing, after.seam))
    return found
