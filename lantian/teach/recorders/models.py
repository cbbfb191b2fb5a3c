"""Recorders in classrooms, what they said of themselves, and what happened to them."""

from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils import timezone

from lantian.kernel.fields import ChoiceField, SealedTextField
from lantian.teach.recorders.enums import Fault, Happened, State, Way


class Recorder(models.Model):
    """A box or camera of a classroom that gives the room's lessons by itself.

    One that sends (RTMP) shows a key, of which only the blind index is kept; of one that is asked (RTSP) the address, which often
    holds a password, is kept sealed. `state`, `facts` and `fault` are what the gateway saw last.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    room = models.ForeignKey("schedule.Room", models.PROTECT, related_name="recorders")
    organization = models.ForeignKey("roster.Organization", models.PROTECT, related_name="recorders")
    name = models.CharField(max_length=40)
    make = models.CharField(max_length=60, blank=True, help_text="maker and model")
    way = ChoiceField(max_length=8, choices=Way)
    key_index = models.BinaryField(max_length=32, null=True, unique=True)
    key_made_at = models.DateTimeField(null=True)
    address = SealedTextField(context="recorders.recorder.address", null=True)
    follows = models.BooleanField(default=True, help_text="begins and ends the room's lessons by itself")
    is_active = models.BooleanField(default=True)
    state = ChoiceField(max_length=8, choices=State, default=State.OFFLINE)
    state_since = models.DateTimeField(default=timezone.now)
    seen_at = models.DateTimeField(null=True)
    facts = models.JSONField(default=dict)
    fault = ChoiceField(max_length=12, choices=Fault, blank=True)
    lesson = models.ForeignKey("schedule.Lesson", models.SET_NULL, null=True, related_name="+", help_text="on the air")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["room"], condition=Q(is_active=True), name="recorder_once_a_room"),
            models.CheckConstraint(
                condition=Q(way=Way.RTMP, key_index__isnull=False) | Q(way=Way.RTSP, key_index__isnull=True),
                name="recorder_has_its_way",
            ),
        ]
        indexes = [models.Index(fields=["organization", "name"], name="recorder_organization")]

    def __str__(self) -> str:
        return self.name


class RecorderLine(models.Model):
    """One line of a recorder's log. `detail`: small facts, such as the fault's code or where a second source came from."""

    id = models.BigAutoField(primary_key=True)
    recorder = models.ForeignKey(Recorder, models.CASCADE, related_name="lines", db_index=False)
    at = models.DateTimeField(default=timezone.now)
    what = ChoiceField(max_length=10, choices=Happened)
    lesson = models.ForeignKey("schedule.Lesson", models.SET_NULL, null=True, related_name="+", db_index=False)
    detail = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["recorder", "-at"], name="recorderline_at")]

    def __str__(self) -> str:
        return f"{self.what} {self.at:%Y-%m-%d %H:%M}"
