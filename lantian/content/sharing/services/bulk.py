"""An import of a folder by a spreadsheet: looked at by people, then brought in by the worker.

The sheet's rows are put into the database first; what becomes of each is written together with the resource, batch by batch, in
one transaction. So a worker that is killed goes on with the rows that wait, and run again the same sheet finds by the old
system's ids what is here already.
"""

import hashlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import structlog
from django.conf import settings
from django.db import OperationalError, connection, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from lantian.content.resources import queries as resources
from lantian.content.resources import services as bringing
from lantian.content.resources.enums import CLOSED_LICENCES, Reach
from lantian.content.resources.errors import FileUnfit, QuotaFull, ResourceError
from lantian.content.resources.services import Brought, Seen
from lantian.content.sharing import queries
from lantian.content.sharing.engine import columns, sheet
from lantian.content.sharing.engine.columns import Fault, Parsed
from lantian.content.sharing.enums import WORKING, BulkState, RowState
from lantian.content.sharing.errors import MappingIncomplete, NotReady, PlaceRefused, SharingError, SheetUnfit
from lantian.content.sharing.models import BulkRow, BulkRun, Origin
from lantian.content.sharing.rules import may_import_from, may_share
from lantian.content.sharing.services import places
from lantian.content.sharing.services.alone import alone
from lantian.kernel import jobs
from lantian.kernel.journal.services import record
from lantian.kernel.rules import SYSTEM, Actor, Denied, check, require
from lantian.people.roster import queries as roster
from lantian.people.roster.enums import REGION_KINDS

if TYPE_CHECKING:
    from lantian.content.resources.models import Blob
    from lantian.people.roster.models import Organization

log = structlog.get_logger("sharing")
JOB = "sharing.proceed"
BATCH, READ_AT_ONCE, PREVIEW = 50, 2000, 50
LOOKERS = 2  # processes side by side, each of which looks at its share of a batch
_NOTE = """
    UPDATE sharing_bulkrow r SET state = d.state, why = d.why, resource_id = d.resource
      FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::uuid[]) d(id, state, why, resource)
     WHERE r.id = d.id
"""
USUAL = ("subject", "stage", "purpose", "licence", "rights_holder", "reach", "audience", "language")


# What people do -------------------------------------------------------------------------------------------------------------


def _rows(folder: str, name: str) -> Iterator[tuple[int, list[str]]]:
    """Rows of a spreadsheet below the root. Raises PlaceRefused, SheetUnfit."""
    with places.opened(folder, name) as handle:
        try:
            yield from sheet.rows(Path(f"/proc/self/fd/{handle}"))
        except sheet.NotRead as error:
            raise SheetUnfit(str(queries.NOT_READ_WORDS[error.code]) % {"value": error.value}) from error


@transaction.atomic
def begin_import(
    *, sheet: str, organization: "Organization", source: str, folder: str | None = None, by: Actor
) -> BulkRun:
    """Open a spreadsheet below the import root; nothing is imported yet. Its files are looked for in `folder`, or beside it.

    Raises Denied, NoRoot, PlaceRefused, SheetUnfit.
    """
    require(may_share, by, organization)
    parts = places.parts_of(sheet)
    beside = "/".join(parts[:-1])
    folder = beside if folder is None else "/".join(places.parts_of(folder)) if folder.strip("/.") else ""
    for place in ("/".join(parts), folder):
        require(may_import_from, by, place)
    found = next(_rows("", "/".join(parts)), None)
    if found is None:
        raise SheetUnfit(str(queries.NOT_READ_WORDS["empty"]))
    heads = [cell[:80] for cell in found[1]]
    run = BulkRun.objects.create(
        organization=organization,
        source=source.strip()[:80] or parts[-1][:80],
        folder=folder,
        sheet="/".join(parts),
        heads=heads,
        columns=columns.guess(heads),
        usual={"reach": Reach.PUBLIC, "audience": "all", "language": "zh-CN", "rights_holder": organization.name},
        created_by_id=by.person_id,
        grant_id=by.grant.id if by.grant else None,
    )
    record("sharing.import_begun", run, by=by, sheet=run.sheet, source=run.source)
    return run


def _held(run: BulkRun, by: Actor) -> BulkRun:
    row = BulkRun.objects.select_for_update(of=("self",)).select_related("organization").get(pk=run.pk)
    require(may_share, by, row.organization)
    return row


@transaction.atomic
def map_import(
    run: BulkRun, *, columns: Mapping[str, int], usual: Mapping[str, str], publish: bool, by: Actor
) -> BulkRun:
    """Say what the columns are and what holds where a row says nothing. Raises Denied, NotReady."""
    row = _held(run, by)
    if row.state != BulkState.MAPPING:
        raise NotReady
    row.columns = {
        name: int(place)
        for name, place in columns.items()
        if name in queries.TITLES and 0 <= int(place) < len(row.heads)
    }
    row.usual = {name: str(usual.get(name, ""))[:120] for name in USUAL}
    row.publish = publish
    row.save(update_fields=["columns", "usual", "publish"])
    return row


@transaction.atomic
def start_import(run: BulkRun, *, by: Actor) -> BulkRun:
    """Let the worker import it. Raises Denied, NotReady, MappingIncomplete."""
    row = _held(run, by)
    require(may_import_from, by, row.sheet)
    if row.state != BulkState.MAPPING:
        raise NotReady
    lacking = columns.missing(row.columns)
    if lacking:
        names = _("、").join(str(queries.TITLES[name]) for name in lacking)
        raise MappingIncomplete(_("还缺这些列：%(columns)s") % {"columns": names})
    row.state, row.started_at = BulkState.READING, timezone.now()
    row.created_by_id, row.grant_id = by.person_id, by.grant.id if by.grant else None
    row.save(update_fields=["state", "started_at", "created_by", "grant_id"])
    record("sharing.import_started", row, by=by, publish=row.publish)
    jobs.enqueue(JOB, run=str(row.pk), once=f"bulk:{row.pk}")
    return row


@transaction.atomic
def cancel_import(run: BulkRun, *, by: Actor) -> BulkRun:
    """Stop it; what is imported stays, and is known again the next time. Raises Denied, NotReady."""
    row = _held(run, by)
    if row.state == BulkState.MAPPING:
        row.state, row.finished_at = BulkState.CANCELLED, timezone.now()
    elif row.state in WORKING:
        row.cancel_asked = True
    else:
        raise NotReady
    row.save(update_fields=["state", "finished_at", "cancel_asked"])
    record("sharing.import_cancelled", row, by=by)
    return row


@dataclass(frozen=True, slots=True)
class Shown:
    """A row as it would be imported, and what is wrong with it, in words."""

    row: Parsed
    faults: Sequence[str]


def preview(run: BulkRun, *, most: int = PREVIEW) -> list[Shown]:
    """The first rows as they would be imported; files are only looked for. Raises PlaceRefused, SheetUnfit."""
    words = queries.words()
    found = list(islice(_rows("", run.sheet), 1, most + 1))
    rows = [columns.parse(line, cells, run.columns, words, run.usual) for line, cells in found]
    work = _Batch(run, rows)
    shown = []
    for row in rows:
        faults = [queries.fault_words(one) for one in work.faults_of(row)]
        if row.path and not faults:
            try:
                with places.opened(run.folder, row.path):
                    pass
            except PlaceRefused as error:
                faults.append(f"{queries.TITLES['path']}{_('：')}{error.message}")
        shown.append(Shown(row, faults))
    return shown


# What the worker does -------------------------------------------------------------------------------------------------------


def _actor(run: BulkRun) -> Actor | None:
    """Whoever started it, in the same role; None when they hold it no more."""
    if run.created_by is None:
        return SYSTEM
    actor = roster.actor_of_person(run.created_by, run.grant_id)
    return actor if actor.grant is not None and check(may_share, actor, run.organization) else None


def proceed_import(run_id: UUID | str) -> None:
    """Bring an import forward to its end, or until it is stopped. Safe to repeat after a crash, at whatever point."""
    with alone(f"sharing:bulk:{run_id}") as held, translation.override("zh-hans"):
        rows = BulkRun.objects.select_related("organization", "created_by")
        run = rows.filter(pk=run_id, state__in=WORKING).first() if held else None
        if run is None:
            return
        try:
            _forward(run)
        except OperationalError:
            raise  # the database went away: it is taken up again where it stands
        except (SharingError, ResourceError) as error:
            _end(run, BulkState.FAILED, str(error.message))
        except Denied as error:
            _end(run, BulkState.FAILED, str(error.reason))
        except Exception as error:
            log.error("import_failed", run=str(run.pk), exc_info=error)
            _end(run, BulkState.FAILED, _("出了意外的错误，详情在日志里"))


def _forward(run: BulkRun) -> None:
    actor = _actor(run)
    if actor is None:
        _end(run, BulkState.FAILED, _("开始导入的人已经没有这项权限"))
        return
    if run.state == BulkState.READING:
        _read(run)
    while rows := queries.waiting_rows(run, BATCH):
        if BulkRun.objects.filter(pk=run.pk, cancel_asked=True).exists():
            _end(run, BulkState.CANCELLED)
            return
        _import(run, rows, actor)
    _end(run, BulkState.DONE)


@transaction.atomic
def _read(run: BulkRun) -> None:
    """The whole sheet into the database, anew if that was cut off."""
    run.rows.all().delete()
    found = islice(_rows("", run.sheet), 1, None)
    while piece := list(islice(found, READ_AT_ONCE)):
        BulkRow.objects.bulk_create(
            [BulkRow(run=run, line=line, cells=cells, key=columns.key_of(cells, run.columns)) for line, cells in piece]
        )
    run.state = BulkState.RUNNING
    run.save(update_fields=["state"])


@transaction.atomic
def _end(run: BulkRun, state: BulkState, fault: str = "") -> None:
    counts = queries.counts_of(run)
    run.state, run.fault, run.finished_at, run.counts = state, fault[:300], timezone.now(), counts
    run.save(update_fields=["state", "fault", "finished_at", "counts"])
    record("sharing.import_ended", run, by=SYSTEM, state=str(state), counts=counts)


@dataclass(slots=True)
class _File:
    """A file of a row on its way: a copy of our own with its hash, then what it is, or why it cannot be used."""

    seen: str = ""
    copy: Path | None = None
    sha256: str = ""
    blob: "Blob | None" = None
    why: str = ""


class _Batch:
    """Some rows that are imported together."""

    def __init__(self, run: BulkRun, rows: Sequence[Parsed]) -> None:
        self.run, self.rows = run, rows
        codes = {code for row in rows for code in row.codes}
        self.nodes = queries.nodes_coded(codes) if codes else {}
        units = [run.organization, *reversed(roster.ancestors_of(run.organization))]
        self.region = next((unit for unit in units if unit.kind in REGION_KINDS), run.organization)
        self.known = queries.origins_of(run.organization_id, run.source, [row.key for row in rows])

    def nodes_of(self, row: Parsed) -> list[UUID]:
        """Nodes in use with the row's codes, of its subject where several have the code."""
        found = []
        for code in row.codes:
            listed = self.nodes.get(code, [])
            fitting = [pk for pk, subject in listed if subject == row.facts["subject"]]
            found += fitting or [pk for pk, _subject in listed]
        return found

    def faults_of(self, row: Parsed) -> list[Fault]:
        """What is wrong with it besides its file."""
        faults = list(row.faults)
        faults += [Fault("nodes", "node", code[:40]) for code in row.codes if code not in self.nodes]
        if self.run.publish and row.facts["reach"] != Reach.PRIVATE:
            if not row.facts["licence"]:
                faults.append(Fault("licence", "licence"))
            elif row.facts["licence"] in CLOSED_LICENCES and row.facts["reach"] != Reach.SCHOOL:
                faults.append(Fault("licence", "closed"))
        return faults

    def facts_of(self, row: Parsed) -> dict[str, Any]:
        facts = {name: value for name, value in row.facts.items() if value not in ("", None)}
        facts["region"] = self.region if facts.get("reach") == Reach.REGION else None
        return facts

    def said(self, row: Parsed) -> str:
        """A hash of what a row says: by it one that was not changed is known."""
        told = [row.facts, row.url, sorted(str(pk) for pk in self.nodes_of(row)), self.run.publish]
        return hashlib.sha256(json.dumps(told, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _import(run: BulkRun, rows: Sequence[BulkRow], by: Actor) -> None:
    words = queries.words()
    parsed = [columns.parse(row.line, row.cells, run.columns, words, run.usual) for row in rows]
    batch = _Batch(run, parsed)
    listed = list(zip(rows, parsed, strict=True))
    _answer_twice(run, listed)
    files: dict[int, _File] = {}
    for row, one in listed:
        if row.state == RowState.WAITING:
            faults = batch.faults_of(one)
            if faults:
                row.state, row.why = RowState.REFUSED, _("；").join(queries.fault_words(each) for each in faults)[:400]
    try:
        _take_files(run, batch, listed, files)
        with transaction.atomic():
            _bring(run, batch, listed, files, by)
            _note(rows)
    finally:
        for file in files.values():
            if file.copy is not None:
                file.copy.unlink(missing_ok=True)


def _note(rows: Sequence[BulkRow]) -> None:
    """What became of them, in one statement of the same text for any number of them."""
    told = [(row.pk, str(row.state), row.why, row.resource_id) for row in rows]
    with connection.cursor() as cursor:
        cursor.execute(_NOTE, [list(column) for column in zip(*told, strict=True)])


def _answer_twice(run: BulkRun, listed: Sequence[tuple[BulkRow, Parsed]]) -> None:
    """Of several rows with one id the first counts."""
    first = queries.first_lines(run, [row.key for row, _one in listed])
    for row, _one in listed:
        if row.key and first[row.key] < row.line:
            row.state = RowState.REFUSED
            row.why = _("编号和第 %(line)s 行一样") % {"line": first[row.key]}


def _take_files(run: BulkRun, batch: _Batch, listed: Sequence[tuple[BulkRow, Parsed]], files: dict[int, _File]) -> None:
    """Copies, hashes, looks: outside of any transaction, those that are not known side by side."""
    wanted = [(row, one) for row, one in listed if row.state == RowState.WAITING and one.path]
    for row, one in wanted:
        files[row.line] = file = _File()
        try:
            with places.opened(run.folder, one.path) as handle:
                file.seen = places.seen_of(handle)
                known = batch.known.get(one.key)
                if known is not None and known.seen == file.seen and known.said == batch.said(one):
                    continue  # neither the row nor its file was touched
                _room(os.fstat(handle).st_size)
                file.copy, file.sha256 = places.copy_of(handle)
        except PlaceRefused as error:
            file.why = f"{queries.TITLES['path']}{_('：')}{error.message}"
    kept = resources.blobs_kept({file.sha256 for file in files.values() if file.sha256})
    fresh: dict[str, tuple[Path, str]] = {}
    for row, one in wanted:
        file = files[row.line]
        if file.copy is not None and file.sha256 not in kept:
            fresh.setdefault(file.sha256, (file.copy, places.parts_of(one.path)[-1]))
    became = _kept(fresh)
    whys = {sha256: str(one.message) for sha256, one in became.items() if isinstance(one, FileUnfit)}
    kept |= {sha256: one for sha256, one in became.items() if not isinstance(one, FileUnfit)}
    for file in files.values():
        file.blob, file.why = kept.get(file.sha256), file.why or whys.get(file.sha256, "")


def _kept(fresh: Mapping[str, tuple[Path, str]]) -> "dict[str, Blob | FileUnfit]":
    """Those of these files that can be used, by their hashes, and why the others cannot."""
    looked = _looked(fresh)
    fit = [(sha256, one) for sha256, one in looked.items() if not isinstance(one, FileUnfit)]
    put = bringing.keep_files([(fresh[sha256][0], seen) for sha256, seen in fit])
    unfit: dict[str, Blob | FileUnfit] = {sha256: one for sha256, one in looked.items() if isinstance(one, FileUnfit)}
    return unfit | {sha256: blob for (sha256, _seen), blob in zip(fit, put, strict=True)}


def _looked(fresh: Mapping[str, tuple[Path, str]]) -> dict[str, Seen | FileUnfit]:
    """What files are, by their hashes."""
    shares = [list(fresh)[first::LOOKERS] for first in range(min(LOOKERS, len(fresh)))]
    looked: dict[str, Seen | FileUnfit] = {}
    with ThreadPoolExecutor(LOOKERS) as pool:
        for share, found in zip(
            shares, pool.map(_look, [[fresh[one] for one in share] for share in shares]), strict=True
        ):
            looked |= dict(zip(share, found, strict=True))
    return looked


def _look(files: Sequence[tuple[Path, str]]) -> list[Seen | FileUnfit]:
    """In a thread, which has no language of its own and must not touch the database."""
    with translation.override("zh-hans"):
        return bringing.look_at_each(files)


def _room(size: int) -> None:
    """Raises PlaceRefused when the disk would be full."""
    found = os.statvfs(settings.LANTIAN_MEDIA_ROOT)
    if found.f_bavail * found.f_frsize - size < settings.LANTIAN_DISK_RESERVE_BYTES:
        raise SharingError(_("服务器的硬盘快满了，导入停在这里。腾出空间后重新开始，已经导入的不会再导一次"))


def _bring(
    run: BulkRun,
    batch: _Batch,
    listed: Sequence[tuple[BulkRow, Parsed]],
    files: Mapping[int, _File],
    by: Actor,
) -> None:
    """Of the rows that are left: which are new, changed, as before, there already, or more than the unit may keep."""
    todo: list[tuple[BulkRow, Parsed, Brought]] = []
    blobs = [file.blob for file in files.values() if file.blob is not None]
    room = bringing.UnitRoom(run.organization_id, expected={blob.sha256 for blob in blobs})
    mine = [origin.resource_id for origin in batch.known.values()]
    there = bringing.files_there(blobs, organization=run.organization, reach=Reach.PUBLIC, but=mine) if blobs else {}
    for row, one in listed:
        file, known = files.get(row.line), batch.known.get(one.key)
        if row.state == RowState.WAITING and not _answered(batch, row, one, file, there, room):
            if file is not None and file.blob is not None and one.facts["reach"] != Reach.PRIVATE:
                there.setdefault(file.blob.pk, one.facts["title"])
            todo.append((row, one, _brought(run, batch, one, file, known)))
    made = bringing.bring_resources(
        [each for _row, _one, each in todo], organization=run.organization, origin=run.source, by=by
    )
    origins = []
    for (row, one, each), (pk, free) in zip(todo, made, strict=True):
        if not free:
            row.state, row.why = RowState.REFUSED, _("这个资源正有人在改，先发布或删掉那份草稿")
            continue
        row.state = RowState.IMPORTED if each.resource is None else RowState.CHANGED
        row.resource_id = pk
        file = files.get(row.line)
        origins.append(
            Origin(
                resource_id=pk,
                organization=run.organization,
                source=run.source,
                key=one.key,
                said=batch.said(one),
                seen=file.seen if file else "",
                sha256=file.sha256 if file else "",
            )
        )
    Origin.objects.bulk_create(
        origins, update_conflicts=True, unique_fields=["resource"], update_fields=["said", "seen", "sha256"]
    )


def _answered(
    batch: _Batch, row: BulkRow, one: Parsed, file: _File | None, there: dict[str, str], room: bringing.UnitRoom
) -> bool:
    """Whether nothing is to be made of a row, which then says why: refused, as before, there already, no room."""
    known, blob = batch.known.get(one.key), file.blob if file else None
    if file is not None and file.why:
        row.state, row.why = RowState.REFUSED, file.why[:400]
    elif known is not None and _is_same(batch, one, file, known):
        row.state, row.resource_id = RowState.SAME, known.resource_id
        if known.sha256 and one.facts["reach"] != Reach.PRIVATE:
            there.setdefault(known.sha256, one.facts["title"])
    elif blob is not None and blob.pk in there and known is None:
        row.state, row.why = RowState.THERE, _("《%(title)s》") % {"title": there[blob.pk]}
    elif blob is not None and not _fits(room, blob):
        row.state, row.why = RowState.REFUSED, str(QuotaFull.message)
    return row.state != RowState.WAITING


def _fits(room: bringing.UnitRoom, blob: "Blob") -> bool:
    try:
        room.take(blob.sha256, blob.size)
    except QuotaFull:
        return False
    return True


def _is_same(batch: _Batch, row: Parsed, file: _File | None, known: Origin) -> bool:
    if known.said != batch.said(row):
        return False
    return file is None or known.seen == file.seen or known.sha256 == file.sha256


def _brought(run: BulkRun, batch: _Batch, row: Parsed, file: _File | None, known: Origin | None) -> Brought:
    return Brought(
        facts=batch.facts_of(row),
        blob=file.blob if file else None,
        file_name=places.parts_of(row.path)[-1] if row.path else "",
        url=row.url,
        nodes=batch.nodes_of(row),
        publish=run.publish,
        resource=known.resource_id if known else None,
        created_at=row.date,
        changes=_("从“%(source)s”再次导入") % {"source": run.source} if known else "",
    )


def resume_imports() -> int:
    """Take up those whose worker is gone. Returns how many were looked at."""
    waiting = list(BulkRun.objects.filter(state__in=WORKING).values_list("pk", flat=True))
    for pk in waiting:
        jobs.enqueue(JOB, run=str(pk), once=f"bulk:{pk}")
    return len(waiting)
