"""Packages are unpacked once, by the worker: a child without rights reads the archive, we write what it says of it.

A file lies under the hash of its name, in a folder under the hash of its package: whatever a package calls its files, nothing
leads out, no two systems differ on letters or encodings, and there are no links.
"""

import contextlib
import os
import shutil
import time
from pathlib import Path
from typing import IO, Any
from uuid import uuid4

import structlog
from django.conf import settings
from django.utils.translation import gettext as _

from lantian.content.interactive import queries
from lantian.content.interactive.engine import outline
from lantian.content.interactive.enums import PackageKind, PackageState
from lantian.content.interactive.errors import PackageUnfit
from lantian.content.interactive.models import Package
from lantian.content.resources import services as resources
from lantian.content.resources.engine import kinds
from lantian.content.resources.errors import DiskFull, FileAway
from lantian.content.resources.services.children import Fallen, child_reading, line_of
from lantian.kernel import jobs

log = structlog.get_logger("interactive")
CHILD = Path(__file__).with_name("unpack_child.py")  # a script: never imported
MEMORY, SECONDS, CLOCK_S = 2 << 30, 300, 600
FILES_MOST, SIZE_MOST = 20_000, 2 << 30
PIECE = 1 << 20
STRAY_S = 24 * 3600
_WAYS = {kinds.H5P: "h5p", kinds.SCORM: "scorm", kinds.PAGES: "pages"}


def ask_package(sha256: str, kind: str) -> Package:
    """The package of a file, which the worker is asked to unpack where it does not lie there."""
    found, made = Package.objects.get_or_create(
        blob_id=sha256, defaults={"kind": PackageKind.H5P if kind == kinds.H5P else PackageKind.PAGES}
    )
    lost = found.state == PackageState.READY and not queries.folder_of(sha256).is_dir()  # as after a restore
    if lost:
        found.state = PackageState.WAITING
        found.save(update_fields=["state"])
    if made or found.state == PackageState.WAITING:
        jobs.enqueue("interactive.unpack", lock="interactive.unpack", once=f"unpack:{sha256}", blob=sha256)
    return found


def unpack(sha256: str) -> Package | None:
    """The worker's part. Safe to repeat after a crash."""
    found = Package.objects.select_related("blob").filter(pk=sha256).first()
    if found is None or found.blob.kind not in _WAYS:
        return None
    if found.state == PackageState.READY and queries.folder_of(sha256).is_dir():
        return found
    place = queries.root() / f".part-{uuid4().hex}"
    place.mkdir(parents=True, mode=0o750)
    try:
        said, names, size = _written(resources.at_hand(sha256), _WAYS[found.blob.kind], place)
        _describe(found, said, names)
        found.files, found.size, found.state, found.why = len(names), size, PackageState.READY, ""
        target = queries.folder_of(sha256)
        target.parent.mkdir(exist_ok=True, mode=0o750)
        with contextlib.suppress(OSError):  # somebody else has put the same there
            place.rename(target)
    except (PackageUnfit, OSError, FileAway, DiskFull) as error:
        full = not isinstance(error, PackageUnfit)
        found.state = PackageState.WAITING if full else PackageState.BROKEN
        found.why = "" if full else str(error)[:300]
        log.info("not unpacked", package=sha256[:12], why=str(error)[:200])
        if full:
            raise  # the job is tried again
    finally:
        shutil.rmtree(place, ignore_errors=True)
        found.save()
    return found


def _describe(found: Package, said: dict[str, Any], names: set[str]) -> None:
    """Raises PackageUnfit."""
    if found.blob.kind == kinds.PAGES:
        found.kind, found.start = PackageKind.PAGES, kinds.start_page(names)
        if not found.start:
            raise PackageUnfit(_("压缩包里没有 index.html，不知道从哪一页开始"))
    elif found.blob.kind == kinds.SCORM:
        found.kind = PackageKind.SCORM_2004 if said.get("standard") == "2004" else PackageKind.SCORM_12
        found.parts = outline.parts_of(said.get("parts"), names)
        if not outline.playable(found.parts):
            raise PackageUnfit(_("SCORM 的目录（imsmanifest.xml）里没有能打开的内容"))
    else:
        found.kind = PackageKind.H5P


def _fault(said: dict[str, Any]) -> PackageUnfit:
    words = {
        "libraries": _("这个 H5P 里没有带它要用的库（%(what)s）。请从编辑器里导出完整的 H5P 再传")
        % {"what": str(said.get("what", ""))[:80]},
        "nothing": _("SCORM 的目录（imsmanifest.xml）里没有能打开的内容"),
    }
    return PackageUnfit(
        words.get(str(said.get("fault")), _("文件已损坏，打不开。请在自己的电脑上打开看看，再另存一份上传"))
    )


def _line(out: IO[bytes]) -> dict[str, Any]:
    try:
        found = line_of(out)
    except Fallen as error:
        raise _fault({}) from error
    if "fault" in found:
        raise _fault(found)
    return found


def _written(path: Path, way: str, place: Path) -> tuple[dict[str, Any], set[str], int]:
    """What it says of the whole, the names of its files, and their bytes. Raises PackageUnfit, OSError."""
    names: set[str] = set()
    size = 0
    with child_reading(path, CHILD, memory=MEMORY, seconds=SECONDS, clock_s=CLOCK_S, asked=way) as out:
        said = _line(out)
        while "end" not in (told := _line(out)):
            name, length = told.get("name"), told.get("size")
            if not isinstance(name, str) or not isinstance(length, int) or length < 0:
                raise _fault({})
            size += length
            if len(names) >= FILES_MOST or size > SIZE_MOST:
                raise PackageUnfit(_("互动包展开后太大：最多两万个文件、2 GB"))
            if shutil.disk_usage(place).free - length < settings.LANTIAN_DISK_RESERVE_BYTES:
                raise OSError("the disk is full")
            _write(place, name, out, length)
            names.add(name)
    return said, names, size


def _write(place: Path, name: str, out: IO[bytes], length: int) -> None:
    target = place / queries.file_name(name)
    with target.open("wb") as handle:
        while length:
            piece = out.read(min(PIECE, length))
            if not piece:
                raise _fault({})
            handle.write(piece)
            length -= len(piece)
    target.chmod(0o640)
    with contextlib.suppress(FileExistsError):  # two that differ by letters alone keep their own names
        os.link(target, place / queries.file_name(name.casefold(), folded=True))


def sweep_packages() -> int:
    """Take away what lies unpacked for files that are gone, and what a crash has left. Returns how many folders went."""
    known, gone = set(Package.objects.values_list("pk", flat=True)), 0
    for folder in [*queries.root().glob("??/*"), *queries.root().glob(".part-*")]:
        stray = folder.name.startswith(".part-")
        if (stray and time.time() - folder.stat().st_mtime < STRAY_S) or folder.name in known:
            continue
        shutil.rmtree(folder, ignore_errors=True)
        gone += 1
    return gone
