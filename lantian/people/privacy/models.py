"""Guardians' consent (个人信息保护法 art. 28 and 31)."""

from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils import timezone

from lantian.kernel.fields import ChoiceField
from lantian.people.privacy.enums import ConsentWay


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
