"""Packages that lie unpacked, and how far people are in them."""

from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils import timezone

from lantian.content.interactive.enums import PackageKind, PackageState, RunStatus
from lantian.kernel.fields import ChoiceField


class Package(models.Model):
    """A package by its content: unpacked once, however many resources have it. It can be made anew from its file at any time."""

    blob = models.OneToOneField("resources.Blob", models.CASCADE, primary_key=True, related_name="+")
    kind = ChoiceField(max_length=10, choices=PackageKind)
    state = ChoiceField(max_length=8, choices=PackageState, default=PackageState.WAITING)
    why = models.CharField(max_length=300, blank=True, help_text="why it cannot be opened, in words")
    start = models.CharField(max_length=600, blank=True, help_text="the page that a package of pages begins with")
    parts = models.JSONField(default=list, help_text="the table of contents of SCORM: id, title, depth, href, …")
    files = models.PositiveIntegerField(default=0)
    size = models.BigIntegerField(default=0)
    made_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.blob_id[:12]} {self.kind} {self.state}"


class RunState(models.Model):
    """How far one person is in one version, at one attempt.

    `data`: for each part (SCO; "" where there is one thing alone) what the package wants to find again and what it says of
    the learner. `opening` counts how often the attempt was opened and `seq` what was saved since: a save that is not newer, by
    both, changes nothing.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    version = models.ForeignKey("resources.ResourceVersion", models.CASCADE, related_name="+", db_index=False)
    person = models.ForeignKey("roster.Person", models.CASCADE, related_name="interactive_runs")
    attempt = models.PositiveSmallIntegerField(default=1)
    opening = models.PositiveIntegerField(default=0)
    seq = models.PositiveIntegerField(default=0)
    data = models.JSONField(default=dict)
    place = models.CharField(max_length=200, blank=True, help_text="the part that was open last")
    status = ChoiceField(max_length=10, choices=RunStatus, default=RunStatus.BEGUN)
    score = models.FloatField(null=True, blank=True, help_text="0 to 1")
    seconds = models.PositiveIntegerField(default=0)
    started_at = models.DateTimeField(default=timezone.now)
    saved_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["version", "person", "attempt"], name="interactive_run_once"),
            models.CheckConstraint(
                condition=Q(score__isnull=True) | Q(score__gte=0, score__lte=1), name="interactive_run_score"
            ),
        ]
        indexes = [
            models.Index(fields=["person", "-saved_at"], name="interactive_run_mine"),
            models.Index(fields=["saved_at"], name="interactive_run_old"),
        ]

    def __str__(self) -> str:
        return f"{self.version_id} {self.person_id} #{self.attempt}"
