"""Sheets into rows: every file of a run read, its head found, what its columns mean guessed or remembered."""

from uuid import UUID

from django.db import transaction

from lantian.people.exchange.engine.sheets.fields import Kind, missing
from lantian.people.exchange.engine.sheets.grids import Grid, SheetRefused
from lantian.people.exchange.engine.sheets.heads import Head, find_head, guess_kind, is_ours, signature_of
from lantian.people.exchange.engine.sheets.reading import read_file
from lantian.people.exchange.engine.sheets.rows import is_example, is_sum
from lantian.people.exchange.models import Finding, ImportRun, SheetFile, SheetMapping, SheetRow
from lantian.people.exchange.queries.sealing import seal_row
from lantian.people.exchange.services.outside import Outside
from lantian.people.exchange.services.reading import Findings
from lantian.people.exchange.services.sheets.places import Places
from lantian.people.exchange.services.sheets.uploads import unpacked

BATCH = 2000


class _Reading:
    def __init__(self, run: ImportRun) -> None:
        self.run = run
        self.findings = Findings(run)
        self.places = Places(run)
        above = [UUID(hex=label) for label in run.organization.path.split(".")]
        # the nearest organisation's word counts
        rows = SheetMapping.objects.filter(organization_id__in=above)
        self.remembered = {row.signature: row for row in sorted(rows, key=lambda row: above.index(row.organization_id))}
        self.labels: set[str] = set()

    def label(self, name: str, sheet: str) -> str:
        label = (f"{name[:50]} · {sheet[:24]}" if sheet else name)[:74].replace("\\", "/")
        number, wanted = 2, label
        while label in self.labels:
            label, number = f"{wanted} {number}", number + 1
        self.labels.add(label)
        return label

    def file(self, name: str, data: bytes) -> None:
        try:
            grids = read_file(data)
        except SheetRefused as refused:
            self.findings.add("", self.label(name, ""), None, (refused.code, "", "error", refused.params))
            return
        heads = [(grid, find_head(grid)) for grid in grids]
        shown = [pair for pair in heads if not pair[0].hidden]
        known = [pair for pair in shown if pair[1] is not None]
        for grid, head in heads:
            label = self.label(name, grid.sheet if len(shown) > 1 else "")
            if grid.hidden:
                self.findings.add("", label, None, ("sheet_hidden", "", "warning", {"name": grid.sheet}))
            elif head is not None:
                self.sheet(name, label, grid, head)
            elif known:
                self.findings.add("", label, None, ("sheet_unused", "", "warning", {}))
            else:
                self.findings.add("", label, None, ("sheet_no_head", "", "error", {}))

    def sheet(self, name: str, label: str, grid: Grid, head: Head) -> None:
        said = self.remembered.get(signature_of(head.heads))
        columns = {match.key: place for place, match in head.matches.items()}
        kind = guess_kind(list(columns), name, grid.sheet)
        ours = is_ours(kind, head.heads)
        if said is not None:
            kind, columns = Kind(said.kind), dict(said.columns)
        school = self.places.in_name(name) or self.places.in_name(grid.sheet) or self.places.own
        names_school = "school_name" in columns or "school_code" in columns
        sheet = SheetFile.objects.create(
            run=self.run,
            label=label,
            heads=[word[:80] for word in head.heads],
            head_row=head.row_no,
            signature=signature_of(head.heads),
            kind=kind,
            columns=columns,
            confidence={} if said or ours else {match.key: match.confidence for match in head.matches.values()},
            organization_id=school.pk if school else None,
            settled=bool(said or ours) and not missing(kind, list(columns)) and bool(school or names_school),
        )
        rows = [
            SheetRow(sheet=sheet, row_no=number, cells=seal_row(cells))
            for number, cells in grid.rows[head.data_from :]
            if not is_example(cells) and not is_sum(cells, columns)
        ]
        SheetRow.objects.bulk_create(rows, batch_size=BATCH)
        SheetFile.objects.filter(pk=sheet.pk).update(rows=len(rows))
        if not rows:
            self.findings.add("", label, None, ("no_rows", "", "warning", {}))


@transaction.atomic
def read_sheets(run: ImportRun, outside: Outside) -> bool:
    """Read all files of a run anew. Whether every sheet is known: else somebody has to say what its columns mean.

    Raises Stopped.
    """
    SheetFile.objects.filter(run=run).delete()
    Finding.objects.filter(run=run).delete()
    reading = _Reading(run)
    for number, (name, data) in enumerate(unpacked(run.stored_name), start=1):
        outside.tell("read:sheets", number, 0)
        reading.file(name, data)
    reading.findings.flush()
    run.counts = {"files": {"errors": reading.findings.errors, "warnings": reading.findings.warnings}}
    run.errors, run.warnings = reading.findings.errors, reading.findings.warnings
    run.save(update_fields=["counts", "errors", "warnings"])
    return not SheetFile.objects.filter(run=run, settled=False, left_out=False).exists()
