"""Making packs: what is said about one, what stands in it and in which order. Every verb holds the pack until it is done."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lantian.content.packs import queries, rules
from lantian.content.packs.enums import PackReach
from lantian.content.packs.errors import ChangedMeanwhile, ItemThere, NotComplete, TooMany
from lantian.content.packs.events import PackCopied, PackShared
from lantian.content.packs.models import Pack, PackItem
from lantian.kernel.events import acted_by, publish
from lantian.kernel.journal.services import record
from lantian.kernel.rules import Actor, require

if TYPE_CHECKING:
    from lantian.content.resources.models import Resource

MOST_ITEMS = 60
FACTS = ("title", "words", "subject", "stage", "grade", "reach", "region")
UP, DOWN, OUT = "up", "down", "out"


def locked(pk: UUID) -> Pack:
    """The pack as it is now, held until the transaction ends."""
    return Pack.objects.select_for_update(of=("self",)).select_related("organization").get(pk=pk)


def _touch(pack: Pack, *fields: str) -> None:
    pack.edition += 1
    pack.changed_at = timezone.now()
    pack.save(update_fields=["edition", "changed_at", *fields])


@transaction.atomic
def create_pack(*, facts: Mapping[str, Any], by: Actor) -> Pack:
    """Begin a pack at the unit that one acts at. Raises Denied, NotComplete."""
    require(rules.may_make_pack, by)
    if by.person_id is None or by.grant is None:  # the system is nobody, and at no unit
        raise NotComplete
    made = Pack(owner_id=by.person_id, organization_id=by.grant.organization_id)
    _fill(made, facts)
    made.save(force_insert=True)
    record("packs.created", made, by=by, title=made.title, reach=made.reach)
    if made.reach != PackReach.PRIVATE:
        _announce(made, by)
    return made


def _fill(pack: Pack, facts: Mapping[str, Any]) -> None:
    for name in FACTS:
        if name in facts:
            value = facts[name]
            setattr(pack, name, value.strip() if isinstance(value, str) else value)
    if not pack.title:
        raise NotComplete(_("请填写名称"), field="title")
    if pack.reach != PackReach.REGION:
        pack.region = None
    elif pack.region is None:
        raise NotComplete(_("请选择给哪个地区的老师看"), field="region")


def _announce(pack: Pack, by: Actor) -> None:
    facts = {"reach": pack.reach, "title": pack.title}
    publish(PackShared(object_id=pack.pk, organization_id=pack.organization_id, context=facts, **acted_by(by)))


@transaction.atomic
def change_pack(pack: Pack, *, edition: int, facts: Mapping[str, Any], by: Actor) -> Pack:
    """Change what is said about it (`FACTS`). Raises Denied, ChangedMeanwhile, NotComplete."""
    pack = locked(pack.pk)
    require(rules.may_manage_pack, by, pack)
    if pack.edition != edition:
        raise ChangedMeanwhile
    before = pack.reach
    _fill(pack, facts)
    _touch(pack, *FACTS)
    record("packs.changed", pack, by=by, title=pack.title, before=before, reach=pack.reach)
    if pack.reach not in (before, PackReach.PRIVATE):
        _announce(pack, by)
    return pack


# What stands in it --------------------------------------------------------------------------------------------------------------


@transaction.atomic
def put_item(pack: Pack, resource: "Resource", *, note: str = "", by: Actor) -> PackItem:
    """Put a resource at the end. Raises Denied, ItemThere, TooMany."""
    pack = locked(pack.pk)
    require(rules.may_put_item, by, pack, resource)
    there = list(pack.items.values_list("resource", flat=True))
    if resource.pk in there:
        raise ItemThere
    if len(there) >= MOST_ITEMS:
        raise TooMany
    made = PackItem.objects.create(
        pack=pack,
        resource=resource,
        position=len(there) + 1,
        note=note.strip()[:300],
        title=resource.title,
        version=resource.current.number if resource.current else 1,
    )
    _touch(pack)
    record("packs.item_put", pack, by=by, resource=resource.pk, title=resource.title)
    return made


@transaction.atomic
def arrange_items(
    pack: Pack, *, edition: int, notes: Mapping[UUID, str], item: UUID | None = None, act: str = "", by: Actor
) -> Pack:
    """Keep what was written beside the items, and move one `UP` or `DOWN` or take it `OUT`, all at once: whoever presses a button
    loses nothing that they wrote. Raises Denied, ChangedMeanwhile.
    """
    pack = locked(pack.pk)
    require(rules.may_manage_pack, by, pack)
    if pack.edition != edition:
        raise ChangedMeanwhile
    rows = list(pack.items.order_by("position"))
    changed = [row for row in rows if row.pk in notes and row.note != notes[row.pk].strip()[:300]]
    for row in changed:
        row.note = notes[row.pk].strip()[:300]
    PackItem.objects.bulk_update(changed, ["note"])
    found = next((row for row in rows if row.pk == item), None)
    if found is not None and act in (UP, DOWN, OUT):
        _move(rows, found, act)
        record("packs.item_moved", pack, by=by, resource=found.resource_id, title=found.title, act=act)
    if changed:
        record("packs.notes_written", pack, by=by, items=len(changed))
    _touch(pack)
    return pack


def _move(rows: list[PackItem], found: PackItem, act: str) -> None:
    """Places are counted through from 1; the constraint on them is asked at the end of the transaction."""
    at = rows.index(found)
    rows.remove(found)
    if act == OUT:
        found.delete()
    else:
        rows.insert(max(0, at - 1) if act == UP else min(len(rows), at + 1), found)
    for position, row in enumerate(rows, start=1):
        row.position = position
    PackItem.objects.bulk_update(rows, ["position"])


@transaction.atomic
def gather_packs(
    *, facts: Mapping[str, Any], items: "Sequence[tuple[Resource, str]]", into: Sequence[UUID] = (), by: Actor
) -> list[Pack]:
    """Packs that hold resources of one's own in this order, each with a note, as many as it takes; also what is not published,
    which others see once it is. `into`: one's own that were gathered before, which get only what none of them has. Returns all
    of them, in order. Raises Denied, NotComplete.
    """
    for resource, _note in items:
        require(rules.may_gather, by, resource)
    packs = list(queries.own_packs(by).select_for_update(of=("self",)).filter(pk__in=list(into)).order_by("created_at"))
    there = set(PackItem.objects.filter(pack__in=packs).values_list("resource", flat=True))
    fresh = [each for each in dict(items).items() if each[0].pk not in there]
    size = packs[-1].items.count() if packs else MOST_ITEMS
    while fresh:
        if size >= MOST_ITEMS:
            packs.append(create_pack(facts={**facts, "title": _numbered(str(facts["title"]), len(packs) + 1)}, by=by))
            size = 0
        some, fresh = fresh[: MOST_ITEMS - size], fresh[MOST_ITEMS - size :]
        pack = packs[-1]
        PackItem.objects.bulk_create(
            PackItem(
                pack=pack,
                resource=resource,
                position=size + at,
                note=note.strip()[:300],
                title=resource.title,
                version=resource.current.number if resource.current else 1,
            )
            for at, (resource, note) in enumerate(some, start=1)
        )
        _touch(pack)
        record("packs.gathered", pack, by=by, items=len(some))
        size = MOST_ITEMS
    return packs


def _numbered(title: str, number: int) -> str:
    return title[:80] if number == 1 else f"{title[:75]} {number}"


# The whole pack -----------------------------------------------------------------------------------------------------------------


@transaction.atomic
def copy_pack(pack: Pack, *, by: Actor) -> Pack:
    """Make another's (or one's own) pack one's own, with what one sees in it and may put into a pack; nobody else sees the copy.

    Raises Denied.
    """
    require(rules.may_copy_pack, by, pack)
    facts = {name: getattr(pack, name) for name in ("title", "words", "subject", "stage", "grade")}
    made = create_pack(facts=facts, by=by)
    Pack.objects.filter(pk=made.pk).update(copied_from=pack)
    lines = [line for line in queries.lines_of([pack], by)[pack.pk] if not line.gone]
    PackItem.objects.bulk_create(
        PackItem(
            pack=made,
            resource_id=line.item.resource_id,
            position=position,
            note=line.item.note,
            title=line.title,
            version=line.newer or line.item.version,
        )
        for position, line in enumerate(lines, start=1)
    )
    record("packs.copied", pack, by=by, copy=made.pk, items=len(lines))
    facts = {"copy": str(made.pk), "items": len(lines)}
    publish(PackCopied(object_id=pack.pk, organization_id=pack.organization_id, context=facts, **acted_by(by)))
    return made


@transaction.atomic
def delete_pack(pack: Pack, *, by: Actor) -> Pack:
    """Let it go: nobody sees it any more, and its owner can bring it back for some days. Raises Denied."""
    pack = locked(pack.pk)
    require(rules.may_manage_pack, by, pack)
    if pack.deleted_at is None:
        pack.deleted_at = timezone.now()
        _touch(pack, "deleted_at")
        record("packs.deleted", pack, by=by, title=pack.title)
    return pack


@transaction.atomic
def restore_pack(pack: Pack, *, by: Actor) -> Pack:
    """Bring it back with all that was in it, and to where it was put. Raises Denied."""
    pack = locked(pack.pk)
    require(rules.may_manage_pack, by, pack)
    if pack.deleted_at is not None:
        pack.deleted_at = None
        _touch(pack, "deleted_at")
        record("packs.restored", pack, by=by, title=pack.title)
    return pack


@transaction.atomic
def unshare_pack(pack: Pack, *, words: str, by: Actor) -> Pack:
    """Take it back from all others but those who have it in lessons and classes, and say why. Raises Denied, NotComplete."""
    pack = locked(pack.pk)
    require(rules.may_unshare_pack, by, pack)
    if not words.strip():
        raise NotComplete(_("请写明为什么收回"), field="words")
    before, pack.reach, pack.region = pack.reach, PackReach.PRIVATE, None
    _touch(pack, "reach", "region")
    record("packs.unshared", pack, by=by, before=before, words=words.strip()[:300], people=[pack.owner_id])
    return pack


@transaction.atomic
def sweep_deleted() -> int:
    """What was deleted weeks ago goes for good. Returns how many packs. Asks no rule: a job."""
    old = Pack.objects.filter(deleted_at__lt=timezone.now() - queries.BROUGHT_BACK_WITHIN)
    gone = old.count()
    old.delete()
    return gone
