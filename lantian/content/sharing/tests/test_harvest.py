"""Asking other regions: what becomes of what they tell, cut and resumed, and whom we never ask."""

import socket
import threading
from collections.abc import Callable, Mapping
from datetime import timedelta

import pytest
from django.db import OperationalError
from django.utils import timezone

from lantian.content.resources import services as resources
from lantian.content.resources.models import Resource
from lantian.content.resources.tests.shelf import Shelf
from lantian.content.sharing import queries, services
from lantian.content.sharing.engine import fetching as addresses
from lantian.content.sharing.engine import reading
from lantian.content.sharing.errors import AddressRefused, AlreadyRunning, SharingError, Unreachable
from lantian.content.sharing.models import Harvest, Harvested, Neighbour
from lantian.content.sharing.rules import may_view_neighbour
from lantian.content.sharing.services import fetching
from lantian.content.sharing.services.fetching import Later
from lantian.content.sharing.tests.support import theirs
from lantian.kernel.rules import SYSTEM, Denied
from lantian.kernel.tests.verdicts import assert_allowed, assert_refused

pytestmark = pytest.mark.django_db
Said = Mapping[str, str]


def add(shelf: Shelf, **more: object) -> Neighbour:
    said = {"name": "广元市", "url": "https://other.example/oai", "show": "shown"} | more
    return services.add_neighbour(organization=shelf.county, by=shelf.acting("officer"), **said)  # type: ignore[arg-type]


def harvest(neighbour: Neighbour, ask: Callable[[str, Said], bytes], **more: bool) -> Harvest:
    run = services.start_harvest(neighbour, by=SYSTEM, **more)
    services.proceed_harvest(run.pk, ask=ask)
    run.refresh_from_db()
    return run


def test_records_become_links_with_origin_and_licence_and_follow_what_is_told(shelf: Shelf) -> None:
    neighbour, asked = add(shelf), list[Said]()

    def first(url: str, said: Said) -> bytes:
        asked.append(said)
        return theirs([("a", "剑门蜀道"), ("b", "皮影戏"), ("c", "")])

    run = harvest(neighbour, first)
    assert (run.state, run.made, run.refused, run.whys) == ("done", 2, 1, [["c", "title"]])
    made = Resource.objects.get(title="剑门蜀道")
    assert (made.kind, made.state, made.licence, made.subject, made.stage) == (
        "link",
        "published",
        "cc-by",
        "maths",
        "junior",
    )
    assert (made.organization, made.author, made.current.url) == (shelf.county, None, "https://other.example/a")
    assert queries.provenance_of(made).words == "广元市"
    again = harvest(
        neighbour, lambda url, said: asked.append(said) or theirs([("a", "剑门蜀道与唐诗")], gone=["b", "x"])
    )
    assert "from" not in asked[0]
    assert asked[1]["from"] == "2026-09-01T23:50:00Z", "from the other side's clock, and a little before"
    assert (again.made, again.changed, again.deleted) == (0, 1, 1)
    assert Resource.objects.get(title="皮影戏").state == "withdrawn"
    made.refresh_from_db()
    assert (made.title, made.current.number) == ("剑门蜀道与唐诗", 2)
    back = harvest(neighbour, lambda url, said: theirs([("a", "剑门蜀道与唐诗"), ("b", "皮影戏")]))
    assert (back.same, back.changed) == (1, 1)
    assert Resource.objects.get(title="皮影戏").state == "published"


def test_what_was_taken_down_here_stays_down(shelf: Shelf) -> None:
    neighbour = add(shelf)
    harvest(neighbour, lambda url, said: theirs([("a", "一"), ("b", "二")]))
    resources.withdraw_resource(Resource.objects.get(title="一"), words="不适合学生", by=shelf.acting("officer"))
    harvest(neighbour, lambda url, said: theirs([("a", "一改")]))
    assert Resource.objects.get(title="一").state == "withdrawn"
    assert services.show_neighbour(neighbour, show="hidden", by=shelf.acting("officer")) == 1
    assert not Resource.objects.filter(state="published").exists()
    assert services.show_neighbour(neighbour, show="shown", by=shelf.acting("officer")) == 1
    assert Resource.objects.get(state="published").title == "二"


def test_first_looked_at_then_shown_as_a_whole(shelf: Shelf) -> None:
    neighbour = add(shelf, show="review", licence="cc0")
    harvest(neighbour, lambda url, said: theirs([("a", "一"), ("b", "二")], rights="随便"))
    assert set(Resource.objects.values_list("state", "licence")) == {("draft", "cc0")}
    harvest(neighbour, lambda url, said: theirs([("a", "一改")], gone=["b"]))
    assert services.show_neighbour(neighbour, show="shown", by=shelf.acting("officer")) == 1
    assert [one.title for one in Resource.objects.filter(state="published")] == ["一改"]


def test_a_cut_harvest_goes_on_with_its_token(shelf: Shelf) -> None:
    neighbour, asked = add(shelf, sets=["one", "two"]), list[Said]()

    def cut(url: str, said: Said) -> bytes:
        asked.append(said)
        if len(asked) == 2:
            raise OperationalError("the worker is gone")
        return theirs([("a", "一")], token="more")

    run = services.start_harvest(neighbour, by=SYSTEM)
    with pytest.raises(OperationalError):
        services.proceed_harvest(run.pk, ask=cut)
    with pytest.raises(AlreadyRunning):
        services.start_harvest(neighbour, by=SYSTEM)
    assert services.start_due() == 1, "it is taken up again"
    asked.clear()

    def on(url: str, said: Said) -> bytes:
        asked.append(said)
        return theirs([("b", "二")] if "resumptionToken" in said else [("c", "三")])

    services.proceed_harvest(run.pk, ask=on)
    run.refresh_from_db()
    assert (run.state, run.made, run.pages) == ("done", 3, 3)
    assert [said.get("resumptionToken") or said["set"] for said in asked] == ["more", "two"]


def test_a_forgotten_token_begins_the_list_anew(shelf: Shelf) -> None:
    neighbour = add(shelf)
    run = services.start_harvest(neighbour, by=SYSTEM)
    Harvest.objects.filter(pk=run.pk).update(token="old")
    bad = (
        theirs([])
        .replace(b"<ListRecords/>", b"")
        .replace(b"</OAI-PMH>", b'<error code="badResumptionToken"/></OAI-PMH>')
    )
    services.proceed_harvest(run.pk, ask=lambda url, said: bad if "resumptionToken" in said else theirs([("a", "一")]))
    run.refresh_from_db()
    assert (run.state, run.made) == ("done", 1)


def test_it_waits_as_long_as_it_is_asked_to(shelf: Shelf) -> None:
    def busy(url: str, said: Said) -> bytes:
        raise Later(600)

    neighbour = add(shelf)
    run = harvest(neighbour, busy)
    assert run.state == "waiting"
    assert run.waits_until > timezone.now() + timedelta(minutes=9)
    assert services.start_due() == 0
    Harvest.objects.update(waits_until=timezone.now())
    assert services.start_due() == 1
    services.cancel_harvest(run, by=SYSTEM)
    run.refresh_from_db()
    assert run.state == "cancelled"
    assert (fetching.patience("7"), fetching.patience("nonsense"), fetching.patience("99999999")) == (7, 300, 7 * 86400)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"<html/>", "html"),
        (b"nothing", "XML"),
        (b'<!DOCTYPE x [<!ENTITY a "b">]><OAI-PMH/>', "DTD"),
        (theirs([]).replace(b"<ListRecords/>", b'<error code="badArgument">no</error>'), "badArgument"),
    ],
)
def test_answers_that_are_none_end_it_in_words(shelf: Shelf, data: bytes, words: str) -> None:
    run = harvest(add(shelf), lambda url, said: data)
    assert run.state == "failed"
    assert words in run.fault
    assert Neighbour.objects.get().asked_to is None


def test_a_list_without_end_is_given_up(shelf: Shelf) -> None:
    run = harvest(add(shelf), lambda url, said: theirs([("a", "一")], token="same"))
    assert run.state == "failed"
    assert "没有尽头" in run.fault


def test_nothing_new_is_no_fault_and_due_ones_are_asked(shelf: Shelf) -> None:
    nothing = theirs([]).replace(b"<ListRecords/>", b'<error code="noRecordsMatch"/>')
    neighbour = add(shelf)
    assert harvest(neighbour, lambda url, said: nothing).state == "done"
    assert services.start_due() == 0
    Neighbour.objects.update(next_at=timezone.now())
    assert services.start_due() == 2  # started, and to be gone on with


def test_what_is_read_of_lom(shelf: Shelf) -> None:
    page = theirs([("a", "x")]).decode()
    body = page[page.index("<oai_dc:dc") : page.index("</oai_dc:dc>") + 12]
    lom = (
        '<lom xmlns="http://ltsc.ieee.org/xsd/LOM"><general><title><string>几何</string></title>'
        "<keyword><string>圆</string></keyword></general><lifeCycle><contribute><role><value>author</value></role>"
        "<entity>BEGIN:VCARD\nFN:王\\, 芳\nEND:VCARD</entity></contribute></lifeCycle><technical>"
        "<location>javascript:x</location><location>https://x.example/a</location></technical><classification><purpose><value>discipline</value></purpose>"
        "<taxonPath><taxon><id>maths</id></taxon></taxonPath></classification></lom>"
    )
    item = reading.records(page.replace(body, lom).encode()).items[0]
    assert (item.title, item.url, item.rights_holder) == ("几何", "https://x.example/a", "王, 芳")
    assert item.subjects[0] == "maths"


# Whom we ask ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0", "::1", "fe80::1%eth0", "fd00::1",
     "::ffff:10.0.0.1", "224.0.0.1", "100.64.0.1", "2002:7f00:1::", "nonsense"],
)  # fmt: skip
def test_addresses_of_ones_own_network_are_not_open(address: str) -> None:
    assert not addresses.is_open(address)
    with pytest.raises(addresses.Refused):
        addresses.choose(addresses.read("http://x.example/"), ["93.184.215.14", address], ())


def test_an_address_of_the_internet_is_open_and_an_allowed_host_may_be_anywhere() -> None:
    assert addresses.choose(addresses.read("http://x.example/"), ["93.184.215.14"], ()) == ["93.184.215.14"]
    assert addresses.choose(addresses.read("http://inner:8000/"), ["10.0.0.5"], ("inner:8000",)) == ["10.0.0.5"]


@pytest.mark.parametrize(
    "url", ["ftp://a.cn/", "file:///etc/passwd", "http://", "http://u:p@a.cn/", "http://a.cn:x/", "http://a.cn/\nb"]
)
def test_what_is_no_plain_address_is_refused(shelf: Shelf, url: str) -> None:
    with pytest.raises(AddressRefused):
        add(shelf, url=url)


def serve(*answers: bytes) -> int:
    """A server that gives these answers, one for each connection, and the port that it listens on."""
    listening = socket.create_server(("127.0.0.1", 0))

    def work() -> None:
        for answer in answers:
            line, _peer = listening.accept()
            with line:
                line.recv(65536)
                line.sendall(answer)
        listening.close()

    threading.Thread(target=work, daemon=True).start()
    return int(listening.getsockname()[1])


def test_a_server_of_ones_own_network_is_never_asked_not_even_by_a_redirect(
    shelf: Shelf, settings, monkeypatch
) -> None:
    port = serve(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
    with pytest.raises(AddressRefused):
        fetching.fetch(f"http://127.0.0.1:{port}/oai", {})
    with pytest.raises(AddressRefused):
        services.ask_about(f"http://localhost:{port}/oai", by=shelf.acting("officer"))
    leads = serve(f"HTTP/1.1 302 Found\r\nLocation: http://localhost:{port}/\r\nContent-Length: 0\r\n\r\n".encode())
    settings.LANTIAN_HARVEST_HOSTS = [f"127.0.0.1:{leads}"]
    with pytest.raises(AddressRefused):
        fetching.fetch(f"http://127.0.0.1:{leads}/oai", {})


def test_what_a_server_may_do_to_us_is_bounded(settings, monkeypatch) -> None:
    settings.LANTIAN_HARVEST_HOSTS = ["127.0.0.1"]
    import gzip

    monkeypatch.setattr(fetching, "MOST_BYTES", 100_000)
    bomb = gzip.compress(b"\0" * 1_000_000)
    packed = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(bomb) + bomb
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"
    loop = b"HTTP/1.1 302 Found\r\nLocation: /again\r\nContent-Length: 0\r\n\r\n"
    port = serve(packed, head + b"short", loop, loop, loop, loop, b"HTTP/1.1 500 no\r\nContent-Length: 0\r\n\r\n")
    for words in ("最多", "断了", "转来转去", "500"):
        with pytest.raises(Unreachable, match=words):
            fetching.fetch(f"http://127.0.0.1:{port}/oai", {})
    waits = serve(b"HTTP/1.1 503 busy\r\nRetry-After: 17\r\nContent-Length: 0\r\n\r\n")
    with pytest.raises(Later) as error:
        fetching.fetch(f"http://127.0.0.1:{waits}/oai", {})
    assert error.value.seconds == 17


def test_who_sees_and_asks_a_neighbour(shelf: Shelf) -> None:
    neighbour = add(shelf)
    assert_allowed(may_view_neighbour, shelf.acting("officer"), neighbour)
    assert_allowed(may_view_neighbour, shelf.acting("above"), neighbour)
    assert_refused(may_view_neighbour, shelf.acting("teacher"), neighbour)
    with pytest.raises(Denied):
        services.start_harvest(neighbour, by=shelf.acting("head"))
    with pytest.raises(Denied):
        services.add_neighbour(organization=shelf.city, name="x", url="https://x.example/", by=shelf.acting("officer"))
    with pytest.raises(SharingError, match="登记过"):
        add(shelf)
    assert not Harvested.objects.exists()


def test_another_rhythm(shelf: Shelf) -> None:
    neighbour = services.change_neighbour(add(shelf), name="广元", every=168, licence="cc0", by=shelf.acting("officer"))
    assert neighbour.next_at > timezone.now() + timedelta(days=6)
    assert services.change_neighbour(neighbour, name="广元", every=0, licence="", by=SYSTEM).next_at is None
    with pytest.raises(Denied):
        services.change_neighbour(neighbour, name="x", every=0, licence="", by=shelf.acting("head"))
