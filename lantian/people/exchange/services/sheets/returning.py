"""A school's own errors: sent to it, as a workbook or in its pages, and taken back corrected into the same run."""

import io
import re
from collections import defaultdict
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lantian.kernel.journal import services as journal
from lantian.kernel.rules import Actor, require
from lantian.kernel.web.sheets import safe_cell
from lantian.people.exchange import queries
from lantian.people.exchange.engine.sheets.grids import Grid, SheetRefused, tidy
from lantian.people.exchange.engine.sheets.reading import read_file
from lantian.people.exchange.errors import FileNotTaken, NotReady, ReasonNeeded
from lantian.people.exchange.models import Finding, ImportRun, SentErrors, SheetRow
from lantian.people.exchange.queries.masking import is_mask, shown_cell
from lantian.people.exchange.queries.sealing import open_row
from lantian.people.exchange.queries.words import WORDS
from lantian.people.exchange.rules import may_correct, may_import
from lantian.people.exchange.services.sheets.correcting import (
    SHORTEST_REASON,
    check_anew,
    judge_rows,
    locked_run,
    set_cell,
)

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.cell import Cell

    from lantian.people.roster.models import Organization

REF = "行标识（请勿改动）"  # i18n: data
WORDS_HEAD = "问题"  # i18n: data
_REF = re.compile(r"R(\d{1,18})")
MOST_ROWS = 5000
_WRONG, _HEAD = "FFC9C9", "E8F1FB"


@transaction.atomic
def send_errors(run: ImportRun, organization: "Organization", *, by: Actor) -> SentErrors:
    """Ask a school to correct its own rows: whoever manages it sees them from now on. Raises Denied, NotReady."""
    row = locked_run(run.pk)
    require(may_import, by, row.organization)
    if organization.pk not in queries.errors_by_school(row):
        raise NotReady
    sent, _made = SentErrors.objects.update_or_create(
        run=row, organization=organization, defaults={"sent_by_id": by.person_id, "sent_at": timezone.now()}
    )
    journal.record("exchange.errors_sent", row, by=by, school=organization.name)
    return sent


def shown_cells(row: SheetRow, cells: list[str], clear: set[int]) -> list[str]:
    """A row as its school sees it: numbers are masked, in whatever column they stand, but for the places of `clear`."""
    padded = cells + [""] * (len(row.sheet.heads) - len(cells))
    return [text if place in clear else shown_cell(row.sheet, place, text) for place, text in enumerate(padded)]


def _wrong_rows(run: ImportRun, organization_id: UUID) -> dict[str, dict[int, list[Finding]]]:
    found: dict[str, dict[int, list[Finding]]] = defaultdict(lambda: defaultdict(list))
    rows = Finding.objects.filter(
        run=run, org_id=organization_id, severity="error", corrected_at__isnull=True, row_no__isnull=False
    ).order_by("file", "row_no", "id")
    for one in rows[:MOST_ROWS]:
        found[one.file][int(one.row_no or 0)].append(one)
    return found


def errors_book(
    run: ImportRun, organization: "Organization", *, watermark: str, by: Actor, clear: bool = False, reason: str = ""
) -> bytes:
    """The wrong rows of one school as a workbook: wrong cells marked, with what to do as a comment and in a last column.

    Numbers are masked; `clear` leaves the wrong ones open, for a `reason`. Who took it, how and why is on record. Raises Denied,
    ReasonNeeded.
    """
    require(may_correct, by, run, organization.pk)
    reason = reason.strip()[:200]
    if clear and len(reason) < SHORTEST_REASON:
        raise ReasonNeeded
    from openpyxl import Workbook  # half a second and forty megabytes, of every process that did so at its start

    book = Workbook()
    book.remove(book.worksheets[0])
    for label, rows in _wrong_rows(run, organization.pk).items():
        found = queries.sheet_rows(run, [(label, number) for number in rows])
        if found:
            lines = [(found[label, n], rows[n]) for n in sorted(rows) if (label, n) in found]
            _sheet(book, label, lines, watermark, clear=clear)
    if not book.worksheets:
        book.create_sheet(WORDS_HEAD)
    journal.record("exchange.errors_downloaded", run, by=by, organization=organization.name, clear=clear, reason=reason)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _put(sheet: object, row: int, column: int, text: str) -> "Cell":
    cell: Cell = sheet.cell(row, column, safe_cell(text) or None)  # type: ignore[attr-defined]  # a worksheet
    cell.number_format = "@"
    if cell.value is not None:
        cell.data_type = "s"
    return cell


def _sheet(
    book: "Workbook", label: str, lines: "list[tuple[SheetRow, list[Finding]]]", watermark: str, *, clear: bool
) -> None:
    from openpyxl.comments import Comment  # slow to load, as in `errors_book`
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter

    wrong_fill, head_fill = (PatternFill("solid", fgColor=colour) for colour in (_WRONG, _HEAD))
    name = "".join(sign for sign in label if sign not in r"[]:*?/\'")[:28] or WORDS_HEAD
    sheet = book.create_sheet(name)
    sheet.oddFooter.center.text = watermark.replace("&", "&&")
    _put(sheet, 1, 1, watermark).font = Font(color="808080", size=9)
    heads = [REF, *lines[0][0].sheet.heads, WORDS_HEAD]
    for place, word in enumerate(heads, start=1):
        cell = _put(sheet, 2, place, str(word))
        cell.font, cell.fill, cell.alignment = Font(bold=True), head_fill, Alignment(wrap_text=True, vertical="center")
        sheet.column_dimensions[get_column_letter(place)].width = max(12, min(30, len(str(word)) * 2 + 4))
    sheet.column_dimensions[get_column_letter(len(heads))].width = 60
    sheet.freeze_panes = "B3"
    for number, (row, findings) in enumerate(lines, start=3):
        wrong = {place for one in findings if isinstance(place := one.params.get("place"), int)}
        _put(sheet, number, 1, f"R{row.pk}")
        for place, text in enumerate(shown_cells(row, open_row(row.cells), wrong if clear else set())):
            cell = _put(sheet, number, place + 2, text)
            if place in wrong:
                said = [queries.finding_words(one) for one in findings if one.params.get("place") == place]
                cell.fill, cell.comment = wrong_fill, Comment("\n".join(said), "")
        words = _("；").join(f"{one.column}：{queries.finding_words(one)}" for one in findings)
        _put(sheet, number, len(heads), words).alignment = Alignment(wrap_text=True)


def _returned(content: bytes) -> list[tuple[int, list[str]]]:
    """(row's number, its cells) of every line of a workbook that we had sent. Raises FileNotTaken."""
    try:
        grids = read_file(content)
    except SheetRefused as refused:
        raise FileNotTaken(str(WORDS[refused.code]) % refused.params) from refused
    found = [line for grid in grids for line in _lines(grid)]
    if not found:
        raise FileNotTaken(_("这不是发给学校的那份表：第一列应为“%(head)s”。") % {"head": REF})
    return found[:MOST_ROWS]


def _lines(grid: Grid) -> list[tuple[int, list[str]]]:
    lines = []
    width = 0
    for _number, cells in grid.rows:
        if cells[0] == REF:
            width = len(cells) - 2 if WORDS_HEAD in cells else len(cells) - 1
        elif width and (match := _REF.fullmatch(cells[0])):
            lines.append((int(match[1]), (cells[1:] + [""] * width)[:width]))
    return lines


@transaction.atomic
def take_back(run: ImportRun, content: bytes, *, by: Actor) -> int:
    """Put what a school corrected in its workbook into the run; how many cells changed. Raises NotReady, FileNotTaken, Denied.

    Rows that are not the run's, or that the actor may not correct, are refused as a whole.
    """
    row = locked_run(run.pk)
    lines = dict(_returned(content))
    found = SheetRow.objects.filter(sheet__run=row, pk__in=lines, left_out=False).select_related("sheet")
    changed, touched = 0, []
    for each in found:
        require(may_correct, by, row, each.org_id)
        before = open_row(each.cells)
        shown = shown_cells(each, before, set())  # a number that was sent in clear and stands unchanged is no change
        differing = [
            (place, tidy(text))
            for place, text in enumerate(lines[each.pk])
            if place < len(shown) and text not in {shown[place], safe_cell(shown[place])} and not is_mask(text)
        ]
        changed += sum([set_cell(each, place, text, by=by) for place, text in differing])
        if differing:
            touched.append(each)
    if touched:
        journal.record("exchange.errors_returned", row, by=by, cells=changed)
        judge_rows(touched, row)
        check_anew(row)
    return changed
