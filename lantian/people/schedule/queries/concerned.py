"""Whom a change of the timetable or of a lesson concerns."""

from collections.abc import Iterable
from datetime import date, datetime, time
from uuid import UUID

from django.utils import timezone

from lantian.kernel.time.queries import Calendars
from lantian.people.roster import queries as roster
from lantian.people.schedule.models import Lesson, Pairing
from lantian.people.schedule.queries.timetable import Bells


def classes_receiving(sender: UUID, subject: str, day: date) -> list[UUID]:
    """The classes that receive a subject from a class on a day."""
    rows = Pairing.objects.filter(sender=sender, subject=subject, during__contains=day)
    return list(rows.values_list("receiver_id", flat=True))


def classes_of_lesson(lesson: Lesson) -> list[UUID]:
    """The class it is given in, and those that receive it."""
    own = [lesson.class_group_id] if lesson.class_group_id else []
    return [*own, *lesson.receivers.values_list("class_group_id", flat=True)]


def in_lessons(students: Iterable[UUID], now: datetime) -> dict[UUID, datetime]:
    """Those of some students whose school has a period now, by its bells and calendar → when the period ends. Fixed queries."""
    local = timezone.localtime(now)
    day, clock = local.date(), local.time()
    rows = roster.student_memberships().filter(person__in=list(students)).values_list("person", "organization__path")
    found, ends = list(rows), dict[str, time | None]()
    calendars, bells = Calendars(day, day), Bells(day, day)
    for path in {str(path) for _person, path in found}:
        taught = any(each.day == day for each in calendars.timetable_days(path))
        periods = bells.periods(path, day).values() if taught else ()
        ends[path] = max((each.ends for each in periods if each.starts <= clock < each.ends), default=None)
    return {
        person: local.replace(hour=end.hour, minute=end.minute, second=0, microsecond=0)
        for person, path in found
        if (end := ends[str(path)]) is not None
    }


def lesson_known(pk: UUID) -> Lesson | None:
    """A lesson of which one has the id alone, with its school."""
    return Lesson.objects.select_related("organization").filter(pk=pk).first()
