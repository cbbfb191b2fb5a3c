"""Files by their content, on the disk: put once, kept while something points to them, swept away afterwards."""

import contextlib
import ctypes
import fcntl
import hashlib
import os
import re
import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from lantian.content.resources.engine import likeness
from lantian.content.resources.models import Blob, Rendition, ResourceVersion, Upload
from lantian.content.resources.services import objects

KEPT_FOR = timedelta(days=1)  # a file that nothing points to yet, or any more
PIECE = 1 << 20
MANY = 32  # files: from then on the file system is asked to write all that waits
_SHA = re.compile(r"[0-9a-f]{64}")


def root() -> Path:
    """Below the folder that the front door hands files out of; hidden, so that nothing here has an address of its own."""
    return Path(settings.LANTIAN_MEDIA_ROOT) / ".resources"


def path_of(sha256: str) -> Path:
    """Where a file lies. Raises ValueError for what is no hash."""
    if not _SHA.fullmatch(sha256):
        raise ValueError("not a hash")
    return root() / "blobs" / sha256[:2] / sha256


def path_of_upload(upload: Upload) -> Path:
    """Where an upload is written while it is on its way."""
    return root() / "uploads" / str(upload.pk)


def digest_of(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


@contextlib.contextmanager
def _alone(sha256: str) -> Iterator[None]:
    """Nobody else puts or sweeps a file of that hash meanwhile, in whatever process."""
    path = root() / "blobs" / sha256[:2] / ".lock"
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o750)
    with path.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


@dataclass(frozen=True, slots=True)
class Laid:
    """A file that lies somewhere on the same disk, and what was found in it."""

    path: Path
    kind: str
    facts: dict[str, Any]
    text: str = ""
    likeness: int | None = None


def put(path: Path, *, kind: str, facts: dict[str, object], text: str = "", likeness: int | None = None) -> Blob:
    """Keep a file by its content; where it is kept already nothing is written. The caller takes `path` away once that is sure.

    Returns it, held until the transaction ends.
    """
    return put_files([Laid(path, kind, facts, text, likeness)])[0]


def put_files(files: Sequence[Laid]) -> list[Blob]:
    """As `put`, of many files, in a fixed number of statements; in their order. Once in a transaction."""
    if not files:
        return []
    named = [digest_of(one.path) for one in files]
    laid = dict(zip(named, files, strict=True))
    rows = [
        Blob(
            sha256=sha256,
            size=one.path.stat().st_size,
            kind=one.kind,
            facts=one.facts,
            text=one.text.replace("\0", ""),
            likeness=one.likeness,
        )
        for sha256, one in laid.items()
    ]
    with _held(rows) as blobs:
        fresh = {sha256: one.path for sha256, one in laid.items() if not path_of(sha256).exists()}
        _settle(fresh.values())
        for sha256, path in fresh.items():
            path.chmod(0o640)
            os.link(path, path_of(sha256))  # whole at once, and a crash before the commit loses nothing
    return [blobs[sha256] for sha256 in named]


@contextlib.contextmanager
def _held(described: Sequence[Blob]) -> Iterator[dict[str, Blob]]:
    """Rows of files by their hashes, made where there are none and held until the transaction ends; nobody else puts or sweeps
    these files meanwhile.
    """
    with ExitStack() as stack, transaction.atomic():
        # always in this order: two who put do not wait in a ring
        for start in sorted({blob.sha256[:2] for blob in described}):
            stack.enter_context(_alone(start))
        Blob.objects.bulk_create(described, ignore_conflicts=True)
        rows = Blob.objects.select_for_update().filter(pk__in=[blob.sha256 for blob in described]).order_by("pk")
        blobs = {row.pk: row for row in rows.defer("text")}
        yield blobs
        if any(blob.sent_at is None for blob in blobs.values()):
            objects.ask_sending()


@dataclass(frozen=True, slots=True)
class Known:
    """A small file of the platform's own making: nobody has to look at it to know what it is. `likeness` follows from the text
    where it is not said."""

    data: bytes
    kind: str
    facts: dict[str, Any] = field(default_factory=dict)
    text: str = ""
    likeness: int | None = None


def put_many(files: Sequence[Known]) -> list[Blob]:
    """Keep many small files by their content, in a fixed number of statements; in their order. Once in a transaction.

    They are written before any of them is waited for, so that the disk takes them together.
    """
    named = {hashlib.sha256(one.data).hexdigest(): one for one in files}
    with _held([_described(sha256, one) for sha256, one in named.items()]) as blobs:
        _write_together({sha256: one.data for sha256, one in named.items()})
    return [blobs[hashlib.sha256(one.data).hexdigest()] for one in files]


def _described(sha256: str, one: Known) -> Blob:
    alike = one.likeness if one.likeness is not None else likeness.of_text(one.text)
    text = one.text.replace("\0", "")
    return Blob(sha256=sha256, size=len(one.data), kind=one.kind, facts=one.facts, text=text, likeness=alike)


def _write_together(files: dict[str, bytes]) -> None:
    """Each whole at once under its name, and all of them on the disk at the end."""
    folder, fresh = root() / "uploads", {}
    folder.mkdir(parents=True, exist_ok=True, mode=0o750)
    with ExitStack() as stack:
        for sha256, data in files.items():
            if not path_of(sha256).exists():
                fresh[sha256] = folder / uuid4().hex
                stack.callback(fresh[sha256].unlink, missing_ok=True)
                with os.fdopen(os.open(fresh[sha256], os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o640), "wb") as handle:
                    handle.write(data)
        _settle(fresh.values())
        for sha256, path in fresh.items():
            path.rename(path_of(sha256))


def _settle(paths: Collection[Path]) -> None:
    """Have what was written on the disk: of many the whole file system at once, which takes no longer than a few alone."""
    folder = os.open(root(), os.O_RDONLY)
    try:
        if len(paths) > MANY and getattr(ctypes.CDLL(None), "syncfs", lambda _handle: -1)(folder) == 0:
            return
    finally:
        os.close(folder)
    for path in paths:
        with path.open("rb") as handle:
            os.fsync(handle.fileno())


def _unused() -> "object":
    versions = ResourceVersion.objects.filter(blob=OuterRef("pk"))
    uploads = Upload.objects.filter(blob=OuterRef("pk"))
    previewed = Blob.objects.filter(Q(preview=OuterRef("pk")) | Q(cover=OuterRef("pk")))
    films = Rendition.objects.filter(file=OuterRef("pk"))
    return ~Exists(versions) & ~Exists(uploads) & ~Exists(previewed) & ~Exists(films)


def sweep_blobs(*, older: timedelta = KEPT_FOR) -> int:
    """Delete files that nothing points to, and what lies on the disk without a row. Returns how many files went."""
    before, gone = timezone.now() - older, 0
    for sha256 in Blob.objects.filter(_unused(), created_at__lt=before).values_list("pk", flat=True):
        gone += _drop(sha256)
    return gone + _sweep_strays(older.total_seconds())


def _drop(sha256: str) -> int:
    with _alone(sha256):
        with transaction.atomic():
            # one that is being put in use this moment is held, and passed over
            rows = Blob.objects.select_for_update(skip_locked=True, of=("self",)).filter(_unused(), pk=sha256)
            found = rows.first()
            if found is None:
                return 0
            found.delete()
        path_of(sha256).unlink(missing_ok=True)
        objects.let_go(sha256)
    return 1


def _sweep_strays(older_s: float) -> int:
    before, gone = time.time() - older_s, 0
    for path in (root() / "blobs").glob("??/*"):
        if not _SHA.fullmatch(path.name) or path.stat().st_mtime > before:
            continue
        with _alone(path.name):
            if not Blob.objects.filter(pk=path.name).exists():
                path.unlink(missing_ok=True)
                gone += 1
    known = {str(pk) for pk in Upload.objects.values_list("pk", flat=True)}
    # and what a process that was killed had begun to bring back from the S3
    for path in [*(root() / "uploads").glob("*"), *(root() / "back").glob("*")]:
        if path.name not in known and path.stat().st_mtime < before:
            path.unlink(missing_ok=True)
            gone += 1
    return gone
