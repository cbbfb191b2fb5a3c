"""Calls on other pages: beside knowledge points in the coverage, on a node, on a resource, on the day, among the to-dos."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lantian.content.resources import queries as resources
from lantian.content.resources.enums import ResourceState
from lantian.content.taxonomy import queries as taxonomy
from lantian.content.taxonomy.queries import Asking, Mark, Panel
from lantian.content.wanted.enums import CallState
from lantian.content.wanted.models import Answer, Call, CallNode
from lantian.content.wanted.queries.reading import (
    calls_addressed_to,
    calls_awaiting,
    calls_visible_to,
    with_figures,
)
from lantian.kernel.rules import Actor
from lantian.kernel.shaped import shaped
from lantian.kernel.web.panels import DayCard, Todo

if TYPE_CHECKING:
    from lantian.content.resources.models import Resource
    from lantian.content.taxonomy.models import Node

SHOWN = 5


# On knowledge points ------------------------------------------------------------------------------------------------------------


def _marks(actor: Actor, ids: Sequence[UUID]) -> Mapping[UUID, Mark]:
    """Open calls by node, with how many came of how many. Two queries at most."""
    seen = calls_visible_to(actor).filter(state=CallState.OPEN)
    rows = CallNode.objects.filter(node__in=list(ids), call__in=seen.values("pk")).values_list("node", "call")
    by_node: dict[UUID, list[UUID]] = defaultdict(list)
    for node, call in rows:
        by_node[node].append(call)
    wanted = {call for calls in by_node.values() for call in calls}
    known = {row.pk: row for row in with_figures(Call.objects.filter(pk__in=wanted))} if wanted else {}
    found = {}
    for node, calls in by_node.items():
        these = sorted((known[call] for call in calls), key=lambda call: call.due_on)
        come, of = sum(getattr(call, "served", 0) for call in these), sum(call.number for call in these)
        words = _("征集中 %(come)d/%(of)d") % {"come": come, "of": of}
        found[node] = Mark(words, reverse("wanted_call", args=[these[0].pk]))
    return found


def _asking_url(actor: Actor) -> str:
    return reverse("wanted_new") if taxonomy.editing_paths(actor) else ""


ASKING = Asking(gettext_lazy("征集"), gettext_lazy("为选中的知识点征集资源"), _marks, _asking_url)


def panel_of_node(actor: Actor, node: "Node", ids: Sequence[UUID]) -> Panel | None:
    """Open calls about a node or what stands below it. One query."""
    places = CallNode.objects.filter(call=OuterRef("pk"), node__in=list(ids))
    rows = calls_visible_to(actor).filter(Exists(places), state=CallState.OPEN)
    found = list(with_figures(rows).order_by("due_on", "pk")[:SHOWN])
    return Panel(gettext_lazy("正在征集资源"), "wanted/_calls.html", {"calls": found}) if found else None


# On a resource ------------------------------------------------------------------------------------------------------------------


def fitting_calls(actor: Actor, resource: "Resource") -> QuerySet[Call]:
    """Open calls that a resource of one's own may answer: of its subject, or about where it stands."""
    nodes = resource.placements.values("node")
    fits = Q(pk__in=CallNode.objects.filter(node__in=nodes).values("call"))
    if resource.subject:
        fits |= Q(subject=resource.subject)
    rows = (
        calls_addressed_to(actor).filter(fits).exclude(pk__in=Answer.objects.filter(resource=resource).values("call"))
    )
    return rows.order_by("due_on", "pk")


def panel_of_resource(actor: Actor, resource: "Resource") -> Panel | None:
    """For its author: what it answers, and what it might. Two queries, none for others."""
    if actor.person_id is None or actor.person_id != resource.author_id or resource.state == ResourceState.WITHDRAWN:
        return None
    if not actor.has_role(*resources.MAKING_ROLES):
        return None
    given = list(resource.call_answers.select_related("call").order_by("-made_at")[:SHOWN])
    fitting = list(fitting_calls(actor, resource)[:SHOWN])
    if not given and not fitting:
        return None
    data = {"given": given, "fitting": fitting, "resource": resource}
    return Panel(gettext_lazy("征集"), "wanted/_resource.html", data)


# On the day ---------------------------------------------------------------------------------------------------------------------


@shaped
def _calls_of_day(actor: Actor) -> QuerySet[Call]:
    """What one is asked for and has not answered, the soonest due first."""
    mine = Answer.objects.filter(call=OuterRef("pk"), person=actor.person_id)
    rows = with_figures(calls_addressed_to(actor)).filter(~Exists(mine))
    return rows.order_by("due_on", "pk")[:SHOWN]


def card_of_day(actor: Actor, day: date) -> DayCard | None:
    """Open calls for those who make resources. One query, none for others."""
    if actor.person_id is None or not actor.has_role(*resources.MAKING_ROLES):
        return None
    found = _calls_of_day(actor)
    return DayCard(gettext_lazy("征集资源"), "wanted/_calls.html", {"calls": found, "more": True}) if found else None


def answers_todo(actor: Actor, day: date) -> Iterable[Todo]:
    """Answers that wait for the office's word. One query, none for others."""
    if not taxonomy.editing_paths(actor):
        return
    found = list(calls_awaiting(actor).order_by("due_on", "pk")[:2])
    if not found:
        return
    only = found[0] if len(found) == 1 else None
    url = reverse("wanted_call", args=[only.pk]) if only else reverse("wanted_list") + "?whose=waiting"
    words = _("答复应征的资源：%(title)s") % {"title": only.title} if only else _("答复应征的资源")
    yield Todo(words, url)
