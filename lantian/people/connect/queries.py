"""Reads of connect."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db.models import QuerySet, Sum
from django.db.models.functions import TruncDate
from django.utils import timezone

from lantian.kernel.rules import Actor
from lantian.people.connect.models import Client, ClientUse
from lantian.people.roster.enums import Role


def clients_visible_to(actor: Actor) -> QuerySet[Client]:
    """Clients that units of an officer's subtree answer for."""
    rows = Client.objects.select_related("organization", "oidc", "created_by")
    if actor.is_system:
        return rows
    if not actor.has_role(Role.OFFICER):
        return rows.none()
    return rows.filter(organization__path__within_any=list(actor.paths))


def use_by_day(client: Client, days: int = 30) -> list[dict[str, Any]]:
    """Requests per day ("day", "requests") of the last `days` days in which there were any, newest first."""
    since = timezone.now() - timedelta(days=days)
    rows = ClientUse.objects.filter(client=client, minute__gte=since).annotate(day=TruncDate("minute"))
    sums = rows.values("day").annotate(requests=Sum("requests")).order_by("-day")
    return [{"day": row["day"], "requests": row["requests"]} for row in sums]


@dataclass(frozen=True)
class Access:
    """What a request with a token may have: ltree roots of its units, scopes, and whether sealed facts go along."""

    client: Client
    scopes: frozenset[str]
    roots: tuple[str, ...] = ()
    sensitive: bool = False
    actor: Actor = field(kw_only=True)

    def live_on(self, today: date) -> bool:
        return self.client.is_active and not self.client.is_over(today)
