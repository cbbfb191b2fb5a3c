"""Trees of textbooks and of knowledge points: as a whole, below, above, and the words for where something stands."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import QuerySet

from lantian.content.taxonomy.enums import FrameworkKind, FrameworkState, NodeKind
from lantian.content.taxonomy.models import Framework, Node

SEPARATOR = " › "


@dataclass(slots=True)
class Branch:
    """A node with what stands below it, in order."""

    node: Node
    children: "list[Branch]" = field(default_factory=list)

    def walk(self) -> "Iterable[Branch]":
        """This branch and all below it, each before its children."""
        waiting = [self]
        while waiting:
            branch = waiting.pop()
            yield branch
            waiting.extend(reversed(branch.children))


def framework_known(pk: UUID) -> Framework | None:
    """Whatever may be seen. One query."""
    return Framework.objects.select_related("organization").filter(pk=pk).first()


def frameworks_in_use(
    *, kind: str = FrameworkKind.TEXTBOOK, subject: str = "", stage: str = "", year: int | None = None
) -> QuerySet[Framework]:
    """Published frameworks, of a subject and stage where they are asked for; with `year`, those in force in that school year,
    replaced ones too."""
    rows = Framework.objects.filter(kind=kind)
    if subject:
        rows = rows.filter(subject=subject)
    if stage:
        rows = rows.filter(stage__in=(stage, ""))
    if year is None:
        rows = rows.filter(state=FrameworkState.PUBLISHED)
    else:
        rows = rows.filter(state__in=(FrameworkState.PUBLISHED, FrameworkState.SUPERSEDED), valid_from__lte=year)
        rows = rows.exclude(valid_to__lt=year)
    return rows.order_by("subject", "stage", "code")


def points_framework(subject: str) -> Framework | None:
    """The knowledge points of a subject that are in use. One query."""
    return (
        frameworks_in_use(kind=FrameworkKind.POINTS, subject=subject).order_by("-valid_from", "-published_at").first()
    )


def volumes_of(framework: Framework) -> QuerySet[Node]:
    """Its volumes in order of grades."""
    return Node.objects.filter(framework=framework, kind=NodeKind.VOLUME, retired_at=None).order_by("grade", "term")


def in_order(nodes: Iterable[Node]) -> list[Branch]:
    """Nodes as a tree, without asking the database; one whose parent is not among them is a root."""
    rows = sorted(nodes, key=lambda node: (node.position, node.title, node.pk))
    branches = {node.pk: Branch(node) for node in rows}
    roots: list[Branch] = []
    for node in rows:
        above = branches.get(node.parent_id) if node.parent_id else None
        (above.children if above else roots).append(branches[node.pk])
    return roots


def tree_of(framework: Framework, *, retired: bool = False) -> list[Branch]:
    """The whole tree. One query."""
    rows = Node.objects.filter(framework=framework)
    return in_order(rows if retired else rows.filter(retired_at=None))


def tree_below(node: Node, *, retired: bool = False) -> Branch:
    """A node with all below it. One query."""
    rows = Node.objects.filter(path__within=node.path)
    kept = rows if retired else rows.filter(retired_at=None)
    below = in_order(one for one in kept if one.pk != node.pk)
    return Branch(node, below)


def children_of(node: Node) -> QuerySet[Node]:
    return Node.objects.filter(parent=node, retired_at=None).order_by("position", "title", "pk")


def subtree_ids(nodes: Iterable[UUID]) -> list[UUID]:
    """The nodes and all below them, retired ones too. Two queries, whatever their number."""
    paths = list(Node.objects.filter(pk__in=list(nodes)).values_list("path", flat=True))
    return list(Node.objects.filter(path__within_any=paths).values_list("pk", flat=True)) if paths else []


def _ids_above(path: str) -> list[UUID]:
    return [UUID(hex=label) for label in path.split(".")]


def ancestors_of(node: Node) -> list[Node]:
    """From the top down to the parent. One query, none for what stands at the top."""
    ids = _ids_above(node.path)[:-1]
    known = Node.objects.in_bulk(ids) if ids else {}
    return [known[one] for one in ids if one in known]


@dataclass(frozen=True, slots=True)
class Place:
    """A node with those above it and its framework: where something stands, for labels."""

    node: Node
    above: tuple[Node, ...]
    framework: Framework

    @property
    def words(self) -> str:
        """人甲版 › 三年级上册 › 第一单元 › 两位数加两位数. Data, in no language of ours."""
        return SEPARATOR.join([self.framework.name, *(one.title for one in self.above), self.node.title])


def places_of(nodes: Iterable[UUID]) -> dict[UUID, Place]:
    """Where nodes stand, for any number of them. Two queries."""
    rows = list(Node.objects.filter(pk__in=list(nodes)).select_related("framework"))
    wanted = {one for row in rows for one in _ids_above(row.path)}
    known = Node.objects.in_bulk(list(wanted)) if wanted else {}
    found = {}
    for row in rows:
        above = tuple(known[one] for one in _ids_above(row.path)[:-1] if one in known)
        found[row.pk] = Place(row, above, row.framework)
    return found


def children_by_parent(nodes: Sequence[Node]) -> dict[UUID | None, list[Node]]:
    """Nodes by what they stand below, in order."""
    found: dict[UUID | None, list[Node]] = defaultdict(list)
    for node in sorted(nodes, key=lambda one: (one.position, one.title)):
        found[node.parent_id].append(node)
    return found
