"""What views look up first."""

from typing import TYPE_CHECKING
from uuid import UUID

from django.http import HttpRequest

from lantian.kernel.rules import Actor
from lantian.kernel.web.guards import found_or_404
from lantian.people.schedule import queries as schedule

if TYPE_CHECKING:
    from lantian.people.schedule.models import Lesson


def actor_of(request: HttpRequest) -> Actor:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return actor


def visible_lesson(request: HttpRequest, lesson_id: UUID) -> "Lesson":
    """The lesson with all its names, or 404 for those it is not visible to."""
    return found_or_404(schedule.visible_lesson(actor_of(request), lesson_id))
