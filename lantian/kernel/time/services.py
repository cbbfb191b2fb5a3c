"""Set terms and days off."""

from datetime import date
from uuid import UUID

from django.db import transaction

from lantian.kernel.journal import services as journal
from lantian.kernel.rules import Actor, require
from lantian.kernel.time.errors import BadTerm, TermsOverlap
from lantian.kernel.time.models import AcademicSession, SpecialDay
from lantian.kernel.time.rules import may_set_calendar

LONGEST_TERM = 200


@transaction.atomic
def set_special_day(
    day: date,
    *,
    kind: str,
    by: Actor,
    name: str = "",
    follows_weekday: int | None = None,
    organization_id: UUID | None = None,
    source: str = "",
) -> SpecialDay:
    """Make a day a holiday or a working day (`DayKind`), for the nation or one organisation and all below. Raises Denied.

    `follows_weekday` (0 Monday … 6 Sunday): whose timetable a shifted working day runs.
    """
    require(may_set_calendar, by, organization_id)
    row, _ = SpecialDay.objects.update_or_create(
        date=day,
        organization_id=organization_id,
        defaults={"kind": kind, "name": name, "follows_weekday": follows_weekday, "source": source},
    )
    journal.record("time.special_day_set", row, by=by, date=day, kind=kind, name=name)
    return row


@transaction.atomic
def clear_special_day(day: date, *, by: Actor, organization_id: UUID | None = None) -> bool:
    """Take a special day back; whether there was one. Raises Denied."""
    require(may_set_calendar, by, organization_id)
    row = SpecialDay.objects.filter(date=day, organization_id=organization_id).first()
    if row is None:
        return False
    journal.record("time.special_day_cleared", row, by=by, date=day)
    row.delete()
    return True


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
    return row
