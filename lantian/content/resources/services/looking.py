"""What a file is and whether it can be taken: by its first bytes, by an archive's list, then by a child without rights."""

import contextlib
import json
import mmap
import os
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from io import FileIO
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from lantian.content.resources.engine import kinds, likeness
from lantian.content.resources.engine.archives import DIRECTORY, Entry, fault_of
from lantian.content.resources.errors import FileUnfit
from lantian.content.resources.services.children import said_of_all

CHILD = Path(__file__).with_name("look_child.py")  # a script: never imported
MEMORY, SECONDS, CLOCK_S = 3 << 30, 60, 90
ANSWER, TEXT_BYTES = 2 << 20, 200_000
_BLACK = [0] * 72  # greys, nine by eight
_WAYS = {"pdf": "pdf", "image": "image", "video": "film", "audio": "film"}


@dataclass(frozen=True, slots=True)
class Seen:
    """What was found in a file."""

    kind: str
    facts: dict[str, Any] = field(default_factory=dict)
    text: str = ""
    likeness: int | None = None


@dataclass(frozen=True, slots=True)
class _Outside:
    """What can be said of a file without opening it, and the way in which a child is to look into it, if any."""

    kind: str
    facts: dict[str, Any]
    way: str


def look(path: Path, name: str) -> Seen:
    """Judge a file by what is in it. Raises FileUnfit with the reason and what to do, in words."""
    (found,) = look_at_each([(path, name)])
    if isinstance(found, FileUnfit):
        raise found
    return found


def look_at_each(files: Sequence[tuple[Path, str]]) -> list[Seen | FileUnfit]:
    """Judge files, each with its name, by what is in them, in their order; children that many share look into them."""
    judged = [_judged(path, name) for path, name in files]
    inside = [
        (path, one.way)
        for (path, _name), one in zip(files, judged, strict=True)
        if isinstance(one, _Outside) and one.way
    ]
    asked = said_of_all(inside, CHILD, memory=MEMORY, seconds=SECONDS, clock_s=CLOCK_S, most=ANSWER)
    with contextlib.closing(asked) as said:
        return [
            one if isinstance(one, FileUnfit) else _opened(path, one, said)
            for (path, _name), one in zip(files, judged, strict=True)
        ]


def _judged(path: Path, name: str) -> _Outside | FileUnfit:
    try:
        return _outside(path, name)
    except FileUnfit as error:
        return error


def _outside(path: Path, name: str) -> _Outside:
    with path.open("rb") as handle:
        head = handle.read(kinds.HEAD_BYTES)
    kind = kinds.by_head(head)
    facts: dict[str, Any] = {}
    if kind == kinds.OLE:
        kind = _older_office(path)
    elif kind == kinds.ZIP:
        kind, facts = _archive(path)
    if kind is None:
        raise FileUnfit(_not_taken(name))
    if kinds.disguised(name, kind):
        raise FileUnfit(_("文件名说的和里面的不一样：里面其实是 .%(ending)s。请用正确的名字保存后再传") % _ending(kind))
    return _Outside(kind, facts, _way_of(kind))


def _ending(kind: str) -> dict[str, str]:
    return {"ending": kinds.FORMATS[kind].ending}


def _not_taken(name: str) -> str:
    ending = name.rpartition(".")[2].lower()
    if ending in ("rar", "7z"):
        return _("不能用 RAR 和 7z，请改用 ZIP 压缩")
    if kinds.PROGRAMS.search(name):
        return _("程序不能上传。要给别人用的软件，请放链接")
    if ending in ("html", "htm"):
        return _("单个网页不能上传。请把网页和它的图片一起压缩成 ZIP，其中要有 index.html")
    if ending in kinds.CLAIMS:
        return _("文件已损坏，或者不是它的名字说的那种文件。请在自己的电脑上打开看看，再另存一份上传")
    return _("不能上传这种文件。可以传文档、课件、图片、音频、视频、ZIP、H5P、SCORM 和 Common Cartridge")


def _older_office(path: Path) -> str | None:
    with path.open("rb") as handle, mmap.mmap(handle.fileno(), 0, access=mmap.ACCESS_READ) as held:
        found = kinds.ole_stream(lambda wanted: held.find(wanted) >= 0)
    if found == "":
        raise FileUnfit(_locked())
    return found


def _locked() -> str:
    return _("文件设有密码，别人打不开。请去掉密码再传")


def _broken() -> str:
    return _("文件已损坏，打不开。请在自己的电脑上打开看看，再另存一份上传")


class _Bounded(FileIO):
    """A file of which nothing long is read at once: `zipfile` takes an archive's list whole and asks nobody how long it is."""

    def read(self, size: int | None = -1, /) -> bytes:
        """Raises FileUnfit."""
        left = os.fstat(self.fileno()).st_size - self.tell()
        if (left if size is None or size < 0 else min(left, size)) > DIRECTORY:
            raise FileUnfit(_bomb())
        return super().read(size) or b""


def _bomb() -> str:
    return _("压缩包展开后大得不正常，不能使用")


def _archive(path: Path) -> tuple[str | None, dict[str, Any]]:
    try:
        with _Bounded(path) as file, zipfile.ZipFile(file) as archive:
            entries = archive.infolist()
            mimetype = _mimetype(archive)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, EOFError) as error:
        raise FileUnfit(_broken()) from error
    listed = [Entry(each.filename, each.compress_size, each.file_size, bool(each.flag_bits & 1)) for each in entries]
    said = {
        "empty": _("压缩包是空的"),
        "bomb": _bomb(),
        "encrypted": _locked(),
        "path": _("压缩包里有指向外面的文件名，不能使用"),
    }
    fault = fault_of(listed, path.stat().st_size)
    if fault:
        raise FileUnfit(said[fault])
    names = [each.name for each in listed]
    program = next((name for name in names if kinds.PROGRAMS.search(name)), "")
    if program:
        raise FileUnfit(_("压缩包里有程序（%(name)s），不能上传") % {"name": program[-60:]})
    kind = kinds.archive_kind(names, mimetype)
    if kind is None:
        raise FileUnfit(_("文件里有宏，别人打开可能有危险。请另存为不带宏的文件再传"))
    facts: dict[str, Any] = {"files": len(names), "unpacked": sum(each.unpacked for each in listed)}
    if kind == kinds.PAGES:
        facts["start"] = kinds.start_page(names)
    return kind, facts if kind in (*kinds.PACKAGES, kinds.ZIP) else {}


def _mimetype(archive: zipfile.ZipFile) -> str:
    """What the entry of that name says, as OpenDocument and EPUB have it."""
    try:
        entry = archive.getinfo("mimetype")
    except KeyError:
        return ""
    if entry.file_size > 100 or entry.flag_bits & 1:
        return ""
    return archive.read(entry).decode("ascii", "replace").strip()


def _opened(path: Path, outside: _Outside, said: Iterator[bytes]) -> Seen | FileUnfit:
    """What is found inside, by the next of the children's answers if one looked into it."""
    if outside.kind == kinds.TEXT:
        return _written(path)
    if not outside.way:
        return Seen(outside.kind, outside.facts)
    inside = _read(next(said))
    fault = inside.get("fault")
    if fault:
        words = {
            "locked": _locked(),
            "huge": _("画面的尺寸大得不正常，不能使用"),
            "manifest": _("包里的目录（imsmanifest.xml）读不出来，不能使用。请从原来的系统里再导出一次"),
        }
        return FileUnfit(words.get(str(fault), _broken()))
    text, greys = str(inside.pop("text", "")), inside.pop("greys", None)
    alike = likeness.of_greys(greys) if greys else likeness.of_text(text)
    return Seen(_finer(outside.kind, inside), outside.facts | inside, text, alike)


def _read(said: bytes) -> dict[str, Any]:
    """What a child says of a file; one that takes too long, falls over it, or is made to say something else has a broken one."""
    try:
        found = json.loads(said)
    except ValueError:
        found = None
    greys = found.get("greys", _BLACK) if isinstance(found, dict) else []
    whole = isinstance(greys, list) and len(greys) == len(_BLACK) and all(one in range(256) for one in greys)
    return dict(found) if whole else {"fault": "broken"}


def _written(path: Path) -> Seen:
    """Plain text needs nobody to open it."""
    with path.open("rb") as handle:
        encoding, text = kinds.decoded(handle.read(TEXT_BYTES))
    return Seen(kinds.TEXT, {"encoding": encoding}, text, likeness.of_text(text))


def _finer(kind: str, said: dict[str, Any]) -> str:
    """Containers of films that hold sound alone, and of packages those that are a course."""
    if said.get("cartridge"):
        return kinds.CARTRIDGE
    if "codec" in said or "sound" not in said:
        return kind
    return {"video/mp4": "audio/mp4", "video/webm": "audio/ogg"}.get(kind, kind)


def _way_of(kind: str) -> str:
    found = kinds.FORMATS[kind]
    if kind == kinds.SCORM:
        return "manifest"
    if found.kind in ("video", "audio"):
        return "film"
    if kind in (kinds.DOCX, kinds.XLSX, kinds.PPTX) or "opendocument" in kind:
        return "office"
    return _WAYS.get(found.view, "")
