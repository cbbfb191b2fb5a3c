"""Calls for resources where there are none (good enough), and what was sent in answer to them."""

from uuid import uuid4

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone

from lantian.content.wanted.enums import AnswerState, CallState
from lantian.kernel.fields import ChoiceField
from lantian.people.roster.enums import Subject


class Call(models.Model):
    """What an office asks teachers for: so many resources on some knowledge points or chapters, by a day.

    Asked are those who make resources in the subtree of `organization`, or in the schools of `alliance`. `purposes`: which kinds
    would do (`resources.enums.Purpose`); none: any.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    # no index of its own: one below begins with the key
    organization = models.ForeignKey(
        "roster.Organization", models.PROTECT, related_name="resource_calls", db_index=False
    )
    alliance = models.ForeignKey(
        "schedule.Alliance", models.PROTECT, null=True, blank=True, related_name="resource_calls"
    )
    title = models.CharField(max_length=80)
    words = models.TextField(max_length=2000, blank=True)
    subject = ChoiceField(max_length=12, choices=Subject)
    purposes = ArrayField(models.CharField(max_length=12), default=list, blank=True)
    number = models.PositiveSmallIntegerField(help_text="how many are wanted")
    due_on = models.DateField(help_text="the last day on which it can be answered")
    state = ChoiceField(max_length=10, choices=CallState, default=CallState.OPEN)
    why = models.CharField(max_length=300, blank=True, help_text="why it was closed or withdrawn")
    made_by = models.ForeignKey("roster.Person", models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["organization", "state", "due_on"], name="call_of_unit"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(number__gte=1, number__lte=200), name="call_number"),
            models.CheckConstraint(condition=~Q(title=""), name="call_titled"),
            models.CheckConstraint(
                condition=Q(state=CallState.OPEN, ended_at__isnull=True)
                | ~Q(state=CallState.OPEN) & Q(ended_at__isnull=False),
                name="call_ended",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_open(self) -> bool:
        """Whether it can be answered today."""
        return self.state == CallState.OPEN and self.due_on >= timezone.localdate()


class CallNode(models.Model):
    """A knowledge point or chapter that a call is about."""

    id = models.BigAutoField(primary_key=True)
    call = models.ForeignKey(Call, models.CASCADE, related_name="places", db_index=False)
    node = models.ForeignKey("taxonomy.Node", models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["call", "node"], name="call_node_once")]

    def __str__(self) -> str:
        return f"{self.call_id} @ {self.node_id}"


class Answer(models.Model):
    """That somebody offers a resource of theirs to a call, and what the office said. One resource may answer several calls."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    call = models.ForeignKey(Call, models.CASCADE, related_name="answers", db_index=False)
    resource = models.ForeignKey("resources.Resource", models.CASCADE, related_name="call_answers")
    person = models.ForeignKey("roster.Person", models.SET_NULL, null=True, blank=True, related_name="call_answers")
    words = models.CharField(max_length=300, blank=True)
    state = ChoiceField(max_length=8, choices=AnswerState, default=AnswerState.WAITING)
    why = models.CharField(max_length=300, blank=True)
    decided_by = models.ForeignKey("roster.Person", models.SET_NULL, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["call", "resource"], name="call_answer_once"),
            models.CheckConstraint(
                condition=Q(state=AnswerState.WAITING, decided_at__isnull=True)
                | ~Q(state=AnswerState.WAITING) & Q(decided_at__isnull=False),
                name="call_answer_decided",
            ),
            models.CheckConstraint(
                condition=~Q(state=AnswerState.DECLINED) | ~Q(why=""), name="call_answer_declined_why"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.resource_id} → {self.call_id} {self.state}"
