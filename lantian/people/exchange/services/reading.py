"""Files into the staging: row by row through the pure readers, by COPY into the database, in bounded memory.

Every file is one step that can be done again: what a killed worker left of it is dropped and it is read from its first row.
"""

import csv
import io
import json
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack, closing
from itertools import islice
from types import TracebackType
from typing import Any, Self
from zipfile import ZipFile

import structlog
from django.db import connection, transaction

from lantian.kernel import crypto, files
from lantian.kernel.beside import Beside
from lantian.people.exchange.engine.oneroster import FILES, MANIFEST_FILE, Binding, read_manifest
from lantian.people.exchange.engine.oneroster.files import Manifest
from lantian.people.exchange.engine.oneroster.reading import ERROR, WARNING, Fault
from lantian.people.exchange.engine.oneroster.staging import (
    ALIKE,
    ROW_COLUMNS,
    Lines,
    Order,
    Seals,
    escaped,
    pieces,
    rows_of,
)
from lantian.people.exchange.enums import Entity
from lantian.people.exchange.models import Finding, ImportRun, StagedRow
from lantian.people.exchange.services import archive
from lantian.people.exchange.services.archive import BadArchive, Member
from lantian.people.exchange.services.outside import Outside, Stopped
from lantian.people.exchange.services.reading_beside import Lost, NotUtf8, pieces_beside
from lantian.people.roster.queries.finding import CITIZEN_ID, NUMBER, PHONE

log = structlog.get_logger("exchange")
CHUNK = 20_000
PIECE = 200  # rows handed over at once: the database takes them while the next are read
PIECE_BESIDE = 1000  # the same, by a child
FINDINGS_KEPT = 1000  # per file, code and column: the count goes on, the list does not
CONTEXTS = {"phone": PHONE, "citizen_id": CITIZEN_ID, "student_number": NUMBER}  # of the sealed columns
# Read beside people and all before them, when there is so much of them (bytes).
BESIDE = ALIKE
BESIDE_FROM = 8 << 20
# Then a file of this size is read by a child. All of them, not one of two: a thread that reads leaves another that only waits for
# a child hardly a turn.
CHILD_FROM = 1 << 20
FINDING_COLUMNS = ("run_id", "entity", "file", "row_no", "column", "code", "severity", "params", "at_check")
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def _clean(text: str) -> str:
    """Without NUL, which no database keeps; a head or a manifest may have it."""
    return text.replace("\x00", "")


def lines_of(run: ImportRun) -> Lines:
    """What makes lines of COPY for a run."""
    return Lines(str(run.pk), _seals())


def _seals() -> Seals:
    return Seals(**{column: crypto.Sealer(context) for column, context in CONTEXTS.items()})


def _copy(table: str, columns: Sequence[str], lines: Sequence[str]) -> None:
    with connection.cursor() as cursor:
        names = ", ".join(f'"{name}"' for name in columns)
        with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
            copy.write("".join(lines).encode())


class _Pipe:
    """Lines on their way into the staging through one COPY, held open so that reading and writing go on side by side."""

    def __init__(self) -> None:
        self.lines = 0
        self._stack = ExitStack()
        self._copy: Any = None

    def add(self, lines: int, data: bytes) -> None:
        """So many lines at once."""
        if not data:
            return
        self.lines += lines
        if self._copy is None:
            self._stack.enter_context(transaction.atomic())
            cursor = self._stack.enter_context(connection.cursor())
            names = ", ".join(ROW_COLUMNS)
            self._copy = self._stack.enter_context(cursor.copy(f"COPY exchange_stagedrow ({names}) FROM STDIN"))
        self._copy.write(data)

    def close(self) -> None:
        """All that was added is in the table, and committed unless the caller has a transaction."""
        self._stack.close()
        self._copy, self.lines = None, 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.close()
        else:
            self._stack.__exit__(kind, error, trace)


def copy_rows(lines: Iterable[str]) -> None:
    """COPY lines made by `Lines` into the staging."""
    with _Pipe() as pipe:
        left = iter(lines)
        while some := list(islice(left, PIECE)):
            pipe.add(len(some), "".join(some).encode())


class Findings:
    """Findings on their way into the database, counted and capped."""

    def __init__(self, run: ImportRun, *, at_check: bool = False) -> None:
        self._run_id = str(run.pk)
        self._at_check = "t" if at_check else "f"
        self._lines: list[str] = []
        self._seen: Counter[tuple[str, str, str]] = Counter()
        self.errors = self.warnings = 0

    def add(self, entity: str, file: str, row_no: int | None, fault: Fault) -> None:
        code, column, severity, params = fault
        if severity == ERROR:
            self.errors += 1
        else:
            self.warnings += 1
        self._seen[file, code, column] += 1
        if self._seen[file, code, column] > FINDINGS_KEPT:
            return
        place = "\\N" if row_no is None else str(row_no)
        said = {name: _clean(value) if isinstance(value, str) else value for name, value in params.items()}
        cells = (escaped(_clean(" ".join(column.split()))), code, severity, escaped(_encode(said)), self._at_check)
        self._lines.append("\t".join((self._run_id, entity, file, place, *cells)) + "\n")

    def flush(self) -> None:
        if self._lines:
            _copy("exchange_finding", FINDING_COLUMNS, self._lines)
            self._lines.clear()


def _manifest(opened: ZipFile, found: dict[str, Member], findings: Findings) -> Manifest | None:
    member = found.get(MANIFEST_FILE)
    if member is None:
        return None
    try:
        manifest = read_manifest(cells for _, cells in rows_of(archive.stream(opened, member)))
    except (csv.Error, UnicodeDecodeError):
        findings.add("", MANIFEST_FILE, None, ("broken_csv", "", ERROR, {"row": 1}))
        return None
    for code, column, value in manifest.faults:
        findings.add("", MANIFEST_FILE, None, (code, column, ERROR, {"value": value[:40]}))
    for entity, binding in manifest.files.items():
        name = FILES[entity].name
        if binding != Binding.ABSENT and name not in found:
            findings.add(entity, MANIFEST_FILE, None, ("file_missing", f"file.{entity}", ERROR, {"name": name}))
        elif binding == Binding.ABSENT and name in found:
            findings.add(entity, MANIFEST_FILE, None, ("file_unannounced", f"file.{entity}", ERROR, {"name": name}))
    return manifest


def read_run(run: ImportRun, outside: Outside) -> None:
    """Stage all files of a run; those staged already are passed over. Raises BadArchive, Stopped."""
    path = files.path_of(run.stored_name)
    with archive.opened(path) as opened:
        found, others = archive.members(opened)
        _begin(run, opened, found, others)
        members = {
            entity: found[FILES[entity].name]
            for entity in Entity.values
            if FILES[entity].name in found and entity in run.files
        }
        progress = _Progress(outside, members, sum(member.size for member in found.values()))
        waiting = []
        for entity, member in members.items():
            if run.files[entity].get("read"):
                progress.taken[entity] = member.size
            else:
                waiting.append(entity)
        there = [entity for entity in waiting if entity in BESIDE]
        # a caller's transaction is one connection's; and what is small is not worth another
        if connection.in_atomic_block or sum(members[entity].size for entity in there) < BESIDE_FROM:
            for entity in waiting:
                _read_file(run, entity, opened, members[entity], progress)
        else:
            here = [entity for entity in waiting if entity not in BESIDE]
            _read_both(run, opened, members, progress, here, there)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE exchange_stagedrow")


def _read_both(
    run: ImportRun,
    opened: ZipFile,
    members: dict[str, Member],
    progress: "_Progress",
    here: list[str],
    there: list[str],
) -> None:
    """Two files at a time, each by a process of its own where it is large, into the database by two connections of ours."""

    def read(beside: Beside) -> None:
        told = _Told(progress, beside)
        for entity in there:
            _read_file(run, entity, opened, members[entity], told, child=members[entity].size >= CHILD_FROM)

    with Beside(read) as beside:
        progress.heard = beside.heard
        for entity in here:
            _read_file(run, entity, opened, members[entity], progress, child=members[entity].size >= CHILD_FROM)
        beside.wait(progress.tell)


@transaction.atomic
def _begin(run: ImportRun, opened: ZipFile, found: dict[str, Member], others: list[str]) -> None:
    """The manifest's word for each file, once."""
    if run.files:
        return
    Finding.objects.filter(run=run).delete()
    findings = Findings(run)
    manifest = _manifest(opened, found, findings)
    if manifest is None:
        findings.add("", MANIFEST_FILE, None, ("manifest_none", "", WARNING, {}))
    for name in others:
        findings.add("", "", None, ("file_unused", "", WARNING, {"name": name}))
    for entity in Entity.values:
        name = FILES[entity].name
        if name in found:
            said = manifest.files.get(entity, Binding.BULK) if manifest else Binding.BULK
            run.files[entity] = {"binding": str(said), "file": name, "rows": 0, "read": False}
    findings.flush()
    run.counts = {}
    _count(run, findings)
    run.save(update_fields=["files", "counts", "errors", "warnings"])


def _count(run: ImportRun, findings: Findings) -> None:
    """What reading found stands apart from what a check finds: a check may be made again."""
    read = run.counts.setdefault("read", {"errors": 0, "warnings": 0})
    read["errors"] += findings.errors
    read["warnings"] += findings.warnings
    run.errors, run.warnings = read["errors"], read["warnings"]


class _Progress:
    """How much of the archive is unpacked, by whomever; told by the one thread that has the connection outside."""

    def __init__(self, outside: Outside, entities: Iterable[str], total: int) -> None:
        self._outside, self._total = outside, total
        self.taken = dict.fromkeys(entities, 0)
        self._entity = next(iter(self.taken), "")
        self.heard: Callable[[], None] = lambda: None

    def at(self, entity: str, taken: int) -> None:
        """Bytes of a file that are read. Raises Stopped, and what the other thread has raised."""
        self.taken[entity], self._entity = taken, entity
        self.tell()

    def tell(self) -> None:
        self.heard()
        self._outside.tell(f"read:{self._entity}", sum(self.taken.values()) // 1024, self._total // 1024)


class _Told:
    """The other thread's part of the progress."""

    def __init__(self, progress: _Progress, beside: Beside) -> None:
        self._progress, self._beside = progress, beside

    def at(self, entity: str, taken: int) -> None:
        """Raises Stopped when nobody waits for the file any more."""
        if not self._beside.wanted():
            raise Stopped
        self._progress.taken[entity] = taken


def _read_file(
    run: ImportRun, entity: str, opened: ZipFile, member: Member, progress: _Progress | _Told, *, child: bool = False
) -> None:
    step = _Step(run, entity, member, progress)
    step.begin()
    try:
        _stage(step, opened, child=child)
    except (csv.Error, UnicodeDecodeError, NotUtf8) as error:
        # what was read before the broken place stays; of a file in another encoding nothing does
        if not isinstance(error, csv.Error) or not archive.is_utf8(archive.stream(opened, member)):
            step.begin()
            step.fault(archive.other_encoding(archive.stream(opened, member)))
        else:
            step.fault("broken_csv", row=step.at + 1, what=str(error)[:80])
    step.finish()


def _stage(step: "_Step", opened: ZipFile, *, child: bool) -> None:
    try:
        with _Pipe() as pipe:
            step.read(archive.stream(opened, step.member), pipe, child=child)
    except Lost:
        log.warning("reader_lost", run=str(step.run.pk), entity=step.entity)
        step.begin()
        _stage(step, opened, child=False)


# Faults of a file as a whole, found while it is read.
FILE_FAULTS = (
    "broken_csv", "encoding_gb18030", "encoding_utf16", "encoding_unknown", "missing_column", "unknown_column", "column_twice",
    "too_many_columns", "no_rows",
)  # fmt: skip


class _Step:
    """One file being read."""

    def __init__(self, run: ImportRun, entity: str, member: Member, progress: _Progress | _Told) -> None:
        self.run, self.entity, self.member, self.progress = run, entity, member, progress

    def begin(self) -> None:
        """Nothing is read yet: what was, is dropped."""
        with transaction.atomic():
            StagedRow.objects.filter(run=self.run, entity=self.entity).delete()
            Finding.objects.filter(run=self.run, file=self.member.name, row_no__isnull=False).delete()
            Finding.objects.filter(run=self.run, file=self.member.name, code__in=FILE_FAULTS).delete()
        self.findings = Findings(self.run)
        self.at = self.rows = 0

    def fault(self, code: str, **params: Any) -> None:
        """Something wrong with the file as a whole."""
        self.findings.add(self.entity, self.member.name, None, (code, "", ERROR, params))

    def read(self, content: io.BufferedReader, pipe: _Pipe, *, child: bool = False) -> None:
        """Stage the rows. Raises csv.Error, UnicodeDecodeError; and NotUtf8 instead, and Lost, when a child reads. What was
        staged by then is in the table.
        """
        file = self.member.name
        order = Order(str(self.run.pk), self.entity, file, self.run.files[self.entity]["binding"] == Binding.DELTA)
        if child:
            made = pieces_beside(content, order, CONTEXTS, most=min(PIECE_BESIDE, CHUNK))
        else:
            made = pieces(content, order, _seals(), most=min(PIECE, CHUNK))
        try:
            with closing(made):  # whatever ends this ends a child
                for piece in made:
                    self.at = piece.at
                    self.rows += piece.rows
                    for row, fault in piece.faults:
                        self.findings.add(self.entity, file, row, fault)
                    pipe.add(piece.lines, piece.data)
                    if pipe.lines >= CHUNK:
                        self._flush(content, pipe)
        except csv.Error:
            pipe.close()
            raise

    def _flush(self, content: io.BufferedReader, pipe: _Pipe) -> None:
        pipe.close()
        self.findings.flush()
        self.progress.at(self.entity, min(archive.taken(content), self.member.size))

    def finish(self) -> None:
        with transaction.atomic():
            self.findings.flush()
            run = ImportRun.objects.select_for_update().get(pk=self.run.pk)
            run.files[self.entity] |= {"rows": self.rows, "read": True}
            _count(run, self.findings)
            run.save(update_fields=["files", "counts", "errors", "warnings"])
            # while the row is held: of two threads the later says what both have done
            self.run.files, self.run.counts = run.files, run.counts


__all__ = ["BadArchive", "copy_rows", "lines_of", "read_run"]
