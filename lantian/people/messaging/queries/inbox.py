"""What somebody has been told."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.db.models import IntegerField, QuerySet
from django.db.models.expressions import RawSQL
from django.http import HttpRequest

from lantian.kernel.prepared import prepared
from lantian.kernel.rules import Actor
from lantian.people.messaging.enums import NoticeState
from lantian.people.messaging.models import Preference, PushDevice, Receipt
from lantian.people.roster import queries as roster

# Receipts whose holder is still to confirm.
OPEN: dict[str, Any] = {"notice__needs_confirmation": True, "confirmed_at__isnull": True}
MOST_COUNTED = 100  # the bell says "99+"

# Read with the account of every request (identity.queries.READ_ALONG): the bell costs no query of its own.
UNREAD_SQL = f"""(
    SELECT count(*) FROM (
        SELECT 1 FROM messaging_receipt r JOIN roster_person p ON p.id = r.person_id
         WHERE p.account_id = identity_account.id AND r.read_at IS NULL AND r.archived_at IS NULL LIMIT {MOST_COUNTED}
    ) AS unread)"""


def unread_of_account() -> RawSQL:
    """How many unread notices the holder of an account has, at most MOST_COUNTED."""
    return RawSQL(UNREAD_SQL, [], output_field=IntegerField())  # noqa: S611 - no value from outside


def unread_of_request(request: HttpRequest) -> int:
    """What was read along with the account."""
    return int(getattr(request.user, "unread_notices", 0) or 0)


def receipts_visible_to(actor: Actor) -> QuerySet[Receipt]:
    """One's own, in whatever role; what was withdrawn is nobody's to read."""
    if actor.is_system:
        return Receipt.objects.all()
    if actor.person_id is None:
        return Receipt.objects.none()
    return Receipt.objects.filter(person=actor.person_id).exclude(notice__state=NoticeState.WITHDRAWN)


@prepared
def _to_confirm(person: Any) -> QuerySet[Receipt]:
    asked = Receipt.objects.filter(person=person, archived_at__isnull=True, **OPEN)
    return asked.exclude(notice__state=NoticeState.WITHDRAWN).only("pk")[:MOST_COUNTED]


def count_to_confirm(actor: Actor) -> int:
    """How many of one's own notices wait for one's word, at most MOST_COUNTED. One query."""
    return len(_to_confirm(actor.person_id)) if actor.person_id else 0


def inbox_of(actor: Actor) -> QuerySet[Receipt]:
    """With what a list shows of each notice."""
    rows = receipts_visible_to(actor).select_related("notice__sender", "notice__organization")
    return rows.defer("notice__audience", "notice__sender__search_text")


def children_concerned(guardian: UUID, receipts: Iterable[Receipt]) -> Mapping[int, list[str]]:
    """Receipt → names of the guardian's children through whose classes or schools it came. At most two queries."""
    through = {receipt.pk: set(receipt.places) for receipt in receipts if receipt.places}
    if not through:
        return {}
    wards = {bond.student_id: bond.student.name for bond in roster.wards_of_id(guardian)}
    places: dict[UUID, set[UUID]] = {}
    for row in roster.student_memberships().filter(person__in=wards).values("person", "class_group", "organization"):
        places.setdefault(row["person"], set()).update({row["class_group"], row["organization"]})
    found: dict[int, list[str]] = {}
    for pk, ways in through.items():
        names = [name for child, name in wards.items() if places.get(child, set()) & ways]
        if names:
            found[pk] = names
    return found


def held_by(person_ids: Iterable[UUID]) -> QuerySet[Receipt]:
    """All receipts of some people."""
    return Receipt.objects.filter(person__in=list(person_ids))


def standing_q(value: str) -> dict[str, Any]:
    """A lookup of receipts by Standing."""
    return {
        "unread": {"read_at__isnull": True},
        "read": {"read_at__isnull": False, "confirmed_at__isnull": True},
        "confirmed": {"confirmed_at__isnull": False},
    }[value]


def preference_of(person: UUID) -> Preference | None:
    """How somebody wants to be told; None: as is usual."""
    return Preference.objects.select_related("person").filter(person=person).first()


def devices_of(person: UUID) -> QuerySet[PushDevice]:
    """The browsers that take messages for somebody."""
    return PushDevice.objects.filter(person=person).order_by("created_at")
