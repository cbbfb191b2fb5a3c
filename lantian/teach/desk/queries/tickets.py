"""Fault tickets: who sees which, at which desk they stand, and how many wait there."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Q, QuerySet, Value

from lantian.kernel.rules import Actor, shared
from lantian.kernel.shaped import shaped
from lantian.people.roster import queries as roster
from lantian.people.roster.enums import REGION_KINDS, OrganizationKind
from lantian.people.schedule.queries import TEACHING_ROLES
from lantian.teach.desk.enums import WAITING, TicketState
from lantian.teach.desk.models import Ticket

if TYPE_CHECKING:
    from lantian.people.roster.models import Organization


def tickets_visible_to(actor: Actor) -> QuerySet[Ticket]:
    """One's own, those of one's room, of classes one teaches in and lessons one teaches, and of the subtree."""
    q = Q(pk__in=[])
    if actor.person_id:
        q |= Q(raised_by=actor.person_id)
    if actor.room_id:
        q |= Q(room=actor.room_id)
    if actor.has_role(*TEACHING_ROLES):
        q |= Q(class_group__in=actor.class_group_ids) | Q(lesson__teacher=actor.person_id)
    if actor.paths:
        q |= Q(organization__path__within_any=actor.paths)
    return Ticket.objects.filter(q | shared("desk.ticket", actor))


def tickets_with_names(tickets: QuerySet[Ticket]) -> QuerySet[Ticket]:
    """With all that a list or a page shows of each."""
    return tickets.select_related(
        "organization", "desk", "class_group", "room", "lesson__teacher", "raised_by", "taken_by"
    )


def desk_of(organization: "Organization") -> "Organization":
    """The desk a fault is reported to first: the school's; a campus or teaching point has that of its school."""
    if organization.kind in (OrganizationKind.CAMPUS, OrganizationKind.TEACHING_POINT):
        above = roster.ancestors_of(organization)
        return next((unit for unit in reversed(above) if unit.kind == OrganizationKind.SCHOOL), organization)
    return organization


def desk_above(desk: "Organization") -> "Organization | None":
    """The nearest bureau above a desk; none above the county's, which is the last to have it."""
    if desk.kind in REGION_KINDS:
        return None
    above = roster.ancestors_of(desk)
    return next((unit for unit in reversed(above) if unit.kind in REGION_KINDS), None)


def counts_at_desk(actor: Actor, now: datetime) -> dict[str, int]:
    """`waiting` and `overdue` tickets at the desk of the unit that the actor acts for. One query."""
    if not actor.paths or actor.grant is None:
        return {"waiting": 0, "overdue": 0}
    waiting, overdue = _counted_at_desk(actor, now)[0]
    return {"waiting": waiting, "overdue": overdue}


@shaped
def _counted_at_desk(actor: Actor, now: Any) -> QuerySet[Any, tuple[int, int]]:
    """One row, as `aggregate` would give it."""
    desk = actor.grant.organization_id if actor.grant else None
    at_desk = Ticket.objects.filter(desk=desk, state__in=WAITING).order_by()
    counted = at_desk.values(all=Value(1)).annotate(waiting=Count("pk"), overdue=Count("pk", filter=Q(due_at__lt=now)))
    return counted.values_list("waiting", "overdue")


def to_escalate(now: datetime) -> QuerySet[Ticket]:
    """Tickets that stood at a school's desk beyond their time."""
    late = Ticket.objects.filter(state__in=WAITING, due_at__lt=now, escalated=False)
    return late.exclude(desk__kind__in=REGION_KINDS).select_related("desk", "organization")


def stale(before: datetime) -> QuerySet[Ticket]:
    """Solved long enough ago that nobody will say it is not."""
    return Ticket.objects.filter(state=TicketState.SOLVED, solved_at__lt=before)
