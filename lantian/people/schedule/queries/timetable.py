"""Reads of bells and timetables: what clashes, what holds on a day, and the days of a class or a teacher."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext

from lantian.kernel.holdings import Part
from lantian.kernel.registry import Registry
from lantian.kernel.rules import Actor, shared
from lantian.kernel.time.queries import Calendars, TimetableDay, organizations_of, term_on
from lantian.people.roster import queries as roster
from lantian.people.schedule.engine.week import Clash, Slot, clashes
from lantian.people.schedule.enums import WEEKDAYS, ChangeKind, TimetableState
from lantian.people.schedule.models import (
    BellSchedule,
    CalendarFeed,
    Lesson,
    Occupancy,
    Period,
    Timetable,
    TimetableChange,
    TimetableEntry,
)
from lantian.people.schedule.queries.lessons import TEACHING_ROLES

if TYPE_CHECKING:
    from lantian.kernel.holdings import Subject
    from lantian.people.roster.models import ClassGroup, Organization

LONGEST_LESSON = timedelta(hours=4)
NAMES = ("class_group", "teacher", "room", "timetable__organization")
# Lessons beyond the timetable that somebody asked to have in the own calendar, in a stretch of time, as far as they may be seen.
CALENDAR_LESSONS: Registry[Callable[[Actor, datetime, datetime], Iterable[Lesson]]] = Registry(
    "lessons in own calendars"
)


def timetables_visible_to(actor: Actor) -> QuerySet[Timetable]:
    """All of one's subtree; published ones of the school one teaches or learns at (a screen: stands in)."""
    q = Q(pk__in=[])
    if actor.paths:
        q |= Q(organization__path__within_any=actor.paths)
    published = Q(state=TimetableState.PUBLISHED)
    if actor.grant and actor.has_role(*TEACHING_ROLES):
        q |= published & Q(organization=actor.grant.organization_id)
    if actor.class_group_ids:
        mine = TimetableEntry.objects.filter(timetable=OuterRef("pk"), class_group__in=actor.class_group_ids)
        q |= published & Q(Exists(mine))
    return Timetable.objects.filter(q | shared("schedule.timetable", actor))


def entries_visible_to(actor: Actor, timetable: Timetable) -> QuerySet[TimetableEntry]:
    """The entries of a timetable one may see: staff the school's, everybody else those of the own classes."""
    entries = timetable.entries.select_related(*NAMES)
    if actor.administers(timetable.organization.path):
        return entries
    if actor.grant and actor.has_role(*TEACHING_ROLES) and actor.grant.organization_id == timetable.organization_id:
        return entries
    return entries.filter(class_group__in=actor.class_group_ids)


def timetable_classes(organization: "Organization") -> "QuerySet[ClassGroup]":
    """The classes that a school's timetable is about: its own and those of its campuses and teaching points."""
    return roster.class_groups_within(str(organization.path)).filter(is_active=True)


def teaches_at(person_id: UUID, organization: "Organization") -> bool:
    """Whether somebody teaches at the school today."""
    return bool(roster.staff_of(organization).filter(pk=person_id).exists())


def minutes(moment: time) -> int:
    return moment.hour * 60 + moment.minute


# Bells --------------------------------------------------------------------------------------------------------------------


class Bells:
    """The periods of schools over some days, the nearest organisation's word for each: of all, or of those at `paths`
    (ltree). Two queries.
    """

    def __init__(self, first: date, last: date, paths: Iterable[str] | None = None) -> None:
        rows = BellSchedule.objects.filter(during__overlap=DateRange(first, last, "[]")).prefetch_related("periods")
        if paths is not None:  # a region has a thousand schools with bells of their own
            rows = rows.filter(organization__in={unit for path in set(paths) for unit in organizations_of(path)})
        self._known: dict[UUID, list[BellSchedule]] = {}
        for row in rows:
            self._known.setdefault(row.organization_id, []).append(row)
        self._found: dict[tuple[tuple[UUID, ...], date], BellSchedule | None] = {}
        self._places: dict[str, tuple[UUID, ...]] = {}

    def schedule(self, path: str, day: date) -> BellSchedule | None:
        """The schedule that holds for the organisation with this ltree path on that day."""
        # most schools have no bells of their own: they share what was looked up for those above them
        place = self._places.get(path)
        if place is None:
            place = tuple(pk for pk in reversed(organizations_of(path)) if pk in self._known)
            self._places[path] = place
        if (place, day) not in self._found:
            self._found[place, day] = self._look_up(place, day)
        return self._found[place, day]

    def _look_up(self, place: tuple[UUID, ...], day: date) -> BellSchedule | None:
        for organization in place:
            for row in self._known[organization]:
                if row.during.lower <= day and (row.during.upper is None or day < row.during.upper):
                    return row
        return None

    def periods(self, path: str, day: date) -> dict[int, Period]:
        """By number; empty where nobody has set times."""
        found = self.schedule(path, day)
        return {period.number: period for period in found.periods.all()} if found else {}


def periods_on(organization: "Organization", day: date) -> list[Period]:
    """The periods of a school's day, in order."""
    found = Bells(day, day, [str(organization.path)]).periods(str(organization.path), day)
    return [found[number] for number in sorted(found)]


def usual_timetable(organization: "Organization", day: date) -> dict[str, object]:
    """What a school's new timetable most likely is, for a form: from `day` to the end of its term, named after it. One query."""
    term = term_on(day, path=str(organization.path))
    return {"first": day, "last": term.ends_on, "name": term.get_kind_display()} if term else {"first": day}


# Clashes ------------------------------------------------------------------------------------------------------------------


def clashes_of(timetable: Timetable) -> list[Clash]:
    """What cannot be held of a timetable: within it, and with other schools' published weeks that share a teacher or a room.

    Without bells a period is taken as an hour by its number. The slots' keys are the entries. Four queries.
    """
    own = list(timetable.entries.select_related(*NAMES))
    others = TimetableEntry.objects.filter(
        Q(teacher__in={row.teacher_id for row in own if row.teacher_id})
        | Q(room__in={row.room_id for row in own if row.room_id}),
        timetable__state=TimetableState.PUBLISHED,
        timetable__during__overlap=timetable.during,
    ).exclude(timetable__organization=timetable.organization_id)
    day, rows = timetable.during.lower, [*own, *others.select_related(*NAMES)]
    bells = Bells(day, day, _paths_of(rows))
    slots = [_slot(row, bells, day) for row in rows]
    mine = {row.pk for row in own}
    return [
        clash
        for clash in clashes(slots)
        if clash.first.key.pk in mine or clash.second.key.pk in mine  # type: ignore[attr-defined]  # keys are entries here
    ]


def _paths_of(entries: Iterable[TimetableEntry]) -> set[str]:
    return {str(row.timetable.organization.path) for row in entries}


def _slot(entry: TimetableEntry, bells: Bells, day: date) -> Slot:
    period = bells.periods(str(entry.timetable.organization.path), day).get(entry.period_no)
    starts = minutes(period.starts) if period else entry.period_no * 60
    ends = minutes(period.ends) if period else entry.period_no * 60 + 45
    return Slot(
        key=entry,
        weekday=entry.weekday,
        starts=starts,
        ends=ends,
        weeks=str(entry.weeks),
        class_group=entry.class_group_id,
        teacher=entry.teacher_id,
        room=entry.room_id,
    )


# Days ---------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Held:
    """One entry on one day, as it is held: after changes. `starts_at` and `ends_at` are None where no bell is known."""

    entry: TimetableEntry
    for_day: date  # the day of the week's plan
    day: date  # the day on which it is held
    period_no: int
    teacher_id: UUID | None
    starts_at: datetime | None
    ends_at: datetime | None
    change: TimetableChange | None = None

    @property
    def cancelled(self) -> bool:
        return self.change is not None and self.change.kind == ChangeKind.CANCELLED

    @property
    def teacher_name(self) -> str:
        who = self.change.teacher if self.change and self.change.teacher_id else self.entry.teacher
        return who.name if who else ""


def held(entries: QuerySet[TimetableEntry], first: date, last: date) -> list[Held]:
    """What is held of these entries' published weeks from `first` to `last`, in order, cancelled ones included. Six queries."""
    during = DateRange(first, last, "[]")
    # a lesson can be moved into these days from some weeks around them
    wide = DateRange(first - timedelta(days=31), last + timedelta(days=31), "[]")
    rows = list(
        entries.filter(timetable__state=TimetableState.PUBLISHED, timetable__during__overlap=wide).select_related(
            *NAMES
        )
    )
    changes = {
        (change.entry_id, change.day): change
        for change in TimetableChange.objects.filter(entry__in=rows)
        .filter(Q(day__contained_by=wide) | Q(to_day__contained_by=wide))
        .select_related("teacher")
    }
    calendars, bells = Calendars(wide.lower, wide.upper), Bells(wide.lower, wide.upper, _paths_of(rows))
    found = [one for row in rows for one in _days_of(row, calendars, bells, changes)]
    found = [one for one in found if one.day in during]
    return sorted(found, key=lambda one: (one.day, one.period_no, str(one.entry.class_group_id)))


def _days_of(
    entry: TimetableEntry, calendars: Calendars, bells: Bells, changes: dict[tuple[UUID, date], TimetableChange]
) -> Iterable[Held]:
    path = str(entry.timetable.organization.path)
    for day in calendars.timetable_days(path):
        if day.day not in entry.timetable.during or not _in_week(entry, day):
            continue
        change = changes.get((entry.pk, day.day))
        moved = change is not None and change.to_day is not None
        at = change.to_day if change and change.to_day else day.day
        number = change.to_period if change and moved and change.to_period else entry.period_no
        period = bells.periods(path, at).get(number)
        yield Held(
            entry,
            day.day,
            at,
            number,
            change.teacher_id if change and change.teacher_id else entry.teacher_id,
            _moment(at, period.starts) if period else None,
            _moment(at, period.ends) if period else None,
            change,
        )


def _moment(day: date, at: time) -> datetime:
    return timezone.make_aware(datetime.combine(day, at))


def holds_on(entry: TimetableEntry, day: date) -> bool:
    """Whether the week's plan has this entry on that day (holidays, shifted days and odd weeks minded). Two queries."""
    days = Calendars(day, day).timetable_days(str(entry.timetable.organization.path))
    return any(_in_week(entry, one) for one in days)


def _in_week(entry: TimetableEntry, day: TimetableDay) -> bool:
    odd = day.week % 2 == 1
    return day.weekday == entry.weekday and (entry.weeks == "every" or (entry.weeks == "odd") == odd)


def busy_then(
    teacher_id: UUID, entry: TimetableEntry, day: date, *, period_no: int | None = None, for_day: date | None = None
) -> bool:
    """Whether somebody teaches already when this entry is held on that day (in its own period, or in `period_no`): by the
    timetable, or in a lesson. `for_day`: the day of the week's plan that is moved there; what it takes up itself does not count.
    """
    path, own_day = str(entry.timetable.organization.path), for_day or day
    period = Bells(day, day, [path]).periods(path, day).get(period_no or entry.period_no)
    if period is None:
        return False
    starts, ends = _moment(day, period.starts), _moment(day, period.ends)
    theirs = TimetableEntry.objects.filter(Q(teacher=teacher_id) | Q(changes__teacher=teacher_id))
    if any(
        one.teacher_id == teacher_id
        and (one.entry.pk, one.for_day) != (entry.pk, own_day)
        and not one.cancelled
        and one.starts_at is not None
        and one.ends_at is not None
        and one.starts_at < ends
        and one.ends_at > starts
        for one in held(theirs.distinct(), day, day)
    ):
        return True
    lessons = Occupancy.objects.filter(teacher=teacher_id, during__overlap=(starts, ends))
    return lessons.exclude(lesson__in=Lesson.objects.filter(entry=entry, entry_day=own_day)).exists()


@dataclass(frozen=True, slots=True)
class Taught:
    """Something that somebody teaches: when, and what it is called."""

    starts_at: datetime
    ends_at: datetime
    title: str


def taught_then(person_id: UUID, starts_at: datetime, ends_at: datetime, *, besides: Lesson) -> Taught | None:
    """What somebody teaches between two moments of one day but this lesson: another lesson, or a period of the timetable."""
    taken = Occupancy.objects.filter(teacher=person_id, during__overlap=(starts_at, ends_at)).exclude(lesson=besides)
    row = taken.select_related("lesson").order_by("during").first()
    if row is not None:
        return Taught(row.lesson.starts_at, row.lesson.ends_at, row.lesson.title)
    day = timezone.localdate(starts_at)
    for one in held_by_teacher(person_id, day, day):
        own = (one.entry.pk, one.for_day) == (besides.entry_id, besides.entry_day)
        if own or one.cancelled or one.starts_at is None or one.ends_at is None:
            continue
        if one.starts_at < ends_at and one.ends_at > starts_at:
            return Taught(one.starts_at, one.ends_at, f"{one.entry.class_group} {one.entry.get_subject_display()}")
    return None


def teaching_beside(lesson: Lesson) -> frozenset[UUID]:
    """Who teaches another lesson while this one lasts, or what is left of it. One query."""
    rest = (max(lesson.starts_at, timezone.now()), lesson.ends_at)
    if rest[0] >= rest[1]:
        return frozenset()
    rows = Occupancy.objects.filter(teacher__isnull=False, during__overlap=rest).exclude(lesson=lesson)
    # found by the lessons of the hour: what a lesson takes, it takes while it lasts, and none lasts longer
    rows = rows.filter(lesson__starts_at__gt=rest[0] - LONGEST_LESSON, lesson__starts_at__lt=rest[1])
    return frozenset(rows.values_list("teacher", flat=True))


def class_has_then(entry: TimetableEntry, day: date, period_no: int, *, for_day: date) -> str:
    """The subject that the entry's class has on that day in that period already; empty when it is free. `for_day`: the day of the
    week's plan that is moved there.
    """
    rows = held(TimetableEntry.objects.filter(class_group=entry.class_group_id), day, day)
    others = (one for one in rows if (one.entry.pk, one.for_day) != (entry.pk, for_day))
    found = next((one for one in others if one.period_no == period_no and not one.cancelled), None)
    return str(found.entry.get_subject_display()) if found else ""


# Whose week ---------------------------------------------------------------------------------------------------------------


def entries_of_teacher(person_id: UUID) -> QuerySet[TimetableEntry]:
    """What somebody teaches by the week, or takes over for a day."""
    return TimetableEntry.objects.filter(Q(teacher=person_id) | Q(changes__teacher=person_id)).distinct()


def entries_of_class(class_group_id: UUID) -> QuerySet[TimetableEntry]:
    return TimetableEntry.objects.filter(class_group=class_group_id)


def held_by_teacher(person_id: UUID, first: date, last: date) -> list[Held]:
    """A teacher's own days: without what somebody else takes over."""
    return [one for one in held(entries_of_teacher(person_id), first, last) if one.teacher_id == person_id]


def feed_of(digest: str) -> CalendarFeed | None:
    """The feed behind an address, while its account may sign in."""
    feeds = CalendarFeed.objects.select_related("account", "teacher", "class_group__organization")
    return feeds.filter(digest=digest, account__is_active=True).first()


def has_feed(account_id: UUID | None, class_group_id: UUID | None) -> bool:
    return CalendarFeed.objects.filter(account=account_id, class_group=class_group_id).exists()


# What is held of somebody --------------------------------------------------------------------------------------------------


def entries_taught(subject: "Subject") -> QuerySet[TimetableEntry]:
    """The periods of all weeks, past ones too, that a person teaches or takes over."""
    return TimetableEntry.objects.filter(
        Q(teacher__in=subject.person_ids) | Q(changes__teacher__in=subject.person_ids)
    ).distinct()


def timetable_part(subject: "Subject") -> Part:
    """What a teacher's weeks say, for the copy of their data."""
    rows = (
        entries_taught(subject)
        .select_related("class_group", "timetable")
        .order_by("timetable__during", "weekday", "period_no")
    )
    labels = {
        "timetable": gettext("课表"),
        "group": gettext("班级"),
        "subject": gettext("学科"),
        "period": gettext("节次"),
    }
    return Part(
        gettext("课表"),
        labels,
        [
            {
                "timetable": row.timetable.name,
                "group": str(row.class_group),
                "subject": str(row.get_subject_display()),
                "period": f"{WEEKDAYS[row.weekday]} {row.period_no}",
            }
            for row in rows
        ],
    )


def feeds_held(subject: "Subject") -> QuerySet[CalendarFeed]:
    return CalendarFeed.objects.filter(Q(account__in=subject.account_ids) | Q(teacher__in=subject.person_ids))
