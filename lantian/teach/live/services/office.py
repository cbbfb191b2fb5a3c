"""Presentations, and documents of the resource centre, become PDF by LibreOffice, where the machine has it: in a locked-down
child, one file at a time."""

import contextlib
import io
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

import structlog
from django.utils.translation import gettext as _

from lantian.kernel.confined import lesser_user
from lantian.teach.live.errors import BadUpload
from lantian.teach.live.services import office_child

log = structlog.get_logger("live")
PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
PPT = "application/vnd.ms-powerpoint"
ENDINGS = {PPTX: "pptx", PPT: "ppt"}
_OOXML, _ODF = "application/vnd.openxmlformats-officedocument.", "application/vnd.oasis.opendocument."
# Whatever can be made a PDF: its ending, and the part of LibreOffice that does it.
CONVERTED = {
    PPTX: ("pptx", "impress"),
    PPT: ("ppt", "impress"),
    _OOXML + "wordprocessingml.document": ("docx", "writer"),
    _OOXML + "spreadsheetml.sheet": ("xlsx", "calc"),
    "application/msword": ("doc", "writer"),
    "application/vnd.ms-excel": ("xls", "calc"),
    "application/rtf": ("rtf", "writer"),
    _ODF + "text": ("odt", "writer"),
    _ODF + "spreadsheet": ("ods", "calc"),
    _ODF + "presentation": ("odp", "impress"),
}
SECONDS = 300  # of the clock and of the processor; 300 slides of writing alone took 12 on two cores
MEMORY = 4 << 30  # bytes of address space, of which LibreOffice maps one without having opened anything
OUTPUT = 400 << 20
ENTRIES, UNPACKED = 20_000, 1 << 30  # of the archive that a .pptx is
RELATIONS, DIRECTORY = 4 << 20, 4 << 20  # bytes of one part that names others, and of the archive's own list
PIECE = 1 << 20
_SLIDE = re.compile(r"ppt/slides/slide\d+\.xml")
ET.register_namespace("", "http://schemas.openxmlformats.org/package/2006/relationships")  # written without prefix
_HYPERLINK = re.compile(r"/hyperlink/?$", re.IGNORECASE)
# A picture or film that lies elsewhere would be fetched by the server; a profile of its own is no trusted place either.
FORBIDDEN = ("DisableMacrosExecution", "BlockUntrustedRefererLinks", "DisableActiveContent")
PROFILE = (
    '<oor:items xmlns:oor="http://openoffice.org/2001/registry">'
    + "".join(
        '<item oor:path="/org.openoffice.Office.Common/Security/Scripting">'
        f'<prop oor:name="{name}" oor:op="fuse"><value>true</value></prop></item>'
        for name in FORBIDDEN
    )
    + "</oor:items>"
)


def program() -> str | None:
    """Path of LibreOffice, if this machine has it."""
    return shutil.which("soffice") or shutil.which("libreoffice")


def missing() -> BadUpload:
    """What the teacher is told where it is not installed."""
    return BadUpload(_("这台服务器还不能转换 PPT。请在 PowerPoint 或 WPS 里“另存为 PDF”，再上传 PDF"))


class _Bounded(io.FileIO):
    """A file of which nothing long is read at once: `zipfile` takes an archive's list whole, a few hundred bytes of memory
    for each 46 of the file, and asks nobody how long it is."""

    def read(self, size: int | None = -1, /) -> bytes:
        """Raises BadUpload."""
        left = os.fstat(self.fileno()).st_size - self.tell()
        if (left if size is None or size < 0 else min(left, size)) > DIRECTORY:
            raise BadUpload(_("文件展开后太大，不能使用"))
        return super().read(size) or b""


def kind_of_archive(path: Path, *, most_pages: int) -> str | None:
    """PPTX if the archive is a presentation, None for any other. Raises BadUpload for one that looks hostile or is too long."""
    try:
        with _Bounded(path) as file, zipfile.ZipFile(file) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return None
    names = {entry.filename for entry in entries}
    if "ppt/presentation.xml" not in names:
        return None
    if len(entries) > ENTRIES or sum(entry.file_size for entry in entries) > UNPACKED:
        raise BadUpload(_("文件展开后太大，不能使用"))
    pages = sum(1 for name in names if _SLIDE.fullmatch(name))
    if pages > most_pages:
        raise BadUpload(_("文件有 %(count)s 页，最多 %(most)s 页") % {"count": pages, "most": most_pages})
    return PPTX


def without_far_parts(source: Path, target: Path) -> int:
    """Copy a .pptx without its references to pictures, sounds and films outside of it; links in the text lead nowhere, for pages
    are pictures. Gives how many. Raises BadUpload, too where the archive is broken, encrypted or packed in an unknown way."""
    try:
        return _copied_without(source, target)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError) as error:
        raise BadUpload from error


def _copied_without(source: Path, target: Path) -> int:
    dropped = 0
    with (
        zipfile.ZipFile(source) as archive,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as copy,
    ):
        left = UNPACKED
        for entry in archive.infolist():
            with archive.open(entry) as part, copy.open(entry.filename, "w") as out:
                if entry.filename.lower().endswith(".rels"):
                    data, gone = _near_relations(part.read(RELATIONS + 1))
                    dropped += gone
                    left -= out.write(data)
                else:
                    while piece := part.read(PIECE):
                        left -= out.write(piece)
                        if left < 0:  # says less of itself than it holds
                            raise BadUpload(_("文件展开后太大，不能使用"))
    return dropped


def _is_far(relation: ET.Element) -> bool:
    return relation.get("TargetMode", "").strip().lower() == "external"


def _near_relations(data: bytes) -> tuple[bytes, int]:
    """A part that names others, without those outside of the file, and how many these were. Read as XML: a prefix, or a letter
    written as a number, hides nothing. Raises BadUpload."""
    if len(data) > RELATIONS or b"\0" in data or b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        raise BadUpload
    try:
        root = ET.fromstring(data)  # noqa: S314 - bounded, and without entities of its own
    except (ET.ParseError, ValueError, LookupError) as error:
        raise BadUpload from error
    gone = 0
    far = [(parent, each) for parent in root.iter() for each in parent if _is_far(each)]
    for parent, each in far:
        if _HYPERLINK.search(each.get("Type", "")):
            each.set("Target", "about:blank")  # it looks like a link still; a picture may call itself one
        else:
            parent.remove(each)
            gone += 1
    return ET.tostring(root, "UTF-8", xml_declaration=True), gone


@contextlib.contextmanager
def as_pdf(source: Path, kind: str) -> Iterator[Path]:
    """The presentation as a PDF, for as long as the block lasts. Raises BadUpload with the reason in words."""
    office = program()
    if office is None:
        raise missing()
    with tempfile.TemporaryDirectory(prefix="lantian-office-", ignore_cleanup_errors=True) as folder:
        place = Path(folder)
        ending, part = CONVERTED[kind]
        deck, profile = place / f"deck.{ending}", place / "profile/user"
        profile.mkdir(parents=True)
        (profile / "registrymodifications.xcu").write_text(PROFILE)
        if kind.startswith(_OOXML):
            dropped = without_far_parts(source, deck)
            if dropped:
                log.info("references to elsewhere dropped", parts=dropped)
        else:
            shutil.copyfile(source, deck)
        _run(office, place, deck, part)
        made = place / "out/deck.pdf"
        if not made.is_file():
            raise BadUpload(_("没能转换这个 PPT，它可能已损坏或设有密码。请另存为 PDF 再上传"))
        yield made


def _run(office: str, place: Path, deck: Path, part: str) -> None:
    uid = _become(place)
    command = [
        *(sys.executable, "-I", str(Path(office_child.__file__))),
        *(str(MEMORY), str(SECONDS), str(OUTPUT), uid, office),
        *("--headless", "--norestore", "--nolockcheck", "--nodefault", "--nofirststartwizard"),
        *(f"-env:UserInstallation={(place / 'profile').as_uri()}", "--convert-to", f"pdf:{part}_pdf_Export"),
        *("--outdir", str(place / "out"), str(deck)),
    ]
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(place), "TMPDIR": str(place), "LANG": "C.UTF-8"}
    process = subprocess.Popen(
        command,
        cwd=place,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        process.wait(SECONDS)
    except subprocess.TimeoutExpired as error:
        raise BadUpload(_("转换这个 PPT 用时太长，已停止。请另存为 PDF 再上传")) from error
    finally:
        # the launcher's children as well, whichever way it ended
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    if process.returncode:
        log.info("presentation not converted", code=process.returncode)


def _become(place: Path) -> str:
    """Whom the child becomes; its folder is given to it."""
    uid = lesser_user()
    if uid != "-":
        for path in (place, *place.rglob("*")):
            os.chown(path, int(uid), int(uid))
    return uid
