"""The OAI-PMH provider: what it tells, to whom, and what it never tells."""

import gzip
import re
from datetime import timedelta
from xml.etree.ElementTree import Element

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from lantian.content.resources import services as resources
from lantian.content.resources.models import Resource
from lantian.content.resources.tests.shelf import Shelf
from lantian.content.sharing.engine.writing import LOM
from lantian.content.sharing.models import Harvested, Neighbour, Record
from lantian.content.sharing.queries import records
from lantian.content.sharing.tests.support import OAI, ask, fault, identifiers, make_links, settle, token
from lantian.content.taxonomy import services as taxonomy
from lantian.kernel.rules import SYSTEM

pytestmark = pytest.mark.django_db
UTC_SECOND = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


def name_of(resource: Resource) -> str:
    return f"oai:lantian.example.cn:{resource.pk}"


def names(element: Element) -> list[str]:
    return [child.tag.removeprefix(OAI) for child in element]


def test_it_says_who_it_is_as_the_schema_wants(shelf: Shelf) -> None:
    make_links(shelf, 1)
    found = ask(verb="Identify")
    assert names(found) == ["responseDate", "request", "Identify"]
    assert UTC_SECOND.fullmatch(found.findtext(f"{OAI}responseDate") or "")
    request = found.find(f"{OAI}request")
    assert request is not None
    assert (request.text, request.attrib) == ("https://lantian.example.cn/oai", {"verb": "Identify"})
    said = found.find(f"{OAI}Identify")
    assert said is not None
    wanted = "repositoryName baseURL protocolVersion adminEmail earliestDatestamp deletedRecord granularity"
    order = [*wanted.split(), "compression", "description"]
    assert names(said) == order, "as the schema prescribes"
    told = {name: said.findtext(OAI + name) or "" for name in names(said)}
    assert told["protocolVersion"] == "2.0"
    assert told["deletedRecord"] == "persistent"
    assert told["granularity"] == "YYYY-MM-DDThh:mm:ssZ"
    assert re.fullmatch(r"\S+@(\S+\.)+\S+", told["adminEmail"])
    assert told["earliestDatestamp"] == records.earliest().strftime("%Y-%m-%dT%H:%M:%SZ")


def test_formats_and_sets(shelf: Shelf) -> None:
    made = make_links(shelf, 1)[0]
    for more in ({}, {"identifier": name_of(made)}):
        found = ask(verb="ListMetadataFormats", **more)
        assert [one.text for one in found.iter(f"{OAI}metadataPrefix")] == ["oai_dc", "lom"]
    specs = [one.text or "" for one in ask(verb="ListSets").iter(f"{OAI}setSpec")]
    assert {"subject", "subject:maths", "stage:junior"} <= set(specs)
    assert len(specs) == len(set(specs))


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({}, "badVerb"),
        ({"verb": "Steal"}, "badVerb"),
        ({"verb": "Identify", "x": "1"}, "badArgument"),
        ({"verb": "ListRecords"}, "badArgument"),
        ({"verb": "GetRecord", "metadataPrefix": "oai_dc"}, "badArgument"),
        ({"verb": "ListRecords", "metadataPrefix": "marc"}, "cannotDisseminateFormat"),
        ({"verb": "GetRecord", "metadataPrefix": "oai_dc", "identifier": "oai:x:1"}, "idDoesNotExist"),
        (
            {"verb": "GetRecord", "metadataPrefix": "oai_dc", "identifier": "oai:lantian.example.cn:no"},
            "idDoesNotExist",
        ),
        ({"verb": "ListMetadataFormats", "identifier": "oai:x:1"}, "idDoesNotExist"),
        ({"verb": "ListRecords", "metadataPrefix": "oai_dc", "from": "yesterday"}, "badArgument"),
        ({"verb": "ListRecords", "metadataPrefix": "oai_dc", "from": "2026-02-30"}, "badArgument"),
        (
            {"verb": "ListRecords", "metadataPrefix": "oai_dc", "from": "2026-09-02", "until": "2026-09-01"},
            "badArgument",
        ),
        (
            {"verb": "ListRecords", "metadataPrefix": "oai_dc", "from": "2026-09-01", "until": "2026-09-02T00:00:00Z"},
            "badArgument",
        ),
        ({"verb": "ListRecords", "metadataPrefix": "oai_dc", "set": "subject:no"}, "noRecordsMatch"),
        ({"verb": "ListRecords", "metadataPrefix": "oai_dc", "until": "1999-01-01"}, "noRecordsMatch"),
        ({"verb": "ListRecords", "resumptionToken": "forged"}, "badResumptionToken"),
        ({"verb": "ListSets", "resumptionToken": "forged"}, "badResumptionToken"),
        ({"verb": "ListRecords", "resumptionToken": "x", "metadataPrefix": "oai_dc"}, "badArgument"),
    ],
)
def test_faults_are_the_protocols(shelf: Shelf, said: dict[str, str], code: str) -> None:
    make_links(shelf, 1)
    found = ask(**said)
    assert fault(found) == code
    request = found.find(f"{OAI}request")
    assert request is not None
    assert request.attrib == ({} if code in ("badVerb", "badArgument") else said)


def test_an_argument_twice_is_a_fault_and_a_post_asks_the_same(shelf: Shelf) -> None:
    make_links(shelf, 1)
    twice = Client().get("/oai?verb=Identify&verb=Identify")
    assert b'code="badVerb"' in twice.content
    posted = Client(enforce_csrf_checks=True).post("/oai", {"verb": "ListIdentifiers", "metadataPrefix": "oai_dc"})
    assert b"<identifier>oai:lantian.example.cn:" in posted.content


def test_only_what_is_open_to_everybody_is_told_or_counted(shelf: Shelf, monkeypatch) -> None:
    monkeypatch.setattr(records, "PAGE", 1)
    shown = make_links(shelf, 2)
    make_links(shelf, 1, reach="school")
    make_links(shelf, 1, reach="region", region=shelf.county)
    make_links(shelf, 1, reach="private")
    make_links(shelf, 1, audience="staff")
    shelf.make()  # a draft
    settle()
    for verb in ("ListRecords", "ListIdentifiers"):
        found = ask(verb=verb, metadataPrefix="oai_dc")
        more = ask(verb=verb, resumptionToken=token(found))
        assert {*identifiers(found), *identifiers(more)} == {name_of(one) for one in shown}
        listed = next(found.iter(f"{OAI}resumptionToken"))
        assert (listed.get("completeListSize"), listed.get("cursor")) == ("2", "0")
        assert token(more) == ""
        last = next(more.iter(f"{OAI}resumptionToken"))
        assert (last.get("completeListSize"), last.get("cursor")) == ("2", "1")
    hidden = Resource.objects.get(reach="school")
    assert fault(ask(verb="GetRecord", metadataPrefix="oai_dc", identifier=name_of(hidden))) == "idDoesNotExist"
    assert not Record.objects.filter(pk=hidden.pk).exists()


def test_what_is_taken_down_or_reaches_fewer_is_told_as_deleted_for_good(shelf: Shelf) -> None:
    down, fewer, stays = make_links(shelf, 3)
    Record.objects.update(stamp="2026-01-01T00:00:00Z")
    resources.withdraw_resource(down, words="有错", by=SYSTEM)
    version = resources.new_version(fewer, by=SYSTEM)
    facts = {"reach": "school"}
    resources.save_version(version, edition=1, facts=facts, by=SYSTEM)
    settle()
    assert not Record.objects.get(pk=fewer.pk).gone, "the new version is not out yet"
    resources.publish_version(version, by=SYSTEM)
    settle()
    found = ask(verb="ListRecords", metadataPrefix="lom", **{"from": "2026-01-02"})
    assert set(identifiers(found)) == {name_of(down), name_of(fewer)}
    assert set(identifiers(found, gone=True)) == {name_of(down), name_of(fewer)}
    assert not list(found.iter(f"{OAI}metadata"))
    one = ask(verb="GetRecord", metadataPrefix="oai_dc", identifier=name_of(down))
    assert identifiers(one, gone=True) == [name_of(down)]
    everything = ask(verb="ListRecords", metadataPrefix="oai_dc")
    assert identifiers(everything, gone=False) == [name_of(stays)]


def test_a_stamp_moves_with_what_is_told_and_with_nothing_else(shelf: Shelf) -> None:
    made = make_links(shelf, 1)[0]
    Record.objects.update(stamp="2026-01-01T00:00:00Z")
    resources.note_download(made.versions.get(), by=SYSTEM)
    resources.mark_resource(made, mark="", by=SYSTEM)
    settle()
    before = Record.objects.get().stamp
    assert f"{before:%F}" == "2026-01-01"
    facts = {"kind": "points", "subject": "maths", "name": "点", "code": "p", "valid_from": 2026}
    points = taxonomy.create_framework(organization=shelf.city, by=SYSTEM, **facts)
    node = taxonomy.add_node(points, kind="area", title="数与代数", code="A1", by=SYSTEM)
    resources.place_resource(made, [node.pk], by=shelf.acting("above"))
    settle()
    assert Record.objects.get().stamp > before
    secret = ask(verb="ListRecords", metadataPrefix="lom")
    assert "数与代数" not in "".join(secret.itertext()), "the framework is a draft"
    taxonomy.publish_framework(points, by=SYSTEM)
    assert "数与代数" in "".join(ask(verb="ListRecords", metadataPrefix="lom").itertext())


def test_from_until_and_sets_narrow_by_the_second(shelf: Shelf) -> None:
    one, two = make_links(shelf, 2)
    Record.objects.filter(pk=one.pk).update(stamp="2026-03-01T10:00:00Z", subject="chinese")
    Record.objects.filter(pk=two.pk).update(stamp="2026-03-01T10:00:01Z")

    def listed(**said: str) -> list[str]:
        return identifiers(ask(verb="ListIdentifiers", metadataPrefix="oai_dc", **said))

    assert listed(until="2026-03-01T10:00:00Z") == [name_of(one)]
    assert listed(**{"from": "2026-03-01T10:00:01Z"}) == [name_of(two)]
    assert listed(**{"from": "2026-03-01", "until": "2026-03-01"}) == [name_of(one), name_of(two)]
    assert listed(set="subject:maths") == [name_of(two)]
    assert listed(set="subject") == [name_of(one), name_of(two)]


def test_a_list_in_parts_passes_over_nothing_that_changes_meanwhile(shelf: Shelf, monkeypatch) -> None:
    monkeypatch.setattr(records, "PAGE", 2)
    made = make_links(shelf, 5)
    for number, one in enumerate(made):
        Record.objects.filter(pk=one.pk).update(stamp=f"2026-01-01T00:00:0{number}Z")
    first = ask(verb="ListRecords", metadataPrefix="oai_dc")
    resources.withdraw_resource(made[0], words="有错", by=SYSTEM)  # was told; is told again at the end
    resources.mark_resource(made[3], mark="县级优质课", by=SYSTEM)  # not told yet
    settle()
    seen, gone, going = identifiers(first), [], token(first)
    while going:
        part = ask(verb="ListRecords", resumptionToken=going)
        seen += identifiers(part)
        gone += identifiers(part, gone=True)
        going = token(part)
    assert set(seen) == {name_of(one) for one in made}
    assert gone == [name_of(made[0])]
    assert fault(ask(verb="ListRecords", resumptionToken=token(first)[:-2] + "xx")) == "badResumptionToken"
    monkeypatch.setattr(records, "TOKEN_S", -1)
    assert fault(ask(verb="ListRecords", resumptionToken=token(first))) == "badResumptionToken"


def test_what_is_told_in_dublin_core_and_in_lom(shelf: Shelf) -> None:
    made = shelf.publish(keywords="直线 斜率", title="一次函数 <图象> & 性质\x0b")
    settle()
    page = f"https://lantian.example.cn/resources/{made.pk}/"
    dc = ask(verb="GetRecord", metadataPrefix="oai_dc", identifier=name_of(made))
    said: dict[str, list[str]] = {}
    for one in dc.iter():
        if one.tag.startswith("{http://purl.org/dc/elements/1.1/}"):
            said.setdefault(one.tag.rpartition("}")[2], []).append(one.text or "")
    assert said["title"] == ["一次函数 <图象> & 性质"]
    assert said["identifier"] == [page]
    assert {"数学", "直线", "斜率"} <= set(said["subject"])
    assert "https://creativecommons.org/licenses/by/4.0/" in said["rights"]
    assert said["format"] == ["text/plain"]
    assert said["creator"] == ["李敏"]
    lom = ask(verb="GetRecord", metadataPrefix="lom", identifier=name_of(made)).find(f".//{{{LOM}}}lom")
    assert lom is not None
    order = "general lifeCycle metaMetadata technical educational rights classification classification"
    assert [child.tag.removeprefix(f"{{{LOM}}}") for child in lom] == order.split()
    assert lom.findtext(f"{{{LOM}}}technical/{{{LOM}}}location") == page
    assert lom.findtext(f"{{{LOM}}}educational/{{{LOM}}}learningResourceType/{{{LOM}}}value") == "slide"
    for vocabulary in lom.iter(f"{{{LOM}}}source"):
        assert vocabulary.text == "LOMv1.0" or list(vocabulary)


def test_other_regions_resources_are_theirs_to_tell(shelf: Shelf) -> None:
    ours, foreign = make_links(shelf, 2)
    other = Neighbour.objects.create(organization=shelf.city, name="邻市", url="https://other.example/oai")
    Harvested.objects.create(neighbour=other, identifier="a", resource=foreign, said="x")
    settle()
    found = ask(verb="ListRecords", metadataPrefix="oai_dc")
    assert identifiers(found, gone=False) == [name_of(ours)]


def test_a_page_costs_a_fixed_number_of_queries_and_comes_packed(shelf: Shelf) -> None:
    make_links(shelf, 3)
    with CaptureQueriesContext(
        connection,
    ) as few:
        ask(verb="ListRecords", metadataPrefix="oai_dc")
    make_links(shelf, 40)
    with CaptureQueriesContext(connection) as many:
        answer = Client(headers={"Accept-Encoding": "gzip"}).get("/oai?verb=ListRecords&metadataPrefix=lom")
    assert len(many) == len(few) <= 6
    assert not any('"resources_blob"."text"' in one["sql"] for one in many), "what is written in files is not told"
    assert answer["Content-Encoding"] == "gzip"
    assert gzip.decompress(answer.content).count(b"<record>") == 43
    assert timedelta(0) < timedelta(seconds=records.TOKEN_S)
