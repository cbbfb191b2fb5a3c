"""What a learner's parts come to together: a status, a score, the time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

DONE = ("completed", "passed", "failed")
SECONDS_MOST = 10_000_000


@dataclass(frozen=True, slots=True)
class Sum:
    """`score` from 0 to 1, None where nothing was scored."""

    status: str
    score: float | None
    seconds: int


def number(value: object) -> float | None:
    """A number that a package gave, None for anything else (true, "x", not a number, infinite)."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return float(value) if abs(value) < 1e9 else None  # false for NaN


def scaled(told: Mapping[str, Any]) -> float | None:
    """The score of one part, 0 to 1: as the package scales it, else by its least and most."""
    ready, raw = number(told.get("scaled")), number(told.get("raw"))
    if ready is None and raw is not None:
        least, most = number(told.get("least")) or 0.0, number(told.get("most"))
        most = 100.0 if most is None else most
        ready = (raw - least) / (most - least) if most > least else None
    return None if ready is None else round(min(max(ready, 0.0), 1.0), 4)


def summed(data: Mapping[str, Mapping[str, Any]], parts: Sequence[str]) -> Sum:
    """Over all parts of a package (`parts`: their ids; none: it is one thing, kept under ""): it is done when each is; it is
    failed when one is, passed when each that can be is; its score is the mean of those that have one."""
    ids = list(parts) or [""]
    told = [data.get(each, {}) for each in ids]
    words = [str(each.get("status", "")) for each in told]
    scores = [each["score"] for each in told if isinstance(each.get("score"), float)]
    seconds = sum(each.get("seconds", 0) for each in told)
    status = "begun"
    if all(word in DONE for word in words):
        status = "failed" if "failed" in words else "passed" if "passed" in words else "completed"
    return Sum(status, round(sum(scores) / len(scores), 4) if scores else None, min(seconds, SECONDS_MOST))
