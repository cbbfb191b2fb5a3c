"""Finding nodes by words, pinyin or initials, and proposing nodes for a text."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When

from lantian.content.taxonomy.engine.suggest import suggest
from lantian.content.taxonomy.enums import FrameworkState, NodeKind
from lantian.content.taxonomy.models import Node
from lantian.content.taxonomy.queries.visible import nodes_visible_to
from lantian.kernel.rules import Actor
from lantian.people.roster.engine.names import search_words

PROPOSABLE = (NodeKind.UNIT, NodeKind.CHAPTER, NodeKind.SECTION, NodeKind.POINT)
MOST_TITLES = 20_000  # looked through for one proposal


def narrowed(
    rows: QuerySet[Node],
    *,
    subject: str = "",
    stage: str = "",
    grade: int | None = None,
    term: int | None = None,
    kinds: Iterable[str] = (),
) -> QuerySet[Node]:
    """Nodes of a subject, stage, grade, half year and of some kinds; points belong to every stage and half year."""
    if subject:
        rows = rows.filter(framework__subject=subject)
    if stage:
        rows = rows.filter(framework__stage__in=(stage, ""))
    if grade is not None:
        rows = rows.filter(Q(grade=grade) | Q(grade=None))
    if term is not None:
        rows = rows.filter(Q(term=term) | Q(term=0) | Q(term=None))
    chosen = list(kinds)
    return rows.filter(kind__in=chosen) if chosen else rows


def search_nodes(actor: Actor, typed: str, *, all_versions: bool = False, **where: object) -> QuerySet[Node]:
    """Nodes in whose title, other words, code, pinyin or initials every word typed is found; exact titles come first.

    `where`: subject, stage, grade, term, kinds, as `narrowed` takes them. Only what is in use, unless all versions are asked for.
    """
    rows = nodes_visible_to(actor).filter(retired_at=None).select_related("framework")
    if not all_versions:
        rows = rows.filter(framework__state=FrameworkState.PUBLISHED)
    rows = narrowed(rows, **where)  # type: ignore[arg-type]  # checked there by name
    words = search_words(typed)
    for word in words:
        rows = rows.filter(search_text__contains=word)
    first = Case(When(title=typed.strip(), then=Value(0)), default=Value(1), output_field=IntegerField())
    return rows.order_by(first, "framework__stage", "grade", "term", "sort_key", "pk")


@dataclass(frozen=True, slots=True)
class Proposal:
    """A node that a text seems to be about, and how surely (0-1)."""

    node: Node
    score: float


def suggested_nodes(
    text: str,
    *,
    subject: str = "",
    stage: str = "",
    grade: int | None = None,
    term: int | None = None,
    kinds: Iterable[str] = PROPOSABLE,
    most: int = 8,
) -> list[Proposal]:
    """Nodes in use whose titles are in a text (a title, a file's name, some lines), the surest first. Two queries."""
    rows = Node.objects.filter(retired_at=None, framework__state=FrameworkState.PUBLISHED)
    rows = narrowed(rows, subject=subject, stage=stage, grade=grade, term=term, kinds=kinds)
    titles = rows.order_by("pk").values_list("pk", "title")[:MOST_TITLES]
    found = suggest(text[:2000], titles, most=most)
    if not found:
        return []
    known = _known([one.id for one in found])
    return [Proposal(known[one.id], one.score) for one in found if one.id in known]


def _known(ids: list[UUID]) -> dict[UUID, Node]:
    return {node.pk: node for node in Node.objects.filter(pk__in=ids).select_related("framework")}
