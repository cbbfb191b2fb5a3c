"""Two nodes into one, one into several; what stood on the old ones is found at the new."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lantian.content.taxonomy.engine.rows import clean
from lantian.content.taxonomy.enums import Action, LinkKind
from lantian.content.taxonomy.errors import NotInUse, WrongPlace
from lantian.content.taxonomy.models import Framework, Link, Node
from lantian.content.taxonomy.services import keeping
from lantian.content.taxonomy.services.links import add_links, copy_links
from lantian.content.taxonomy.services.nodes import hang, opened, place_among, saved
from lantian.kernel.rules import Actor, within

MOST_PARTS = 20


@transaction.atomic
def merge_nodes(node: Node, into: Node, *, by: Actor) -> Node:
    """Make one of two of a kind: what stands below `node` and its links go to `into`, `node` is retired and replaced by it.

    Raises Denied, NotInUse, WrongPlace, WouldBeCycle (when something has to be learnt between the two).
    """
    framework, row = opened(node, by=by)
    target = Node.objects.get(pk=into.pk)
    if target.framework_id != row.framework_id or target.kind != row.kind:
        raise WrongPlace(_("只能和同一套里同一类的合并"))
    if target.retired_at is not None:
        raise NotInUse
    if within(target.path, row.path) or within(row.path, target.path):
        raise WrongPlace(_("上级和下级不能合并"))
    links = [*copy_links(row.pk, target.pk), *add_links([(LinkKind.REPLACED, row.pk, target.pk)])]
    moved = list(Node.objects.filter(parent=row, retired_at=None).order_by("position", "title", "pk"))
    start = Node.objects.filter(parent=target).count()
    for place, child in enumerate(moved):
        hang(child, target)
        Node.objects.filter(pk=child.pk).update(position=start + place)
    row.retired_at = row.changed_at = timezone.now()
    row.save(update_fields=["retired_at", "changed_at"])
    after = {
        "into": target.pk,
        "title": target.title,
        "children": [child.pk for child in moved],
        "links": [link.pk for link in links],
    }
    keeping.write(framework, Action.MERGED, by=by, node=row, after=after, touched=[row.pk, target.pk])
    return target


@dataclass(frozen=True)
class Part:
    """One of the nodes that a node is split into; without `points` it covers all that the old one did."""

    title: str
    code: str = ""
    points: tuple[UUID, ...] | None = None
    children: tuple[UUID, ...] = field(default=())


@transaction.atomic
def split_node(node: Node, parts: Sequence[Part], *, by: Actor) -> list[Node]:
    """Make several of one, in its place and order. Children that no part names go to the first; the old node is replaced by all.

    Raises Denied, NotInUse, WrongPlace (fewer than two parts), CodeTaken.
    """
    framework, row = opened(node, by=by)
    if not 2 <= len(parts) <= MOST_PARTS or not all(part.title.strip() for part in parts):
        raise WrongPlace(_("要拆成 2 到 20 个，每个都要有名称"))
    children = list(Node.objects.filter(parent=row).order_by("position", "title", "pk"))
    made = [_part(framework, row, part) for part in parts]
    _share_out(children, parts, made)
    for one, part in zip(made, parts, strict=True):
        _give_links(row, one, part.points)
    add_links([(LinkKind.REPLACED, row.pk, one.pk) for one in made])
    row.retired_at = row.changed_at = timezone.now()
    row.save(update_fields=["retired_at", "changed_at"])
    _make_room(row, made)
    after = {"parts": [one.pk for one in made], "titles": [one.title for one in made]}
    keeping.write(framework, Action.SPLIT, by=by, node=row, after=after, touched=[row.pk, *(one.pk for one in made)])
    return made


def _part(framework: Framework, row: Node, part: Part) -> Node:
    made = Node(framework=framework, parent_id=row.parent_id, kind=row.kind, title=clean(part.title))
    made.code = clean(part.code) or made.id.hex[:12]
    above = row.path.rpartition(".")[0]
    made.path = f"{above}.{made.label}" if above else made.label
    made.grade, made.term, made.position = row.grade, row.term, row.position
    keeping.set_keys(made)
    saved(made, force_insert=True)
    return made


def _share_out(children: Iterable[Node], parts: Sequence[Part], made: Sequence[Node]) -> None:
    wanted = {child: one for part, one in zip(parts, made, strict=True) for child in part.children}
    for child in children:
        hang(child, wanted.get(child.pk, made[0]))


def _give_links(row: Node, one: Node, points: tuple[UUID, ...] | None) -> None:
    copy_links(row.pk, one.pk)
    if points is not None:
        Link.objects.filter(origin=one, kind=LinkKind.COVERS).exclude(destination__in=points).delete()


def _make_room(row: Node, made: Sequence[Node]) -> None:
    """Number what stands beside, the parts where the old one stood."""
    beside = Node.objects.filter(framework=row.framework_id, parent=row.parent_id).order_by("position", "title", "pk")
    own = {one.pk for one in made}
    rows: list[Node] = []
    for each in beside:
        if each.pk == row.pk:
            rows += [each, *made]
        elif each.pk not in own:
            rows.append(each)
    for place, each in enumerate(rows):
        each.position = place
    Node.objects.bulk_update(rows, ["position"], batch_size=500)


def unmerge(row: Node, after: dict[str, Any]) -> None:
    """Take a merge back: the children that came from the node, the links it brought, and itself."""
    for child in Node.objects.filter(pk__in=after["children"], parent=after["into"]).order_by("position"):
        hang(child, row)
        Node.objects.filter(pk=child.pk).update(position=place_among(child))
    Link.objects.filter(pk__in=after["links"]).delete()
