"""Resources on the nodes of textbooks and knowledge points."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Count
from django.utils.translation import gettext_lazy as _

from lantian.content.resources.enums import Purpose, ResourceState
from lantian.content.resources.models import Placement, Resource
from lantian.content.resources.queries.reading import resources_visible_to
from lantian.content.taxonomy import queries as taxonomy
from lantian.content.taxonomy.queries import Counter, Panel
from lantian.kernel.rules import Actor

if TYPE_CHECKING:
    from lantian.content.resources.models import ResourceVersion
    from lantian.content.taxonomy.models import Node

SHOWN = 8


def nodes_of(resource: Resource) -> list[tuple[UUID, str]]:
    """Where a resource stands: ids, and the places in words. Three queries."""
    ids = list(resource.placements.order_by("pk").values_list("node", flat=True))
    places = taxonomy.places_of(ids) if ids else {}
    return [(pk, places[pk].words) for pk in ids if pk in places]


def placements_of(ids: Iterable[UUID]) -> list[tuple[UUID, UUID]]:
    """Where many resources stand: (resource, node). One query."""
    rows = Placement.objects.filter(resource__in=list(ids)).order_by("pk")
    return list(rows.values_list("resource", "node"))


def nodes_to_choose(version: "ResourceVersion") -> list[tuple[UUID, str]]:
    """Where it stands and where it might: proposals by its title and what is said about it. Five queries."""
    here = nodes_of(version.resource)
    text = f"{version.title} {version.keywords} {version.words}"
    proposed = taxonomy.suggested_nodes(text, subject=version.subject, stage=version.stage, grade=version.grade)
    known = {pk for pk, _words in here}
    more = [one.node.pk for one in proposed if one.node.pk not in known]
    places = taxonomy.places_of(more) if more else {}
    return here + [(pk, places[pk].words) for pk in more if pk in places]


def panel_of_node(actor: Actor, node: "Node", ids: Sequence[UUID]) -> Panel | None:
    """The newest resources at a node or below that the actor sees. Two queries."""
    rows = resources_visible_to(actor).filter(state=ResourceState.PUBLISHED, placements__node__in=list(ids)).distinct()
    found = list(rows.select_related("organization").order_by("-published_at")[:SHOWN])
    return Panel(_("资源"), "resources/_node.html", {"resources": found, "total": rows.count()}) if found else None


def _count(actor: Actor, ids: Sequence[UUID]) -> Mapping[tuple[UUID, str], int]:
    seen = resources_visible_to(actor).filter(state=ResourceState.PUBLISHED)
    rows = Placement.objects.filter(node__in=list(ids), resource__in=seen.values("pk"))
    counted = rows.order_by().values_list("node", "resource__purpose").annotate(n=Count("pk"))
    return {(node, purpose): n for node, purpose, n in counted}


COUNTER = Counter(_("资源"), lambda: Purpose.choices, _count)
