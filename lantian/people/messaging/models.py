"""Notices, and that each recipient has one."""

from datetime import time
from typing import Any
from uuid import uuid4

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone

from lantian.kernel.fields import ChoiceField, SealedTextField
from lantian.people.messaging.engine.quiet import NIGHT
from lantian.people.messaging.enums import Category, Channel, DeliveryState, Digest, NoticeState, Urgency

WRITTEN = "written"


class Notice(models.Model):
    """Something that people are told, once for all of them: by a person, or by a kind (queries/kinds) out of an event.

    Of a kind's notice `facts` are kept, and the words are made for each reader in their language; `title` and `body` then hold
    the Chinese ones, for searching. Notices about one thing (`subject`) are one notice that is told anew.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    kind = models.CharField(max_length=40, default=WRITTEN)
    subject = models.CharField(
        max_length=120, blank=True, help_text="what it is about; the next one about it takes its place"
    )
    category = ChoiceField(max_length=12, choices=Category)
    urgency = ChoiceField(max_length=8, choices=Urgency, default=Urgency.NORMAL)
    title = models.CharField(max_length=120)
    body = models.TextField(max_length=4000, blank=True)
    facts: "models.JSONField[Any, Any]" = models.JSONField(default=dict)
    people = ArrayField(models.UUIDField(), default=list, help_text="whose names stand in it")
    link = models.CharField(max_length=300, blank=True)
    sender = models.ForeignKey("roster.Person", models.PROTECT, null=True, related_name="+")
    sender_role = models.CharField(max_length=24, blank=True)
    organization = models.ForeignKey(
        "roster.Organization", models.PROTECT, null=True, related_name="+", help_text="in whose name it was sent"
    )
    needs_confirmation = models.BooleanField(default=False)
    audience: "models.JSONField[Any, Any]" = models.JSONField(default=dict)
    state = ChoiceField(max_length=10, choices=NoticeState, default=NoticeState.WAITING)
    done = models.PositiveIntegerField(default=0, help_text="units that were told")
    total = models.PositiveIntegerField(default=0)
    cursor = models.UUIDField(null=True, help_text="the unit told last: a killed worker goes on behind it")
    recipients = models.PositiveIntegerField(default=0)
    cancel_asked = models.BooleanField(default=False)
    reminders = models.PositiveSmallIntegerField(default=0)
    reminded_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now)
    told_at = models.DateTimeField(default=timezone.now, help_text="when it last said something new")
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["sender", "-created_at"], name="notice_sender"),
            models.Index(fields=["organization", "-created_at"], name="notice_organization"),
            models.Index(fields=["told_at"], name="notice_told"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["subject"], condition=~Q(subject=""), name="notice_once_a_subject"),
        ]

    def __str__(self) -> str:
        return self.title


class Receipt(models.Model):
    """That one person has one notice, once, however many ways lead to them; `places`: the classes or units these lead through."""

    id = models.BigAutoField(primary_key=True)
    notice = models.ForeignKey(Notice, models.CASCADE, related_name="receipts", db_index=False)
    person = models.ForeignKey("roster.Person", models.CASCADE, related_name="receipts", db_index=False)
    places = ArrayField(models.UUIDField(), default=list)
    at = models.DateTimeField(default=timezone.now, help_text="when it was told or last changed")
    read_at = models.DateTimeField(null=True)
    confirmed_at = models.DateTimeField(null=True)
    archived_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["person", "-at"], name="receipt_inbox"),
            models.Index(
                fields=["person"], condition=Q(read_at__isnull=True, archived_at__isnull=True), name="receipt_unread"
            ),
        ]
        constraints = [models.UniqueConstraint(fields=["notice", "person"], name="receipt_once")]

    def __str__(self) -> str:
        return f"{self.notice_id} → {self.person_id}"


class Preference(models.Model):
    """How somebody wants to be told beyond the inbox. No row: as is usual (engine/channels).

    `channels`: category → the channels chosen for it; a category that is not in it is as usual. `mail` counts once confirmed.
    """

    person = models.OneToOneField("roster.Person", models.CASCADE, primary_key=True, related_name="notice_preference")
    channels: "models.JSONField[Any, Any]" = models.JSONField(default=dict)
    quiet_from = models.TimeField(default=NIGHT[0])
    quiet_to = models.TimeField(default=NIGHT[1])
    digest = ChoiceField(max_length=8, choices=Digest, default=Digest.NONE)
    digest_at = models.TimeField(default=time(17, 30))
    digest_day = models.PositiveSmallIntegerField(default=4, help_text="0 Monday … 6 Sunday")
    mail = SealedTextField(context="messaging.preference.mail", null=True, blank=True)
    mail_confirmed_at = models.DateTimeField(null=True, blank=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(digest_day__lte=6), name="preference_digest_day")]

    def __str__(self) -> str:
        return str(self.person_id)


class PushDevice(models.Model):
    """A browser that takes messages for somebody. Its address is a secret: whoever has it can send there."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    person = models.ForeignKey("roster.Person", models.CASCADE, related_name="push_devices")
    digest = models.CharField(max_length=64, unique=True, help_text="SHA-256 of the address")
    keys = SealedTextField(context="messaging.pushdevice.keys", help_text="address, key and secret as JSON")
    device = models.CharField(max_length=80, blank=True)
    language = models.CharField(max_length=10, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.person_id} {self.device}"


class Delivery(models.Model):
    """That one receipt goes out by one channel, and how far it is.

    `due_at`: when it is looked at next. A row is claimed (`sending`) before it goes out and written (`sent`) after: killed in
    between, it is sent once more, never lost.
    """

    id = models.BigAutoField(primary_key=True)
    receipt = models.ForeignKey(Receipt, models.CASCADE, related_name="deliveries", db_index=False)
    channel = ChoiceField(max_length=4, choices=Channel)
    state = ChoiceField(max_length=8, choices=DeliveryState, default=DeliveryState.WAITING)
    due_at = models.DateTimeField(default=timezone.now)
    gathered = models.BooleanField(default=False, help_text="goes out with others, in a digest")
    attempts = models.PositiveSmallIntegerField(default=0)
    fault = models.CharField(max_length=80, blank=True)
    claimed_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["channel", "due_at"], condition=Q(state__in=["waiting", "held"]), name="delivery_due"),
            models.Index(fields=["claimed_at"], condition=Q(state="sending"), name="delivery_in_hand"),
        ]
        constraints = [models.UniqueConstraint(fields=["receipt", "channel"], name="delivery_once")]

    def __str__(self) -> str:
        return f"{self.receipt_id} {self.channel} {self.state}"
