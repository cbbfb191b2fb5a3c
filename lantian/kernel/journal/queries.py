"""Read the audit trail."""

from django.db import models
from django.db.models import QuerySet

from lantian.kernel.journal.models import JournalEntry


def history_of(obj: models.Model) -> QuerySet[JournalEntry]:
    """All entries about one thing, newest first. The caller has shown that the thing is visible."""
    return JournalEntry.objects.filter(object_type=obj._meta.label_lower, object_id=obj.pk).order_by("-at")
