"""A school's timetable out of a spreadsheet: read and matched first, then made into a draft; published where timetables are."""

from collections import defaultdict
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from lantian.kernel.journal import services as journal
from lantian.kernel.rules import Actor, require
from lantian.people.exchange import rules
from lantian.people.exchange.engine.sheets.grids import SheetRefused, squeezed
from lantian.people.exchange.engine.sheets.reading import read_file
from lantian.people.exchange.engine.sheets.weeks import Read, Week, Wrong, read_weeks
from lantian.people.exchange.errors import FileNotTaken, NotReady
from lantian.people.exchange.models import WeekImport
from lantian.people.exchange.queries.weeks import old_weeks
from lantian.people.exchange.queries.words import WORDS
from lantian.people.roster import queries as roster
from lantian.people.roster.engine.codes.class_names import read_class
from lantian.people.roster.queries.assignments import assignments_on
from lantian.people.schedule import queries as schedule
from lantian.people.schedule import services as timetables

if TYPE_CHECKING:
    from lantian.people.roster.models import ClassGroup, Organization
    from lantian.people.schedule.models import Timetable

MOST_FAULTS = 500  # that are kept and shown; a file with more has one cause


class _Matcher:
    """Names in a file against a school's classes, teachers and rooms: five queries, however many lessons."""

    def __init__(self, organization: "Organization", day: date) -> None:
        self.classes = list(schedule.timetable_classes(organization))
        self.by_name = {squeezed(group.name): group for group in self.classes}
        self.teachers: dict[str, list[UUID]] = defaultdict(list)
        for pk, name in roster.staff_of(organization).values_list("pk", "name"):
            self.teachers[squeezed(name)].append(pk)
        self.teaching = {
            (line.group.pk, subject): {row.person_id for row in rows}
            for line in assignments_on(organization, day).lines
            for subject, rows in line.teachers.items()
        }
        self.rooms = {squeezed(room.name): room.pk for room in schedule.rooms_of_school(organization)}
        self.known: dict[str, ClassGroup | None] = {}

    def group(self, name: str) -> "ClassGroup | None":
        if name not in self.known:
            self.known[name] = self.by_name.get(squeezed(name)) or self._read(name)
        return self.known[name]

    def _read(self, name: str) -> "ClassGroup | None":
        year = roster.default_school_year()
        reading = read_class(name, school_year=year)
        places = list(reading.candidates)
        if reading.stage and reading.grade:
            places = [(reading.stage, reading.grade)]
        found = [
            group
            for group in self.classes
            if group.number == reading.number and (str(group.stage), group.grade) in places
        ]
        return found[0] if len(found) == 1 else None

    def teacher(self, entry: Read, group: "ClassGroup") -> UUID | str | None:
        """The teacher's id; None when nobody is named; a fault's code when the name says nobody, or several."""
        if not entry.teacher:
            return None
        found = self.teachers.get(squeezed(entry.teacher), [])
        if len(found) > 1:  # of one name: whoever teaches this class the subject, by the roster
            teaching = self.teaching.get((group.pk, entry.subject), set())
            found = [pk for pk in found if pk in teaching] or found
        return found[0] if len(found) == 1 else "week_teacher" if not found else "week_teachers"


def read_week(
    data: bytes, *, organization: "Organization", title: str, name: str, first: date, last: date, by: Actor
) -> WeekImport:
    """Read a file and match what it says with the school; nothing of the timetable changes yet. Raises Denied, FileNotTaken."""
    require(rules.may_import_week, by, organization)
    try:
        week = read_weeks(read_file(data), title=title)
    except SheetRefused as error:
        raise FileNotTaken(str(WORDS[error.code]) % error.params, field="upload") from error
    rows, wrong = _match(week, _Matcher(organization, max(first, timezone.localdate())))
    with transaction.atomic():
        made = WeekImport.objects.create(
            organization=organization,
            title=title[:100],
            name=name.strip(),
            first=first,
            last=last,
            rows=rows,
            faults=[_fault(one) for one in wrong[:MOST_FAULTS]],
            wrong=len(wrong),
            entries=len(rows),
            passed=week.passed,
            created_by_id=by.person_id,
        )
        journal.record("exchange.week_read", made, by=by, title=made.title, entries=len(rows), count=len(wrong))
    return made


def _fault(one: Wrong) -> dict[str, str]:
    return {"sheet": one.place.sheet, "cell": one.place.cell, "code": one.code, "value": one.value}


def _match(week: Week, matcher: _Matcher) -> tuple[list[list[Any]], list[Wrong]]:
    """Rows as `EntryRow` has them, JSON; and what does not match. Two lessons of one class at one time: the second is a fault."""
    wrong = list(week.wrong)
    taken: dict[tuple[UUID, int, int], set[str]] = defaultdict(set)
    rows: list[list[Any]] = []
    said: set[tuple[str, str]] = set()

    def complain(entry: Read, code: str, value: str) -> None:
        if (
            code,
            value,
        ) not in said or code == "week_twice":  # a class unknown is said once, not for each of its lessons
            said.add((code, value))
            wrong.append(Wrong(entry.place, code, value))

    for entry in week.entries:
        group = matcher.group(entry.group)
        if group is None:
            complain(entry, "week_class", entry.group)
            continue
        held = taken[group.pk, entry.weekday, entry.period]
        if held & {"every", entry.weeks} or (held and entry.weeks == "every"):
            complain(entry, "week_twice", entry.group)
            continue
        held.add(entry.weeks)
        teacher = matcher.teacher(entry, group)
        if isinstance(teacher, str):
            complain(entry, teacher, entry.teacher)
            teacher = None
        room = matcher.rooms.get(squeezed(entry.room)) if entry.room else None
        if entry.room and room is None:
            complain(entry, "week_room", entry.room)
        rows.append(
            [
                entry.weekday,
                entry.period,
                str(group.pk),
                entry.subject,
                str(teacher) if teacher else None,
                str(room) if room else None,
                entry.weeks,
            ]
        )
    return rows, wrong


@transaction.atomic
def draft_week(found: WeekImport, *, by: Actor) -> "Timetable":
    """Make the draft; its clashes are found on the timetable's own page, where it is mended and published. Again gives the same.

    Raises Denied, NotReady, and what `schedule` refuses.
    """
    found = (
        WeekImport.objects.select_for_update(of=("self",)).select_related("organization", "timetable").get(pk=found.pk)
    )
    require(rules.may_import_week, by, found.organization)
    if found.timetable is not None:
        return found.timetable
    if not found.rows:
        raise NotReady
    made = timetables.draft_timetable(found.organization, name=found.name, first=found.first, last=found.last, by=by)
    rows = [
        timetables.EntryRow(weekday, period, UUID(group), subject, _id(teacher), _id(room), weeks)
        for weekday, period, group, subject, teacher, room, weeks in found.rows
    ]
    timetables.set_entries(made, rows=rows, by=by)
    found.timetable, found.drafted_at, found.rows = made, timezone.now(), []  # the draft has them now
    found.save(update_fields=["timetable", "drafted_at", "rows"])
    journal.record("exchange.week_drafted", found, by=by, title=found.title, entries=len(rows))
    return made


def forget_weeks(before: datetime) -> int:
    """Retention: what was read long ago is let go; that it was, by whom and how much, is kept. Returns how many."""
    return old_weeks(before).update(rows=[], faults=[])


def _id(value: str | None) -> UUID | None:
    return UUID(value) if value else None
