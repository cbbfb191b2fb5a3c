"""What people follow, how far they have read, and what was gathered for them."""

from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils import timezone

from lantian.content.resources.enums import Purpose, ResourceKind
from lantian.kernel.fields import ChoiceField
from lantian.people.roster.enums import Stage, Subject

FACETS = ("subject", "stage", "grade", "kind", "purpose")


class Follow(models.Model):
    """That somebody wants to know of new resources of some sort: all that is said must fit, what is not said is left open.

    `node`: at it or below. `words`: the very characters, in title, keywords or description.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    # no index of its own: the constraint begins with the key
    person = models.ForeignKey("roster.Person", models.CASCADE, related_name="follows", db_index=False)
    node = models.ForeignKey("taxonomy.Node", models.CASCADE, null=True, blank=True, related_name="+")
    author = models.ForeignKey("roster.Person", models.CASCADE, null=True, blank=True, related_name="followers")
    organization = models.ForeignKey("roster.Organization", models.CASCADE, null=True, blank=True, related_name="+")
    subject = ChoiceField(max_length=12, choices=Subject, blank=True)
    stage = ChoiceField(max_length=12, choices=Stage, blank=True)
    grade = models.PositiveSmallIntegerField(null=True, blank=True, help_text="1 to 12")
    kind = ChoiceField(max_length=12, choices=ResourceKind, blank=True)
    purpose = ChoiceField(max_length=12, choices=Purpose, blank=True)
    words = models.CharField(max_length=60, blank=True)
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "node", "author", "organization", *FACETS, "words"],
                nulls_distinct=False,
                name="follow_once",
            ),
            models.CheckConstraint(
                condition=Q(node__isnull=False)
                | Q(author__isnull=False)
                | Q(organization__isnull=False)
                | Q(grade__isnull=False)
                | ~Q(subject="", stage="", kind="", purpose="", words=""),
                name="follow_something",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} follows {self.pk}"


class Reader(models.Model):
    """How far somebody who follows something has read, and whether they want a notice a day.

    `digest`: SHA-256 of the secret in the address of their feed; empty without one.
    """

    person = models.OneToOneField("roster.Person", models.CASCADE, primary_key=True, related_name="+")
    seen_at = models.DateTimeField(default=timezone.now)
    daily = models.BooleanField(default=True)
    digest = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["digest"], condition=~Q(digest=""), name="reader_feed"),
        ]

    def __str__(self) -> str:
        return str(self.person_id)


class Gathering(models.Model):
    """That what was published from one moment to another was gathered for those who follow it: once a day."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    day = models.DateField(unique=True)
    since = models.DateTimeField()
    until = models.DateTimeField()
    people = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return str(self.day)
