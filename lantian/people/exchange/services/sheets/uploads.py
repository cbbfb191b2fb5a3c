"""What somebody sends: many files, or one ZIP of them, kept as one archive until the worker has read it."""

import hashlib
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, BinaryIO

from django.db import transaction

from lantian.kernel import files, jobs
from lantian.kernel.files import FileRefused
from lantian.kernel.journal import services as journal
from lantian.kernel.rules import Actor, require
from lantian.people.exchange.engine.sheets.grids import MAX_FILE
from lantian.people.exchange.enums import RunKind
from lantian.people.exchange.errors import FileNotTaken
from lantian.people.exchange.models import ImportRun, Source
from lantian.people.exchange.queries.words import WORDS
from lantian.people.exchange.rules import may_import
from lantian.people.exchange.services.outside import JOB

if TYPE_CHECKING:
    from lantian.people.roster.models import Organization

FOLDER = "imports"
MAX_FILES = 300
MAX_TOTAL = 512 * 2**20
SOURCE = "表格"  # i18n: data


def _said(code: str, **params: object) -> FileNotTaken:
    return FileNotTaken(str(WORDS[code]) % params)


def member_name(info: zipfile.ZipInfo) -> str:
    """A member's name; archives made by Windows in Chinese write it in GBK without saying so."""
    if info.flag_bits & 0x800:
        return info.filename
    try:
        return info.filename.encode("cp437").decode("gb18030")
    except (UnicodeEncodeError, UnicodeDecodeError):
        return info.filename


def _inside(name: str, content: BinaryIO) -> Iterator[tuple[str, bytes]]:
    """The files of one upload: itself, or what a ZIP that is no workbook holds. Raises FileNotTaken."""
    if content.read(2) != b"PK":
        content.seek(0)
        yield name, content.read(MAX_FILE + 1)
        return
    try:
        with zipfile.ZipFile(content) as archive:
            infos = [info for info in archive.infolist() if not info.is_dir()]
            if any(info.filename == "[Content_Types].xml" for info in infos):
                content.seek(0)
                yield name, content.read(MAX_FILE + 1)
                return
            yield from _members(archive, infos)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
        raise _said("archive_broken") from error


def _members(archive: zipfile.ZipFile, infos: Sequence[zipfile.ZipInfo]) -> Iterator[tuple[str, bytes]]:
    if len(infos) > MAX_FILES:
        raise _said("archive_many", count=len(infos), most=MAX_FILES)
    for info in infos:
        inner = member_name(info)
        base = inner.replace("\\", "/").rpartition("/")[2]
        if inner.startswith("__MACOSX/") or base.startswith((".", "~$")) or base in {"Thumbs.db", "desktop.ini"}:
            continue
        if info.flag_bits & 0x1:
            raise _said("archive_locked")
        with archive.open(info) as member:  # never more than a file may have, whatever the archive says
            yield base, member.read(MAX_FILE + 1)


def _pack(uploads: Sequence[tuple[str, BinaryIO]], target: BinaryIO) -> int:
    """All files into one archive under numbered names; how many. Raises FileNotTaken."""
    count = total = 0
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, content in uploads:
            for inner, data in _inside(name, content):
                count, total = count + 1, total + len(data)
                if count > MAX_FILES:
                    raise _said("archive_many", count=count, most=MAX_FILES)
                if total > MAX_TOTAL:
                    raise _said("sheets_large", most=MAX_TOTAL // 2**20)
                archive.writestr(f"{count:04}/{' '.join(inner.split())[-70:]}", data)
    if not count:
        raise _said("sheets_none")
    return count


def unpacked(stored_name: str) -> Iterator[tuple[str, bytes]]:
    """The files again, in the order in which they were sent."""
    with zipfile.ZipFile(files.path_of(stored_name)) as archive:
        for info in archive.infolist():
            yield info.filename.partition("/")[2], archive.read(info)


def start_sheets(uploads: Sequence[tuple[str, BinaryIO]], *, organization: "Organization", by: Actor) -> ImportRun:
    """Take spreadsheets (name and content each; a ZIP counts as what it holds) for a unit and all below; the worker reads them.

    Raises Denied, FileNotTaken.
    """
    require(may_import, by, organization)
    with tempfile.TemporaryFile() as packed:
        count = _pack(uploads, packed)
        packed.seek(0)
        digest = hashlib.file_digest(packed, "sha256").hexdigest()
        packed.seek(0)
        try:
            stored = files.save_upload(packed, folder=FOLDER, kinds={"application/zip"}, limit=MAX_TOTAL + MAX_FILE)
        except FileRefused as error:
            raise _said("sheets_large", most=MAX_TOTAL // 2**20) from error
    first = uploads[0][0]
    with transaction.atomic():
        origin, _ = Source.objects.get_or_create(organization=organization, name=SOURCE)
        run = ImportRun.objects.create(
            organization=organization,
            source=origin,
            kind=RunKind.SHEET,
            title=first[:100] if count == 1 or len(uploads) == 1 else f"{first[:90]} +{count - 1}",
            stored_name=stored.name,
            digest=digest,
            size=stored.size,
            created_by_id=by.person_id,
            acting_id=by.person_id,
            grant_id=by.grant.id if by.grant else None,
        )
        journal.record("exchange.import_started", run, by=by, title=run.title, files=count)
        jobs.enqueue(JOB, run_id=str(run.pk))
    return run
