"""What goes of a person who is erased, and what goes because it is old. Called by the registries."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from lantian.kernel.holdings import Subject, renamed
from lantian.people.messaging.models import Delivery, Notice, Preference, PushDevice, Receipt
from lantian.people.messaging.queries import holding

MOST_A_STEP = 500


def erase_receipts(subject: Subject) -> int:
    """The person's notices go; where their name stands in others' notices it gives way to the pseudonym. Returns how many."""
    touched = []
    for notice in holding.naming(subject).iterator(chunk_size=500):
        title, body, facts = (renamed(value, subject) for value in (notice.title, notice.body, notice.facts))
        if (title, body, facts) != (notice.title, notice.body, notice.facts):
            notice.title, notice.body, notice.facts = title[:120], body[:4000], facts
            touched.append(notice)
    Notice.objects.bulk_update(touched, ["title", "body", "facts"], batch_size=500)
    return holding.receipts_of(subject).delete()[0]


def forget_old(before: datetime) -> int:
    """Delete notices that said nothing new since, with their receipts; a step a transaction. Returns how many notices."""
    gone = 0
    while ids := list(holding.old_notices(before).order_by("told_at").values_list("pk", flat=True)[:MOST_A_STEP]):
        _let_go(ids)
        gone += len(ids)
    return gone


@transaction.atomic
def _let_go(ids: list[UUID]) -> None:
    """Receipts of a region's notice are a hundred thousand: the database deletes them, nobody reads them first."""
    receipts = Receipt.objects.filter(notice__in=ids)
    for rows in (Delivery.objects.filter(receipt__in=receipts.values("pk")), receipts):
        rows._raw_delete(rows.db)
    Notice.objects.filter(pk__in=ids).delete()


def erase_preferences(subject: Subject) -> int:
    """How the person wanted to be told, the address for mail, and the browsers that were reminded. Returns how many things."""
    gone = Preference.objects.filter(person__in=subject.person_ids).delete()[0]
    return gone + PushDevice.objects.filter(person__in=subject.person_ids).delete()[0]
