"""Reading an `imsmanifest.xml` and an archive's names, whoever wrote them. Standard library alone, and `defusedxml` where a
manifest is read: the processes that open strangers' packages load this file by its place (`runpy.run_path`).
"""

import re
import zipfile
from typing import Any

MANIFEST = "imsmanifest.xml"
MANIFEST_MOST = 8 << 20
_SPACE = re.compile(r"/xsd/imscc(?:v1p(\d))?/imscp_")


def proper(entry: zipfile.ZipInfo) -> str:
    """A file's name: older Windows writes GB 18030 and does not say so."""
    name = entry.filename
    if not entry.flag_bits & 0x800:
        raw = name.encode("cp437", "replace")
        for encoding in ("utf-8", "gb18030"):
            try:
                name = raw.decode(encoding)
                break
            except UnicodeDecodeError:
                continue
    return name.replace("\\", "/")


def files_of(archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """What is in it by its proper names, without folders."""
    return {proper(each): each for each in archive.infolist() if not each.is_dir()}


def local(tag: object) -> str:
    """A name without its space."""
    return str(tag).rpartition("}")[2]


def attribute(element: Any, name: str) -> str:
    """By its name alone: packages name the same things in several spaces, and write them in either case."""
    return next((value for key, value in element.attrib.items() if local(key).lower() == name), "")


def children(element: Any, name: str) -> list[Any]:
    """Those of that name, whatever their space."""
    return [each for each in element if local(each.tag) == name]


def said(element: Any, name: str) -> str:
    """What is written in the first child of that name."""
    found = children(element, name)
    return (found[0].text or "").strip() if found else ""


def read_xml(data: bytes) -> Any:
    """A manifest, also in the encoding of older Chinese editors. Entities and document types that name any are refused."""
    from defusedxml.ElementTree import fromstring  # type: ignore[import-untyped]  # it has no types

    try:
        return fromstring(data)
    except (LookupError, ValueError, SyntaxError):  # an encoding that expat does not know
        text = data.decode("gb18030")
        return fromstring(text[text.index("?>") + 2 :] if text.startswith("<?xml") else text)


def cartridge_version(root: Any) -> str:
    """Which Common Cartridge a manifest says it is ("1.3"), "" for any other package."""
    metadata = children(root, "metadata")
    schema = said(metadata[0], "schema").lower() if metadata else ""
    space = _SPACE.search(str(root.tag))
    if "common cartridge" not in schema and space is None:
        return ""
    told = ".".join(said(metadata[0], "schemaversion").split(".")[:2]) if metadata else ""
    return told[:8] or (f"1.{space[1] or 0}" if space else "1")
