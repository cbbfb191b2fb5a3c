"""Recordings of lessons: how they are called and cut, who may see them, and what was made of them."""

from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils import timezone

from lantian.kernel.fields import ChoiceField
from lantian.teach.recordings.enums import OPEN, Audience, State, Work, WorkState


class Recording(models.Model):
    """What is left of a live session that had pictures. The files and where they are cut are the stream's (content.media).

    `chapters`: [{"at": seconds of media time, "title"}]; `look`: what looking through it found (media's `Look`), names of files
    in the stream's folder; `film`: name of the MP4 there, empty while there is none for the recording as it is cut now.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    session = models.OneToOneField("live.LiveSession", models.PROTECT, related_name="recording")
    organization = models.ForeignKey("roster.Organization", models.PROTECT, related_name="recordings", db_index=False)
    title = models.CharField(max_length=120)
    taught_at = models.DateTimeField(help_text="when the lesson was to begin")
    state = ChoiceField(max_length=10, choices=State, default=State.SHOWN)
    audience = ChoiceField(max_length=10, choices=Audience, default=Audience.CLASS)
    region = models.ForeignKey("roster.Organization", models.PROTECT, null=True, blank=True, related_name="+")
    published_at = models.DateTimeField(null=True, blank=True)
    chapters = models.JSONField(default=list)
    look = models.JSONField(default=dict)
    film = models.CharField(max_length=60, blank=True)
    film_bytes = models.BigIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [
            models.Index(fields=["organization", "-taught_at"], name="recording_organization"),
            models.Index(fields=["-taught_at"], name="recording_newest"),
            models.Index(
                fields=["audience", "region"],
                condition=Q(state="shown") & ~Q(audience="class"),
                name="recording_published",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(audience="region", region__isnull=False) | ~Q(audience="region") & Q(region__isnull=True),
                name="recording_for_whom",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Making(models.Model):
    """One time that something was made of a recording: its progress while it runs, what became of it afterwards."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    recording = models.ForeignKey(Recording, models.CASCADE, related_name="makings", db_index=False)
    work = ChoiceField(max_length=8, choices=Work)
    state = ChoiceField(max_length=10, choices=WorkState, default=WorkState.WAITING)
    progress = models.PositiveSmallIntegerField(default=0, help_text="percent")
    stop = models.BooleanField(default=False, help_text="somebody asked to stop it")
    error = models.CharField(max_length=200, blank=True)
    facts = models.JSONField(default=dict)
    asked_by = models.ForeignKey("roster.Person", models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["recording", "-created_at"], name="making_recording")]
        constraints = [
            models.UniqueConstraint(
                fields=["recording", "work"], condition=Q(state__in=[*OPEN]), name="making_one_at_a_time"
            ),
            models.CheckConstraint(condition=Q(progress__lte=100), name="making_percent"),
        ]

    def __str__(self) -> str:
        return f"{self.work} {self.state}"
