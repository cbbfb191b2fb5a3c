"""The week of a school: its bells, drafts, and what is published."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone
from django.utils.translation import gettext as _

from lantian.kernel import jobs
from lantian.kernel.events import acted_by, publish
from lantian.kernel.journal.services import record
from lantian.kernel.rules import Actor, require
from lantian.people.schedule import queries, rules
from lantian.people.schedule.enums import TimetableState
from lantian.people.schedule.errors import (
    AlreadyThere,
    TimetableClashes,
    TimetableInvalid,
    TimetableNotDraft,
)
from lantian.people.schedule.events import TimetablePublished
from lantian.people.schedule.models import (
    BellSchedule,
    Period,
    Timetable,
    TimetableEntry,
)

if TYPE_CHECKING:
    from lantian.people.roster.models import Organization

MAKE_JOB = "schedule.make_lessons"
LONGEST_PERIOD = timedelta(hours=3)
YEARS = (2000, 2100)


@dataclass(frozen=True, slots=True)
class PeriodRow:
    """One period of the day: number, begin, end; `name` empty: 第 N 节."""

    number: int
    starts: time
    ends: time
    name: str = ""


@dataclass(frozen=True, slots=True)
class EntryRow:
    """One entry of a week, by ids."""

    weekday: int
    period_no: int
    class_group_id: UUID
    subject: str
    teacher_id: UUID | None = None
    room_id: UUID | None = None
    weeks: str = "every"


def follow_up() -> None:
    """Let the lessons of the next days follow what was changed, in the background and once for many changes."""
    jobs.enqueue(MAKE_JOB, once=MAKE_JOB)


def check_days(*days: date | None) -> None:
    """Days of a plan lie in years that are meant: a range up to 9999-12-31 would end on a day that no date can name, and nobody
    could read it any more. Raises TimetableInvalid.
    """
    if any(day is not None and not YEARS[0] <= day.year <= YEARS[1] for day in days):
        raise TimetableInvalid(
            _("日期不对：年份要在 %(first)s 到 %(last)s 之间") % {"first": YEARS[0], "last": YEARS[1]}
        )


@transaction.atomic
def set_bells(
    organization: "Organization", *, name: str, first: date, last: date | None, periods: Sequence[PeriodRow], by: Actor
) -> BellSchedule:
    """Set the times of the day from `first` to `last` (None: until further notice); what stood before ends the day before.

    Raises Denied, TimetableInvalid, AlreadyThere when another schedule begins within these days.
    """
    require(rules.may_manage_timetable, by, organization)
    check_days(first, last)
    _check_periods(periods)
    if last is not None and last < first:
        raise TimetableInvalid(_("结束日期不能早于开始日期"))
    during = DateRange(first, last, "[]") if last else DateRange(first, None)
    own = BellSchedule.objects.select_for_update().filter(organization=organization)
    for row in own.filter(during__overlap=during, during__startswith__lt=first):
        row.during = DateRange(row.during.lower, first)
        row.save(update_fields=["during"])
    own.filter(during__startswith=first).delete()
    try:
        with transaction.atomic():
            made = BellSchedule.objects.create(organization=organization, name=name.strip(), during=during)
    except IntegrityError as error:
        raise AlreadyThere(_("这段日期里已有另一份作息时间")) from error
    Period.objects.bulk_create(
        Period(
            schedule=made,
            number=row.number,
            name=row.name or f"第{row.number}节",  # i18n: data
            starts=row.starts,
            ends=row.ends,
        )
        for row in periods
    )
    record("schedule.bells_set", made, by=by, organization=organization.name, first=first, periods=len(periods))
    follow_up()
    return made


def _check_periods(periods: Sequence[PeriodRow]) -> None:
    if not periods or len({row.number for row in periods}) != len(periods):
        raise TimetableInvalid(_("至少要有一节课，每一节的序号不能重复"))
    ordered = sorted(periods, key=lambda row: row.number)
    for row in ordered:
        minutes = (row.ends.hour - row.starts.hour) * 60 + row.ends.minute - row.starts.minute
        if not 0 < minutes <= LONGEST_PERIOD.total_seconds() / 60:
            raise TimetableInvalid(_("第 %(n)s 节的结束时间要晚于开始时间") % {"n": row.number})
    for before, after in pairwise(ordered):
        if after.starts < before.ends:
            raise TimetableInvalid(_("第 %(n)s 节开始得比上一节结束还早") % {"n": after.number})


@transaction.atomic
def draft_timetable(
    organization: "Organization",
    *,
    name: str,
    first: date,
    last: date,
    by: Actor,
    like: Timetable | None = None,
) -> Timetable:
    """A new draft for these days, empty or with the entries of another one of the school. Raises Denied, TimetableInvalid."""
    require(rules.may_manage_timetable, by, organization)
    check_days(first, last)
    if last < first or (last - first).days > 400:
        raise TimetableInvalid(_("日期不对：结束不能早于开始，也不能超过一年"))
    if like is not None and like.organization_id != organization.pk:
        raise TimetableInvalid(_("只能复制本校的课表"))
    made = Timetable.objects.create(organization=organization, name=name.strip(), during=DateRange(first, last, "[]"))
    if like is not None:
        fields = ("weekday", "period_no", "weeks", "class_group_id", "subject", "teacher_id", "room_id")
        TimetableEntry.objects.bulk_create(
            TimetableEntry(timetable=made, **row) for row in like.entries.values(*fields).iterator()
        )
    record("schedule.timetable_drafted", made, by=by, name=made.name, like=str(like.pk) if like else None)
    return made


@transaction.atomic
def set_entries(timetable: Timetable, *, rows: Iterable[EntryRow], by: Actor, replace: bool = False) -> int:
    """Put entries into a draft; what stands at the same class, period and weeks is replaced, `replace` empties it first.

    Returns how many. Raises Denied, TimetableNotDraft, TimetableInvalid (a class of another school).
    """
    timetable = _draft(timetable, by)
    rows = list(rows)
    allowed = set(queries.timetable_classes(timetable.organization).values_list("pk", flat=True))
    if any(row.class_group_id not in allowed for row in rows):
        raise TimetableInvalid(_("有班级不在这所学校"))
    if replace:
        timetable.entries.all().delete()
    entries = [
        TimetableEntry(
            timetable=timetable,
            weekday=row.weekday,
            period_no=row.period_no,
            weeks=row.weeks,
            class_group_id=row.class_group_id,
            subject=row.subject,
            teacher_id=row.teacher_id,
            room_id=row.room_id,
        )
        for row in rows
    ]
    TimetableEntry.objects.bulk_create(
        entries,
        batch_size=2000,
        update_conflicts=True,
        unique_fields=["timetable", "class_group", "weekday", "period_no", "weeks"],
        update_fields=["subject", "teacher", "room"],
    )
    record("schedule.timetable_filled", timetable, by=by, entries=len(entries), replace=replace)
    return len(entries)


@transaction.atomic
def clear_entry(entry: TimetableEntry, *, by: Actor) -> None:
    """Take an entry out of a draft. Raises Denied, TimetableNotDraft."""
    _draft(entry.timetable, by)
    record("schedule.timetable_cleared", entry.timetable, by=by, weekday=entry.weekday, period=entry.period_no)
    entry.delete()


@transaction.atomic
def publish_timetable(timetable: Timetable, *, by: Actor) -> Timetable:
    """Let a draft hold from its first day, or from tomorrow when another one held on days that have passed; that one ends the day
    before.

    Lessons follow in the background. Raises Denied, TimetableNotDraft, TimetableInvalid, TimetableClashes, AlreadyThere.
    """
    timetable = _draft(timetable, by)
    if not timetable.entries.exists():
        raise TimetableInvalid(_("课表里还没有课"))
    first, last = timetable.during.lower, timetable.during.upper - timedelta(days=1)
    if last < timezone.localdate():
        raise TimetableInvalid(_("这份课表的日期已经过去"))
    found = queries.clashes_of(timetable)
    if found:
        raise TimetableClashes(len(found))
    others = list(
        Timetable.objects.select_for_update().filter(
            organization=timetable.organization, state=TimetableState.PUBLISHED, during__overlap=timetable.during
        )
    )
    if others and first < timezone.localdate():  # what was held stays what it was
        first = timezone.localdate() + timedelta(days=1)
        if last < first:
            raise TimetableInvalid(_("这份课表的日期已经过去"))
        timetable.during = DateRange(first, last, "[]")
    for other in others:
        _make_way(other, first)
    timetable.state, timetable.published_at = TimetableState.PUBLISHED, timezone.now()
    try:
        with transaction.atomic():
            timetable.save(update_fields=["state", "during", "published_at"])
    except IntegrityError as error:  # another draft for these days was published at the same moment
        raise AlreadyThere(_("刚才已经发布了另一份课表，请刷新后再看")) from error
    record("schedule.timetable_published", timetable, by=by, first=first, last=last)
    publish(
        TimetablePublished(
            object_id=timetable.pk,
            organization_id=timetable.organization_id,
            context={"first": first, "last": last},
            **acted_by(by),
        )
    )
    follow_up()
    return timetable


def _make_way(other: Timetable, first: date) -> None:
    if other.during.lower < first:
        other.during = DateRange(other.during.lower, first)
    else:
        other.state = TimetableState.WITHDRAWN
    other.save(update_fields=["during", "state"])


@transaction.atomic
def withdraw_timetable(timetable: Timetable, *, by: Actor, reason: str) -> None:
    """Take a published timetable back; its lessons to come are cancelled. Again does nothing. Raises Denied."""
    timetable = Timetable.objects.select_for_update().select_related("organization").get(pk=timetable.pk)
    require(rules.may_manage_timetable, by, timetable.organization)
    if timetable.state == TimetableState.WITHDRAWN:
        return
    timetable.state = TimetableState.WITHDRAWN
    timetable.save(update_fields=["state"])
    record("schedule.timetable_withdrawn", timetable, by=by, reason=reason)
    follow_up()


def _draft(timetable: Timetable, by: Actor) -> Timetable:
    found = Timetable.objects.select_for_update(of=("self",)).select_related("organization").get(pk=timetable.pk)
    require(rules.may_manage_timetable, by, found.organization)
    if found.state != TimetableState.DRAFT:
        raise TimetableNotDraft
    return found
