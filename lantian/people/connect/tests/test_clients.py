"""Software is let in by an officer, gets tokens by its secret, and is out at once when it is stopped."""

from datetime import timedelta

import pytest
from allauth.idp.oidc.models import Token
from django.test import Client as Browser
from django.utils import timezone

from lantian.kernel.journal.models import JournalEntry, OutboxEvent
from lantian.kernel.rules import Denied
from lantian.kernel.tests.verdicts import assert_allowed, assert_refused
from lantian.people.connect import queries, rules, services
from lantian.people.connect.enums import Kind, Scope
from lantian.people.connect.errors import AlreadyOver, NoReason, NothingOpened, OutsideOwnUnit
from lantian.people.connect.models import Client, ClientUse
from lantian.people.connect.tests.factories import registered, token_of, token_response
from lantian.people.roster.models import Person
from lantian.people.roster.tests.factories import with_account
from lantian.people.roster.tests.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def demo(settings):
    """The second factor has tests of its own."""
    settings.LANTIAN_DEMO = True


def new(world: World, **more) -> services.Terms:
    return services.Terms(**{"name": "排课软件", "organization": world.fucheng, "scopes": [Scope.ROSTER], **more})


def enter(world: World, name: str) -> Browser:
    browser = Browser(headers={"X-Forwarded-For": "10.0.0.1"})
    person = Person.objects.select_related("account").get(pk=world.people[name].pk)
    browser.force_login(person.account or with_account(person))
    return browser


def test_officers_let_software_in_for_their_own_subtree(world: World) -> None:
    assert_allowed(rules.may_register_client, world.act("officer"))
    assert_allowed(rules.may_register_client, world.act("officer"), world.fucheng)
    assert_allowed(rules.may_register_client, world.act("city_officer"), world.east)
    assert_refused(rules.may_register_client, world.act("officer"), world.beichuan)
    for name in ("head", "school_it", "teacher", "mother", "jia", "researcher", "operator"):
        assert_refused(rules.may_register_client, world.act(name))
    with pytest.raises(Denied):
        services.register_client(new(world), by=world.act("head"))


def test_software_is_seen_from_above_and_not_from_beside(world: World) -> None:
    client, _ = services.register_client(new(world), by=world.act("officer"))
    for name in ("officer", "city_officer"):
        assert_allowed(rules.may_view_client, world.act(name), client)
    for name in ("other_officer", "head", "teacher"):
        assert_refused(rules.may_view_client, world.act(name), client)
    assert list(queries.clients_visible_to(world.act("officer"))) == [client]
    for verb in (services.rotate_secret, services.stop_client, services.resume_client):
        with pytest.raises(Denied):
            verb(client, by=world.act("other_officer"))


def test_what_a_registration_refuses(world: World) -> None:
    officer = world.act("officer")
    for error, more in (
        (OutsideOwnUnit, {"units": [world.hill]}),
        (NothingOpened, {"scopes": ["openid"]}),
        (AlreadyOver, {"expires_on": timezone.localdate()}),
        (NoReason, {"may_have_sensitive": True}),
    ):
        with pytest.raises(error):
            services.register_client(new(world, **more), by=officer)
    assert not Client.objects.exists()


def test_a_secret_is_kept_only_as_a_hash_and_is_on_nobodys_record(world: World) -> None:
    client, secret = services.register_client(new(world), by=world.act("officer"))
    assert secret not in client.oidc.secret
    assert client.oidc.secret.startswith("lantian_code$")
    entry = JournalEntry.objects.get(action="connect.client_registered")
    assert (entry.object_id, entry.role) == (client.pk, "officer")
    assert secret not in str(entry.data)
    assert OutboxEvent.objects.filter(name="connect.client_registered").exists()


def test_a_token_is_given_for_the_secret_and_for_no_more_than_was_opened(world: World) -> None:
    client, secret = registered(world.fucheng, scopes=(Scope.CORE,))
    answer = token_response(client, secret).json()
    assert (answer["token_type"], answer["expires_in"], answer["scope"]) == ("Bearer", 3600, Scope.CORE)
    assert "refresh_token" not in answer
    assert token_response(client, "wrong").status_code == 401
    assert token_response(client, secret, scope=Scope.ROSTER).status_code == 400
    assert token_response(client, secret, grant_type="password").status_code == 400
    access = services.access_of(answer["access_token"])
    assert access is not None
    assert (access.client, access.scopes, access.roots) == (client, {Scope.CORE}, (world.fucheng.path,))
    assert services.access_of("nothing") is None


def test_a_token_costs_few_queries_and_no_slow_hash(world: World, django_assert_max_num_queries) -> None:
    client, secret = registered(world.fucheng)
    with django_assert_max_num_queries(8):
        token = token_of(client, secret)
    with django_assert_max_num_queries(3):
        services.access_of(token)


def test_a_stopped_client_is_out_at_once(world: World) -> None:
    client, secret = registered(world.fucheng)
    token = token_of(client, secret)
    services.stop_client(client, by=world.act("officer"))
    assert services.access_of(token) is None
    assert token_response(client, secret).status_code == 400
    services.resume_client(client, by=world.act("officer"))
    assert services.access_of(token_of(client, secret)) is not None


def test_a_new_secret_ends_the_old_one_and_its_tokens(world: World) -> None:
    client, secret = registered(world.fucheng)
    token = token_of(client, secret)
    fresh = services.rotate_secret(client, by=world.act("officer"))
    assert services.access_of(token) is None
    assert token_response(client, secret).status_code == 401
    assert services.access_of(token_of(client, fresh)) is not None


def test_requests_are_counted_by_the_minute_up_to_a_limit(world: World, monkeypatch) -> None:
    monkeypatch.setattr("lantian.people.connect.services.access.REQUESTS_PER_MINUTE", 2)
    client, _ = registered(world.fucheng)
    now = timezone.now()
    monkeypatch.setattr("lantian.people.connect.services.access.timezone.now", lambda: now)
    assert [services.count_request(client)[0] for _ in range(3)] == [True, True, False]
    other, _ = registered(world.east)
    assert services.count_request(other)[0]
    client.refresh_from_db()
    assert client.last_used_at == now
    assert [row["requests"] for row in queries.use_by_day(client)] == [3]


def test_old_use_and_dead_tokens_are_forgotten(world: World) -> None:
    client, secret = registered(world.fucheng)
    token_of(client, secret)
    Token.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    ClientUse.objects.create(client=client, minute=timezone.now() - timedelta(days=500), requests=1)
    ClientUse.objects.create(client=client, minute=timezone.now(), requests=1)
    assert services.forget_old_use() == 2
    assert ClientUse.objects.count() == 1


def test_an_officer_registers_software_in_pages_and_sees_the_secret_once(world: World) -> None:
    browser = enter(world, "officer")
    assert "还没有软件接入" in browser.get("/clients/").content.decode()
    form = {
        "name": "排课软件",
        "kinds": [Kind.DATA],
        "scopes": [Scope.ROSTER],
        "units": [str(world.east.pk)],
        "purpose": "排课",
    }
    page = browser.post("/clients/new/", form)
    assert page["Cache-Control"].startswith("max-age=0")
    client = Client.objects.get()
    assert [unit.pk for unit in client.units.all()] == [world.east.pk]
    secret = page.content.decode().split('<code class="long">')[2].split("</code>")[0]
    assert services.access_of(token_of(client, secret)) is not None
    for address in ("/clients/", f"/clients/{client.pk}/"):
        shown = browser.get(address).content.decode()
        assert "排课软件" in shown
        assert secret not in shown
    fresh = browser.post(f"/clients/{client.pk}/secret/").content.decode()
    assert secret not in fresh
    assert "密钥只显示这一次" in fresh
    assert browser.post(f"/clients/{client.pk}/stop/").status_code == 302
    assert "已停用" in browser.get(f"/clients/{client.pk}/").content.decode()
    assert browser.post(f"/clients/{client.pk}/resume/").status_code == 302


def test_a_unit_that_was_not_offered_is_refused_by_the_form(world: World) -> None:
    browser = enter(world, "officer")
    form = {"name": "x", "kinds": [Kind.DATA], "scopes": [Scope.ROSTER]}
    for more in ({"units": [str(world.hill.pk)]}, {"may_have_sensitive": "on"}, {"kinds": []}, {"scopes": []}):
        assert browser.post("/clients/new/", {**form, **more}).status_code == 200
    assert not Client.objects.exists()


@pytest.mark.parametrize("name", ["head", "teacher", "mother", "other_officer"])
def test_the_pages_are_closed_to_others(world: World, name: str) -> None:
    client, _ = registered(world.fucheng)
    browser = enter(world, name)
    expected = 200 if name == "other_officer" else 403
    assert browser.get("/clients/").status_code == expected
    assert browser.get(f"/clients/{client.pk}/").status_code == 404
    assert browser.post(f"/clients/{client.pk}/stop/").status_code == 404
    assert browser.post(f"/clients/{client.pk}/secret/").status_code == 404
