"""What recipients do with a notice."""

from collections.abc import Iterable

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Coalesce, Now

from lantian.kernel.rules import Actor, require
from lantian.people.messaging.errors import NothingToConfirm
from lantian.people.messaging.models import Receipt
from lantian.people.messaging.queries import receipts_visible_to
from lantian.people.messaging.rules import may_view_receipt


@transaction.atomic
def open_receipt(receipt: Receipt, *, by: Actor) -> Receipt:
    """Read a notice; the first time counts. Raises Denied."""
    require(may_view_receipt, by, receipt)
    if receipt.read_at is None:
        Receipt.objects.filter(pk=receipt.pk, read_at__isnull=True).update(read_at=Now())
        receipt.refresh_from_db(fields=["read_at"])
    return receipt


@transaction.atomic
def confirm_receipt(receipt: Receipt, *, by: Actor) -> Receipt:
    """Say that one has taken note; the first time counts. Raises Denied, NothingToConfirm."""
    require(may_view_receipt, by, receipt)
    if not receipt.notice.needs_confirmation:
        raise NothingToConfirm
    Receipt.objects.filter(pk=receipt.pk, confirmed_at__isnull=True).update(
        confirmed_at=Now(), read_at=Coalesce("read_at", Now())
    )
    receipt.refresh_from_db(fields=["read_at", "confirmed_at"])
    return receipt


@transaction.atomic
def mark_read(ids: Iterable[int] | None = None, *, by: Actor) -> int:
    """Mark all of one's notices (or those of these receipts) as read; confirmations stay to be given. Returns how many."""
    return _of(ids, by).filter(read_at__isnull=True).update(read_at=Now())


@transaction.atomic
def archive(ids: Iterable[int], *, by: Actor) -> int:
    """Put notices away; they count as read. Returns how many."""
    return _of(ids, by).filter(archived_at__isnull=True).update(archived_at=Now(), read_at=Coalesce("read_at", Now()))


@transaction.atomic
def bring_back(ids: Iterable[int], *, by: Actor) -> int:
    """Take notices out of the archive. Returns how many."""
    return _of(ids, by).filter(archived_at__isnull=False).update(archived_at=None)


def _of(ids: Iterable[int] | None, by: Actor) -> QuerySet[Receipt]:
    rows = receipts_visible_to(by)
    return rows if ids is None else rows.filter(pk__in=list(ids))
