"""Files below the import root, opened so that no path and no link leads out of it."""

import hashlib
import os
import stat
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import uuid4

from django.utils.translation import gettext as _

from lantian.content.resources.services.receiving import LARGEST
from lantian.content.resources.services.storing import root as kept_root
from lantian.content.sharing import queries
from lantian.content.sharing.errors import PlaceRefused

PIECE = 1 << 20


def parts_of(path: str) -> list[str]:
    """A path below the root in its parts. Raises PlaceRefused for one that leads elsewhere."""
    parts = [part for part in path.replace("\\", "/").split("/") if part not in ("", ".")]
    if path.startswith(("/", "\\")) or ".." in parts or "\0" in path or (parts and parts[0].endswith(":")):
        raise PlaceRefused(_("路径不能指到目录外面"))
    if not parts:
        raise PlaceRefused(_("没有填文件"))
    return parts


def _forms(part: str) -> list[str]:
    return list(dict.fromkeys((part, unicodedata.normalize("NFC", part), unicodedata.normalize("NFD", part))))


def _step(part: str, flags: int, folder: int) -> int:
    """Open one part below an open folder, however its accents are written; a link is not followed. Raises OSError."""
    for form in _forms(part):
        with suppress(FileNotFoundError):
            return os.open(form, flags | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK, dir_fd=folder)
    raise FileNotFoundError(part)


@contextmanager
def opened(folder: str, path: str) -> Iterator[int]:
    """A file of a folder below the root: its descriptor. Step by step, so that nobody can put a link in between.

    Raises PlaceRefused with the reason in words.
    """
    parts = [*([] if folder in ("", ".") else parts_of(folder)), *parts_of(path)]
    here = os.open(queries.root(), os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        for part in parts[:-1]:
            below = _step(part, os.O_RDONLY | os.O_DIRECTORY, here)
            os.close(here)
            here = below
        handle = _step(parts[-1], os.O_RDONLY, here)
    except FileNotFoundError as error:
        raise PlaceRefused(_("没有这个文件")) from error
    except OSError as error:  # ELOOP, ENOTDIR: a link
        raise PlaceRefused(_("这是一个链接，或者不能读")) from error
    finally:
        os.close(here)
    try:
        found = os.fstat(handle)
        if not stat.S_ISREG(found.st_mode):
            raise PlaceRefused(_("这不是一个文件"))
        if found.st_size == 0:
            raise PlaceRefused(_("这是一个空文件"))
        if found.st_size > LARGEST:
            raise PlaceRefused(_("一个文件最多 %(gb)s GB") % {"gb": LARGEST >> 30})
        yield handle
    finally:
        os.close(handle)


def seen_of(handle: int) -> str:
    """Size and time of change: by them a file that was not touched is known again."""
    found = os.fstat(handle)
    return f"{found.st_size}:{found.st_mtime_ns}"


def copy_of(handle: int) -> tuple[Path, str]:
    """A copy of our own, which nobody changes while it is looked at, and its SHA-256. The caller takes it away.

    Not a hard link: the file there may be written to in place, and would change under its hash.
    """
    target = kept_root() / "uploads" / uuid4().hex
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o750)
    digest, at = hashlib.sha256(), 0
    try:
        with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o640), "wb", buffering=0) as out:
            while piece := os.pread(handle, PIECE, at):
                digest.update(piece)
                out.write(piece)
                at += len(piece)
    except BaseException:
        target.unlink(missing_ok=True)
        raise
    return target, digest.hexdigest()
