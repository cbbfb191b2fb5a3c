"""Other regions: which ones are asked, how it went, which of their resources are here."""

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from lantian.content.resources.queries import Provenance
from lantian.content.sharing.enums import UNDER_WAY
from lantian.content.sharing.models import Harvest, Harvested, Neighbour
from lantian.content.sharing.queries.bulk import origin_of
from lantian.kernel.rules import Actor
from lantian.people.roster.enums import Role

if TYPE_CHECKING:
    from lantian.content.resources.models import Resource


def neighbours_visible_to(actor: Actor) -> QuerySet[Neighbour]:
    """Those that a unit of one's own asks; `brought`: how many of its resources are here."""
    rows = Neighbour.objects.select_related("organization", "created_by")
    if actor.grant is None or not actor.has_role(Role.OFFICER, Role.OPERATOR):
        return rows.none()
    rows = rows.filter(organization__path__within=actor.grant.path)
    return rows.annotate(brought=Count("things", filter=Q(things__gone=False, things__resource__isnull=False)))


def harvests_of(neighbour: Neighbour) -> QuerySet[Harvest]:
    """The newest first."""
    return Harvest.objects.filter(neighbour=neighbour).order_by("-started_at")


def under_way(neighbour: Neighbour) -> Harvest | None:
    """The one that is not over. One query."""
    return Harvest.objects.filter(neighbour=neighbour, state__in=UNDER_WAY).first()


def due(now: datetime | None = None) -> list[UUID]:
    """Neighbours whose turn it is."""
    rows = Neighbour.objects.filter(next_at__lte=now or timezone.now()).exclude(harvests__state__in=UNDER_WAY)
    return list(rows.values_list("pk", flat=True)[:100])


def unfinished(now: datetime | None = None) -> list[UUID]:
    """Harvests that should be under way."""
    at = now or timezone.now()
    rows = Harvest.objects.filter(state__in=UNDER_WAY).filter(Q(waits_until=None) | Q(waits_until__lte=at))
    return list(rows.values_list("pk", flat=True))


def things_of(neighbour: Neighbour, identifiers: list[str]) -> dict[str, Harvested]:
    """What is known of these already. One query."""
    rows = Harvested.objects.filter(neighbour=neighbour, identifier__in=identifiers)
    return {row.identifier: row for row in rows}


def brought_ids(neighbour: Neighbour) -> list[UUID]:
    """Resources here that the neighbour still has."""
    rows = Harvested.objects.filter(neighbour=neighbour, gone=False, resource__isnull=False)
    return [pk for pk in rows.order_by("pk").values_list("resource", flat=True) if pk is not None]


def taken_down(ids: list[UUID | None]) -> set[UUID]:
    """Which of these resources are taken down. One query."""
    known = [pk for pk in ids if pk is not None]
    rows = (
        Harvested.objects.filter(resource__in=known, resource__state="withdrawn") if known else Harvested.objects.none()
    )
    return {pk for pk in rows.values_list("resource", flat=True) if pk is not None}


def resources_from(neighbour: Neighbour) -> QuerySet[Harvested]:
    rows = Harvested.objects.filter(neighbour=neighbour, resource__isnull=False)
    return rows.select_related("resource").order_by("-pk")


def provenance_of(resource: "Resource") -> Provenance | None:
    """For a resource's page: which region or old system it is from. Two queries at most."""
    if resource.author_id is not None:
        return None
    thing = Harvested.objects.filter(resource=resource.pk).select_related("neighbour").first()
    if thing is not None:
        return Provenance(thing.neighbour.name, thing.url)
    origin = origin_of(resource.pk)
    return Provenance(origin.source) if origin else None
