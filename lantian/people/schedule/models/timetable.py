"""When the day's periods are, and who has what in each of them, week by week."""

from uuid import uuid4

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from lantian.kernel.fields import ChoiceField
from lantian.people.roster.enums import Subject
from lantian.people.schedule.enums import ChangeKind, TimetableState, Weeks


class BellSchedule(models.Model):
    """The times of a day (作息时间表) of an organisation and all below that has none of its own; summer and winter differ."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    organization = models.ForeignKey("roster.Organization", models.PROTECT, related_name="bell_schedules")
    name = models.CharField(max_length=40)
    during = DateRangeField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="bell_schedule_one_a_day",
                expressions=[("organization", RangeOperators.EQUAL), ("during", RangeOperators.OVERLAPS)],
            )
        ]

    def __str__(self) -> str:
        return self.name


class Period(models.Model):
    """One period of the day: its number in the timetable, its name, begin and end."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    schedule = models.ForeignKey(BellSchedule, models.CASCADE, related_name="periods")
    number = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=20)
    starts = models.TimeField()
    ends = models.TimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["schedule", "number"], name="period_once"),
            models.CheckConstraint(condition=Q(ends__gt=F("starts")), name="period_ends_after_start"),
            models.CheckConstraint(condition=Q(number__gte=1, number__lte=20), name="period_number"),
        ]

    def __str__(self) -> str:
        return self.name


class Timetable(models.Model):
    """The week of a school for a stretch of days. Drafts may clash; what is published does not, and there is one a day."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    organization = models.ForeignKey("roster.Organization", models.PROTECT, related_name="timetables")
    name = models.CharField(max_length=60)
    during = DateRangeField()
    state = ChoiceField(max_length=10, choices=TimetableState, default=TimetableState.DRAFT)
    created_at = models.DateTimeField(default=timezone.now)
    published_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="timetable_one_a_day",
                expressions=[("organization", RangeOperators.EQUAL), ("during", RangeOperators.OVERLAPS)],
                condition=Q(state="published"),
            )
        ]
        indexes = [models.Index(fields=["organization", "state"], name="timetable_organization")]

    def __str__(self) -> str:
        return self.name


class TimetableEntry(models.Model):
    """One period of the week of one class: subject, teacher, room; every week, or the odd or even weeks of the term."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    timetable = models.ForeignKey(Timetable, models.CASCADE, related_name="entries")
    weekday = models.PositiveSmallIntegerField(help_text="0 Monday … 6 Sunday")
    period_no = models.PositiveSmallIntegerField()
    weeks = ChoiceField(max_length=5, choices=Weeks, default=Weeks.EVERY)
    class_group = models.ForeignKey("roster.ClassGroup", models.PROTECT, related_name="timetable_entries")
    subject = ChoiceField(max_length=12, choices=Subject)
    teacher = models.ForeignKey(
        "roster.Person", models.PROTECT, null=True, blank=True, related_name="timetable_entries"
    )
    room = models.ForeignKey("schedule.Room", models.PROTECT, null=True, blank=True, related_name="timetable_entries")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["timetable", "class_group", "weekday", "period_no", "weeks"], name="timetable_entry_once"
            ),
            models.CheckConstraint(condition=Q(weekday__lte=6), name="timetable_entry_weekday"),
            models.CheckConstraint(condition=Q(period_no__gte=1, period_no__lte=20), name="timetable_entry_period"),
        ]
        indexes = [
            models.Index(fields=["class_group"], name="timetable_entry_class"),
            models.Index(fields=["teacher"], name="timetable_entry_teacher"),
        ]

    def __str__(self) -> str:
        return f"{self.class_group_id} {self.weekday}/{self.period_no} {self.subject}"


class TimetableChange(models.Model):
    """One day on which an entry is not as the week says: cancelled, taught by somebody else, or moved to another time.

    A later change of the same entry and day takes the place of the earlier one; the journal keeps both.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    entry = models.ForeignKey(TimetableEntry, models.CASCADE, related_name="changes")
    day = models.DateField()
    kind = ChoiceField(max_length=10, choices=ChangeKind)
    teacher = models.ForeignKey(
        "roster.Person", models.PROTECT, null=True, blank=True, related_name="timetable_changes"
    )
    to_day = models.DateField(null=True, blank=True)
    to_period = models.PositiveSmallIntegerField(null=True, blank=True)
    reason = models.CharField(max_length=200)
    decided_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["entry", "day"], name="timetable_change_once"),
            models.CheckConstraint(
                condition=Q(kind="cancelled", teacher__isnull=True, to_day__isnull=True, to_period__isnull=True)
                | Q(kind="substitute", teacher__isnull=False, to_day__isnull=True, to_period__isnull=True)
                | Q(kind="moved", to_day__isnull=False, to_period__isnull=False),
                name="timetable_change_whole",
            ),
        ]
        indexes = [models.Index(fields=["day"], name="timetable_change_day")]

    def __str__(self) -> str:
        return f"{self.entry_id} {self.day} {self.kind}"


class CalendarFeed(models.Model):
    """An address under which a calendar program reads somebody's own timetable, or a class's, without signing in.

    The secret in the address is kept as its SHA-256 only; a new address ends the old one.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    account = models.ForeignKey("identity.Account", models.CASCADE, related_name="calendar_feeds")
    teacher = models.ForeignKey("roster.Person", models.CASCADE, null=True, blank=True, related_name="calendar_feeds")
    class_group = models.ForeignKey("roster.ClassGroup", models.CASCADE, null=True, blank=True, related_name="+")
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "teacher", "class_group"], nulls_distinct=False, name="calendar_feed_once"
            ),
            models.CheckConstraint(
                condition=Q(teacher__isnull=False, class_group__isnull=True)
                | Q(teacher__isnull=True, class_group__isnull=False),
                name="calendar_feed_of_one",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} → {self.teacher_id or self.class_group_id}"
