"""Signing in with another platform's account, and the ways in which somebody could try to take another's account by it."""

import time
from collections.abc import Iterator

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from allauth.socialaccount.models import SocialAccount, SocialToken
from django.test import Client as Browser

from lantian.kernel.journal.models import JournalEntry
from lantian.kernel.rules import SYSTEM, Denied
from lantian.kernel.tests.verdicts import assert_allowed, assert_refused
from lantian.people.identity.enums import AccountKind
from lantian.people.identity.models import Account
from lantian.people.identity.rules import may_link_upstream
from lantian.people.identity.services import upstream
from lantian.people.identity.services.accounts import reset_account
from lantian.people.identity.services.sign_in import actor_for
from lantian.people.identity.tests.factories import PASSWORD, AccountFactory
from lantian.people.roster.models import Person
from lantian.people.roster.tests.factories import PersonFactory, with_account
from lantian.people.roster.tests.upstream import CLIENT, SECRET, Province

pytestmark = pytest.mark.django_db
UNKNOWN, FAILED, LINKS = "/accounts/upstream/unknown/", "/accounts/upstream/failed/", "/me/links/"
NUMBER = "G510703201201010015"


@pytest.fixture(autouse=True)
def demo(settings):
    """The second factor has tests of its own."""
    settings.LANTIAN_DEMO = True


@pytest.fixture
def province(settings) -> Iterator[Province]:
    made = Province()
    said = {"issuer": made.url, "name": "省平台", "client_id": CLIENT, "secret": SECRET}
    settings.LANTIAN_UPSTREAM = {**said, "scope": "openid profile", "trusts": ""}
    yield made
    made.close()


@pytest.fixture
def trusting(province, settings) -> Province:
    """The operator has declared that the claim xjh is a student number."""
    settings.LANTIAN_UPSTREAM = {**settings.LANTIAN_UPSTREAM, "trusts": "student_number=xjh"}
    return province


def new_browser() -> Browser:
    return Browser(headers={"X-Forwarded-For": "10.0.0.1"})


def person(**more) -> tuple[Person, Account]:
    made = PersonFactory(**more)
    return made, with_account(made)


def signed_in_there(browser: Browser, province: Province, subject: str, *, begin: str = "/accounts/upstream/"):
    """The answer of our callback after `subject` signed in at the province."""
    there = browser.post(begin, {"next": "/me/"})
    assert there.status_code == 302, there
    assert there["Location"].startswith(f"{province.url}/authorize?")
    return browser.get(province.sign_in(there["Location"], subject))


def who(browser: Browser) -> str:
    return browser.session.get("_auth_user_id", "")


def linked(browser: Browser, province: Province, subject: str):
    """The answer after the signed-in holder gave the password once more and signed in there."""
    asked = browser.post("/me/links/new/")
    assert asked["Location"].startswith("/accounts/reauthenticate/")
    there = browser.post(asked["Location"], {"password": PASSWORD})
    assert there["Location"].startswith(province.url), there.content.decode()[:500]
    return browser.get(province.sign_in(there["Location"], subject))


def test_without_a_declared_platform_there_is_no_door(client) -> None:
    assert "上级" not in client.get("/accounts/login/").content.decode()
    assert "/accounts/upstream/" not in client.get("/accounts/login/").content.decode()
    assert client.post("/accounts/upstream/").status_code == 404
    for path in (UNKNOWN, FAILED, "/accounts/upstream/callback/?code=x&state=y"):
        assert client.get(path).status_code == 404


def test_a_platform_without_tls_or_with_an_unknown_trust_is_not_used(province, settings) -> None:
    assert upstream.configured() is not None
    for wrong in ({"issuer": "http://id.example.cn"}, {"trusts": "email"}, {"trusts": "name=name"}):
        settings.LANTIAN_UPSTREAM = {**settings.LANTIAN_UPSTREAM, "issuer": province.url, "trusts": "", **wrong}
        assert upstream.configured() is None


def test_the_button_stands_on_the_sign_in_page(province, client) -> None:
    page = client.get("/accounts/login/?next=/today/").content.decode()
    assert "用省平台的账号登录" in page
    assert '<input type="hidden" name="next" value="/today/">' in page


def test_an_unknown_identity_opens_nothing_and_makes_no_account(province) -> None:
    browser, before = new_browser(), Account.objects.count()
    answer = signed_in_there(browser, province, "stranger")
    assert answer["Location"] == UNKNOWN
    assert "这里还不认识那个账号" in browser.get(UNKNOWN).content.decode()
    assert (who(browser), Account.objects.count(), SocialAccount.objects.count()) == ("", before, 0)


def test_the_same_name_email_phone_or_user_name_is_nobody(province) -> None:
    _made, account = person(name="王小明", phone="13900000001", student_number=NUMBER)
    province.says = {
        "name": "王小明",
        "email": "x@example.cn",
        "email_verified": True,
        "phone_number": "13900000001",
        "preferred_username": account.username,
        "xjh": NUMBER,  # given, but not declared to be believed
    }
    browser = new_browser()
    assert signed_in_there(browser, province, "thief")["Location"] == UNKNOWN
    assert (who(browser), SocialAccount.objects.count()) == ("", 0)


def test_a_holder_ties_it_with_the_password_once_more_and_then_signs_in_by_it(province) -> None:
    _made, account = person()
    browser = new_browser()
    browser.force_login(account)
    assert "没有关联" in browser.get(LINKS).content.decode()
    assert linked(browser, province, "me-there")["Location"] == LINKS
    assert "已关联" in browser.get(LINKS).content.decode()
    row = SocialAccount.objects.get()
    assert (row.user, row.uid, row.extra_data) == (account, "me-there", {})
    assert not SocialToken.objects.exists()
    other = new_browser()
    assert signed_in_there(other, province, "me-there")["Location"] == "/me/"
    assert who(other) == str(account.pk)
    actions = JournalEntry.objects.filter(object_id=account.pk, action__startswith="identity.")
    assert {"identity.upstream_linked", "identity.signed_in"} <= set(actions.values_list("action", flat=True))


def test_untying_needs_the_password_too_and_shuts_the_door(province) -> None:
    _made, account = person()
    upstream.link_upstream(account, provider=upstream.configured().key, uid="u", how="self", by=actor_for(account))
    browser = new_browser()
    browser.force_login(account)
    asked = browser.post("/me/links/end/")
    assert asked["Location"].startswith("/accounts/reauthenticate/")
    assert SocialAccount.objects.exists()
    browser.post(asked["Location"], {"password": PASSWORD})
    assert not SocialAccount.objects.exists()
    assert signed_in_there(new_browser(), province, "u")["Location"] == UNKNOWN
    assert JournalEntry.objects.filter(action="identity.upstream_unlinked", object_id=account.pk).exists()


def test_an_identity_that_is_tied_to_one_account_is_not_tied_to_another(province) -> None:
    _one, mine = person()
    _two, theirs = person()
    key = upstream.configured().key
    upstream.link_upstream(theirs, provider=key, uid="their-identity", how="self", by=actor_for(theirs))
    browser = new_browser()
    browser.force_login(mine)
    linked(browser, province, "their-identity")
    assert "已经关联到这里的另一个账号" in browser.get(LINKS).content.decode()
    assert SocialAccount.objects.get().user == theirs


def test_an_account_has_one_identity_there(province) -> None:
    _made, account = person()
    key = upstream.configured().key
    upstream.link_upstream(account, provider=key, uid="first", how="self", by=actor_for(account))
    browser = new_browser()
    browser.force_login(account)
    linked(browser, province, "second")
    assert [row.uid for row in SocialAccount.objects.all()] == ["first"]


def test_a_link_begun_by_one_is_not_ended_by_another(province) -> None:
    """Somebody sends a victim the address with which the own browser would have come back."""
    _one, attacker = person()
    _two, victim = person()
    browser = new_browser()
    browser.force_login(attacker)
    asked = browser.post("/me/links/new/")
    there = browser.post(asked["Location"], {"password": PASSWORD})
    back = province.sign_in(there["Location"], "attackers-identity")
    victims = new_browser()
    victims.force_login(victim)
    assert victims.get(back)["Location"] == FAILED  # the state is in the attacker's session
    assert not SocialAccount.objects.exists()
    session = victims.session  # even with the attacker's state, it names another account
    session["socialaccount_states"] = browser.session["socialaccount_states"]
    session.save()
    victims.get(back)
    assert not SocialAccount.objects.exists()


def test_a_link_that_took_too_long_is_not_made(province, monkeypatch) -> None:
    _made, account = person()
    browser = new_browser()
    browser.force_login(account)
    asked = browser.post("/me/links/new/")
    there = browser.post(asked["Location"], {"password": PASSWORD})
    back = province.sign_in(there["Location"], "me-there")
    later = time.time() + 3600
    province.wrong = {"iat": int(later), "exp": int(later) + 300}
    monkeypatch.setattr("allauth.account.internal.flows.reauthentication.time.time", lambda: later)
    browser.get(back)
    assert not SocialAccount.objects.exists()


def test_a_number_that_the_operator_believes_opens_whose_it_is(trusting) -> None:
    _made, account = person(student_number=NUMBER)
    trusting.says = {"xjh": NUMBER.lower()}
    browser = new_browser()
    assert signed_in_there(browser, trusting, "pupil-there")["Location"] == "/me/"
    assert who(browser) == str(account.pk)
    entry = JournalEntry.objects.get(action="identity.upstream_linked")
    assert (entry.object_id, entry.data["how"]) == (account.pk, "student_number")
    trusting.says = {}  # tied from now on, whatever is said
    again = new_browser()
    signed_in_there(again, trusting, "pupil-there")
    assert who(again) == str(account.pk)


def test_a_second_identity_with_the_same_number_is_refused(trusting) -> None:
    _made, account = person(student_number=NUMBER)
    trusting.says = {"xjh": NUMBER}
    signed_in_there(new_browser(), trusting, "pupil-there")
    thief = new_browser()
    assert signed_in_there(thief, trusting, "thief-there")["Location"] == UNKNOWN
    assert who(thief) == ""
    assert [row.uid for row in SocialAccount.objects.all()] == ["pupil-there"]
    assert JournalEntry.objects.filter(action="identity.upstream_refused", object_id=account.pk).exists()


@pytest.mark.parametrize("said", [{"xjh": ""}, {"xjh": " "}, {"xjh": None}, {"xjh": [NUMBER]}, {"xjh": "G999"}, {}])
def test_a_number_that_is_nobodys_opens_nothing(trusting, said) -> None:
    person(student_number=NUMBER)
    person()  # without any number: emptiness is not a match
    trusting.says = said
    assert signed_in_there(new_browser(), trusting, "x")["Location"] == UNKNOWN


def test_two_believed_numbers_of_two_people_open_nothing(trusting, settings) -> None:
    settings.LANTIAN_UPSTREAM = {**settings.LANTIAN_UPSTREAM, "trusts": "student_number=xjh, person=pid"}
    person(student_number=NUMBER)
    other, _account = person()
    trusting.says = {"xjh": NUMBER, "pid": str(other.pk)}
    assert signed_in_there(new_browser(), trusting, "x")["Location"] == UNKNOWN


def test_a_closed_account_stays_closed(trusting) -> None:
    _made, account = person(student_number=NUMBER)
    upstream.link_upstream(account, provider=upstream.configured().key, uid="u", how="self", by=actor_for(account))
    Account.objects.filter(pk=account.pk).update(is_active=False)
    trusting.says = {"xjh": NUMBER}
    for subject in ("u", "somebody-else"):
        browser = new_browser()
        signed_in_there(browser, trusting, subject)
        assert who(browser) == ""


def test_a_reset_by_the_school_shuts_this_door_too(province) -> None:
    """An account that was taken, and tied to the taker's identity, is the holder's again."""
    _made, account = person()
    upstream.link_upstream(account, provider=upstream.configured().key, uid="thief", how="self", by=actor_for(account))
    reset_account(account, by=SYSTEM)
    browser = new_browser()
    assert signed_in_there(browser, province, "thief")["Location"] == UNKNOWN
    assert who(browser) == ""


def test_a_second_factor_that_is_set_up_here_is_still_asked(province) -> None:
    _made, account = person()
    TOTP.activate(account, generate_totp_secret())
    upstream.link_upstream(account, provider=upstream.configured().key, uid="me", how="self", by=actor_for(account))
    browser = new_browser()
    assert signed_in_there(browser, province, "me")["Location"].startswith("/accounts/2fa/authenticate/")
    assert who(browser) == ""


def test_the_same_subject_of_another_issuer_is_somebody_else(province, settings) -> None:
    _made, account = person()
    upstream.link_upstream(account, provider=upstream.configured().key, uid="1001", how="self", by=actor_for(account))
    another = Province()
    settings.LANTIAN_UPSTREAM = {**settings.LANTIAN_UPSTREAM, "issuer": another.url}
    browser = new_browser()
    assert signed_in_there(browser, another, "1001")["Location"] == UNKNOWN
    assert who(browser) == ""
    another.close()


@pytest.mark.parametrize(
    "wrong", [{"aud": "another-client"}, {"iss": "https://evil.example.cn"}, {"exp": 1}, {"sub": "somebody-else"}]
)
def test_an_id_token_that_is_not_ours_opens_nothing(province, wrong) -> None:
    _made, account = person()
    upstream.link_upstream(account, provider=upstream.configured().key, uid="me", how="self", by=actor_for(account))
    province.wrong = wrong
    browser = new_browser()
    assert signed_in_there(browser, province, "me")["Location"] == FAILED
    assert who(browser) == ""
    assert browser.get(FAILED).status_code == 502


def test_a_forged_signature_and_anothers_userinfo_open_nothing(province) -> None:
    _made, account = person()
    upstream.link_upstream(account, provider=upstream.configured().key, uid="me", how="self", by=actor_for(account))
    province.signs_with = Province().key
    assert signed_in_there(new_browser(), province, "me")["Location"] == FAILED
    province.signs_with = None
    province.wrong_userinfo = {"sub": "other"}
    assert signed_in_there(new_browser(), province, "me")["Location"] == FAILED


def test_an_answer_nobody_asked_for_opens_nothing(province) -> None:
    _made, account = person()
    upstream.link_upstream(account, provider=upstream.configured().key, uid="me", how="self", by=actor_for(account))
    asked = new_browser().post("/accounts/upstream/")
    back = province.sign_in(asked["Location"], "me")
    stolen = new_browser()
    assert stolen.get(back)["Location"] == FAILED
    assert who(stolen) == ""


def test_a_platform_that_does_not_answer_is_said_so(province, settings) -> None:
    settings.LANTIAN_UPSTREAM = {**settings.LANTIAN_UPSTREAM, "issuer": "http://127.0.0.1:9"}
    assert new_browser().post("/accounts/upstream/")["Location"] == FAILED


def test_from_a_form_of_ours_one_leaves_by_a_page(province) -> None:
    page = new_browser().post("/accounts/upstream/", headers={"Sec-Fetch-Site": "same-origin"})
    assert page.status_code == 200
    assert f'content="0;url={province.url}/authorize?' in page.content.decode()


def test_nobody_is_led_elsewhere_afterwards(province) -> None:
    _made, account = person()
    upstream.link_upstream(account, provider=upstream.configured().key, uid="me", how="self", by=actor_for(account))
    browser = new_browser()
    there = browser.post("/accounts/upstream/", {"next": "https://evil.example.cn/"})
    assert browser.get(province.sign_in(there["Location"], "me"))["Location"] == "/_/enter"


def test_only_ones_own_account_is_tied_and_never_a_screens(province) -> None:
    _one, mine = person()
    _two, theirs = person()
    screen = AccountFactory(kind=AccountKind.CLASS_SCREEN)
    assert_allowed(may_link_upstream, actor_for(mine), mine)
    assert_refused(may_link_upstream, actor_for(mine), theirs)
    assert_refused(may_link_upstream, actor_for(screen), screen)
    with pytest.raises(Denied):
        upstream.link_upstream(theirs, provider="x", uid="y", how="self", by=actor_for(mine))
    with pytest.raises(Denied):
        upstream.unlink_upstream(theirs, by=actor_for(mine))
    browser = new_browser()
    browser.force_login(screen)
    assert browser.get(LINKS).status_code in {302, 403}
