"""The tree: above, below, and where an actor's own part of it begins."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from lantian.kernel.fields import Depth
from lantian.kernel.prepared import prepared
from lantian.kernel.rules import Actor, shared
from lantian.kernel.shaped import shaped
from lantian.kernel.time.queries import organizations_of
from lantian.people.roster.enums import OrganizationKind
from lantian.people.roster.models import Organization
from lantian.people.roster.queries.visible import organizations_visible_to, overlooks, roots_of

BRANCH = 100  # units shown at once below one parent
SHARED_SHOWN = 200  # units shared from outside that are shown as roots of their own


def ancestors_of(organization: Organization) -> list[Organization]:
    """From the root down to the parent; one query, whatever the depth. Names of those above are no secret."""
    return _above(organization.path, organization.pk) if "." in organization.path else []


@prepared
def _above(path: str, below: UUID) -> QuerySet[Organization]:
    return Organization.objects.filter(path__above=path).exclude(pk=below).order_by(Depth("path"))


@dataclass(frozen=True)
class Crumb:
    """One step of the way down to an organisation; `id` is None where the actor may not go."""

    name: str
    id: UUID | None


def breadcrumbs(actor: Actor, organization: Organization) -> list[Crumb]:
    """The way from the root to an organisation that is visible; one query. Links only within what one oversees."""
    own = actor.grant.organization_id if actor.grant else actor.organization_id
    return [
        Crumb(str(node), node.pk if node.pk == own or overlooks(actor, node.path) else None)
        for node in ancestors_of(organization)
    ]


def _has_children() -> Exists:
    return Exists(Organization.objects.filter(parent=OuterRef("pk"), is_active=True))


@prepared
def _root(path: str) -> QuerySet[Organization]:
    return Organization.objects.filter(path=path, is_active=True).annotate(has_children=_has_children())


@prepared
def _first_below(parent: UUID) -> QuerySet[Organization]:
    rows = Organization.objects.filter(parent=parent, is_active=True).annotate(has_children=_has_children())
    return rows.order_by("sort_key", "id")[: BRANCH + 1]


@shaped
def _first_seen_below(actor: Actor, parent: UUID) -> QuerySet[Any, Organization]:
    return _seen_below(actor, parent).order_by("sort_key", "id")[: BRANCH + 1]


def _seen_below(actor: Actor, parent: UUID) -> QuerySet[Organization]:
    visible = organizations_visible_to(actor).filter(is_active=True)
    return visible.filter(parent=parent).annotate(has_children=Exists(visible.filter(parent=OuterRef("pk"))))


def first_children(actor: Actor, parent: Organization) -> list[Organization]:
    """The first BRANCH of `children_of`, and one more when there is one. One query."""
    return _first_below(parent.pk) if overlooks(actor, parent.path) else _first_seen_below(actor, parent.pk)


def children_of(actor: Actor, parent: Organization) -> QuerySet[Organization]:
    """Visible units directly below one that is visible, with `has_children`, by pinyin."""
    if not overlooks(actor, parent.path):
        return _seen_below(actor, parent.pk).order_by("sort_key", "id")
    # all below are visible: a plain look by index
    rows = Organization.objects.filter(parent=parent, is_active=True).annotate(has_children=_has_children())
    return rows.order_by("sort_key", "id")


@shaped
def _outside(actor: Actor) -> QuerySet[Any, Organization]:
    """What is seen besides the own subtree; all that is seen by who has none."""
    if roots := list(roots_of(actor)):
        shares = shared("roster.organization", actor)
        found = Organization.objects.filter(shares, ~Q(path__within_any=roots), is_active=True)
    else:
        found = organizations_visible_to(actor).filter(is_active=True)
    return found.order_by("sort_key", "id")[:SHARED_SHOWN]


def top_organizations(actor: Actor) -> list[Organization]:
    """The roots of what the actor sees, each with `has_children`: the own subtree's first, then what is shared from outside."""
    tops = [unit for root in roots_of(actor) for unit in _root(root)]
    others = _outside(actor)
    seen = {unit.pk for unit in (*tops, *others)}
    own = actor.grant.organization_id if actor.grant else actor.organization_id
    for unit in others:
        unit.has_children = any(each.parent_id == unit.pk for each in others)  # type: ignore[attr-defined]
    shown = [*tops, *(unit for unit in others if unit.parent_id not in seen)]
    return sorted(shown, key=lambda unit: unit.pk != own)


def counties_above(paths: Iterable[str]) -> dict[str, Organization]:
    """The county in which each unit lies, by the unit's ltree path; units that lie in none are left out. One query."""
    above = {path: organizations_of(path) for path in set(paths)}
    ids = {pk for line in above.values() for pk in line}
    known = {row.pk: row for row in Organization.objects.filter(pk__in=ids, kind=OrganizationKind.COUNTY)}
    return {path: known[pk] for path, line in above.items() for pk in line if pk in known}


def schools_below(organization: Organization) -> QuerySet[Organization]:
    """Schools (not their campuses) within a subtree."""
    return Organization.objects.filter(
        path__within=organization.path, kind=OrganizationKind.SCHOOL, is_active=True
    ).order_by("sort_key", "id")


def schools_called(name: str) -> QuerySet[Organization]:
    """Active schools whose code, full or short name is exactly this, wherever they are: who is asked to join something need not
    be known to whoever asks."""
    if not name:
        return Organization.objects.none()
    exactly = Q(name=name) | Q(short_name=name) | Q(code=name)
    return Organization.objects.filter(exactly, kind=OrganizationKind.SCHOOL, is_active=True).order_by("sort_key", "id")
