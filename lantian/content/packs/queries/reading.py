"""Which packs one may see, and what stands in them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from lantian.content.packs.enums import PackReach
from lantian.content.packs.models import Attachment, Pack, PackItem
from lantian.content.resources import queries as resources
from lantian.content.resources.enums import ResourceState
from lantian.kernel.rules import Actor, shared
from lantian.kernel.shaped import derived
from lantian.kernel.time.queries import organizations_of

if TYPE_CHECKING:
    from lantian.content.resources.models import Resource
    from lantian.people.roster.models import Organization

BROUGHT_BACK_WITHIN = timedelta(days=30)
CHOICES = 40  # packs that are offered when a resource is put into one


# Who sees what ------------------------------------------------------------------------------------------------------------------


def _of_ones_lessons(actor: Actor) -> Q:
    """Attachments to lessons that one teaches or that one's classes have or receive, and to one's classes while they hold."""
    q = Q(pk__in=[])
    if actor.person_id is not None:
        q |= Q(lesson__teacher=actor.person_id)
    if actor.class_group_ids:
        mine, today = actor.class_group_ids, timezone.localdate()
        q |= Q(lesson__class_group__among=mine) | Q(lesson__receivers__class_group__among=mine)
        q |= Q(class_group__among=mine, first__lte=today, until__gte=today)
    return q


def attachments_for(actor: Actor) -> QuerySet[Attachment]:
    """What was put to the lessons and classes that one is in. That a lesson is open to everybody opens no pack."""
    mine = Attachment.objects.filter(_of_ones_lessons(actor), pack__deleted_at__isnull=True)
    return Attachment.objects.filter(pk__in=mine.values("pk"))


def _meant_for(actor: Actor) -> Q:
    """By reach: teachers and those who run schools, by where they are; open ones for all."""
    q = Q(reach=PackReach.PUBLIC)
    if not actor.is_anonymous and actor.grant is not None and actor.role in resources.STAFF_ROLES:
        units = derived(organizations_of, actor.grant.path)
        q |= Q(reach=PackReach.REGION, region__among=units) | Q(reach=PackReach.SCHOOL, organization__among=units)
    if actor.paths:
        q |= Q(organization__path__within_any=actor.paths) & ~Q(reach=PackReach.PRIVATE)
    if actor.person_id is not None:
        q |= Q(owner=actor.person_id)
    return q


def packs_meant_for(actor: Actor) -> QuerySet[Pack]:
    """One's own, and what others let one see by its reach: what is listed and searched."""
    return Pack.objects.filter(_meant_for(actor) | shared("packs.pack", actor), deleted_at__isnull=True)


def packs_visible_to(actor: Actor) -> QuerySet[Pack]:
    """Those, and what was put to one's lessons and classes."""
    given = Q(pk__in=Attachment.objects.filter(_of_ones_lessons(actor)).values("pack"))
    return Pack.objects.filter(_meant_for(actor) | given | shared("packs.pack", actor), deleted_at__isnull=True)


def own_packs(actor: Actor) -> QuerySet[Pack]:
    if actor.person_id is None:
        return Pack.objects.none()
    return Pack.objects.filter(owner=actor.person_id, deleted_at__isnull=True)


def deleted_packs(actor: Actor) -> QuerySet[Pack]:
    """One's own that can still be brought back, the newest first."""
    if actor.person_id is None:
        return Pack.objects.none()
    rows = Pack.objects.filter(owner=actor.person_id, deleted_at__gte=timezone.now() - BROUGHT_BACK_WITHIN)
    return rows.order_by("-deleted_at")


def published_to(actor: Actor) -> "QuerySet[Resource]":
    return resources.resources_visible_to(actor).filter(state=ResourceState.PUBLISHED)


# Lists --------------------------------------------------------------------------------------------------------------------------


def _count(rows: "QuerySet[PackItem] | QuerySet[Attachment]") -> Coalesce:
    counted = rows.filter(pack=OuterRef("pk")).order_by().values("pack").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted), 0)


def with_figures(rows: QuerySet[Pack], actor: Actor) -> QuerySet[Pack]:
    """With names and `items`: how many resources in it the actor sees."""
    seen = PackItem.objects.filter(resource__in=published_to(actor).values("pk"))
    return rows.select_related("owner", "organization", "region").annotate(size=_count(seen))


def with_own_figures(rows: QuerySet[Pack]) -> QuerySet[Pack]:
    """One's own: `size` counts all that stands in it; `given`: to how many lessons and classes it was put."""
    return rows.annotate(size=_count(PackItem.objects.all()), given=_count(Attachment.objects.all()))


def packs_to_choose(actor: Actor, resource_id: UUID) -> list[Pack]:
    """One's own, the last used first; `has_it`: the resource stands in it. One query."""
    there = PackItem.objects.filter(pack=OuterRef("pk"), resource=resource_id)
    return list(own_packs(actor).annotate(has_it=Exists(there)).order_by("-changed_at", "pk")[:CHOICES])


def regions_around(organization: "Organization") -> "QuerySet[Organization]":
    """Regions whose teachers a unit's packs can be for. One query."""
    return resources.regions_around(organization)


# What stands in packs -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Line:
    """A resource in a pack as somebody sees it. `gone`: why it is only a name any more (for the owner), `newer`: the number of
    the version that has come since it was put in, 0 without."""

    item: PackItem
    title: str
    gone: str = ""
    newer: int = 0

    @property
    def resource(self) -> "Resource":
        return self.item.resource


def lines_of(packs: Iterable[Pack], actor: Actor) -> dict[UUID, list[Line]]:
    """What the actor sees of each pack, in order: the owner all of it, others what is published for them. One query."""
    known = {pack.pk: pack for pack in packs}
    found: dict[UUID, list[Line]] = {pk: [] for pk in known}
    if not known:
        return found
    rows = PackItem.objects.filter(pack__in=list(known)).select_related("resource__organization", "resource__current")
    rows = rows.annotate(open=Exists(published_to(actor).filter(pk=OuterRef("resource"))))
    for row in rows.order_by("pack", "position"):
        is_open = bool(getattr(row, "open"))  # noqa: B009 - an annotation
        if is_open or known[row.pack_id].owner_id == actor.person_id:
            found[row.pack_id].append(_line(row, is_open=is_open))
    return found


def _line(row: PackItem, *, is_open: bool) -> Line:
    resource = row.resource
    if not is_open and resource.state == ResourceState.DRAFT:
        return Line(row, row.title, _("还没有发布，别人看不到"))
    if not is_open:
        gone = _("已经下架：%(why)s") % {"why": resource.withdrawn_why} if resource.withdrawn_why else ""
        return Line(row, row.title, gone or _("不再对您开放"))
    number = resource.current.number if resource.current else row.version
    return Line(row, resource.title, newer=number if number > row.version else 0)


def pack_known(pk: UUID) -> Pack | None:
    return Pack.objects.select_related("owner", "organization").filter(pk=pk).first()


def owners_having(resource_id: UUID) -> list[UUID]:
    """Whose packs a resource stands in. One query."""
    rows = Pack.objects.filter(items__resource=resource_id, deleted_at__isnull=True)
    return list(rows.values_list("owner_id", flat=True).distinct())


def packs_with(ids: Sequence[UUID]) -> Iterable[UUID]:
    """In which packs some resources stand. One query."""
    return PackItem.objects.filter(resource__in=list(ids)).values_list("pack_id", flat=True).distinct()
