"""Accounts: first sign-in, passwords, second factor, sessions; who keeps whose."""

from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from allauth.usersessions.models import UserSession
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone

from lantian.kernel.rules import ANONYMOUS, SYSTEM, Actor, ActorKind, Denied, Grant, deny
from lantian.kernel.tests.verdicts import assert_allowed, assert_refused
from lantian.people.identity import rules
from lantian.people.identity.enums import AccountKind, LoginKind
from lantian.people.identity.errors import AlreadySet, BadLoginName, LoginNameTaken, WrongPassword
from lantian.people.identity.models import Account, LoginName
from lantian.people.identity.queries import sessions_of
from lantian.people.identity.services import accounts, passwords, sessions
from lantian.people.identity.services.sign_in import actor_for, enter_first_time
from lantian.people.identity.tests.factories import PASSWORD, AccountFactory
from lantian.people.identity.tests.test_sign_in import browser, no_attempts_yet, sign_in  # noqa: F401

pytestmark = pytest.mark.django_db
NEW = "a-much-better-one-7"


def holder_of(role: str) -> Actor:
    from uuid import uuid4

    grant = Grant(uuid4(), role, uuid4(), "东小学", "school", "a.b")
    return Actor(kind=ActorKind.PERSON, account_id=uuid4(), grant=grant, grants=(grant,))


@pytest.fixture
def account() -> Account:
    return AccountFactory(username="liming")


# First sign-in -----------------------------------------------------------------------------------------------------------


def test_the_first_sign_in_leads_to_the_password_and_nowhere_else():
    opened = accounts.open_account(by=SYSTEM, username="newcomer", display_name="新同学")
    client = browser()
    sign_in(client, "newcomer", opened.code.lower().replace("-", " "))
    for address in ("/today/", "/me/", "/me/sessions/", "/accounts/2fa/"):
        assert client.get(address)["Location"] == "/me/password/first/", address
    assert "激活码" in client.get("/me/password/first/").content.decode()
    response = client.post("/me/password/first/", {"password": NEW, "again": NEW})
    assert response.status_code == 302
    assert client.get("/me/").status_code == 200
    assert not Account.objects.get(username="newcomer").must_set_password
    assert "登录名或密码不对" in sign_in(browser(), "newcomer", opened.code).content.decode()
    assert sign_in(browser(), "newcomer", NEW).status_code == 302


@pytest.mark.parametrize(
    ("first", "second", "words"),
    [
        ("short", "short", "8"),
        ("13572468", "13572468", "数字"),
        (NEW, NEW + "x", "两次"),
        ("newcomer1", "newcomer1", ""),
    ],
)
def test_weak_or_differing_passwords_are_refused_in_words(first, second, words):
    opened = accounts.open_account(by=SYSTEM, username="newcomer", display_name="新同学")
    client = browser()
    client.force_login(opened.account)
    response = client.post("/me/password/first/", {"password": first, "again": second})
    assert response.status_code == 200
    assert words in response.content.decode()
    assert Account.objects.get(username="newcomer").must_set_password


def test_a_code_runs_out():
    opened = accounts.open_account(by=SYSTEM, username="late", display_name="迟到")
    Account.objects.filter(pk=opened.account.pk).update(code_expires_at=timezone.now() - timedelta(days=1))
    assert sign_in(browser(), "late", opened.code).status_code == 200


def test_codes_cost_no_slow_hash_and_are_not_kept(django_assert_max_num_queries):
    rows = [accounts.NewAccount(username=f"many{n}", display_name="学生") for n in range(300)]
    with django_assert_max_num_queries(12):
        opened = accounts.bulk_open_accounts(rows, by=SYSTEM)
    assert len({one.code for one in opened}) == 300
    assert all(passwords.is_code(one.account.password) and one.code not in one.account.password for one in opened)


def test_names_are_taken_once_across_all_kinds():
    AccountFactory(username="first", login_names=[(LoginKind.PHONE, "13800001111")])
    with pytest.raises(LoginNameTaken, match="用户名"):
        accounts.open_account(by=SYSTEM, username="FIRST", display_name="x")
    with pytest.raises(LoginNameTaken, match="手机号"):
        accounts.open_account(
            by=SYSTEM, username="second", display_name="x", login_names=[(LoginKind.PHONE, "+8613800001111")]
        )
    with pytest.raises(LoginNameTaken):
        accounts.open_account(by=SYSTEM, username="13800001111", display_name="x")
    assert Account.objects.count() == 1


@pytest.mark.parametrize("name", ["ab", "有汉字", "a b c", "-dash", "x" * 70, ""])
def test_user_names_are_plain(name):
    with pytest.raises(BadLoginName):
        accounts.open_account(by=SYSTEM, username=name, display_name="x")


def test_a_phone_cannot_be_read_from_the_login_names(account):
    accounts.add_login_name(account, kind=LoginKind.PHONE, name="13800001111", by=SYSTEM)
    row = LoginName.objects.get(account=account, kind=LoginKind.PHONE)
    assert row.hint == "138****1111"
    assert b"138" not in bytes(row.index)


# Rules -------------------------------------------------------------------------------------------------------------------


def test_who_opens_accounts():
    assert_allowed(rules.may_open_account, holder_of("school_it"))
    assert_refused(rules.may_open_account, holder_of("teacher"))
    with pytest.raises(Denied):
        accounts.open_account(by=holder_of("student"), username="nope", display_name="x")


def test_who_keeps_an_account_is_said_by_the_app_above(account, monkeypatch):
    from lantian.kernel.rules import ALLOW

    monkeypatch.setitem(rules.KEEPERS._entries, AccountKind.PERSON, lambda actor, account: ALLOW)
    assert_allowed(rules.may_keep_account, holder_of("school_it"), account)
    assert_refused(rules.may_keep_account, actor_for(account), account, because="我的")
    monkeypatch.setitem(rules.KEEPERS._entries, AccountKind.PERSON, lambda actor, account: deny("不行"))
    assert_refused(rules.may_keep_account, holder_of("school_it"), account, because="不行")
    monkeypatch.delitem(rules.KEEPERS._entries, AccountKind.PERSON)
    assert_refused(rules.may_keep_account, holder_of("officer"), account)


def test_ones_own_account_is_ones_own(account):
    assert_allowed(rules.may_manage_own_account, actor_for(account), account)
    assert_refused(rules.may_manage_own_account, actor_for(AccountFactory()), account)
    assert_refused(rules.may_manage_own_account, ANONYMOUS, account)


def test_a_class_screen_does_not_set_its_own_password(account):
    screen = accounts.create_screen_account(by=SYSTEM, username="screen1", display_name="大屏").account
    assert_allowed(rules.may_set_own_password, actor_for(account), account)
    assert_refused(rules.may_set_own_password, actor_for(screen), screen, because="学校")


# Passwords ---------------------------------------------------------------------------------------------------------------


def test_changing_the_password_ends_all_other_sessions(account):
    here, there = browser(), browser("10.0.0.2")
    sign_in(here, "liming")
    sign_in(there, "liming")
    page = here.post("/me/password/", {"current": PASSWORD, "password": NEW, "again": NEW})
    assert page.status_code == 302
    assert here.get("/me/sessions/").status_code == 200
    assert "/accounts/login/" in there.get("/me/sessions/")["Location"]
    assert len(sessions_of(account)) == 1


def test_the_current_password_is_asked_for(account):
    client = browser()
    client.force_login(account)
    page = client.post("/me/password/", {"current": "not-it", "password": NEW, "again": NEW})
    assert "现在的密码不对" in page.content.decode()
    with pytest.raises(WrongPassword):
        accounts.change_password(account, current="not-it", password=NEW, by=actor_for(account))
    with pytest.raises(AlreadySet):
        accounts.set_first_password(account, password=NEW, by=actor_for(account))
    with pytest.raises(ValidationError):
        accounts.change_password(account, current=PASSWORD, password="12345678", by=actor_for(account))


def test_resetting_ends_sessions_and_forgets_the_second_factor(account):
    client = browser()
    sign_in(client, "liming")
    TOTP.activate(account, generate_totp_secret())
    code = accounts.reset_account(account, by=SYSTEM)
    assert "/accounts/login/" in client.get("/me/sessions/")["Location"]
    assert not Authenticator.objects.exists()
    assert sign_in(client, "liming", code).status_code == 302


# Sessions ----------------------------------------------------------------------------------------------------------------


def test_sessions_are_listed_with_device_and_address(account):
    client = browser("10.1.2.3")
    sign_in(client, "liming")
    page = client.get("/me/sessions/").content.decode()
    assert "Windows 7 · Chrome" in page
    assert "10.1.2.3" in page
    assert "正在使用的这台" in page


def test_ended_sessions_really_die(account):
    here, phone, lab = browser(), browser("10.0.0.2"), browser("10.0.0.3")
    for client in (here, phone, lab):
        sign_in(client, "liming")
    row = UserSession.objects.get(session_key=phone.session.session_key)
    here.post("/me/sessions/end/", {"session": row.pk})
    assert "/accounts/login/" in phone.get("/me/sessions/")["Location"]
    assert lab.get("/me/sessions/").status_code == 200
    here.post("/me/sessions/end/")
    assert "/accounts/login/" in lab.get("/me/sessions/")["Location"]
    assert here.get("/me/sessions/").status_code == 200


def test_nobody_ends_anothers_session(account):
    other = AccountFactory()
    client, theirs = browser(), browser("10.0.0.2")
    sign_in(client, "liming")
    sign_in(theirs, other.username)
    row = UserSession.objects.get(session_key=theirs.session.session_key)
    client.post("/me/sessions/end/", {"session": row.pk})
    assert theirs.get("/me/sessions/").status_code == 200
    with pytest.raises(Denied):
        sessions.end_sessions(other, by=actor_for(account))


def test_signing_out_ends_the_session(account):
    client = browser()
    sign_in(client, "liming")
    key = client.session.session_key
    client.post("/accounts/logout/")
    assert not Session.objects.filter(session_key=key).exists()
    assert sessions_of(account) == []
    assert "/accounts/login/" in client.get("/me/sessions/")["Location"]


def test_last_seen_is_written_now_and_then_not_on_every_page(account, django_assert_num_queries):
    client = browser()
    sign_in(client, "liming")
    client.get("/me/sessions/")
    seen = UserSession.objects.get().last_seen_at
    client.get("/me/sessions/")
    assert UserSession.objects.get().last_seen_at == seen
    session = client.session
    session["seen"] = 0
    session.save()
    client.get("/me/sessions/")
    assert UserSession.objects.get().last_seen_at > seen


# Second factor -----------------------------------------------------------------------------------------------------------


def code_now(secret: str, steps: int = 0) -> str:
    """The code of this half minute, or of one so many before (negative) or after."""
    counters = list(yield_hotp_counters_from_time())
    return format_hotp_value(hotp_value(secret, counters[len(counters) // 2] + steps))


@pytest.fixture
def officer(account, monkeypatch):
    """An account whose holder is an officer, as far as the actor goes."""
    from lantian.kernel.web.guards import ACTOR_SOURCES

    monkeypatch.setitem(
        ACTOR_SOURCES._entries,
        "person",
        lambda request: Actor(
            kind=ActorKind.PERSON,
            account_id=request.user.pk,
            name="科员",
            grants=holder_of("officer").grants,
            grant=holder_of("officer").grant,
        ),
    )
    return account


def test_officers_set_up_a_second_factor_before_anything_else(officer):
    client = browser()
    sign_in(client, "liming")
    assert client.get("/me/sessions/")["Location"] == "/accounts/2fa/totp/activate/"
    asked = client.get("/accounts/2fa/totp/activate/", follow=True)
    assert "确认是您本人" in asked.content.decode()
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    page = client.get("/accounts/2fa/totp/activate/")
    secret = page.context["form"].secret
    done = client.post("/accounts/2fa/totp/activate/", {"code": code_now(secret)})
    assert done.status_code == 302
    assert client.get("/me/sessions/").status_code == 200
    stored = Authenticator.objects.get(type=Authenticator.Type.TOTP)
    assert secret not in str(stored.data)


def test_with_a_second_factor_the_password_is_not_enough(officer):
    secret = generate_totp_secret()
    TOTP.activate(officer, secret)
    client = browser()
    response = sign_in(client, "liming")
    assert response["Location"] == "/accounts/2fa/authenticate/"
    assert "/accounts/login/" in client.get("/me/sessions/")["Location"]
    sign_in(client, "liming")
    assert "验证" in client.get("/accounts/2fa/authenticate/").content.decode()
    response = client.post("/accounts/2fa/authenticate/", {"code": code_now(secret)})
    assert response.status_code == 302
    assert client.get("/me/sessions/").status_code == 200


@pytest.mark.parametrize(("steps", "answer"), [(-1, 302), (-3, 200)])
def test_a_code_is_good_a_little_longer_than_it_is_shown(officer, steps, answer):
    """Who types it in the last second sends it in the next half minute; a phone's clock is off by some."""
    secret = generate_totp_secret()
    TOTP.activate(officer, secret)
    client = browser()
    sign_in(client, "liming")
    assert client.post("/accounts/2fa/authenticate/", {"code": code_now(secret, steps)}).status_code == answer


def test_recovery_codes_and_the_pages_around_the_second_factor(officer):
    TOTP.activate(officer, generate_totp_secret())
    client = browser()
    client.force_login(officer)
    assert client.get("/accounts/2fa/").status_code == 200
    response = client.get("/accounts/2fa/recovery-codes/generate/", follow=True)
    assert "确认是您本人" in response.content.decode()
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    assert client.get("/accounts/2fa/recovery-codes/generate/").status_code == 200
    client.post("/accounts/2fa/recovery-codes/generate/")
    assert "<code>" in client.get("/accounts/2fa/recovery-codes/").content.decode()
    assert client.get("/accounts/2fa/totp/deactivate/").status_code == 200


def test_who_takes_the_second_factor_off_stands_at_the_gate_again(officer):
    secret = generate_totp_secret()
    TOTP.activate(officer, secret)
    client = browser()
    sign_in(client, "liming")
    client.post("/accounts/2fa/authenticate/", {"code": code_now(secret)})
    assert client.get("/me/sessions/").status_code == 200
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    client.post("/accounts/2fa/totp/deactivate/")
    assert not Authenticator.objects.filter(user=officer, type=Authenticator.Type.TOTP).exists()
    assert client.get("/me/sessions/")["Location"] == "/accounts/2fa/totp/activate/"


def test_the_second_factor_is_waived_in_demonstrations(officer, settings):
    settings.LANTIAN_DEMO = True
    client = browser()
    client.force_login(officer)
    assert client.get("/me/sessions/").status_code == 200


def test_others_need_none(account):
    client = Client()
    client.force_login(account)
    assert client.get("/me/sessions/").status_code == 200


def test_guessing_the_password_from_an_open_session_is_stopped(account):
    """Somebody sits down at a computer that was left signed in."""
    client = Client()
    client.force_login(account)
    wrong = {"current": "not-it", "password": NEW, "again": NEW}
    answers = [client.post("/me/password/", wrong).status_code for _ in range(7)]
    assert answers[:5] == [200] * 5
    assert answers[5:] == [429, 429]


@pytest.mark.parametrize("session", ["x", "1" * 20, "-1"])
def test_ending_a_session_that_is_none_ends_no_other(account, session):
    here, there = Client(), browser()
    here.force_login(account)
    sign_in(there, "liming")
    here.post("/me/sessions/end/", {"session": session})
    assert there.get("/me/sessions/").status_code == 200


def test_who_entered_without_a_password_is_seen_among_the_sessions_too(rf):
    """A guardian who opened an account of one's own, perhaps on somebody else's computer."""
    opened = accounts.open_account(by=SYSTEM, username="guardian.1", display_name="王某").account
    request = rf.post("/")
    request.session = SessionStore()
    request.user = opened
    enter_first_time(request, opened)
    (row,) = sessions_of(opened, current_key=request.session.session_key)
    assert row.is_current


def test_two_accounts_that_take_one_name_at_the_same_moment_are_told_so(account, monkeypatch):
    accounts.add_login_name(account, kind=LoginKind.PHONE, name="13800001111", by=SYSTEM)
    AccountFactory(login_names=[(LoginKind.PHONE, "13800002222")])
    monkeypatch.setattr(accounts, "_refuse_taken", lambda _wanted: None)  # both looked before either wrote
    with pytest.raises(LoginNameTaken):
        accounts.add_login_name(account, kind=LoginKind.PHONE, name="13800002222", by=SYSTEM)
    assert LoginName.objects.filter(account=account, kind=LoginKind.PHONE).exists()  # the old one is still good
