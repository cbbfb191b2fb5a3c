"""Resources and their versions, the files behind them by content, and what is on its way here."""

from uuid import uuid4

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from lantian.content.resources.enums import (
    KIND_ICONS,
    OPEN_VERSIONS,
    Audience,
    FaultKind,
    FaultState,
    FilmState,
    Licence,
    Purpose,
    Reach,
    ResourceKind,
    ResourceState,
    Scan,
    SubtitleLanguage,
    UploadState,
    VersionState,
)
from lantian.kernel.fields import ChoiceField
from lantian.people.roster.enums import Stage, Subject


class Blob(models.Model):
    """A file by its content: kept once, however often it was sent. Whatever points to it keeps it; what nothing points to is
    swept away. `facts`: what was found in it (pages, seconds, width, height, and what kind of package it is).
    """

    sha256 = models.CharField(max_length=64, primary_key=True)
    size = models.BigIntegerField()
    kind = models.CharField(max_length=100, help_text="content type, by what is in it")
    facts = models.JSONField(default=dict)
    text = models.TextField(blank=True, help_text="the beginning of what is written in it, for searching")
    likeness = models.BigIntegerField(null=True, blank=True, help_text="64 bits that near copies share but for a few")
    scan = ChoiceField(max_length=10, choices=Scan, default=Scan.UNSCANNED)
    scanned_at = models.DateTimeField(null=True, blank=True)
    preview = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="previewed")
    preview_why = models.CharField(max_length=200, blank=True, help_text="why there is none, in words")
    cover = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="covered")
    covered_at = models.DateTimeField(null=True, blank=True, help_text="when a cover was drawn, or could not be")
    sent_at = models.DateTimeField(null=True, blank=True, help_text="when the S3 had all of it, where one is set")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [
            models.Index(fields=["scan"], condition=Q(scan="unscanned"), name="blob_unscanned"),
            models.Index(fields=["created_at"], condition=Q(covered_at__isnull=True), name="blob_uncovered"),
            models.Index(fields=["created_at"], condition=Q(sent_at__isnull=True), name="blob_unsent"),
        ]

    def __str__(self) -> str:
        return f"{self.sha256[:12]} {self.kind}"

    @property
    def cover_id_shown(self) -> str | None:
        """The small picture of it, or of the PDF that was made of it; wants `preview` at hand."""
        return self.cover_id or (self.preview.cover_id if self.preview else None)


class Film(models.Model):
    """A film by its content, as parts of several renditions: made once, however many resources have it, and at any time anew.

    `seconds` is how long it is, `made_s` how much of that is made; `spans` how long each part is, in ticks of 90 000 a second.
    """

    blob = models.OneToOneField(Blob, models.CASCADE, primary_key=True, related_name="film")
    state = ChoiceField(max_length=8, choices=FilmState, default=FilmState.WAITING)
    why = models.CharField(max_length=300, blank=True, help_text="why there are none, or none yet, in words")
    seconds = models.FloatField(default=0)
    made_s = models.FloatField(default=0)
    spans = models.JSONField(default=list)
    chapters = models.JSONField(default=list, help_text="that the file has: seconds and title of each")
    asked_at = models.DateTimeField(default=timezone.now)
    made_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.blob_id[:12]} {self.state}"


class Rendition(models.Model):
    """One of them: a file that begins with what players need first (`head` bytes), then has a piece of each part (`sizes`)."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    film = models.ForeignKey(Film, models.CASCADE, related_name="renditions", db_index=False)
    file = models.ForeignKey(Blob, models.PROTECT, related_name="renditions")
    name = models.CharField(max_length=12)
    number = models.PositiveSmallIntegerField(help_text="0: the largest")
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    codecs = models.CharField(max_length=60)
    head = models.PositiveIntegerField()
    sizes = models.JSONField(default=list)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["film", "number"], name="rendition_once")]

    def __str__(self) -> str:
        return f"{self.film_id} {self.name}"


class Described(models.Model):
    """What is said about a resource (IEEE LOM / GB/T 21365, as far as it is asked for)."""

    title = models.CharField(max_length=120)
    words = models.TextField(max_length=2000, blank=True)
    purpose = ChoiceField(max_length=12, choices=Purpose, blank=True)
    subject = ChoiceField(max_length=12, choices=Subject, blank=True)
    stage = ChoiceField(max_length=12, choices=Stage, blank=True)
    grade = models.PositiveSmallIntegerField(null=True, blank=True, help_text="1 to 12")
    keywords = models.CharField(max_length=200, blank=True, help_text="separated by spaces")
    language = models.CharField(max_length=12, default="zh-CN")
    audience = ChoiceField(max_length=6, choices=Audience, default=Audience.ALL)
    reach = ChoiceField(max_length=8, choices=Reach, default=Reach.SCHOOL)
    region = models.ForeignKey("roster.Organization", models.PROTECT, null=True, blank=True, related_name="+")
    licence = ChoiceField(max_length=12, choices=Licence, blank=True)
    rights_holder = models.CharField(max_length=120, blank=True)
    source = models.CharField(max_length=300, blank=True, help_text="where it was taken from")

    class Meta:
        abstract = True


class Resource(Described):
    """Something to teach or learn from, as it is shown: a copy of what is said in the published version, or else in the first.

    It is of a unit (`organization`) and by a person. Each change of what is published is a version and is reviewed.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    kind = ChoiceField(max_length=12, choices=ResourceKind)
    organization = models.ForeignKey("roster.Organization", models.PROTECT, related_name="resources")
    author = models.ForeignKey("roster.Person", models.PROTECT, null=True, blank=True, related_name="resources")
    state = ChoiceField(max_length=10, choices=ResourceState, default=ResourceState.DRAFT)
    current = models.ForeignKey("ResourceVersion", models.PROTECT, null=True, blank=True, related_name="+")
    submitted_at = models.DateTimeField(
        null=True, blank=True, help_text="the first time: from then on the unit sees it"
    )
    published_at = models.DateTimeField(null=True, blank=True, help_text="the newest version")
    withdrawn_why = models.CharField(max_length=300, blank=True)
    downloads = models.PositiveIntegerField(default=0)
    rated = models.PositiveIntegerField(default=0)
    stars = models.PositiveIntegerField(default=0, help_text="their sum")
    mark = models.CharField(max_length=40, blank=True, help_text="a mark of quality that an office gave")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [
            models.Index(fields=["state", "-published_at"], name="resource_newest"),
            models.Index(fields=["author", "-created_at"], name="resource_mine"),
            models.Index(fields=["subject", "stage", "grade"], name="resource_facets"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="published") | Q(current__isnull=False, published_at__isnull=False),
                name="resource_published",
            ),
            models.CheckConstraint(condition=~Q(reach="region") | Q(region__isnull=False), name="resource_region_said"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def kind_icon(self) -> str:
        """What stands for it where there is no picture of it."""
        return KIND_ICONS[ResourceKind(self.kind)]


class ResourceVersion(Described):
    """What was handed in at one time: a file or an address, with what is said about it. From then on it does not change.

    `edition` counts how often a draft was saved, so that of two who edit one the second is told.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    resource = models.ForeignKey(Resource, models.CASCADE, related_name="versions", db_index=False)
    number = models.PositiveSmallIntegerField()
    state = ChoiceField(max_length=10, choices=VersionState, default=VersionState.DRAFT)
    blob = models.ForeignKey(Blob, models.PROTECT, null=True, blank=True, related_name="versions")
    file_name = models.CharField(max_length=150, blank=True)
    url = models.URLField(max_length=500, blank=True)
    changes = models.CharField(max_length=300, blank=True, help_text="what is new in it")
    chapters = models.JSONField(default=list, blank=True, help_text="of a film: seconds and title of each")
    edition = models.PositiveIntegerField(default=1)
    made_by = models.ForeignKey("roster.Person", models.SET_NULL, null=True, blank=True, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    submitted_at = models.DateTimeField(null=True, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["resource", "number"], name="resource_version_once"),
            models.UniqueConstraint(
                fields=["resource"], condition=Q(state__in=OPEN_VERSIONS), name="resource_one_open_version"
            ),
            models.UniqueConstraint(
                fields=["resource"], condition=Q(state="published"), name="resource_one_published_version"
            ),
            models.CheckConstraint(
                condition=~Q(url="") | ~Q(state="review") | Q(blob__isnull=False), name="version_holds"
            ),
            models.CheckConstraint(condition=~Q(reach="region") | Q(region__isnull=False), name="version_region_said"),
        ]

    def __str__(self) -> str:
        return f"{self.resource_id} v{self.number}"


class Subtitle(models.Model):
    """What is said in a version's film, in one language: as WebVTT that we wrote, and as words for the search."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    version = models.ForeignKey(ResourceVersion, models.CASCADE, related_name="subtitles", db_index=False)
    language = ChoiceField(max_length=8, choices=SubtitleLanguage)
    name = models.CharField(max_length=120, blank=True, help_text="of the file that was sent")
    cues = models.PositiveIntegerField()
    text = models.TextField()
    words = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["version", "language"], name="subtitle_once")]

    def __str__(self) -> str:
        return f"{self.version_id} {self.language}"


class Placement(models.Model):
    """That a resource belongs to a chapter of a textbook, or to a knowledge point."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    resource = models.ForeignKey(Resource, models.CASCADE, related_name="placements", db_index=False)
    node = models.ForeignKey("taxonomy.Node", models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["resource", "node"], name="placement_once")]

    def __str__(self) -> str:
        return f"{self.resource_id} @ {self.node_id}"


class Upload(models.Model):
    """A file on its way here, by the tus protocol, on any day until `expires_at`; then what the worker found of it."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    person = models.ForeignKey("roster.Person", models.CASCADE, related_name="resource_uploads")
    organization = models.ForeignKey("roster.Organization", models.PROTECT, related_name="+")
    name = models.CharField(max_length=150)
    size = models.BigIntegerField()
    offset = models.BigIntegerField(default=0)
    told_sha256 = models.CharField(
        max_length=64, blank=True, help_text="as the sender's browser reckoned it, if it did"
    )
    state = ChoiceField(max_length=10, choices=UploadState, default=UploadState.RECEIVING)
    why = models.CharField(max_length=300, blank=True, help_text="why it cannot be used, in words")
    blob = models.ForeignKey(Blob, models.PROTECT, null=True, blank=True, related_name="uploads")
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["person", "-created_at"], name="upload_mine"),
            models.Index(fields=["expires_at"], name="upload_expires"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(offset__gte=0) & Q(offset__lte=F("size")), name="upload_offset"),
            models.CheckConstraint(condition=~Q(state="ready") | Q(blob__isnull=False), name="upload_ready"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.offset}/{self.size}"


class Rating(models.Model):
    """What a resource is worth to one person, from 1 to 5, and why."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    resource = models.ForeignKey(Resource, models.CASCADE, related_name="ratings", db_index=False)
    person = models.ForeignKey("roster.Person", models.CASCADE, related_name="resource_ratings")
    stars = models.PositiveSmallIntegerField()
    words = models.CharField(max_length=500, blank=True)
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["resource", "person"], name="rating_once"),
            models.CheckConstraint(condition=Q(stars__gte=1, stars__lte=5), name="rating_stars"),
        ]

    def __str__(self) -> str:
        return f"{self.resource_id} {self.stars}"


class Fault(models.Model):
    """What somebody says is wrong with a resource, and what became of it."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    resource = models.ForeignKey(Resource, models.CASCADE, related_name="faults", db_index=False)
    person = models.ForeignKey("roster.Person", models.SET_NULL, null=True, blank=True, related_name="resource_faults")
    kind = ChoiceField(max_length=8, choices=FaultKind)
    words = models.CharField(max_length=500, blank=True)
    state = ChoiceField(max_length=10, choices=FaultState, default=FaultState.OPEN)
    answer = models.CharField(max_length=500, blank=True)
    settled_by = models.ForeignKey("roster.Person", models.SET_NULL, null=True, blank=True, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["resource", "state"], name="fault_resource")]

    def __str__(self) -> str:
        return f"{self.resource_id} {self.kind}"


class Favourite(models.Model):
    """That a person keeps a resource at hand."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    resource = models.ForeignKey(Resource, models.CASCADE, related_name="favourites", db_index=False)
    person = models.ForeignKey("roster.Person", models.CASCADE, related_name="resource_favourites")
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["resource", "person"], name="favourite_once")]

    def __str__(self) -> str:
        return f"{self.person_id} → {self.resource_id}"
