"""The tree: above, below, and where an actor's own part of it begins."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from lantian.kernel.rules import Actor
from lantian.people.roster.enums import OrganizationKind
from lantian.people.roster.models import Organization
from lantian.people.roster.queries.visible import organizations_visible_to


def ancestors_of(organization: Organization) -> list[Organization]:
    """From the root down to the parent; one query, whatever the depth. Names of those above are no secret."""
    ids = [UUID(hex=label) for label in organization.path.split(".")[:-1]]
    if not ids:
        return []
    return sorted(Organization.objects.filter(pk__in=ids), key=lambda node: node.path.count("."))


@dataclass(frozen=True)
class Crumb:
    """One step of the way down to an organisation; `id` is None where the actor may not go."""

    name: str
    id: UUID | None


def breadcrumbs(actor: Actor, organization: Organization) -> list[Crumb]:
    """The way from the root to an organisation that is visible; two queries."""
    above = ancestors_of(organization)
    open_to = set(
        organizations_visible_to(actor).filter(pk__in=[node.pk for node in above]).values_list("pk", flat=True)
    )
    return [Crumb(str(node), node.pk if node.pk in open_to else None) for node in above]


def children_of(actor: Actor, parent: Organization | None) -> QuerySet[Organization]:
    """Visible units directly below, with `has_children`, regions and schools by pinyin."""
    visible = organizations_visible_to(actor).filter(is_active=True)
    below = visible.filter(parent=OuterRef("pk"))
    return visible.filter(parent=parent).annotate(has_children=Exists(below)).order_by("sort_key", "id")


def top_organizations(actor: Actor) -> list[Organization]:
    """The roots of what the actor sees: visible units whose parent is not. Each with `has_children`; the own one first."""
    visible = organizations_visible_to(actor).filter(is_active=True)
    parents = organizations_visible_to(actor).filter(pk=OuterRef("parent"))
    below = visible.filter(parent=OuterRef("pk"))
    tops = visible.filter(~Exists(parents)).annotate(has_children=Exists(below)).order_by("sort_key", "id")[:200]
    own = actor.grant.organization_id if actor.grant else actor.organization_id
    return sorted(tops, key=lambda unit: unit.pk != own)


def schools_below(organization: Organization) -> QuerySet[Organization]:
    """Schools (not their campuses) within a subtree."""
    return Organization.objects.filter(
        path__within=organization.path, kind=OrganizationKind.SCHOOL, is_active=True
    ).order_by("sort_key", "id")
