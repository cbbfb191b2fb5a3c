"""What became of single lessons, class by class."""

from uuid import UUID

from django.db.models import Q, QuerySet

from lantian.kernel.rules import Actor, shared
from lantian.people.schedule.queries import TEACHING_ROLES
from lantian.teach.desk.models import Correction, HeadCount, Outcome


def outcomes_visible_to(actor: Actor) -> QuerySet[Outcome]:
    """Of lessons one teaches, of classes one teaches in, and of what one's subtree receives, sends, or leads the alliance of."""
    q = Q(pk__in=[])
    if actor.has_role(*TEACHING_ROLES) and actor.person_id:
        q |= Q(lesson__teacher=actor.person_id) | Q(class_group__in=actor.class_group_ids)
    if actor.paths:
        q |= Q(organization__path__within_any=actor.paths) | Q(sender__path__within_any=actor.paths)
        q |= Q(alliance__lead__path__within_any=actor.paths)
    return Outcome.objects.filter(q | shared("desk.outcome", actor))


def with_names(outcomes: QuerySet[Outcome]) -> QuerySet[Outcome]:
    """With all that a list or a page shows of each."""
    return outcomes.select_related("lesson__teacher", "class_group", "organization", "sender", "alliance")


def corrections_of(outcome: Outcome) -> list[Correction]:
    """What people said about it, the newest first."""
    rows = Correction.objects.filter(lesson=outcome.lesson_id, class_group=outcome.class_group_id)
    return list(rows.select_related("by").order_by("-at"))


def head_count_of(outcome: Outcome) -> HeadCount | None:
    """What the assistant confirmed."""
    return head_count_known(outcome.lesson_id, outcome.class_group_id)


def head_count_known(lesson: UUID, class_group: UUID) -> HeadCount | None:
    """The same, while there is no outcome yet."""
    return HeadCount.objects.filter(lesson=lesson, class_group=class_group).select_related("by").first()
