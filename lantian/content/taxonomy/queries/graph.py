"""Links between nodes: knowledge points of chapters, what comes first, what became of old nodes."""

from collections import defaultdict
from collections.abc import Iterable
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet

from lantian.content.taxonomy.engine.graph import ends
from lantian.content.taxonomy.enums import FrameworkState, LinkKind, NodeKind
from lantian.content.taxonomy.models import Framework, Link, Node


def points_of(nodes: Iterable[UUID], *, below: bool = True) -> QuerySet[Node]:
    """Knowledge points that textbook nodes cover, those of what stands below them too. One query more for `below`."""
    from lantian.content.taxonomy.queries.trees import subtree_ids

    ids = subtree_ids(nodes) if below else list(nodes)
    rows = Node.objects.filter(links_in__kind=LinkKind.COVERS, links_in__origin__in=ids, retired_at=None)
    return rows.distinct().order_by("code")


def points_by_node(nodes: Iterable[UUID]) -> dict[UUID, list[Node]]:
    """The points that each of the nodes itself covers. One query."""
    rows = Link.objects.filter(kind=LinkKind.COVERS, origin__in=list(nodes), destination__retired_at=None)
    found: dict[UUID, list[Node]] = defaultdict(list)
    for link in rows.select_related("destination").order_by("destination__code"):
        found[link.origin_id].append(link.destination)
    return found


def nodes_of_point(points: Iterable[UUID]) -> QuerySet[Node]:
    """Textbook nodes in use that cover one of the points, by edition and grade."""
    rows = Node.objects.filter(links_out__kind=LinkKind.COVERS, links_out__destination__in=list(points))
    rows = rows.filter(retired_at=None, framework__state=FrameworkState.PUBLISHED).select_related("framework")
    return rows.distinct().order_by("framework__name", "grade", "term", "position", "pk")


def required_for(point: Node) -> QuerySet[Node]:
    """Points that come directly before this one."""
    rows = Node.objects.filter(links_out__kind=LinkKind.PRECEDES, links_out__destination=point, retired_at=None)
    return rows.order_by("code")


def prepared_by(point: Node) -> QuerySet[Node]:
    """Points that this one comes directly before."""
    rows = Node.objects.filter(links_in__kind=LinkKind.PRECEDES, links_in__origin=point, retired_at=None)
    return rows.order_by("code")


def related_to(node: Node) -> QuerySet[Node]:
    """Points that have to do with this one, whichever way the link stands."""
    out = Q(links_in__kind=LinkKind.RELATED, links_in__origin=node)
    back = Q(links_out__kind=LinkKind.RELATED, links_out__destination=node)
    return Node.objects.filter(out | back, retired_at=None).distinct().order_by("code")


_BEFORE = """
WITH RECURSIVE before (id, steps) AS (
    SELECT origin_id, 1 FROM taxonomy_link WHERE kind = 'precedes' AND destination_id = %s
    UNION
    SELECT link.origin_id, before.steps + 1 FROM taxonomy_link link JOIN before ON link.destination_id = before.id
    WHERE link.kind = 'precedes' AND before.steps < %s
)
SELECT id, max(steps) FROM before GROUP BY id ORDER BY 2, 1
"""


def all_required_for(point: UUID, *, most_steps: int = 30) -> dict[UUID, int]:
    """Every point that has to be learnt before this one, with how many steps before at most. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_BEFORE, [point, most_steps])
        return dict(cursor.fetchall())


def point_links(framework: Framework, kinds: Iterable[str] = (LinkKind.PRECEDES, LinkKind.RELATED)) -> QuerySet[Link]:
    """Links among the points of a framework that are in use."""
    rows = Link.objects.filter(kind__in=list(kinds), origin__framework=framework, destination__framework=framework)
    return rows.filter(origin__retired_at=None, destination__retired_at=None)


def points_in(framework: Framework) -> QuerySet[Node]:
    """The points of a framework that are in use, areas left out."""
    return Node.objects.filter(framework=framework, kind=NodeKind.POINT, retired_at=None).order_by("code")


# What became of old nodes ---------------------------------------------------------------------------------------------------

# Replacements by what is still a draft do not count yet.
_ONWARD = """
WITH RECURSIVE onward (start, old, new) AS (
    SELECT link.origin_id, link.origin_id, link.destination_id FROM taxonomy_link link
    JOIN taxonomy_node node ON node.id = link.destination_id
    JOIN taxonomy_framework framework ON framework.id = node.framework_id
    WHERE link.kind = 'replaced' AND framework.state <> 'draft' AND link.origin_id = ANY(%s)
    UNION
    SELECT onward.start, link.origin_id, link.destination_id FROM onward
    JOIN taxonomy_link link ON link.origin_id = onward.new AND link.kind = 'replaced'
    JOIN taxonomy_node node ON node.id = link.destination_id
    JOIN taxonomy_framework framework ON framework.id = node.framework_id
    WHERE framework.state <> 'draft'
)
SELECT start, old, new FROM onward
"""
_BACK = """
WITH RECURSIVE back (id) AS (
    SELECT unnest(%s::uuid[])
    UNION
    SELECT link.origin_id FROM taxonomy_link link
    JOIN back ON link.destination_id = back.id AND link.kind = 'replaced'
    JOIN taxonomy_node node ON node.id = link.destination_id
    JOIN taxonomy_framework framework ON framework.id = node.framework_id
    WHERE framework.state <> 'draft'
)
SELECT id FROM back
"""


def successors(nodes: Iterable[UUID]) -> dict[UUID, list[UUID]]:
    """Where things on each node are found today: at the ends of its replacements; a node without any is its own. One query."""
    ids = list(nodes)
    steps: dict[UUID, dict[UUID, dict[UUID, None]]] = defaultdict(lambda: defaultdict(dict))
    with connection.cursor() as cursor:
        cursor.execute(_ONWARD, [ids])
        for start, old, new in cursor.fetchall():
            steps[start][old][new] = None
    return {one: ends(steps[one], one) if one in steps else [one] for one in ids}


def with_predecessors(nodes: Iterable[UUID]) -> list[UUID]:
    """The nodes and all that they replaced, so that what was put on an old node is found at the new one. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_BACK, [list(nodes)])
        return [row[0] for row in cursor.fetchall()]


def standing_ids(nodes: Iterable[UUID]) -> list[UUID]:
    """All ids that what stands at (or below) the nodes may carry: the subtrees, and what they replaced. Three queries."""
    from lantian.content.taxonomy.queries.trees import subtree_ids

    return with_predecessors(subtree_ids(nodes))
