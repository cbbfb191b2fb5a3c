"""OneRoster ZIPs: asked for by people, made by the worker, fetched once or more until they expire.

A delta begins `OVERLAP` before the moment named: rows bear the time at which their transaction began, and one that began before
may have been committed after it. A record met twice does no harm, one missed does.
"""

import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, BinaryIO
from uuid import UUID

import structlog
from django.db import OperationalError, transaction
from django.utils import timezone

from lantian.kernel import files, jobs
from lantian.kernel.events import acted_by, publish
from lantian.kernel.journal import services as journal
from lantian.kernel.rules import SYSTEM, Actor, check, require
from lantian.people.exchange import events
from lantian.people.exchange.engine import oneroster
from lantian.people.exchange.enums import EXPORTING, Entity, ExportState, RunMode
from lantian.people.exchange.errors import ExportNeedsPurpose, ExportNotReady
from lantian.people.exchange.models import Export
from lantian.people.exchange.queries.oneroster import Scope, stream
from lantian.people.exchange.rules import may_export, may_export_sensitive, may_view_export
from lantian.people.exchange.services.pulls import record_fetched
from lantian.people.roster.queries import actor_of_person

if TYPE_CHECKING:
    from lantian.people.roster.models import Organization

log = structlog.get_logger("exchange")
JOB = "exchange.export"
FOLDER = "exports"
OVERLAP = timedelta(hours=1)
KEEP, KEEP_SENSITIVE = timedelta(days=7), timedelta(days=1)
LIMIT = 4 * 2**30
CHUNK = 2000
SYSTEM_NAME = "Lantian"
MARK = "metadata.cn.exportId"


class Cancelled(Exception):
    """Somebody asked to stop."""


@transaction.atomic
def start_export(
    organization: "Organization",
    *,
    by: Actor,
    mode: str = RunMode.BULK,
    since: datetime | None = None,
    sensitive: bool = False,
    purpose: str = "",
) -> Export:
    """Have a ZIP made of a unit and all below; `since` (of a delta): what changed from then on, gone or not.

    `sensitive` puts phone, citizen ID and student number in, and wants a purpose. Raises Denied, ExportNeedsPurpose.
    """
    require(may_export, by, organization)
    if sensitive:
        require(may_export_sensitive, by, organization)
        if not purpose.strip():
            raise ExportNeedsPurpose
    export = Export.objects.create(
        organization=organization,
        mode=mode,
        since=since if mode == RunMode.DELTA else None,
        sensitive=sensitive,
        purpose=purpose.strip(),
        created_by_id=by.person_id,
        grant_id=by.grant.id if by.grant else None,
    )
    journal.record("exchange.export_started", export, by=by, mode=mode, sensitive=sensitive, purpose=export.purpose)
    jobs.enqueue(JOB, export_id=str(export.pk), lock=f"export:{export.pk}")
    return export


@transaction.atomic
def cancel_export(export: Export, *, by: Actor) -> None:
    """Stop one that waits or is being made. Raises Denied, ExportNotReady."""
    require(may_view_export, by, export)
    if not Export.objects.filter(pk=export.pk, state__in=EXPORTING).update(cancel_asked=True):
        raise ExportNotReady
    journal.record("exchange.export_cancelled", export, by=by)


@transaction.atomic
def fetch_export(export: Export, *, by: Actor) -> str:
    """The stored file's name, for handing it out; every fetching is on record. Raises Denied, ExportNotReady."""
    require(may_view_export, by, export)
    require(may_export_sensitive if export.sensitive else may_export, by, export.organization)
    row = Export.objects.select_for_update(of=("self",)).get(pk=export.pk)
    if row.state != ExportState.READY or not row.stored_name or (row.expires_at and row.expires_at < timezone.now()):
        raise ExportNotReady
    journal.record("exchange.export_downloaded", row, by=by, size=row.size)
    return row.stored_name


def _acting(export: Export) -> Actor | None:
    """Whoever asked, in the same role; None when they may no more."""
    if export.created_by is None:
        return SYSTEM
    actor = actor_of_person(export.created_by, export.grant_id)
    wanted = may_export_sensitive if export.sensitive else may_export
    same = actor.grant is not None and actor.grant.id == export.grant_id
    return actor if same and check(wanted, actor, export.organization) else None


def run_export(export_id: UUID | str) -> None:
    """The worker's part. Begun anew when its worker was killed; nothing is there to fetch before all is."""
    export = Export.objects.select_related("organization", "created_by").get(pk=export_id)
    if export.state not in EXPORTING:
        return
    by = _acting(export)
    if by is None:
        _end(export, ExportState.FAILED)
        return
    now = timezone.now()
    Export.objects.filter(pk=export.pk).update(state=ExportState.RUNNING, as_of=now, done=0, counts={})
    try:
        with tempfile.TemporaryFile() as handle:
            counts = _write(export, handle, by, now)
            handle.seek(0)
            stored = files.save_upload(handle, folder=FOLDER, kinds={"application/zip"}, limit=LIMIT)
    except Cancelled:
        _end(export, ExportState.CANCELLED)
    except OperationalError:
        raise  # the database went away: the job is tried again
    except Exception as error:  # whatever it is, the page must not wait for ever
        log.error("export_failed", export=str(export.pk), exc_info=error)
        _end(export, ExportState.FAILED)
    else:
        _ready(export, stored, counts, by)


@transaction.atomic
def _ready(export: Export, stored: files.StoredFile, counts: dict[str, int], by: Actor) -> None:
    now = timezone.now()
    Export.objects.filter(pk=export.pk).update(
        state=ExportState.READY,
        stored_name=stored.name,
        size=stored.size,
        counts=counts,
        phase="",
        finished_at=now,
        expires_at=now + (KEEP_SENSITIVE if export.sensitive else KEEP),
    )
    publish(
        events.RosterExported(
            object_id=export.pk, organization_id=export.organization_id, counts=counts, **acted_by(by)
        )
    )


def _end(export: Export, state: str) -> None:
    Export.objects.filter(pk=export.pk).update(state=state, phase="", finished_at=timezone.now())


def _write(export: Export, handle: BinaryIO, by: Actor, now: datetime) -> dict[str, int]:
    scope = Scope((export.organization.path,), export.sensitive)
    delta = export.mode == RunMode.DELTA
    since = (export.since or datetime.fromisoformat("1970-01-01T00:00:00+00:00")) - OVERLAP if delta else None
    binding = oneroster.Binding.DELTA if delta else oneroster.Binding.BULK
    counts: dict[str, int] = {}
    met: set[str] = set()
    with zipfile.ZipFile(handle, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as archive:
        archive.comment = f"{export.pk} {by.name} {timezone.localtime(now):%Y-%m-%d %H:%M}".encode()
        manifest = oneroster.manifest_rows(
            {entity.value: binding for entity in Entity}, system=SYSTEM_NAME, code=str(export.pk)
        )
        archive.writestr(oneroster.MANIFEST_FILE, b"".join(oneroster.csv_bytes(manifest)))
        # people before what hangs on them: who came while it was written is in none of the files
        for entity in Entity:
            records = stream(entity.value, scope, since)
            if not delta and entity is Entity.USERS:
                records = _noted(records, met)
            elif not delta and entity in {Entity.DEMOGRAPHICS, Entity.ROLES, Entity.ENROLLMENTS}:
                name = "sourcedId" if entity is Entity.DEMOGRAPHICS else "userSourcedId"
                records = _known(records, name, met)
            with archive.open(f"{entity.value}.csv", "w", force_zip64=True) as out:
                counts[entity.value] = 0
                for piece in oneroster.csv_bytes(_rows(export, entity.value, records, counts, by)):
                    out.write(piece)
    return counts


def _noted(records: Iterable[dict[str, Any]], met: set[str]) -> Iterator[dict[str, Any]]:
    for record in records:
        met.add(record["sourcedId"])
        yield record


def _known(records: Iterable[dict[str, Any]], name: str, met: set[str]) -> Iterator[dict[str, Any]]:
    return (record for record in records if record[name] in met)


def _rows(
    export: Export, entity: str, records: Iterable[dict[str, Any]], counts: dict[str, int], by: Actor
) -> Iterator[list[str]]:
    columns = oneroster.FILES[entity].all_columns
    mark = [str(export.pk)] if entity == Entity.USERS else []
    yield [*columns, *([MARK] if mark else [])]
    bulk = export.mode == RunMode.BULK
    told: list[UUID] = []
    for record in records:
        if bulk:  # a full file says nothing of either
            record["status"] = record["dateLastModified"] = ""
        if export.sensitive and entity == Entity.USERS and _has_sealed(record):
            told.append(UUID(record["sourcedId"]))
        counts[entity] += 1
        if counts[entity] % CHUNK == 0:
            _tell(export, entity, sum(counts.values()))
            _record(export, told, by)
        yield [_cell(record.get(column, "")) for column in columns] + mark
    _record(export, told, by)
    _tell(export, entity, sum(counts.values()))


def _has_sealed(record: dict[str, Any]) -> bool:
    return any(record[name] for name in ("phone", "metadata.cn.citizenId", "metadata.cn.studentNumber"))


def _record(export: Export, told: list[UUID], by: Actor) -> None:
    record_fetched(told, by=by, to=export.purpose)
    told.clear()


def _cell(value: Any) -> str:
    return oneroster.join_list(value) if isinstance(value, list) else str(value)


def _tell(export: Export, entity: str, done: int) -> None:
    Export.objects.filter(pk=export.pk).update(phase=entity, done=done)
    if Export.objects.filter(pk=export.pk, cancel_asked=True).exists():
        raise Cancelled


def expire_exports() -> int:
    """Delete the files of exports whose time is over. Returns how many."""
    over = Export.objects.filter(state=ExportState.READY, expires_at__lt=timezone.now())
    gone = 0
    for export in over:
        files.remove(export.stored_name)
        gone += Export.objects.filter(pk=export.pk).update(state=ExportState.EXPIRED, stored_name="")
    return gone
