"""What the columns mean: said once by somebody, remembered for the same heads."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lantian.kernel import jobs
from lantian.kernel.journal import services as journal
from lantian.kernel.rules import Actor, require
from lantian.people.exchange.engine.sheets.fields import FIELDS, OF_KIND, Kind, missing
from lantian.people.exchange.enums import Complete, RunKind, RunState
from lantian.people.exchange.errors import MappingIncomplete, NotReady
from lantian.people.exchange.models import ImportRun, SheetFile, SheetMapping
from lantian.people.exchange.rules import may_import
from lantian.people.exchange.services.outside import JOB
from lantian.people.exchange.services.sheets.places import Places


@dataclass(frozen=True)
class SheetAnswer:
    """What somebody says about one sheet. `columns`: field → place, from 0. `organization_id`: whose list it is."""

    kind: str
    columns: Mapping[str, int]
    organization_id: UUID | None = None
    complete: str = ""
    left_out: bool = field(default=False)


@transaction.atomic
def settle_sheets(run: ImportRun, answers: Mapping[int, SheetAnswer], *, by: Actor) -> ImportRun:
    """Say what the sheets of a run (by id) are; with the last of them known the run is checked. Raises Denied, NotReady,
    MappingIncomplete.

    What columns mean is remembered for the run's organisation.
    """
    row = ImportRun.objects.select_for_update(of=("self",)).select_related("organization").get(pk=run.pk)
    require(may_import, by, row.organization)
    if row.kind != RunKind.SHEET or row.state not in {RunState.MAPPING, RunState.CHECKED}:
        raise NotReady
    sheets = SheetFile.objects.filter(run=row).in_bulk()
    places = Places(row)
    for pk, answer in answers.items():
        sheet = sheets.get(pk)
        if sheet is None:
            raise NotReady
        _settle(row, sheet, answer, places, by)
    if SheetFile.objects.filter(run=row, left_out=True).count() == len(sheets):
        raise MappingIncomplete(_("每张表都选了不导入。要放弃这一批，请取消导入。"))
    if not SheetFile.objects.filter(run=row, settled=False, left_out=False).exists():
        row.state, row.fault = RunState.CHECKING, ""
        row.save(update_fields=["state", "fault"])
        jobs.enqueue(JOB, run_id=str(row.pk))
    journal.record("exchange.columns_settled", row, by=by, sheets=len(answers))
    return row


def _settle(run: ImportRun, sheet: SheetFile, answer: SheetAnswer, places: Places, by: Actor) -> None:
    kind = Kind(answer.kind)
    columns = {key: int(place) for key, place in answer.columns.items() if key in OF_KIND[kind]}
    if any(not 0 <= place < len(sheet.heads) for place in columns.values()) or answer.complete not in Complete.values:
        raise NotReady
    if not answer.left_out:
        if lacking := missing(kind, list(columns)):
            words = _("、").join(_(" 或 ").join(FIELDS[key].title for key in group) for group in lacking)
            raise MappingIncomplete(_("“%(file)s”还缺：%(columns)s。") % {"file": sheet.label, "columns": words})
        named = "school_name" in columns or "school_code" in columns
        if answer.organization_id is not None and answer.organization_id not in places.schools:
            raise NotReady
        if not named and answer.organization_id is None and places.own is None:
            raise MappingIncomplete(_("“%(file)s”里没有学校一列，请选择它是哪所学校的。") % {"file": sheet.label})
    sheet.kind, sheet.columns, sheet.confidence = kind, columns, {}
    sheet.organization_id, sheet.complete = answer.organization_id, answer.complete
    sheet.settled, sheet.left_out = True, answer.left_out
    sheet.save()
    if not answer.left_out:
        SheetMapping.objects.update_or_create(
            organization=run.organization,
            signature=sheet.signature,
            defaults={"kind": kind, "columns": columns, "set_by_id": by.person_id, "set_at": timezone.now()},
        )
