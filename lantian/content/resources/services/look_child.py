"""The processes that open strangers' files to see what is in them: each gives up what it does not need, then answers with JSON
about its file.

    python -I look_child.py MEMORY SECONDS UID WAY:SOURCE:OUT ...

Run as a script and by itself: nothing of the platform is in its memory. It loads what is needed and forks a process for each file
(`confined.each_apart`). WAY: pdf, image, film (pictures and sound), office, manifest (of a package: which Common Cartridge it is,
if any); SOURCE, OUT: numbers of open files.
Said are pages, width, height, seconds, codecs, text, greys (9 × 8 of a picture), cartridge, or {"fault": "locked" | "broken" |
"huge" | "manifest"}.
"""

import codecs
import importlib
import json
import pkgutil
import re
import resource
import runpy
import sys
import zipfile
from collections.abc import Collection
from pathlib import Path
from typing import Any

TEXT_MOST = 60_000  # characters
PAGES_READ = 60
PIXELS_MOST = 100_000_000
PART_MOST = 32 << 20  # bytes of one part of an office document
LANTIAN = Path(__file__).resolve().parents[3]
CONFINED, MANIFESTS = LANTIAN / "kernel" / "confined.py", LANTIAN / "content" / "resources" / "engine" / "manifest.py"
_TAG, _BREAK = re.compile(r"<[^>]*>"), re.compile(r"</(?:w:p|a:p|text:p|text:h|si)>")
_PARTS = re.compile(r"word/document\.xml|ppt/slides/slide\d+\.xml|xl/sharedStrings\.xml|content\.xml")


def pdf(source: Any) -> dict[str, Any]:
    """Pages, and the words of the first of them."""
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(source)
    except pypdfium2.PdfiumError as error:
        locked = "assword" in str(error) or "ncrypt" in str(error)
        return {"fault": "locked" if locked else "broken"}
    pages, texts, length = len(document), [], 0
    if not pages:
        return {"fault": "broken"}
    for number in range(min(pages, PAGES_READ)):
        said = document[number].get_textpage().get_text_bounded()
        texts.append(said)
        length += len(said)
        if length > TEXT_MOST:
            break
    return {"pages": pages, "text": "\n".join(texts)}


def image(source: Any) -> dict[str, Any]:
    """Its size, and nine by eight greys of it."""
    import PIL.Image

    with PIL.Image.open(source, formats=("PNG", "JPEG", "WEBP", "GIF")) as picture:
        if picture.width * picture.height > PIXELS_MOST:
            return {"fault": "huge"}
        size = picture.size
        picture.draft("L", (64, 64))  # a JPEG is decoded no larger than needed
        greys = picture.convert("L").resize((9, 8), PIL.Image.Resampling.BOX)
        return {"width": size[0], "height": size[1], "greys": list(greys.tobytes())}


def film(source: Any) -> dict[str, Any]:
    """How long it is, its codecs, and nine by eight greys of an early picture."""
    import av

    with av.open(source, mode="r", metadata_errors="replace") as container:  # titles in GBK are no fault
        found: dict[str, Any] = {"seconds": round((container.duration or 0) / 1_000_000, 1)}
        moving = [one for one in container.streams.video if not one.disposition & av.stream.Disposition.attached_pic]
        if container.streams.audio:
            found["sound"] = container.streams.audio[0].codec_context.name
        if moving:
            stream = moving[0]
            found |= {"width": stream.width, "height": stream.height, "codec": stream.codec_context.name}
            if stream.width * stream.height > PIXELS_MOST:
                return {"fault": "huge"}
            if (container.duration or 0) > 20_000_000:
                container.seek(container.duration // 10)  # most films begin in black
            frame = next(container.decode(stream), None)
            if frame is None:
                return {"fault": "broken"}
            found["greys"] = list(frame.to_image(width=9, height=8).convert("L").tobytes())
        elif not container.streams.audio:
            return {"fault": "broken"}
        return found


def office(source: Any) -> dict[str, Any]:
    """The words of an Office Open XML or OpenDocument file."""
    from html import unescape

    texts, slides, length = [], 0, 0
    with zipfile.ZipFile(source) as archive:
        for entry in archive.infolist():
            if not _PARTS.fullmatch(entry.filename):
                continue
            slides += entry.filename.startswith("ppt/slides/")
            if length < TEXT_MOST:
                with archive.open(entry) as part:
                    written = part.read(PART_MOST).decode("utf-8", "replace")
                said = unescape(_TAG.sub("", _BREAK.sub("\n", written)))
                texts.append(said)
                length += len(said)
    return {"text": "\n".join(texts)} | ({"pages": slides} if slides else {})


def manifest(source: Any) -> dict[str, Any]:
    """Whether a package with a manifest is a Common Cartridge, and which; what is written in it need not be right otherwise."""
    read = READING
    with zipfile.ZipFile(source) as archive:
        entry = read["files_of"](archive).get(read["MANIFEST"])
        if entry is None or entry.file_size > read["MANIFEST_MOST"]:
            return {"fault": "manifest"}
        try:
            version = read["cartridge_version"](read["read_xml"](archive.read(entry)))
        except (ValueError, SyntaxError, LookupError):  # the refused ones of defusedxml are ValueErrors
            return {"fault": "manifest"}
    return {"cartridge": version} if version else {}


WAYS = {"pdf": pdf, "image": image, "film": film, "office": office, "manifest": manifest}
READING: dict[str, Any] = {}


def load(ways: Collection[str]) -> None:
    """What the files need: afterwards the rights to read it may be gone, and no file's process has to."""
    if "pdf" in ways:
        import pypdfium2  # noqa: F401 - afterwards the rights to read it may be gone
    if "image" in ways or "film" in ways:
        import PIL.Image

        PIL.Image.preinit()  # all others that Pillow knows take as long to load as the rest of this
        importlib.import_module("PIL.WebPImagePlugin")
        importlib.import_module("PIL.MpoImagePlugin")  # of telephones' photos, with what they say
        import copy  # noqa: F401 - of GIFs
    if "film" in ways:
        import av

        for module in pkgutil.walk_packages(av.__path__, "av."):  # some are loaded with the first film that needs them
            if not module.name.endswith("__main__"):
                importlib.import_module(module.name)
    if "manifest" in ways:
        import defusedxml.ElementTree  # type: ignore[import-untyped]  # noqa: F401 - no types; the same

        READING.update(runpy.run_path(str(MANIFESTS)))
    import html.entities  # noqa: F401 - the same

    for name in ("utf-16-le", "cp437", "gb18030", "utf-16", "latin-1"):
        codecs.lookup(name)


def said_of(way: str, source: Any) -> bytes:
    """What is found in a file, or that it is broken."""
    try:
        found = WAYS[way](source)
    except Exception as error:  # noqa: BLE001 - whatever a library says of a stranger's file
        found = {"fault": "broken", "what": type(error).__name__}
    if "text" in found:
        found["text"] = found["text"][:TEXT_MOST]
    return json.dumps(found).encode()


def main(memory: str, seconds: str, uid: str, *asked: str) -> None:
    """Load what is needed; then, for each file apart: bound, shed, look."""
    load({one.partition(":")[0] for one in asked})
    limits = {resource.RLIMIT_AS: int(memory), resource.RLIMIT_CPU: int(seconds), resource.RLIMIT_FSIZE: 0}
    runpy.run_path(str(CONFINED))["each_apart"](asked, said_of, uid, limits)


if __name__ == "__main__":
    main(*sys.argv[1:])
