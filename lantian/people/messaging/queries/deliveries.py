"""What is due to go out, and what decides about it."""

from collections.abc import Callable, Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from lantian.kernel.registry import Registry
from lantian.people.messaging.enums import DeliveryState
from lantian.people.messaging.models import Delivery
from lantian.people.roster import queries as roster

# Apps above that know what students are in the middle of: ids and a moment → until when each of them is busy.
BUSY: Registry[Callable[[Iterable[UUID], datetime], dict[UUID, datetime]]] = Registry("what students are busy with")


def due(channel: str, now: datetime) -> QuerySet[Delivery]:
    """Deliveries of a channel whose time has come, the oldest first, with all that a letter is made of."""
    rows = Delivery.objects.filter(
        channel=channel, state__in=(DeliveryState.WAITING, DeliveryState.HELD), due_at__lte=now
    )
    return rows.select_related(
        "receipt__notice__sender", "receipt__notice__organization", "receipt__person__account"
    ).order_by("due_at", "pk")


def channels_with_work(now: datetime) -> list[str]:
    """Channels on which something is due, or in the hands of a worker that may be gone."""
    rows = Delivery.objects.filter(due_at__lte=now).exclude(
        state__in=(DeliveryState.SENT, DeliveryState.GIVEN_UP, DeliveryState.NEEDLESS)
    )
    return list(rows.order_by().values_list("channel", flat=True).distinct())


def students_among(ids: Iterable[UUID]) -> set[UUID]:
    """Those who learn at a school today."""
    return set(roster.student_memberships().filter(person__in=list(ids)).values_list("person", flat=True))


def busy_until(students: Iterable[UUID], now: datetime) -> dict[UUID, datetime]:
    """Until when students are in a lesson; those who are not are left out."""
    found: dict[UUID, datetime] = {}
    ids = list(students)
    for source in BUSY if ids else ():
        for person, until in source(ids, now).items():
            found[person] = max(until, found.get(person, until))
    return found
