"""What is shared with other systems: the record of what is open to everybody, imports of folders, other regions' resources."""

from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils import timezone

from lantian.content.sharing.enums import BulkState, Every, HarvestState, PartKind, PartState, RowState, Show
from lantian.kernel.fields import ChoiceField


class Record(models.Model):
    """That a resource is, or was, open to everybody: what OAI-PMH tells. Written by triggers when the transaction that changed
    the resource commits (migration 0002), by nothing else. `stamp`: when it last changed, to the second. A resource that is not
    open any more, in whatever way, is `gone` and stays here for good. `mark`: a hash of what is told of it.
    """

    id = models.UUIDField(primary_key=True, help_text="the resource's")
    stamp = models.DateTimeField()
    gone = models.BooleanField(default=False)
    subject = models.CharField(max_length=12, blank=True)
    stage = models.CharField(max_length=12, blank=True)
    mark = models.CharField(max_length=32)

    class Meta:
        indexes = [
            models.Index(fields=["stamp", "id"], name="record_order"),
            models.Index(fields=["subject", "stamp", "id"], name="record_subject"),
            models.Index(fields=["stage", "stamp", "id"], name="record_stage"),
        ]

    def __str__(self) -> str:
        return f"{self.id} {self.stamp:%F %T}"


class Origin(models.Model):
    """Where an imported resource is from: what the old system called it. Imported again, it is found by that.

    `said`: a hash of what its row said; `seen`: size and time of its file, by which one that was not touched since need not be
    read again.
    """

    resource = models.OneToOneField("resources.Resource", models.CASCADE, primary_key=True, related_name="+")
    organization = models.ForeignKey("roster.Organization", models.PROTECT, related_name="+")
    source = models.CharField(max_length=80, help_text="name of the old system")
    key = models.CharField(max_length=200, help_text="its id there, or the file's path")
    said = models.CharField(max_length=64)
    seen = models.CharField(max_length=60, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "source", "key"], name="origin_once")]

    def __str__(self) -> str:
        return f"{self.source} {self.key}"


class BulkRun(models.Model):
    """An import of a folder of files by a spreadsheet. `folder` and `sheet` are paths below the import root."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    organization = models.ForeignKey("roster.Organization", models.PROTECT, related_name="+")
    source = models.CharField(max_length=80)
    folder = models.CharField(max_length=300)
    sheet = models.CharField(max_length=300)
    heads = models.JSONField(default=list)
    columns = models.JSONField(default=dict, help_text="field: place from 0")
    usual = models.JSONField(default=dict, help_text="what holds where a row says nothing")
    publish = models.BooleanField(default=True, help_text="or as drafts")
    state = ChoiceField(max_length=10, choices=BulkState, default=BulkState.MAPPING)
    fault = models.CharField(max_length=300, blank=True)
    cancel_asked = models.BooleanField(default=False)
    counts = models.JSONField(default=dict, help_text="rows by what became of them, at the end")
    created_by = models.ForeignKey("roster.Person", models.SET_NULL, null=True, blank=True, related_name="+")
    grant_id = models.UUIDField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["-created_at"], name="bulk_newest")]

    def __str__(self) -> str:
        return self.sheet


class BulkRow(models.Model):
    """One row of the spreadsheet, and what became of it."""

    id = models.BigAutoField(primary_key=True)
    run = models.ForeignKey(BulkRun, models.CASCADE, related_name="rows", db_index=False)
    line = models.PositiveIntegerField(help_text="as a spreadsheet numbers it")
    cells = models.JSONField()
    key = models.CharField(max_length=200, blank=True, help_text="what the old system calls it")
    state = ChoiceField(max_length=10, choices=RowState, default=RowState.WAITING)
    why = models.CharField(max_length=400, blank=True)
    resource = models.ForeignKey("resources.Resource", models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "line"], name="bulk_row_once")]
        indexes = [
            models.Index(fields=["run", "state", "line"], name="bulk_row_state"),
            models.Index(fields=["run", "key", "line"], name="bulk_row_key"),
        ]

    def __str__(self) -> str:
        return f"{self.run_id}:{self.line}"


class Cartridge(models.Model):
    """A course from another platform, as a Common Cartridge, that is taken apart. The file itself is a version of a resource of
    whoever sent it, and stays: what cannot be taken is in it. `course`: what its maker calls the course, by which a newer export
    of the same is known; `facts`: what LOM says of the whole; `packs`: those that hold what was made, in the course's order.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    version = models.OneToOneField("resources.ResourceVersion", models.CASCADE, related_name="+")
    grant_id = models.UUIDField(null=True, blank=True, help_text="the role in which it is imported")
    state = ChoiceField(max_length=10, choices=BulkState, default=BulkState.READING)
    fault = models.CharField(max_length=300, blank=True)
    cancel_asked = models.BooleanField(default=False)
    standard = models.CharField(max_length=8, blank=True, help_text="1.0 to 1.3")
    course = models.CharField(max_length=200, blank=True)
    title = models.CharField(max_length=80, blank=True)
    facts = models.JSONField(default=dict)
    usual = models.JSONField(default=dict, help_text="what holds where a thing says nothing, and what holds of all")
    hand_in = models.BooleanField(default=True, help_text="or leave them as drafts")
    packs = models.JSONField(default=list, help_text="ids")
    created_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["created_at"], condition=Q(state__in=("reading", "running")), name="cartridge_under_way"
            )
        ]

    def __str__(self) -> str:
        return self.title


class CartridgePart(models.Model):
    """A thing in a cartridge, by its place there, and what became of it. `digest`: a hash of its content, by which what was
    imported already is known; `key`: what the cartridge calls it, by which a newer one of the same course is."""

    id = models.BigAutoField(primary_key=True)
    cartridge = models.ForeignKey(Cartridge, models.CASCADE, related_name="parts", db_index=False)
    line = models.PositiveIntegerField()
    kind = ChoiceField(max_length=12, choices=PartKind)
    key = models.CharField(max_length=200)
    title = models.CharField(max_length=120)
    path = models.JSONField(default=list, help_text="titles above it in the table of contents")
    listed = models.BooleanField(default=True, help_text="the table of contents names it")
    name = models.CharField(max_length=600, blank=True, help_text="its file in the cartridge")
    url = models.CharField(max_length=600, blank=True)
    size = models.BigIntegerField(default=0)
    files = models.PositiveIntegerField(default=1)
    facts = models.JSONField(default=dict)
    state = ChoiceField(max_length=10, choices=PartState, default=PartState.WAITING)
    why = models.CharField(max_length=400, blank=True)
    digest = models.CharField(max_length=64, blank=True)
    resource = models.ForeignKey("resources.Resource", models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["cartridge", "line"], name="cartridge_part_once")]
        indexes = [
            models.Index(fields=["cartridge", "state", "line"], name="cartridge_part_state"),
            models.Index(fields=["digest"], condition=~Q(digest=""), name="cartridge_part_digest"),
        ]

    def __str__(self) -> str:
        return f"{self.cartridge_id}:{self.line}"


class Neighbour(models.Model):
    """Another region's (or a museum's, a library's) resources, asked for by OAI-PMH. `asked_to`: up to when all of it is here."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    organization = models.ForeignKey("roster.Organization", models.PROTECT, related_name="+")
    name = models.CharField(max_length=80)
    url = models.URLField(max_length=300)
    prefix = models.CharField(max_length=40, default="oai_dc")
    sets = models.JSONField(default=list, help_text="setSpecs; none: all")
    every = models.PositiveSmallIntegerField(choices=Every, default=Every.DAY)
    show = ChoiceField(max_length=8, choices=Show, default=Show.REVIEW)
    licence = models.CharField(max_length=12, blank=True, help_text="of what says nothing of it")
    asked_to = models.DateTimeField(null=True, blank=True)
    coarse = models.BooleanField(default=False, help_text="the other side knows days alone")
    next_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey("roster.Person", models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "url"], name="neighbour_once")]
        indexes = [models.Index(fields=["next_at"], name="neighbour_next")]

    def __str__(self) -> str:
        return self.name


class Harvest(models.Model):
    """One time that a neighbour was asked, to the end; cut in between it goes on by `token` within set number `place`."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    neighbour = models.ForeignKey(Neighbour, models.CASCADE, related_name="harvests", db_index=False)
    state = ChoiceField(max_length=10, choices=HarvestState, default=HarvestState.RUNNING)
    since = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True, help_text="by the other side's clock, the first answer")
    place = models.PositiveSmallIntegerField(default=0)
    token = models.TextField(blank=True)
    pages = models.PositiveIntegerField(default=0)
    made = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    same = models.PositiveIntegerField(default=0)
    deleted = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    whys = models.JSONField(default=list, help_text="of those that were not taken, the first ones")
    fault = models.CharField(max_length=300, blank=True)
    waits_until = models.DateTimeField(null=True, blank=True)
    cancel_asked = models.BooleanField(default=False)
    started_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["neighbour", "-started_at"], name="harvest_newest")]
        constraints = [
            models.UniqueConstraint(
                fields=["neighbour"], condition=Q(state__in=("running", "waiting")), name="harvest_one_at_a_time"
            )
        ]

    def __str__(self) -> str:
        return f"{self.neighbour_id} {self.started_at:%F %T}"


class Harvested(models.Model):
    """What a neighbour calls a thing, and the resource it is here."""

    id = models.BigAutoField(primary_key=True)
    neighbour = models.ForeignKey(Neighbour, models.CASCADE, related_name="things", db_index=False)
    identifier = models.CharField(max_length=300)
    resource = models.OneToOneField("resources.Resource", models.CASCADE, null=True, blank=True, related_name="+")
    said = models.CharField(max_length=64, help_text="hash of what was told")
    gone = models.BooleanField(default=False, help_text="the neighbour has it no more")
    url = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["neighbour", "identifier"], name="harvested_once")]

    def __str__(self) -> str:
        return self.identifier
