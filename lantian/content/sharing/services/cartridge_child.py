"""The process that opens somebody's Common Cartridge (1.0 to 1.3): it gives up what it does not need, then writes what is in it.

    python -I cartridge_child.py MEMORY SECONDS UID ASKED <cartridge

Run as a script and by itself: nothing of the platform is in its memory. ASKED is `outline`, which is answered by one line of JSON
{"version", "course", "title", "lom", "lines"} or {"fault": "locked" | "manifest" | "many"}; or numbers of lines, `3,7`: of each
{"line", "lost"}, then each of its files as {"name", "size"} and so many bytes, then {"done": line}; {"end": true} at the end.

A page becomes a package of its own: `index.html`, and what it shows below `files/`, under the names of the archive. What its
addresses mean (`$IMS-CC-FILEBASE$` of Canvas, Moodle and others, relative ones) is written anew; what leads to other pages or
activities of the course, or to nothing, is made to lead nowhere and counted as lost.
"""

import codecs
import html
import json
import posixpath
import re
import resource
import runpy
import sys
import zipfile
import zlib
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

LANTIAN = Path(__file__).resolve().parents[3]
CONFINED = LANTIAN / "kernel" / "confined.py"
R = runpy.run_path(str(LANTIAN / "content" / "resources" / "engine" / "manifest.py"))
local, attribute, children, said = (R[name] for name in ("local", "attribute", "children", "said"))
PIECE, DEEP, LINES_MOST, SHOWN_MOST = 1 << 20, 12, 3000, 2000
WRITTEN_MOST = 8 << 20  # bytes of a page or style sheet that is written anew
SMALL_MOST = 1 << 20  # of a web link
PAGES, STYLES = (".html", ".htm", ".xhtml"), (".css",)
_FILEBASE = re.compile(r"^(?:\$|%24)(?:IMS|1EdTech)[-_]CC[-_]FILEBASE(?:\$|%24)(.*)$", re.IGNORECASE | re.DOTALL)
_OTHER = re.compile(r"^(?:\$|%24)[A-Z_]+(?:\$|%24)", re.IGNORECASE)
_AWAY = re.compile(r"^(?:[a-z][a-z0-9+.-]*:|//|#|$)", re.IGNORECASE)
_ATTRIBUTE = re.compile(
    r"""(\s(?:src|href|data|poster|background)\s*=\s*)(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.IGNORECASE
)
_URL = re.compile(r"""url\(\s*(?:"([^"\n)]*)"|'([^'\n)]*)'|([^\s"')]+))\s*\)""", re.IGNORECASE)
_TITLE = re.compile(r"<title[^>]*>([^<]{1,400})</title>", re.IGNORECASE)
_HEAD = re.compile(r"<head[^>]*>", re.IGNORECASE)


class Refused(Exception):
    """A cartridge that cannot be read at all: the word for why."""


class Cartridge:
    """An open archive and what its manifest says."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self.archive = archive
        self.names: dict[str, zipfile.ZipInfo] = R["files_of"](archive)
        self.folded = {name.casefold(): name for name in reversed(self.names)}
        entry = self.names.get(R["MANIFEST"])
        if entry is None or entry.file_size > R["MANIFEST_MOST"]:
            raise Refused("manifest")
        try:
            self.root = R["read_xml"](archive.read(entry))
        except (ValueError, SyntaxError, LookupError) as error:
            raise Refused("manifest") from error
        if not R["cartridge_version"](self.root):
            raise Refused("manifest")
        if any(local(each.tag) in ("authorizations", "cc_authorization") for each in self.root.iter()):
            raise Refused("locked")
        self.resources = {attribute(each, "identifier"): each for each in self._all("resources", "resource")}
        self.lines = self._lines()

    def _all(self, group: str, name: str) -> list[Any]:
        return [each for found in children(self.root, group) for each in children(found, name)]

    def find(self, path: str) -> str:
        """The archive's name of a path, however it is written; "" for none."""
        path = posixpath.normpath(path.replace("\\", "/")).lstrip("/")
        return path if path in self.names else self.folded.get(path.casefold(), "")

    def read(self, name: str, most: int) -> bytes:
        """What is written in a file, nothing of one that is too long or damaged: that is said when it is given out."""
        entry = self.names[name]
        try:
            return self.archive.read(entry) if entry.file_size <= most else b""
        except (zipfile.BadZipFile, zlib.error, EOFError):
            return b""

    # The table of contents ----------------------------------------------------------------------------------------------------

    def _lines(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        seen: set[str] = set()
        for organization in self._all("organizations", "organization"):
            for each in children(organization, "item"):
                self._item(each, [], 0, found, seen)
        for key in self.resources:
            if key not in seen:
                found += self._of_resource(key, "", [], listed=False)
        if len(found) > LINES_MOST:
            raise Refused("many")
        self._mark_shown(found)
        return found

    def _item(self, item: Any, path: list[str], depth: int, found: list[dict[str, Any]], seen: set[str]) -> None:
        title, key, below = said(item, "title"), attribute(item, "identifierref"), children(item, "item")
        if key in self.resources and key not in seen:
            seen.add(key)
            found += self._of_resource(key, title, path, listed=True)
        elif key and key not in self.resources:
            found.append(self._line(key, "missing", title or key, path, "", listed=True))
        if depth < DEEP and len(found) <= LINES_MOST:
            for each in below:
                self._item(each, [*path, title] if title else path, depth + 1, found, seen)

    def _line(self, key: str, kind: str, title: str, path: list[str], name: str, *, listed: bool) -> dict[str, Any]:
        return {"key": key, "kind": kind, "title": title, "path": path, "name": name, "listed": listed, "size": 0}

    def files(self, key: str) -> list[tuple[str, str]]:
        """Files of a resource, the first one first: (as the manifest says, as the archive has it)."""
        found, element = dict[str, str](), self.resources[key]
        group = next(iter(children(self.root, "resources")), None)
        base = (attribute(group, "base") if group is not None else "") + attribute(element, "base")
        told = [attribute(element, "href"), *(attribute(each, "href") for each in children(element, "file"))]
        for href in told:
            if href:
                found.setdefault(
                    href, self.find(base + unquote(href.split("#")[0].split("?")[0])) or self.find(base + href)
                )
        return list(found.items())

    def _of_resource(self, key: str, title: str, path: list[str], *, listed: bool) -> list[dict[str, Any]]:
        element, files = self.resources[key], self.files(key)
        kind = kind_of(attribute(element, "type"), attribute(element, "href"), [href for href, _name in files])
        first = files[0] if files else ("", "")
        line = self._line(key, kind, title, path, first[1], listed=listed)
        line |= {"href": first[0], "use": attribute(element, "intendeduse"), "lom": lom_of(element)}
        if kind in ("file", "pages"):
            if not first[1]:
                line["kind"] = "missing"
            elif first[1].lower().endswith(PAGES):
                line["kind"] = "pages"
                line["title"] = title or self._title_of_page(first[1])
            line["size"] = self.names[first[1]].file_size if first[1] else 0
        elif kind == "link" and first[1]:
            line |= self._link(first[1], title)
        line["title"] = line["title"] or line["lom"]["title"] or posixpath.basename(first[0]) or key
        more = files[1:] if line["kind"] == "file" else []
        return [line, *(self._more(key, at, *file, path, listed=listed) for at, file in enumerate(more, start=2))]

    def _more(self, key: str, at: int, href: str, name: str, path: list[str], *, listed: bool) -> dict[str, Any]:
        """Another file of a resource that is no page."""
        kind = "missing" if not name else "pages" if name.lower().endswith(PAGES) else "file"
        line = self._line(f"{key}#{at}", kind, posixpath.basename(href), path, name, listed=listed)
        return line | {"href": href, "size": self.names[name].file_size if name else 0}

    def _title_of_page(self, name: str) -> str:
        found = _TITLE.search(text_of(self.read(name, WRITTEN_MOST))[1])
        return html.unescape(found[1]).strip() if found else ""

    def _link(self, name: str, title: str) -> dict[str, Any]:
        try:
            root = R["read_xml"](self.read(name, SMALL_MOST))
        except (ValueError, SyntaxError, LookupError):
            return {"url": "", "title": title}
        url = next((attribute(each, "href") for each in children(root, "url")), "")
        return {"url": url.strip(), "title": title or said(root, "title")}

    def _mark_shown(self, lines: list[dict[str, Any]]) -> None:
        """What pages show comes with them, and is no line to be taken unless the table of contents names it."""
        shown: set[str] = set()
        for line in lines:
            if line["kind"] == "pages":
                inside = self.package(line)[0]
                line["files"], line["size"] = (
                    len(inside) + 1,
                    line["size"] + sum(self.names[name].file_size for name in inside),
                )
                shown |= inside
        for line in lines:
            if line["kind"] in ("file", "pages") and not line["listed"] and line["name"] in shown:
                line["kind"] = "inside"

    # Pages --------------------------------------------------------------------------------------------------------------------

    def package(self, line: dict[str, Any]) -> tuple[set[str], int]:
        """The files beside its page that a package has, and how many addresses lead nowhere."""
        page, key = str(line["name"]), str(line["key"])
        own = self._own(key)
        inside, lost, waiting = own - {page}, 0, [page, *sorted(own - {page})]
        known = {page} | inside
        while waiting:
            name = waiting.pop()
            if not name.lower().endswith(PAGES + STYLES):
                continue
            _encoding, text = text_of(self.read(name, WRITTEN_MOST))
            for address in addresses_in(text):
                what, target = self.resolve(address, name, own)
                lost += what == "lost"
                if what == "file" and target not in known and len(known) < SHOWN_MOST:
                    known.add(target)
                    inside.add(target)
                    waiting.append(target)
        return inside, lost

    def _own(self, key: str) -> set[str]:
        """Files of a resource and of those that it depends on."""
        found, waiting, seen = set[str](), [key.partition("#")[0]], set[str]()
        while waiting and len(found) < SHOWN_MOST:
            one = waiting.pop()
            if one in seen or one not in self.resources:
                continue
            seen.add(one)
            found |= {name for _href, name in self.files(one) if name}
            waiting += [attribute(each, "identifierref") for each in children(self.resources[one], "dependency")]
        return found

    def resolve(self, address: str, within: str, own: set[str]) -> tuple[str, str]:
        """What an address in a page means: ("file", the archive's name), ("lost", ""), or ("kept", "") to be left as it is."""
        address = html.unescape(address).strip().strip("'\"")
        folder, base = posixpath.dirname(within), _FILEBASE.match(address)
        if base:
            rest = unquote(re.split(r"[?#]", base[1])[0])
            plain = rest.lstrip("/")
            places = [posixpath.join(folder, plain), "web_resources/" + plain, plain]
        elif _OTHER.match(address):
            return "lost", ""
        elif _AWAY.match(address):
            return "kept", ""
        else:
            plain = unquote(re.split(r"[?#]", address)[0])
            places = [plain.lstrip("/") if plain.startswith("/") else posixpath.join(folder, plain)]
        name = next((found for place in places if place and (found := self.find(place))), "")
        if not name or (name.lower().endswith(PAGES) and name != within and name not in own):
            return "lost", ""
        return "file", name

    def rewritten(self, name: str, page: str, own: set[str]) -> bytes:
        """A page or style sheet of a package, with addresses as they are there."""
        data = self.archive.read(self.names[name])
        encoding, text = text_of(data)
        if not encoding:
            return data
        here = posixpath.dirname(place_of(name, page))

        def anew(address: str) -> str | None:
            what, target = self.resolve(address, name, own)
            if what == "kept":
                return None
            if what == "lost":
                return "#"
            fragment = html.unescape(address).partition("#")[2]
            path = quote(posixpath.relpath(place_of(target, page), here or "."))
            return path + ("#" + quote(fragment) if fragment else "")

        text = _URL.sub(lambda found: _in_style(found, anew), text)
        if name.lower().endswith(PAGES):
            text = _ATTRIBUTE.sub(lambda found: _in_page(found, anew), text)
            text = _declared(text, encoding)
        return text.encode(encoding, "xmlcharrefreplace")


def _in_page(found: Any, anew: Any) -> str:
    written = anew(next(each for each in found.groups()[1:] if each is not None))
    return found[0] if written is None else f'{found[1]}"{html.escape(written)}"'


def _in_style(found: Any, anew: Any) -> str:
    written = anew(next(each for each in found.groups() if each is not None))
    return found[0] if written is None else f"url({written})"  # percent-encoded: it needs no quotes


def _declared(text: str, encoding: str) -> str:
    """With its encoding said: browsers guess otherwise."""
    if "charset" in text[:4096].lower():
        return text
    meta, head = f'<meta charset="{encoding}">', _HEAD.search(text[:8192])
    if head:
        return text[: head.end()] + meta + text[head.end() :]
    return text if "<html" in text[:4096].lower() else f"<!doctype html>{meta}{text}"


def place_of(name: str, page: str) -> str:
    """Where a file of the archive lies in the package of a page."""
    return "index.html" if name == page else "files/" + name


def addresses_in(text: str) -> list[str]:
    """Every address that is written in a page or style sheet, as it is written."""
    found = [groups[1:] for groups in _ATTRIBUTE.findall(text)] + _URL.findall(text)
    return [next((each for each in groups if each), "") for groups in found]


def text_of(data: bytes) -> tuple[str, str]:
    """Its encoding ("": none that is known), and what is written there."""
    for encoding in ("utf-8", "gb18030"):
        try:
            return encoding, data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return "", ""


def kind_of(told: str, href: str, files: list[str]) -> str:
    """What a resource is to us, by its type, whatever the version."""
    told = told.lower()
    if told.startswith("imswl_"):
        return "link"
    if told.startswith("imsdt_"):
        return "discussion"
    if told.startswith("imsqti_") or "imsqti" in told:
        return "bank" if "question-bank" in told else "assessment"
    if told.startswith("imsbasiclti_") or "imslti" in told:
        return "lti"
    if told.startswith("assignment_") or any(each.endswith("assignment_settings.xml") for each in files):
        return "assignment"
    if told.startswith("associatedcontent/"):
        first = (href or (files[0] if files else "")).lower()
        own = first.endswith(".xml") or (first.startswith("course_settings/") and not first.endswith(PAGES))
        return "associated" if own or not first else "file"
    return "file" if told == "webcontent" else "other"


def lom_of(element: Any) -> dict[str, Any]:
    """What LOM says, in whatever space: words of each field that we know."""

    def texts(*path: str) -> list[str]:
        here = [each for found in children(element, "metadata") for each in found.iter() if local(each.tag) == "lom"]
        for name in path:
            here = [each for parent in here for each in children(parent, name)]
        return ["".join(each.itertext()).strip()[:2000] for each in here][:20]

    return {
        "title": next(iter(texts("general", "title", "string") or texts("general", "title", "langstring")), ""),
        "words": "\n".join(texts("general", "description", "string") or texts("general", "description", "langstring")),
        "keywords": texts("general", "keyword", "string") or texts("general", "keyword", "langstring"),
        "language": next(iter(texts("general", "language")), ""),
        "rights": texts("rights", "description"),
        "authors": texts("lifeCycle", "contribute", "entity") or texts("lifecycle", "contribute", "entity"),
        "types": texts("educational", "learningResourceType", "value"),
        "roles": texts("educational", "intendedEndUserRole", "value"),
        "ages": texts("educational", "typicalAgeRange"),
    }


def tell(out: Any, facts: dict[str, Any]) -> None:
    """One line."""
    out.write(json.dumps(facts).encode() + b"\n")


def outline(cartridge: Cartridge, out: Any) -> None:
    """Everything that is in it, in one line."""
    lom = lom_of(cartridge.root)
    titles = [said(each, "title") for each in cartridge._all("organizations", "organization")]
    told = {"version": R["cartridge_version"](cartridge.root), "course": attribute(cartridge.root, "identifier")}
    tell(out, told | {"title": lom["title"] or next(iter(titles), ""), "lom": lom, "lines": cartridge.lines})


def give(cartridge: Cartridge, numbers: list[int], out: Any) -> None:
    """Files of some lines."""
    for number in numbers:
        line = cartridge.lines[number]
        page, own = str(line["name"]), cartridge._own(str(line["key"]))
        inside, lost = cartridge.package(line) if line["kind"] == "pages" else (set[str](), 0)
        tell(out, {"line": number, "lost": lost})
        for name in [page, *sorted(inside)]:
            entry = cartridge.names[name]
            if line["kind"] == "pages" and name.lower().endswith(PAGES + STYLES) and entry.file_size <= WRITTEN_MOST:
                data = cartridge.rewritten(name, page, own)
                tell(out, {"name": place_of(name, page), "size": len(data)})
                out.write(data)
                continue
            tell(out, {"name": place_of(name, page), "size": entry.file_size})
            with cartridge.archive.open(entry) as part:
                while piece := part.read(PIECE):
                    out.write(piece)
        tell(out, {"done": number})
    tell(out, {"end": True})


def main(memory: str, seconds: str, uid: str, asked: str) -> None:
    """Load what is needed, bound, shed, read."""
    import defusedxml.ElementTree  # type: ignore[import-untyped]  # noqa: F401 - no types; afterwards nobody may read it

    for name in ("cp437", "gb18030", "utf-16", "latin-1", "ascii"):
        codecs.lookup(name)
    limits = {resource.RLIMIT_AS: int(memory), resource.RLIMIT_CPU: int(seconds), resource.RLIMIT_FSIZE: 0}
    runpy.run_path(str(CONFINED))["confine"](uid, limits)
    with open(0, "rb", closefd=False) as source, open(1, "wb", closefd=False) as out:
        try:
            with zipfile.ZipFile(source) as archive:
                cartridge = Cartridge(archive)
                if asked == "outline":
                    outline(cartridge, out)
                else:
                    give(cartridge, [int(each) for each in asked.split(",")], out)
        except Refused as error:
            tell(out, {"fault": str(error)})
        except Exception as error:  # noqa: BLE001 - whatever a library says of a stranger's file
            tell(out, {"fault": "broken", "what": type(error).__name__})


if __name__ == "__main__":
    main(*sys.argv[1:])
