"""What teachers used, what they do not want to be shown, and the model that is made of it every night."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from lantian.kernel.fields import ChoiceField
from lantian.people.roster.enums import Stage, Subject


class Use(models.Model):
    """That a teacher made use of a resource. `ways`: in which, as bits of `Way`; a way that is told twice changes nothing."""

    id = models.BigAutoField(primary_key=True)
    # no indexes of their own: one below begins with each key
    person = models.ForeignKey("roster.Person", models.CASCADE, related_name="resource_uses", db_index=False)
    resource = models.ForeignKey("resources.Resource", models.CASCADE, related_name="+", db_index=False)
    ways = models.PositiveSmallIntegerField()
    first_at = models.DateTimeField(default=timezone.now)
    last_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [
            models.Index(fields=["resource", "-first_at"], name="use_resource"),
            models.Index(fields=["last_at"], name="use_last"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["person", "resource"], name="use_once"),
            models.CheckConstraint(condition=Q(ways__gte=1), name="use_in_some_way"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.ways} {self.resource_id}"


class Hidden(models.Model):
    """That a teacher does not want to be shown a resource."""

    id = models.BigAutoField(primary_key=True)
    person = models.ForeignKey("roster.Person", models.CASCADE, related_name="resources_hidden", db_index=False)
    resource = models.ForeignKey("resources.Resource", models.CASCADE, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "resource"], name="hidden_once")]

    def __str__(self) -> str:
        return f"{self.person_id} not {self.resource_id}"


class Plain(models.Model):
    """That a teacher wants nothing to be made of what they use: none of it is kept here, and they are shown what is for their
    subjects and grades (PIPL art. 24)."""

    person = models.OneToOneField("roster.Person", models.CASCADE, primary_key=True, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return str(self.person_id)


class Neighbour(models.Model):
    """Of the model: that teachers who used one resource used another, how many of them, and how much that says (0 to 1).

    Names no person. Ids without keys: a million rows are written each night, and what is shown is looked up in any case.
    """

    id = models.BigAutoField(primary_key=True)
    resource = models.UUIDField()
    other = models.UUIDField()
    strength = models.FloatField()
    together = models.PositiveIntegerField()

    class Meta:
        indexes = [models.Index(fields=["resource"], name="neighbour_resource")]

    def __str__(self) -> str:
        return f"{self.resource} {self.other}"


class PeerUse(models.Model):
    """Of the model: how many who teach a subject in a grade (0: in the whole stage) used a resource. Names no person."""

    id = models.BigAutoField(primary_key=True)
    subject = ChoiceField(max_length=12, choices=Subject, blank=True)
    stage = ChoiceField(max_length=12, choices=Stage)
    grade = models.PositiveSmallIntegerField(default=0)
    resource = models.UUIDField()
    people = models.PositiveIntegerField()

    class Meta:
        indexes = [models.Index(fields=["subject", "stage", "grade"], name="peer_use_of")]

    def __str__(self) -> str:
        return f"{self.subject} {self.stage} {self.grade} {self.resource}"


class Build(models.Model):
    """When the model was made, of how much, and how long that took. There is one."""

    id = models.BigAutoField(primary_key=True)
    made_at = models.DateTimeField(default=timezone.now)
    seconds = models.FloatField(default=0)
    people = models.PositiveIntegerField(default=0)
    resources = models.PositiveIntegerField(default=0)
    uses = models.PositiveIntegerField(default=0)
    pairs = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return str(self.made_at)
