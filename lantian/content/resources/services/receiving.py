"""Files on their way here, in pieces: what the tus protocol needs, without its words.

How far an upload is stands in its row and is only ever what is safely on the disk, so a process that is killed in the middle of a
piece costs what it had not said yet, and whoever sends goes on from there: in another window, on another day.
"""

import contextlib
import errno
import fcntl
import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path, PurePosixPath
from typing import IO

from django.conf import settings
from django.db import transaction
from django.db.models import F, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from lantian.content.resources import queries, rules
from lantian.content.resources.enums import UploadState
from lantian.content.resources.errors import (
    DiskFull,
    FileUnfit,
    QuotaFull,
    TooLarge,
    UploadBusy,
    UploadOver,
    WrongChecksum,
    WrongOffset,
)
from lantian.content.resources.models import Upload
from lantian.content.resources.services import storing
from lantian.kernel import jobs
from lantian.kernel.journal.services import record
from lantian.kernel.rules import Actor, require

LARGEST = 4 << 30  # bytes of one file
UNDER_WAY = 20  # uploads of one person that are not over
PERSON_BYTES = 20 << 30  # of them together
LASTS = timedelta(days=7)  # since the last piece
PIECE, SAID_EACH = 1 << 18, 4 << 20  # bytes read at once; bytes after which it is said how far it is
CHECKSUMS = ("sha1", "sha256", "md5")
Read = Callable[[int], bytes]


@transaction.atomic
def begin_upload(*, name: str, size: int, told_sha256: str = "", by: Actor) -> Upload:
    """Make room for a file of `size` bytes. Raises Denied, FileUnfit (empty), TooLarge, QuotaFull, DiskFull."""
    require(rules.may_upload, by)
    assert by.person_id is not None  # the rule asked for both
    assert by.grant is not None
    if size <= 0:
        raise FileUnfit(_("这是一个空文件"))
    if size > LARGEST:
        raise TooLarge(_("一个文件最多 %(gb)s GB") % {"gb": LARGEST >> 30})
    mine = Upload.objects.filter(person=by.person_id, state=UploadState.RECEIVING)
    if mine.count() >= UNDER_WAY or (mine.aggregate(n=Sum("size"))["n"] or 0) + size > PERSON_BYTES:
        raise QuotaFull(_("没有传完的文件太多了，先传完，或在“我的资源”里删掉"))
    if queries.bytes_of(by.grant.organization_id) + size > settings.LANTIAN_RESOURCES_UNIT_BYTES:
        raise QuotaFull
    if not _room_for(size):
        raise DiskFull
    made = Upload.objects.create(
        person_id=by.person_id,
        organization_id=by.grant.organization_id,
        name=PurePosixPath(name.replace("\\", "/").replace("\0", "")).name.strip()[-150:] or _("未命名"),
        size=size,
        told_sha256=told_sha256.lower() if len(told_sha256) == 64 else "",
        expires_at=timezone.now() + LASTS,
    )
    record("resources.upload_begun", made, by=by, name=made.name, size=size)
    return made


def _room_for(size: int) -> bool:
    """Besides what others have begun to send."""
    coming = Upload.objects.filter(state=UploadState.RECEIVING).aggregate(n=Coalesce(Sum(F("size") - F("offset")), 0))
    storing.root().mkdir(parents=True, exist_ok=True, mode=0o750)
    free = shutil.disk_usage(storing.root()).free
    return bool(free - coming["n"] - size > settings.LANTIAN_DISK_RESERVE_BYTES)


@contextlib.contextmanager
def _open_alone(path: Path) -> Iterator[IO[bytes]]:
    """The file, by one process at a time; a killed one lets go by itself. Raises UploadBusy."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o750)
    with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o640), "r+b", buffering=0) as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise UploadBusy from error
        yield handle


def write_piece(
    upload: Upload, *, offset: int, read: Read, checksum: tuple[str, bytes] | None = None, by: Actor
) -> Upload:
    """Append what `read` gives, from `offset` on; complete, it is handed to the worker. Outside of transactions.

    With a checksum (its name and digest) the piece counts as a whole or not at all. What `read` raises comes out, with what had
    come until then kept. Raises Denied, UploadOver, UploadBusy, WrongOffset, TooLarge, WrongChecksum, DiskFull.
    """
    require(rules.may_manage_upload, by, upload)
    with _open_alone(storing.path_of_upload(upload)) as handle:
        upload = _receiving(upload)  # as it is now that nobody else writes
        _believe_the_disk(upload, handle)
        if offset != upload.offset:
            raise WrongOffset(upload.offset)
        at, summed = handle.seek(offset), hashlib.new(checksum[0], usedforsecurity=False) if checksum else None
        handle.truncate()  # what a killed process had written and not said
        try:
            while piece := read(PIECE):
                if at + len(piece) > upload.size:
                    raise TooLarge(_("传来的比说好的多"))
                at += _write(handle, piece)
                if summed is not None:
                    summed.update(piece)
                elif at - upload.offset >= SAID_EACH:
                    _say(upload, handle, at)
            if summed is not None and checksum is not None and summed.digest() != checksum[1]:
                raise WrongChecksum
        except (WrongChecksum, TooLarge):
            handle.truncate(upload.offset)
            raise
        except BaseException:
            if summed is None:
                _say(upload, handle, at)
            raise
        _say(upload, handle, at)
    return upload


def _believe_the_disk(upload: Upload, handle: IO[bytes]) -> None:
    """After a restore the disk may have less than the row says: what is missing is sent again, not made up of zeros."""
    there = os.fstat(handle.fileno()).st_size
    if there < upload.offset:
        upload.offset = there
        upload.save(update_fields=["offset"])


def _receiving(upload: Upload) -> Upload:
    found = Upload.objects.filter(pk=upload.pk, state=UploadState.RECEIVING, expires_at__gt=timezone.now()).first()
    if found is None:
        raise UploadOver
    return found


def _write(handle: IO[bytes], piece: bytes) -> int:
    view, done = memoryview(piece), 0
    try:
        while done < len(view):
            done += handle.write(view[done:])
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise DiskFull from error
        raise
    return done


def _say(upload: Upload, handle: IO[bytes], at: int) -> None:
    """Note how far it is, once that is on the disk; at the end the worker is asked to look at it, together with that."""
    os.fdatasync(handle.fileno())
    with transaction.atomic():
        upload.offset, upload.expires_at = at, timezone.now() + LASTS
        if at == upload.size:
            upload.state = UploadState.CHECKING
            jobs.enqueue("resources.take_in", upload=str(upload.pk), lock=f"resources.take_in.{upload.pk}")
        upload.save(update_fields=["offset", "expires_at", "state"])


@transaction.atomic
def drop_upload(upload: Upload, *, by: Actor) -> None:
    """Give it up: what was received is deleted; a resource made of it keeps its file. Raises Denied."""
    require(rules.may_manage_upload, by, upload)
    path = storing.path_of_upload(upload)
    record("resources.upload_dropped", upload, by=by, name=upload.name)
    Upload.objects.filter(pk=upload.pk).delete()
    transaction.on_commit(lambda: path.unlink(missing_ok=True))


def expire_uploads() -> int:
    """Those that nobody went on with for a week, and results that nobody has used. Returns how many."""
    gone = 0
    for upload in Upload.objects.filter(expires_at__lt=timezone.now()).exclude(state=UploadState.CHECKING):
        storing.path_of_upload(upload).unlink(missing_ok=True)
        upload.delete()
        gone += 1
    return gone
