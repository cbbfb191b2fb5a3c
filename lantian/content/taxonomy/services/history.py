"""Taking back what was done last to a node."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from lantian.content.taxonomy.enums import UNDOABLE, Action, NodeKind
from lantian.content.taxonomy.errors import CannotUndo
from lantian.content.taxonomy.models import Change, Framework, Link, Node
from lantian.content.taxonomy.services import keeping
from lantian.content.taxonomy.services.joining import unmerge
from lantian.content.taxonomy.services.nodes import arrange, back_in_use, check_place, hang, saved
from lantian.kernel.rules import Actor, within


def undoable(change: Change) -> bool:
    """Whether it is the newest thing done to its node, of a kind that can be taken back. One query."""
    if change.node_id is None or change.undone_at is not None or change.action not in UNDOABLE:
        return False
    newer = Change.objects.filter(node=change.node_id, pk__gt=change.pk, undone_at=None)
    return not newer.exclude(action=Action.UNDONE).exists()


@transaction.atomic
def undo_change(change: Change, *, by: Actor) -> Change:
    """Take back the newest change of a node: its words, place, retirement or merging; gives the line that says so.

    Raises Denied, CannotUndo, NotInUse, WrongPlace, CodeTaken, VolumeTaken.
    """
    framework = keeping.locked(change.framework_id, by=by)
    row = Change.objects.select_for_update().get(pk=change.pk)
    if row.node_id is None or not undoable(row):
        raise CannotUndo
    node = Node.objects.get(pk=row.node_id)
    _BACK[Action(row.action)](framework, node, row)
    row.undone_at = timezone.now()
    row.save(update_fields=["undone_at"])
    return keeping.write(
        framework,
        Action.UNDONE,
        by=by,
        node=node,
        before={"action": row.action, "change": row.pk},
        touched=[node.pk, *(UUID(one) for one in row.after.get("nodes", []))],
    )


def _changed(_framework: Framework, node: Node, change: Change) -> None:
    for name, value in change.before.items():
        setattr(node, name, value)
    keeping.set_keys(node)
    saved(node)
    if node.kind == NodeKind.VOLUME:
        Node.objects.filter(path__within=node.path).update(grade=node.grade, term=node.term)


def _moved(framework: Framework, node: Node, change: Change) -> None:
    above = change.before["parent"]
    target = Node.objects.filter(pk=above).first() if above else None
    if above and (target is None or within(target.path, node.path)):
        raise CannotUndo
    check_place(framework, node.kind, target)
    hang(node, target)
    arrange(node, change.before["position"])


def _retired(_framework: Framework, node: Node, change: Change) -> None:
    if node.parent_id and Node.objects.filter(pk=node.parent_id).exclude(retired_at=None).exists():
        raise CannotUndo
    back_in_use(_ids(change))
    Link.objects.filter(pk__in=change.after["links"]).delete()


def _restored(_framework: Framework, _node: Node, change: Change) -> None:
    _retire_at(_ids(change), timezone.now())


def _merged(_framework: Framework, node: Node, change: Change) -> None:
    if node.parent_id and Node.objects.filter(pk=node.parent_id).exclude(retired_at=None).exists():
        raise CannotUndo
    back_in_use([node.pk])
    unmerge(node, change.after)


def _ids(change: Change) -> list[UUID]:
    return [UUID(one) for one in change.after["nodes"]]


def _retire_at(ids: list[UUID], at: datetime) -> None:
    Node.objects.filter(pk__in=ids).update(retired_at=at, changed_at=at)


_BACK: dict[Action, Any] = {
    Action.CHANGED: _changed,
    Action.MOVED: _moved,
    Action.RETIRED: _retired,
    Action.RESTORED: _restored,
    Action.MERGED: _merged,
}
