"""What happened in a lesson beside its picture."""

from uuid import uuid4

from django.db import models
from django.utils import timezone

from lantian.kernel.fields import ChoiceField
from lantian.teach.live.enums import PollType


class LessonEvent(models.Model):
    """One thing that happened, in the order of `seq` (1, 2, 3 … in a session, given by the live process).

    `viewer` is whose it is as everywhere in a lesson (person:<id>, class:<id>, guest:<mark>); `shown` what it changed for
    everybody (see `engine/happenings`), None when nobody but the teaching side saw it.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    session = models.ForeignKey("live.LiveSession", models.CASCADE, related_name="events")
    seq = models.PositiveIntegerField()
    kind = models.CharField(max_length=32)
    at = models.FloatField(help_text="seconds on the stream's timeline")
    happened_at = models.DateTimeField()
    viewer = models.CharField(max_length=80)
    role = models.CharField(max_length=10)
    name = models.CharField(max_length=40, blank=True)
    school = models.CharField(max_length=40, blank=True)
    person = models.ForeignKey("roster.Person", models.PROTECT, null=True, blank=True, related_name="+")
    class_group = models.ForeignKey(
        "roster.ClassGroup", models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    organization = models.ForeignKey(
        "roster.Organization", models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    data = models.JSONField(default=dict)
    shown = models.JSONField(null=True, blank=True)
    mark = models.CharField(max_length=40, blank=True, help_text="the page's own id: what is sent twice happens once")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["session", "seq"], name="lesson_event_once")]
        indexes = [models.Index(fields=["session", "kind", "seq"], name="lesson_event_kind")]

    def __str__(self) -> str:
        return f"{self.session_id} {self.seq} {self.kind}"


class LessonPoll(models.Model):
    """A poll that was asked in a lesson, with its results; single answers are events of the session.

    `number` is the event that opened it. `votes`: per option; `people` who answered, a class's count included; `answers` how many
    screens and persons did; `schools`: the same by school, [{"id", "name", "votes", "people", "answers"}].
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    session = models.ForeignKey("live.LiveSession", models.CASCADE, related_name="polls")
    number = models.PositiveIntegerField()
    type = ChoiceField(max_length=4, choices=PollType)
    question = models.CharField(max_length=300)
    options = models.JSONField(default=list)
    picture = models.UUIDField(null=True, blank=True, help_text="a page of the lesson")
    prepared = models.ForeignKey("live.PreparedPoll", models.SET_NULL, null=True, blank=True, related_name="asked")
    opened_at = models.FloatField(help_text="seconds on the stream's timeline")
    opened = models.DateTimeField()
    closed = models.DateTimeField(null=True, blank=True)
    votes = models.JSONField(default=list)
    people = models.PositiveIntegerField(default=0)
    answers = models.PositiveIntegerField(default=0)
    classes = models.PositiveIntegerField(default=0)
    schools = models.JSONField(default=list)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["session", "number"], name="lesson_poll_once")]
        indexes = [models.Index(fields=["session", "number"], name="lesson_poll_order")]

    def __str__(self) -> str:
        return self.question


class PreparedPoll(models.Model):
    """A poll written before the lesson, to be asked with one tap."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    lesson = models.ForeignKey("schedule.Lesson", models.CASCADE, related_name="prepared_polls")
    position = models.PositiveSmallIntegerField(default=0)
    type = ChoiceField(max_length=4, choices=PollType)
    question = models.CharField(max_length=300)
    options = models.JSONField(default=list)
    picture = models.ForeignKey("live.LessonPage", models.SET_NULL, null=True, blank=True, related_name="+")
    prepared_by = models.ForeignKey("roster.Person", models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["lesson", "position"], name="prepared_poll_lesson")]

    def __str__(self) -> str:
        return self.question
