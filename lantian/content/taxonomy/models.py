"""Textbooks and knowledge points: frameworks, their trees of nodes, links between nodes, and what was changed."""

from uuid import uuid4

from django.contrib.postgres.indexes import GinIndex, GistIndex
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from lantian.content.taxonomy.enums import (
    Action,
    FileForm,
    FrameworkKind,
    FrameworkState,
    LinkKind,
    NodeKind,
    Term,
)
from lantian.kernel.fields import ChoiceField, LtreeField
from lantian.people.roster.enums import Stage, Subject


class Framework(models.Model):
    """An edition of a subject's textbooks in one stage, or a subject's knowledge points over all stages.

    Kept by a region (`organization`) and seen by everybody once it was published. `successor` is the next version of the same;
    years are those in which school years begin, `valid_to` the last one.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    organization = models.ForeignKey("roster.Organization", models.PROTECT, related_name="frameworks")
    kind = ChoiceField(max_length=10, choices=FrameworkKind)
    subject = ChoiceField(max_length=12, choices=Subject)
    stage = ChoiceField(max_length=12, choices=Stage, blank=True, help_text="empty: all stages")
    name = models.CharField(max_length=80, help_text="甲版, or what the points are called")
    code = models.CharField(max_length=40, unique=True)
    words = models.TextField(max_length=1000, blank=True)
    state = ChoiceField(max_length=10, choices=FrameworkState, default=FrameworkState.DRAFT)
    valid_from = models.PositiveSmallIntegerField()
    valid_to = models.PositiveSmallIntegerField(null=True, blank=True)
    successor = models.OneToOneField(
        "self", models.SET_NULL, null=True, blank=True, related_name="predecessor", help_text="made from this one"
    )
    revision = models.PositiveIntegerField(default=0, help_text="counts changes: a preview of an older one is refused")
    published_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["subject", "stage", "kind", "state"], name="framework_found")]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")), name="framework_years"
            ),
            models.CheckConstraint(condition=~Q(successor=F("id")), name="framework_not_own_successor"),
            models.CheckConstraint(
                condition=Q(kind=FrameworkKind.POINTS) | ~Q(stage=""), name="framework_textbook_has_stage"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Node(models.Model):
    """A volume, unit, chapter or section of a textbook; an area or a point of knowledge.

    Its id stays whatever becomes of it: what refers to a node goes on to do so when it is moved, renamed, merged or replaced.
    `path` is made of the ids (hex) from the top to here. `grade` and `term` of what stands in a volume are the volume's.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    framework = models.ForeignKey(Framework, models.PROTECT, related_name="nodes", db_index=False)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children", db_index=False)
    kind = ChoiceField(max_length=8, choices=NodeKind)
    title = models.CharField(max_length=120)
    code = models.CharField(max_length=60)
    words = models.CharField(max_length=400, blank=True, help_text="other words for it, by which it is found too")
    position = models.PositiveIntegerField(default=0, help_text="order among those beside it")
    path = LtreeField(unique=True)
    grade = models.PositiveSmallIntegerField(null=True, blank=True, help_text="1-12; of a point: where it is met first")
    term = models.PositiveSmallIntegerField(null=True, blank=True, choices=Term)
    sort_key = models.CharField(max_length=200, blank=True, help_text="pinyin of the title")
    search_text = models.CharField(max_length=1000, blank=True, help_text="title, words, code, pinyin and initials")
    retired_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [
            GistIndex(fields=["path"], name="node_path"),
            models.Index(fields=["parent", "position"], name="node_children"),
            GinIndex(fields=["search_text"], opclasses=["gin_trgm_ops"], name="node_search"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["framework", "code"], name="node_code"),
            models.CheckConstraint(condition=~Q(parent=F("id")), name="node_not_own_parent"),
            models.CheckConstraint(condition=Q(grade__isnull=True) | Q(grade__gte=1, grade__lte=12), name="node_grade"),
            models.UniqueConstraint(
                fields=["framework", "grade", "term"],
                condition=Q(kind=NodeKind.VOLUME, retired_at__isnull=True),
                name="node_volume_once",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def label(self) -> str:
        """This node's own label within `path`."""
        return self.id.hex


class Link(models.Model):
    """That two nodes have to do with each other. RELATED stands once, from the smaller id to the larger."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    kind = ChoiceField(max_length=10, choices=LinkKind)
    origin = models.ForeignKey(Node, models.CASCADE, related_name="links_out", db_index=False)
    destination = models.ForeignKey(Node, models.CASCADE, related_name="links_in", db_index=False)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["destination", "kind"], name="link_back")]
        constraints = [
            models.UniqueConstraint(fields=["origin", "kind", "destination"], name="link_once"),
            models.CheckConstraint(condition=~Q(origin=F("destination")), name="link_not_to_self"),
            models.CheckConstraint(
                condition=~Q(kind=LinkKind.RELATED) | Q(origin__lt=F("destination")), name="link_related_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.origin_id} {self.kind} {self.destination_id}"


class Change(models.Model):
    """One thing that was done to a node or a framework; `before` and `after` are what it takes to show it and take it back."""

    id = models.BigAutoField(primary_key=True)
    framework = models.ForeignKey(Framework, models.CASCADE, related_name="changes", db_index=False)
    node = models.ForeignKey(Node, models.CASCADE, null=True, blank=True, related_name="changes", db_index=False)
    action = ChoiceField(max_length=10, choices=Action)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    at = models.DateTimeField(default=timezone.now)
    person = models.ForeignKey("roster.Person", models.SET_NULL, null=True, blank=True, related_name="+")
    name = models.CharField(max_length=80, blank=True, help_text="who it was, as called by then")
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["framework", "-id"], name="change_framework"),
            models.Index(fields=["node", "-id"], name="change_node"),
        ]

    def __str__(self) -> str:
        return f"{self.node_id or self.framework_id} {self.action}"


class Upload(models.Model):
    """A file that was read and waits to be applied: its rows as they are meant, and what is wrong with them."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    framework = models.ForeignKey(Framework, models.CASCADE, related_name="uploads")
    form = ChoiceField(max_length=4, choices=FileForm)
    title = models.CharField(max_length=120)
    rows = models.JSONField(default=list)
    faults = models.JSONField(default=list)
    retires_missing = models.BooleanField(default=False)
    revision = models.PositiveIntegerField(help_text="of the framework when it was read")
    person = models.ForeignKey("roster.Person", models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    applied_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.title
