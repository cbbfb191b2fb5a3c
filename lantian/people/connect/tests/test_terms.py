"""The terms on which software is let in: what a registration for sign-on refuses, and changing them later."""

from dataclasses import replace

import pytest
from allauth.idp.oidc.models import Token

from lantian.kernel.journal.models import JournalEntry
from lantian.kernel.rules import SYSTEM, Denied
from lantian.people.connect import queries, services
from lantian.people.connect.engine.addresses import fault_of, is_registered, origin_of
from lantian.people.connect.enums import Kind, Scope, SignOnScope
from lantian.people.connect.errors import (
    BadAddress,
    HasNoSecret,
    NoAddress,
    NoKind,
    NoReason,
    NothingOpened,
    OutsideOwnUnit,
    PublicReadsNothing,
)
from lantian.people.connect.models import Client
from lantian.people.connect.tests.factories import (
    BACK,
    browser_of,
    code_for,
    exchanged,
    registered,
    request_of,
    sign_on_client,
    token_of,
)
from lantian.people.roster.services import move_organization
from lantian.people.roster.tests.world import World


@pytest.fixture(autouse=True)
def demo(settings):
    """The second factor has tests of its own."""
    settings.LANTIAN_DEMO = True


@pytest.mark.parametrize(
    "address",
    [
        BACK,
        "https://a.example.cn",
        "https://a.example.cn:8443/cb?tenant=1",
        "http://localhost:8080/cb",
        "http://127.0.0.1/cb",
        "http://[::1]:1/cb",
        "https://xn--fiq228c.example.cn/",
    ],
)
def test_an_address_that_may_be_registered(address: str) -> None:
    assert fault_of(address) == ""
    assert is_registered(address, [BACK, address])


@pytest.mark.parametrize(
    "address",
    [
        "",
        "http://a.example.cn/cb",
        "http://localhost.evil.com/cb",
        "http://127.0.0.1.evil.com/",
        "https://*.example.cn/cb",
        "https://a.example.cn/*",
        "https://a.example.cn/cb#x",
        "https://user@a.example.cn/cb",
        "https://a.example.cn@evil.com/",
        "https://a.example.cn/c b",
        "https://a.example.cn\\@evil.com/",
        "https://中文.cn/cb",
        "https:///cb",
        "https://a.example.cn:port/",
        "javascript:alert(1)",
        "data:text/html,x",
        "myapp://callback",
        "//a.example.cn/cb",
        "https://[::1/",
        "https://a.example.cn/" + "x" * 500,
        "https://a.example.cn/cb\nhttps://evil.com/",
    ],
)
def test_an_address_that_may_not_be_registered(address: str) -> None:
    assert fault_of(address)


@pytest.mark.parametrize(
    ("address", "registered_one", "same"),
    [
        ("http://127.0.0.1:5000/cb", "http://127.0.0.1/cb", True),
        ("http://[::1]:5000/cb", "http://[::1]:1/cb", True),
        ("http://127.0.0.1:5000/other", "http://127.0.0.1/cb", False),
        ("http://localhost:5000/cb", "http://localhost/cb", False),
        ("http://127.0.0.1:5000/cb#x", "http://127.0.0.1/cb", False),
        ("http://x@127.0.0.1:5000/cb", "http://127.0.0.1/cb", False),
        ("http://127.0.0.1:nine/cb", "http://127.0.0.1/cb", False),
        ("https://a.example.cn:1/cb", "https://a.example.cn/cb", False),
        ("HTTPS://a.example.cn/cb", "https://a.example.cn/cb", False),
    ],
)
def test_addresses_are_compared_letter_by_letter_but_for_a_loopback_port(address, registered_one, same) -> None:
    assert is_registered(address, [registered_one]) is same


def test_the_origin_of_an_address() -> None:
    assert origin_of("https://A.example.cn:8443/cb?x=1") == "https://a.example.cn:8443"


@pytest.mark.django_db
def test_what_a_registration_for_sign_on_refuses(world: World) -> None:
    for error, more in (
        (NoAddress, {"redirect_uris": []}),
        (BadAddress, {"redirect_uris": [BACK, "http://reading.example.com/"]}),
        (NoKind, {"kinds": []}),
        (NoKind, {"kinds": ["other"]}),
        (NothingOpened, {"kinds": [Kind.DATA, Kind.SIGN_ON]}),
        (PublicReadsNothing, {"kinds": [Kind.DATA, Kind.SIGN_ON], "is_public": True}),
        (NoReason, {"purpose": " "}),
        (OutsideOwnUnit, {"organization": world.beichuan}),
    ):
        with pytest.raises(error):
            sign_on_client(world.fucheng, **more)
    assert not Client.objects.exists()


@pytest.mark.django_db
def test_what_was_added_is_open_at_once_and_tokens_stay(world: World) -> None:
    client, secret = registered(world.east, organization=world.fucheng, scopes=(Scope.CORE,))
    token = token_of(client, secret)
    terms = replace(services.terms_of(client), units=[world.east, world.west], scopes=[Scope.CORE, Scope.ROSTER])
    assert services.change_client(client, terms, by=world.act("officer")) == ["units", "scopes"]
    access = services.access_of(token)
    assert access is not None
    assert set(access.roots) == {world.east.path, world.west.path}
    assert access.scopes == {Scope.CORE}  # a token is for what was asked for; the next one is for more
    more = services.access_of(token_of(client, secret, scope=Scope.ROSTER))
    assert more is not None
    assert more.scopes == {Scope.ROSTER}


@pytest.mark.django_db
@pytest.mark.parametrize(
    "less",
    [
        {"scopes": [Scope.CORE]},
        {"kinds": [Kind.SIGN_ON]},
        {"kinds": [Kind.DATA]},
        {"hands_over": []},
        {"redirect_uris": ["https://other.example.com/"]},
        {"units": "west"},
    ],
)
def test_what_was_taken_away_is_gone_with_the_tokens(world: World, less) -> None:
    client, secret = registered(
        world.fucheng,
        scopes=(Scope.CORE, Scope.ROSTER),
        kinds=[Kind.DATA, Kind.SIGN_ON],
        hands_over=[SignOnScope.PROFILE],
        redirect_uris=[BACK],
        approved=True,
        purpose="x",
    )
    token_of(client, secret)
    exchanged(client, secret, code_for(browser_of(world.jia), client))
    assert Token.objects.count() == 3
    less = {name: [world.west] if value == "west" else value for name, value in less.items()}
    services.change_client(client, replace(services.terms_of(client), **less), by=SYSTEM)
    assert not Token.objects.exists()


@pytest.mark.django_db
def test_nothing_changed_leaves_no_trace_and_a_stopped_one_stays_stopped(world: World) -> None:
    client, _ = sign_on_client(world.fucheng)
    assert services.change_client(client, services.terms_of(client), by=SYSTEM) == []
    assert not JournalEntry.objects.filter(action="connect.client_changed").exists()
    services.stop_client(client, by=SYSTEM)
    services.change_client(client, replace(services.terms_of(client), name="新名"), by=SYSTEM)
    assert browser_of(world.jia).get(request_of(client)).status_code == 400
    services.resume_client(client, by=SYSTEM)
    assert browser_of(world.jia).get(request_of(client)).status_code == 302


@pytest.mark.django_db
def test_who_answers_and_whether_it_keeps_a_secret_stay(world: World) -> None:
    client, _ = sign_on_client(world.fucheng, is_public=True)
    terms = replace(services.terms_of(client), organization=world.beichuan, is_public=False, name="新名")
    services.change_client(client, terms, by=world.act("officer"))
    client = Client.objects.get()
    assert (client.organization, client.is_public, client.name) == (world.fucheng, True, "新名")
    with pytest.raises(HasNoSecret):
        services.rotate_secret(client, by=SYSTEM)


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["other_officer", "head", "teacher"])
def test_others_change_nothing(world: World, name: str) -> None:
    client, _ = sign_on_client(world.fucheng)
    with pytest.raises(Denied):
        services.change_client(client, replace(services.terms_of(client), name="x"), by=world.act(name))
    assert browser_of(world.people[name]).post(f"/clients/{client.pk}/edit/", {"name": "x"}).status_code == 404


@pytest.mark.django_db
def test_an_officer_changes_terms_on_the_page_and_the_history_says_so(
    world: World, django_assert_max_num_queries
) -> None:
    client, _ = sign_on_client(world.east, organization=world.fucheng)
    officer = browser_of(world.people["officer"])
    shown = officer.get(f"/clients/{client.pk}/edit/").content.decode()
    assert BACK in shown
    assert 'value="阅读"' in shown
    form = {
        "name": "书香校园",
        "purpose": "阅读",
        "units": [str(world.east.pk), str(world.west.pk)],
        "kinds": [Kind.SIGN_ON],
        "hands_over": [SignOnScope.PROFILE],
        "redirect_uris": f"{BACK}\r\n\r\n https://two.example.com/cb ",
        "approved": "on",
    }
    wrong = officer.post(f"/clients/{client.pk}/edit/", {**form, "redirect_uris": "http://a.example.com/"})
    assert "https://" in wrong.content.decode()
    assert officer.post(f"/clients/{client.pk}/edit/", form).status_code == 302
    client = Client.objects.get()
    assert client.oidc.get_redirect_uris() == [BACK, "https://two.example.com/cb"]
    assert client.oidc.get_scopes() == ["openid", "profile"]
    assert queries.history_of(client)[0].words == "修改了开放的单位、开放的内容、登录后返回的地址"
    entry = JournalEntry.objects.get(action="connect.client_changed")
    assert entry.data["before"]["scopes"] == ["openid", "profile", "lantian.roles"]
    with django_assert_max_num_queries(20):
        page = officer.get(f"/clients/{client.pk}/").content.decode()
    assert "https://two.example.com/cb" in page


@pytest.mark.django_db
def test_a_public_client_is_registered_without_a_secret_on_the_page(world: World) -> None:
    officer = browser_of(world.people["officer"])
    form = {"name": "手机阅读", "kinds": [Kind.SIGN_ON], "redirect_uris": "http://127.0.0.1/cb", "is_public": "on"}
    page = officer.post("/clients/new/", form).content.decode()
    assert "这个软件没有密钥" in page
    client = Client.objects.get()
    assert client.oidc.secret not in page
    assert "换新密钥" not in officer.get(f"/clients/{client.pk}/").content.decode()
    assert officer.post(f"/clients/{client.pk}/secret/").status_code == 302


@pytest.mark.django_db
def test_a_unit_that_went_to_another_bureau_is_not_read_by_the_old_ones_software(world: World) -> None:
    client, secret = registered(world.east, world.west, organization=world.fucheng)
    token = token_of(client, secret)
    move_organization(world.east, parent=world.beichuan, by=world.act("city_officer"))
    world.west.refresh_from_db()
    access = services.access_of(token)
    assert access is not None
    assert access.roots == (world.west.path,)
    assert queries.roots_of(Client.objects.get(pk=client.pk)) == (world.west.path,)
    page = browser_of(world.officer).get(f"/clients/{client.pk}/").content.decode()
    assert "西小学" in page
    assert "东小学" not in page
