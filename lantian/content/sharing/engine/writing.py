"""OAI-PMH 2.0, unqualified Dublin Core and IEEE LOM as XML. What is written is given in plain values."""

import io
import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.sax.saxutils import XMLGenerator  # writes alone: nothing is parsed here

if TYPE_CHECKING:
    from collections.abc import Iterator

OAI = "http://www.openarchives.org/OAI/2.0/"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
DC, OAI_DC = "http://purl.org/dc/elements/1.1/", "http://www.openarchives.org/OAI/2.0/oai_dc/"
LOM = "http://ltsc.ieee.org/xsd/LOM"
IDENTIFIER = "http://www.openarchives.org/OAI/2.0/oai-identifier"
# prefix: schema, namespace
FORMATS = {
    "oai_dc": ("http://www.openarchives.org/OAI/2.0/oai_dc.xsd", OAI_DC),
    "lom": ("http://ltsc.ieee.org/xsd/lomv1.0/lom.xsd", LOM),
}
_UNFIT = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Told:
    """What is told of a resource, as values of no language's forms."""

    id: str
    url: str
    title: str
    words: str
    language: str
    keywords: Sequence[str]
    kind: str
    purpose: str
    subject: str
    subject_words: str
    stage: str
    stage_words: str
    grade: int | None
    licence: str
    licence_url: str
    licence_words: str
    rights_holder: str
    author: str
    publisher: str
    source: str
    mime: str
    size: int | None
    seconds: int | None
    date: str
    mark: str
    places: Sequence[tuple[str, str, str]] = ()  # of textbooks: id, code, words
    version: int = 1


class Writer:
    """XML, element by element."""

    def __init__(self) -> None:
        self._out = io.BytesIO()
        self._xml = XMLGenerator(self._out, "UTF-8", short_empty_elements=True)
        self._xml.startDocument()

    def bytes(self) -> bytes:
        return self._out.getvalue()

    @contextmanager
    def inside(self, name: str, **attributes: str) -> "Iterator[None]":
        """An element with others in it. `_` in an attribute's name stands for a colon, the first one."""
        said = {key.replace("_", ":", 1): _UNFIT.sub("", value) for key, value in attributes.items()}
        self._xml.startElement(name, said)  # type: ignore[arg-type]  # any mapping of attributes will do
        yield
        self._xml.endElement(name)

    def text(self, name: str, value: object, **attributes: str) -> None:
        """An element with text in it."""
        with self.inside(name, **attributes):
            self._xml.characters(_UNFIT.sub("", str(value)))

    def some(self, name: str, values: Iterable[object], **attributes: str) -> None:
        """One for each value that says something."""
        for value in values:
            if value not in ("", None):
                self.text(name, value, **attributes)


# Dublin Core ----------------------------------------------------------------------------------------------------------------

_DC_TYPES = {
    "video": "MovingImage",
    "audio": "Sound",
    "image": "StillImage",
    "interactive": "InteractiveResource",
    "document": "Text",
    "slides": "Text",
}


def write_dc(xml: Writer, told: Told) -> None:
    """Unqualified Dublin Core."""
    names = {"xmlns_oai_dc": OAI_DC, "xmlns_dc": DC, "xmlns_xsi": XSI}
    with xml.inside("oai_dc:dc", **names, xsi_schemaLocation=f"{OAI_DC} {FORMATS['oai_dc'][0]}"):
        xml.text("dc:title", told.title)
        xml.some("dc:creator", [told.author or told.rights_holder])
        xml.some("dc:subject", [told.subject_words, *told.keywords, *(words for _id, _code, words in told.places)])
        xml.some("dc:description", [told.words])
        xml.text("dc:publisher", told.publisher)
        xml.text("dc:date", told.date)
        xml.some("dc:type", [_DC_TYPES.get(told.kind, ""), told.purpose])
        xml.some("dc:format", [told.mime])
        xml.text("dc:identifier", told.url)
        xml.some("dc:source", [told.source])
        xml.text("dc:language", told.language)
        xml.some("dc:coverage", [told.stage_words])
        xml.some("dc:rights", [told.licence_url or told.licence_words, told.rights_holder])


# IEEE LOM -------------------------------------------------------------------------------------------------------------------

_LOM_TYPES = {
    "exercise": "exercise",
    "paper": "exam",
    "courseware": "slide",
    "experiment": "experiment",
    "micro_lesson": "lecture",
    "reading": "narrative text",
    "lesson_plan": "narrative text",
}
_CONTEXTS = {"primary": "school", "junior": "school", "senior": "school", "vocational": "training"}


def _langstring(xml: Writer, name: str, value: str, language: str) -> None:
    if value:
        with xml.inside(name):
            xml.text("string", value, language=language)


def _vocabulary(xml: Writer, name: str, value: str) -> None:
    if value:
        with xml.inside(name):
            xml.text("source", "LOMv1.0")
            xml.text("value", value)


def write_lom(xml: Writer, told: Told) -> None:
    """IEEE 1484.12.3 (LOM as XML); docs/resources.md has the table of what stands where."""
    with xml.inside("lom", xmlns=LOM, xmlns_xsi=XSI, xsi_schemaLocation=f"{LOM} {FORMATS['lom'][0]}"):
        _lom_general(xml, told)
        with xml.inside("lifeCycle"):
            _langstring(xml, "version", str(told.version), "x-none")
            _vocabulary(xml, "status", "final")
            _contribution(xml, "author", told.author or told.rights_holder, "")
            _contribution(xml, "publisher", told.publisher, told.date)
        with xml.inside("metaMetadata"):
            xml.text("metadataSchema", "LOMv1.0")
            xml.text("language", "zh-CN")
        with xml.inside("technical"):
            xml.some("format", [told.mime])
            xml.some("size", [told.size])
            xml.text("location", told.url)
            if told.seconds:
                with xml.inside("duration"):
                    xml.text("duration", f"PT{told.seconds}S")
        with xml.inside("educational"):
            _vocabulary(xml, "learningResourceType", _LOM_TYPES.get(told.purpose, ""))
            _vocabulary(xml, "intendedEndUserRole", "teacher" if told.purpose == "lesson_plan" else "learner")
            _vocabulary(xml, "context", _CONTEXTS.get(told.stage, "other" if told.stage else ""))
            if told.grade:
                _langstring(xml, "typicalAgeRange", f"{told.grade + 5}-{told.grade + 6}", "x-none")
        with xml.inside("rights"):
            _vocabulary(xml, "cost", "no")
            _vocabulary(xml, "copyrightAndOtherRestrictions", "no" if told.licence == "cc0" else "yes")
            _langstring(
                xml, "description", told.licence_url or told.licence_words, "x-none" if told.licence_url else "zh-CN"
            )
        _lom_classes(xml, told)


def _lom_general(xml: Writer, told: Told) -> None:
    with xml.inside("general"):
        with xml.inside("identifier"):
            xml.text("catalog", "URI")
            xml.text("entry", told.url)
        _langstring(xml, "title", told.title, told.language)
        xml.text("language", told.language)
        _langstring(xml, "description", told.words, "zh-CN")
        for word in told.keywords:
            _langstring(xml, "keyword", word, "zh-CN")


def _contribution(xml: Writer, role: str, who: str, date: str) -> None:
    if not who:
        return
    name = re.sub(r"([\\,;])", r"\\\1", who.replace("\n", " "))
    with xml.inside("contribute"):
        _vocabulary(xml, "role", role)
        xml.text("entity", f"BEGIN:VCARD\nVERSION:3.0\nN:{name};;;;\nFN:{name}\nEND:VCARD")
        if date:
            with xml.inside("date"):
                xml.text("dateTime", date)


def _lom_classes(xml: Writer, told: Told) -> None:
    taxa = [
        ("discipline", "lantian.subject", told.subject, told.subject_words),
        ("educational level", "lantian.stage", told.stage, told.stage_words),
    ]
    found = [one for one in taxa if one[2]]
    found += [("educational objective", "lantian.taxonomy", code or node, words) for node, code, words in told.places]
    for purpose, source, value, words in found:
        with xml.inside("classification"):
            _vocabulary(xml, "purpose", purpose)
            with xml.inside("taxonPath"):
                _langstring(xml, "source", source, "x-none")
                with xml.inside("taxon"):
                    xml.text("id", value)
                    _langstring(xml, "entry", words, "zh-CN")


WRITERS = {"oai_dc": write_dc, "lom": write_lom}


# The protocol's envelope ------------------------------------------------------------------------------------------------------


@contextmanager
def envelope(xml: Writer, *, base: str, now: str, arguments: Mapping[str, str]) -> "Iterator[None]":
    """What stands around every answer; `arguments` are left out where they were at fault."""
    where = f"{OAI} http://www.openarchives.org/OAI/2.0/OAI-PMH.xsd"
    with xml.inside("OAI-PMH", xmlns=OAI, xmlns_xsi=XSI, xsi_schemaLocation=where):
        xml.text("responseDate", now)
        xml.text("request", base, **arguments)
        yield


def write_header(xml: Writer, *, identifier: str, stamp: str, sets: Iterable[str], gone: bool) -> None:
    with xml.inside("header", **({"status": "deleted"} if gone else {})):
        xml.text("identifier", identifier)
        xml.text("datestamp", stamp)
        xml.some("setSpec", sets)


def write_token(xml: Writer, token: str, *, cursor: int, size: int, expires: str) -> None:
    """An empty one ends a list that had come in parts."""
    said = {"completeListSize": str(size), "cursor": str(cursor)}
    if token:
        said = {"expirationDate": expires} | said
    xml.text("resumptionToken", token, **said)


def write_identify(xml: Writer, *, name: str, base: str, mail: str, earliest: str, sample: str) -> None:
    with xml.inside("Identify"):
        xml.text("repositoryName", name)
        xml.text("baseURL", base)
        xml.text("protocolVersion", "2.0")
        xml.text("adminEmail", mail)
        xml.text("earliestDatestamp", earliest)
        xml.text("deletedRecord", "persistent")
        xml.text("granularity", "YYYY-MM-DDThh:mm:ssZ")
        xml.text("compression", "gzip")
        if sample:
            where = f"{IDENTIFIER} http://www.openarchives.org/OAI/2.0/oai-identifier.xsd"
            with (
                xml.inside("description"),
                xml.inside("oai-identifier", xmlns=IDENTIFIER, xmlns_xsi=XSI, xsi_schemaLocation=where),
            ):
                xml.text("scheme", "oai")
                xml.text("repositoryIdentifier", sample.split(":")[1])
                xml.text("delimiter", ":")
                xml.text("sampleIdentifier", sample)


def write_formats(xml: Writer) -> None:
    with xml.inside("ListMetadataFormats"):
        for prefix, (schema, namespace) in FORMATS.items():
            with xml.inside("metadataFormat"):
                xml.text("metadataPrefix", prefix)
                xml.text("schema", schema)
                xml.text("metadataNamespace", namespace)


def write_sets(xml: Writer, sets: Iterable[tuple[str, str]]) -> None:
    with xml.inside("ListSets"):
        for spec, name in sets:
            with xml.inside("set"):
                xml.text("setSpec", spec)
                xml.text("setName", name)
