"""What the worker asks about the sheets of a run, and what it puts away."""

from django.db import connection

from lantian.people.exchange.models import Finding, ImportRun, SheetCorrection, SheetFile, SheetRow
from lantian.people.exchange.services.sheets.staging import column_of

# What the common check calls columns, and which field of a sheet that is.
FIELD_OF = {
    "metadata.cn.name": "name",
    "metadata.cn.citizenId": "citizen_id",
    "metadata.cn.studentNumber": "student_number",
    "sourcedId": "name",
    "userSourcedId": "name",
    "classSourcedId": "class_name",
    "title": "class_name",
    "schoolSourcedId": "school_name",
    "orgSourcedId": "school_name",
    "agentSourcedIds": "guardian_name",
    "": "name",
}


def newest_correction(run: ImportRun) -> int:
    """The number of the last correction; corrections of one run follow one another (they lock it)."""
    return SheetCorrection.objects.filter(run=run).order_by("-id").values_list("id", flat=True).first() or 0


def corrected_since(run: ImportRun) -> bool:
    """Whether a cell was corrected after the last check began."""
    return run.checked_at is None or SheetCorrection.objects.filter(run=run, at__gte=run.checked_at).exists()


def forget_cells(run: ImportRun) -> None:
    """Rows of sheets hold personal facts: with the end of a run they go, their corrections too; findings and counts stay."""
    SheetRow.objects.filter(sheet__run=run).delete()
    SheetCorrection.objects.filter(run=run).update(before=None, after=None)


def name_columns(run: ImportRun) -> None:
    """What the common check found, under the heads of the sheet it is about; and every finding with the school of its row."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE exchange_finding f SET org_id = r.org_id FROM exchange_sheetrow r JOIN exchange_sheetfile s"
            " ON s.id = r.sheet_id WHERE s.run_id = %s AND f.run_id = s.run_id AND f.file = s.label AND f.row_no = r.row_no"
            " AND f.org_id IS DISTINCT FROM r.org_id",
            [run.pk],
        )
    sheets = {sheet.label: sheet for sheet in SheetFile.objects.filter(run=run)}
    found = Finding.objects.filter(run=run, at_check=True)
    for label, column in set(found.values_list("file", "column")):
        sheet, field = sheets.get(label), FIELD_OF.get(column)
        if sheet is None or field is None:
            continue
        if field == "class_name" and field not in sheet.columns:
            field = "class_number"
        head, place = column_of(sheet, field)
        for one in found.filter(file=label, column=column):
            one.column, one.params = head[:80], one.params | {"place": place, "field": field}
            one.save(update_fields=["column", "params"])
