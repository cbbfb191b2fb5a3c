"""Notices, and that each recipient has one."""

from typing import Any
from uuid import uuid4

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone

from lantian.kernel.fields import ChoiceField
from lantian.people.messaging.enums import Category, NoticeState, Urgency

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
