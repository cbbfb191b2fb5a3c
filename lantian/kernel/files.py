"""Files that people bring: stored under random names, typed by their content, served as nothing else than that.

Nothing of the sender's name or claimed type is trusted, nothing is ever executed, and the folder is not under any address:
a view that has asked its rule hands a file out with `file_response`.
"""

import re
import secrets
import time
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header

from lantian.kernel.whole import write_whole

# Content types we know by their first bytes, and the ending each is stored under.
ENDINGS = {
    "application/pdf": "pdf",
    "image/png": "png",
    "image/jpeg": "jpg",
    "image/webp": "webp",
    "application/zip": "zip",
    "application/x-ole-storage": "ole",  # documents of office software before 2007
}
_FOLDER = re.compile(r"[a-z][a-z0-9-]{0,23}")
_NAME = re.compile(r"[a-z][a-z0-9-]{0,23}/[0-9a-f]{2}/[0-9a-f]{32}\.[a-z0-9]{2,5}")
HEAD_BYTES = 1024


class FileRefused(Exception):
    """The file is not taken. `code`: "type", "size" or "empty"."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class StoredFile:
    """`name` finds the file again; `kind` is the content type by its bytes; `size` in bytes."""

    name: str
    kind: str
    size: int


def sniff(head: bytes) -> str | None:
    """The content type by the first bytes, or None for anything we do not take."""
    if head.startswith(b"%PDF-"):
        return "application/pdf"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if head.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    if head.startswith(b"PK\x03\x04"):
        return "application/zip"
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return "application/x-ole-storage"
    return None


def root() -> Path:
    return Path(settings.LANTIAN_FILES_ROOT)


def path_of(name: str) -> Path:
    """Where a stored file lies. Raises ValueError for a name we never made."""
    if not _NAME.fullmatch(name):
        raise ValueError("not a stored file's name")
    return root() / name


def _new_name(folder: str, kind: str) -> str:
    if not _FOLDER.fullmatch(folder):
        raise ValueError(f"bad folder {folder!r}")
    token = secrets.token_hex(16)
    return f"{folder}/{token[:2]}/{token}.{ENDINGS[kind]}"


def _write(name: str, pieces: Iterable[bytes], limit: int) -> int:
    """Write atomically; refuses what grows past `limit`."""
    path = path_of(name)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o750)
    size = 0

    def measured() -> Iterator[bytes]:
        nonlocal size
        for piece in pieces:
            size += len(piece)
            if size > limit:
                raise FileRefused("size")
            yield piece

    write_whole(path, measured(), mode=0o640)
    return size


def _pieces(head: bytes, rest: BinaryIO) -> Iterable[bytes]:
    yield head
    while piece := rest.read(1 << 18):
        yield piece


def save_upload(upload: BinaryIO, *, folder: str, kinds: Iterable[str], limit: int) -> StoredFile:
    """Store what somebody sent (a Django UploadedFile or any binary file). Raises FileRefused.

    `kinds` are the content types taken here, `limit` the most bytes; both are checked by what the file is, not what it says.
    """
    head = upload.read(HEAD_BYTES)
    if not head:
        raise FileRefused("empty")
    kind = sniff(head)
    if kind is None or kind not in set(kinds):
        raise FileRefused("type")
    name = _new_name(folder, kind)
    return StoredFile(name, kind, _write(name, _pieces(head, upload), limit))


def save_bytes(data: bytes, *, folder: str, kind: str) -> StoredFile:
    """Store what we made ourselves."""
    name = _new_name(folder, kind)
    return StoredFile(name, kind, _write(name, [data], len(data)))


def remove(name: str) -> None:
    """Delete a stored file; one that is gone already is no error."""
    path_of(name).unlink(missing_ok=True)


def remove_strays(folder: str, known: Container[str], *, older_s: float) -> int:
    """Delete what lies in a folder for longer than `older_s` and is in no record: left by a process that was killed between
    writing a file and remembering its name. `known` holds the names that are remembered. Returns how many went.
    """
    if not _FOLDER.fullmatch(folder):
        raise ValueError(f"bad folder {folder!r}")
    before, gone = time.time() - older_s, 0
    for path in (root() / folder).glob("??/*"):
        if f"{folder}/{path.parent.name}/{path.name}" in known:
            continue
        try:
            if path.stat().st_mtime < before:
                path.unlink()
                gone += 1
        except FileNotFoundError:  # somebody else removed it
            continue
    return gone


SENT_BY_FRONT_DOOR = "X-Accel-Redirect"  # what the front door wants to hear, if it serves files itself


def large_response(
    request: HttpRequest, path: Path, *, root: Path, kind: str, download_as: str = "", kept_s: int = 0
) -> HttpResponseBase:
    """Hand out a file of ours under `root`, however large: by the front door where there is one, which holds no process of ours
    and answers ranges; else from here. Whoever calls has asked the rule. Raises FileNotFoundError, ValueError (not below `root`).
    """
    place = path.relative_to(root)
    if not path.is_file():
        raise FileNotFoundError(path)
    response: HttpResponseBase
    if request.headers.get("X-Sendfile-Type") == SENT_BY_FRONT_DOOR:
        response = HttpResponse(content_type=kind)
        response[SENT_BY_FRONT_DOOR] = f"/{place.as_posix()}"
    else:
        response = FileResponse(path.open("rb"), content_type=kind)
    if download_as:
        response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=download_as) or ""
    response["X-Content-Type-Options"] = "nosniff"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    response["Cache-Control"] = f"private, max-age={kept_s}" if kept_s else "private, no-store"
    return response


def file_response(name: str, *, download_as: str = "", headers: Mapping[str, str] | None = None) -> FileResponse:
    """Hand a stored file out under its fixed content type, unable to run as a page. Raises FileNotFoundError, ValueError."""
    path = path_of(name)
    kind = next((kind for kind, ending in ENDINGS.items() if path.suffix == f".{ending}"), "application/octet-stream")
    response = FileResponse(
        path.open("rb"), content_type=kind, as_attachment=bool(download_as), filename=download_as or path.name
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    response["Cache-Control"] = "private, max-age=31536000, immutable"
    for key, value in (headers or {}).items():
        response[key] = value
    return response
