"""Whom a change of the timetable or of a lesson concerns."""

from collections.abc import Iterable
from datetime import date, datetime, time
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from lantian.kernel.time.queries import Calendars
from lantian.people.messaging.engine.audience import Audience
from lantian.people.messaging.enums import Group
from lantian.people.roster import queries as roster
from lantian.people.schedule.enums import BY_TIMETABLE, AlliancePart
from lantian.people.schedule.models import Alliance, Lesson, LessonReceiver, Pairing
from lantian.people.schedule.queries.alliances import Ending, not_left
from lantian.people.schedule.queries.timetable import Bells

if TYPE_CHECKING:
    from lantian.people.roster.models import Organization
    from lantian.people.schedule.events import LessonCancelled, LessonRescheduled

TOLD = (Group.STUDENT, Group.GUARDIAN, Group.HOMEROOM)


def is_told(fact: "LessonCancelled | LessonRescheduled") -> bool:
    """Whether those in a lesson are told what became of it, in a notice of its own or of what ended many: what the timetable did
    is told by the change that caused it."""
    return fact.actor_kind != "system" and fact.context.get("reason") != BY_TIMETABLE


def told_of_lesson(lesson: Lesson) -> Audience:
    """Its teacher; the students, families and homeroom teachers of its classes. One query."""
    return Audience.of(people=[lesson.teacher_id], classes=classes_of_lesson(lesson), to=TOLD)


def concerned_by(stops: Ending, school: "Organization | None") -> tuple[list[UUID], list[UUID]]:
    """The classes and the teachers for whom something stops when an alliance ends, or when `school` leaves it. Two queries."""
    classes = {pairing.receiver_id for pairing in stops.pairings}
    classes |= {lesson.class_group_id for lesson in stops.cancelled if lesson.class_group_id}
    classes.update(LessonReceiver.objects.filter(lesson__in=stops.cancelled).values_list("class_group_id", flat=True))
    if school is not None:
        own = LessonReceiver.objects.filter(class_group__organization__path__within=school.path)
        classes.update(own.filter(lesson__in=stops.thinned).values_list("class_group_id", flat=True))
    return sorted(classes), sorted({lesson.teacher_id for lesson in stops.cancelled})


def heads_concerned(alliance: Alliance, school: "Organization | None") -> set[UUID]:
    """Who leads the alliance and the schools in it; of those, when `school` leaves, that one and the senders. Two queries."""
    members = alliance.members.filter(not_left(timezone.localdate()))
    if school is not None:
        members = members.filter(Q(part=AlliancePart.SENDING) | Q(organization=school))
    return roster.heads_of({alliance.lead_id, *members.values_list("organization_id", flat=True)})


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
