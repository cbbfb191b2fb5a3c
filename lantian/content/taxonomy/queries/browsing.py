"""What the pages show: the way down to a volume, a point with what is around it, a subject's points."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery

from lantian.content.taxonomy.engine.drawing import Picture, draw
from lantian.content.taxonomy.enums import FrameworkKind, FrameworkState, LinkKind, NodeKind
from lantian.content.taxonomy.models import Change, Framework, Link, Node
from lantian.content.taxonomy.queries.trees import frameworks_in_use
from lantian.people.roster.enums import Stage, Subject

MOST_DRAWN = 80
HISTORY = 30


@dataclass(frozen=True)
class Way:
    """The choices down to an edition: what there is, and what is chosen of it (None: there is nothing)."""

    stages: list[Stage]
    stage: str
    subjects: list[Subject]
    subject: str
    books: list[Framework]
    book: Framework | None


def way_down(*, stage: str = "", subject: str = "", book: str = "") -> Way:
    """Stages with textbooks, subjects of the chosen one, its editions in use; what is not there gives the first. One query."""
    books = list(frameworks_in_use(kind=FrameworkKind.TEXTBOOK))
    chosen = next((one for one in books if str(one.pk) == book), None)
    stages = [one for one in Stage if any(each.stage == one for each in books)]
    at = chosen.stage if chosen else stage if stage in stages else next(iter(stages), "")
    subjects = [one for one in Subject if any(each.subject == one and each.stage == at for each in books)]
    about = chosen.subject if chosen else subject if subject in subjects else next(iter(subjects), "")
    here = [one for one in books if one.stage == at and one.subject == about]
    return Way(stages, at, subjects, about, here, chosen or next(iter(here), None))


def subjects_with_points() -> list[Subject]:
    """Subjects whose knowledge points are in use. One query."""
    rows = frameworks_in_use(kind=FrameworkKind.POINTS).order_by()
    known = set(rows.values_list("subject", flat=True))
    return [one for one in Subject if one in known]


def areas_of(framework: Framework) -> QuerySet[Node]:
    return Node.objects.filter(framework=framework, kind=NodeKind.AREA, retired_at=None).order_by("position", "code")


def points_listed(framework: Framework) -> QuerySet[Node]:
    """Points with the title of what they stand below, and how many points and chapters they are tied to."""
    rows = Node.objects.filter(framework=framework, kind=NodeKind.POINT, retired_at=None).select_related(
        "parent", "framework"
    )
    before = Q(links_in__kind=LinkKind.PRECEDES, links_in__origin__retired_at=None)
    rows = rows.annotate(before=Count("links_in__origin", filter=before, distinct=True))
    live = {"origin__retired_at": None, "origin__framework__state": FrameworkState.PUBLISHED}
    covers = Link.objects.filter(kind=LinkKind.COVERS, destination=OuterRef("pk"), **live).order_by()
    counted = covers.values("destination").annotate(n=Count("pk")).values("n")
    return rows.annotate(chapters=Subquery(counted))


def picture_of(points: Iterable[Node]) -> Picture[UUID] | None:
    """What comes before what among some points; None where there are none, or too many to be read. One query."""
    titles = {node.pk: node.title for node in points}
    if not titles or len(titles) > MOST_DRAWN:
        return None
    edges = Link.objects.filter(kind=LinkKind.PRECEDES, origin__in=titles, destination__in=titles)
    return draw(titles, edges.order_by("pk").values_list("origin", "destination"))


def around(point: Node) -> list[Node]:
    """A point with those two steps before it and one after it. Three queries."""
    links = Link.objects.filter(kind=LinkKind.PRECEDES)
    ids = {point.pk}
    before = set(links.filter(destination=point).values_list("origin", flat=True))
    further = set(links.filter(destination__in=before).values_list("origin", flat=True)) if before else set()
    after = set(links.filter(origin=point).values_list("destination", flat=True))
    rows = Node.objects.filter(pk__in=ids | before | further | after, retired_at=None).order_by("code")
    return list(rows)


def history_of(*, framework: Framework | None = None, node: Node | None = None) -> list[Change]:
    """The newest lines about a node, or about all of a framework. One query."""
    rows = Change.objects.filter(node=node) if node else Change.objects.filter(framework=framework)
    return list(rows.select_related("node").order_by("-pk")[:HISTORY])


def changes_of(framework: Framework) -> QuerySet[Change]:
    return Change.objects.filter(framework=framework).select_related("node")


def replacements_of(node: Node) -> QuerySet[Node]:
    """The nodes that directly replace one, and that may be seen by everybody."""
    rows = Node.objects.filter(links_in__kind=LinkKind.REPLACED, links_in__origin=node)
    return rows.exclude(framework__state=FrameworkState.DRAFT).select_related("framework")


def replaced_by(node: Node) -> QuerySet[Node]:
    """The nodes that one directly took the place of."""
    rows = Node.objects.filter(links_out__kind=LinkKind.REPLACED, links_out__destination=node)
    return rows.select_related("framework")


def links_shown(node: Node) -> list[Link]:
    """A node's links to points and chapters in use, for whoever may take them away. One query."""
    rows = Link.objects.filter(Q(origin=node) | Q(destination=node)).exclude(kind=LinkKind.REPLACED)
    rows = rows.filter(origin__retired_at=None, destination__retired_at=None)
    return list(rows.select_related("origin__framework", "destination__framework").order_by("kind", "origin__code"))
