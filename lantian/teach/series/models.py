"""Series of lessons by a named teacher or school, and who follows them."""

from uuid import uuid4

from django.db import models
from django.db.models import Deferrable, Q
from django.utils import timezone

from lantian.kernel.fields import ChoiceField
from lantian.people.roster.enums import Stage, Subject
from lantian.teach.series.enums import SeriesAccess, SeriesKind, SeriesState


class Series(models.Model):
    """Lessons in an order, under a title, for those whom `access` names. The lessons themselves are the timetable's."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    kind = ChoiceField(max_length=8, choices=SeriesKind)
    title = models.CharField(max_length=60)
    words = models.TextField(max_length=1000, blank=True)
    organization = models.ForeignKey("roster.Organization", models.PROTECT, related_name="series")
    teacher = models.ForeignKey("roster.Person", models.PROTECT, null=True, blank=True, related_name="series")
    teacher_note = models.CharField(max_length=40, blank=True, help_text="what the teacher is known for")
    subject = ChoiceField(max_length=12, choices=Subject, blank=True)
    stage = ChoiceField(max_length=12, choices=Stage, blank=True)
    cover = models.CharField(max_length=60, blank=True, help_text="name of the stored picture (kernel.files)")
    access = ChoiceField(max_length=8, choices=SeriesAccess, default=SeriesAccess.PUBLIC)
    region = models.ForeignKey("roster.Organization", models.PROTECT, null=True, blank=True, related_name="+")
    alliance = models.ForeignKey("schedule.Alliance", models.PROTECT, null=True, blank=True, related_name="series")
    state = ChoiceField(max_length=10, choices=SeriesState, default=SeriesState.DRAFT)
    created_by = models.ForeignKey("roster.Person", models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    published_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["state", "-published_at"], name="series_newest")]
        constraints = [
            models.CheckConstraint(
                condition=Q(access="public", region__isnull=True, alliance__isnull=True)
                | Q(access="region", region__isnull=False, alliance__isnull=True)
                | Q(access="alliance", region__isnull=True, alliance__isnull=False),
                name="series_for_whom",
            ),
            models.CheckConstraint(
                condition=~Q(state="published") | Q(published_at__isnull=False), name="series_published_at"
            ),
        ]

    def __str__(self) -> str:
        return self.title


class SeriesLesson(models.Model):
    """A lesson's place in a series, from 1."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    series = models.ForeignKey(Series, models.CASCADE, related_name="entries", db_index=False)
    lesson = models.ForeignKey("schedule.Lesson", models.CASCADE, related_name="series_entries")
    position = models.PositiveSmallIntegerField()
    told_for = models.DateTimeField(null=True, blank=True, help_text="the beginning that followers were reminded of")
    known_start = models.DateTimeField(
        null=True, blank=True, help_text="when it begins as far as followers know; none: they know that it is not held"
    )

    class Meta:
        ordering = ("series", "position")
        constraints = [
            models.UniqueConstraint(fields=["series", "lesson"], name="series_lesson_once"),
            models.UniqueConstraint(
                fields=["series", "position"], name="series_place_once", deferrable=Deferrable.DEFERRED
            ),
        ]

    def __str__(self) -> str:
        return f"{self.series_id} {self.position}"


class Subscription(models.Model):
    """That a person follows a series: is told before each lesson, and finds them in the own calendar."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    series = models.ForeignKey(Series, models.CASCADE, related_name="subscriptions", db_index=False)
    person = models.ForeignKey("roster.Person", models.CASCADE, related_name="series_subscriptions")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["series", "person"], name="subscription_once")]

    def __str__(self) -> str:
        return f"{self.person_id} → {self.series_id}"
