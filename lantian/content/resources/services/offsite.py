"""Resources' files in an S3, where one is set (docs/adr/0041): sent by a job, had back where one lacks; the disk is a cache.

A file lies there in pieces, each an object, so that sending goes on where it was cut and nothing large is held in memory. What
the disk has counts; the row says only whether the S3 has all of it (`sent_at`).
"""

import contextlib
import fcntl
import hashlib
import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import structlog
from django.conf import settings
from django.utils import timezone

from lantian.content.media.services import offsite
from lantian.content.resources import queries
from lantian.content.resources.errors import DiskFull, FileAway
from lantian.content.resources.models import Blob
from lantian.content.resources.services import objects, storing
from lantian.kernel.bucket import BucketAway, BucketError, NotThere

log = structlog.get_logger("resources")
PIECE = 8 << 20
AT_ONCE = 200  # files that one job looks at
USED_S = 3600  # a file that was asked for within this stays on the disk
TOUCHED_S = 600  # how exactly that is known


def pieces_of(size: int) -> int:
    """Of how many pieces a file is."""
    return max(1, -(-size // PIECE))


def _name(sha256: str, number: int) -> str:
    return f"{objects.folder_of(sha256)}{number:05}"


# To the S3 ------------------------------------------------------------------------------------------------------------------


def send_waiting() -> int:
    """Send what this disk has and the S3 has not, the oldest first. Returns how many files; what cannot be sent now waits for the
    next time, and nobody else does. Safe to be killed anywhere.
    """
    if not offsite.configured():
        return 0
    done = 0
    for blob in queries.unsent_blobs()[:AT_ONCE]:
        path = storing.path_of(blob.sha256)
        if not path.exists():  # another machine's
            continue
        try:
            _send(blob, path)
        except BucketError as error:
            log.warning("not sent", blob=blob.sha256[:12], why=str(error)[:200])
            break
        except FileNotFoundError:  # it was swept meanwhile
            continue
        done += 1
    return done


def _send(blob: Blob, path: Path) -> None:
    """The pieces that are missing there; then the row says so. Raises BucketError, FileNotFoundError."""
    kept, there = offsite.store(), set(offsite.store().names(objects.folder_of(blob.sha256)))
    with path.open("rb") as handle:
        for number in range(pieces_of(blob.size)):
            name = _name(blob.sha256, number)
            if name not in there:
                handle.seek(number * PIECE)
                kept.put(name, handle.read(PIECE))
    if not Blob.objects.filter(pk=blob.pk).update(sent_at=timezone.now()):
        objects.forget(blob.sha256)  # it was swept meanwhile


def sweep_bucket() -> int:
    """Delete what the S3 has of files that have no row any more. Returns how many files. Raises BucketError."""
    if not offsite.configured():
        return 0
    kept, gone = offsite.store(), 0
    for prefix in list(kept.folders(f"{objects.FOLDER}/")):
        found = list(kept.folders(f"{objects.FOLDER}/{prefix}/"))
        known = set(Blob.objects.filter(pk__in=found).values_list("pk", flat=True))
        for sha256 in found:
            if sha256 not in known:
                objects.forget(sha256)
                gone += 1
    return gone


# And back -------------------------------------------------------------------------------------------------------------------


def at_hand(sha256: str) -> Path:
    """A file on this disk, brought there when only the S3 has it. Raises FileNotFoundError where neither has it, FileAway while
    the S3 does not answer, DiskFull, ValueError for what is no hash.
    """
    path = storing.path_of(sha256)
    with contextlib.suppress(FileNotFoundError):
        if time.time() - path.stat().st_atime > TOUCHED_S:
            os.utime(path, (time.time(), path.stat().st_mtime))
        return path
    if not offsite.configured():
        raise FileNotFoundError(path)
    blob = Blob.objects.filter(pk=sha256, sent_at__isnull=False).first()
    if blob is None:
        raise FileNotFoundError(path)
    with _alone(sha256):
        if not path.exists():  # somebody else was quicker
            _bring_back(blob, path)
    return path


@contextlib.contextmanager
def _alone(sha256: str) -> Iterator[None]:
    """One at a time brings a file back, in whatever process of this machine; others wait for it."""
    lock = storing.root() / "back" / f"{sha256}.lock"
    lock.parent.mkdir(parents=True, exist_ok=True, mode=0o750)
    with lock.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
        lock.unlink(missing_ok=True)


def _bring_back(blob: Blob, path: Path) -> None:
    if shutil.disk_usage(storing.root()).free - blob.size < settings.LANTIAN_DISK_RESERVE_BYTES:
        raise DiskFull
    kept, digest, part = offsite.store(), hashlib.sha256(), storing.root() / "back" / uuid4().hex
    try:
        with part.open("wb") as handle:
            for number in range(pieces_of(blob.size)):
                data = kept.get(_name(blob.sha256, number))
                digest.update(data)
                handle.write(data)
            handle.flush()
            os.fsync(handle.fileno())
        if digest.hexdigest() != blob.sha256:
            log.error("other bytes came back", blob=blob.sha256[:12])
            raise FileNotFoundError(path)
        part.chmod(0o640)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o750)
        part.replace(path)
    except NotThere as error:
        raise FileNotFoundError(path) from error
    except BucketAway as error:
        raise FileAway from error
    finally:
        part.unlink(missing_ok=True)


def tidy_cache() -> int:
    """Take files from the disk that the S3 has, the longest unused first, until twice the reserve is free. Of each the S3 is
    asked first whether it has all of it. Returns how many went. Raises BucketError.
    """
    wanted = 2 * settings.LANTIAN_DISK_RESERVE_BYTES
    if not offsite.configured() or shutil.disk_usage(storing.root()).free >= wanted:
        return 0
    gone = 0
    for path in _unused():
        blob = Blob.objects.filter(pk=path.name, sent_at__isnull=False).first()
        if blob is None:
            continue
        if len(list(offsite.store().names(objects.folder_of(blob.sha256)))) != pieces_of(blob.size):
            Blob.objects.filter(pk=blob.pk).update(sent_at=None)  # the S3 has lost some of it: it is sent again
            continue
        path.unlink(missing_ok=True)
        gone += 1
        if shutil.disk_usage(storing.root()).free >= wanted:
            break
    return gone


def _unused() -> list[Path]:
    """Files on the disk that nobody asked for lately, the longest unused first."""
    before = time.time() - USED_S
    found = [(path.stat().st_atime, path) for path in (storing.root() / "blobs").glob("??/" + "?" * 64)]
    return [path for used, path in sorted(found) if used < before]
