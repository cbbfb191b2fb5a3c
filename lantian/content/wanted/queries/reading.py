"""Which calls one may see, what was sent in answer, and how far they are."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from lantian.content.resources import queries as resources
from lantian.content.resources.enums import Reach, ResourceState
from lantian.content.taxonomy import queries as taxonomy
from lantian.content.wanted.enums import AnswerState, CallState
from lantian.content.wanted.models import Answer, Call
from lantian.kernel.rules import Actor, shared
from lantian.kernel.shaped import derived
from lantian.kernel.time.queries import organizations_of
from lantian.people.schedule import queries as schedule

if TYPE_CHECKING:
    from lantian.content.resources.models import Resource

OFFERED = 200  # resources of one's own that a form lists


# Who sees what ------------------------------------------------------------------------------------------------------------------


def addressed(actor: Actor) -> Q:
    """Calls that ask whoever makes resources where the actor is: of the units above, and of alliances of the own school."""
    if actor.is_anonymous or actor.grant is None or actor.role not in resources.MAKING_ROLES:
        return Q(pk__in=[])
    units = derived(organizations_of, actor.grant.path)
    here = Q(alliance__isnull=True, organization__among=units)
    allied = Q(alliance__in=schedule.alliances_joined_by(units).values("pk"))
    return (here | allied) & ~Q(state=CallState.WITHDRAWN)


def calls_visible_to(actor: Actor) -> QuerySet[Call]:
    """Those that one is asked by, that one has answered, and those of the offices and research groups at one's own or below."""
    q = addressed(actor)
    if actor.person_id is not None:
        q |= Q(pk__in=Answer.objects.filter(person=actor.person_id).values("call"))
    if paths := taxonomy.editing_paths(actor):
        q |= Q(organization__path__within_any=paths)
    return Call.objects.filter(q | shared("wanted.call", actor))


def calls_addressed_to(actor: Actor) -> QuerySet[Call]:
    """Those that one can answer today."""
    return Call.objects.filter(addressed(actor), state=CallState.OPEN, due_on__gte=timezone.localdate())


def calls_awaiting(actor: Actor) -> QuerySet[Call]:
    """Calls that one manages and in which somebody waits for an answer."""
    mine = Call.objects.filter(organization__path__within_any=taxonomy.editing_paths(actor), state=CallState.OPEN)
    return mine.filter(pk__in=Answer.objects.filter(state=AnswerState.WAITING).values("call"))


# How far they are ---------------------------------------------------------------------------------------------------------------


def serving() -> Q:
    """Answers that count: accepted, published, and for those for whom the office asked (or more)."""
    reaches = (
        Q(resource__reach=Reach.PUBLIC)
        | Q(resource__reach=Reach.REGION, resource__region__path__above=F("call__organization__path"))
        | Q(resource__reach=Reach.SCHOOL, resource__organization=F("call__organization"))
    )
    return Q(state=AnswerState.ACCEPTED, resource__state=ResourceState.PUBLISHED) & reaches


def served(call: Call) -> int:
    """How many answers of a call count. One query."""
    return call.answers.filter(serving()).count()


def _count(q: Q) -> Coalesce:
    rows = Answer.objects.filter(q, call=OuterRef("pk")).order_by().values("call").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(rows), 0)


def with_figures(rows: QuerySet[Call]) -> QuerySet[Call]:
    """With unit and alliance, and `served`: how many answers count, `waiting`: how many wait for a decision."""
    return rows.select_related("organization", "alliance").annotate(
        served=_count(serving()), waiting=_count(Q(state=AnswerState.WAITING))
    )


# One of them --------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Offered:
    """An answer as somebody sees it; `opens`: whether they may look at the resource; `serves`: whether it counts."""

    answer: Answer
    opens: bool
    serves: bool


def answers_for(actor: Actor, call: Call, *, manages: bool) -> list[Offered]:
    """All answers for those who manage the call; one's own, and accepted ones that one may see, for others. Two queries."""
    rows = call.answers.select_related("resource__organization", "person").order_by("made_at", "pk")
    seen = resources.resources_visible_to(actor).filter(pk__in=call.answers.values("resource"))
    opened = set(seen.values_list("pk", flat=True))
    if not manages:
        shown = Q(state=AnswerState.ACCEPTED, resource__state=ResourceState.PUBLISHED, resource__in=opened)
        rows = rows.filter(shown | Q(person=actor.person_id)) if actor.person_id else rows.filter(shown)
    counts = Q(pk__in=call.answers.filter(serving()).values("pk"))
    found = rows.annotate(counted=counts)
    return [Offered(row, row.resource_id in opened, bool(row.counted)) for row in found]


def answer_known(pk: UUID) -> Answer | None:
    """Whatever may be seen. One query."""
    rows = Answer.objects.select_related("call__organization", "call__alliance", "resource__organization", "person")
    return rows.filter(pk=pk).first()


def places_of_call(call: Call) -> list[tuple[UUID, str]]:
    """The points and chapters it is about, and where they stand in words. Three queries."""
    ids = list(call.places.order_by("pk").values_list("node", flat=True))
    places = taxonomy.places_of(ids) if ids else {}
    return [(pk, places[pk].words) for pk in ids if pk in places]


def resources_to_offer(actor: Actor, call: Call) -> "list[Resource]":
    """One's own resources that do not answer the call yet, those of its subject and the newest first. One query."""
    rows = resources.own_resources(actor).exclude(state=ResourceState.WITHDRAWN)
    rows = rows.exclude(pk__in=call.answers.values("resource")).order_by("-created_at")[:OFFERED]
    return sorted(rows, key=lambda row: row.subject != call.subject)


def units_told(call: Call) -> Iterable[UUID]:
    """Roots of the subtrees whose teachers are asked. One query for an alliance, none else."""
    if call.alliance is None:
        return [call.organization_id]
    today = timezone.localdate()
    members = call.alliance.members.filter(schedule.member_on(today))
    return list(members.values_list("organization", flat=True))
