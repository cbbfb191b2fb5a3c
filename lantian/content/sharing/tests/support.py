"""What several of these tests need: things that are open, spreadsheets, another region's answers."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, fromstring

from django.db import connection
from django.test import Client

from lantian.content.resources import services as resources
from lantian.content.resources.models import Resource
from lantian.content.resources.services import Brought
from lantian.content.resources.tests.shelf import FACTS, Shelf
from lantian.content.sharing.engine import protocol, writing
from lantian.kernel.rules import SYSTEM

OAI = f"{{{writing.OAI}}}"


def settle() -> None:
    """What happens at a commit, in a test whose transaction never sees one."""
    connection.check_constraints()


def make_links(shelf: Shelf, count: int, **facts: Any) -> list[Resource]:
    """Published resources, made by a few statements."""
    items = [
        Brought(facts=FACTS | {"title": f"资源{number}"} | facts, url=f"https://example.cn/{number}")
        for number in range(count)
    ]
    made = resources.bring_resources(items, organization=shelf.school, origin="测试", by=SYSTEM)
    settle()
    return list(Resource.objects.filter(pk__in=[pk for pk, _free in made]).order_by("title"))


def ask(client: Client | None = None, **said: str) -> Element:
    """An answer of our repository, read."""
    answer = (client or Client()).get("/oai", said)
    assert answer.status_code == 200, answer.content
    assert answer["Content-Type"] == "text/xml; charset=utf-8"
    return fromstring(answer.content)


def identifiers(found: Element, *, gone: bool | None = None) -> list[str]:
    headers = list(found.iter(f"{OAI}header"))
    return [
        one.findtext(f"{OAI}identifier") or ""
        for one in headers
        if gone is None or (one.get("status") == "deleted") is gone
    ]


def fault(found: Element) -> str:
    error = found.find(f"{OAI}error")
    return error.get("code", "") if error is not None else ""


def token(found: Element) -> str:
    return next((one.text or "" for one in found.iter(f"{OAI}resumptionToken")), "")


def write_sheet(path: Path, rows: Iterable[Sequence[str]], encoding: str = "utf-8-sig") -> Path:
    out = io.StringIO(newline="")
    csv.writer(out).writerows(rows)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(out.getvalue().encode(encoding))
    return path


def theirs(
    items: Sequence[tuple[str, str]],
    *,
    gone: Sequence[str] = (),
    token: str = "",
    said: Mapping[str, str] | None = None,
    rights: str = "https://creativecommons.org/licenses/by/4.0/",
) -> bytes:
    """A page of another region's list: (identifier, title) of each."""
    xml = writing.Writer()
    stamp = protocol.stamp(datetime(2026, 9, 1, tzinfo=UTC))
    names = {"xmlns_oai_dc": writing.OAI_DC, "xmlns_dc": writing.DC}
    around = writing.envelope(xml, base="https://other.example/oai", now="2026-09-02T00:00:00Z", arguments=said or {})
    with around, xml.inside("ListRecords"):
        for name in gone:
            with xml.inside("record"):
                writing.write_header(xml, identifier=name, stamp=stamp, sets=[], gone=True)
        for name, title in items:
            with xml.inside("record"):
                writing.write_header(xml, identifier=name, stamp=stamp, sets=[], gone=False)
                with xml.inside("metadata"), xml.inside("oai_dc:dc", **names):
                    xml.text("dc:title", title)
                    xml.text("dc:identifier", f"https://other.example/{name}")
                    xml.text("dc:subject", "数学")
                    xml.text("dc:coverage", "初中")
                    xml.text("dc:rights", rights)
        if token:
            writing.write_token(xml, token, cursor=0, size=9, expires=stamp)
    return xml.bytes()
