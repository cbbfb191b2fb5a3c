"""Corrections in the page: a cell, the same wrong spelling everywhere, a row left out. Each is kept: who, when, before, after."""

from collections.abc import Iterable
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from lantian.kernel import jobs
from lantian.kernel.journal import services as journal
from lantian.kernel.rules import Actor, require
from lantian.people.exchange.engine.sheets.grids import tidy
from lantian.people.exchange.engine.sheets.rows import RowReader
from lantian.people.exchange.enums import RunKind, RunState, Severity
from lantian.people.exchange.errors import NotReady, ReasonNeeded, StillMasked
from lantian.people.exchange.models import Finding, ImportRun, SheetCorrection, SheetRow
from lantian.people.exchange.queries.masking import fact_at, is_mask
from lantian.people.exchange.queries.sealing import open_row, seal_cell, seal_row
from lantian.people.exchange.queries.sheets import person_of_row
from lantian.people.exchange.rules import may_correct
from lantian.people.exchange.services.outside import JOB
from lantian.people.exchange.services.sheets.places import Places
from lantian.people.exchange.services.sheets.staging import finding_of, frame_of, read_line
from lantian.people.exchange.services.sheets.work import take_turns

OPEN_TO_CORRECTION = (RunState.CHECKED, RunState.CHECKING)
MOST_AT_ONCE = 5000
SHORTEST_REASON = 4
PATIENCE_S = 10  # most lists are checked within; of hundreds of them one is told to try again


def locked_run(run_id: UUID) -> ImportRun:
    """The run for one correction after the other, and none while the worker writes what it has found. Raises NotReady,
    BeingChecked."""
    take_turns(run_id, patience_s=PATIENCE_S)
    run = ImportRun.objects.select_for_update(of=("self",)).select_related("organization").get(pk=run_id)
    if run.kind != RunKind.SHEET or run.state not in OPEN_TO_CORRECTION:
        raise NotReady
    return run


def check_anew(run: ImportRun) -> None:
    """What depends on other rows and on the roster is checked by the worker; what a row says by itself was, at once."""
    if run.state == RunState.CHECKED:
        run.state, run.fault = RunState.CHECKING, ""
        run.save(update_fields=["state", "fault"])
        jobs.enqueue(JOB, run_id=str(run.pk))


def set_cell(row: SheetRow, place: int, text: str, *, by: Actor) -> bool:
    """Put a text into a cell; False when it stood there already."""
    cells = open_row(row.cells)
    cells += [""] * (place + 1 - len(cells))
    before = cells[place]
    if before == text:
        return False
    cells[place] = text
    row.cells, row.corrected_at = seal_row(cells), timezone.now()
    row.save(update_fields=["cells", "corrected_at"])
    heads = row.sheet.heads
    SheetCorrection.objects.create(
        run_id=row.sheet.run_id,
        file=row.sheet.label,
        row_no=row.row_no,
        place=place,
        column=str(heads[place])[:80] if place < len(heads) else "",
        before=seal_cell(before),
        after=seal_cell(text),
        by_id=by.person_id,
    )
    return True


def judge_rows(rows: Iterable[SheetRow], run: ImportRun) -> None:
    """Read corrected rows anew and set what is wrong with each by itself; what was found before is settled."""
    places, today = Places(run), timezone.localdate()
    readers: dict[int, RowReader] = {}
    made: list[Finding] = []
    for row in rows:
        sheet = row.sheet
        reader = readers.setdefault(sheet.pk, RowReader(frame_of(sheet, today)))
        line = read_line(sheet, row, open_row(row.cells), reader, places)
        row.org_id = line.school.pk if line.school else sheet.organization_id
        row.save(update_fields=["org_id"])
        _settle(row)
        for fault in line.said.faults:
            code, column, severity, params = finding_of(line, fault)
            made.append(
                Finding(
                    run=run, entity="users", file=sheet.label, row_no=row.row_no, column=column, code=code,
                    severity=severity, params=params, org_id=row.org_id,
                )
            )  # fmt: skip
    Finding.objects.bulk_create(made)


def _settle(row: SheetRow) -> None:
    Finding.objects.filter(
        run_id=row.sheet.run_id, file=row.sheet.label, row_no=row.row_no, corrected_at__isnull=True
    ).update(corrected_at=timezone.now())


@transaction.atomic
def correct_cell(row: SheetRow, *, place: int, text: str, by: Actor) -> None:
    """Write `text` into the column at `place` (from 0) of a row, and judge the row anew. Raises Denied, NotReady, StillMasked."""
    run = locked_run(row.sheet.run_id)
    row.refresh_from_db(fields=["cells", "org_id"])  # what somebody else corrected meanwhile stays
    require(may_correct, by, run, row.org_id)
    if not 0 <= place < len(row.sheet.heads):
        raise NotReady
    if is_mask(text):
        raise StillMasked
    if set_cell(row, place, tidy(text), by=by):
        journal.record("exchange.cell_corrected", run, by=by, file=row.sheet.label, row=row.row_no)
        judge_rows([row], run)
        check_anew(run)


@transaction.atomic
def reveal_cell(row: SheetRow, *, place: int, reason: str, by: Actor) -> str:
    """Read a number that is shown masked. Who, which and why is written down first: in the history of whom it is about, where the
    roster knows them, else in that of the run.

    Raises Denied, ReasonNeeded; NotReady for a place that holds none.
    """
    run = ImportRun.objects.select_related("organization").get(pk=row.sheet.run_id)
    require(may_correct, by, run, row.org_id)
    cells = open_row(row.cells)
    text = cells[place] if 0 <= place < len(cells) else ""
    what = fact_at(row.sheet, place, text)
    if what is None:
        raise NotReady
    if len(reason.strip()) < SHORTEST_REASON:
        raise ReasonNeeded
    about = person_of_row(run, row) or run
    reason = reason.strip()[:200]
    file, number = row.sheet.label, row.row_no
    journal.record("exchange.cell_revealed", about, by=by, what=what, file=file, row=number, reason=reason)
    return text


@transaction.atomic
def correct_spelling(finding: Finding, *, text: str, by: Actor) -> int:
    """Write `text` wherever the run's lists have the same wrong word under the same column; how many cells. Raises Denied,
    NotReady.

    Only rows that the actor may correct are touched, and only those with the same thing found.
    """
    run = locked_run(finding.run_id)
    require(may_correct, by, run, finding.org_id)
    if is_mask(str(finding.params.get("value", ""))):  # of a number only the ends are kept: two may look alike
        raise NotReady
    alike = Finding.objects.filter(
        run=run, code=finding.code, column=finding.column, corrected_at__isnull=True,
        params__value=finding.params.get("value"),
    ).order_by("id")  # fmt: skip
    rows = _rows_of(run, alike[:MOST_AT_ONCE])
    touched = []
    for row, found in rows:
        if not may_correct(by, run, row.org_id):
            continue
        place = found.params.get("place")
        if isinstance(place, int) and set_cell(row, place, tidy(text), by=by):
            touched.append(row)
    if touched:
        journal.record("exchange.spelling_corrected", run, by=by, column=finding.column, cells=len(touched))
        judge_rows(touched, run)
        check_anew(run)
    return len(touched)


def _rows_of(run: ImportRun, findings: Iterable[Finding]) -> list[tuple[SheetRow, Finding]]:
    wanted = {(one.file, one.row_no): one for one in findings}
    numbers = {number for _file, number in wanted if number is not None}
    rows = SheetRow.objects.filter(sheet__run=run, row_no__in=numbers, left_out=False).select_related("sheet")
    return [(row, wanted[row.sheet.label, row.row_no]) for row in rows if (row.sheet.label, row.row_no) in wanted]


@transaction.atomic
def leave_out(row: SheetRow, *, by: Actor, undo: bool = False) -> None:
    """Leave a row out of the run, or take it in again. Raises Denied, NotReady."""
    run = locked_run(row.sheet.run_id)
    row.refresh_from_db(fields=["cells", "org_id", "left_out"])
    require(may_correct, by, run, row.org_id)
    if row.left_out != undo:
        return
    row.left_out = not undo
    row.save(update_fields=["left_out"])
    SheetCorrection.objects.create(run=run, file=row.sheet.label, row_no=row.row_no, by_id=by.person_id)
    journal.record("exchange.row_left_out", run, by=by, file=row.sheet.label, row=row.row_no, undo=undo)
    if row.left_out:
        _settle(row)
    else:
        judge_rows([row], run)
    check_anew(run)


@transaction.atomic
def leave_out_file(finding: Finding, *, by: Actor) -> None:
    """Go on without a file that cannot be read. Raises Denied, NotReady."""
    run = locked_run(finding.run_id)
    require(may_correct, by, run)
    if finding.row_no is not None or finding.severity != Severity.ERROR:
        raise NotReady
    finding.corrected_at = timezone.now()
    finding.save(update_fields=["corrected_at"])
    SheetCorrection.objects.create(run=run, file=finding.file, row_no=0, by_id=by.person_id)
    journal.record("exchange.file_left_out", run, by=by, file=finding.file)
    check_anew(run)
