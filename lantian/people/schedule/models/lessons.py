"""Rooms, lessons, and what a lesson takes up."""

from uuid import uuid4

from django.contrib.postgres.fields import DateTimeRangeField
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Now
from django.utils import timezone

from lantian.kernel.fields import ChoiceField
from lantian.people.roster.enums import Stage, Subject
from lantian.people.schedule.enums import LessonAccess, LessonState


class Room(models.Model):
    """A classroom, the class at home in it, and the account its screen signs in with."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    organization = models.ForeignKey("roster.Organization", models.PROTECT, related_name="rooms")
    name = models.CharField(max_length=40)
    class_group = models.OneToOneField("roster.ClassGroup", models.SET_NULL, null=True, blank=True, related_name="room")
    screen_account = models.OneToOneField(
        "identity.Account", models.SET_NULL, null=True, blank=True, related_name="room"
    )
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "name"], name="room_name_once")]

    def __str__(self) -> str:
        return self.name


class Lesson(models.Model):
    """One period taught by one teacher from one school, to their own class and to the receiving classes."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    title = models.CharField(max_length=120)
    summary = models.TextField(blank=True, max_length=2000)
    subject = ChoiceField(max_length=12, choices=Subject)
    stage = ChoiceField(max_length=12, choices=Stage)
    grade = models.PositiveSmallIntegerField()
    # no index of their own: one below begins with the key
    teacher = models.ForeignKey("roster.Person", models.PROTECT, related_name="lessons", db_index=False)
    organization = models.ForeignKey("roster.Organization", models.PROTECT, related_name="lessons", db_index=False)
    class_group = models.ForeignKey("roster.ClassGroup", models.PROTECT, null=True, blank=True, related_name="lessons")
    room = models.ForeignKey(Room, models.PROTECT, null=True, blank=True, related_name="lessons")
    alliance = models.ForeignKey("schedule.Alliance", models.PROTECT, null=True, blank=True, related_name="lessons")
    period_no = models.PositiveSmallIntegerField(null=True, blank=True)
    entry = models.ForeignKey(
        "schedule.TimetableEntry", models.SET_NULL, null=True, blank=True, related_name="lessons", db_index=False
    )
    entry_day = models.DateField(null=True, blank=True, help_text="the day of the timetable it was made for")
    by_hand = models.BooleanField(default=False, help_text="changed by a person: the timetable leaves it alone")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    state = ChoiceField(max_length=10, choices=LessonState, default=LessonState.PLANNED)
    access = ChoiceField(max_length=10, choices=LessonAccess, default=LessonAccess.ALLIANCE)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [
            models.Index(fields=["teacher", "starts_at"], name="lesson_teacher"),
            models.Index(fields=["organization", "starts_at"], name="lesson_organization"),
            models.Index(fields=["state", "starts_at"], name="lesson_state"),
            models.Index(fields=["starts_at"], name="lesson_starts"),
            models.Index(fields=["entry_day"], condition=Q(entry__isnull=False), name="lesson_entry_day"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="lesson_ends_after_start"),
            models.CheckConstraint(condition=Q(grade__gte=1, grade__lte=12), name="lesson_grade"),
            models.CheckConstraint(
                condition=~Q(access=LessonAccess.REHEARSAL) | Q(class_group__isnull=True, alliance__isnull=True),
                name="lesson_rehearsal_alone",
            ),
            models.UniqueConstraint(fields=["entry", "entry_day"], name="lesson_once_an_entry_and_day"),
        ]

    def __str__(self) -> str:
        return self.title


class LessonReceiver(models.Model):
    """A class that receives a lesson, in its room."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    lesson = models.ForeignKey(Lesson, models.CASCADE, related_name="receivers", db_index=False)
    class_group = models.ForeignKey(
        "roster.ClassGroup", models.PROTECT, related_name="received_lessons", db_index=False
    )
    room = models.ForeignKey(Room, models.PROTECT, null=True, blank=True, related_name="received_lessons")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["lesson", "class_group"], name="lesson_receiver_once")]
        indexes = [models.Index(fields=["class_group"], name="lesson_receiver_class")]

    def __str__(self) -> str:
        return f"{self.class_group_id} ← {self.lesson_id}"


class Seat(models.Model):
    """A room, a teacher or a class that is or was in a lesson. Whoever writes a row of occupancy changes this one first (by a
    trigger): of two who take it at once the second waits, and then sees what the first has taken."""

    id = models.UUIDField(primary_key=True, editable=False)
    taken_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return str(self.id)


class Occupancy(models.Model):
    """That a lesson takes a room, a teacher or a class for a while; exactly one of the three is set.

    The sending room and every receiving room stand here alike, so that the database itself refuses to put anyone or anything
    into two lessons at once, whoever plans them and at whatever moment: a trigger behind every statement (migration
    `0009_seats`) raises what an exclusion constraint would, with the names of the constraints below. A cancelled lesson has
    no rows.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    # no foreign keys in the database: the lesson and its receivers have the same ones already, rows go with their lesson by a
    # trigger, and a term writes two million. No index of their own: each constraint below begins with the key
    lesson = models.ForeignKey(Lesson, models.CASCADE, related_name="occupancies", db_constraint=False)
    room = models.ForeignKey(
        Room, models.PROTECT, null=True, related_name="occupancies", db_index=False, db_constraint=False
    )
    teacher = models.ForeignKey(
        "roster.Person", models.PROTECT, null=True, related_name="occupancies", db_index=False, db_constraint=False
    )
    class_group = models.ForeignKey(
        "roster.ClassGroup", models.PROTECT, null=True, related_name="occupancies", db_index=False, db_constraint=False
    )
    during = DateTimeRangeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(room__isnull=False, teacher__isnull=True, class_group__isnull=True)
                | Q(room__isnull=True, teacher__isnull=False, class_group__isnull=True)
                | Q(room__isnull=True, teacher__isnull=True, class_group__isnull=False),
                name="occupancy_of_one",
            ),
            models.CheckConstraint(
                condition=Q(
                    during__isempty=False,
                    during__lower_inf=False,
                    during__upper_inf=False,
                    during__lower_inc=True,
                    during__upper_inc=False,
                ),
                name="occupancy_of_a_while",
            ),
            *(
                models.UniqueConstraint(
                    F(field),
                    Func("during", function="lower"),
                    condition=Q(**{f"{field}__isnull": False}),
                    name=f"occupancy_{kind}",
                )
                for kind, field in (("room", "room"), ("teacher", "teacher"), ("class", "class_group"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.lesson_id} {self.during}"
