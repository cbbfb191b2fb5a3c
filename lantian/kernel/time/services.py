"""Set terms and days off."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import transaction

from lantian.kernel.events import acted_by, publish
from lantian.kernel.journal import services as journal
from lantian.kernel.registry import Registry
from lantian.kernel.rules import Actor, require
from lantian.kernel.time.enums import DayKind
from lantian.kernel.time.errors import BadDays, BadTerm, TermsOverlap
from lantian.kernel.time.events import CalendarChanged
from lantian.kernel.time.models import AcademicSession, SpecialDay
from lantian.kernel.time.rules import may_set_calendar

if TYPE_CHECKING:
    from lantian.kernel.rules import Text

LONGEST_TERM = 200
LONGEST_HOLIDAY = 70  # days; a summer at the most

# What follows calendars. Asked with path and days before a change is tried; the function that it gives back is asked after, and
# says what became of it. All within a transaction that is taken back.
CALENDAR_FOLLOWERS: "Registry[Callable[[str, date, date], Callable[[], list[Text]]]]" = Registry("calendar followers")


@transaction.atomic
def set_special_days(
    first: date,
    last: date,
    *,
    kind: str,
    by: Actor,
    name: str = "",
    follows_weekday: int | None = None,
    organization_id: UUID | None = None,
    source: str = "",
) -> list[SpecialDay]:
    """Make days in a row holidays or working days (`DayKind`), for the nation or one organisation and all below.

    `follows_weekday` (0 Monday … 6 Sunday): whose timetable shifted working days run; holidays run none. Raises Denied, BadDays.
    """
    require(may_set_calendar, by, organization_id)
    facts = {
        "kind": kind,
        "name": name,
        "follows_weekday": follows_weekday if kind == DayKind.WORKDAY else None,
        "source": source,
    }
    rows = []
    for day in _days(first, last):
        row, _ = SpecialDay.objects.update_or_create(date=day, organization_id=organization_id, defaults=facts)
        journal.record("time.special_day_set", row, by=by, date=day, kind=kind, name=name)
        rows.append(row)
    _tell(rows[0].pk, first, last, organization_id, by)
    return rows


def set_special_day(day: date, *, kind: str, by: Actor, **facts: Any) -> SpecialDay:
    """`set_special_days` of a single day."""
    return set_special_days(day, day, kind=kind, by=by, **facts)[0]


@transaction.atomic
def clear_special_days(first: date, last: date, *, by: Actor, organization_id: UUID | None = None) -> int:
    """Take back what was set for these days, so that what is set above holds again; how many there were.

    Raises Denied, BadDays.
    """
    require(may_set_calendar, by, organization_id)
    _days(first, last)
    rows = list(SpecialDay.objects.filter(date__range=(first, last), organization_id=organization_id))
    for row in rows:
        journal.record("time.special_day_cleared", row, by=by, date=row.date)
    if rows:
        _tell(rows[0].pk, first, last, organization_id, by)
        SpecialDay.objects.filter(pk__in=[row.pk for row in rows]).delete()
    return len(rows)


def clear_special_day(day: date, *, by: Actor, organization_id: UUID | None = None) -> bool:
    """`clear_special_days` of a single day; whether there was one."""
    return bool(clear_special_days(day, day, by=by, organization_id=organization_id))


def _days(first: date, last: date) -> list[date]:
    if not 0 <= (last - first).days < LONGEST_HOLIDAY:
        raise BadDays
    return [first + timedelta(days=offset) for offset in range((last - first).days + 1)]


def _tell(row: UUID, first: date, last: date, organization_id: UUID | None, by: Actor) -> None:
    context = {"first": first, "last": last}
    publish(CalendarChanged(object_id=row, organization_id=organization_id, context=context, **acted_by(by)))


def rehearse(change: Callable[[], object], *, path: str, first: date, last: date) -> "list[Text]":
    """What a change of these days would do, in the words of the apps that follow calendars. Nothing of it stays.

    `path`: ltree path of the organisation whose days they are; empty for the nation. Raises BadDays, and what `change` raises.
    """
    _days(first, last)
    with transaction.atomic():
        waiting = [watch(path, first, last) for watch in CALENDAR_FOLLOWERS]
        change()
        said = [words for tell in waiting for words in tell()]
        transaction.set_rollback(True)
    return said


@transaction.atomic
def set_term(
    school_year: int,
    kind: str,
    *,
    starts_on: date,
    ends_on: date,
    by: Actor,
    organization_id: UUID | None = None,
    id: UUID | None = None,
) -> AcademicSession:
    """Set a term's first and last day, for the nation or one organisation and all below. `id` is a new one's.

    Raises Denied, BadTerm, TermsOverlap.
    """
    require(may_set_calendar, by, organization_id)
    if not 0 < (ends_on - starts_on).days <= LONGEST_TERM:
        raise BadTerm
    own = AcademicSession.objects.select_for_update().filter(organization_id=organization_id)
    others = own.exclude(school_year=school_year, kind=kind)
    if others.filter(starts_on__lte=ends_on, ends_on__gte=starts_on).exists():
        raise TermsOverlap
    row, _ = AcademicSession.objects.update_or_create(
        school_year=school_year,
        kind=kind,
        organization_id=organization_id,
        defaults={"starts_on": starts_on, "ends_on": ends_on},
        create_defaults={"starts_on": starts_on, "ends_on": ends_on} | ({"id": id} if id else {}),
    )
    journal.record("time.term_set", row, by=by, starts_on=starts_on, ends_on=ends_on)
    _tell(row.pk, starts_on, ends_on, organization_id, by)
    return row
