"""What the worker asks about the sheets of a run, and what it puts away."""

from uuid import UUID

from django.db import OperationalError, connection

from lantian.people.exchange.errors import BeingChecked
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


def take_turns(run_id: UUID, *, patience_s: int = 0) -> None:
    """Until the transaction ends, the check and corrections of a run follow one another.

    Both write what was found and then the run, in different orders: side by side each would wait for the other for ever. The
    run's own row cannot serve, as progress is written to it from outside the check's transaction. Raises BeingChecked when
    the turn has not come within `patience_s` (0: waits as long as it takes).
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [f"{patience_s}s"])
        try:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"exchange:check:{run_id}"])
        except OperationalError as error:  # the transaction is over with it
            raise BeingChecked from error


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
