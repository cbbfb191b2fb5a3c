"""What a class does when its lesson does not come: the last good one of the same course, the lesson's pages, whom to call."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from uuid import UUID

from lantian.kernel.rules import Actor
from lantian.people.roster import queries as roster
from lantian.people.schedule import queries as schedule
from lantian.teach.desk.models import DeskContact
from lantian.teach.live import queries as live

if TYPE_CHECKING:
    from lantian.people.roster.models import Organization
    from lantian.people.schedule.models import Lesson
    from lantian.teach.live.models import LessonPage


@dataclass(frozen=True)
class Standby:
    """For one lesson that has not come. `replay`: the last lesson of the same course that was recorded."""

    lesson: "Lesson"
    replay: "Lesson | None" = None
    pages: "list[LessonPage]" = field(default_factory=list)
    contact: DeskContact | None = None


def standby(lesson: "Lesson", *, actor: Actor, organization: "Organization") -> Standby:
    """For a class of `organization`; the caller has shown that the lesson is visible. Five queries."""
    return Standby(
        lesson,
        live.last_recorded_like(lesson, schedule.lessons_visible_to(actor)),
        [page for upload in live.uploads_of(lesson) for page in upload.pages.all()],
        contact_for(organization),
    )


def contact_for(organization: "Organization") -> DeskContact | None:
    """The nearest number: the unit's own, or that of the nearest above that has one. Two queries."""
    above: list[UUID] = [unit.pk for unit in roster.ancestors_of(organization)]
    order = [organization.pk, *reversed(above)]
    found = {row.organization_id: row for row in DeskContact.objects.filter(organization__in=order)}
    return next((found[pk] for pk in order if pk in found), None)
