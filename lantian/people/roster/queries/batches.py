"""Actions on many people: who sees them, and what became of each person."""

from collections.abc import Collection
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from lantian.kernel.rules import Actor
from lantian.people.roster.enums import BatchItemState, MemberRole
from lantian.people.roster.models import Batch, BatchItem, Membership, valid_on

NAMES_SHOWN = 30


def batches_visible_to(actor: Actor) -> QuerySet[Batch]:
    """One's own, and those of the units that one administers."""
    if actor.is_system:
        return Batch.objects.all()
    if actor.person_id is None:
        return Batch.objects.none()
    q = Q(created_by=actor.person_id)
    if actor.paths:
        q |= Q(organization__path__within_any=list(actor.paths))
    return Batch.objects.filter(q)


def with_counts(batches: QuerySet[Batch]) -> QuerySet[Batch]:
    """Batches with `ready`, `left_out`, `done` and `failed`."""
    return batches.annotate(
        **{str(state): Count("items", filter=Q(items__state=state)) for state in BatchItemState.values}
    )


def counts_of(batch: Batch) -> dict[str, int]:
    """How many people are in which state (`BatchItemState`), all states named. One query."""
    found = dict(batch.items.order_by().values_list("state").annotate(n=Count("pk")))
    return {str(state): found.get(state, 0) for state in BatchItemState.values}


def reasons_of(batch: Batch) -> list[tuple[str, str, int, list[str]]]:
    """(state, reason, how many, the first names) of those who were left out or for whom it failed. Two queries."""
    rows = batch.items.filter(state__in=(BatchItemState.LEFT_OUT, BatchItemState.FAILED))
    groups = rows.order_by().values_list("state", "reason").annotate(n=Count("pk")).order_by("-state", "-n", "reason")
    found = []
    for state, reason, count in groups:
        some = rows.filter(state=state, reason=reason).select_related("person").order_by("person__sort_key", "pk")
        found.append((str(state), reason, count, [item.person.name for item in some[:NAMES_SHOWN]]))
    return found


def items_with_codes(batch: Batch) -> list[BatchItem]:
    """Those whose new code has not been put away, in the order in which slips are handed out: by class, then by name."""
    rows = batch.items.filter(code__isnull=False).select_related("person__account")
    items = list(rows.order_by("person__sort_key", "pk"))
    today = Membership.objects.filter(valid_on(timezone.localdate()), person__in=[item.person_id for item in items])
    places: dict[UUID, tuple[int, int, str]] = {}
    for row in today.select_related("organization", "class_group"):
        group = row.class_group
        words = f"{row.organization} {group}" if group else str(row.organization)
        place = (group.grade, group.number, words) if group and row.role == MemberRole.STUDENT else (99, 0, words)
        places[row.person_id] = min(places.get(row.person_id, place), place)
    for item in items:
        item.place = places.get(item.person_id, (99, 0, ""))[2]  # type: ignore[attr-defined]  # for the slip
    return sorted(items, key=lambda item: places.get(item.person_id, (99, 0, ""))[:2])


def students_today(people: Collection[UUID]) -> QuerySet[Membership]:
    """Where these people are students of a class today."""
    rows = Membership.objects.filter(
        valid_on(timezone.localdate()), person__in=people, role=MemberRole.STUDENT, class_group__isnull=False
    )
    return rows.select_related("organization", "class_group")


def memberships_today(people: Collection[UUID]) -> QuerySet[Membership]:
    """All that these people are today, anywhere."""
    rows = Membership.objects.filter(valid_on(timezone.localdate()), person__in=people)
    return rows.select_related("organization", "class_group")
