"""What a file is, by what is in it: never by its name or by what the sender says.

First bytes are known by the library `filetype`; archives, office documents and plain text are looked into here.
"""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

import filetype


class _K(StrEnum):
    """As `enums.ResourceKind` has them."""

    DOCUMENT = "document"
    SLIDES = "slides"
    VIDEO = "video"
    AUDIO = "audio"
    IMAGE = "image"
    INTERACTIVE = "interactive"
    PACK = "pack"


HEAD_BYTES = 8192  # what `by_head` wants of a file
View = Literal["", "pdf", "office", "image", "video", "audio", "text"]


@dataclass(frozen=True, slots=True)
class Format:
    """A content type that is taken: what it is to people, its ending, and how it can be looked at in a browser."""

    kind: str
    ending: str
    view: View = ""


_OOXML = "application/vnd.openxmlformats-officedocument."
_ODF = "application/vnd.oasis.opendocument."
ZIP, OLE = "application/zip", "application/x-ole-storage"
PDF, TEXT, EPUB = "application/pdf", "text/plain", "application/epub+zip"
DOCX, XLSX, PPTX = (
    _OOXML + "wordprocessingml.document",
    _OOXML + "spreadsheetml.sheet",
    _OOXML + "presentationml.presentation",
)
H5P, SCORM, PAGES = "application/x.h5p", "application/x.scorm", "application/x.html-package"
CARTRIDGE = "application/x.imscc"  # of its kin with a manifest, told apart by what the manifest says
PACKAGES = (H5P, SCORM, PAGES)
FORMATS: Mapping[str, Format] = {
    PDF: Format(_K.DOCUMENT, "pdf", "pdf"),
    DOCX: Format(_K.DOCUMENT, "docx", "office"),
    XLSX: Format(_K.DOCUMENT, "xlsx", "office"),
    PPTX: Format(_K.SLIDES, "pptx", "office"),
    "application/msword": Format(_K.DOCUMENT, "doc", "office"),
    "application/vnd.ms-excel": Format(_K.DOCUMENT, "xls", "office"),
    "application/vnd.ms-powerpoint": Format(_K.SLIDES, "ppt", "office"),
    _ODF + "text": Format(_K.DOCUMENT, "odt", "office"),
    _ODF + "spreadsheet": Format(_K.DOCUMENT, "ods", "office"),
    _ODF + "presentation": Format(_K.SLIDES, "odp", "office"),
    "application/rtf": Format(_K.DOCUMENT, "rtf", "office"),
    EPUB: Format(_K.DOCUMENT, "epub"),
    TEXT: Format(_K.DOCUMENT, "txt", "text"),
    "image/png": Format(_K.IMAGE, "png", "image"),
    "image/jpeg": Format(_K.IMAGE, "jpg", "image"),
    "image/webp": Format(_K.IMAGE, "webp", "image"),
    "image/gif": Format(_K.IMAGE, "gif", "image"),
    "video/mp4": Format(_K.VIDEO, "mp4", "video"),
    "video/webm": Format(_K.VIDEO, "webm", "video"),
    "video/quicktime": Format(_K.VIDEO, "mov", "video"),
    "video/x-matroska": Format(_K.VIDEO, "mkv"),
    "video/x-msvideo": Format(_K.VIDEO, "avi"),
    "video/x-ms-wmv": Format(_K.VIDEO, "wmv"),
    "video/x-flv": Format(_K.VIDEO, "flv"),
    "video/mpeg": Format(_K.VIDEO, "mpg"),
    "audio/mpeg": Format(_K.AUDIO, "mp3", "audio"),
    "audio/mp4": Format(_K.AUDIO, "m4a", "audio"),
    "audio/aac": Format(_K.AUDIO, "aac", "audio"),
    "audio/ogg": Format(_K.AUDIO, "ogg", "audio"),
    "audio/wav": Format(_K.AUDIO, "wav", "audio"),
    "audio/flac": Format(_K.AUDIO, "flac", "audio"),
    H5P: Format(_K.INTERACTIVE, "h5p"),
    SCORM: Format(_K.INTERACTIVE, "zip"),
    PAGES: Format(_K.INTERACTIVE, "zip"),
    CARTRIDGE: Format(_K.PACK, "imscc"),
    ZIP: Format(_K.PACK, "zip"),
}
# What `filetype` calls otherwise than we do.
_SAME = {
    "video/x-m4v": "video/mp4",
    "audio/m4a": "audio/mp4",
    "audio/x-wav": "audio/wav",
    "audio/x-flac": "audio/flac",
    "application/ogg": "audio/ogg",
    "audio/opus": "audio/ogg",
}
# Names of streams in an older office document, as its directory has them.
_OLE_STREAMS = (
    ("EncryptedPackage", ""),
    ("WordDocument", "application/msword"),
    ("PowerPoint Document", "application/vnd.ms-powerpoint"),
    ("Workbook", "application/vnd.ms-excel"),
    ("Book", "application/vnd.ms-excel"),
)
PROGRAMS = re.compile(
    r"\.(exe|scr|com|bat|cmd|vbs|vbe|wsf|ps1|psm1|msi|msp|lnk|hta|cpl|jar|apk|dll|reg|pif|jse)$", re.IGNORECASE
)
# Endings that claim something, by what they claim: two of one line may stand for one another.
_CLAIMS = (
    (_K.DOCUMENT, "pdf doc docx xls xlsx wps et odt ods rtf txt csv md epub"),
    (_K.SLIDES, "ppt pptx pps ppsx dps odp"),
    (_K.IMAGE, "png jpg jpeg webp gif"),
    (_K.VIDEO, "mp4 m4v webm mov mkv avi wmv flv mpg mpeg"),
    (_K.AUDIO, "mp3 m4a aac ogg oga opus wav flac"),
)
CLAIMS = {ending: kind for kind, endings in _CLAIMS for ending in endings.split()}


def by_head(head: bytes) -> str | None:
    """The content type by the first bytes: `ZIP` and `OLE` are to be looked into, None is not taken."""
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return ZIP
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return OLE
    if head.startswith(b"{\\rtf"):
        return "application/rtf"
    found = filetype.guess_mime(head)
    if found is not None:
        known = _SAME.get(found, found)
        return known if known in FORMATS and known not in (ZIP, EPUB) else None
    return TEXT if is_text(head) else None


_MARKUP = re.compile(rb"^\s*(<!doctype|<html|<svg|<\?xml|<script|#!)", re.IGNORECASE)


def decoded(data: bytes) -> tuple[str, str]:
    """The encoding of the beginning of a plain text ("": none that we know), and what is written there."""
    for encoding in ("utf-8-sig", "gb18030"):
        for cut in range(4):  # a character may be cut off by the end
            try:
                return encoding, data[: len(data) - cut].decode(encoding)
            except UnicodeDecodeError:
                continue
    return "", ""


def is_text(head: bytes) -> bool:
    """Plain writing: UTF-8 or GB 18030 without control characters, and no page or script."""
    if b"\0" in head or not head.strip() or _MARKUP.match(head.removeprefix(b"\xef\xbb\xbf")):
        return False
    encoding, text = decoded(head)
    return bool(encoding) and all(sign.isprintable() or sign in "\r\n\t\f\u3000\u00a0\ufeff" for sign in text)


def ole_stream(find: Callable[[bytes], bool]) -> str | None:
    """The content type of an older office document ("": it is encrypted), None for any other file of that container.
    `find` says whether bytes occur in the file.
    """
    for name, kind in _OLE_STREAMS:
        if find(name.encode("utf-16-le") + b"\0\0"):
            return kind
    return None


def archive_kind(names: Collection[str], mimetype: str) -> str | None:
    """What an archive is, by the names in it and what its entry `mimetype` says; None: an office document with macros."""
    known = set(names)
    if "[Content_Types].xml" in known:
        if any(name.lower().endswith("vbaproject.bin") for name in known):
            return None
        for part, kind in (("word/document.xml", DOCX), ("xl/workbook.xml", XLSX), ("ppt/presentation.xml", PPTX)):
            if part in known:
                return kind
    if mimetype in FORMATS and (mimetype == EPUB or mimetype.startswith(_ODF)):
        return mimetype
    if "h5p.json" in known and any(name.startswith("content/") for name in known):
        return H5P
    if "imsmanifest.xml" in known:
        return SCORM
    if start_page(known):
        return PAGES
    return ZIP


def start_page(names: Collection[str]) -> str:
    """The page that a package of pages begins with, "" where there is none: index.html at the top, or in its only folder."""
    tops = {name.split("/", 1)[0] for name in names}
    for folder in ("", f"{next(iter(tops))}/" if len(tops) == 1 else ""):
        for page in ("index.html", "index.htm"):
            if folder + page in names:
                return folder + page
    return ""


def disguised(name: str, kind: str) -> bool:
    """Whether a file's name claims to be something else than it is."""
    claimed = CLAIMS.get(name.rpartition(".")[2].lower())
    if claimed is None:
        return False
    found = FORMATS[kind].kind
    papers = {_K.DOCUMENT, _K.SLIDES}
    sounds = {_K.VIDEO, _K.AUDIO}  # one container for both
    return found != claimed and not ({found, claimed} <= papers or {found, claimed} <= sounds)


def proper_name(name: str, kind: str) -> str:
    """The file's own name, with the ending of what it is."""
    stem, _dot, ending = name.rpartition(".")
    wanted = FORMATS[kind].ending
    same = CLAIMS.get(ending.lower()) == FORMATS[kind].kind and ending.lower() not in ("wps", "et", "dps")
    if ending.lower() == wanted or (same and kind == TEXT):
        return name
    return f"{stem or name}.{wanted}" if same or ending.lower() == "zip" else f"{name}.{wanted}"
