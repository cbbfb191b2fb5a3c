"""The region's tree, its people, their classes, memberships and granted roles."""

from datetime import date, datetime
from typing import Any
from uuid import uuid4

from django.contrib.postgres.fields import ArrayField, DateRangeField
from django.contrib.postgres.indexes import GinIndex, GistIndex
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone

from lantian.kernel.fields import ChoiceField, LtreeField, SealedTextField
from lantian.people.roster.enums import (
    BatchAction,
    BatchItemState,
    BatchState,
    ClassKind,
    EndReason,
    Gender,
    MemberRole,
    OrganizationKind,
    PromotionState,
    Relation,
    Role,
    Setting,
    Stage,
    Subject,
)


def changed_at() -> "models.DateTimeField[datetime, datetime]":
    """When a row last changed. A trigger keeps it (migration 0002), so that set-based SQL cannot forget: deltas of an exchange
    are read off it."""
    return models.DateTimeField(db_default=Now(), editable=False)


class Organization(models.Model):
    """A node of the tree: region, school, campus or teaching point. `path` is made of the ids (hex) from the root to here."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    kind = ChoiceField(max_length=16, choices=OrganizationKind)
    stages = ArrayField(models.CharField(max_length=12, choices=Stage), default=list, blank=True)
    name = models.CharField(max_length=80)
    short_name = models.CharField(max_length=40, blank=True)
    code = models.CharField(max_length=20, blank=True, help_text="GB/T 2260 of a region, 学校标识码 of a school")
    sort_key = models.CharField(max_length=200, blank=True, help_text="pinyin of the name")
    search_text = models.CharField(max_length=500, blank=True, help_text="names, code, pinyin and initials, lower case")
    path = LtreeField(unique=True)
    setting = ChoiceField(max_length=8, choices=Setting, blank=True)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = changed_at()

    class Meta:
        indexes = [
            GistIndex(fields=["path"], name="organization_path"),
            models.Index(fields=["parent", "sort_key"], name="organization_children"),
            GinIndex(fields=["search_text"], opclasses=["gin_trgm_ops"], name="organization_search"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["code"], condition=~Q(code=""), name="organization_code"),
            models.CheckConstraint(condition=~Q(parent=F("id")), name="organization_not_own_parent"),
        ]

    def __str__(self) -> str:
        return self.short_name or self.name

    @property
    def label(self) -> str:
        """This node's own label within `path`."""
        return self.id.hex


class Person(models.Model):
    """A human being, once, whatever roles and schools come and go."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    account = models.OneToOneField("identity.Account", models.SET_NULL, null=True, blank=True, related_name="person")
    name = models.CharField(max_length=80)
    sort_key = models.CharField(max_length=200, blank=True, help_text="pinyin of the name")
    initials = models.CharField(max_length=40, blank=True, help_text="first letters of the pinyin")
    search_text = models.CharField(
        max_length=2000, blank=True, help_text="keys by which the name is found (engine/names)"
    )
    gender = ChoiceField(max_length=1, choices=Gender, default=Gender.UNKNOWN)
    birth_date = models.DateField(null=True, blank=True)
    phone = SealedTextField(context="roster.person.phone", null=True, blank=True)
    phone_index = models.BinaryField(max_length=32, null=True, blank=True, editable=False)
    citizen_id = SealedTextField(context="roster.person.citizen_id", null=True, blank=True)
    citizen_id_index = models.BinaryField(max_length=32, null=True, blank=True, editable=False)
    # 学籍号; its usual form is "G" and the citizen ID, so it is kept like one
    student_number = SealedTextField(context="roster.person.student_number", null=True, blank=True)
    student_number_index = models.BinaryField(max_length=32, null=True, blank=True, editable=False)
    # a duplicate that was merged: kept, empty of roles, for undoing and for old references
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="merged", db_index=False
    )
    erased_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="since when only an id and a pseudonym are left"
    )
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = changed_at()

    class Meta:
        indexes = [
            models.Index(fields=["sort_key", "id"], name="person_sort"),
            models.Index(fields=["phone_index", "name"], name="person_phone", condition=Q(phone_index__isnull=False)),
            # who may be one and the same: read in this order, those who share both stand side by side
            models.Index(
                fields=["birth_date", "name"],
                name="person_twins",
                condition=Q(birth_date__isnull=False, merged_into__isnull=True),
            ),
            models.Index(fields=["merged_into"], name="person_merged", condition=Q(merged_into__isnull=False)),
            models.Index(fields=["updated_at"], name="person_updated"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["citizen_id_index"], name="person_citizen_id"),
            models.UniqueConstraint(fields=["student_number_index"], name="person_student_number"),
            models.CheckConstraint(condition=~Q(merged_into=F("id")), name="person_not_into_self"),
        ]

    def __str__(self) -> str:
        return self.name


class PersonSearch(models.Model):
    """How a person is found, and by whom: one narrow row under one index, kept by the database itself (migration 0005).

    `places` are the units that the person has to do with (memberships, offices, memberships of children) and all above them;
    `staff_places` those where they teach or work. They are true on the days of `sure`; before and after, some of what they
    are made of has not begun or is over, and `roster_stands_below` knows. No row: never belonged anywhere.

    There is no index on `sort_key`, on purpose: a search ordered by it can only be answered from the few rows that the keys
    find, never by walking through all people until enough have turned up.
    """

    # the triggers read it off the person's own row: asking the database again costs a tenth of writing it
    person = models.OneToOneField(Person, models.CASCADE, primary_key=True, related_name="search", db_constraint=False)
    sort_key = models.CharField(max_length=200)
    keys = ArrayField(models.TextField())
    places = ArrayField(models.UUIDField())
    staff_places = ArrayField(models.UUIDField())
    sure = DateRangeField()

    class Meta:
        indexes = [GinIndex(fields=["keys", "places", "staff_places"], name="person_search")]

    def __str__(self) -> str:
        return f"{self.person_id} {self.sort_key}"


class ClassGroup(models.Model):
    """A homeroom class or a teaching class of a school, campus or teaching point. `grade` runs 1–12 over all stages."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="class_groups")
    kind = ChoiceField(max_length=8, choices=ClassKind, default=ClassKind.HOMEROOM)
    stage = ChoiceField(max_length=12, choices=Stage)
    grade = models.PositiveSmallIntegerField()
    number = models.PositiveSmallIntegerField(default=1)
    name = models.CharField(max_length=40)
    entry_year = models.PositiveSmallIntegerField(null=True, blank=True)
    is_active = models.BooleanField(default=True)
    ended_on = models.DateField(null=True, blank=True, help_text="last day of a class that graduated or was dissolved")
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = changed_at()

    class Meta:
        indexes = [models.Index(fields=["organization", "grade", "number"], name="class_group_order")]
        constraints = [
            models.CheckConstraint(condition=Q(grade__gte=1, grade__lte=12), name="class_group_grade"),
            models.UniqueConstraint(
                fields=["organization", "kind", "grade", "number"],
                condition=Q(is_active=True, kind="homeroom"),
                name="class_group_homeroom_once",
            ),
        ]

    def __str__(self) -> str:
        return self.name


def valid_on(day: date) -> Q:
    """Rows whose `valid_from`/`valid_to` (both days included, null is open) hold on `day`."""
    return Q(valid_from__lte=day) & (Q(valid_to__isnull=True) | Q(valid_to__gte=day))


class Membership(models.Model):
    """That a person belongs to a school, and to a class of it: as student, teacher of a subject, homeroom teacher, staff."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    # the indexes below begin with each of these
    person = models.ForeignKey(Person, models.PROTECT, related_name="memberships", db_index=False)
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="memberships", db_index=False)
    class_group = models.ForeignKey(
        ClassGroup, models.PROTECT, null=True, blank=True, related_name="memberships", db_index=False
    )
    role = ChoiceField(max_length=16, choices=MemberRole)
    subject = ChoiceField(max_length=12, choices=Subject, blank=True)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    end_reason = models.CharField(max_length=12, choices=EndReason, blank=True)
    updated_at = changed_at()

    class Meta:
        indexes = [
            models.Index(fields=["class_group", "role"], name="membership_class"),
            models.Index(fields=["updated_at"], name="membership_updated"),
            models.Index(fields=["organization", "role"], name="membership_organization"),
            models.Index(fields=["person"], name="membership_person"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")), name="membership_dates"
            ),
            models.UniqueConstraint(
                fields=["person", "organization", "class_group", "role", "subject"],
                condition=Q(valid_to__isnull=True),
                nulls_distinct=False,
                name="membership_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.role} @ {self.organization_id}"


class RoleGrant(models.Model):
    """A role handed to a person at an organisation for a time, by somebody who held enough to give it."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    person = models.ForeignKey(Person, models.PROTECT, related_name="role_grants")
    role = ChoiceField(max_length=20, choices=Role)
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="role_grants")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    granted_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    granted_at = models.DateTimeField(default=timezone.now)
    revoked_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    revoked_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=200, blank=True)
    announced_for = models.DateField(null=True, blank=True, help_text="the last day that was announced as near")
    expired_at = models.DateTimeField(null=True, blank=True, help_text="when it was announced as run out")
    updated_at = changed_at()

    class Meta:
        indexes = [
            models.Index(fields=["organization", "role"], name="grant_organization"),
            models.Index(
                fields=["valid_to"],
                condition=Q(revoked_at__isnull=True, expired_at__isnull=True, valid_to__isnull=False),
                name="grant_running_out",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")), name="grant_dates"
            ),
            models.UniqueConstraint(
                fields=["person", "role", "organization"],
                condition=Q(revoked_at__isnull=True, valid_to__isnull=True),
                name="grant_once_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.role} @ {self.organization_id}"


class Guardianship(models.Model):
    """That one person is another's guardian."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    guardian = models.ForeignKey(Person, models.PROTECT, related_name="wards", db_index=False)  # the first of the pair
    student = models.ForeignKey(Person, models.PROTECT, related_name="guardians")
    relation = ChoiceField(max_length=12, choices=Relation, default=Relation.OTHER)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["guardian", "student"], name="guardianship_once"),
            models.CheckConstraint(condition=~Q(guardian=F("student")), name="guardianship_two_people"),
        ]

    def __str__(self) -> str:
        return f"{self.guardian_id} → {self.student_id}"


class PromotionRun(models.Model):
    """The classes of a subtree moving up into a school year, in one action; each school is a `Promotion` of its own."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="promotion_runs")
    school_year = models.PositiveSmallIntegerField(help_text="the year in which the new school year begins")
    last_day = models.DateField(help_text="last day of those who graduate")
    carry_over = models.BooleanField(default=False, help_text="sixth grades of nine-year schools stay together")
    left_out = ArrayField(models.UUIDField(), default=list, blank=True, help_text="schools or classes not to be moved")
    state = models.CharField(max_length=10, choices=PromotionState, default=PromotionState.WAITING)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    cancel_asked = models.BooleanField(default=False)
    created_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    grant_id = models.UUIDField(null=True, help_text="the role acted in, for the worker")
    created_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["organization", "-created_at"], name="promotion_run_organization")]

    def __str__(self) -> str:
        return f"{self.organization_id} → {self.school_year}"


class Promotion(models.Model):
    """One school's classes moved up into a school year, with all that is needed to take it back."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    run = models.ForeignKey(PromotionRun, models.PROTECT, related_name="promotions")
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="promotions")
    school_year = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=10, choices=PromotionState, default=PromotionState.DONE)
    reason = models.CharField(max_length=20, blank=True, help_text="why a school was passed over")
    classes_up = models.PositiveIntegerField(default=0)
    classes_ended = models.PositiveIntegerField(default=0)
    students_up = models.PositiveIntegerField(default=0)
    students_graduated = models.PositiveIntegerField(default=0)
    before: "models.JSONField[Any, Any]" = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=timezone.now)
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "school_year"], condition=Q(state="done"), name="promotion_once_a_year"
            ),
            models.UniqueConstraint(fields=["run", "organization"], name="promotion_once_a_run"),
        ]

    def __str__(self) -> str:
        return f"{self.organization_id} → {self.school_year}"


class PersonMerge(models.Model):
    """Two records of one human being made one: what went from `dropped` to `kept`, so that it can be taken back."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    kept = models.ForeignKey(Person, models.PROTECT, related_name="+")
    dropped = models.ForeignKey(Person, models.PROTECT, related_name="+")
    reason = models.CharField(max_length=200)
    # table → ids that were re-pointed; names of facts that moved; what was ended, revoked or removed. Never a sealed value.
    moved: "models.JSONField[Any, Any]" = models.JSONField(default=dict)
    merged_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    merged_at = models.DateTimeField(default=timezone.now)
    undone_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["kept", "-merged_at"], name="person_merge_kept")]
        constraints = [
            models.UniqueConstraint(fields=["dropped"], condition=Q(undone_at__isnull=True), name="person_merged_once"),
        ]

    def __str__(self) -> str:
        return f"{self.dropped_id} → {self.kept_id}"


class NotDuplicates(models.Model):
    """That somebody looked at two people and found them to be two: they are not proposed again. `low` is the smaller id."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    low = models.ForeignKey(Person, models.CASCADE, related_name="+")
    high = models.ForeignKey(Person, models.CASCADE, related_name="+")
    decided_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["low", "high"], name="not_duplicates_once"),
            models.CheckConstraint(condition=Q(low__lt=F("high")), name="not_duplicates_ordered"),
        ]

    def __str__(self) -> str:
        return f"{self.low_id} ≠ {self.high_id}"


class BindingCode(models.Model):
    """A code on paper with which a family ties itself to a child. Only its blind index is kept; it is shown once."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    student = models.ForeignKey(Person, models.CASCADE, related_name="binding_codes")
    index = models.BinaryField(max_length=32, unique=True)
    uses_left = models.PositiveSmallIntegerField(default=2)
    failures = models.PositiveSmallIntegerField(default=0, help_text="wrong names given with this code")
    expires_at = models.DateTimeField()
    issued_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["student"], name="binding_code_student")]

    def __str__(self) -> str:
        return f"{self.student_id} until {self.expires_at}"


class Batch(models.Model):
    """One action on many people: shown first, then confirmed, done by the worker one by one, stopped if wished."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="batches")
    action = ChoiceField(max_length=10, choices=BatchAction)
    state = ChoiceField(max_length=10, choices=BatchState, default=BatchState.DRAFT)
    asked: "models.JSONField[Any, Any]" = models.JSONField(default=dict)  # reason, class to move to, last day …
    cancel_asked = models.BooleanField(default=False)
    created_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    grant_id = models.UUIDField(help_text="the role acted in, for the worker")
    created_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["organization", "-created_at"], name="batch_organization"),
            models.Index(fields=["created_by", "-created_at"], name="batch_creator"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.organization_id}"


class BatchItem(models.Model):
    """One person of a batch, and what became of it. `code` is a new activation code, kept sealed until it is printed."""

    id = models.BigAutoField(primary_key=True)
    batch = models.ForeignKey(Batch, models.CASCADE, related_name="items")
    person = models.ForeignKey(Person, models.CASCADE, related_name="+")
    state = ChoiceField(max_length=10, choices=BatchItemState, default=BatchItemState.READY)
    reason = models.CharField(max_length=200, blank=True, help_text="why not, in words")
    code = SealedTextField(context="roster.batchitem.code", null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["batch", "state"], name="batch_item_state")]
        constraints = [models.UniqueConstraint(fields=["batch", "person"], name="batch_item_once")]

    def __str__(self) -> str:
        return f"{self.batch_id} {self.person_id} {self.state}"
