"""What clients fetch over REST: the pages of one answer, and the record of what sealed facts went along."""

import hashlib
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.apps import apps
from django.db import connection, transaction
from django.utils import timezone

from lantian.kernel.journal import services as journal
from lantian.people.exchange.models import Pull

if TYPE_CHECKING:
    from lantian.kernel.rules import Actor
    from lantian.people.connect.models import Client

KEEP = timedelta(hours=1)
MOST_KEPT = 20  # answers of one client
BEYOND = 2**26  # so many ids fill the longest value the database keeps


def take_page(
    client: "Client", question: str, *, limit: int, offset: int, answer: Callable[[], Sequence[UUID]]
) -> tuple[list[UUID], int]:
    """One page of ids and how many there are in all. `question` names what was asked, without limit and offset.

    The first page asks anew and, when there are more, keeps the ids for the pages after it, which cost one slice each.
    """
    key = hashlib.sha256(question.encode()).hexdigest()
    if offset:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT substring(ids FROM %s FOR %s), length(ids) / 16 FROM exchange_pull"
                " WHERE client_id = %s AND question = %s AND created_at > %s",
                [min(offset, BEYOND) * 16 + 1, limit * 16, client.pk, key, timezone.now() - KEEP],
            )
            row = cursor.fetchone()
        if row:
            piece = bytes(row[0])
            return [UUID(bytes=piece[at : at + 16]) for at in range(0, len(piece), 16)], int(row[1])
    ids = list(answer())
    if len(ids) > limit:
        _keep(client, key, ids)
    return ids[offset : offset + limit], len(ids)


@transaction.atomic
def _keep(client: "Client", key: str, ids: Sequence[UUID]) -> None:
    Pull.objects.update_or_create(
        client=client,
        question=key,
        defaults={"ids": b"".join(pk.bytes for pk in ids), "created_at": timezone.now()},
    )
    old = Pull.objects.filter(client=client).order_by("-created_at").values_list("pk", flat=True)[MOST_KEPT:]
    Pull.objects.filter(pk__in=list(old)).delete()


def record_fetched(people: Sequence[UUID], *, by: "Actor", to: str) -> None:
    """Put on record at each person that sealed facts left the house, and to whom. One statement."""
    if not people:
        return
    listed = ",".join(str(pk) for pk in people)
    journal.record_from(
        "exchange.private_facts_fetched",
        apps.get_model("roster", "Person"),
        "x.id",
        f"unnest('{{{listed}}}'::uuid[]) AS x(id)",
        by=by,
        to=to,
    )


def forget_pulls() -> int:
    """Drop answers whose hour is over. Returns how many."""
    return Pull.objects.filter(created_at__lt=timezone.now() - KEEP).delete()[0]
