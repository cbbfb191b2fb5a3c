"""What became of lessons, class by class, and what people said about it."""

from uuid import uuid4

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from lantian.kernel.fields import ChoiceField
from lantian.people.roster.enums import Subject
from lantian.teach.desk.enums import WAITING, Act, Cause, FaultKind, TicketState, Word


class Outcome(models.Model):
    """One lesson for one receiving class, settled: was it held, was the class there, and if not, why.

    Worked out from the lesson, its session, presence and corrections (services/settling), and can be made anew from them at
    any time. Kept because a week of the region is 200 000 of them. The units' place in the tree is not copied: a school that
    moves to another county takes its past along.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    lesson = models.ForeignKey("schedule.Lesson", models.CASCADE, related_name="outcomes", db_index=False)
    class_group = models.ForeignKey("roster.ClassGroup", models.PROTECT, related_name="+", db_index=False)
    organization = models.ForeignKey("roster.Organization", models.PROTECT, related_name="+", db_index=False)
    sender = models.ForeignKey("roster.Organization", models.PROTECT, related_name="+", db_index=False)
    alliance = models.ForeignKey("schedule.Alliance", models.PROTECT, null=True, related_name="+", db_index=False)
    day = models.DateField()
    subject = ChoiceField(max_length=12, choices=Subject)
    planned_seconds = models.PositiveIntegerField()
    seconds = models.PositiveIntegerField(default=0, help_text="the class was there")
    held = models.BooleanField(default=False)
    attended = models.BooleanField(default=False)
    corrected = models.BooleanField(default=False, help_text="a person's word, not the measured one")
    cause = ChoiceField(max_length=14, choices=Cause, blank=True)
    stalls = models.PositiveIntegerField(default=0)
    head_count = models.PositiveSmallIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["lesson", "class_group"], name="outcome_once"),
            models.CheckConstraint(
                condition=Q(attended=True, cause="") | Q(attended=False) & ~Q(cause=""), name="outcome_has_cause"
            ),
        ]
        indexes = [
            models.Index(fields=["day", "organization"], name="outcome_day"),
            models.Index(fields=["organization", "day"], name="outcome_organization"),
            models.Index(fields=["sender", "day"], name="outcome_sender"),
            models.Index(fields=["class_group", "day"], name="outcome_class"),
            models.Index(fields=["alliance", "day"], name="outcome_alliance"),
        ]

    def __str__(self) -> str:
        return f"{self.class_group_id} in {self.lesson_id}"


class Tally(models.Model):
    """The outcomes of one class on one day that share sender, alliance and cause, summed: what reports are read from.

    The database keeps it by itself (triggers on Outcome, migration 0003), whoever writes or deletes outcomes, so no service
    may forget it. What was attended is what has no cause.
    """

    id = models.BigAutoField(primary_key=True)  # made in the database, which alone writes here
    class_group = models.ForeignKey(
        "roster.ClassGroup", models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False
    )
    organization = models.ForeignKey(
        "roster.Organization", models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False
    )
    sender = models.ForeignKey(
        "roster.Organization", models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False
    )
    alliance = models.ForeignKey(
        "schedule.Alliance", models.DO_NOTHING, null=True, related_name="+", db_index=False, db_constraint=False
    )
    day = models.DateField()
    cause = ChoiceField(max_length=14, choices=Cause, blank=True)
    # plain integers: an upsert carries differences, and a check would look at those
    planned = models.IntegerField()
    held = models.IntegerField()
    corrected = models.IntegerField()
    seconds = models.BigIntegerField()
    planned_seconds = models.BigIntegerField()
    stalls = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["class_group", "day", "organization", "sender", "alliance", "cause"],
                nulls_distinct=False,
                name="tally_once",
            )
        ]
        indexes = [
            models.Index(fields=["day", "organization"], name="tally_day"),
            models.Index(fields=["organization", "day"], name="tally_organization"),
            models.Index(fields=["sender", "day"], name="tally_sender"),
        ]

    def __str__(self) -> str:
        return f"{self.class_group_id} on {self.day}: {self.planned} {self.cause}"


class Correction(models.Model):
    """What a person said about a class in a lesson over what was measured. The newest word holds; the earlier ones stay."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    lesson = models.ForeignKey("schedule.Lesson", models.CASCADE, related_name="corrections")
    class_group = models.ForeignKey("roster.ClassGroup", models.PROTECT, related_name="+")
    word = ChoiceField(max_length=10, choices=Word)
    cause = ChoiceField(max_length=14, choices=Cause, blank=True, help_text="as found; of a class that was not there")
    reason = models.CharField(max_length=200)
    by = models.ForeignKey("roster.Person", models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["lesson", "class_group", "-at"], name="correction_newest")]
        constraints = [
            models.CheckConstraint(condition=Q(word="missed") | Q(cause=""), name="correction_cause"),
        ]

    def __str__(self) -> str:
        return f"{self.class_group_id} in {self.lesson_id}: {self.word}"


class HeadCount(models.Model):
    """How many pupils sat before the screen, as the assistant teacher in the room confirmed; a later count replaces it."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    lesson = models.ForeignKey("schedule.Lesson", models.CASCADE, related_name="head_counts")
    class_group = models.ForeignKey("roster.ClassGroup", models.PROTECT, related_name="+")
    present = models.PositiveSmallIntegerField()
    expected = models.PositiveSmallIntegerField(help_text="pupils of the class on that day")
    note = models.CharField(max_length=200, blank=True)
    by = models.ForeignKey("roster.Person", models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["lesson", "class_group"], name="head_count_once"),
            models.CheckConstraint(condition=Q(present__lte=F("expected") + 20), name="head_count_possible"),
        ]

    def __str__(self) -> str:
        return f"{self.present}/{self.expected} of {self.class_group_id} in {self.lesson_id}"


class Ticket(models.Model):
    """One fault as reported from a room, until it is closed: at the school's desk first, then at the county's.

    `facts` is what was known when it was raised: of the lesson and the class's line by the server, of the browser by itself.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    number = models.CharField(max_length=13, unique=True, help_text="day and count, as one says it on the telephone")
    organization = models.ForeignKey("roster.Organization", models.PROTECT, related_name="tickets")
    desk = models.ForeignKey("roster.Organization", models.PROTECT, related_name="tickets_at_desk")
    room = models.ForeignKey("schedule.Room", models.SET_NULL, null=True, blank=True, related_name="+")
    class_group = models.ForeignKey("roster.ClassGroup", models.PROTECT, null=True, blank=True, related_name="+")
    lesson = models.ForeignKey("schedule.Lesson", models.SET_NULL, null=True, blank=True, related_name="tickets")
    kind = ChoiceField(max_length=12, choices=FaultKind)
    words = models.CharField(max_length=500, blank=True)
    facts = models.JSONField(default=dict)
    guess = ChoiceField(
        max_length=14, choices=Cause, blank=True, help_text="what the facts pointed to when it was raised"
    )
    state = ChoiceField(max_length=8, choices=TicketState, default=TicketState.OPEN)
    urgent = models.BooleanField(default=False, help_text="raised while the lesson was on")
    raised_by = models.ForeignKey("roster.Person", models.SET_NULL, null=True, blank=True, related_name="+")
    raised_as = models.CharField(max_length=80, help_text="a screen's class, or a person's name")
    taken_by = models.ForeignKey("roster.Person", models.SET_NULL, null=True, blank=True, related_name="+")
    solution = models.CharField(max_length=500, blank=True)
    due_at = models.DateTimeField()
    escalated = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now)
    solved_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["organization", "-created_at"], name="ticket_organization"),
            models.Index(fields=["desk", "due_at"], condition=Q(state__in=[*WAITING]), name="ticket_waiting"),
            models.Index(fields=["raised_by", "-created_at"], name="ticket_raised_by"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=[*WAITING], solved_at__isnull=True)
                | Q(state="solved", solved_at__isnull=False)
                | Q(state="closed", closed_at__isnull=False),
                name="ticket_times",
            )
        ]

    def __str__(self) -> str:
        return self.number


class TicketNote(models.Model):
    """One thing done to a ticket, or said about it."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="notes")
    act = ChoiceField(max_length=10, choices=Act)
    words = models.CharField(max_length=500, blank=True)
    by = models.ForeignKey("roster.Person", models.SET_NULL, null=True, blank=True, related_name="+")
    by_name = models.CharField(max_length=80, help_text="a screen or the system has no person")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["ticket", "at"], name="ticket_note_order")]

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.act}"


class DeskContact(models.Model):
    """Where to call when a lesson does not come: the number on the screens of the unit and of all below without one."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    organization = models.OneToOneField("roster.Organization", models.CASCADE, related_name="desk_contact")
    phone = models.CharField(max_length=40)
    hours = models.CharField(max_length=80, blank=True)
    changed_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.phone
