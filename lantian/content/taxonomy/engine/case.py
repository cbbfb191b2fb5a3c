"""Frameworks as CASE 1.0 (1EdTech Competencies and Academic Standards Exchange): CFPackage, CFDocument, CFItem, CFAssociation.

Written by us from the standard's data model. Of a package that is read, what we have no place for (rubrics, licences) is left
out.
"""
# i18n: data file

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from lantian.content.taxonomy.engine.rows import GRADED, MOST_BYTES, MOST_ROWS, Fault, NotRead, Row, clean

TYPES = {
    "volume": "Volume",
    "unit": "Unit",
    "chapter": "Chapter",
    "section": "Section",
    "area": "Area",
    "point": "Knowledge Point",
}
_KINDS = {word.lower(): kind for kind, word in TYPES.items()}
STATUS = {"draft": "Draft", "published": "Adopted", "superseded": "Deprecated", "retired": "Deprecated"}
TERMS = {0: "全一册", 1: "上册", 2: "下册"}
_TERMS = {word: number for number, word in TERMS.items()}
LINKS = {"precedes": "precedes", "related": "isRelatedTo", "covers": "isRelatedTo", "replaced": "replacedBy"}
CHILD = "isChildOf"
# A node's "is child of" has the node's id but for these bits, so that it can be asked for by its own; version and variant stay.
_MASK = 0x5A17_0000_0000_0000_0000_0000_0000_0001
_LANGUAGE = "zh-CN"
Uri = Callable[[str, UUID], str]


@dataclass(frozen=True)
class Document:
    """What a CFDocument says of a framework."""

    id: UUID
    title: str
    creator: str
    subject: str
    state: str
    words: str
    changed_at: datetime
    valid_from: int
    valid_to: int | None = None


@dataclass(frozen=True)
class Item:
    """What a CFItem says of a node. `parent` None: it stands at the top."""

    id: UUID
    code: str
    title: str
    kind: str
    changed_at: datetime
    document: UUID
    document_title: str
    parent: UUID | None = None
    parent_title: str = ""
    position: int = 0
    words: str = ""
    grade: int | None = None
    term: int | None = None


@dataclass(frozen=True)
class Association:
    """A link between two items, as a CFAssociation says it."""

    id: UUID
    kind: str
    origin: UUID
    origin_title: str
    destination: UUID
    destination_title: str
    changed_at: datetime


def moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def child_link_id(node: UUID) -> UUID:
    """The id of the association "node is child of"; of such an id, the node's."""
    return UUID(int=node.int ^ _MASK)


def _ref(uri: Uri, what: str, one: UUID, title: str) -> dict[str, str]:
    return {"title": title, "identifier": str(one), "uri": uri(what, one)}


def document(found: Document, uri: Uri) -> dict[str, Any]:
    """A CFDocument."""
    made: dict[str, Any] = {
        "identifier": str(found.id),
        "uri": uri("CFDocuments", found.id),
        "creator": found.creator,
        "title": found.title,
        "lastChangeDateTime": moment(found.changed_at),
        "subject": [found.subject],
        "language": _LANGUAGE,
        "version": str(found.valid_from),
        "adoptionStatus": STATUS[found.state],
        "statusStartDate": f"{found.valid_from}-09-01",
        "CFPackageURI": _ref(uri, "CFPackages", found.id, found.title),
    }
    if found.words:
        made["description"] = found.words
    if found.valid_to is not None:
        made["statusEndDate"] = f"{found.valid_to + 1}-08-31"
    return made


def item(found: Item, uri: Uri) -> dict[str, Any]:
    """A CFItem."""
    made: dict[str, Any] = {
        "identifier": str(found.id),
        "uri": uri("CFItems", found.id),
        "fullStatement": found.title,
        "humanCodingScheme": found.code,
        "CFItemType": TYPES[found.kind],
        "language": _LANGUAGE,
        "lastChangeDateTime": moment(found.changed_at),
        "CFDocumentURI": _ref(uri, "CFDocuments", found.document, found.document_title),
    }
    if found.words:
        made["conceptKeywords"] = found.words.split()
    if found.grade is not None:
        made["educationLevel"] = [f"{found.grade:02}"]
    if found.kind == "volume" and found.term is not None:
        made["alternativeLabel"] = TERMS[found.term]
    return made


def child_link(found: Item, uri: Uri) -> dict[str, Any]:
    """The CFAssociation that says below which item, or directly in which document, an item stands, and as which of them."""
    one = child_link_id(found.id)
    if found.parent is None:
        above = _ref(uri, "CFDocuments", found.document, found.document_title)
    else:
        above = _ref(uri, "CFItems", found.parent, found.parent_title)
    return {
        "identifier": str(one),
        "uri": uri("CFAssociations", one),
        "associationType": CHILD,
        "sequenceNumber": found.position + 1,
        "originNodeURI": _ref(uri, "CFItems", found.id, found.title),
        "destinationNodeURI": above,
        "lastChangeDateTime": moment(found.changed_at),
        "CFDocumentURI": _ref(uri, "CFDocuments", found.document, found.document_title),
    }


def association(found: Association, uri: Uri) -> dict[str, Any]:
    """A CFAssociation of a link."""
    return {
        "identifier": str(found.id),
        "uri": uri("CFAssociations", found.id),
        "associationType": LINKS[found.kind],
        "originNodeURI": _ref(uri, "CFItems", found.origin, found.origin_title),
        "destinationNodeURI": _ref(uri, "CFItems", found.destination, found.destination_title),
        "lastChangeDateTime": moment(found.changed_at),
    }


def package(about: Document, items: Sequence[Item], links: Iterable[Association], uri: Uri) -> dict[str, Any]:
    """A CFPackage: the whole framework."""
    whole = document(about, uri)
    del whole["CFPackageURI"]
    associations = [child_link(one, uri) for one in items]
    associations += [{**association(one, uri)} for one in links]
    plain = [{key: value for key, value in item(one, uri).items() if key != "CFDocumentURI"} for one in items]
    for one in associations:
        one.pop("CFDocumentURI", None)
    return {"CFDocument": whole, "CFItems": plain, "CFAssociations": associations}


# Read ----------------------------------------------------------------------------------------------------------------------


def load(data: bytes) -> dict[str, Any]:
    """The package in a file. Raises NotRead."""
    if len(data) > MOST_BYTES:
        raise NotRead("large", str(MOST_BYTES // 2**20))
    try:
        found = json.loads(data.decode("utf-8-sig"))
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        raise NotRead("not_json") from error
    if not isinstance(found, dict) or not isinstance(found.get("CFItems"), list):
        raise NotRead("not_case")
    if len(found["CFItems"]) > MOST_ROWS:
        raise NotRead("many", str(MOST_ROWS))
    if not found["CFItems"]:
        raise NotRead("nothing")
    return found


def read(data: bytes, *, kind: str, codes: Mapping[str, str]) -> tuple[list[Row], list[Fault]]:
    """Rows of a package for a framework of a kind, in order of the tree, each with its place in CFItems as its line.

    `codes`: code by id of knowledge points of other frameworks, which chapters may be related to. Raises NotRead.
    """
    found = load(data)
    faults: list[Fault] = []
    items: dict[str, tuple[int, Mapping[str, Any]]] = {}
    for line, one in enumerate(found["CFItems"], start=1):
        ident = _identifier(one)
        if not ident or not isinstance(one.get("fullStatement"), str):
            faults.append(Fault(line, "code", "case_item"))
        elif ident in items:
            faults.append(Fault(line, "code", "twice", ident))
        else:
            items[ident] = (line, one)
    links = found.get("CFAssociations")
    triples = _associations(links if isinstance(links, list) else [], faults)
    return _Package(kind, items, triples, codes, faults).rows(), faults


def _identifier(one: Any) -> str:
    try:
        return str(UUID(str(one["identifier"]))) if isinstance(one, dict) else ""
    except (KeyError, ValueError):
        return ""


def _associations(links: Sequence[Any], faults: list[Fault]) -> list[tuple[str, str, str, int]]:
    found = []
    for one in links:
        if not isinstance(one, dict):
            faults.append(Fault(0, "", "case_association"))
            continue
        ends = [_identifier(one.get(name)) for name in ("originNodeURI", "destinationNodeURI")]
        if not all(ends):
            faults.append(Fault(0, "", "case_association", clean(str(one.get("identifier", "")))[:40]))
            continue
        number = one.get("sequenceNumber")
        found.append((str(one.get("associationType")), ends[0], ends[1], number if isinstance(number, int) else 0))
    return found


class _Package:
    """A package that is being made into rows."""

    def __init__(
        self,
        kind: str,
        items: Mapping[str, tuple[int, Mapping[str, Any]]],
        links: Sequence[tuple[str, str, str, int]],
        codes: Mapping[str, str],
        faults: list[Fault],
    ) -> None:
        self.kind, self.items, self.links, self.faults = kind, items, links, faults
        self.codes = {**codes, **{ident: _code(ident, one) for ident, (_line, one) in items.items()}}
        self.above: dict[str, tuple[str, int]] = {}
        for what, origin, destination, number in links:
            if what == CHILD and origin in items and origin not in self.above:
                self.above[origin] = (destination if destination in items else "", number)

    def rows(self) -> list[Row]:
        """All items, each after what it stands below, in order; what stands in a circle comes last, for the judge to find."""
        below: dict[str, list[str]] = {}
        for ident in self.items:
            below.setdefault(self.above.get(ident, ("", 0))[0], []).append(ident)
        for children in below.values():
            children.sort(key=lambda ident: (self.above.get(ident, ("", 0))[1], self.items[ident][0]))
        done: dict[str, int] = {}
        waiting = [(ident, 0) for ident in reversed(below.get("", []))]
        while waiting:
            ident, depth = waiting.pop()
            done[ident] = depth
            waiting.extend((one, depth + 1) for one in reversed(below.get(ident, [])))
        ordered = {**done, **{ident: 0 for ident in self.items if ident not in done}}
        lists = self._lists()
        return [self._row(ident, depth, lists) for ident, depth in ordered.items()]

    def _lists(self) -> dict[str, dict[str, list[str]]]:
        found: dict[str, dict[str, list[str]]] = {"points": {}, "requires": {}, "related": {}}
        for what, origin, destination, _number in self.links:
            if what == "precedes" and destination in self.items and origin in self.codes:
                found["requires"].setdefault(destination, []).append(self.codes[origin])
            elif what == "isRelatedTo" and origin in self.items and destination in self.codes:
                name = "points" if self.kind == "textbook" else "related"
                found[name].setdefault(origin, []).append(self.codes[destination])
        return found

    def _row(self, ident: str, depth: int, lists: Mapping[str, Mapping[str, list[str]]]) -> Row:
        line, one = self.items[ident]
        above = self.above.get(ident, ("", 0))[0]
        textbook, kind = self.kind == "textbook", self._kind(one, depth)

        def listed(name: str) -> tuple[str, ...]:
            return tuple(sorted(set(lists[name].get(ident, ()))))

        return Row(
            code=self.codes[ident],
            title=clean(one["fullStatement"]),
            kind=kind,
            parent=self.codes[above] if above else "",
            words=" ".join(clean(str(word)) for word in _list(one.get("conceptKeywords"))),
            grade=_grade(one) if kind in GRADED else None,
            term=_TERMS.get(str(one.get("alternativeLabel", ""))) if kind == "volume" else None,
            points=listed("points") if textbook else None,
            requires=None if textbook else listed("requires"),
            related=None if textbook else listed("related"),
            ident=ident,
            line=line,
        )

    def _kind(self, one: Mapping[str, Any], depth: int) -> str:
        """By its type where it is one of ours, else by its depth."""
        known = _KINDS.get(str(one.get("CFItemType", "")).lower())
        if known:
            return known
        if self.kind == "textbook":
            return ("volume", "unit", "chapter", "section")[min(depth, 3)]
        return "area" if depth == 0 else "point"


def _code(ident: str, one: Mapping[str, Any]) -> str:
    scheme = one.get("humanCodingScheme")
    return clean(scheme) if isinstance(scheme, str) and clean(scheme) else UUID(ident).hex[:12]


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _grade(one: Mapping[str, Any]) -> int | None:
    """The first of its levels that is one of our grades."""
    for level in _list(one.get("educationLevel")):
        if isinstance(level, str) and level.isascii() and level.isdigit() and 1 <= int(level[:3]) <= 12:
            return int(level)
    return None
