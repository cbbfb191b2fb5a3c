"""From intervals of presence to attendance: minutes counted once, and whether they suffice."""

from collections.abc import Iterable
from datetime import datetime, timedelta

ATTENDED_SHARE = 0.8

Interval = tuple[datetime, datetime]


def union_seconds(intervals: Iterable[Interval], *, start: datetime, end: datetime) -> float:
    """Seconds of [start, end] that lie in at least one interval: two devices of one class count once."""
    total = timedelta()
    reached = start
    for first, last in sorted(intervals):
        begin, finish = max(first, reached), min(last, end)
        if finish > begin:
            total += finish - begin
            reached = finish
    return total.total_seconds()


def required_seconds(*, planned: float, ran: float) -> float:
    """What one must have been there for: 80 % of the planned time, or of the time it really ran when that was shorter."""
    return ATTENDED_SHARE * max(0.0, min(planned, ran))


def attended(seconds: float, *, planned: float, ran: float) -> bool:
    """A lesson that never ran was attended by nobody."""
    needed = required_seconds(planned=planned, ran=ran)
    return needed > 0 and seconds >= needed


def iso_duration(seconds: float) -> str:
    """ISO 8601 duration as xAPI wants it, to a hundredth of a second."""
    return f"PT{seconds:.2f}S"
