"""When somebody is left in peace, and when what was gathered is told. Local times throughout; no clock is read here."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

NIGHT = (time(22, 0), time(7, 0))
DAY = timedelta(days=1)


def quiet_until(now: datetime, begins: time, ends: time) -> datetime | None:
    """The end of the quiet hours that `now` lies in, None outside of them. `begins == ends`: there are none.

    The moment they end is outside. They may run over midnight.
    """
    if begins == ends:
        return None
    clock = now.time().replace(tzinfo=None)
    today = now.replace(hour=ends.hour, minute=ends.minute, second=0, microsecond=0)
    if begins < ends:
        return today if begins <= clock < ends else None
    if clock >= begins:
        return today + DAY
    return today if clock < ends else None


def allowed_from(
    now: datetime, hours: Sequence[tuple[time, time]], busy_until: datetime | None = None
) -> datetime | None:
    """The first moment outside of all quiet hours and of what somebody is busy with; None when that is now."""
    moment = now if busy_until is None or busy_until <= now else busy_until
    for _ in range(len(hours) + 1):  # the end of one may lie in another
        ends = [end for begins, stops in hours if (end := quiet_until(moment, begins, stops)) is not None]
        if not ends:
            break
        moment = max(ends)
    return moment if moment > now else None


@dataclass(frozen=True)
class DigestTime:
    """Every day at a time, or every week on a weekday (0 Monday … 6 Sunday)."""

    at: time
    weekday: int | None = None

    def after(self, now: datetime) -> datetime:
        """The next one later than `now`."""
        moment = now.replace(hour=self.at.hour, minute=self.at.minute, second=0, microsecond=0)
        if self.weekday is not None:
            moment += timedelta(days=(self.weekday - moment.weekday()) % 7)
        step = DAY if self.weekday is None else 7 * DAY
        return moment if moment > now else moment + step
