"""How much stands on each knowledge point, by kind: counted by the apps that put things there."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from lantian.content.taxonomy.enums import FrameworkState, LinkKind
from lantian.content.taxonomy.models import Framework, Link, Node
from lantian.content.taxonomy.queries.graph import points_in
from lantian.content.taxonomy.queries.panels import ASKINGS, COUNTERS, Mark
from lantian.kernel.rules import Actor

if TYPE_CHECKING:
    from lantian.kernel.rules import Text


@dataclass(frozen=True)
class Kind:
    """One column: whose things, of which kind."""

    counter: str
    key: str
    words: "Text"


@dataclass(frozen=True)
class PointRow:
    """A knowledge point and how many things of each kind stand on it, or on the chapters that cover it."""

    point: Node
    counts: tuple[int, ...]

    @property
    def total(self) -> int:
        return sum(self.counts)


@dataclass(frozen=True)
class Coverage:
    """Points × kinds. Without any kind nobody counts yet."""

    kinds: tuple[Kind, ...]
    rows: tuple[PointRow, ...]

    @property
    def covered(self) -> int:
        return sum(1 for row in self.rows if row.total)

    @property
    def gaps(self) -> list[PointRow]:
        """Points on which nothing stands."""
        return [row for row in self.rows if not row.total]

    def lacking(self, place: int) -> list[PointRow]:
        """Points on which nothing of one kind stands."""
        return [row for row in self.rows if not row.counts[place]]


def coverage_of(
    actor: Actor, framework: Framework, *, points: Sequence[Node] | None = None, through_chapters: bool = False
) -> Coverage:
    """How the knowledge points of a framework are covered, as the actor sees it; of some of them, with `points`.

    `through_chapters`: what stands on a chapter counts for every point that the chapter covers. Things put on nodes that were
    replaced count where they are found today. Three queries, and those of the counters.
    """
    chosen = list(points_in(framework).select_related("parent")) if points is None else list(points)
    kinds = tuple(Kind(name, key, words) for name, counter in COUNTERS.items() for key, words in counter.kinds())
    where = _bearers([point.pk for point in chosen], through_chapters=through_chapters)
    ids = list(where)
    counted: dict[tuple[str, UUID, str], int] = defaultdict(int)
    for name, counter in COUNTERS.items():
        for (node, key), number in counter.count(actor, ids).items():
            for point in where[node]:
                counted[name, point, key] += number
    return Coverage(
        kinds,
        tuple(PointRow(one, tuple(counted[kind.counter, one.pk, kind.key] for kind in kinds)) for one in chosen),
    )


def marks_of(actor: Actor, points: Sequence[UUID]) -> dict[UUID, list[Mark]]:
    """What is being done about points already: of what they replaced too. One query, and those of who says it."""
    found: dict[UUID, list[Mark]] = defaultdict(list)
    if not len(ASKINGS):
        return found
    where = _bearers(points, through_chapters=False)
    for asking in ASKINGS:
        for node, mark in asking.marks(actor, list(where)).items():
            for point in where[node]:
                found[point].append(mark)
    return found


def _bearers(points: Sequence[UUID], *, through_chapters: bool) -> dict[UUID, set[UUID]]:
    """Node -> the points for which what stands on it counts: themselves, what they replaced, chapters that cover them."""
    where: dict[UUID, set[UUID]] = {point: {point} for point in points}
    if through_chapters:
        links = Link.objects.filter(kind=LinkKind.COVERS, destination__in=list(points))
        for node, point in links.values_list("origin", "destination"):
            where.setdefault(node, set()).add(point)
    _add_replaced(where)
    return where


def _add_replaced(where: dict[UUID, set[UUID]]) -> None:
    """Old nodes bear what their successors do, step by step back."""
    newest = set(where)
    for _step in range(20):
        rows = Link.objects.filter(kind=LinkKind.REPLACED, destination__in=list(newest))
        found = set()
        for old, new in rows.exclude(destination__framework__state=FrameworkState.DRAFT).values_list(
            "origin", "destination"
        ):
            if not where[new] <= where.get(old, set()):
                where.setdefault(old, set()).update(where[new])
                found.add(old)
        if not found:
            return
        newest = found
