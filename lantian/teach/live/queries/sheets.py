"""The sheets of a lesson: pages of files and blank boards."""

from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Max, Q, QuerySet

from lantian.kernel.rules import Actor, shared
from lantian.people.schedule import queries as schedule
from lantian.teach.live.models import LessonPage, PageUpload

if TYPE_CHECKING:
    from lantian.people.schedule.models import Lesson


def uploads_of(lesson: "Lesson") -> QuerySet[PageUpload]:
    return PageUpload.objects.filter(lesson=lesson).order_by("created_at")


def pages_of(lesson: "Lesson") -> QuerySet[LessonPage]:
    """The sheets of a lesson in their order. Two at one place stand as they were brought."""
    return LessonPage.objects.filter(lesson=lesson).select_related("upload").order_by("position", "number", "pk")


def pages_visible_to(actor: Actor) -> QuerySet[LessonPage]:
    """Pages of the lessons this actor may see. Which there are nobody but the teacher is told before they are shown."""
    visible = Q(lesson__in=schedule.lessons_visible_to(actor).values("pk"))
    return LessonPage.objects.filter(visible | shared("live.lessonpage", actor))


def next_position(lesson: UUID) -> int:
    """Behind all sheets that the lesson has."""
    last = LessonPage.objects.filter(lesson=lesson).aggregate(last=Max("position"))["last"]
    return 0 if last is None else last + 1
