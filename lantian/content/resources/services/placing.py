"""Putting resources where they belong in textbooks."""

from collections.abc import Iterable
from uuid import UUID

from django.db import transaction

from lantian.content.resources import rules
from lantian.content.resources.models import Placement, Resource
from lantian.content.resources.services.making import locked
from lantian.content.taxonomy import queries as taxonomy
from lantian.kernel.journal.services import record
from lantian.kernel.rules import Actor, require

MOST_NODES = 20


@transaction.atomic
def place_resource(resource: Resource, nodes: Iterable[UUID], *, by: Actor) -> int:
    """Let it stand on these nodes and no others; such as the actor does not see are left out. Raises Denied."""
    resource = locked(resource.pk)
    require(rules.may_manage_resource, by, resource)
    wanted = set(list(dict.fromkeys(nodes))[:MOST_NODES])
    wanted = set(taxonomy.nodes_visible_to(by).filter(pk__in=wanted).values_list("pk", flat=True))
    before = set(resource.placements.values_list("node", flat=True))
    resource.placements.exclude(node__in=wanted).delete()
    Placement.objects.bulk_create(Placement(resource=resource, node_id=pk) for pk in sorted(wanted - before))
    if wanted != before:
        record("resources.placed", resource, by=by, nodes=sorted(str(pk) for pk in wanted))
    return len(wanted)
