"""Audit rows and the outbox. Ids only, no keys upward: nothing above can make these rows vanish."""

from uuid import uuid4

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils import timezone


class JournalEntry(models.Model):
    """Who did what to which thing, when, in which role. Written with the act itself, and then never changed, but for one thing:
    when a human being is erased, their name gives way to a pseudonym and what was written about them freely is cleared
    (`services.redact`). Rows of kinds that have a time of keeping go when it is over.

    `people`: ids of those, besides the object, whose names stand in `data`.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    action = models.CharField(max_length=80)
    object_type = models.CharField(max_length=60)
    object_id = models.UUIDField()
    actor_kind = models.CharField(max_length=12)
    account_id = models.UUIDField(null=True)
    person_id = models.UUIDField(null=True)
    actor_name = models.CharField(max_length=80, blank=True)
    role = models.CharField(max_length=24, blank=True)
    organization_id = models.UUIDField(null=True)
    data = models.JSONField(default=dict)
    people = ArrayField(models.UUIDField(), null=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [
            models.Index(fields=["object_type", "object_id", "-at"], name="journal_object"),
            models.Index(fields=["person_id", "-at"], name="journal_person"),
            models.Index(fields=["action", "-at"], name="journal_action"),
            GinIndex(fields=["people"], name="journal_people", condition=models.Q(people__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.object_type}:{self.object_id}"


class OutboxEvent(models.Model):
    """One published fact with all that an xAPI statement needs. Kept: the data floor reads it from here in order."""

    sequence = models.BigAutoField(primary_key=True)
    id = models.UUIDField(unique=True)
    name = models.CharField(max_length=80)
    verb = models.CharField(max_length=200)
    actor_id = models.UUIDField(null=True)
    actor_kind = models.CharField(max_length=12)
    object_type = models.CharField(max_length=60)
    object_id = models.UUIDField()
    organization_id = models.UUIDField(null=True)
    result = models.JSONField(default=dict)
    context = models.JSONField(default=dict)
    extras = models.JSONField(default=dict)
    occurred_at = models.DateTimeField()
    stored_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["name", "sequence"], name="outbox_name")]

    def __str__(self) -> str:
        return f"{self.name} {self.object_id}"


class Delivery(models.Model):
    """That a receiver has dealt with an event: a repeated delivery finds this row and does nothing."""

    event = models.ForeignKey(OutboxEvent, models.CASCADE, related_name="deliveries")
    receiver = models.CharField(max_length=200)
    delivered_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["event", "receiver"], name="deliver_once")]

    def __str__(self) -> str:
        return f"{self.receiver} ← {self.event_id}"
