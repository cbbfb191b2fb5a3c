"""Feeds of what is new, of what is open to everybody, whoever asks."""

from xml.etree.ElementTree import fromstring

import pytest
from django.test import Client

from lantian.content.resources import services as resources
from lantian.content.resources.tests.shelf import Shelf
from lantian.content.sharing.tests.support import make_links
from lantian.content.taxonomy import services as taxonomy
from lantian.kernel.rules import SYSTEM
from lantian.people.roster.tests.factories import with_account

pytestmark = pytest.mark.django_db
ATOM = "{http://www.w3.org/2005/Atom}"


def titles(client: Client, query: str = "") -> list[str]:
    answer = client.get(f"/resources/feed.atom{query}")
    assert answer.status_code == 200
    return [one.findtext(f"{ATOM}title") or "" for one in fromstring(answer.content).iter(f"{ATOM}entry")]


def test_feeds_tell_what_is_open_and_nothing_else_whoever_asks(shelf: Shelf) -> None:
    make_links(shelf, 1)
    make_links(shelf, 1, title="只给本校", reach="school")
    make_links(shelf, 1, title="只给老师", audience="staff")
    make_links(shelf, 1, title="语文", subject="chinese", stage="primary")
    signed_in = Client()
    signed_in.force_login(with_account(shelf.teacher))
    for client in (Client(), signed_in):
        assert set(titles(client)) == {"资源0", "语文"}
    assert titles(Client(), "?subject=maths") == ["资源0"]
    assert titles(Client(), "?stage=primary") == ["语文"]
    assert titles(Client(), f"?unit={shelf.other.pk}") == []
    rss = fromstring(Client().get("/resources/feed.rss?subject=maths").content)
    assert [one.findtext("title") for one in rss.iter("item")] == ["资源0"]
    for wrong in ("?subject=no", "?stage=no", "?node=no", "?unit=no", f"?node={shelf.school.pk}"):
        assert Client().get(f"/resources/feed.atom{wrong}").status_code == 404


def test_a_feed_of_a_chapter_has_what_stands_below_it(shelf: Shelf) -> None:
    made = make_links(shelf, 2)
    facts = {"kind": "points", "subject": "maths", "name": "点", "code": "p", "valid_from": 2026}
    points = taxonomy.create_framework(organization=shelf.city, by=SYSTEM, **facts)
    area = taxonomy.add_node(points, kind="area", title="数与代数", code="A1", by=SYSTEM)
    node = taxonomy.add_node(points, kind="point", title="一次函数", code="A2", parent=area, by=SYSTEM)
    resources.place_resource(made[1], [node.pk], by=shelf.acting("above"))
    assert Client().get(f"/resources/feed.atom?node={area.pk}").status_code == 404, "a draft"
    taxonomy.publish_framework(points, by=SYSTEM)
    assert titles(Client(), f"?node={area.pk}") == ["资源1"]


def test_what_was_not_changed_is_not_sent_again(shelf: Shelf) -> None:
    made = make_links(shelf, 1)[0]
    first = Client().get("/resources/feed.atom")
    assert first["Last-Modified"]
    again = Client(headers={"If-None-Match": first["ETag"]}).get("/resources/feed.atom")
    assert (again.status_code, again.content) == (304, b"")
    assert Client(headers={"If-Modified-Since": first["Last-Modified"]}).get("/resources/feed.atom").status_code == 304
    resources.withdraw_resource(made, words="有错", by=SYSTEM)
    changed = Client(headers={"If-None-Match": first["ETag"]}).get("/resources/feed.atom")
    assert changed.status_code == 200
    assert made.title not in changed.content.decode()


def test_the_list_says_where_its_feeds_are(shelf: Shelf) -> None:
    page = Client().get("/resources/?subject=maths").content.decode()
    assert '<link rel="alternate" type="application/atom+xml"' in page
    assert 'href="/resources/feed.rss?subject=maths"' in page
