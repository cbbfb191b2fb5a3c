"""Nodes: made, changed, moved, put out of use and back."""

from typing import Any
from uuid import UUID, uuid4

from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lantian.content.taxonomy.engine.rows import clean
from lantian.content.taxonomy.enums import MAY_STAND_BELOW, Action, LinkKind, NodeKind
from lantian.content.taxonomy.errors import CodeTaken, NotInUse, Settled, VolumeTaken, WouldBeCycle, WrongPlace
from lantian.content.taxonomy.models import Framework, Link, Node
from lantian.content.taxonomy.services import keeping
from lantian.content.taxonomy.services.links import add_links
from lantian.kernel.rules import Actor, within

CHANGEABLE = ("title", "code", "words", "grade", "term")


def check_place(framework: Framework, kind: str, parent: Node | None) -> None:
    """Whether a kind may stand below a node. Raises WrongPlace, NotInUse."""
    if parent is not None and parent.framework_id != framework.pk:
        raise WrongPlace(_("只能放在同一套教材（知识点）里"))
    if parent is not None and parent.retired_at is not None:
        raise NotInUse(_("上级已经停用"))
    above = str(parent.kind) if parent else None
    if kind not in MAY_STAND_BELOW[framework.kind].get(above, ()):
        what, where = NodeKind(kind).label, parent.get_kind_display() if parent else _("最上层")
        raise WrongPlace(_("“%(what)s”不能放在“%(where)s”下面") % {"what": what, "where": where})


def saved(node: Node, **how: Any) -> None:
    """Save, with what the database refuses in the user's words. Raises CodeTaken, VolumeTaken."""
    try:
        with transaction.atomic():
            node.save(**how)
    except IntegrityError as error:
        if "node_volume_once" in str(error):
            raise VolumeTaken from error
        raise CodeTaken(field="code") from error


@transaction.atomic
def add_node(
    framework: Framework,
    *,
    kind: str,
    title: str,
    by: Actor,
    parent: Node | None = None,
    code: str = "",
    words: str = "",
    grade: int | None = None,
    term: int | None = None,
    id: UUID | None = None,
) -> Node:
    """Put a node at the end of what stands below `parent`. Without a code it gets one. Raises Denied, WrongPlace, CodeTaken."""
    found = keeping.locked(framework.pk, by=by)
    above = Node.objects.get(pk=parent.pk) if parent else None
    check_place(found, kind, above)
    made = Node(id=id or uuid4(), framework=found, parent=above, kind=kind, title=clean(title), words=clean(words))
    made.code = clean(code) or made.id.hex[:12]
    made.path = f"{above.path}.{made.label}" if above else made.label
    made.grade, made.term = grade, term
    if above is not None and kind != NodeKind.POINT:
        made.grade, made.term = above.grade, above.term
    made.position = Node.objects.filter(framework=found, parent=above).count()
    keeping.set_keys(made)
    saved(made, force_insert=True)
    keeping.write(found, Action.ADDED, by=by, node=made, after={"title": made.title, "parent": made.parent_id})
    return made


@transaction.atomic
def change_node(node: Node, *, by: Actor, **changes: Any) -> Node:
    """Change title, code, words, and of volumes and points the grade, of volumes the term. Nothing new: nothing is written.

    Raises Denied, NotInUse, CodeTaken, VolumeTaken; TypeError for other fields.
    """
    if unknown := set(changes) - set(CHANGEABLE):
        raise TypeError(f"not changeable: {sorted(unknown)}")
    framework, row = opened(node, by=by)
    for name in ("title", "code", "words"):
        if name in changes:
            changes[name] = clean(changes[name])
    before = {name: getattr(row, name) for name in changes if getattr(row, name) != changes[name]}
    if not before:
        return row
    for name in before:
        setattr(row, name, changes[name])
    row.changed_at = timezone.now()
    keeping.set_keys(row)
    saved(row)
    if row.kind == NodeKind.VOLUME and {"grade", "term"} & set(before):
        Node.objects.filter(path__within=row.path).update(grade=row.grade, term=row.term)
    keeping.write(
        framework, Action.CHANGED, by=by, node=row, before=before, after={name: changes[name] for name in before}
    )
    return row


def opened(node: Node, *, by: Actor) -> tuple[Framework, Node]:
    """A node that may be changed, with its framework locked. Raises Denied, NotInUse."""
    framework = keeping.locked(node.framework_id, by=by)
    row = Node.objects.get(pk=node.pk)
    if row.retired_at is not None:
        raise NotInUse
    return framework, row


@transaction.atomic
def move_node(node: Node, *, parent: Node | None, by: Actor, position: int | None = None) -> Node:
    """Hang a node with all below it under another parent, or to another place below the same; at the end without `position`.

    Ids stay, so what refers to the node still does. Raises Denied, NotInUse, WouldBeCycle, WrongPlace.
    """
    framework, row = opened(node, by=by)
    target = Node.objects.get(pk=parent.pk) if parent else None
    if target is not None and within(target.path, row.path):
        raise WouldBeCycle
    check_place(framework, row.kind, target)
    before = {"parent": row.parent_id, "position": place_among(row)}
    hang(row, target)
    number = arrange(row, position)
    after = {"parent": row.parent_id, "position": number}
    if after == before:
        return row
    keeping.write(framework, Action.MOVED, by=by, node=row, before=before, after=after)
    return row


def place_among(row: Node) -> int:
    """How many stand before it."""
    beside = Node.objects.filter(framework=row.framework_id, parent=row.parent_id).order_by("position", "title", "pk")
    return list(beside.values_list("pk", flat=True)).index(row.pk)


def hang(row: Node, target: Node | None) -> None:
    """Write the new parent and the paths, grades and half years of all below, for services that have judged the place."""
    if row.parent_id == (target.pk if target else None):
        return
    prefix = f"{target.path}." if target else ""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE taxonomy_node SET path = (%s || subpath(path, nlevel(%s::ltree) - 1)::text)::ltree"
            " WHERE path <@ %s::ltree",
            [prefix, row.path, row.path],
        )
    row.parent, row.path = target, f"{prefix}{row.label}"
    Node.objects.filter(pk=row.pk).update(parent=target, changed_at=timezone.now())
    if target is not None and row.kind not in (NodeKind.POINT, NodeKind.AREA):
        row.grade, row.term = target.grade, target.term
        Node.objects.filter(path__within=row.path).update(grade=target.grade, term=target.term)


def arrange(row: Node, position: int | None) -> int:
    """For services: number what stands beside a node, with it at the position; gives its number."""
    beside = Node.objects.filter(framework=row.framework_id, parent=row.parent_id).exclude(pk=row.pk)
    rows = list(beside.order_by("position", "title", "pk"))
    number = len(rows) if position is None else max(0, min(position, len(rows)))
    rows.insert(number, row)
    for place, one in enumerate(rows):
        one.position = place
    Node.objects.bulk_update(rows, ["position"], batch_size=500)
    return number


@transaction.atomic
def retire_node(node: Node, *, by: Actor, successor: Node | None = None) -> Node:
    """Put a node with all below it out of use; what stands on it is found at `successor`, if there is one.

    Raises Denied, NotInUse, WrongPlace, WouldBeCycle.
    """
    framework, row = opened(node, by=by)
    now = timezone.now()
    rows = Node.objects.filter(path__within=row.path, retired_at=None)
    ids = list(rows.values_list("pk", flat=True))
    links: list[Link] = []
    if successor is not None:
        target = Node.objects.get(pk=successor.pk)
        if target.retired_at is not None or target.pk in ids:
            raise WrongPlace(_("接替它的节点要在用，也不能在它自己下面"))
        links = add_links([(LinkKind.REPLACED, row.pk, target.pk)])
    rows.update(retired_at=now, changed_at=now)
    row.retired_at = now
    after = {"nodes": ids, "successor": successor.pk if successor else None, "links": [link.pk for link in links]}
    keeping.write(framework, Action.RETIRED, by=by, node=row, after=after, touched=ids)
    return row


@transaction.atomic
def restore_node(node: Node, *, by: Actor) -> Node:
    """Take a retired node into use again, with what stands below it. Raises Denied, Settled, NotInUse, VolumeTaken."""
    framework = keeping.locked(node.framework_id, by=by)
    row = Node.objects.select_related("parent").get(pk=node.pk)
    if row.retired_at is None:
        raise Settled
    if row.parent is not None and row.parent.retired_at is not None:
        raise NotInUse(_("上级已经停用，请先恢复上级"))
    rows = Node.objects.filter(path__within=row.path).exclude(retired_at=None)
    ids = list(rows.values_list("pk", flat=True))
    back_in_use(ids)
    Link.objects.filter(kind=LinkKind.REPLACED, origin=row, destination__framework=framework).delete()
    row.retired_at = None
    keeping.write(framework, Action.RESTORED, by=by, node=row, after={"nodes": ids}, touched=ids)
    return row


def back_in_use(ids: list[UUID]) -> None:
    """No longer retired. Raises VolumeTaken."""
    try:
        with transaction.atomic():
            Node.objects.filter(pk__in=ids).update(retired_at=None, changed_at=timezone.now())
    except IntegrityError as error:
        raise VolumeTaken from error
