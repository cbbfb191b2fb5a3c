"""Frameworks: begun, described, published, followed by a new version, put out of use."""

from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lantian.content.taxonomy import events, rules
from lantian.content.taxonomy.engine.rows import clean
from lantian.content.taxonomy.enums import Action, FrameworkKind, FrameworkState, LinkKind
from lantian.content.taxonomy.errors import CodeTaken, Settled
from lantian.content.taxonomy.models import Framework, Link, Node
from lantian.content.taxonomy.services import keeping
from lantian.content.taxonomy.services.links import add_links
from lantian.kernel.events import acted_by, publish
from lantian.kernel.rules import Actor, require

if TYPE_CHECKING:
    from lantian.people.roster.models import Organization

CHANGEABLE = ("name", "code", "words", "valid_from", "valid_to")


@transaction.atomic
def create_framework(
    *,
    organization: "Organization",
    kind: str,
    subject: str,
    name: str,
    valid_from: int,
    by: Actor,
    stage: str = "",
    code: str = "",
    words: str = "",
    valid_to: int | None = None,
    id: UUID | None = None,
) -> Framework:
    """Begin a draft that a region keeps. Raises Denied, CodeTaken."""
    require(rules.may_create_framework, by, organization)
    made = Framework(
        id=id or uuid4(),
        organization=organization,
        kind=kind,
        subject=subject,
        stage=stage,
        name=clean(name),
        words=words.strip(),
        valid_from=valid_from,
        valid_to=valid_to,
    )
    made.code = clean(code) or made.id.hex[:12]
    _saved(made, force_insert=True)
    keeping.write(made, Action.ADDED, by=by, after={"name": made.name})
    return made


def _saved(framework: Framework, **how: Any) -> None:
    try:
        with transaction.atomic():
            framework.save(**how)
    except IntegrityError as error:
        raise CodeTaken(field="code") from error


@transaction.atomic
def change_framework(framework: Framework, *, by: Actor, **changes: Any) -> Framework:
    """Change name, code, words or years. Raises Denied, CodeTaken, Settled (years the wrong way round); TypeError for others."""
    if unknown := set(changes) - set(CHANGEABLE):
        raise TypeError(f"not changeable: {sorted(unknown)}")
    row = keeping.locked(framework.pk, by=by, settled=True)
    before = {name: getattr(row, name) for name in changes if getattr(row, name) != changes[name]}
    if not before:
        return row
    for name in before:
        setattr(row, name, changes[name])
    if row.valid_to is not None and row.valid_to < row.valid_from:
        raise Settled(_("结束的学年在开始之前"), field="valid_to")
    _saved(row)
    keeping.write(row, Action.CHANGED, by=by, before=before, after={name: changes[name] for name in before})
    return row


@transaction.atomic
def publish_framework(framework: Framework, *, by: Actor) -> Framework:
    """Take a draft into use. What it is the new version of is superseded, and its years end before the new one's begin.

    Raises Denied, Settled (no draft, or an empty one).
    """
    row = keeping.locked(framework.pk, by=by, settled=True)
    if row.state != FrameworkState.DRAFT:
        raise Settled
    if not Node.objects.filter(framework=row, retired_at=None).exists():
        raise Settled(_("还没有内容，不能发布"))
    old = Framework.objects.select_for_update().filter(successor=row).first()
    if old is not None:
        old.state = FrameworkState.SUPERSEDED
        old.valid_to = max(old.valid_from, row.valid_from - 1)
        old.save(update_fields=["state", "valid_to"])
    row.state, row.published_at = FrameworkState.PUBLISHED, timezone.now()
    row.save(update_fields=["state", "published_at"])
    keeping.write(row, Action.PUBLISHED, by=by, after={"predecessor": old.pk if old else None})
    facts = {
        "subject": row.subject,
        "stage": row.stage,
        "kind": row.kind,
        "predecessor": str(old.pk) if old else "",
    }
    publish(
        events.FrameworkPublished(object_id=row.pk, organization_id=row.organization_id, context=facts, **acted_by(by))
    )
    return row


@transaction.atomic
def begin_revision(framework: Framework, *, valid_from: int, by: Actor, name: str = "", code: str = "") -> Framework:
    """A draft of the next version of a textbook: the same tree with new ids, each old node replaced by its like.

    Replacements count from the day of publication on. Knowledge points have no versions: they are changed in place, so that
    textbooks of all years agree on them. Raises Denied, Settled, CodeTaken.
    """
    old = keeping.locked(framework.pk, by=by)
    if old.kind != FrameworkKind.TEXTBOOK or old.state != FrameworkState.PUBLISHED:
        raise Settled(_("只有在用的教材能修订新版"))
    if old.successor_id is not None:
        raise Settled(_("已经有一份修订的草稿"))
    if valid_from <= old.valid_from:
        raise Settled(_("新版开始的学年要晚于现在这一版"), field="valid_from")
    made = Framework(
        organization=old.organization,
        kind=old.kind,
        subject=old.subject,
        stage=old.stage,
        name=(name or old.name).strip(),
        words=old.words,
        valid_from=valid_from,
    )
    made.code = clean(code) or f"{old.code[:34]}-{valid_from}"
    _saved(made, force_insert=True)
    pairs = _copied(old, made)
    old.successor = made
    old.save(update_fields=["successor"])
    keeping.write(old, Action.REVISED, by=by, after={"framework": made.pk, "valid_from": valid_from})
    keeping.write(made, Action.ADDED, by=by, after={"name": made.name, "nodes": len(pairs)})
    return made


def _copied(old: Framework, new: Framework) -> dict[UUID, UUID]:
    """Nodes in use with their knowledge points; old id -> new id."""
    rows = list(Node.objects.filter(framework=old, retired_at=None))
    ids = {row.pk: uuid4() for row in rows}
    hexes = {one.hex: two.hex for one, two in ids.items()}
    for row in sorted(rows, key=lambda one: one.path.count(".")):
        parent = ids[row.parent_id] if row.parent_id else None
        row.path = ".".join(hexes[label] for label in row.path.split("."))
        row.pk, row.framework, row.parent_id = ids[row.pk], new, parent
        row.created_at = row.changed_at = timezone.now()
        row._state.adding = True
    Node.objects.bulk_create(sorted(rows, key=lambda one: one.path.count(".")), batch_size=1000)
    covers = Link.objects.filter(kind=LinkKind.COVERS, origin__in=list(ids)).values_list("origin", "destination")
    replaced = [(LinkKind.REPLACED, one, two) for one, two in ids.items()]
    add_links([*[(LinkKind.COVERS, ids[one], point) for one, point in covers], *replaced])
    return ids


@transaction.atomic
def discard_draft(framework: Framework, *, by: Actor) -> None:
    """Throw away what was never published. Raises Denied, Settled."""
    row = keeping.locked(framework.pk, by=by, settled=True)
    if row.state != FrameworkState.DRAFT:
        raise Settled
    old = Framework.objects.filter(successor=row).first()
    if old is not None:
        keeping.write(old, Action.UNDONE, by=by, before={"framework": row.pk, "name": row.name})
    Framework.objects.filter(successor=row).update(successor=None)
    row.changes.all().delete()
    Link.objects.filter(origin__framework=row).delete()
    Link.objects.filter(destination__framework=row).delete()
    Node.objects.filter(framework=row)._raw_delete(
        "default"
    )  # all of one tree: no order of parents and children to mind
    row.delete()


@transaction.atomic
def retire_framework(framework: Framework, *, by: Actor) -> Framework:
    """Out of use for good, without a successor; its nodes stay, and what stands on them. Raises Denied, Settled."""
    row = keeping.locked(framework.pk, by=by, settled=True)
    if row.state != FrameworkState.PUBLISHED:
        raise Settled
    row.state = FrameworkState.RETIRED
    row.valid_to = row.valid_to or max(row.valid_from, timezone.localdate().year)
    row.save(update_fields=["state", "valid_to"])
    keeping.write(row, Action.RETIRED, by=by)
    publish(events.FrameworkRetired(object_id=row.pk, organization_id=row.organization_id, **acted_by(by)))
    return row
