"""Lessons made ahead from the timetable, for all schools at once.

Only what is sent to other classes becomes a lesson with rows of its own: a period that nobody else receives stays in the
timetable. What stands is compared with what the timetable now says, so that the same call makes a new week, follows a holiday
that was changed yesterday, and does nothing when nothing changed. Set-based: a fixed number of statements for any number of
schools. A lesson that a person has changed by hand, or that has begun, is left alone.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from lantian.kernel.events import acted_by, publish_many
from lantian.kernel.journal.services import record_many
from lantian.kernel.rules import SYSTEM, Actor
from lantian.kernel.time.queries import Calendars
from lantian.people.roster import queries as roster
from lantian.people.roster.enums import Subject
from lantian.people.schedule import queries
from lantian.people.schedule.enums import BY_TIMETABLE
from lantian.people.schedule.events import LessonCancelled, LessonsMade
from lantian.people.schedule.models import Lesson
from lantian.people.schedule.services import making_sql as sql

if TYPE_CHECKING:
    from lantian.people.roster.models import Organization

AHEAD = timedelta(days=21)  # people plan the next weeks by them; what changes later is followed
LOCK = 7_400_001  # advisory: two makers would each make the same lesson


@dataclass
class Made:
    """What a call did. `left_out`: receiving classes and whole lessons that could not be put in, with why (see `Problem`)."""

    made: int = 0
    changed: int = 0
    cancelled: int = 0
    revived: int = 0
    left_out: "list[Problem]" = field(default_factory=list)


@dataclass(frozen=True)
class Problem:
    """`kind`: what is taken ("teacher", "class", "room"), or "no_bell": the school has no times for that period.
    `class_group_id` is the receiving class that was left out; None when the lesson itself was not made."""

    kind: str
    entry_id: UUID
    day: date
    class_group_id: UUID | None = None


@transaction.atomic
def make_lessons(first: date, last: date, *, by: Actor = SYSTEM, now: datetime | None = None) -> Made:
    """Let the lessons from `first` to `last` be what the published timetables and pairings say. What has begun stays.

    For the clock and for whoever publishes a timetable (the rule was asked there).
    """
    moment = now or timezone.now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        _run(cursor, sql.TABLES)
        _copy_days(cursor, first, last)
        _copy_words(cursor)
        facts: dict[str, Any] = {"now": moment, "tz": settings.TIME_ZONE, "first": first, "last": last}
        _run(cursor, sql.WANTED, facts)
        made = Made(left_out=_problems(cursor))
        _run(cursor, sql.SETTLED)
        cursor.execute(sql.CANCEL)
        cancelled = [row[0] for row in cursor.fetchall()]
        made.revived = _count(cursor, sql.REVIVE)
        cursor.execute(sql.MOVE)
        made.made = _count(cursor, sql.MAKE)
        _run(cursor, sql.RECEIVE)
        cursor.execute(sql.CHANGED)
        made.changed = cursor.fetchone()[0]
        _run(cursor, sql.OCCUPY)
        cursor.execute(sql.BY_SCHOOL)
        by_school = cursor.fetchall()
    _tell_of_cancelled(cancelled, by)
    made.cancelled = len(cancelled)
    days = {"first": first, "last": last}
    publish_many(
        [
            LessonsMade(object_id=pk, organization_id=pk, context={**days, "lessons": count}, **acted_by(by))
            for pk, count in by_school
        ]
    )
    return made


def _copy_days(cursor: Any, first: date, last: date) -> None:
    """The days on which each school that sends or receives runs a timetable, and by which bells."""
    calendars, bells = Calendars(first, last), queries.Bells(first, last)
    cursor.execute(sql.SCHOOLS)
    schools = roster.organizations_known(row[0] for row in cursor.fetchall())
    rows = list(_school_days(schools, calendars, bells))  # read before the copy: it has the connection to itself
    with cursor.copy("COPY making_day (organization_id, day, weekday, odd, bells) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
    cursor.execute("ANALYZE making_day")


def _school_days(
    schools: "Iterable[Organization]", calendars: Calendars, bells: queries.Bells
) -> Iterator[tuple[UUID, date, int, bool, UUID | None]]:
    for school in schools:
        for day in calendars.timetable_days(str(school.path)):
            found = bells.schedule(str(school.path), day.day)
            yield school.pk, day.day, day.weekday, day.week % 2 == 1, found.pk if found else None


def _copy_words(cursor: Any) -> None:
    with cursor.copy("COPY making_word (subject, word) FROM STDIN") as copy:
        for value, label in Subject.choices:
            copy.write_row((value, str(label)))


def _run(cursor: Any, statements: Iterable[str], facts: dict[str, Any] | None = None) -> None:
    for statement in statements:
        cursor.execute(statement, facts)


def _count(cursor: Any, statement: str) -> int:
    cursor.execute(statement)
    return int(cursor.rowcount)


def _problems(cursor: Any) -> list[Problem]:
    cursor.execute(sql.PROBLEMS)
    return list(_read_problems(cursor.fetchall()))


def _read_problems(rows: Iterable[tuple[Any, ...]]) -> Iterator[Problem]:
    for kind, entry, day, group in rows:
        yield Problem(kind, entry, day, group)


def _tell_of_cancelled(ids: list[UUID], by: Actor) -> None:
    lessons = list(Lesson.objects.filter(pk__in=ids))
    record_many("schedule.lesson_cancelled", lessons, by=by, reason=BY_TIMETABLE)
    publish_many(
        [
            LessonCancelled(
                object_id=lesson.pk,
                organization_id=lesson.organization_id,
                context={"reason": BY_TIMETABLE},
                **acted_by(by),
            )
            for lesson in lessons
        ]
    )
