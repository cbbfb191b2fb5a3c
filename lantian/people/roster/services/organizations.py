"""Units of the tree: made, changed, moved, put out of use."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lantian.kernel.events import acted_by, publish
from lantian.kernel.journal import services as journal
from lantian.kernel.rules import Actor, require, within
from lantian.people.roster import events
from lantian.people.roster.engine.names import search_text, sort_key
from lantian.people.roster.enums import MAY_STAND_BELOW, OrganizationKind
from lantian.people.roster.errors import AlreadyEnded, CodeTaken, StillInUse, WouldBeCycle, WrongPlace
from lantian.people.roster.models import ClassGroup, Membership, Organization, valid_on
from lantian.people.roster.rules import (
    may_create_organization,
    may_deactivate_organization,
    may_move_organization,
    may_update_organization,
)

# Who writes paths holds this lock until the end of the transaction: many may add leaves together, one may move.
TREE_LOCK = 0x726F7374  # "rost"
CHANGEABLE = ("name", "short_name", "code", "stages", "setting", "is_active")


@dataclass(frozen=True)
class NewOrganization:
    """A unit to be made below `parent` (None: a root)."""

    name: str
    kind: str
    parent: Organization | None = None
    short_name: str = ""
    code: str = ""
    stages: Sequence[str] = ()
    setting: str = ""
    id: UUID | None = None


def _lock_tree(*, shared: bool) -> None:
    function = "pg_advisory_xact_lock_shared" if shared else "pg_advisory_xact_lock"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(%s)", [TREE_LOCK])


def _check_place(kind: str, parent: Organization | None) -> None:
    if parent is not None and not parent.is_active:
        raise WrongPlace(_("上级单位已经停用。"))
    above = str(parent.kind) if parent else None
    if kind not in MAY_STAND_BELOW[above]:
        what = OrganizationKind(kind).label
        where = parent.get_kind_display() if parent else _("最上层")
        raise WrongPlace(_("“%(what)s”不能设在“%(where)s”下面。") % {"what": what, "where": where})


def _set_keys(organization: Organization) -> None:
    organization.sort_key = sort_key(organization.name)
    organization.search_text = search_text(organization.name, organization.short_name, extra=organization.code)


def _build(row: NewOrganization, parent: Organization | None) -> Organization:
    _check_place(row.kind, parent)
    organization = Organization(
        id=row.id or uuid4(),
        parent=parent,
        kind=row.kind,
        name=row.name.strip(),
        short_name=row.short_name.strip(),
        code=row.code.strip(),
        stages=list(row.stages),
        setting=row.setting,
    )
    organization.path = f"{parent.path}.{organization.label}" if parent else organization.label
    _set_keys(organization)
    return organization


def _insert(organizations: list[Organization]) -> None:
    try:
        with transaction.atomic():
            Organization.objects.bulk_create(organizations, batch_size=500)
    except IntegrityError as error:
        if "organization_code" in str(error):
            raise CodeTaken from error
        raise


@transaction.atomic
def bulk_create_organizations(rows: Sequence[NewOrganization], *, by: Actor) -> list[Organization]:
    """Make many units whose parents exist already, in the order given; a fixed number of statements per thousand.

    Raises Denied, WrongPlace, CodeTaken (then none is made).
    """
    if not rows:
        return []
    _lock_tree(shared=True)
    wanted = {row.parent.pk for row in rows if row.parent}
    parents = Organization.objects.in_bulk(list(wanted))  # read under the lock: their paths cannot change any more
    for parent in parents.values():
        require(may_create_organization, by, parent)
    if any(row.parent is None for row in rows):
        require(may_create_organization, by, _Root())
    made = [_build(row, parents[row.parent.pk] if row.parent else None) for row in rows]
    _insert(made)
    journal.record_many("roster.organization_created", made, by=by)
    if len(made) == 1:
        one = made[0]
        publish(
            events.OrganizationCreated(
                object_id=one.pk, organization_id=one.pk, kind=one.kind, parent_id=one.parent_id, **acted_by(by)
            )
        )
    else:
        publish(events.OrganizationsImported(object_id=made[0].pk, count=len(made), **acted_by(by)))
    return made


class _Root:
    """What stands above the roots: administered by nobody but the system."""

    path = ""


def create_organization(
    *,
    by: Actor,
    name: str,
    kind: str,
    parent: Organization | None = None,
    short_name: str = "",
    code: str = "",
    stages: Sequence[str] = (),
    setting: str = "",
    id: UUID | None = None,
) -> Organization:
    """Make one unit below `parent`; only the system makes roots. Raises Denied, WrongPlace, CodeTaken."""
    row = NewOrganization(name, kind, parent, short_name, code, stages, setting, id)
    return bulk_create_organizations([row], by=by)[0]


@transaction.atomic
def update_organization(organization: Organization, *, by: Actor, **changes: Any) -> Organization:
    """Change name, short_name, code, stages or setting, or open a closed unit again (`is_active=True`).

    Heads and school IT leave name, code and opening to the bureau above. Raises Denied, CodeTaken; TypeError for other fields.
    """
    unknown = set(changes) - set(CHANGEABLE)
    if unknown or changes.get("is_active") is False:
        raise TypeError(f"not changeable: {sorted(unknown)}")
    row = Organization.objects.select_for_update().get(pk=organization.pk)
    require(may_update_organization, by, row)
    before = {name: getattr(row, name) for name in changes if getattr(row, name) != changes[name]}
    if {"name", "code", "is_active"} & set(before):
        require(may_deactivate_organization, by, row)  # what the unit is, is decided above it
    if not before:
        return row
    for name in before:
        setattr(row, name, changes[name])
    _set_keys(row)
    try:
        with transaction.atomic():
            row.save(update_fields=[*before, "sort_key", "search_text"])
    except IntegrityError as error:
        raise CodeTaken from error
    journal.record("roster.organization_updated", row, by=by, before=before, after={n: changes[n] for n in before})
    publish(events.OrganizationUpdated(object_id=row.pk, organization_id=row.pk, **acted_by(by)))
    return row


@transaction.atomic
def move_organization(organization: Organization, *, parent: Organization, by: Actor) -> Organization:
    """Hang a unit with all below it under another parent; every path of the subtree is rewritten in one statement.

    Moves wait for each other, so two of them cannot make a cycle together. Raises Denied, WouldBeCycle, WrongPlace.
    """
    _lock_tree(shared=False)
    row = Organization.objects.get(pk=organization.pk)
    target = Organization.objects.get(pk=parent.pk)
    require(may_move_organization, by, row, target)
    if within(target.path, row.path):
        raise WouldBeCycle
    _check_place(row.kind, target)
    if row.parent_id == target.pk:
        return row
    old_parent_id, old_path = row.parent_id, row.path
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE roster_organization SET path = %s::ltree || subpath(path, nlevel(%s::ltree) - 1)"
            " WHERE path <@ %s::ltree",
            [target.path, old_path, old_path],
        )
    Organization.objects.filter(pk=row.pk).update(parent=target)
    row.refresh_from_db()
    journal.record("roster.organization_moved", row, by=by, old_parent=old_parent_id, new_parent=target.pk)
    publish(
        events.OrganizationMoved(
            object_id=row.pk,
            organization_id=row.pk,
            old_parent_id=old_parent_id,
            new_parent_id=target.pk,
            **acted_by(by),
        )
    )
    return row


@transaction.atomic
def deactivate_organization(organization: Organization, *, by: Actor, reason: str) -> Organization:
    """Put a unit out of use; it must be empty: no units, classes or people in it any more. Its history stays.

    Raises Denied, AlreadyEnded, StillInUse with what is left.
    """
    _lock_tree(shared=False)
    row = Organization.objects.select_for_update().get(pk=organization.pk)
    require(may_deactivate_organization, by, row)
    if not row.is_active:
        raise AlreadyEnded
    units = Organization.objects.filter(parent=row, is_active=True).count()
    classes = ClassGroup.objects.filter(organization=row, is_active=True).count()
    people = Membership.objects.filter(valid_on(timezone.localdate()), organization=row).count()
    if units or classes or people:
        raise StillInUse(
            _("这里还有 %(units)d 个下级单位、%(classes)d 个班级、%(people)d 人，请先调走或结束。")
            % {"units": units, "classes": classes, "people": people}
        )
    Organization.objects.filter(pk=row.pk).update(is_active=False)
    organization.is_active = False
    journal.record("roster.organization_deactivated", row, by=by, reason=reason)
    publish(events.OrganizationDeactivated(object_id=row.pk, organization_id=row.pk, **acted_by(by)))
    return organization
