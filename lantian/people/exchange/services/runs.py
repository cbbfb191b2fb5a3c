"""A run from its upload to its end: started, confirmed and cancelled by people, brought forward by the worker.

`proceed` is the worker's part. It goes on from the run's state, so a killed worker's run is simply taken up again (`resume` finds
those whose worker is gone by an advisory lock that its connection held). Reading is done file by file, the check and the
applying are one transaction each: killed in between, nothing is half done.
"""

import hashlib
import tempfile
import time
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, BinaryIO
from uuid import UUID

import structlog
from django.db import OperationalError, connection, transaction
from django.utils import timezone, translation

from lantian.kernel import files, jobs
from lantian.kernel.events import acted_by, publish
from lantian.kernel.files import FileRefused
from lantian.kernel.journal import services as journal
from lantian.kernel.rules import SYSTEM, Actor, Denied, check, require
from lantian.people.exchange import queries
from lantian.people.exchange.enums import WORKING, RunKind, RunState
from lantian.people.exchange.errors import FileNotTaken, FileUnusable, HasErrors, NotReady, RemovalsNotConfirmed
from lantian.people.exchange.events import ImportFailed
from lantian.people.exchange.models import Export, Finding, ImportRun, Source, StagedRow
from lantian.people.exchange.queries import holding
from lantian.people.exchange.queries.words import WORDS
from lantian.people.exchange.rules import may_import
from lantian.people.exchange.services import archive
from lantian.people.exchange.services.applying import apply_run
from lantian.people.exchange.services.archive import BadArchive
from lantian.people.exchange.services.checking import check_run
from lantian.people.exchange.services.exporting import FOLDER as EXPORTS
from lantian.people.exchange.services.outside import JOB, Outside, Stopped
from lantian.people.exchange.services.reading import read_run
from lantian.people.exchange.services.sheets.reading import read_sheets
from lantian.people.exchange.services.sheets.staging import stage_sheets
from lantian.people.exchange.services.sheets.work import (
    corrected_since,
    forget_cells,
    name_columns,
    newest_correction,
    take_turns,
)
from lantian.people.roster import queries as roster_queries
from lantian.people.roster.errors import ChangedMeanwhile, RosterError

if TYPE_CHECKING:
    from lantian.people.roster.models import Organization

log = structlog.get_logger("exchange")
FOLDER = "imports"
# What changed this long before a check began may have been committed after it.
OVERLAP_S = 30
# A file that nobody knows after so long was forgotten: writing one and remembering it are a moment apart.
STRAY_AFTER_S = 6 * 3600


# What people do ----------------------------------------------------------------------------------------------------------
def _stored(uploads: Sequence[tuple[str, BinaryIO]]) -> tuple[files.StoredFile, str]:
    """One archive from what was sent: a ZIP, or loose CSV files. (stored file, SHA-256). Raises FileNotTaken."""
    with tempfile.TemporaryFile() as packed:
        try:
            if len(uploads) == 1 and not uploads[0][0].lower().endswith(".csv"):
                source: BinaryIO = uploads[0][1]
            else:
                archive.pack(list(uploads), packed)
                source = packed
            source.seek(0)
            with archive.opened(source) as opened:
                archive.members(opened)
            source.seek(0)
            digest = hashlib.file_digest(source, "sha256").hexdigest()  # type: ignore[arg-type]
            source.seek(0)
            stored = files.save_upload(source, folder=FOLDER, kinds={"application/zip"}, limit=archive.MAX_UPLOAD)
        except BadArchive as error:
            raise FileNotTaken(str(WORDS[error.code]) % error.params) from error
        except FileRefused as error:
            raise FileNotTaken(str(WORDS["archive_broken"])) from error
    return stored, digest


def start_import(
    uploads: Sequence[tuple[str, BinaryIO]], *, organization: "Organization", source: str, by: Actor
) -> ImportRun:
    """Take a OneRoster ZIP (or its loose CSV files: (name, content) each) for a unit and all below; the worker reads it.

    `source` names where the records come from: what one source calls a thing never means another's. Raises Denied,
    FileNotTaken.
    """
    require(may_import, by, organization)
    stored, digest = _stored(uploads)
    with transaction.atomic():
        origin, _ = Source.objects.get_or_create(organization=organization, name=source.strip()[:80])
        run = ImportRun.objects.create(
            organization=organization,
            source=origin,
            kind=RunKind.ONEROSTER,
            title=uploads[0][0][:120],
            stored_name=stored.name,
            digest=digest,
            size=stored.size,
            created_by_id=by.person_id,
            acting_id=by.person_id,
            grant_id=by.grant.id if by.grant else None,
        )
        journal.record("exchange.import_started", run, by=by, title=run.title, source=origin.name)
        jobs.enqueue(JOB, run_id=str(run.pk))
    return run


@transaction.atomic
def confirm_import(
    run: ImportRun, *, by: Actor, removals: dict[str, int] | None = None, leave_out_errors: bool = False
) -> ImportRun:
    """Let a checked run be applied. `removals`: entity → the number that leaves, said by whoever confirms, where it is held.

    Raises Denied, NotReady, HasErrors, FileUnusable, RemovalsNotConfirmed.
    """
    row = ImportRun.objects.select_for_update(of=("self",)).select_related("organization").get(pk=run.pk)
    require(may_import, by, row.organization)
    if row.state != RunState.CHECKED:
        raise NotReady
    if queries.file_faults(row).exists():
        raise FileUnusable
    if row.errors and not leave_out_errors:
        raise HasErrors
    for entity, count in row.counts.get("held", {}).items():
        if (removals or {}).get(entity) != count:
            raise RemovalsNotConfirmed(field=f"removals_{entity}")
    row.state, row.cancel_asked, row.fault = RunState.APPLYING, False, ""
    row.confirmed, row.leave_out_errors = removals or {}, leave_out_errors
    row.acting_id, row.grant_id = by.person_id, by.grant.id if by.grant else None
    row.save()
    journal.record("exchange.import_confirmed", row, by=by, removals=removals or {}, leave_out_errors=leave_out_errors)
    jobs.enqueue(JOB, run_id=str(row.pk))
    return row


@transaction.atomic
def cancel_import(run: ImportRun, *, by: Actor) -> ImportRun:
    """Give a run up; one that is being worked at stops at its next step, with nothing written. Raises Denied, NotReady."""
    row = ImportRun.objects.select_for_update(of=("self",)).select_related("organization").get(pk=run.pk)
    require(may_import, by, row.organization)
    if row.state in {RunState.CHECKED, RunState.MAPPING}:
        _end(row, RunState.CANCELLED)
    elif row.state in WORKING:
        row.cancel_asked = True
        row.save(update_fields=["cancel_asked"])
    else:
        raise NotReady
    journal.record("exchange.import_cancelled", row, by=by)
    return row


@transaction.atomic
def check_again(run: ImportRun, *, by: Actor) -> ImportRun:
    """Compare with the roster anew, after corrections or other changes. Raises Denied, NotReady."""
    row = ImportRun.objects.select_for_update(of=("self",)).select_related("organization").get(pk=run.pk)
    require(may_import, by, row.organization)
    if row.state != RunState.CHECKED:
        raise NotReady
    row.state, row.fault = RunState.CHECKING, ""
    row.save(update_fields=["state", "fault"])
    jobs.enqueue(JOB, run_id=str(row.pk))
    return row


# What the worker does ----------------------------------------------------------------------------------------------------
def _end(run: ImportRun, state: str, fault: str = "", **params: Any) -> None:
    """The end of a run that was not applied: what it staged goes, what it found stays."""
    run.state, run.phase, run.fault, run.fault_params = state, "", fault, params
    run.finished_at = timezone.now()
    _drop_file(run)
    run.save()
    StagedRow.objects.filter(run=run).delete()
    forget_cells(run)
    if state == RunState.FAILED:
        publish(ImportFailed(object_id=run.pk, organization_id=run.organization_id, fault=fault, **acted_by(SYSTEM)))


def _drop_file(run: ImportRun) -> None:
    """The file holds personal facts in clear: once staged (or given up) it is not kept."""
    if run.stored_name:
        name, run.stored_name = run.stored_name, ""
        transaction.on_commit(lambda: files.remove(name))


def _actor(run: ImportRun) -> Actor | None:
    """Whoever sent or confirmed the run, in the same role; None when they hold it no more."""
    if run.acting is None:
        return SYSTEM
    actor = roster_queries.actor_of_person(run.acting, run.grant_id)
    if actor.grant is None or actor.grant.id != run.grant_id or not check(may_import, actor, run.organization):
        return None
    return actor


def proceed(run_id: UUID | str, *, patience_s: float = 0) -> None:
    """Bring a run forward as far as it goes without anybody's word. Another worker at the same run is left alone."""
    with Outside(UUID(str(run_id))) as outside:
        if not outside.hold(patience_s=patience_s):
            return
        run = ImportRun.objects.select_related("organization", "source", "acting").filter(pk=run_id).first()
        if run is None or run.state not in WORKING:
            return
        try:
            _forward(run, outside)
        except OperationalError:
            raise  # the database went away: the run is taken up again where it stands
        except Exception as error:  # noqa: BLE001 - whatever it is, the run must not look as if it went on for ever
            _stop(run, error)


def _stop(run: ImportRun, error: Exception) -> None:
    with transaction.atomic(), translation.override("zh-hans"):
        if isinstance(error, Stopped):
            _end(run, RunState.CANCELLED)
        elif isinstance(error, BadArchive):
            _end(run, RunState.FAILED, error.code, **error.params)
        elif isinstance(error, Denied):
            _end(run, RunState.FAILED, "refused", reason=str(error.reason))
        elif isinstance(error, RosterError):
            _end(run, RunState.FAILED, "refused", reason=str(error.message))
        else:
            log.error("import_failed", run=str(run.pk), exc_info=error)
            _end(run, RunState.FAILED, "internal")


def _forward(run: ImportRun, outside: Outside) -> None:
    actor = _actor(run)
    if actor is None:
        with transaction.atomic():
            _end(run, RunState.FAILED, "no_right")
        return
    if run.state in {RunState.UPLOADED, RunState.READING}:
        _read(run, outside)
    if run.state == RunState.CHECKING and run.kind == RunKind.SHEET:
        _check_sheets(run, actor, outside)
    elif run.state == RunState.CHECKING and not _is_older(run):
        check_run(run, by=actor, outside=outside)
    elif run.state == RunState.APPLYING:
        _apply(run, actor, outside)


def _read(run: ImportRun, outside: Outside) -> None:
    if not run.stored_name or not files.path_of(run.stored_name).exists():
        with transaction.atomic():
            _end(run, RunState.FAILED, "file_gone")
        return
    if run.state != RunState.READING:
        run.state = RunState.READING
        run.save(update_fields=["state"])
    known = True
    if run.kind == RunKind.SHEET:
        known = read_sheets(run, outside)
    else:
        read_run(run, outside)
    with transaction.atomic():
        run.state = RunState.CHECKING if known else RunState.MAPPING
        _drop_file(run)
        run.save(update_fields=["state", "stored_name"])


def _check_sheets(run: ImportRun, actor: Actor, outside: Outside) -> None:
    """Stage and check; and again when somebody corrected a cell meanwhile."""
    while True:
        seen = newest_correction(run)
        with transaction.atomic():
            take_turns(run.pk)
            stage_sheets(run, outside)
            check_run(run, by=actor, outside=outside)
            name_columns(run)
        with transaction.atomic():
            row = ImportRun.objects.select_for_update().get(pk=run.pk)
            if row.state != RunState.CHECKED or newest_correction(row) == seen:
                return
            row.state = run.state = RunState.CHECKING
            row.save(update_fields=["state"])


def _is_older(run: ImportRun) -> bool:
    """Data older than what was applied last would bring back what has changed since."""
    newest = StagedRow.objects.filter(run=run, modified_at__lte=timezone.now()).order_by("-modified_at")
    run.as_of = newest.values_list("modified_at", flat=True).first()
    last = run.source.last_as_of
    if run.as_of is None or last is None or run.as_of >= last:
        return False
    with transaction.atomic():
        _end(run, RunState.FAILED, "older", as_of=_said(run.as_of), last=_said(last))
    return True


def _said(moment: Any) -> str:
    return f"{timezone.localtime(moment):%Y-%m-%d %H:%M}"


def _apply(run: ImportRun, actor: Actor, outside: Outside) -> None:
    with transaction.atomic():
        _wait_for_scope(run, outside)
        counts = run.counts
        corrected = run.kind == RunKind.SHEET and corrected_since(run)
        if corrected:
            stage_sheets(run, outside)
        if corrected or _has_changed(run):
            check_run(run, by=actor, outside=outside)  # sets the state back to CHECKED
            if _numbers(run.counts) != _numbers(counts):
                run.fault = "changed_meanwhile"
                run.save(update_fields=["fault"])
                return
            run.state = RunState.APPLYING
            run.save(update_fields=["state"])
        try:
            apply_run(run, by=actor, outside=outside)
        except ChangedMeanwhile:
            check_run(run, by=actor, outside=outside)
            run.fault = "changed_meanwhile"
            run.save(update_fields=["fault"])


def _numbers(counts: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in counts.items() if key not in {"read", "files"}}


def _wait_for_scope(run: ImportRun, outside: Outside) -> None:
    """Of imports whose units overlap one is applied at a time: own unit alone, those above shared, from the root down."""
    labels = run.organization.path.split(".")
    for label in labels:
        function = "pg_try_advisory_xact_lock" + ("" if label == labels[-1] else "_shared")
        while True:
            with connection.cursor() as cursor:
                cursor.execute(f"SELECT {function}(hashtextextended(%s, 0))", [f"exchange:{label}"])
                if cursor.fetchone()[0]:
                    break
            outside.tell("apply:wait", 0, 1, now=True)
            time.sleep(1)


def _has_changed(run: ImportRun) -> bool:
    """Whether anything of the roster was written since the check began."""
    tables = ("roster_person", "roster_membership", "roster_organization", "roster_classgroup")
    since = " OR ".join(
        f"EXISTS (SELECT FROM {table} WHERE updated_at > %(at)s::timestamptz - interval '{OVERLAP_S} s')"
        for table in tables
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {since} OR EXISTS (SELECT FROM exchange_importrun WHERE state = 'applied' AND finished_at > %(at)s"
            " AND id <> %(run)s)",
            {"at": run.checked_at, "run": run.pk},
        )
        return bool(cursor.fetchone()[0])


def resume() -> int:
    """Take up the runs whose worker is gone; returns how many were looked at."""
    waiting = list(ImportRun.objects.filter(state__in=WORKING).values_list("pk", flat=True))
    for run_id in waiting:
        jobs.enqueue(JOB, run_id=str(run_id), resumed=True, once=f"import:{run_id}")
    return len(waiting)


def remove_strays() -> int:
    """Delete files of imports and exports that no row knows: a process killed between writing and remembering leaves people's
    facts behind. Returns how many.
    """
    gone = 0
    for folder, rows in ((FOLDER, ImportRun.objects.all()), (EXPORTS, Export.objects.all())):
        known = set(rows.exclude(stored_name="").values_list("stored_name", flat=True))
        gone += files.remove_strays(folder, known, older_s=STRAY_AFTER_S)
    return gone


def forget_old(before: datetime) -> int:
    """Retention: drop what is staged and found of runs that ended before a moment; their counts stay. Returns the number of
    staged rows."""
    Finding.objects.filter(run__finished_at__lt=before).delete()
    return int(holding.staged_until(before).delete()[0])
