"""What is exchanged: named sources, runs of an import, and the staging that every kind of import fills alike.

The staging contract
--------------------
A reader (OneRoster CSV, a spreadsheet, whatever comes) turns a file into `StagedRow`s by COPY and `Finding`s for what it could
not read, and sets the run to CHECKING. From there on all kinds of import are one: checks, matching and difference are set-based
SQL over `StagedRow` (services.checking), applying is one transaction (services.applying).

A row has the entity, where it stands (`file`, and `row_no` as a spreadsheet shows it: the head is row 1), `key` (sourcedId, or
whatever names the record for this source: for a spreadsheet a natural key), `status` ("active" or "tobedeleted"), the references
as the file spells them (`org_key`, `user_key`, `class_key`, `course_key`), and `data`: plain values under our own names. A value
that is absent from `data` says nothing: what is known stays. Per entity:

    orgs              name, short_name, kind, stages [..], code, setting                  org_key: the parent
    academicSessions  school_year (it begins in), kind, starts_on, ends_on (last day)     org_key: whose term, "" the run's
    courses           title, code, subjects [..], grades [..], school_year, derived       org_key
    classes           name, kind, stage, grade, number, entry_year, terms [keys]          org_key, course_key ("": none)
    users             name, agents [[key, relation], ..]                                  org_key: the primary one
    demographics      birth_date, gender                                                  user_key (= key)
    roles             role, subject, valid_from, valid_to, membership (true, false)       user_key, org_key
    enrollments       role, subject, valid_from, valid_to, end_reason                     user_key, class_key, org_key

Dates are ISO text, both days included; roles, subjects, stages, genders are the words of roster.enums. A `roles` row is a
membership without a class when `membership` is true, or absent while no enrollment says the same.

Citizen ID, phone and student number **never** stand in `data`: they come sealed (kernel.crypto.encrypt with the context of
roster's column) with their blind index, in columns of their own.

A row with an error is staged too, `faulty`, so that it does not count as absent. The rest is filled by the check: `object_id`
(the thing of ours, or the id the new one will have), `org_id`, `person_id`, `class_id`, `course_id` (references resolved),
`action`, `before` (what would change, as it is now). What would leave and is in no row gets a row of the check's own, with
`row_no` 0.
"""

import re
from typing import Any
from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext

from lantian.people.exchange.enums import (
    Complete,
    Entity,
    ExportState,
    RowAction,
    RunKind,
    RunMode,
    RunState,
    Severity,
    SheetKind,
)


class Source(models.Model):
    """Where records come from, by a name its organisation gave it: keys of one source never mean another's."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    organization = models.ForeignKey("roster.Organization", models.PROTECT, related_name="sources")
    name = models.CharField(max_length=80)
    # the newest dateLastModified that was applied: what is older is refused
    last_as_of = models.DateTimeField(null=True, blank=True)
    last_applied_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "name"], name="source_name_once")]

    def __str__(self) -> str:
        return self.name


class SourceKey(models.Model):
    """What a source calls a thing of ours; and that it came from there: what a full file no longer names, leaves."""

    id = models.BigAutoField(primary_key=True)
    # not asked of the database row by row: a region writes half a million of these for one source, which it holds
    source = models.ForeignKey(Source, models.CASCADE, related_name="keys", db_index=False, db_constraint=False)
    entity = models.CharField(max_length=16, choices=Entity)
    sourced_id = models.CharField(max_length=255)
    object_id = models.UUIDField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "entity", "sourced_id"], name="source_key_once")]
        indexes = [models.Index(fields=["object_id"], name="source_key_object")]

    def __str__(self) -> str:
        return f"{self.entity} {self.sourced_id}"


_MORE = re.compile(r"(.+) \+(\d+)")


def said_title(title: str) -> str:
    """The name of what was sent; of several files ("a.csv +2", as `services.start_sheets` keeps them), in words how many."""
    found = _MORE.fullmatch(title)
    if found is None:
        return title
    return gettext("%(name)s 等 %(n)s 个文件") % {"name": found[1], "n": int(found[2]) + 1}


class ImportRun(models.Model):
    """One file (or one filled-in sheet) on its way into the roster, and what became of it.

    `files` says per entity {"binding": "bulk" | "delta", "file": name, "rows": n}; `counts` per entity how many rows would
    (or did) create, change, leave, remove, skip. `phase` is the marker where a killed worker goes on.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    organization = models.ForeignKey("roster.Organization", models.PROTECT, related_name="import_runs")
    source = models.ForeignKey(Source, models.PROTECT, related_name="runs")
    kind = models.CharField(max_length=12, choices=RunKind, default=RunKind.ONEROSTER)
    state = models.CharField(max_length=12, choices=RunState, default=RunState.UPLOADED)
    title = models.CharField(max_length=120, help_text="what the sender called the file")
    stored_name = models.CharField(max_length=80, blank=True, help_text="kernel.files name; empty when it is gone")
    digest = models.CharField(max_length=64, help_text="SHA-256 of the file")
    size = models.BigIntegerField(default=0)
    files: "models.JSONField[Any, Any]" = models.JSONField(default=dict)
    counts: "models.JSONField[Any, Any]" = models.JSONField(default=dict)
    errors = models.PositiveIntegerField(default=0)
    warnings = models.PositiveIntegerField(default=0)
    as_of = models.DateTimeField(null=True, blank=True, help_text="the newest dateLastModified in it")
    phase = models.CharField(max_length=24, blank=True)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    cancel_asked = models.BooleanField(default=False)
    # entity → number of removals that somebody confirmed
    confirmed: "models.JSONField[Any, Any]" = models.JSONField(default=dict)
    leave_out_errors = models.BooleanField(default=False)
    fault = models.CharField(max_length=40, blank=True, help_text="why it stopped, by its code")
    fault_params: "models.JSONField[Any, Any]" = models.JSONField(default=dict)
    created_by = models.ForeignKey("roster.Person", models.PROTECT, null=True, blank=True, related_name="+")
    # who acts now (who sent it, then who confirmed it), under which grant: the worker acts as that person in that role
    acting = models.ForeignKey("roster.Person", models.PROTECT, null=True, blank=True, related_name="+")
    grant_id = models.UUIDField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    checked_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["organization", "-created_at"], name="import_run_organization"),
            models.Index(fields=["state"], name="import_run_state"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def name(self) -> str:
        """Its title as pages say it."""
        return said_title(self.title)


class StagedRow(models.Model):
    """One record of a run, read and waiting; see the module's contract."""

    id = models.BigAutoField(primary_key=True)
    # a million rows of one run that stays as long as they do: asking the database for each costs as much as writing it
    run = models.ForeignKey(ImportRun, models.CASCADE, related_name="rows", db_index=False, db_constraint=False)
    entity = models.CharField(max_length=16, choices=Entity)
    file = models.CharField(max_length=80)
    row_no = models.PositiveIntegerField()
    key = models.CharField(max_length=255)
    status = models.CharField(max_length=12, default="active", db_default="active")
    modified_at = models.DateTimeField(null=True)
    org_key = models.CharField(max_length=255, default="", db_default="")
    user_key = models.CharField(max_length=255, default="", db_default="")
    class_key = models.CharField(max_length=255, default="", db_default="")
    course_key = models.CharField(max_length=255, default="", db_default="")
    data: "models.JSONField[Any, Any]" = models.JSONField(default=dict)
    phone = models.BinaryField(null=True)
    phone_index = models.BinaryField(null=True)
    citizen_id = models.BinaryField(null=True)
    citizen_id_index = models.BinaryField(null=True)
    student_number = models.BinaryField(null=True)
    student_number_index = models.BinaryField(null=True)
    # the reader found an error in it: it is shown, and left out
    faulty = models.BooleanField(default=False, db_default=False)
    # filled by the check
    action = models.CharField(max_length=8, choices=RowAction, default="", db_default="", blank=True)
    object_id = models.UUIDField(null=True)
    org_id = models.UUIDField(null=True)
    person_id = models.UUIDField(null=True)
    class_id = models.UUIDField(null=True)
    course_id = models.UUIDField(null=True)
    before: "models.JSONField[Any, Any]" = models.JSONField(null=True)

    class Meta:
        indexes = [
            # whom a row names is looked up row by row; all else is joined for all rows at once
            models.Index(fields=["run", "key"], name="staged_row_user", condition=Q(entity=Entity.USERS)),
            # rows of a file in the order in which they lie on the disk
            models.Index(fields=["run", "entity", "row_no"], name="staged_row_place"),
        ]

    def __str__(self) -> str:
        return f"{self.file}:{self.row_no} {self.key}"


class Finding(models.Model):
    """Something wrong (or worth a look) in a file: where, and what by its code; the words are made when it is shown."""

    id = models.BigAutoField(primary_key=True)
    run = models.ForeignKey(ImportRun, models.CASCADE, related_name="findings", db_index=False)
    # a StagedRow, which may be gone before its findings are
    row_id = models.BigIntegerField(null=True)
    entity = models.CharField(max_length=16, choices=Entity, blank=True, db_default="")
    file = models.CharField(max_length=80, blank=True, db_default="")
    row_no = models.PositiveIntegerField(null=True)
    column = models.CharField(max_length=80, blank=True, db_default="")
    code = models.CharField(max_length=40)
    severity = models.CharField(max_length=8, choices=Severity)
    params: "models.JSONField[Any, Any]" = models.JSONField(default=dict, db_default={})
    # found by the check, which begins anew each time; the others are the reader's
    at_check = models.BooleanField(default=False, db_default=False)
    # the school it concerns, as far as known: for sending a school its own
    org_id = models.UUIDField(null=True)
    created_at = models.DateTimeField(db_default=Now())
    corrected_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["run", "severity", "file", "row_no"], name="finding_place"),
            models.Index(fields=["run", "org_id"], name="finding_school", condition=Q(org_id__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.file}:{self.row_no} {self.code}"


# Plain spreadsheets -------------------------------------------------------------------------------------------------------
class SheetMapping(models.Model):
    """What the columns under the same heads meant the last time: remembered per organisation."""

    organization = models.ForeignKey("roster.Organization", models.CASCADE, related_name="+", db_index=False)
    signature = models.CharField(max_length=64, help_text="engine.sheets.heads.signature_of")
    kind = models.CharField(max_length=12, choices=SheetKind)
    # field → place of its column, from 0
    columns: "models.JSONField[Any, Any]" = models.JSONField(default=dict)
    set_by = models.ForeignKey("roster.Person", models.PROTECT, null=True, blank=True, related_name="+")
    set_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "signature"], name="sheet_mapping_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.signature[:8]}"


class SheetFile(models.Model):
    """One sheet of one file of a run: where its head is, what its columns mean, and whose it is."""

    run = models.ForeignKey(ImportRun, models.CASCADE, related_name="sheets")
    label = models.CharField(max_length=80, help_text="file and sheet as findings name them; once a run")
    heads: "models.JSONField[Any, Any]" = models.JSONField(default=list)
    head_row = models.PositiveIntegerField(default=1)
    signature = models.CharField(max_length=64, blank=True)
    kind = models.CharField(max_length=12, choices=SheetKind, default=SheetKind.STUDENTS)
    columns: "models.JSONField[Any, Any]" = models.JSONField(default=dict, help_text="field → place, from 0")
    # field → how surely it was guessed (0..1); empty when remembered or said
    confidence: "models.JSONField[Any, Any]" = models.JSONField(default=dict)
    organization = models.ForeignKey("roster.Organization", models.PROTECT, null=True, blank=True, related_name="+")
    complete = models.CharField(max_length=8, choices=Complete, blank=True)
    rows = models.PositiveIntegerField(default=0)
    settled = models.BooleanField(default=False, help_text="somebody said, or has said before, what it is")
    left_out = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "label"], name="sheet_file_once")]

    def __str__(self) -> str:
        return self.label


class SheetRow(models.Model):
    """One row as it stands in the sheet, corrections included; sealed, since it has citizen IDs and phones in clear."""

    id = models.BigAutoField(primary_key=True)
    sheet = models.ForeignKey(SheetFile, models.CASCADE, related_name="row_set", db_index=False)
    row_no = models.PositiveIntegerField()
    cells = models.BinaryField(help_text="sealed JSON list of texts")
    left_out = models.BooleanField(default=False)
    org_id = models.UUIDField(null=True, help_text="the school, as far as known")
    corrected_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["sheet", "row_no"], name="sheet_row_once")]

    def __str__(self) -> str:
        return f"{self.sheet_id}:{self.row_no}"


class SheetCorrection(models.Model):
    """Who changed which cell of what into what, and when; or left a row out (`place` is null)."""

    run = models.ForeignKey(ImportRun, models.CASCADE, related_name="corrections", db_index=False)
    file = models.CharField(max_length=80)
    row_no = models.PositiveIntegerField()
    place = models.PositiveSmallIntegerField(null=True)
    column = models.CharField(max_length=80, blank=True)
    before = models.BinaryField(null=True, help_text="sealed")
    after = models.BinaryField(null=True, help_text="sealed")
    by = models.ForeignKey("roster.Person", models.PROTECT, null=True, blank=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["run", "-at"], name="sheet_correction_order")]

    def __str__(self) -> str:
        return f"{self.file}:{self.row_no}"


class SentErrors(models.Model):
    """A school was asked to correct its own rows of a run: who manages the school sees them from then on."""

    run = models.ForeignKey(ImportRun, models.CASCADE, related_name="sent", db_index=False)
    organization = models.ForeignKey("roster.Organization", models.PROTECT, related_name="+")
    sent_by = models.ForeignKey("roster.Person", models.PROTECT, null=True, blank=True, related_name="+")
    sent_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "organization"], name="sent_errors_once")]

    def __str__(self) -> str:
        return f"{self.run_id} → {self.organization_id}"


class Pull(models.Model):
    """The ids that one client's question was answered with, kept for the pages that follow.

    `ids` are 16 bytes each, in order, so that the n-th page is one slice whatever n is, and no record is met twice or missed
    because another was written between two pages. What a record may show is asked anew with each page.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    client = models.ForeignKey("connect.Client", models.CASCADE, related_name="+", db_index=False)
    question = models.CharField(max_length=64, help_text="SHA-256 of address, filter and order")
    ids = models.BinaryField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["client", "question"], name="pull_once")]
        indexes = [models.Index(fields=["created_at"], name="pull_age")]

    def __str__(self) -> str:
        return f"{self.client_id} {self.question[:8]}"


class Export(models.Model):
    """A OneRoster ZIP made for somebody: of which unit, whole or what changed since, and how long it may be fetched."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    organization = models.ForeignKey("roster.Organization", models.PROTECT, related_name="exports")
    mode = models.CharField(max_length=8, choices=RunMode)
    since = models.DateTimeField(null=True, blank=True, help_text="of a delta: what changed from then on")
    sensitive = models.BooleanField(default=False)
    purpose = models.CharField(max_length=300, blank=True)
    state = models.CharField(max_length=12, choices=ExportState, default=ExportState.WAITING)
    as_of = models.DateTimeField(null=True, blank=True, help_text="from when the next delta has to begin")
    phase = models.CharField(max_length=24, blank=True)
    done = models.PositiveIntegerField(default=0)
    counts: "models.JSONField[Any, Any]" = models.JSONField(default=dict)
    stored_name = models.CharField(max_length=80, blank=True, help_text="kernel.files name; empty when it is gone")
    size = models.BigIntegerField(default=0)
    cancel_asked = models.BooleanField(default=False)
    created_by = models.ForeignKey("roster.Person", models.PROTECT, null=True, blank=True, related_name="+")
    grant_id = models.UUIDField(null=True, blank=True, help_text="the role acted in, for the worker")
    created_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["organization", "-created_at"], name="export_organization")]

    def __str__(self) -> str:
        return f"{self.organization_id} {self.created_at:%Y-%m-%d %H:%M}"


class WeekImport(models.Model):
    """A school's timetable as read from a spreadsheet: lessons matched with the school, and what could not be.

    `rows` are [weekday, period, class, subject, teacher, room, weeks], ids as text, until a draft has them; `faults` the first of
    `wrong`: {sheet, cell, code, value}.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    organization = models.ForeignKey("roster.Organization", models.CASCADE, related_name="week_imports")
    title = models.CharField(max_length=100, help_text="the file's name")
    name = models.CharField(max_length=60, help_text="of the draft")
    first = models.DateField()
    last = models.DateField()
    rows = models.JSONField(default=list)
    faults = models.JSONField(default=list)
    wrong = models.PositiveIntegerField(default=0)
    entries = models.PositiveIntegerField(default=0, help_text="lessons read; stays when the rows are let go")
    passed = models.PositiveIntegerField(default=0, help_text="cells that are no subjects' lessons")
    timetable = models.ForeignKey("schedule.Timetable", models.SET_NULL, null=True, blank=True, related_name="+")
    created_by = models.ForeignKey("roster.Person", models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(db_default=Now())
    drafted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["organization", "-created_at"], name="week_import_newest")]
        constraints = [models.CheckConstraint(condition=Q(last__gte=models.F("first")), name="week_import_dates")]

    def __str__(self) -> str:
        return self.title
