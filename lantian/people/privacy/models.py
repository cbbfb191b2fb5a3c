"""Guardians' consent (个人信息保护法 art. 28 and 31), erasure (art. 47), and how long things are kept (art. 19)."""

from typing import Any
from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils import timezone

from lantian.kernel.fields import ChoiceField
from lantian.people.privacy.enums import OPEN, ConsentWay, ErasureCause, ErasureState, RefusalGround


class Consent(models.Model):
    """That a guardian agreed, for one child, to one version of the text. Withdrawn rows stay: they prove what was so."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    student = models.ForeignKey("roster.Person", models.PROTECT, related_name="consents")
    guardian = models.ForeignKey("roster.Person", models.PROTECT, related_name="consents_given")
    version = models.CharField(max_length=20)
    way = ChoiceField(max_length=8, choices=ConsentWay)
    given_at = models.DateTimeField(default=timezone.now, help_text="of a paper: the day it was signed")
    recorded_at = models.DateTimeField(default=timezone.now)
    recorded_by = models.ForeignKey(
        "roster.Person", models.PROTECT, null=True, related_name="+", help_text="who entered a paper"
    )
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey("roster.Person", models.PROTECT, null=True, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["student", "version"], name="consent_student")]
        constraints = [
            models.UniqueConstraint(
                fields=["student", "guardian", "version"],
                condition=Q(withdrawn_at__isnull=True),
                name="consent_stands_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.guardian_id} → {self.student_id} {self.version}"


class Erasure(models.Model):
    """That somebody's data is to be erased: asked for by them or their guardian, or because their time of keeping is over.

    The row outlives the data, without a name: it proves that it was done, when, on whose word and how much went.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    person = models.ForeignKey("roster.Person", models.PROTECT, related_name="erasures")
    organization = models.ForeignKey(
        "roster.Organization", models.PROTECT, related_name="+", help_text="the unit that answers"
    )
    cause = ChoiceField(max_length=10, choices=ErasureCause)
    state = ChoiceField(max_length=10, choices=ErasureState, default=ErasureState.WAITING)
    reason = models.CharField(max_length=500, blank=True, help_text="what the family wrote")
    requested_by = models.ForeignKey("roster.Person", models.PROTECT, null=True, related_name="+")
    on_paper = models.BooleanField(default=False, help_text="entered by the administration from a letter")
    requested_at = models.DateTimeField(default=timezone.now)
    decide_by = models.DateField()
    finish_by = models.DateField()
    decided_by = models.ForeignKey("roster.Person", models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    ground = ChoiceField(max_length=12, choices=RefusalGround, blank=True)
    answer = models.CharField(max_length=500, blank=True, help_text="to the family: why not, or why not any more")
    erase_on = models.DateField(
        null=True, blank=True, help_text="the day after the last one on which it can be stopped"
    )
    done_at = models.DateTimeField(null=True, blank=True)
    # holding → [how many went, how many stayed]
    outcome: "models.JSONField[Any, Any]" = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index(fields=["organization", "-requested_at"], name="erasure_organization"),
            models.Index(fields=["person"], name="erasure_person"),
            models.Index(fields=["erase_on"], condition=Q(state="approved"), name="erasure_due"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["person"], condition=Q(state__in=[*OPEN]), name="erasure_once_open"),
            models.CheckConstraint(condition=~Q(state="refused") | ~Q(ground=""), name="erasure_refused_for"),
            models.CheckConstraint(condition=~Q(state="approved") | Q(erase_on__isnull=False), name="erasure_day"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.state}"

    @property
    def is_open(self) -> bool:
        return self.state in OPEN


class RetentionPeriod(models.Model):
    """How long one kind of thing is kept, where an officer set it other than usual. `key` is that of `kernel.retention`."""

    key = models.CharField(max_length=40, primary_key=True)
    amount = models.PositiveIntegerField(help_text="in the rule's unit")
    reason = models.CharField(max_length=200)
    set_by = models.ForeignKey("roster.Person", models.PROTECT, null=True, related_name="+")
    set_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.key} {self.amount}"


class RetentionRun(models.Model):
    """That one rule was applied in a night, and how much went."""

    id = models.BigAutoField(primary_key=True)
    key = models.CharField(max_length=40)
    ran_at = models.DateTimeField(default=timezone.now)
    before = models.DateTimeField(help_text="what was older went")
    gone = models.PositiveIntegerField()

    class Meta:
        indexes = [models.Index(fields=["key", "-ran_at"], name="retention_run_newest")]

    def __str__(self) -> str:
        return f"{self.key} {self.ran_at:%Y-%m-%d} {self.gone}"
