"""What pages themselves must remember."""

from uuid import uuid4

from django.db import models
from django.utils import timezone


class Submission(models.Model):
    """One form sent once. A repeat (double click, reload, bad line) is answered with the first one's result."""

    token = models.CharField(max_length=80, primary_key=True, help_text="account and the form's random token")
    result_url = models.TextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now, db_index=True)

    def __str__(self) -> str:
        return self.token


class SavedView(models.Model):
    """A list as one likes it: search, filters and order, under a name of one's own."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    account_id = models.UUIDField()
    list_key = models.CharField(max_length=60)
    name = models.CharField(max_length=40)
    query = models.CharField(max_length=1000, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account_id", "list_key", "name"], name="saved_view_name_once")]

    def __str__(self) -> str:
        return self.name
