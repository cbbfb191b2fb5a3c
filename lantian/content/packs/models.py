"""Packs of resources, what they were put to, and what helped."""

from uuid import uuid4

from django.db import models
from django.db.models import Deferrable, F, Q
from django.utils import timezone

from lantian.content.packs.enums import PackReach
from lantian.kernel.fields import ChoiceField
from lantian.people.roster.enums import Stage, Subject


class Pack(models.Model):
    """Resources in an order, put together by somebody for their lessons. `edition` counts its changes, so that of two who change
    it the second is told. Deleted, it can be brought back for some days."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    title = models.CharField(max_length=80)
    words = models.TextField(max_length=1000, blank=True)
    subject = ChoiceField(max_length=12, choices=Subject, blank=True)
    stage = ChoiceField(max_length=12, choices=Stage, blank=True)
    grade = models.PositiveSmallIntegerField(null=True, blank=True, help_text="1 to 12")
    # no index of its own: one below begins with the key
    owner = models.ForeignKey("roster.Person", models.PROTECT, related_name="resource_packs", db_index=False)
    organization = models.ForeignKey("roster.Organization", models.PROTECT, related_name="resource_packs")
    reach = ChoiceField(max_length=8, choices=PackReach, default=PackReach.PRIVATE)
    region = models.ForeignKey("roster.Organization", models.PROTECT, null=True, blank=True, related_name="+")
    copied_from = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="copies")
    edition = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(default=timezone.now)
    deleted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["owner", "-changed_at"], name="pack_mine"),
            models.Index(fields=["reach", "-changed_at"], condition=~Q(reach="private"), name="pack_shared"),
            models.Index(fields=["deleted_at"], condition=Q(deleted_at__isnull=False), name="pack_deleted"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(reach="region", region__isnull=False) | ~Q(reach="region") & Q(region__isnull=True),
                name="pack_region_said",
            ),
            models.CheckConstraint(condition=~Q(title=""), name="pack_titled"),
        ]

    def __str__(self) -> str:
        return self.title


class PackItem(models.Model):
    """A resource's place in a pack, from 1. `title` and `version`: what it was called, and which version it had, when it was put
    in: what is shown of it is what is published now."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    pack = models.ForeignKey(Pack, models.CASCADE, related_name="items", db_index=False)
    resource = models.ForeignKey("resources.Resource", models.PROTECT, related_name="pack_items")
    position = models.PositiveSmallIntegerField()
    note = models.CharField(max_length=300, blank=True, help_text="what it is for in this pack")
    title = models.CharField(max_length=120)
    version = models.PositiveSmallIntegerField(default=1)
    added_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["pack", "resource"], name="pack_item_once"),
            models.UniqueConstraint(
                fields=["pack", "position"], name="pack_place_once", deferrable=Deferrable.DEFERRED
            ),
            models.CheckConstraint(condition=Q(position__gte=1), name="pack_place"),
        ]

    def __str__(self) -> str:
        return f"{self.pack_id} {self.position}"


class Attachment(models.Model):
    """That a pack is for a lesson, or for a class from one day until another (both included)."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    pack = models.ForeignKey(Pack, models.CASCADE, related_name="attachments", db_index=False)
    lesson = models.ForeignKey("schedule.Lesson", models.CASCADE, null=True, blank=True, related_name="packs")
    class_group = models.ForeignKey("roster.ClassGroup", models.CASCADE, null=True, blank=True, related_name="packs")
    first = models.DateField(null=True, blank=True)
    until = models.DateField(null=True, blank=True)
    attached_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["pack", "lesson"], name="pack_once_a_lesson"),
            models.UniqueConstraint(fields=["pack", "class_group"], name="pack_once_a_class"),
            models.CheckConstraint(
                condition=Q(lesson__isnull=False, class_group__isnull=True, first__isnull=True, until__isnull=True)
                | Q(lesson__isnull=True, class_group__isnull=False, first__isnull=False, until__gte=F("first")),
                name="pack_for_one",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pack_id} → {self.lesson_id or self.class_group_id}"


class Judgement(models.Model):
    """Whether a resource helped in a lesson or class, as one who was there says; `taught`: said by a teacher."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    attachment = models.ForeignKey(Attachment, models.CASCADE, related_name="judgements", db_index=False)
    resource = models.ForeignKey("resources.Resource", models.CASCADE, related_name="judgements")
    person = models.ForeignKey(
        "roster.Person", models.SET_NULL, null=True, blank=True, related_name="resource_judgements"
    )
    taught = models.BooleanField()
    helped = models.BooleanField()
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["made_at"], condition=Q(person__isnull=False), name="judgement_named")]
        constraints = [
            models.UniqueConstraint(fields=["attachment", "resource", "person"], name="judgement_once"),
        ]

    def __str__(self) -> str:
        return f"{self.resource_id} {self.helped}"
