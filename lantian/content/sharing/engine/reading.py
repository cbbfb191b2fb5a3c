"""Answers of OAI-PMH repositories, whoever wrote them. Entities and document types are refused; the fetching bounds the size."""

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from defusedxml import DefusedXmlException  # type: ignore[import-untyped]  # it has no types
from defusedxml.ElementTree import fromstring  # type: ignore[import-untyped]  # likewise

from lantian.content.sharing.engine.protocol import Fault, read_moment
from lantian.content.sharing.engine.writing import DC, LOM, OAI

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_O = f"{{{OAI}}}"
_CC = re.compile(r"creativecommons\.org/(?:licenses/(by(?:-nc)?(?:-sa)?)(?:/|$)|publicdomain/zero)", re.IGNORECASE)
_SPACE = re.compile(r"\s+")


class NotRead(Exception):
    """No answer of the protocol; what it is instead, in a word or two."""


class ProtocolFault(Exception):
    """The other side answers with a fault of the protocol."""

    def __init__(self, code: str, words: str) -> None:
        super().__init__(f"{code}: {words}")
        self.code, self.words = code, words


@dataclass(slots=True)
class Item:
    """One record: `gone`, or what is said of the thing."""

    identifier: str
    gone: bool = False
    sets: Sequence[str] = ()
    title: str = ""
    words: str = ""
    url: str = ""
    language: str = ""
    keywords: Sequence[str] = ()
    subjects: Sequence[str] = ()
    levels: Sequence[str] = ()
    purpose: str = ""
    licence: str = ""
    rights_holder: str = ""
    fault: str = ""

    def said(self) -> str:
        """A hash of all that is said."""
        told = [
            self.gone,
            self.title,
            self.words,
            self.url,
            self.language,
            *self.keywords,
            *self.subjects,
            *self.levels,
        ]
        told += [self.purpose, self.licence, self.rights_holder]
        return hashlib.sha256(repr(told).encode()).hexdigest()


@dataclass(slots=True)
class Page:
    """Part of a list."""

    answered_at: datetime
    items: list[Item]
    token: str
    size: int | None


@dataclass(slots=True)
class About:
    """What a repository says of itself."""

    name: str
    earliest: str
    coarse: bool
    deletes: str
    prefixes: list[str] = field(default_factory=list)
    sets: list[tuple[str, str]] = field(default_factory=list)


def _root(data: bytes) -> "Element":
    try:
        found: Element = fromstring(data, forbid_dtd=True)
    except DefusedXmlException as error:
        raise NotRead("DTD") from error
    except (SyntaxError, ValueError, LookupError) as error:
        raise NotRead("XML") from error
    if found.tag != f"{_O}OAI-PMH":
        raise NotRead(found.tag.rpartition("}")[2][:40])
    fault = found.find(f"{_O}error")
    if fault is not None:
        raise ProtocolFault(fault.get("code", ""), _text(fault)[:200])
    return found


def _text(element: "Element | None") -> str:
    return _SPACE.sub(" ", "".join(element.itertext()).replace("\0", "")).strip() if element is not None else ""


def identify(data: bytes) -> About:
    """Raises NotRead, ProtocolFault."""
    found = _root(data).find(f"{_O}Identify")
    if found is None:
        raise NotRead("Identify")
    said = {
        name: _text(found.find(_O + name))
        for name in ("repositoryName", "earliestDatestamp", "granularity", "deletedRecord")
    }
    return About(
        said["repositoryName"][:80], said["earliestDatestamp"], len(said["granularity"]) <= 10, said["deletedRecord"]
    )


def prefixes(data: bytes) -> list[tuple[str, str]]:
    """(prefix, namespace) of each. Raises NotRead, ProtocolFault."""
    found = _root(data).iter(f"{_O}metadataFormat")
    return [(_text(one.find(f"{_O}metadataPrefix")), _text(one.find(f"{_O}metadataNamespace"))) for one in found]


def sets(data: bytes) -> tuple[list[tuple[str, str]], str]:
    """(spec, name) of each, and the token with which the list goes on. Raises NotRead, ProtocolFault."""
    root = _root(data)
    found = [
        (_text(one.find(f"{_O}setSpec"))[:100], _text(one.find(f"{_O}setName"))[:100]) for one in root.iter(f"{_O}set")
    ]
    return found, _text(next(root.iter(f"{_O}resumptionToken"), None))


def records(data: bytes) -> Page:
    """Part of a list of records. Raises NotRead, ProtocolFault."""
    root = _root(data)
    listed = root.find(f"{_O}ListRecords")
    if listed is None:
        raise NotRead("ListRecords")
    try:
        answered_at, _day = read_moment(_text(root.find(f"{_O}responseDate")), "responseDate")
    except Fault as error:
        raise NotRead("responseDate") from error
    token = listed.find(f"{_O}resumptionToken")
    size = token.get("completeListSize", "") if token is not None else ""
    return Page(
        answered_at,
        list(_items(listed)),
        _text(token),
        int(size) if size.isascii() and size.isdigit() and len(size) < 10 else None,
    )


def _items(listed: "Element") -> Iterator[Item]:
    for record in listed.iter(f"{_O}record"):
        header = record.find(f"{_O}header")
        identifier = _text(header.find(f"{_O}identifier")) if header is not None else ""
        if header is None or not identifier:
            continue
        item = Item(identifier[:300], header.get("status") == "deleted")
        item.sets = [_text(one) for one in header.findall(f"{_O}setSpec")]
        metadata = record.find(f"{_O}metadata")
        if not item.gone:
            body = metadata[0] if metadata is not None and len(metadata) else None
            if len(identifier) > 300:
                item.fault = "identifier"
            elif body is None:
                item.fault = "empty"
            elif body.tag == f"{{{LOM}}}lom":
                _read_lom(item, body)
            else:
                _read_dc(item, body)
            if not item.fault:
                item.fault = "title" if not item.title else "url" if not item.url else ""
        yield item


def _is_web(text: str) -> bool:
    return bool(re.match(r"https?://[^\s/?#]+[^\s]*$", text, re.IGNORECASE)) and len(text) <= 500


def licence_of(texts: Sequence[str]) -> str:
    """A Creative Commons licence that one of these names."""
    for text in texts:
        found = _CC.search(text)
        if found:
            return f"cc-{found[1].lower()}" if found[1] else "cc0"
    return ""


def _read_dc(item: Item, body: "Element") -> None:
    said: dict[str, list[str]] = {}
    for element in body.iter():
        if element.tag.startswith(f"{{{DC}}}"):
            said.setdefault(element.tag.rpartition("}")[2], []).append(_text(element))
    item.title = next(iter(said.get("title", [])), "")
    item.words = "\n".join(said.get("description", []))
    item.url = next((one for one in [*said.get("identifier", []), *said.get("relation", [])] if _is_web(one)), "")
    item.language = next(iter(said.get("language", [])), "")
    item.keywords = item.subjects = said.get("subject", [])
    item.levels = said.get("coverage", [])
    item.purpose = next((one for one in reversed(said.get("type", []))), "")
    item.licence = licence_of(said.get("rights", []))
    others = [one for one in said.get("rights", []) if not _CC.search(one) and not one.startswith("http")]
    item.rights_holder = next(iter([*others[-1:], *said.get("publisher", []), *said.get("creator", [])]), "")


def _read_lom(item: Item, body: "Element") -> None:
    def all_of(*path: str) -> list[str]:
        return [_text(one) for one in body.findall("/".join(f"{{{LOM}}}{name}" for name in path))]

    item.title = next(iter(all_of("general", "title", "string")), "")
    item.words = "\n".join(all_of("general", "description", "string"))
    item.keywords = all_of("general", "keyword", "string")
    item.language = next(iter(all_of("general", "language")), "")
    places = [*all_of("technical", "location"), *all_of("general", "identifier", "entry")]
    item.url = next((one for one in places if _is_web(one)), "")
    item.purpose = next(iter(all_of("educational", "learningResourceType", "value")), "")
    item.licence = licence_of(all_of("rights", "description", "string"))
    subjects, levels = [], []
    for one in body.findall(f"{{{LOM}}}classification"):
        purpose = _text(one.find(f"{{{LOM}}}purpose/{{{LOM}}}value"))
        taxa = list(one.iter(f"{{{LOM}}}taxon"))
        words = [_text(taxon.find(f"{{{LOM}}}{name}")) for taxon in taxa for name in ("id", "entry")]
        if purpose == "discipline":
            subjects += words
        elif purpose == "educational level":
            levels += words
    item.subjects, item.levels = subjects, levels
    for one in body.iter(f"{{{LOM}}}contribute"):
        role = _text(one.find(f"{{{LOM}}}role/{{{LOM}}}value"))
        card = "".join(one.findtext(f"{{{LOM}}}entity") or "")
        name = next((line[3:] for line in card.splitlines() if line.startswith("FN:")), "")
        if name and (role == "author" or not item.rights_holder):
            item.rights_holder = re.sub(r"\\(.)", r"\1", name)
