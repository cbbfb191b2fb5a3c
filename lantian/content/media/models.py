"""What the database knows of streams. The facts of single segments live in append-only index files beside them."""

import secrets
from uuid import uuid4

from django.db import models
from django.utils import timezone

from lantian.content.media.enums import StreamState
from lantian.kernel.fields import ChoiceField


def new_token() -> str:
    """32 hexadecimal digits that nobody can guess: a stream's folder, part of the address of its files."""
    return secrets.token_hex(16)


class Stream(models.Model):
    """One broadcast as stored: a folder of encrypted segments. Which lesson it belongs to is known above."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    token = models.CharField(max_length=32, unique=True, default=new_token, editable=False)
    state = ChoiceField(max_length=8, choices=StreamState, default=StreamState.OPEN)
    created_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    seconds = models.FloatField(default=0, help_text="media time of the main rendition")
    bytes = models.BigIntegerField(default=0, help_text="on disk, all renditions")
    segments = models.IntegerField(default=0)
    poster = models.CharField(max_length=60, blank=True, help_text="file name of the newest still picture")
    cut_from = models.FloatField(
        null=True, blank=True, help_text="media time at which what is shown begins; none: whole"
    )
    cut_until = models.FloatField(null=True, blank=True, help_text="media time at which what is shown ends")
    held = models.BooleanField(default=False, help_text="retention leaves it alone")
    withheld = models.BooleanField(
        default=False, help_text="shown to nobody; its keys are given to those who manage it"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(cut_from__isnull=True, cut_until__isnull=True)
                | models.Q(cut_from__gte=0, cut_until__gt=models.F("cut_from")),
                name="stream_cut",
            ),
            models.CheckConstraint(condition=models.Q(seconds__gte=0, bytes__gte=0), name="stream_amounts"),
        ]
        indexes = [models.Index(fields=["state", "closed_at"], name="stream_state_closed")]

    def __str__(self) -> str:
        return f"{self.token[:8]} {self.state}"

    @property
    def shown_seconds(self) -> float:
        """How long the part that is shown is."""
        if self.cut_from is None or self.cut_until is None:
            return self.seconds
        return self.cut_until - self.cut_from


class Epoch(models.Model):
    """One run of the publisher's recorder within a stream: its own initialisation part and timeline."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    stream = models.ForeignKey(Stream, models.CASCADE, related_name="epochs")
    number = models.PositiveIntegerField()
    client_id = models.UUIDField(help_text="made by the page when its recorder starts")
    mime = models.CharField(max_length=80)
    codecs = models.CharField(max_length=60)
    init_name = models.CharField(max_length=60)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    started_at = models.DateTimeField()
    wall_start_ms = models.BigIntegerField(help_text="server's wall clock (Unix ms) at media time 0")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["stream", "number"], name="epoch_number_once"),
            models.UniqueConstraint(fields=["stream", "client_id"], name="epoch_client_once"),
        ]

    def __str__(self) -> str:
        return f"{self.stream_id} #{self.number}"


class MediaKey(models.Model):
    """One AES-128 key of a stream, sealed with the platform's key file. Deleting it makes its segments unreadable."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    stream = models.ForeignKey(Stream, models.CASCADE, related_name="keys")
    number = models.PositiveIntegerField()
    sealed = models.BinaryField()
    first_segment = models.PositiveIntegerField(
        null=True, blank=True, help_text="unknown until the key after it is made"
    )
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["stream", "number"], name="media_key_number_once")]

    def __str__(self) -> str:
        return f"{self.stream_id} key {self.number}"
