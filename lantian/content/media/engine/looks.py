"""What a recording looks and sounds like, second by second, and where one may want to cut it. Pure.

`Moment`s come one a segment. Levels of sound are 0–1, five a second; of pictures 0–255.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

LEVELS_A_SECOND = 5
BLACK_MEAN, BLACK_SPREAD = 26.0, 8.0  # a picture that shows nothing; video black is 16
STILL = 0.35  # mean change from second to second of a picture that stands; a hand that writes makes 0.6 and more
QUIET_DB, LOUDEST_QUIET_DB, BELOW_SPEECH_DB = -50.0, -38.0, 25.0
SHORTEST_EDGE_S, SHORTEST_INNER_S = 5.0, 60.0
LEAD_S = 1.0  # is left before the first sound and after the last
FLOOR_DB = -90.0

Kind = Literal["quiet", "black", "still"]
Edge = Literal["begin", "end", "inner"]


@dataclass(frozen=True, slots=True)
class Moment:
    """One segment: seconds from the beginning, how long, and what the eye and the ear said (None, empty: nothing to be read)."""

    at: float
    seconds: float
    mean: float | None = None
    spread: float | None = None
    moved: float | None = None
    peaks: tuple[float, ...] = ()
    loud: tuple[float, ...] = ()

    @property
    def black(self) -> bool:
        return self.mean is not None and self.mean < BLACK_MEAN and (self.spread or 0.0) < BLACK_SPREAD

    @property
    def still(self) -> bool:
        return self.moved is not None and self.moved < STILL


@dataclass(frozen=True, slots=True)
class Tip:
    """A stretch that one may want to leave out: its kind, where it lies, from when to when (seconds)."""

    kind: Kind
    edge: Edge
    start: float
    end: float

    @property
    def cut(self) -> float:
        """Where to cut for it, at either end of the recording."""
        return self.end if self.edge == "begin" else self.start


@dataclass(slots=True)
class Wave:
    """The sound as it is drawn: `peaks` 0–100, one for each `step` seconds."""

    step: float
    peaks: list[int] = field(default_factory=list)


def wave_of(moments: Sequence[Moment], most: int = 2400) -> Wave:
    """At most `most` peaks, each the highest of its stretch. Empty without sound."""
    if not any(moment.peaks for moment in moments):
        return Wave(0.0)
    total = max(moment.at + moment.seconds for moment in moments)
    count = max(1, min(most, math.ceil(total * LEVELS_A_SECOND)))
    step = total / count
    peaks = [0] * count
    for moment in moments:
        for index, peak in enumerate(moment.peaks):
            place = min(count - 1, int((moment.at + index * moment.seconds / len(moment.peaks)) / step))
            peaks[place] = max(peaks[place], min(100, round(peak * 100)))
    return Wave(round(step, 4), peaks)


def decibel(level: float) -> float:
    """A level of 0–1 in dB below full."""
    return max(FLOOR_DB, 20 * math.log10(level)) if level > 0 else FLOOR_DB


def _quiet_below(moments: Sequence[Moment]) -> float:
    """The level under which nobody speaks in this lesson: far below its usual speech, within what is quiet anywhere."""
    levels = sorted(decibel(level) for moment in moments for level in moment.loud)
    if not levels:
        return QUIET_DB
    speech = levels[int(len(levels) * 0.9)]
    return max(QUIET_DB, min(LOUDEST_QUIET_DB, speech - BELOW_SPEECH_DB))


def tips_of(moments: Sequence[Moment]) -> list[Tip]:
    """Stretches without sound, black, or in which nothing moves: at both ends first, then long ones in between."""
    if not moments:
        return []
    bound = _quiet_below(moments)
    heard = any(moment.loud for moment in moments)
    found: list[Tip] = []
    if heard:
        found += _stretches(moments, [_is_quiet(moment, bound) for moment in moments], "quiet")
    found += _stretches(moments, [moment.black for moment in moments], "black")
    # a slide may stand while somebody speaks: only where it is quiet as well
    still = [moment.still and not moment.black and (not heard or _is_quiet(moment, bound)) for moment in moments]
    found += [tip for tip in _stretches(moments, still, "still") if not _within(tip, found)]
    order = {"begin": 0, "end": 1, "inner": 2}
    return sorted(found, key=lambda tip: (order[tip.edge], tip.start, tip.kind))


def _is_quiet(moment: Moment, bound: float) -> bool:
    """At most a single click in it."""
    loud = sum(decibel(level) > bound for level in moment.loud)
    return loud <= len(moment.loud) // LEVELS_A_SECOND if moment.loud else True


def _within(tip: Tip, others: Sequence[Tip]) -> bool:
    return any(other.start <= tip.start + LEAD_S and other.end >= tip.end - LEAD_S for other in others)


def _stretches(moments: Sequence[Moment], holds: Sequence[bool], kind: Kind) -> list[Tip]:
    found, begun, last = [], None, len(moments) - 1
    for index, held in enumerate([*holds, False]):
        if held and begun is None:
            begun = index
        if held or begun is None:
            continue
        until = index - 1
        start, end = moments[begun].at, moments[until].at + moments[until].seconds
        edge: Edge = "begin" if begun == 0 else "end" if until == last else "inner"
        whole = begun == 0 and until == last  # nothing at all to be seen or heard: no cut helps
        lead = LEAD_S if kind == "quiet" else 0.0
        start += lead if edge == "end" else 0.0
        end -= lead if edge == "begin" else 0.0
        least = SHORTEST_INNER_S if edge == "inner" else SHORTEST_EDGE_S
        if not whole and end - start >= least:
            found.append(Tip(kind, edge, round(start, 1), round(end, 1)))
        begun = None
    return found
