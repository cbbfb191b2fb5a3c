"""The process that opens a stranger's package: it gives up what it does not need, then writes what is in it to its output.

    python -I unpack_child.py MEMORY SECONDS UID KIND <package

Run as a script and by itself: nothing of the platform is in its memory. KIND: h5p, scorm, pages. It says one line of JSON about
the whole, {"parts": […], "standard": …} or {"fault": "broken" | "libraries" | "nothing"}, then for each file one line
{"name", "size"} and so many bytes, then {"end": true}.
"""

import codecs
import json
import posixpath
import resource
import runpy
import sys
import zipfile
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

PIECE = 1 << 20
DEEP = 12
LANTIAN = Path(__file__).resolve().parents[3]
CONFINED = LANTIAN / "kernel" / "confined.py"
_READING = runpy.run_path(str(LANTIAN / "content" / "resources" / "engine" / "manifest.py"))
MANIFEST_MOST: int = _READING["MANIFEST_MOST"]
local, attribute, children, said = (_READING[name] for name in ("local", "attribute", "children", "said"))
files_of, read_xml = _READING["files_of"], _READING["read_xml"]


def scorm(archive: zipfile.ZipFile, names: dict[str, zipfile.ZipInfo]) -> dict[str, Any]:
    """The table of contents of the organisation that the manifest names first."""
    entry = names["imsmanifest.xml"]
    if entry.file_size > MANIFEST_MOST:
        return {"fault": "broken"}
    root = read_xml(archive.read(entry))
    version = " ".join(said(each, "schemaversion") for each in children(root, "metadata"))
    spaces = " ".join(str(each.tag) + " ".join(map(str, each.attrib)) for each in root.iter())
    newer = "2004" in version or "1.3" in version or ("1.2" not in version and "adlcp_v1p3" in spaces)
    resources: dict[str, tuple[str, str]] = {}
    for group in children(root, "resources"):
        for each in children(group, "resource"):
            base = attribute(group, "base") + attribute(each, "base")
            resources[attribute(each, "identifier")] = (base + attribute(each, "href"), attribute(each, "scormtype"))
    groups = children(root, "organizations")
    wanted = attribute(groups[0], "default") if groups else ""
    organizations = children(groups[0], "organization") if groups else []
    chosen = next((each for each in organizations if attribute(each, "identifier") == wanted), None)
    chosen = organizations[0] if chosen is None and organizations else chosen
    parts: list[dict[str, Any]] = []
    if chosen is not None:
        for each in children(chosen, "item"):
            item(each, 0, resources, names, parts)
    if not any(part["href"] for part in parts):  # some have resources and no table of contents
        first = next((key for key, (href, _kind) in resources.items() if href), "")
        if not first:
            return {"fault": "nothing"}
        parts = [line("whole", "", 0, resources[first][0], names)]
    return {"standard": "2004" if newer else "1.2", "parts": parts}


def line(key: str, title: str, depth: int, address: str, names: dict[str, Any]) -> dict[str, Any]:
    """A line of the table of contents, its address as the archive has it."""
    split = urlsplit(address)
    path = posixpath.normpath(unquote(split.path)) if split.path else ""
    if address and (split.scheme or split.netloc):
        path = ""
    if path and path not in names:  # as Windows finds it
        path = next((name for name in names if name.lower() == path.lower()), path)
    query = ("?" + split.query if split.query else "") + ("#" + split.fragment if split.fragment else "")
    return {"id": key, "title": title, "depth": depth, "href": path, "query": query}


def item(
    element: Any, depth: int, resources: dict[str, Any], names: dict[str, Any], parts: list[dict[str, Any]]
) -> None:
    """An item of the manifest and those below it."""
    if attribute(element, "isvisible").lower() == "false" or depth > DEEP:
        return
    address, _kind = resources.get(attribute(element, "identifierref"), ("", ""))
    more = attribute(element, "parameters")
    if address and more:
        address += more if more[0] in "?#" and "?" not in address else "&" + more.lstrip("?&")
    found = line(attribute(element, "identifier"), said(element, "title"), depth, address, names)
    found["mastery"] = said(element, "masteryscore")
    found["launch"] = said(element, "datafromlms") or said(element, "dataFromLMS")
    measures = [each.text or "" for each in element.iter() if local(each.tag) == "minNormalizedMeasure"]
    found["passing"] = measures[0].strip() if measures and not children(element, "item") else ""
    parts.append(found)
    for each in children(element, "item"):
        item(each, depth + 1, resources, names, parts)


def h5p(archive: zipfile.ZipFile, names: dict[str, zipfile.ZipInfo]) -> dict[str, Any]:
    """Whether the libraries that it wants lie in it: some editors give out the content alone."""
    if "h5p.json" not in names or "content/content.json" not in names or names["h5p.json"].file_size > MANIFEST_MOST:
        return {"fault": "broken"}
    told = json.loads(archive.read(names["h5p.json"]))
    wanted = [
        f"{each['machineName']}-{each['majorVersion']}.{each['minorVersion']}" for each in told["preloadedDependencies"]
    ]
    missing = [each for each in wanted if f"{each}/library.json" not in names]
    return {"fault": "libraries", "what": missing[0]} if missing else {}


def pages(archive: zipfile.ZipFile, names: dict[str, zipfile.ZipInfo]) -> dict[str, Any]:
    """Whatever is in it."""
    return {}


KINDS = {"h5p": h5p, "scorm": scorm, "pages": pages}


def unpack(kind: str, source: Any, out: Any) -> None:
    """Everything in it, file by file."""

    def tell(facts: dict[str, Any]) -> None:
        out.write(json.dumps(facts).encode() + b"\n")

    with zipfile.ZipFile(source) as archive:
        names = files_of(archive)
        found = KINDS[kind](archive, names)
        tell(found)
        if "fault" in found:
            return
        for name, entry in names.items():
            tell({"name": name, "size": entry.file_size})
            with archive.open(entry) as part:
                while piece := part.read(PIECE):
                    out.write(piece)
    tell({"end": True})


def main(memory: str, seconds: str, uid: str, kind: str) -> None:
    """Load what is needed, bound, shed, unpack."""
    import defusedxml.ElementTree  # type: ignore[import-untyped]  # noqa: F401 - no types; afterwards nobody may read it

    for name in ("cp437", "gb18030", "utf-16", "latin-1"):
        codecs.lookup(name)
    limits = {resource.RLIMIT_AS: int(memory), resource.RLIMIT_CPU: int(seconds), resource.RLIMIT_FSIZE: 0}
    runpy.run_path(str(CONFINED))["confine"](uid, limits)
    with open(0, "rb", closefd=False) as source, open(1, "wb", closefd=False) as out:
        try:
            unpack(kind, source, out)
        except Exception as error:  # noqa: BLE001 - whatever a library says of a stranger's file
            out.write(json.dumps({"fault": "broken", "what": type(error).__name__}).encode() + b"\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
