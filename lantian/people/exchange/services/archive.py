"""The ZIP that somebody sent, opened with suspicion: what it may hold, and how much."""

import codecs
import io
import stat
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, BinaryIO

from lantian.people.exchange.engine.oneroster import FILES, MANIFEST_FILE

MAX_UPLOAD = 512 * 2**20
MAX_MEMBERS = 64
MAX_UNPACKED = 4 * 2**30
MAX_RATIO = 200
SMALL = 16 * 2**20  # below this a high ratio is only a very regular file
_NESTED = (".zip", ".rar", ".7z", ".gz", ".tar", ".xz", ".bz2")
_NAMES = {MANIFEST_FILE.lower(): MANIFEST_FILE} | {spec.name.lower(): spec.name for spec in FILES.values()}


class BadArchive(Exception):
    """The file is not taken; `code` and `params` say why (queries.words has the sentences)."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code)
        self.code, self.params = code, params


@dataclass(frozen=True)
class Member:
    """A CSV file of ours in the archive: its name in the standard, its name in the archive, its unpacked size in bytes."""

    name: str
    inside: str
    size: int


def _checked(info: zipfile.ZipInfo) -> None:
    name = info.filename
    if name.startswith(("/", "\\")) or "\\" in name or ":" in name or ".." in name.split("/") or "\x00" in name:
        raise BadArchive("archive_path", name=name[:80])
    if stat.S_ISLNK(info.external_attr >> 16):
        raise BadArchive("archive_link", name=name[:80])
    if info.flag_bits & 0x1:
        raise BadArchive("archive_locked")
    if name.lower().endswith(_NESTED):
        raise BadArchive("archive_nested", name=name[:80])
    if info.file_size > SMALL and info.file_size > MAX_RATIO * max(info.compress_size, 1):
        raise BadArchive("archive_bomb", name=name[:80])


def members(archive: zipfile.ZipFile) -> tuple[dict[str, Member], list[str]]:
    """The files of ours by their standard name, and the names of the others. Raises BadArchive."""
    infos = archive.infolist()
    if len(infos) > MAX_MEMBERS:
        raise BadArchive("archive_many", count=len(infos), most=MAX_MEMBERS)
    found: dict[str, Member] = {}
    others: list[str] = []
    for info in infos:
        if info.is_dir() or info.filename.startswith("__MACOSX/"):
            continue
        _checked(info)
        base = _NAMES.get(info.filename.rpartition("/")[2].lower())
        if base is None:
            others.append(info.filename[:80])
        elif base in found:
            raise BadArchive("archive_twice", name=base)
        else:
            found[base] = Member(base, info.filename, info.file_size)
    if sum(info.file_size for info in infos) > MAX_UNPACKED:
        raise BadArchive("archive_large", most=MAX_UNPACKED // 2**30)
    if not set(found) - {MANIFEST_FILE}:
        raise BadArchive("archive_empty")
    return found, others


@contextmanager
def opened(path: "Path | BinaryIO") -> Iterator[zipfile.ZipFile]:
    """The archive. Raises BadArchive when it is none, or turns out broken while it is read."""
    try:
        with zipfile.ZipFile(path) as archive:
            yield archive
    except (zipfile.BadZipFile, EOFError, NotImplementedError, OSError, RuntimeError) as error:
        if isinstance(error, OSError) and not isinstance(error, zipfile.BadZipFile):
            raise
        raise BadArchive("archive_broken") from error


class Counted(io.RawIOBase):
    """A member's bytes, counted: what the archive says about sizes is not believed."""

    def __init__(self, stream: IO[bytes], limit: int) -> None:
        self._stream, self._limit, self._left = stream, limit, limit

    @property
    def taken(self) -> int:
        return self._limit - self._left

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        piece = self._stream.read(len(buffer))
        self._left -= len(piece)
        if self._left < 0:
            raise BadArchive("archive_bomb", name="")
        buffer[: len(piece)] = piece
        return len(piece)


def taken(content: io.BufferedReader) -> int:
    """How many bytes of what `stream` gave have been unpacked."""
    assert isinstance(content.raw, Counted)
    return content.raw.taken


def stream(archive: zipfile.ZipFile, member: Member) -> io.BufferedReader:
    """A member's bytes, buffered."""
    return io.BufferedReader(Counted(archive.open(member.inside), member.size), buffer_size=1 << 18)


def is_utf8(pieces: BinaryIO) -> bool:
    """Whether the stream is UTF-8 to its end."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        while piece := pieces.read(1 << 18):
            decoder.decode(piece)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def other_encoding(pieces: BinaryIO) -> str:
    """What a stream that is not UTF-8 looks like, as a code: "encoding_gb18030", "encoding_utf16" or "encoding_unknown"."""
    decoder = codecs.getincrementaldecoder("gb18030")()
    first = True
    try:
        while piece := pieces.read(1 << 18):
            if first and piece[:2] in {b"\xff\xfe", b"\xfe\xff"}:
                return "encoding_utf16"
            first = False
            decoder.decode(piece)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return "encoding_unknown"
    return "encoding_gb18030"


def pack(files: "list[tuple[str, BinaryIO]]", target: BinaryIO) -> None:
    """Loose CSV files into one archive, so that all that follows knows one kind. Raises BadArchive for other names."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        seen: set[str] = set()
        for name, content in files:
            base = _NAMES.get(name.lower())
            if base is None:
                raise BadArchive("file_name", name=name[:80])
            if base in seen:
                raise BadArchive("archive_twice", name=base)
            seen.add(base)
            with archive.open(base, "w") as into:
                while piece := content.read(1 << 18):
                    into.write(piece)
