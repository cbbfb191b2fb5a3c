"""People sign on to registered software: who may, who is asked, what it is told, and what ends it."""

import json
from dataclasses import replace
from datetime import date, timedelta

import jwt
import pytest
from allauth.idp.oidc.models import Token
from django.test import Client as Browser
from django.utils import timezone

from lantian.kernel.crypto import new_signing_key
from lantian.kernel.journal.models import JournalEntry, OutboxEvent
from lantian.kernel.rules import SYSTEM, Denied
from lantian.kernel.tests.verdicts import assert_allowed, assert_refused
from lantian.people.connect import queries, rules, services
from lantian.people.connect.enums import Kind, Scope, SignOnScope
from lantian.people.connect.models import Client, SignOn
from lantian.people.connect.tests.factories import (
    BACK,
    VERIFIER,
    answer_in,
    browser_of,
    code_for,
    exchanged,
    registered,
    request_of,
    sign_on_client,
    token_response,
)
from lantian.people.identity.enums import AccountKind
from lantian.people.identity.tests.factories import AccountFactory
from lantian.people.roster.models import Membership, Person
from lantian.people.roster.tests.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def demo(settings):
    """The second factor has tests of its own."""
    settings.LANTIAN_DEMO = True


@pytest.fixture
def reading(world: World) -> tuple[Client, str]:
    return sign_on_client(world.fucheng)


def userinfo(token: str):
    return Browser().get("/identity/o/api/userinfo", headers={"Authorization": f"Bearer {token}"})


def tokens_of(browser: Browser, client: Client, secret: str) -> dict[str, str]:
    answer = exchanged(client, secret, code_for(browser, client))
    assert answer.status_code == 200, answer.content
    return answer.json()


def age(person: Person, years: int) -> None:
    Person.objects.filter(pk=person.pk).update(birth_date=timezone.localdate() - timedelta(days=366 * years))


def leaves(person: Person) -> None:
    """The school without the person, from today."""
    yesterday = timezone.localdate() - timedelta(days=1)
    Membership.objects.filter(person=person).update(valid_from=yesterday, valid_to=yesterday)


def test_people_of_the_clients_units_sign_on_and_others_do_not(world: World, reading) -> None:
    client, _ = reading
    for name in ("jia", "teacher", "homeroom", "head", "mother", "officer", "researcher", "ding"):
        assert_allowed(rules.may_sign_on, world.act(name), client)
    for name in ("other_officer", "stranger", "city_officer", "operator"):
        assert_refused(rules.may_sign_on, world.act(name), client)
    east_only, _ = sign_on_client(world.fucheng, organization=world.fucheng)
    services.change_client(east_only, _narrowed(east_only, world), by=SYSTEM)
    assert_refused(rules.may_sign_on, world.act("ding"), east_only)
    assert_allowed(rules.may_sign_on, world.act("jia"), east_only)


def _narrowed(client: Client, world: World) -> services.Terms:
    return replace(services.terms_of(client), units=[world.east])


def test_staff_without_a_class_belong_too(world: World, reading) -> None:
    librarian = world.people["stranger"]
    Membership.objects.create(
        person=librarian, organization=world.east, role="staff", valid_from=timezone.localdate() - timedelta(days=1)
    )
    assert_allowed(rules.may_sign_on, world.act("stranger"), reading[0])


def test_a_child_under_fourteen_signs_on_only_where_the_school_decided(world: World) -> None:
    client, _ = sign_on_client(world.fucheng, approved=False)
    age(world.jia, 9)
    age(world.yi, 15)
    assert_refused(rules.may_sign_on, world.act("jia"), client)
    assert_refused(rules.may_sign_on, world.act("bing"), client)  # no birth date, but a primary school
    assert_allowed(rules.may_sign_on, world.act("yi"), client)
    page = browser_of(world.jia).get(request_of(client))
    assert page.status_code == 403
    assert "未满十四周岁" in page.content.decode()
    services.change_client(client, replace(services.terms_of(client), approved=True), by=SYSTEM)
    client.refresh_from_db()
    assert_allowed(rules.may_sign_on, world.act("jia"), client)


def test_pupils_and_staff_are_not_asked_where_it_was_decided_and_guardians_are(world: World, reading) -> None:
    client, _ = reading
    for name in ("jia", "teacher"):
        assert browser_of(world.people[name]).get(request_of(client)).status_code == 302
    asked = browser_of(world.people["mother"]).get(request_of(client))
    assert asked.status_code == 200
    assert "要登录“书香校园”吗" in asked.content.decode()


def test_who_is_asked_sees_what_is_handed_over_and_is_asked_once(world: World) -> None:
    client, secret = sign_on_client(world.fucheng, approved=False)
    browser = browser_of(world.teacher)
    page = browser.get(request_of(client))
    shown = page.content.decode()
    for words in (world.teacher.name, "东小学 三年级1班 教师", "涪城区", "reading.example.com", "不会得到手机号"):
        assert words in shown, words
    sealed = shown.split('name="asked" value="')[1].split('"')[0]
    no = browser.post("/identity/o/answer", {"asked": sealed, "answer": "no"})
    assert answer_in(no["Location"]) == {"error": "access_denied", "state": "the-state"}
    assert not SignOn.objects.exists()
    yes = browser.post("/identity/o/answer", {"asked": sealed, "answer": "yes"})
    code = answer_in(yes["Location"])["code"]
    assert exchanged(client, secret, code).status_code == 200
    assert browser.get(request_of(client)).status_code == 302
    row = SignOn.objects.get()
    assert (row.account, row.times, sorted(row.agreed)) == (
        _account(world, "teacher"),
        2,
        ["lantian.roles", "openid", "profile"],
    )
    assert [entry.action for entry in JournalEntry.objects.filter(object_id=row.pk).order_by("at")] == [
        "connect.agreed",
        "connect.signed_on",
        "connect.signed_on",
    ]
    assert OutboxEvent.objects.filter(name="connect.signed_on").count() == 2


def test_more_than_was_agreed_to_is_asked_anew(world: World) -> None:
    client, _ = sign_on_client(world.fucheng, approved=False)
    browser = browser_of(world.teacher)
    shown = browser.get(request_of(client, scope="openid profile")).content.decode()
    assert "东小学" not in shown
    sealed = shown.split('name="asked" value="')[1].split('"')[0]
    browser.post("/identity/o/answer", {"asked": sealed, "answer": "yes"})
    assert browser.get(request_of(client, scope="openid")).status_code == 302
    assert browser.get(request_of(client, scope="openid profile lantian.roles")).status_code == 200
    assert browser.get(request_of(client, scope="openid", prompt="consent")).status_code == 200


def test_an_answer_belongs_to_whoever_was_asked(world: World) -> None:
    client, _ = sign_on_client(world.fucheng, approved=False)
    shown = browser_of(world.teacher).get(request_of(client)).content.decode()
    sealed = shown.split('name="asked" value="')[1].split('"')[0]
    other = browser_of(world.homeroom)
    for forged in (sealed, sealed[:-1], ""):
        assert other.post("/identity/o/answer", {"asked": forged, "answer": "yes"}).status_code == 400
    assert not SignOn.objects.exists()


def test_a_form_of_ours_is_left_by_a_page_and_not_by_a_redirect(world: World, reading) -> None:
    browser = browser_of(world.jia)
    page = browser.get(request_of(reading[0]), headers={"Sec-Fetch-Site": "same-origin"})
    assert page.status_code == 200
    assert f'content="0;url={BACK}?code=' in page.content.decode()
    assert page["Referrer-Policy"] == "no-referrer"
    assert browser.get(request_of(reading[0]), headers={"Sec-Fetch-Site": "cross-site"}).status_code == 302


def test_who_is_not_signed_in_signs_in_and_comes_back(world: World, reading) -> None:
    there = request_of(reading[0])
    page = Browser().get(there)
    assert page.status_code == 302
    assert page["Location"].startswith("/accounts/login/?next=/identity/o/authorize%3Fclient_id")
    again = browser_of(world.jia).get(request_of(reading[0], prompt="login"))
    assert again["Location"].startswith("/accounts/reauthenticate/?next=%2Fidentity%2Fo%2Fauthorize")


def test_a_first_sign_in_sets_a_password_and_then_goes_on_to_the_software(world: World, reading) -> None:
    browser, there = browser_of(world.jia), request_of(reading[0])
    account = _account(world, "jia")
    account.must_set_password = True
    account.save()
    assert browser.get(there)["Location"] == "/me/password/first/"
    said = {"password": "blue-sky-over-2026", "again": "blue-sky-over-2026"}
    assert browser.post("/me/password/first/", said)["Location"] == there
    assert browser.get(there)["Location"].startswith(BACK)


def test_without_a_word_to_the_person_the_software_hears_why_not(world: World) -> None:
    client, _ = sign_on_client(world.fucheng, approved=False)

    def said(browser: Browser) -> str:
        return answer_in(browser.get(request_of(client, prompt="none"))["Location"])["error"]

    assert said(Browser()) == "login_required"
    teacher = browser_of(world.teacher)
    assert said(teacher) == "consent_required"
    assert said(browser_of(world.people["stranger"])) == "access_denied"
    # tokens of another client are no agreement with this one
    other, secret = sign_on_client(world.fucheng)
    tokens_of(teacher, other, secret)
    assert said(teacher) == "consent_required"


@pytest.mark.parametrize(
    "more",
    [
        {"redirect_uri": BACK + "/"},
        {"redirect_uri": BACK + "?x=1"},
        {"redirect_uri": BACK + "#x"},
        {"redirect_uri": "https://evil.example.com/oidc/callback"},
        {"redirect_uri": "https://reading.example.com.evil.com/oidc/callback"},
        {"redirect_uri": ""},
        {"client_id": "nobody"},
    ],
)
def test_nobody_is_sent_to_an_address_that_is_not_registered(world: World, reading, more) -> None:
    page = browser_of(world.jia).get(request_of(reading[0], **more))
    assert page.status_code == 400
    assert "Location" not in page
    assert "不能登录" in page.content.decode()


def test_a_parameter_given_twice_is_refused(world: World, reading) -> None:
    page = browser_of(world.jia).get(request_of(reading[0]) + "&redirect_uri=https://evil.example.com/")
    assert page.status_code == 400


@pytest.mark.parametrize(
    ("more", "error"),
    [
        ({"scope": "profile"}, "invalid_scope"),
        ({"scope": ""}, "invalid_scope"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": ""}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": "id_token token"}, "unsupported_response_type"),
        ({"request": "eyJ"}, "request_not_supported"),
    ],
)
def test_what_a_request_may_not_ask_is_told_to_the_software(world: World, reading, more, error) -> None:
    page = browser_of(world.jia).get(request_of(reading[0], **more))
    said = answer_in(page["Location"])
    assert page["Location"].startswith(BACK)
    assert said["state"] == "the-state"
    assert said["error"] in {error, "unauthorized_client", "invalid_request"}
    assert not SignOn.objects.exists()


def test_what_is_not_open_to_a_client_is_left_out(world: World) -> None:
    client, secret = sign_on_client(world.fucheng, hands_over=[SignOnScope.PROFILE])
    browser = browser_of(world.jia)
    code = code_for(browser, client, scope=f"openid profile lantian.roles email {Scope.ROSTER}")
    answer = exchanged(client, secret, code).json()
    assert answer["scope"].split() == ["openid", "profile"]
    told = userinfo(answer["access_token"]).json()
    assert set(told) == {"sub", "name", "locale"}


def test_what_is_told_of_a_person(world: World, reading) -> None:
    client, secret = reading
    told = userinfo(tokens_of(browser_of(world.jia), client, secret)["access_token"]).json()
    account = Person.objects.get(pk=world.jia.pk).account
    assert told == {
        "sub": str(account.pk),
        "name": world.jia.name,
        "locale": "zh-CN",
        "lantian.person": str(world.jia.pk),
        "lantian.roles": [
            {
                "role": "student",
                "organization": {"id": str(world.east.pk), "name": "东小学", "kind": "school", "code": world.east.code},
                "class": {"id": str(world.east1.pk), "name": world.east1.name, "stage": "primary", "grade": 3},
            }
        ],
    }


def test_roles_beyond_the_clients_units_are_not_told(world: World) -> None:
    Membership.objects.create(
        person=world.teacher,
        organization=world.hill,
        role="teacher",
        valid_from=timezone.localdate() - timedelta(days=1),
    )
    client, secret = sign_on_client(world.fucheng)
    told = userinfo(tokens_of(browser_of(world.teacher), client, secret)["access_token"]).json()
    assert {role["organization"]["name"] for role in told["lantian.roles"]} == {"东小学"}
    told = queries.claims_of(_account(world, "mother"), client, ("openid", "lantian.roles"))
    assert [role["role"] for role in told["lantian.roles"]] == ["guardian"]
    told = queries.claims_of(_account(world, "officer"), client, ("openid",))
    assert set(told) == {"sub"}


def _account(world: World, name: str):
    browser_of(world.people[name])
    return Person.objects.select_related("account").get(pk=world.people[name].pk).account


def test_an_id_token_is_signed_by_a_published_key(world: World, reading) -> None:
    client, secret = reading
    raw = tokens_of(browser_of(world.jia), client, secret)["id_token"]
    keys = Browser().get("/.well-known/jwks.json").json()["keys"]
    key = next(key for key in keys if key["kid"] == jwt.get_unverified_header(raw)["kid"])
    assert "d" not in key
    public = jwt.algorithms.RSAAlgorithm.from_jwk(json.dumps(key))
    told = jwt.decode(raw, public, algorithms=["RS256"], audience=client.oidc_id, issuer="http://testserver")
    assert (told["nonce"], told["name"]) == ("the-nonce", world.jia.name)


def test_after_a_change_of_keys_the_new_one_signs_and_the_old_one_is_still_published(
    world: World, reading, settings
) -> None:
    old = settings.IDP_OIDC_PRIVATE_KEYS
    later = old[-1]["issued_at"] + timedelta(days=1)
    settings.IDP_OIDC_PRIVATE_KEYS = [*old, {"pem": new_signing_key(), "issued_at": later}]
    keys = [key["kid"] for key in Browser().get("/.well-known/jwks.json").json()["keys"]]
    raw = tokens_of(browser_of(world.jia), *reading)["id_token"]
    assert len(keys) == len(old) + 1
    assert jwt.get_unverified_header(raw)["kid"] == keys[-1]


def test_a_code_works_once_for_its_own_client_address_and_verifier(world: World, reading) -> None:
    client, secret = reading
    other, others_secret = sign_on_client(world.fucheng, name="别家")
    browser = browser_of(world.jia)
    code = code_for(browser, client)
    assert exchanged(other, others_secret, code).status_code == 400
    for more in ({"code_verifier": "x" * 50}, {"code_verifier": ""}, {"redirect_uri": BACK + "/"}):
        assert exchanged(client, secret, code, **more).status_code in {400, 401}, more
    assert exchanged(client, "wrong", code).status_code == 401
    assert exchanged(client, secret, code).status_code == 200
    assert exchanged(client, secret, code).status_code == 400


def test_a_public_client_needs_pkce_and_no_secret(world: World) -> None:
    client, secret = sign_on_client(world.fucheng, is_public=True)
    assert secret == ""
    browser = browser_of(world.jia)
    page = browser.get(request_of(client, code_challenge="", code_challenge_method=""))
    assert answer_in(page["Location"])["error"] == "invalid_request"
    code = code_for(browser, client)
    said = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK, "client_id": client.oidc_id}
    assert Browser().post("/identity/o/api/token", said).status_code == 400
    assert Browser().post("/identity/o/api/token", {**said, "code_verifier": VERIFIER}).status_code == 200


def test_a_refresh_token_works_once_and_no_longer_than_the_person_belongs(world: World, reading) -> None:
    client, secret = reading
    tokens = tokens_of(browser_of(world.jia), client, secret)

    def refreshed(value: str):
        return token_response(client, secret, grant_type="refresh_token", refresh_token=value)

    fresh = refreshed(tokens["refresh_token"])
    assert fresh.status_code == 200
    assert refreshed(tokens["refresh_token"]).status_code == 400
    leaves(world.jia)
    assert userinfo(fresh.json()["access_token"]).status_code == 401
    assert refreshed(fresh.json()["refresh_token"]).status_code == 400
    assert not Token.objects.filter(user=Person.objects.get(pk=world.jia.pk).account).exists()


def test_who_left_between_code_and_token_gets_none(world: World, reading) -> None:
    client, secret = reading
    code = code_for(browser_of(world.jia), client)
    leaves(world.jia)
    assert exchanged(client, secret, code).status_code == 400


def test_a_closed_account_opens_nothing(world: World, reading) -> None:
    client, secret = reading
    browser = browser_of(world.jia)
    tokens = tokens_of(browser, client, secret)
    code = code_for(browser, client)
    account = Person.objects.get(pk=world.jia.pk).account
    account.is_active = False
    account.save()
    assert userinfo(tokens["access_token"]).status_code == 401
    assert exchanged(client, secret, code).status_code == 400
    assert browser.get(request_of(client))["Location"].startswith("/accounts/login/")


def test_signing_out_everywhere_ends_what_software_holds(world: World, reading) -> None:
    client, secret = reading
    browser = browser_of(world.jia)
    token = tokens_of(browser, client, secret)["access_token"]
    browser.post("/me/sessions/end/", {"session": "1"})  # one device alone
    assert userinfo(token).status_code == 200
    browser.post("/me/sessions/end/")
    assert userinfo(token).status_code == 401


@pytest.mark.parametrize("end", ["stopped", "expired"])
def test_a_client_that_is_stopped_or_over_is_out_at_once(world: World, reading, end: str) -> None:
    client, secret = reading
    browser = browser_of(world.jia)
    tokens, code = tokens_of(browser, client, secret), code_for(browser, client)
    if end == "stopped":
        services.stop_client(client, by=world.act("officer"))
    else:
        Client.objects.filter(pk=client.pk).update(expires_on=timezone.localdate() - timedelta(days=1))
    assert browser.get(request_of(client)).status_code == 400
    assert exchanged(client, secret, code).status_code == 400
    assert userinfo(tokens["access_token"]).status_code == 401
    refresh = token_response(client, secret, grant_type="refresh_token", refresh_token=tokens["refresh_token"])
    assert refresh.status_code == 400


def test_what_software_fetches_and_what_it_is_told_do_not_mix(world: World) -> None:
    both = {"kinds": [Kind.DATA, Kind.SIGN_ON], "hands_over": [SignOnScope.PROFILE], "redirect_uris": [BACK]}
    client, secret = registered(world.fucheng, scopes=(Scope.ROSTER,), purpose="x", approved=True, **both)
    own = token_response(client, secret).json()
    assert own["scope"] == Scope.ROSTER
    assert token_response(client, secret, scope="openid").status_code == 400
    assert userinfo(own["access_token"]).status_code == 401
    persons = tokens_of(browser_of(world.jia), client, secret)
    assert services.access_of(persons["access_token"]) is None
    assert services.access_of(own["access_token"]) is not None


def test_a_client_takes_back_its_own_tokens_alone(world: World, reading) -> None:
    client, secret = reading
    other, others_secret = sign_on_client(world.fucheng, name="别家")
    token = tokens_of(browser_of(world.jia), client, secret)["access_token"]

    def revoked(by: Client, with_secret: str):
        said = {"client_id": by.oidc_id, "client_secret": with_secret, "token": token}
        return Browser().post("/identity/o/api/revoke", said)

    assert revoked(other, others_secret).status_code == 400
    assert userinfo(token).status_code == 200
    assert revoked(client, "wrong").status_code == 401
    assert userinfo(token).status_code == 200
    assert revoked(client, secret).status_code == 200
    assert userinfo(token).status_code == 401


def test_a_person_takes_back_what_they_agreed_to(world: World, django_assert_max_num_queries) -> None:
    client, secret = sign_on_client(world.fucheng, approved=False)
    browser = browser_of(world.teacher)
    sealed = browser.get(request_of(client)).content.decode().split('name="asked" value="')[1].split('"')[0]
    code = answer_in(browser.post("/identity/o/answer", {"asked": sealed, "answer": "yes"})["Location"])["code"]
    token = exchanged(client, secret, code).json()["access_token"]
    row = SignOn.objects.get()
    assert "登录过的软件" in browser.get("/me/").content.decode()
    with django_assert_max_num_queries(10):
        assert "书香校园" in browser.get("/me/sign-ons/").content.decode()
    other = browser_of(world.homeroom)
    assert other.post(f"/me/sign-ons/{row.pk}/take-back/").status_code == 404
    assert_refused(rules.may_keep_own_sign_on, world.act("homeroom"), row)
    assert_allowed(rules.may_keep_own_sign_on, world.act("teacher"), row)
    with pytest.raises(Denied):
        services.take_back(row, by=world.act("homeroom"))
    assert userinfo(token).status_code == 200
    assert browser.post(f"/me/sign-ons/{row.pk}/take-back/").status_code == 302
    assert userinfo(token).status_code == 401
    assert browser.get(request_of(client)).status_code == 200


def test_a_class_screen_signs_on_to_nothing(world: World, reading) -> None:
    browser = Browser()
    browser.force_login(AccountFactory(kind=AccountKind.CLASS_SCREEN))
    page = browser.get(request_of(reading[0]))
    assert page.status_code in {302, 403}
    assert "code=" not in page.headers.get("Location", "")


def test_discovery_says_what_is_there_and_nothing_else(world: World, settings) -> None:
    known = Browser().get("/.well-known/openid-configuration").json()
    assert known["issuer"] == "http://testserver"
    assert (known["response_types_supported"], known["code_challenge_methods_supported"]) == (["code"], ["S256"])
    for name in ("jwks_uri", "authorization_endpoint"):
        assert Browser().get(known[name].removeprefix("http://testserver")).status_code in {200, 400}
    settings.LANTIAN_ISSUER = "https://id.example.cn"
    known = Browser().get("/.well-known/openid-configuration").json()
    assert known["token_endpoint"] == "https://id.example.cn/identity/o/api/token"


def test_signing_on_costs_few_queries(world: World, reading, django_assert_max_num_queries) -> None:
    client, secret = reading
    browser = browser_of(world.jia)
    browser.get("/me/")
    with django_assert_max_num_queries(24):
        code = code_for(browser, client)
    with django_assert_max_num_queries(23):
        token = exchanged(client, secret, code).json()["access_token"]
    with django_assert_max_num_queries(13):
        userinfo(token)


def test_the_officer_sees_who_signed_on(world: World, reading) -> None:
    client, _ = reading
    for _time in range(2):
        code_for(browser_of(world.jia), client)
    officer = browser_of(world.people["officer"])
    assert "1 人，2 次" in officer.get(f"/clients/{client.pk}/").content.decode()
    assert world.jia.name in officer.get(f"/clients/{client.pk}/people/").content.decode()
    assert browser_of(world.people["other_officer"]).get(f"/clients/{client.pk}/people/").status_code == 404


def test_birthdays_count_from_the_day_itself(world: World) -> None:
    client, _ = sign_on_client(world.fucheng, approved=False)
    today = timezone.localdate()
    fourteen = date(today.year - 14, today.month, today.day) if (today.month, today.day) != (2, 29) else today
    Person.objects.filter(pk=world.jia.pk).update(birth_date=fourteen)
    assert_allowed(rules.may_sign_on, world.act("jia"), client)
