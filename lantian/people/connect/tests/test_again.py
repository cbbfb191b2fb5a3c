"""Signing on a second time: a token that is used twice, proving anew who one is, and what was taken back."""

import time
from datetime import timedelta

import jwt
import pytest
from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.account.internal.flows.login import record_authentication
from allauth.idp.oidc.models import Token
from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest
from django.test import Client as Browser
from django.utils import timezone

from lantian.kernel.journal.models import JournalEntry
from lantian.people.connect import services
from lantian.people.connect.models import Client, SignOn, SpentToken
from lantian.people.connect.tests.factories import (
    answer_in,
    browser_of,
    code_for,
    exchanged,
    request_of,
    sign_on_client,
    token_response,
)
from lantian.people.identity.models import Account
from lantian.people.identity.tests.factories import PASSWORD
from lantian.people.roster.tests.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def demo(settings):
    """The second factor has tests of its own."""
    settings.LANTIAN_DEMO = True


@pytest.fixture
def reading(world: World) -> tuple[Client, str]:
    return sign_on_client(world.fucheng)


def opens(token: str) -> bool:
    page = Browser().get("/identity/o/api/userinfo", headers={"Authorization": f"Bearer {token}"})
    return page.status_code == 200


def proved(browser: Browser, seconds_ago: float) -> None:
    """As if the person in the browser had typed the password then, and not since."""
    request = HttpRequest()
    request.session = session = browser.session
    account = Account.objects.get(pk=session[SESSION_KEY])
    record_authentication(request, account, method="password")
    session[AUTHENTICATION_METHODS_SESSION_KEY][-1]["at"] -= seconds_ago
    session.save()


def told_in(id_token: str) -> dict[str, object]:
    return dict(jwt.decode(id_token, options={"verify_signature": False}))


def test_a_refresh_token_used_twice_ends_all_that_came_of_the_sign_on(world: World, reading) -> None:
    client, secret = reading

    def refreshed(value: str):
        return token_response(client, secret, grant_type="refresh_token", refresh_token=value)

    elsewhere = exchanged(client, secret, code_for(browser_of(world.jia), client)).json()
    first = exchanged(client, secret, code_for(browser_of(world.jia), client)).json()
    second = refreshed(first["refresh_token"]).json()
    third = refreshed(second["refresh_token"]).json()
    assert opens(third["access_token"])
    again = refreshed(first["refresh_token"])
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")
    assert [opens(one["access_token"]) for one in (first, second, third)] == [False] * 3
    assert refreshed(third["refresh_token"]).status_code == 400
    assert JournalEntry.objects.get(action="connect.token_reused").object_id == client.pk
    # the other sign-on of the same person is another family
    assert opens(elsewhere["access_token"])
    assert refreshed(elsewhere["refresh_token"]).status_code == 200


def test_one_client_cannot_end_what_another_holds(world: World, reading) -> None:
    client, secret = reading
    other, others_secret = sign_on_client(world.fucheng, name="别家")
    first = exchanged(client, secret, code_for(browser_of(world.jia), client)).json()
    second = token_response(client, secret, grant_type="refresh_token", refresh_token=first["refresh_token"]).json()
    token_response(other, others_secret, grant_type="refresh_token", refresh_token=first["refresh_token"])
    assert opens(second["access_token"])


def test_what_is_left_of_spent_tokens_goes_when_they_would_have_run_out(world: World, reading) -> None:
    client, secret = reading
    first = exchanged(client, secret, code_for(browser_of(world.jia), client)).json()
    token_response(client, secret, grant_type="refresh_token", refresh_token=first["refresh_token"])
    assert services.forget_spent_tokens() == 0
    SpentToken.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert services.forget_spent_tokens() == 1


def test_who_proved_too_long_ago_who_they_are_does_so_again(world: World, reading) -> None:
    client, secret = reading
    browser = browser_of(world.jia)
    proved(browser, 3000)
    assert "code" in answer_in(browser.get(request_of(client, max_age="3600"))["Location"])
    silent = answer_in(browser.get(request_of(client, max_age="600", prompt="none"))["Location"])
    assert silent["error"] == "login_required"
    sent = browser.get(request_of(client, max_age="600"))["Location"]
    assert sent.startswith("/accounts/reauthenticate/")
    back = browser.post(sent, {"password": PASSWORD})["Location"]
    told = told_in(exchanged(client, secret, answer_in(browser.get(back)["Location"])["code"]).json()["id_token"])
    assert abs(int(str(told["auth_time"])) - time.time()) < 60
    # and with an age of nothing, once is enough too
    sent = browser.get(request_of(client, max_age="0"))["Location"]
    back = browser.post(sent, {"password": PASSWORD})["Location"]
    assert "code" in answer_in(browser.get(back)["Location"])


def test_when_one_proved_it_is_told_after_a_refresh_too(world: World, reading) -> None:
    client, secret = reading
    browser = browser_of(world.jia)
    proved(browser, 500)
    tokens = exchanged(client, secret, code_for(browser, client, max_age="900")).json()
    then = told_in(tokens["id_token"])["auth_time"]
    assert abs(int(str(then)) - (time.time() - 500)) < 60
    fresh = token_response(client, secret, grant_type="refresh_token", refresh_token=tokens["refresh_token"]).json()
    assert told_in(fresh["id_token"])["auth_time"] == then
    unasked = exchanged(client, secret, code_for(browser, client)).json()
    assert "auth_time" not in told_in(unasked["id_token"])


@pytest.mark.parametrize("age", ["-1", "soon", "1.5"])
def test_an_age_that_is_no_number_of_seconds_is_refused(world: World, reading, age: str) -> None:
    answer = answer_in(browser_of(world.jia).get(request_of(reading[0], max_age=age))["Location"])
    assert answer["error"] == "invalid_request"


def test_a_prompt_for_signing_in_cannot_be_walked_around(world: World, reading) -> None:
    client, _secret = reading
    browser = browser_of(world.jia)
    proved(browser, 5)
    sent = browser.get(request_of(client, prompt="login"))["Location"]
    assert sent.startswith("/accounts/reauthenticate/")
    back = answer_in(sent)["next"]
    assert browser.get(back)["Location"].startswith("/accounts/reauthenticate/")  # not without having done it
    without = back.replace("lantian_asked=", "lantian_asked=x")
    assert browser.get(without)["Location"].startswith("/accounts/reauthenticate/")
    back = browser.post(sent, {"password": PASSWORD})["Location"]
    assert "code" in answer_in(browser.get(back)["Location"])


def test_who_took_it_back_is_asked_again_although_the_bureau_decided(world: World, reading) -> None:
    client, _secret = reading
    browser = browser_of(world.jia)
    code_for(browser, client)
    browser.post(f"/me/sign-ons/{SignOn.objects.get().pk}/take-back/")
    assert not Token.objects.filter(client=client.oidc).exists()
    page = browser.get(request_of(client))
    assert page.status_code == 200
    assert answer_in(browser.get(request_of(client, prompt="none"))["Location"])["error"] == "consent_required"
    sealed = page.content.decode().split('name="asked" value="')[1].split('"')[0]
    browser.post("/identity/o/answer", {"asked": sealed, "answer": "yes"})
    assert code_for(browser, client)
    assert code_for(browser_of(world.homeroom), client)  # others are not asked
