"""The page around a package, its saves, and the addresses of the content origin."""

import json
from typing import Any

import pytest
from django.core import signing
from django.test import Client

from lantian.content.interactive.tests import packages
from lantian.content.interactive.tests.test_keeping import published
from lantian.content.resources import services as resources
from lantian.content.resources.tests.shelf import Shelf
from lantian.kernel.rules import SYSTEM

pytestmark = pytest.mark.django_db
DOOR = {"X-Lantian-Content": "1"}  # as the front door says it on the content origin


def opened(client: Client, version: Any, **fields: str) -> Any:
    return client.post(f"/interactive/{version.pk}/open/", fields).json()


def inside(address: str) -> str:
    return address.removeprefix("http://testserver:18000")


def test_a_package_runs_on_another_origin_by_a_pass(shelf: Shelf, as_) -> None:
    version = published(shelf, packages.pages(**{"web/f.mp4": b"film"}))
    page = as_("pupil").get(f"/interactive/{version.pk}/")
    assert "frame-src http://testserver:18000" in page["Content-Security-Policy"]
    address = inside(opened(as_("pupil"), version)["address"])
    assert address.endswith("/f/web/index.html")
    stranger = Client()
    answer = stranger.get(address, headers=DOOR)
    assert b"".join(answer) == b"<p>one</p>"
    assert answer["Content-Type"] == "text/html"
    policy = answer["Content-Security-Policy"]
    for words in (
        "connect-src 'self'",
        "form-action 'none'",
        "frame-ancestors 'self' http://testserver",
        "sandbox allow-scripts",
    ):
        assert words in policy
    assert "top-navigation" not in policy
    assert "X-Frame-Options" not in answer
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert not answer.cookies
    assert stranger.get(address.replace("index.html", "f.mp4"), headers=DOOR)["Content-Type"] == "video/mp4"


def test_nothing_can_be_guessed_and_what_was_taken_down_is_gone(shelf: Shelf, as_, settings) -> None:
    version = published(shelf, packages.pages())
    address = inside(opened(as_("pupil"), version)["address"])
    client = Client()
    assert client.get(address).status_code == 404, "it is no address of the platform"
    ticket = address.split("/")[2]
    other = signing.dumps([version.pk.hex, "", "http://testserver"], salt="another")
    for wrong in (ticket[:-1], ticket + "x", other, "x"):
        assert client.get(address.replace(ticket, wrong), headers=DOOR).status_code == 404
    for name in ("web/none.html", "../../../db", "web/", "web/%00"):
        assert client.get(address.replace("web/index.html", name), headers=DOOR).status_code == 404
    resources.withdraw_resource(version.resource, words="有错", by=shelf.acting("teacher"))
    assert client.get(address, headers=DOOR).status_code == 404
    assert client.get(f"/interactive/{version.pk}/").status_code == 404


def test_a_pass_ends(shelf: Shelf, as_, monkeypatch) -> None:
    version = published(shelf, packages.pages())
    address = inside(opened(as_("pupil"), version)["address"])
    monkeypatch.setattr("lantian.content.interactive.services.passes.LASTS_S", -1)
    assert Client().get(address, headers=DOOR).status_code == 404


def test_what_one_may_not_see_is_not_there(shelf: Shelf, as_) -> None:
    version = published(shelf, packages.scorm_12(), reach="school")
    for client in (Client(), as_("far")):
        assert client.get(f"/interactive/{version.pk}/").status_code == 404
        assert client.post(f"/interactive/{version.pk}/open/").status_code == 404
    words = shelf.make().versions.get()
    assert as_("teacher").get(f"/interactive/{words.pk}/").status_code == 404, "no package"


def test_the_player_is_told_no_name(shelf: Shelf, as_) -> None:
    version = published(shelf, packages.scorm_12())
    said = opened(as_("pupil"), version)
    assert said["player"]
    assert "小兰" not in json.dumps(said, ensure_ascii=False)
    page = Client().get(inside(said["address"]), headers=DOOR).content.decode()
    assert "小兰" not in page
    assert '"platform": "http://testserver"' in page


def test_saves_come_as_json_and_say_how_it_stands(shelf: Shelf, as_) -> None:
    version, client = published(shelf, packages.scorm_12()), as_("pupil")
    run = opened(client, version)["run"]
    url = f"/interactive/{version.pk}/save/"
    told = {
        "attempt": 1,
        "opening": run["opening"],
        "seq": 1,
        "part": "only",
        "state": {"a": 1},
        "scaled": 0.8,
        "status": "passed",
    }

    def send(body: Any) -> Any:
        return client.post(url, json.dumps(body), content_type="application/json")

    assert send(told).json() == {"seq": 1, "status": "passed", "words": "达标", "score": 80}
    assert send([]).status_code == 400
    assert send(told | {"part": "x", "seq": 2}).status_code == 400
    assert client.post(url, "{", content_type="application/json").status_code == 400
    assert send({"x": "y" * 800_000}).status_code == 400
    assert Client(enforce_csrf_checks=True).post(url, "{}", content_type="application/json").status_code == 403
    assert opened(client, version)["run"]["data"]["only"]["state"] == {"a": 1}
    assert send(told | {"seq": 3}).status_code == 409
    assert "平行线" not in client.get("/interactive/mine/").content.decode()
    assert "80 分" in client.get("/interactive/mine/").content.decode()
    author = as_("teacher")
    assert client.get(f"/interactive/resources/{version.resource_id}/").status_code == 403
    assert author.get(f"/interactive/resources/{version.resource_id}/").context["percent"] == 80


def test_strangers_play_and_nothing_is_kept(shelf: Shelf) -> None:
    version = published(shelf, packages.scorm_12())
    assert opened(Client(), version)["run"] == {"keeps": False, "data": {}, "place": "", "learner": "anonymous"}


def test_the_resources_page_leads_there_and_a_package_is_unpacked_when_it_is_first_wanted(shelf: Shelf, as_) -> None:
    made = shelf.make(data=packages.pages(), name="a.zip")
    version = made.versions.get()
    resources.publish_version(version, by=SYSTEM)
    page = as_("pupil").get(f"/resources/{made.pk}/").content.decode()
    assert f"/interactive/{version.pk}/" in page
    assert opened(Client(), version) == {"state": "waiting", "why": ""}


def test_where_no_origin_is_set_it_says_so(shelf: Shelf, settings) -> None:
    settings.LANTIAN_CONTENT_PORT = 0
    version = published(shelf, packages.pages())
    assert opened(Client(), version)["state"] == "broken"
    assert "frame-src 'none'" in Client().get(f"/interactive/{version.pk}/")["Content-Security-Policy"]
    settings.LANTIAN_CONTENT_ORIGIN = "https://content.example.cn"
    assert opened(Client(), version)["address"].startswith("https://content.example.cn/c/")
