"""Read the audit trail."""

from collections.abc import Iterable
from uuid import UUID

from django.db import models
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from lantian.kernel.holdings import Part, Subject
from lantian.kernel.journal.models import JournalEntry
from lantian.kernel.prepared import prepared

NEWEST = 20
ALL = 100_000  # more lines than any person's history has


def history_of(obj: models.Model) -> QuerySet[JournalEntry]:
    """All entries about one thing, newest first. The caller has shown that the thing is visible."""
    return JournalEntry.objects.filter(object_type=obj._meta.label_lower, object_id=obj.pk).order_by("-at")


def entries_of(actions: Iterable[str]) -> QuerySet[JournalEntry]:
    """All entries of some actions, about whatever; newest first. The caller narrows them to what may be seen."""
    return JournalEntry.objects.filter(action__in=list(actions)).order_by("-at")


@prepared
def _newest(object_type: str, object_id: UUID) -> QuerySet[JournalEntry]:
    rows = JournalEntry.objects.filter(object_type=object_type, object_id=object_id)
    return rows.order_by("-at")[:NEWEST]


def newest_of(obj: models.Model) -> list[JournalEntry]:
    """The newest entries of `history_of`, as many as a page shows."""
    return _newest(obj._meta.label_lower, obj.pk)


PERSON, ACCOUNT = "roster.person", "identity.account"  # words that rows carry; what they mean is known above


def about(subject: Subject) -> Q:
    """Rows whose object is the person or an account of theirs."""
    return Q(object_type=PERSON, object_id__in=subject.person_ids) | Q(
        object_type=ACCOUNT, object_id__in=subject.account_ids
    )


def by_account(subject: Subject) -> Q:
    """Rows of what an account did with itself before it was known whose it is: signing in, a first password."""
    return Q(object_type=ACCOUNT, object_id__in=subject.account_ids, account_id__in=subject.account_ids)


def naming(subject: Subject) -> Q:
    """Rows about others in which the person's name may stand."""
    ids = list(subject.person_ids)
    return Q(people__overlap=ids) | Q(object_type=PERSON, object_id__in=subject.relatives)


def count_of(subject: Subject) -> int:
    """How many rows a person did or that are about them."""
    return JournalEntry.objects.filter(about(subject) | Q(person_id__in=subject.person_ids)).count()


def names_noted(person_ids: Iterable[UUID]) -> set[str]:
    """All that people were ever called, as far as a change of name is on record."""
    rows = JournalEntry.objects.filter(object_type=PERSON, object_id__in=list(person_ids), data__before__has_key="name")
    return {str(data["before"]["name"]) for data in rows.values_list("data", flat=True)}


def acts_part(subject: Subject) -> Part:
    """What a person did here, the newest first."""
    rows = JournalEntry.objects.filter(person_id__in=subject.person_ids).order_by("-at")
    found = rows.values_list("at", "action", "object_type")[:ALL]
    labels = {"at": _("时间"), "action": _("操作（代码）"), "object": _("对象（代码）")}
    return Part(
        _("本人的操作"),
        labels,
        [{"at": at.isoformat(), "action": action, "object": kind} for at, action, kind in found],
    )
