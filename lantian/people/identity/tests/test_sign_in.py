"""Signing in: by any name, without telling who exists, with hashing capped."""

import threading
import time

import pytest
from django.core.cache import cache
from django.test import Client

from lantian.kernel.journal.models import JournalEntry, OutboxEvent
from lantian.kernel.rules import SYSTEM
from lantian.people.identity.engine.names import normalise_login
from lantian.people.identity.enums import AccountKind, LoginKind
from lantian.people.identity.errors import TooManySignIns
from lantian.people.identity.services import accounts, passwords
from lantian.people.identity.tests.factories import PASSWORD, AccountFactory

pytestmark = pytest.mark.django_db
WRONG = "登录名或密码不对"


@pytest.fixture(autouse=True)
def no_attempts_yet():
    cache.clear()
    yield
    cache.clear()


def browser(address: str = "10.0.0.1") -> Client:
    return Client(headers={"X-Forwarded-For": address, "User-Agent": "Mozilla/5.0 (Windows NT 6.1) Chrome/109"})


def sign_in(client: Client, login: str, password: str = PASSWORD, **more):
    return client.post("/accounts/login/", {"login": login, "password": password, **more})


@pytest.fixture
def account():
    return AccountFactory(
        username="LiMing",
        login_names=[(LoginKind.PHONE, "13800001111"), (LoginKind.STUDENT_NUMBER, "G510703201501010011")],
    )


@pytest.mark.parametrize(
    "typed",
    [
        "liming",
        " LiMing ",
        "ＬｉＭｉｎｇ",
        "13800001111",
        "+86 138-0000-1111",
        "１３８００００１１１１",
        "g510703201501010011",
    ],
)
def test_one_signs_in_by_any_of_ones_names_however_typed(account, typed):
    response = sign_in(browser(), typed)
    assert (response.status_code, response["Location"]) == (302, "/today/")


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("008613800001111", "13800001111"),
        ("(0816) 2345678", "08162345678"),
        ("86 13800001111", "13800001111"),
        ("8613", "8613"),
        ("12", "12"),
        ("a b", "a b"),
    ],
)
def test_spellings_of_one_name_are_one(typed, kept):
    assert normalise_login(typed) == kept


def test_the_answer_does_not_tell_whether_a_name_exists(account):
    pages = [
        sign_in(browser(), name, "no-such-password").content.decode().replace(name, "") for name in ("liming", "nobody")
    ]
    assert all(WRONG in page for page in pages)
    assert sign_in(browser(), "13800001111", "no-such-password").status_code == 200


def test_unknown_names_and_waiting_accounts_take_as_long_as_wrong_passwords(account, monkeypatch):
    """Counted in hashes, not seconds: each refusal costs exactly one with the slow hasher."""
    waiting = accounts.open_account(by=SYSTEM, username="waiting", display_name="等").account
    counted = []
    slow = passwords.make_password
    monkeypatch.setattr(passwords, "make_password", lambda *a, **k: counted.append("made") or slow(*a, **k))
    check = passwords.verify_password

    def counting(password, encoded):
        if not passwords.is_code(encoded):
            counted.append("checked")
        return check(password, encoded)

    monkeypatch.setattr(passwords, "verify_password", counting)
    for who in (account, waiting, None):
        counted.clear()
        assert not passwords.matches(who, "wrong")
        assert len(counted) == 1, who


def test_five_wrong_passwords_close_the_account_for_a_while_under_all_its_names(account):
    client = browser()
    for name in ("liming", "13800001111", "liming", "liming", "13800001111"):
        sign_in(client, name, "wrong-one")
    page = sign_in(client, "g510703201501010011").content.decode()
    assert "五分钟" in page
    other = AccountFactory(username="neighbour")
    assert sign_in(client, other.username).status_code == 302  # the same address, another account


def test_a_school_behind_one_address_signs_in_all_at_once(settings):
    codes = [accounts.open_account(by=SYSTEM, username=f"pupil{n}", display_name="学生") for n in range(40)]
    for opened in codes:
        response = sign_in(browser("10.9.9.9"), opened.account.username, opened.code)
        assert response.status_code == 302, response.content.decode()[:500]


def test_no_one_signs_up_and_no_mail_is_asked_for():
    for address in ("/accounts/signup/", "/accounts/email/", "/accounts/password/reset/"):
        assert browser().get(address).status_code == 404


def test_a_closed_account_is_told_so_only_with_the_right_password(account):
    accounts.close_account(account, by=SYSTEM, reason="离校")
    assert WRONG in sign_in(browser(), "liming", "wrong-one").content.decode()
    assert sign_in(browser(), "liming")["Location"] == "/accounts/inactive/"
    assert "已停用" in browser().get("/accounts/inactive/").content.decode()


def test_signing_in_is_written_down_and_announced(account):
    sign_in(browser(), "liming", "wrong-one")
    sign_in(browser(), "liming")
    actions = list(JournalEntry.objects.filter(object_id=account.pk).order_by("at").values_list("action", flat=True))
    assert actions[-2:] == ["identity.sign_in_failed", "identity.signed_in"]
    assert OutboxEvent.objects.filter(name="identity.signed_in", object_id=account.pk).count() == 1


def test_public_computers_forget_and_own_devices_remember_for_a_term(account):
    brief, long = browser(), browser()
    sign_in(brief, "liming")
    sign_in(long, "liming", remember="on")
    assert brief.session.get_expire_at_browser_close()
    assert long.session.get_expiry_age() > 100 * 24 * 3600


def test_a_class_screen_stays_for_a_school_year_and_goes_to_its_room():
    opened = accounts.create_screen_account(by=SYSTEM, username="east-301", display_name="三年级1班")
    client = browser()
    response = sign_in(client, "east-301", opened.code)
    assert response["Location"] == "/live/screen/"
    assert client.session.get_expiry_age() > 365 * 24 * 3600
    assert opened.account.kind == AccountKind.CLASS_SCREEN


def test_the_language_of_the_account_comes_to_the_device(account):
    account.language = "en"
    account.save()
    response = sign_in(browser(), "liming")
    assert response.cookies["lantian_language"].value == "en"


def test_a_chosen_language_is_kept_with_the_account(account):
    client = browser()
    client.force_login(account)
    client.post("/_/language", {"language": "en", "next": "/"})
    account.refresh_from_db()
    assert account.language == "en"


def rounds(account) -> int:
    account.refresh_from_db()
    return int(account.password.split("$")[1])


def outdate(account) -> None:
    from django.contrib.auth.hashers import PBKDF2PasswordHasher

    account.password = PBKDF2PasswordHasher().encode(PASSWORD, "somesaltsomesaltsomesalt", 1000)
    account.save()


def test_outdated_hashes_are_made_anew_in_passing_and_one_stays_signed_in(account):
    outdate(account)
    client = browser()
    assert sign_in(client, "liming").status_code == 302
    assert rounds(account) > 1000
    assert client.get("/me/sessions/").status_code == 200


def test_being_asked_for_the_password_again_changes_no_hash_and_ends_no_session(account):
    outdate(account)
    client = browser()
    client.force_login(account)
    assert client.post("/accounts/reauthenticate/", {"password": PASSWORD}).status_code == 302
    assert rounds(account) == 1000
    assert client.get("/me/sessions/").status_code == 200


def test_no_more_hashes_run_at_once_than_the_machine_has_slots(monkeypatch):
    running, most = [0], [0]
    lock = threading.Lock()
    monkeypatch.setattr(passwords, "slots", lambda: 1)
    monkeypatch.setattr(passwords, "_queue", threading.BoundedSemaphore(8))

    def hash_one():
        with passwords.hashing_slot():
            with lock:
                running[0] += 1
                most[0] = max(most[0], running[0])
            time.sleep(0.05)
            with lock:
                running[0] -= 1

    threads = [threading.Thread(target=hash_one) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most[0] == 1


def test_the_queue_for_a_slot_is_short_and_being_sent_away_costs_no_attempt(account, monkeypatch):
    monkeypatch.setattr(passwords, "_queue", threading.BoundedSemaphore(1))
    with passwords.hashing_slot():
        with pytest.raises(TooManySignIns):
            passwords.hash_password("x")
        for _ in range(8):
            assert "登录的人很多" in sign_in(browser(), "liming").content.decode()
    assert sign_in(browser(), "liming").status_code == 302


def test_waiting_for_a_slot_ends(monkeypatch):
    monkeypatch.setattr(passwords, "slots", lambda: 1)
    with passwords.hashing_slot():
        started = time.monotonic()
        with pytest.raises(TooManySignIns), passwords.hashing_slot(wait=0.1):
            pass
        assert time.monotonic() - started < 10
