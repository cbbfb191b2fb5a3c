"""What is in a cartridge, and its files, as the child without rights says."""

import contextlib
import hashlib
import shutil
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any
from uuid import uuid4

from django.conf import settings
from django.utils.translation import gettext as _

from lantian.content.resources.services import at_hand, storing
from lantian.content.resources.services.children import Fallen, child_reading, line_of
from lantian.content.resources.services.receiving import LARGEST
from lantian.content.sharing import queries
from lantian.content.sharing.engine.cartridge import Outline, outline_of
from lantian.content.sharing.enums import PartKind
from lantian.content.sharing.errors import CartridgeUnfit, SharingError

if TYPE_CHECKING:
    from lantian.content.sharing.models import CartridgePart

CHILD = Path(__file__).with_name("cartridge_child.py")  # a script: never imported
BOUNDS: dict[str, Any] = {"memory": 2 << 30, "seconds": 300, "clock_s": 600}
OUTLINE_MOST = 16 << 20
FILES_MOST, SIZE_MOST, PIECE = 2001, 2 << 30, 1 << 20
PACKED = (".html", ".htm", ".xhtml", ".css", ".js", ".json", ".svg", ".xml", ".txt")


def read_outline(sha256: str) -> Outline:
    """Raises CartridgeUnfit with the reason in words."""
    with child_reading(at_hand(sha256), CHILD, asked="outline", **BOUNDS) as out:
        try:
            said = line_of(out, OUTLINE_MOST)
        except Fallen:
            said = {"fault": "broken"}
    if "fault" in said:
        raise CartridgeUnfit(_fault_words(str(said["fault"])))
    return outline_of(said, queries.words())


def _fault_words(fault: str) -> str:
    words = {
        "locked": _("这个课程包要有授权码才能用，请让原来的平台导出不加锁的"),
        "manifest": _("包里的目录（imsmanifest.xml）读不出来，不能使用。请从原来的系统里再导出一次"),
        "many": _("课程包里的东西太多了，请分成几个导出"),
    }
    return words.get(fault, _("文件已损坏，打不开。请在自己的电脑上打开看看，再另存一份上传"))


@dataclass(slots=True)
class Taken:
    """A part's file: where it lies for now, what it is called, a hash of what is in it, and how many addresses lead nowhere."""

    path: Path
    name: str
    digest: str = ""
    lost: int = 0
    why: str = ""


@dataclass(slots=True)
class _Bag:
    """Where files of parts lie until they are kept."""

    folder: Path
    found: dict[int, Taken] = field(default_factory=dict)


@contextlib.contextmanager
def files_of(sha256: str, parts: "Sequence[CartridgePart]") -> Iterator[dict[int, Taken]]:
    """Files of some parts by their lines, until the block ends. One that cannot be read has the reason in `why`; those after it
    are not there, and have to be asked for again.
    """
    bag = _Bag(storing.root() / "uploads" / f"cartridge-{uuid4().hex}")
    bag.folder.mkdir(parents=True, mode=0o750)
    wanted = {part.line: part for part in parts}
    try:
        if wanted:
            asked = ",".join(map(str, wanted))
            with child_reading(at_hand(sha256), CHILD, asked=asked, **BOUNDS) as out:
                _receive(out, wanted, bag)
        yield bag.found
    finally:
        shutil.rmtree(bag.folder, ignore_errors=True)


def _receive(out: IO[bytes], wanted: "dict[int, CartridgePart]", bag: _Bag) -> None:
    for part in wanted.values():  # as they were asked for
        taken = Taken(bag.folder / str(part.line), _name_of(part))
        try:
            said = line_of(out)
            if said.get("line") != part.line:
                raise Fallen
            taken.lost = said["lost"] if isinstance(said.get("lost"), int) else 0
            if part.kind == PartKind.PAGES:
                _as_package(out, taken)
            else:
                _as_file(out, taken)
            bag.found[part.line] = taken
        except (Fallen, zipfile.LargeZipFile, ValueError):
            bag.found[part.line] = Taken(taken.path, taken.name, why=_("在课程包里已经损坏，读不出来"))
            return


def _name_of(part: "CartridgePart") -> str:
    if part.kind == PartKind.PAGES:
        return f"{part.title[:100]}.zip"
    return part.name.rpartition("/")[2] or part.title


def _next(out: IO[bytes]) -> tuple[str, int] | None:
    """The next file's name and length; None when the part is whole. Raises Fallen, SharingError (no room)."""
    said = line_of(out)
    if "done" in said:
        return None
    name, size = said.get("name"), said.get("size")
    if not isinstance(name, str) or not isinstance(size, int) or not 0 <= size <= LARGEST:
        raise Fallen
    if shutil.disk_usage(storing.root()).free - size < settings.LANTIAN_DISK_RESERVE_BYTES:
        raise SharingError(_("服务器的硬盘快满了，导入停在这里。腾出空间后重新开始，已经导入的不会再导一次"))
    return name, size


def _pieces(out: IO[bytes], size: int) -> Iterator[bytes]:
    while size:
        piece = out.read(min(PIECE, size))
        if not piece:
            raise Fallen
        size -= len(piece)
        yield piece


def _as_file(out: IO[bytes], taken: Taken) -> None:
    found, digest = _next(out), hashlib.sha256()
    if found is None:
        raise Fallen
    with taken.path.open("wb") as handle:
        for piece in _pieces(out, found[1]):
            digest.update(piece)
            handle.write(piece)
    if _next(out) is not None:
        raise Fallen
    taken.digest = digest.hexdigest()


def _as_package(out: IO[bytes], taken: Taken) -> None:
    """A ZIP of our own making: the same content is the same file, whenever it is packed."""
    digest, count, size = hashlib.sha256(b"pages"), 0, 0
    with zipfile.ZipFile(taken.path, "w") as archive:
        while (found := _next(out)) is not None:
            name, length = found
            count, size = count + 1, size + length
            if count > FILES_MOST or size > SIZE_MOST:
                taken.why = taken.why or _("网页和它用的文件太多或太大了")
            entry = zipfile.ZipInfo(name)
            entry.external_attr = 0o640 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED if name.lower().endswith(PACKED) else zipfile.ZIP_STORED
            digest.update(f"{name}\0{length}\0".encode())
            with archive.open(entry, "w", force_zip64=length > 1 << 31) as target:
                for piece in _pieces(out, length):
                    digest.update(piece)
                    if not taken.why:
                        target.write(piece)
    taken.digest = digest.hexdigest()
