"""Whom a change of the timetable or of a lesson concerns."""

from datetime import date
from uuid import UUID

from lantian.people.schedule.models import Lesson, Pairing


def classes_receiving(sender: UUID, subject: str, day: date) -> list[UUID]:
    """The classes that receive a subject from a class on a day."""
    rows = Pairing.objects.filter(sender=sender, subject=subject, during__contains=day)
    return list(rows.values_list("receiver_id", flat=True))


def classes_of_lesson(lesson: Lesson) -> list[UUID]:
    """The class it is given in, and those that receive it."""
    own = [lesson.class_group_id] if lesson.class_group_id else []
    return [*own, *lesson.receivers.values_list("class_group_id", flat=True)]


def lesson_known(pk: UUID) -> Lesson | None:
    """A lesson of which one has the id alone, with its school."""
    return Lesson.objects.select_related("organization").filter(pk=pk).first()
