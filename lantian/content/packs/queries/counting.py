"""What is known about the use of a resource: numbers for all, places for those who may know, and names of open packs alone."""

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from lantian.content.packs.models import Attachment, Judgement, Pack, PackItem
from lantian.content.packs.queries.reading import packs_meant_for
from lantian.content.taxonomy.queries import Panel
from lantian.kernel.rules import Actor, check

if TYPE_CHECKING:
    from lantian.content.resources.models import Resource

NAMED, UNITS = 5, 12


@dataclass(frozen=True, slots=True)
class Helped:
    """How many of those who said something say that it helped."""

    yes: int = 0
    all: int = 0


@dataclass(frozen=True, slots=True)
class UseOf:
    """Of a resource. `known`: packs with it that the asker sees; `units`: (name, packs); `elsewhere`: packs of other units."""

    packs: int
    lessons: int
    teachers: Helped
    students: Helped
    known: tuple[Pack, ...]
    units: tuple[tuple[str, int], ...] = ()
    elsewhere: int = 0


def use_of(actor: Actor, resource: "Resource") -> UseOf:
    """Five queries at most."""
    items = PackItem.objects.filter(resource=resource, pack__deleted_at__isnull=True)
    lessons = Attachment.objects.filter(
        lesson__isnull=False, pack__deleted_at__isnull=True, pack__items__resource=resource
    )
    packs = items.count()
    units, elsewhere = _units(actor, resource, packs)
    teachers, students = helped_by(Judgement.objects.filter(resource=resource)).get(resource.pk, (Helped(), Helped()))
    known = packs_meant_for(actor).filter(items__resource=resource).order_by("-changed_at", "pk")[:NAMED]
    return UseOf(
        packs=packs,
        lessons=lessons.values("lesson").distinct().count(),
        teachers=teachers,
        students=students,
        known=tuple(known),
        units=units,
        elsewhere=elsewhere,
    )


def _units(actor: Actor, resource: "Resource", total: int) -> tuple[tuple[tuple[str, int], ...], int]:
    """Where it is used, and in how many packs elsewhere: an officer of another place reads of the own subtree."""
    from lantian.content.packs import rules

    if not total or not check(rules.may_see_use, actor, resource):
        return (), 0
    rows = PackItem.objects.filter(resource=resource, pack__deleted_at__isnull=True)
    everywhere = actor.person_id == resource.author_id or actor.administers(resource.organization.path)
    if not everywhere:
        rows = rows.filter(pack__organization__path__within_any=actor.paths)
    counted = (
        rows.values_list("pack__organization__name").annotate(n=Count("pk")).order_by("-n", "pack__organization__name")
    )
    found = tuple(counted[:UNITS])
    return found, total - sum(n for _name, n in found)


def helped_by(rows: QuerySet[Judgement]) -> dict[UUID, tuple[Helped, Helped]]:
    """Of judgements, by resource: what teachers and what students say. One query."""
    said = (
        rows.order_by()
        .values_list("resource")
        .annotate(
            ty=Count("pk", filter=Q(taught=True, helped=True)),
            t=Count("pk", filter=Q(taught=True)),
            sy=Count("pk", filter=Q(taught=False, helped=True)),
            s=Count("pk", filter=Q(taught=False)),
        )
    )
    return {pk: (Helped(ty, t), Helped(sy, s)) for pk, ty, t, sy, s in said}


def panel_of_resource(actor: Actor, resource: "Resource") -> Panel | None:
    """On the page of a published resource that stands in some pack. Six queries at most, one for others."""
    if resource.state != "published":
        return None
    if not PackItem.objects.filter(resource=resource, pack__deleted_at__isnull=True).exists():
        return None
    return Panel(_("谁在用"), "packs/_use.html", {"use": use_of(actor, resource)})
