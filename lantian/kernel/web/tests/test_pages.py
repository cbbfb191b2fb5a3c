"""Pages by HTTP: safe under the content security policy, light, in two languages and two themes, and useful when they fail."""

import gzip
import json
import os
import re
import time
from pathlib import Path

import psycopg
import pytest
from django.apps import apps
from django.conf import settings
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.db import OperationalError, connection
from django.http import HttpResponse
from django.template import Context, Template
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils.safestring import SafeString

from lantian.kernel.rules import ANONYMOUS, Actor, ActorKind, Grant
from lantian.kernel.web import faults, icons, navigation, shell
from lantian.kernel.web.metrics import REQUESTS
from lantian.kernel.web.models import SavedView
from lantian.kernel.web.navigation import NavItem
from lantian.kernel.web.templatetags import web as tags

pytestmark = pytest.mark.django_db
DIST = Path(settings.BASE_DIR) / "frontend" / "dist"
built = pytest.mark.skipif(
    not (DIST / "manifest.json").exists() and not os.environ.get("CI"), reason="frontend is not built"
)


def page(client: Client, path: str = "/_/ui") -> str:
    response = client.get(path)
    assert response.status_code == 200
    return response.content.decode()


@built
def test_the_components_page_is_open_to_everyone_and_shows_every_component(client: Client) -> None:
    text = page(client)
    folder = Path(__file__).resolve().parents[1] / "templates"
    examples = "".join(path.read_text() for path in (folder / "web").rglob("*.html"))
    inner = "".join(path.read_text() for path in (folder / "cotton").rglob("*.html"))
    for component in (folder / "cotton").glob("*.html"):
        tag = "<c-" + component.stem.replace("_", "-")
        assert tag in examples or tag in inner, f"{tag} has no example"
    assert "<c-" not in text.replace("&lt;c-", "")


@built
@pytest.mark.parametrize("path", ["/_/ui", "/_/ui/room", "/_/ui?setting=rural&sort=-pupils&page=2"])
def test_pages_carry_nothing_inline_that_the_policy_refuses(client: Client, path: str) -> None:
    text = page(client, path)
    assert not re.search(r"<[^>]+\sstyle=", text)
    assert "<style" not in text
    assert not re.search(r"<[^>]+\son[a-z]+=", text)
    for attributes, body in re.findall(r"<script([^>]*)>(.*?)</script>", text, re.DOTALL):
        assert "src=" in attributes or 'type="application/json"' in attributes, body[:80]
    policy = client.get(path)["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "script-src 'self'" in policy


@built
def test_a_first_page_weighs_less_than_a_hundred_kilobytes(client: Client) -> None:
    manifest = json.loads((DIST / "manifest.json").read_text())
    entry = manifest["src/main.ts"]
    names = [entry["file"], *entry.get("css", [])]
    names += [manifest[key]["file"] for key in entry.get("imports", [])]
    weight = sum(len(gzip.compress((DIST / name).read_bytes())) for name in names)
    html = len(gzip.compress(page(client).encode()))  # the heaviest page there is
    assert weight + html <= 60_000, (weight, html)


@built
def test_the_theme_is_on_the_first_byte_of_the_page_and_can_be_forgotten(client: Client) -> None:
    assert "data-theme" not in page(client).split(">")[1]
    client.post("/_/theme", {"theme": "dark", "next": "/_/ui"})
    assert 'data-theme="dark"' in page(client)[:200]
    client.post("/_/theme", {"theme": "auto", "next": "/_/ui"})
    assert "data-theme" not in page(client)[:60]


@built
def test_the_language_is_remembered_and_leads_back_only_to_this_site(client: Client) -> None:
    response = client.post("/_/language", {"language": "en", "next": "https://elsewhere.example/"})
    assert response["Location"] == "/"
    assert '<html lang="en"' in page(client)
    client.post("/_/language", {"language": "xx", "next": "/_/ui"})
    assert '<html lang="en"' in page(client)


@pytest.fixture
def signed_in(client: Client) -> Client:
    account = apps.get_model("identity", "Account").objects.create(username="lists.1", must_set_password=False)
    client.force_login(account)
    return client


def test_a_view_is_saved_and_leads_back_to_it(signed_in: Client) -> None:
    answer = signed_in.post(
        "/_/views", {"list": "schools", "name": "城区", "path": "/x/", "query": "q=中学&setting=urban"}
    )
    assert answer["Location"] == "/x/?q=%E4%B8%AD%E5%AD%A6&setting=urban"
    assert SavedView.objects.get().query == "q=%E4%B8%AD%E5%AD%A6&setting=urban"


@pytest.mark.parametrize("query", ["q=" + "中" * 500, "&".join(f"a{n}=中中" for n in range(120))])
def test_a_view_too_long_to_be_kept_is_refused_in_words(signed_in: Client, query: str) -> None:
    answer = signed_in.post("/_/views", {"list": "schools", "name": "长", "path": "/x/", "query": query})
    assert answer.status_code == 400
    assert not SavedView.objects.exists()


def test_a_character_that_no_database_keeps_is_a_bad_request(signed_in: Client) -> None:
    answer = signed_in.post("/_/views", {"list": "schools", "name": "a\0b", "path": "/x/", "query": ""})
    assert answer.status_code == 400
    assert "没有看懂" in answer.content.decode()


@pytest.mark.parametrize(("scheme", "secure"), [("https", True), ("http", False)])
def test_cookies_got_by_https_go_by_https_alone(signed_in: Client, scheme: str, secure: bool) -> None:
    answer = signed_in.post("/_/theme", {"theme": "dark"}, headers={"X-Forwarded-Proto": scheme})
    entered = signed_in.get("/accounts/2fa/", headers={"X-Forwarded-Proto": scheme})
    cookies = [*answer.cookies.values(), *entered.cookies.values()]
    assert {cookie.key.split("_")[1] for cookie in cookies} >= {"theme", "session"}
    assert all(bool(cookie["secure"]) is secure for cookie in cookies)


def test_invented_methods_make_no_new_figures(client: Client) -> None:
    before = len(next(iter(REQUESTS.collect())).samples)
    for number in range(5):
        assert client.generic(f"MADE{number}", "/healthz").status_code == 405
    assert len(next(iter(REQUESTS.collect())).samples) <= before + 2  # one more series, with its time of creation


def test_saved_views_and_the_way_in_are_for_those_who_signed_in(client: Client) -> None:
    for path in (reverse("web_enter"), reverse("web_view_save")):
        assert client.post(path).status_code in {302, 405}


# When it does not work ----------------------------------------------------------------------------------------------------
@built
@pytest.mark.parametrize("key", sorted(faults.FAULTS))
def test_every_fault_says_what_happened_what_was_kept_and_what_to_do_without_the_database(key: str) -> None:
    def refuse(*args: object) -> None:
        raise AssertionError("a fault page asked the database")

    request = RequestFactory().get("/somewhere")
    with connection.execute_wrapper(refuse):
        response = faults.fault_page(request, key)
    fault = faults.FAULTS[key]
    assert response.status_code == fault.status
    for words in (fault.title, fault.what, fault.kept, fault.todo):
        assert str(words) in response.content.decode()


@built
def test_a_refusal_shows_the_rules_own_reason(rf: RequestFactory) -> None:
    response = faults.refused(rf.get("/"), PermissionDenied("您只能管理本县的学校"))
    assert "您只能管理本县的学校。" in response.content.decode()
    assert response.status_code == 403


@built
def test_too_much_at_once_is_413(rf: RequestFactory) -> None:
    assert faults.bad_request(rf.post("/"), RequestDataTooBig()).status_code == 413
    assert faults.bad_request(rf.post("/"), ValueError()).status_code == 400


@pytest.mark.django_db(transaction=True)
def test_a_request_after_a_restart_of_the_database_gets_no_dead_connection(client: Client) -> None:
    connection.close()
    pool = connection.pool
    pool.open()
    # as many as it holds: found dead one by one, each would be waited for twice as long as the one before
    held = [pool.getconn() for _ in range(pool.max_size)]
    for each in held:
        pool.putconn(each)
    facts = connection.get_connection_params()
    facts = {name: facts[name] for name in ("host", "port", "user", "password", "dbname") if facts.get(name)}
    with psycopg.connect(**facts, autocommit=True) as other:
        other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )
    started = time.monotonic()
    assert client.get("/readyz").status_code == 200
    assert time.monotonic() - started < 6  # one by one it was 7 for four of them
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        assert cursor.fetchone() == (1,)


def failed_with(rf: RequestFactory, error: Exception, method: str = "get") -> HttpResponse:
    try:
        raise error
    except type(error):
        return faults.server_error(getattr(rf, method)("/today/"))


def lost(words: str, sqlstate: str | None) -> OperationalError:
    cause = psycopg.OperationalError(words)
    cause.sqlstate = sqlstate
    error = OperationalError(words)
    error.__cause__ = cause
    return error


@built
@pytest.mark.parametrize("sqlstate", [None, "57P01", "57P03", "08006"])
def test_a_database_that_is_away_gets_a_page_that_asks_again(rf: RequestFactory, sqlstate: str | None) -> None:
    answer = failed_with(rf, lost("gone", sqlstate))
    assert (answer.status_code, answer["Retry-After"]) == (503, "4")
    assert "data-again" in answer.content.decode()
    sent = failed_with(rf, lost("gone", sqlstate), "post")
    assert sent.status_code == 503
    assert "data-again" not in sent.content.decode()  # what was sent is not sent twice


@built
@pytest.mark.parametrize("error", [ValueError(), lost("statement timeout", "57014"), lost("disk full", "53100")])
def test_other_failures_keep_their_number(rf: RequestFactory, error: Exception) -> None:
    answer = failed_with(rf, error)
    assert answer.status_code == 500
    assert "data-again" not in answer.content.decode()


@built
def test_a_stale_form_is_told_apart_from_a_refusal() -> None:
    client = Client(enforce_csrf_checks=True)
    response = client.post("/_/theme", {"theme": "dark"})
    assert response.status_code == 403
    assert str(faults.FAULTS["csrf"].title) in response.content.decode()


@built
def test_an_unknown_address_is_a_helpful_404(client: Client) -> None:
    response = client.get("/no/such/page")
    assert response.status_code == 404
    assert str(faults.FAULTS["not_found"].todo) in response.content.decode()


# The frame ------------------------------------------------------------------------------------------------------------------
def shell_for(path: str, actor: Actor = ANONYMOUS) -> shell.Shell:
    request = RequestFactory().get(path)
    request.actor = actor  # type: ignore[attr-defined]
    return shell.Shell(request)


def test_the_entry_with_the_longest_matching_address_is_the_current_one() -> None:
    frame = shell_for("/_/ui/room/of/mine")
    entries = [NavItem("ui", "a", "web_ui", "x", 1), NavItem("room", "b", "web_ui_room", "x", 2)]
    frame.__dict__["items"] = entries
    assert frame.current == "room"


def test_pages_at_another_address_belong_to_the_entry_they_were_put_under() -> None:
    seen = [NavItem("lessons", "a", "web_ui", "x", 1)]
    polls, elsewhere = shell_for("/live/lessons/1/polls/"), shell_for("/classes/1/")
    polls.__dict__["items"] = elsewhere.__dict__["items"] = seen
    assert polls.current == "lessons"
    assert elsewhere.current == ""  # its entry, the units, is not shown to this person


def test_entries_are_grouped_and_those_without_a_page_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    entries = [
        NavItem("a", "a", "web_ui", "x", 1),
        NavItem("gone", "g", "no_such_url", "x", 2),
        NavItem("b", "b", "web_ui", "x", 3, group="G"),
        NavItem("c", "c", "web_ui_room", "x", 4, phone=True),
        NavItem("d", "d", "web_ui_room", "x", 5),
        NavItem("e", "e", "web_ui_room", "x", 6),
    ]
    monkeypatch.setattr("lantian.kernel.web.navigation.items_for", lambda actor: entries)
    frame = shell_for("/")
    assert [(name, [item.key for item in items]) for name, items in navigation.grouped(frame.items)] == [
        ("", ["a", "c", "d", "e"]),
        ("G", ["b"]),
    ]
    # one meant for the phone's bar is too few: the first ones stand beside it
    assert [item.key for item in navigation.in_bar(frame.items)] == ["c", "a", "b"]
    assert [item.key for item in navigation.beside_bar(frame.items)] == ["d", "e"]


def test_the_roles_one_holds_are_offered_with_the_present_one_marked() -> None:
    from uuid import uuid4

    grants = tuple(Grant(uuid4(), role, uuid4(), "南山中学", "school", "a") for role in ("x_teacher", "x_guardian"))
    frame = shell_for("/", Actor(kind=ActorKind.PERSON, name="甲", grant=grants[1], grants=grants))
    assert [(words, now) for _, words, now in frame.roles] == [("x_teacher", False), ("x_guardian", True)]


# Small parts ----------------------------------------------------------------------------------------------------------------
@built
def test_icons_are_drawn_inline_and_every_icon_named_in_templates_exists() -> None:
    assert icons.svg("video", 24).startswith('<svg class="icon" width="24"')
    root = Path(settings.BASE_DIR) / "lantian"
    pattern = re.compile(r"""{% icon ["']([\w-]+)["']|<c-icon[^>]*\bname="([\w-]+)"|<c-[\w-]+[^>]*\sicon="([\w-]+)\"""")
    unknown = set()
    for path in root.rglob("templates/**/*.html"):
        for names in pattern.findall(path.read_text()):
            name = next(part for part in names if part)
            if not icons.known(name):
                unknown.add(f"{path.name}: {name}")
    assert unknown == set()


def test_bars_start_at_zero_and_keep_their_proportion() -> None:
    shapes = tags.bar_shapes([("a", 50), ("b", 100)])["shapes"]
    assert shapes[0]["h"] * 2 == shapes[1]["h"]
    assert tags.bar_shapes([])["shapes"] == []


@pytest.mark.parametrize(("name", "letter"), [("林晓月", "月"), ("ada", "A"), ("", "?"), ("绵阳南山中学", "绵")])
def test_an_avatar_shows_one_letter(name: str, letter: str) -> None:
    assert tags.first_letter(name) == letter


def test_a_line_of_facts_ends_after_a_dot_and_stays_what_it_was() -> None:
    assert tags.dots("甲 · 乙 · 丙") == "甲\u00a0· 乙\u00a0· 丙"
    assert Template("{% load web %}{{ words|dots }}").render(Context({"words": "<甲> · 乙"})) == "&lt;甲&gt;\u00a0· 乙"
    drawn = SafeString("<b>甲</b> · 乙")
    assert Template("{% load web %}{{ words|dots }}").render(Context({"words": drawn})) == "<b>甲</b>\u00a0· 乙"


@built
def test_the_page_for_no_line_says_nothing_of_whoever_asks_and_carries_all_it_is_drawn_with(client: Client) -> None:
    text = page(client, "/offline/")
    assert "现在连不上网" in text
    assert "data-again" in text
    assert re.findall(r'(?:href|src)="(/static/[^"]+)"', text)
    assert not re.search(r'(?:src|rel="stylesheet" href)="(?!/static/)', text)


def test_the_manifest_speaks_the_readers_language_and_names_icons_that_are_there(client: Client) -> None:
    from django.contrib.staticfiles import finders

    told = client.get("/manifest.webmanifest", headers={"accept-language": "en"}).json()
    assert told["lang"] == "en"
    assert told["start_url"] == told["scope"] == "/"
    assert {"192x192", "512x512"} <= {icon["sizes"] for icon in told["icons"]}
    for icon in told["icons"]:
        assert finders.find(icon["src"].removeprefix("/static/"))
