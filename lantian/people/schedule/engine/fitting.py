"""How a period that a class receives from another school fits its own day.

Schools ring at different times. A received lesson is held at the sending school's time; what matters is which of the class's own
periods it lies over, and whether the class has something else in them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from lantian.people.schedule.engine.week import weeks_meet

# So many minutes off the bell nobody has to settle anything: breaks are ten minutes long.
LEEWAY = 10


class Fit(StrEnum):
    FITS = "fits"
    TAKEN = "taken"  # the class has another subject then
    SHIFTED = "shifted"  # it begins or ends more than the leeway off the bell
    SPANS = "spans"  # it lies over more than one period of the class
    OUTSIDE = "outside"  # it lies in no period of the class: noon, before the first or after the last
    DAY_OFF = "day_off"  # the class's school does not work on that weekday


@dataclass(frozen=True, slots=True)
class Bell:
    """A period of the receiving school: number, begin and end (minutes from midnight)."""

    number: int
    starts: int
    ends: int


@dataclass(frozen=True, slots=True)
class Own:
    """What the receiving class has in its own timetable on that weekday: a period's number, weeks, subject."""

    period_no: int
    weeks: str
    subject: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where a received period falls: the verdict, the class's own periods it touches, and the subject that stands there."""

    fit: Fit
    periods: tuple[int, ...] = ()
    subject: str = ""


def place(
    starts: int, ends: int, weeks: str, subject: str, bells: Iterable[Bell], own: Iterable[Own], *, works: bool = True
) -> Place:
    """Where a lesson from `starts` to `ends` (minutes) of `subject` falls in the day of a class with these bells and entries.

    What weighs more is said first: a day off, no period at all, another subject, two periods, a shift.
    """
    if not works:
        return Place(Fit.DAY_OFF)
    touched = [bell for bell in bells if bell.starts < ends - LEEWAY and bell.ends > starts + LEEWAY]
    if not touched:
        return Place(Fit.OUTSIDE)
    periods = tuple(sorted(bell.number for bell in touched))
    other = next(
        (
            entry.subject
            for entry in own
            if entry.period_no in periods and entry.subject != subject and weeks_meet(entry.weeks, weeks)
        ),
        "",
    )
    if other:
        return Place(Fit.TAKEN, periods, other)
    if len(touched) > 1:
        return Place(Fit.SPANS, periods)
    bell = touched[0]
    if abs(bell.starts - starts) > LEEWAY or abs(bell.ends - ends) > LEEWAY:
        return Place(Fit.SHIFTED, periods)
    return Place(Fit.FITS, periods)
