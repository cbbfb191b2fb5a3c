"""Live sessions, who was there, how well it played, and the pages a teacher brings."""

from uuid import uuid4

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from lantian.kernel.fields import ChoiceField
from lantian.teach.live.enums import OPEN_STATES, AttendanceKind, EndReason, SessionState, UploadState


class LiveSession(models.Model):
    """One going-live of a lesson. A lesson may have several in its time, but one open at once."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    lesson = models.ForeignKey("schedule.Lesson", models.PROTECT, related_name="live_sessions")
    stream = models.OneToOneField("media.Stream", models.PROTECT, related_name="live_session")
    state = ChoiceField(max_length=12, choices=SessionState, default=SessionState.WAITING)
    publisher = models.ForeignKey("roster.Person", models.PROTECT, null=True, blank=True, related_name="+")
    opened_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True, blank=True, help_text="first chunk")
    last_chunk_at = models.DateTimeField(null=True, blank=True)
    planned_end = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    end_reason = ChoiceField(max_length=12, choices=EndReason, blank=True)
    node = models.CharField(max_length=32, blank=True, help_text="the live process that has it, or is to take it")
    term = models.PositiveIntegerField(
        default=0, help_text="one more with each taking: who has an older one writes nothing"
    )

    class Meta:
        indexes = [
            models.Index(fields=["lesson", "-opened_at"], name="live_session_lesson"),
            models.Index(fields=["state"], condition=~Q(state="ended"), name="live_session_open"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["lesson"], condition=Q(state__in=[*OPEN_STATES]), name="live_session_one_open"
            ),
            models.CheckConstraint(
                condition=(Q(state="ended") & Q(ended_at__isnull=False))
                | (~Q(state="ended") & Q(ended_at__isnull=True)),
                name="live_session_end",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.lesson_id} {self.state}"

    @property
    def is_open(self) -> bool:
        return self.state != SessionState.ENDED


class Attendance(models.Model):
    """One viewer of one session over all its connections: a class in its room, a person, an observer or a guest.

    `seconds` is the sum of its intervals (media watched or at least asked for), `stalls`, `stall_ms` and `dropped` what players
    reported. Screens of one class count once. Guests are counted, not known: `viewer` is a random mark of the page.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    session = models.ForeignKey(LiveSession, models.CASCADE, related_name="attendances")
    kind = ChoiceField(max_length=10, choices=AttendanceKind)
    viewer = models.CharField(max_length=80, help_text="class:<id>, person:<id>, guest:<mark>")
    class_group = models.ForeignKey("roster.ClassGroup", models.PROTECT, null=True, blank=True, related_name="+")
    person = models.ForeignKey("roster.Person", models.PROTECT, null=True, blank=True, related_name="+")
    organization = models.ForeignKey("roster.Organization", models.PROTECT, null=True, blank=True, related_name="+")
    first_seen = models.DateTimeField()
    last_seen = models.DateTimeField()
    seconds = models.FloatField(default=0)
    stalls = models.PositiveIntegerField(default=0)
    stall_ms = models.PositiveBigIntegerField(default=0)
    dropped = models.PositiveIntegerField(default=0, help_text="video frames")
    head_count = models.PositiveSmallIntegerField(null=True, blank=True)
    attended = models.BooleanField(null=True, blank=True, help_text="at least 80 % of the lesson; known at its end")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["session", "viewer"], name="attendance_once")]
        indexes = [
            models.Index(fields=["class_group", "-first_seen"], name="attendance_class"),
            models.Index(fields=["person", "-first_seen"], name="attendance_person"),
        ]

    def __str__(self) -> str:
        return f"{self.viewer} @ {self.session_id}"


class AttendanceInterval(models.Model):
    """One stretch of uninterrupted presence, on one device. `id` is made in the live process: writing it again changes
    the same row, so that a spool replayed after a crash counts nothing twice."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    attendance = models.ForeignKey(Attendance, models.CASCADE, related_name="intervals")
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField()
    media_from = models.FloatField(null=True, blank=True, help_text="seconds on the stream's timeline")
    media_to = models.FloatField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(ended_at__gte=F("started_at")), name="attendance_interval_order")
        ]
        indexes = [models.Index(fields=["attendance", "started_at"], name="attendance_interval_order")]

    def __str__(self) -> str:
        return f"{self.started_at} – {self.ended_at}"


class QualityReport(models.Model):
    """How a lesson played for one viewer, summed over one stretch of presence (same id as its interval)."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    attendance = models.ForeignKey(Attendance, models.CASCADE, related_name="quality_reports")
    reported_at = models.DateTimeField()
    stalls = models.PositiveIntegerField(default=0)
    stall_ms = models.PositiveBigIntegerField(default=0)
    dropped = models.PositiveIntegerField(default=0)
    lag_ms = models.PositiveIntegerField(null=True, blank=True, help_text="largest reported")
    error = models.CharField(max_length=40, blank=True, help_text="last reported code")
    still_since = models.DateTimeField(null=True, blank=True, help_text="no picture runs since then")
    lag_now_ms = models.PositiveIntegerField(null=True, blank=True, help_text="as last reported")
    device = models.CharField(max_length=40, blank=True, help_text="of a class: kind of browser and system")
    minutes = models.JSONField(default=list, blank=True, help_text="of a class: rows of engine.presence.Minute")
    rendition = models.CharField(max_length=5, blank=True, help_text="as last reported: full, small or sound")
    kbps = models.PositiveIntegerField(null=True, blank=True, help_text="of the line, as far as the player can tell")

    class Meta:
        indexes = [models.Index(fields=["attendance"], name="quality_attendance")]

    def __str__(self) -> str:
        return f"{self.attendance_id} {self.stalls} stalls"

    @property
    def stalled_s(self) -> int:
        return round(self.stall_ms / 1000)

    @property
    def lag_s(self) -> float | None:
        return None if self.lag_ms is None else round(self.lag_ms / 1000, 1)


class PageUpload(models.Model):
    """A file a teacher brought to a lesson (PDF, presentation or picture), rendered into page images by the worker."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    lesson = models.ForeignKey("schedule.Lesson", models.CASCADE, related_name="page_uploads")
    name = models.CharField(max_length=120, help_text="as the teacher called it; never a path")
    file = models.CharField(max_length=80, help_text="name in the file store")
    kind = models.CharField(max_length=80, help_text="content type by what is in it")
    size = models.PositiveBigIntegerField()
    state = ChoiceField(max_length=8, choices=UploadState, default=UploadState.WAITING)
    done = models.PositiveSmallIntegerField(default=0)
    total = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=200, blank=True)
    uploaded_by = models.ForeignKey("roster.Person", models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["lesson", "created_at"], name="page_upload_lesson")]

    def __str__(self) -> str:
        return self.name

    @property
    def progress(self) -> int:
        """Percent."""
        if self.state == UploadState.READY:
            return 100
        return min(99, self.done * 100 // self.total) if self.total else 0


class LessonPage(models.Model):
    """One sheet of a lesson, in the order in which the teacher wants them: a rendered page (WebP files in the file store, a
    large and a small one), or a blank board."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    lesson = models.ForeignKey("schedule.Lesson", models.CASCADE, related_name="lesson_pages")
    upload = models.ForeignKey(
        PageUpload, models.CASCADE, null=True, blank=True, related_name="pages", help_text="empty: a blank board"
    )
    number = models.PositiveSmallIntegerField(default=0, help_text="in its file; 0: a blank board")
    position = models.PositiveIntegerField(help_text="in the lesson; gaps are no matter")
    name = models.CharField(max_length=80, blank=True, help_text="as the teacher calls it")
    width = models.PositiveSmallIntegerField(default=0)
    height = models.PositiveSmallIntegerField(default=0)
    image = models.CharField(max_length=80, blank=True)
    thumb = models.CharField(max_length=80, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["upload", "number"], name="lesson_page_once"),
            models.CheckConstraint(
                condition=Q(upload__isnull=True, image="") | (Q(upload__isnull=False) & ~Q(image="")),
                name="lesson_page_picture",
            ),
        ]
        indexes = [models.Index(fields=["lesson", "position"], name="lesson_page_order")]

    def __str__(self) -> str:
        return f"{self.lesson_id} {self.position}"

    @property
    def is_blank(self) -> bool:
        return self.upload_id is None
