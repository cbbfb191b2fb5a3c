"""Courses from other platforms: one's own, how far each is, and what of them is here already."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db.models import Count, QuerySet

from lantian.content.resources.engine.kinds import CARTRIDGE
from lantian.content.sharing.enums import TAKEN, BulkState, PartKind, PartState
from lantian.content.sharing.models import Cartridge, CartridgePart
from lantian.content.taxonomy.queries import Panel
from lantian.kernel.rules import Actor

if TYPE_CHECKING:
    from lantian.content.resources.models import Resource

UNDER_WAY = (BulkState.READING, BulkState.RUNNING)


def cartridges_visible_to(actor: Actor) -> QuerySet[Cartridge]:
    """One's own."""
    if actor.person_id is None:
        return Cartridge.objects.none()
    rows = Cartridge.objects.select_related("version__resource__organization", "version__blob")
    return rows.filter(version__resource__author=actor.person_id)


def cartridge_of(version_id: UUID) -> Cartridge | None:
    """What a version was opened as. One query."""
    return Cartridge.objects.filter(version=version_id).first()


def unfinished_cartridges() -> list[UUID]:
    """Those that a worker has to go on with. One query."""
    return list(Cartridge.objects.filter(state__in=UNDER_WAY).values_list("pk", flat=True))


def waiting_parts(cartridge: Cartridge, most: int) -> list[CartridgePart]:
    return list(cartridge.parts.filter(state=PartState.WAITING).order_by("line")[:most])


def parts_of(cartridge: Cartridge) -> QuerySet[CartridgePart]:
    """Everything in it, in its order."""
    return cartridge.parts.select_related("resource").order_by("line")


def kinds_in(cartridge: Cartridge) -> list[tuple[PartKind, int]]:
    """How many of each kind, those that are taken first. One query."""
    found = dict(cartridge.parts.order_by().values_list("kind").annotate(n=Count("pk")))
    return [(kind, found[kind]) for kind in PartKind if found.get(kind)]


def results_in(cartridge: Cartridge) -> list[tuple[PartState, int]]:
    """How many with each result. One query."""
    found = dict(cartridge.parts.order_by().values_list("state").annotate(n=Count("pk")))
    return [(state, found[state]) for state in PartState if found.get(state)]


def made_before(person_id: UUID, part: CartridgePart) -> CartridgePart | None:
    """What the same person imported of the same content, from this cartridge or another. One query."""
    rows = CartridgePart.objects.filter(
        digest=part.digest, resource__isnull=False, cartridge__version__resource__author=person_id
    )
    return rows.exclude(pk=part.pk).select_related("resource").order_by("pk").first()


def named_before(person_id: UUID, cartridge: Cartridge, part: CartridgePart) -> CartridgePart | None:
    """The same thing of an earlier export of the same course, by the same person, whatever was in it. One query."""
    rows = CartridgePart.objects.filter(
        key=part.key, resource__isnull=False, cartridge__course=cartridge.course,
        cartridge__version__resource__author=person_id, kind__in=TAKEN,
    )  # fmt: skip
    found = rows.exclude(cartridge=cartridge).select_related("resource").order_by("-pk").first()
    return found if cartridge.course else None


def packs_before(person_id: UUID, cartridge: Cartridge) -> list[str]:
    """Packs that were made of this course already. One query."""
    rows = Cartridge.objects.filter(version__resource__author=person_id, course=cartridge.course).exclude(packs=[])
    found: Sequence[list[str]] = list(rows.order_by("created_at").values_list("packs", flat=True))
    return list(dict.fromkeys(pk for packs in found for pk in packs)) if cartridge.course else list(cartridge.packs)


def gathered(cartridge: Cartridge) -> list[CartridgePart]:
    """What the table of contents names and is a resource now, in its order. One query."""
    rows = cartridge.parts.filter(listed=True, resource__isnull=False).select_related("resource__current")
    return list(rows.order_by("line"))


def panel_of_cartridge(actor: Actor, resource: "Resource") -> Panel | None:
    """On the page of a resource that is a cartridge of one's own: where it is taken apart. Two queries at most."""
    from django.utils.translation import gettext as _

    if actor.person_id is None or actor.person_id != resource.author_id or resource.kind != "pack":
        return None
    version = resource.versions.filter(blob__kind=CARTRIDGE).order_by("-number").first()
    if version is None:
        return None
    data: dict[str, Any] = {"version": version, "cartridge": cartridge_of(version.pk)}
    return Panel(_("课程包"), "sharing/_cartridge.html", data)
