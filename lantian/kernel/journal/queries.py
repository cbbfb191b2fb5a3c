"""Read the audit trail."""

from collections.abc import Iterable
from uuid import UUID

from django.db import models
from django.db.models import QuerySet

from lantian.kernel.journal.models import JournalEntry
from lantian.kernel.prepared import prepared

NEWEST = 20


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
