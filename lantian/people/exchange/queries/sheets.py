"""Sheets of a run, their rows and corrections; and what a school was sent."""

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from lantian.kernel.rules import SYSTEM, Actor
from lantian.people.exchange.enums import Entity, RunKind
from lantian.people.exchange.models import (
    Finding,
    ImportRun,
    SentErrors,
    SheetCorrection,
    SheetFile,
    SheetRow,
    StagedRow,
)
from lantian.people.exchange.queries.runs import findings_of, runs_visible_to
from lantian.people.exchange.queries.sealing import open_row
from lantian.people.roster.enums import Role
from lantian.people.roster.queries import class_groups_of_schools, people_visible_to
from lantian.people.roster.queries.finding import citizen_id_index, student_number_index

if TYPE_CHECKING:
    from lantian.people.roster.models import Person

_LONG = re.compile(r"[0-9A-Za-z]{9,}")
CORRECTORS = (Role.OFFICER, Role.SCHOOL_HEAD, Role.SCHOOL_IT)


def sheets_of(run: ImportRun) -> QuerySet[SheetFile]:
    return SheetFile.objects.filter(run=run).select_related("organization").order_by("id")


def sheet_rows(run: ImportRun, places: Iterable[tuple[str, int]]) -> dict[tuple[str, int], SheetRow]:
    """Rows by (label of the sheet, number)."""
    wanted = set(places)
    rows = SheetRow.objects.filter(
        sheet__run=run, sheet__label__in={label for label, _n in wanted}, row_no__in={number for _l, number in wanted}
    ).select_related("sheet")
    return {(row.sheet.label, row.row_no): row for row in rows if (row.sheet.label, row.row_no) in wanted}


def sent_to(actor: Actor, run: ImportRun | None = None) -> QuerySet[SentErrors]:
    """What schools that the actor manages were asked to correct; of one run, or all."""
    if not actor.has_role(*CORRECTORS):
        return SentErrors.objects.none()
    found = SentErrors.objects.filter(organization__path__within_any=list(actor.paths))
    return found if run is None else found.filter(run=run)


def lists_visible_to(actor: Actor) -> QuerySet[ImportRun]:
    """Lists that the actor sees, and those of which a school that the actor manages was sent its own errors."""
    mine = runs_visible_to(actor).filter(kind=RunKind.SHEET)
    rows = ImportRun.objects.select_related("organization", "source", "created_by").filter(kind=RunKind.SHEET)
    return rows.filter(Q(pk__in=mine.order_by().values("pk")) | Q(pk__in=sent_to(actor).values("run_id"))).order_by(
        "-created_at"
    )


def findings_to_correct(actor: Actor, run: ImportRun) -> QuerySet[Finding]:
    """What is wrong in the rows that the actor may look at: all, or those of the schools that were sent theirs."""
    found = findings_of(run)
    if runs_visible_to(actor).filter(pk=run.pk).exists():
        return found
    return found.filter(org_id__in=sent_to(actor, run).values("organization_id"), row_no__isnull=False)


def errors_by_file(findings: QuerySet[Finding]) -> list[dict[str, Any]]:
    """File, column and what is wrong, with how many: what to look at first."""
    rows = (
        findings.filter(row_no__isnull=False)
        .values("file", "column")
        .annotate(errors=Count("id", filter=Q(severity="error")), warnings=Count("id", filter=Q(severity="warning")))
        .order_by("file", "column")
    )
    return [dict(row) for row in rows]


def errors_by_school(run: ImportRun) -> dict[UUID, int]:
    """Open errors per school."""
    rows = Finding.objects.filter(run=run, severity="error", corrected_at__isnull=True, org_id__isnull=False)
    return dict(rows.values_list("org_id").annotate(count=Count("id")).order_by())


def corrections_of(run: ImportRun) -> QuerySet[SheetCorrection]:
    return SheetCorrection.objects.filter(run=run).select_related("by").order_by("-at", "-id")


def samples_of(sheet: SheetFile, most: int = 3) -> list[list[str]]:
    """For each column of a sheet a few of its cells, long numbers masked: enough to know what it holds."""
    found: list[list[str]] = [[] for _head in sheet.heads]
    for row in SheetRow.objects.filter(sheet=sheet).order_by("row_no")[:20]:
        for place, text in enumerate(open_row(row.cells)[: len(found)]):
            if text and len(found[place]) < most:
                found[place].append(_LONG.sub(lambda match: f"{match[0][:4]}…{match[0][-2:]}", text)[:24])
    return found


def sent_of(run: ImportRun) -> QuerySet[SentErrors]:
    return SentErrors.objects.filter(run=run)


def class_names_of(school_ids: Iterable[UUID]) -> list[str]:
    """What the homeroom classes of these schools are called, for choosing one."""
    groups = class_groups_of_schools(school_ids).filter(kind="homeroom")
    return list(dict.fromkeys(groups.order_by("grade", "number").values_list("name", flat=True)))[:300]


def asked_of(actor: Actor) -> QuerySet[SentErrors, UUID]:
    """The runs of units above in which a school of the actor's own was asked to correct something."""
    own = sent_to(actor).exclude(run__organization__path__within_any=list(actor.paths))
    return own.values_list("run_id", flat=True)


def person_of_row(run: ImportRun, row: SheetRow) -> "Person | None":
    """Whom of the roster a row is about: as the last check found out, or (a row with an error is not matched) by its numbers."""
    staged = StagedRow.objects.filter(run=run, file=row.sheet.label, row_no=row.row_no, entity=Entity.USERS)
    known = staged.exclude(object_id=None).values_list("object_id", flat=True).first()
    q = Q(pk=known) if known else Q(pk__in=[])
    cells = open_row(row.cells)
    for field, index in (("citizen_id", citizen_id_index), ("student_number", student_number_index)):
        place = row.sheet.columns.get(field)
        if isinstance(place, int) and place < len(cells) and cells[place]:
            q |= Q(**{f"{field}_index": index(cells[place])})
    return people_visible_to(SYSTEM).filter(q).first()
