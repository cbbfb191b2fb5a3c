"""Links between nodes; those that must not lead in circles are judged with all others of their kind, one writer at a time."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from lantian.content.taxonomy.engine.graph import find_cycle
from lantian.content.taxonomy.enums import ACYCLIC, Action, FrameworkKind, FrameworkState, LinkKind, NodeKind
from lantian.content.taxonomy.errors import NotInUse, WouldBeCycle, WrongLink
from lantian.content.taxonomy.models import Framework, Link, Node
from lantian.content.taxonomy.services import keeping
from lantian.kernel.rules import Actor

Triple = tuple[str, UUID, UUID]


def _normal(triple: Triple) -> Triple:
    kind, origin, destination = triple
    if kind == LinkKind.RELATED and destination < origin:
        return kind, destination, origin
    return triple


def add_links(triples: Iterable[Triple]) -> list[Link]:
    """Write links that are not there yet, for services that have judged their ends; gives the new ones. Raises WouldBeCycle."""
    wanted = list(dict.fromkeys(_normal(one) for one in triples if one[1] != one[2]))
    if not wanted:
        return []
    acyclic = {kind for kind, _o, _d in wanted if kind in ACYCLIC}
    if acyclic:
        keeping.lock_links()
    origins = {origin for _k, origin, _d in wanted}
    known = set(Link.objects.filter(origin__in=origins).values_list("kind", "origin", "destination"))
    fresh = [one for one in wanted if one not in known]
    for kind in acyclic:
        _judge(kind, [(origin, destination) for k, origin, destination in fresh if k == kind])
    return Link.objects.bulk_create(
        [Link(kind=kind, origin_id=origin, destination_id=destination) for kind, origin, destination in fresh],
        batch_size=1000,
    )


def _judge(kind: str, fresh: Sequence[tuple[UUID, UUID]]) -> None:
    """All links of the kind, retired nodes' too: what is restored must not close a circle either."""
    if not fresh:
        return
    edges = [*Link.objects.filter(kind=kind).values_list("origin", "destination"), *fresh]
    way = find_cycle(edges)
    if way:
        titles = dict(Node.objects.filter(pk__in=way).values_list("pk", "title"))
        names = tuple(titles.get(one, "?") for one in [*way, way[0]])
        raise WouldBeCycle(_("这样会绕成一个圈：%(way)s") % {"way": " → ".join(names[:12])}, way=names)


@transaction.atomic
def link_nodes(origin: Node, destination: Node, *, kind: str, by: Actor) -> Link | None:
    """Join two nodes; None where they were joined already. Whoever edits the origin's framework may.

    Raises Denied, NotInUse, WrongLink, WouldBeCycle.
    """
    framework = keeping.locked(origin.framework_id, by=by)
    one, other = _ends(origin.pk, destination.pk)
    judge_ends(kind, one, other)
    made = add_links([(kind, one.pk, other.pk)])
    if not made:
        return None
    facts = {"kind": kind, "origin": one.pk, "destination": other.pk, "title": other.title}
    keeping.write(framework, Action.LINKED, by=by, node=one, after=facts, touched=[one.pk, other.pk])
    return made[0]


def _ends(origin: UUID, destination: UUID) -> tuple[Node, Node]:
    rows = Node.objects.select_related("framework").in_bulk([origin, destination])
    if origin == destination:
        raise WrongLink(_("一个节点不能和自己关联"))
    return rows[origin], rows[destination]


def judge_ends(kind: str, one: Node, other: Node) -> None:
    """Whether a link of the kind may join the two. Raises NotInUse, WrongLink."""
    if one.retired_at is not None or other.retired_at is not None:
        raise NotInUse
    if one.framework.subject != other.framework.subject:
        raise WrongLink(_("只能关联同一学科的"))
    if kind == LinkKind.COVERS:
        good = one.framework.kind == FrameworkKind.TEXTBOOK and other.kind == NodeKind.POINT
        good = good and other.framework.state != FrameworkState.DRAFT  # whoever sees the chapter sees its points
    elif kind in (LinkKind.PRECEDES, LinkKind.RELATED):
        good = one.framework_id == other.framework_id and {one.kind, other.kind} == {NodeKind.POINT}
    else:
        good = False  # replacements are made by merging, splitting, retiring and new versions
    if not good:
        raise WrongLink


@transaction.atomic
def unlink_nodes(link: Link, *, by: Actor) -> None:
    """Take a link away; replacements stay, they are history. Raises Denied, NotInUse, WrongLink."""
    found = Link.objects.select_related("origin", "destination").get(pk=link.pk)
    framework = keeping.locked(found.origin.framework_id, by=by)
    if found.kind == LinkKind.REPLACED:
        raise WrongLink
    facts = {"kind": found.kind, "origin": found.origin_id, "destination": found.destination_id}
    both = [found.origin_id, found.destination_id]
    node = found.origin
    found.delete()
    keeping.write(
        framework, Action.UNLINKED, by=by, node=node, before={**facts, "title": link.destination.title}, touched=both
    )


def copy_links(source: UUID, target: UUID) -> list[Link]:
    """Give a node the links that another one has, replacements left out. Raises WouldBeCycle."""
    kept = (LinkKind.PRECEDES, LinkKind.RELATED, LinkKind.COVERS)
    out = Link.objects.filter(origin=source, kind__in=kept).values_list("kind", "destination")
    back = Link.objects.filter(destination=source, kind__in=kept).values_list("kind", "origin")
    return add_links([*[(kind, target, to) for kind, to in out], *[(kind, of, target) for kind, of in back]])


def framework_of(link: Link) -> Framework:
    """The framework whose editors may take the link away."""
    return link.origin.framework
