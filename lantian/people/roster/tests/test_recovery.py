"""The way back in for who has forgotten the password: a code to the phone, or a slip from the class teacher."""

import json
import re
import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from django.test import Client
from django.utils import timezone

from lantian.kernel.journal.models import JournalEntry, OutboxEvent
from lantian.kernel.rules import ANONYMOUS, SYSTEM
from lantian.kernel.tests.verdicts import assert_allowed, assert_refused
from lantian.people.identity import rules
from lantian.people.identity.errors import RecoveryCodeWrong, TextNotSent
from lantian.people.identity.models import Account, RecoveryCode
from lantian.people.identity.services import accounts, recovery, texting
from lantian.people.identity.tests.factories import PASSWORD
from lantian.people.roster.models import Person
from lantian.people.roster.tests.factories import with_account

PHONE = "13900000001"
NEW = "cloud-over-hill-9"


@pytest.fixture(autouse=True)
def texts(settings, monkeypatch):
    """The messages that were sent, as (phone, text)."""
    settings.LANTIAN_DEMO = True
    sent: list[tuple[str, str]] = []

    class Kept:
        def send(self, phone, text, *, template, values):
            sent.append((phone, text))

    monkeypatch.setattr(recovery, "texter", Kept)
    return sent


@pytest.fixture
def account(world) -> Account:
    return with_account(Person.objects.get(pk=world.mother.pk))


def code_in(texts) -> str:
    return re.search(r"\d{6}", texts[-1][1]).group()


def later(monkeypatch, **passed: int) -> None:
    moment = timezone.now() + timedelta(**passed)
    monkeypatch.setattr(recovery.timezone, "now", lambda: moment)


def test_who_may_recover_by_phone(world, account):
    assert_allowed(rules.may_recover_by_phone, ANONYMOUS, account)
    screen = accounts.create_screen_account(by=SYSTEM, username="screen-9", display_name="大屏").account
    assert_refused(rules.may_recover_by_phone, ANONYMOUS, screen)
    accounts.close_account(account, by=SYSTEM, reason="测试停用")
    assert_refused(rules.may_recover_by_phone, ANONYMOUS, account)


def test_a_code_goes_to_the_registered_phone_and_sets_a_new_password(account, texts):
    assert recovery.send_code(account.pk)
    assert texts[0][0] == PHONE
    assert recovery.redeem_code(PHONE, f" {code_in(texts)[:3]} {code_in(texts)[3:]}") == account
    recovery.set_recovered_password(account, password=NEW)
    account.refresh_from_db()
    assert account.check_password(NEW)
    assert OutboxEvent.objects.get(name="identity.password_recovered").object_id == account.pk
    kept = RecoveryCode.objects.get()
    assert code_in(texts).encode() not in bytes(kept.index)
    assert code_in(texts) not in json.dumps(list(JournalEntry.objects.values_list("data", flat=True)))


def test_a_code_is_used_once_and_the_newest_alone_is_good(account, texts, monkeypatch):
    recovery.send_code(account.pk)
    first = code_in(texts)
    later(monkeypatch, minutes=2)
    recovery.send_code(account.pk)
    with pytest.raises(RecoveryCodeWrong):
        recovery.redeem_code(PHONE, first)
    recovery.redeem_code(PHONE, code_in(texts))
    with pytest.raises(RecoveryCodeWrong):
        recovery.redeem_code(PHONE, code_in(texts))


def test_after_ten_minutes_or_five_wrong_tries_it_is_worth_nothing(account, texts, monkeypatch):
    recovery.send_code(account.pk)
    wrong = "000000" if code_in(texts) != "000000" else "111111"
    for _ in range(5):
        with pytest.raises(RecoveryCodeWrong):
            recovery.redeem_code(PHONE, wrong)
    with pytest.raises(RecoveryCodeWrong):
        recovery.redeem_code(PHONE, code_in(texts))
    assert JournalEntry.objects.filter(action="identity.recovery_failed").count() == 5
    later(monkeypatch, minutes=2)
    recovery.send_code(account.pk)
    later(monkeypatch, minutes=13)
    with pytest.raises(RecoveryCodeWrong):
        recovery.redeem_code(PHONE, code_in(texts))


def test_one_message_a_minute_and_five_a_day(account, texts, monkeypatch):
    assert [recovery.send_code(account.pk), recovery.send_code(account.pk)] == [True, False]
    for minute in range(2, 12, 2):
        later(monkeypatch, minutes=minute)
        recovery.send_code(account.pk)
    assert len(texts) == 5
    later(monkeypatch, hours=25)
    assert recovery.send_code(account.pk)
    later(monkeypatch, days=4)
    assert recovery.forget_old_codes() == 6


def test_no_message_without_a_phone_a_way_or_an_open_account(world, account, texts, monkeypatch):
    teacher = with_account(Person.objects.get(pk=world.head.pk))  # no phone
    assert not recovery.send_code(teacher.pk)
    accounts.close_account(account, by=SYSTEM, reason="测试停用")
    assert not recovery.send_code(account.pk)
    monkeypatch.setattr(recovery, "texter", lambda: None)
    accounts.reopen_account(account, by=SYSTEM)
    assert not recovery.send_code(account.pk)
    assert texts == []


def test_a_message_that_was_not_sent_leaves_no_code(account, monkeypatch):
    class Broken:
        def send(self, *args, **more):
            raise TextNotSent("status 503")

    monkeypatch.setattr(recovery, "texter", Broken)
    with pytest.raises(TextNotSent):
        recovery.send_code(account.pk)
    assert not RecoveryCode.objects.exists()


# Adapters -----------------------------------------------------------------------------------------------------------
def test_the_http_adapter_posts_json_with_its_token_and_says_when_it_failed():
    taken: list[tuple[str, dict[str, object]]] = []
    status = [200]

    class Service(BaseHTTPRequestHandler):
        def do_POST(self):
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            taken.append((self.headers["Authorization"], body))
            self.send_response(status[0])
            self.end_headers()

        def log_message(self, *args):
            pass

    server = HTTPServer(("127.0.0.1", 0), Service)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    way = texting.HttpTexter(f"http://127.0.0.1:{server.server_port}/send", "secret")
    way.send(PHONE, "验证码 1", template="recovery", values={"code": "1"})
    assert taken == [
        ("Bearer secret", {"phone": PHONE, "text": "验证码 1", "template": "recovery", "values": {"code": "1"}})
    ]
    status[0] = 503
    with pytest.raises(TextNotSent):
        way.send(PHONE, "x", template="recovery", values={})
    server.shutdown()
    server.server_close()
    with pytest.raises(TextNotSent):
        way.send(PHONE, "x", template="recovery", values={})
    with pytest.raises(ValueError, match="https"):
        texting.HttpTexter("http://sms.example.cn/send")
    with pytest.raises(ValueError, match="https"):
        texting.HttpTexter("http://127.0.0.1.sms.example.cn/send")


def test_the_way_out_is_chosen_by_configuration_and_a_file_only_in_demonstrations(settings, tmp_path):
    settings.LANTIAN_HOME = tmp_path
    settings.LANTIAN_SMS = "log"
    way = texting.texter()
    assert isinstance(way, texting.FileTexter)
    way.send(PHONE, "验证码", template="recovery", values={})
    assert json.loads((tmp_path / "demo" / "texts.jsonl").read_text())["text"] == "验证码"
    settings.LANTIAN_DEMO = False
    assert texting.texter() is None
    settings.LANTIAN_SMS, settings.LANTIAN_SMS_URL = "http", "https://sms.example.cn/send"
    assert isinstance(texting.texter(), texting.HttpTexter)
    settings.LANTIAN_SMS = ""
    assert texting.texter() is None


# Through HTTP -------------------------------------------------------------------------------------------------------
@pytest.fixture
def client(settings, tmp_path) -> Client:
    settings.LANTIAN_SMS = "log"
    return Client(headers={"X-Forwarded-For": "10.0.0.9"})


def ask(client: Client, login: str) -> list[tuple[int, str]]:
    """Every answer on the way, as a stranger sees it, without what differs from one form to the next."""
    answers = [
        client.post("/accounts/recover/", {"login": login}),
        client.get("/accounts/recover/ways/"),
        client.post("/accounts/recover/ways/"),
        client.post("/accounts/recover/code/", {"code": "012345"}),
    ]
    hidden = re.compile(r"[A-Za-z0-9]{64}|[0-9a-f]{32}")  # tokens of forms
    return [(one.status_code, hidden.sub("", one.content.decode())) for one in answers]


def test_nobody_learns_whether_an_account_exists(client, account, world):
    head = with_account(Person.objects.get(pk=world.head.pk))
    known, unknown, without_phone = ask(client, PHONE), ask(client, "13911119999"), ask(client, head.username)
    assert known == unknown == without_phone
    assert [status for status, _ in known] == [302, 200, 302, 200]
    assert "验证码不对" in known[3][1]


def test_the_whole_way_back_in(client, account, texts):
    client.post("/accounts/recover/", {"login": f"+86 {PHONE}"})
    assert client.post("/accounts/recover/ways/")["Location"] == "/accounts/recover/code/"
    recovery.send_code(account.pk)
    answer = client.post("/accounts/recover/code/", {"code": code_in(texts)})
    assert answer["Location"] == "/accounts/recover/password/"
    assert "不一样" in client.post(answer["Location"], {"password": NEW, "again": "x"}).content.decode()
    assert client.post(answer["Location"], {"password": NEW, "again": NEW})["Location"] == "/accounts/login/"
    assert client.get(answer["Location"]).status_code == 302, "once"
    assert client.post("/accounts/login/", {"login": PHONE, "password": PASSWORD}).status_code == 200
    assert client.post("/accounts/login/", {"login": PHONE, "password": NEW}).status_code == 302


def test_pages_further_on_cannot_be_entered_from_the_side(client, account):
    for page in ("ways", "code", "password"):
        assert client.get(f"/accounts/recover/{page}/")["Location"] == "/accounts/recover/"
    assert "忘记密码？" in client.get("/accounts/login/").content.decode()


def test_without_a_way_to_the_phone_only_people_are_named(db: None, client, settings):
    settings.LANTIAN_SMS = ""
    client.post("/accounts/recover/", {"login": PHONE})
    page = client.get("/accounts/recover/ways/").content.decode()
    assert "发送验证码" not in page
    assert "班主任" in page


def test_asking_and_guessing_are_limited(client, account):
    client.post("/accounts/recover/", {"login": PHONE})
    assert 429 in {client.post("/accounts/recover/ways/").status_code for _ in range(7)}
    assert 429 in {client.post("/accounts/recover/code/", {"code": "000000"}).status_code for _ in range(16)}


# The class teacher --------------------------------------------------------------------------------------------------
def test_a_class_teacher_gives_a_pupil_a_new_code(world, django_assert_max_num_queries):
    teacher = Client(headers={"X-Forwarded-For": "10.0.0.1"})
    teacher.force_login(with_account(Person.objects.get(pk=world.homeroom.pk)))
    pupil = with_account(Person.objects.get(pk=world.jia.pk))
    page = f"/classes/{world.east1.pk}/sign-in/"
    teacher.get(page)
    with django_assert_max_num_queries(12):
        assert "正常" in teacher.get(page).content.decode()
    shown = teacher.post(page, {"person": world.jia.pk}).content.decode()
    code = re.search(r"[2-9A-Z]{5}-[2-9A-Z]{5}", shown).group()
    pupil.refresh_from_db()
    assert pupil.must_set_password
    child = Client(headers={"X-Forwarded-For": "10.0.0.2"})
    assert child.post("/accounts/login/", {"login": pupil.username, "password": code}).status_code == 302
    assert code not in teacher.get(page).content.decode()
    assert teacher.post(page, {"person": world.bing.pk}).status_code == 404, "of another class"
    other = Client(headers={"X-Forwarded-For": "10.0.0.3"})
    other.force_login(with_account(Person.objects.get(pk=world.teacher.pk)))
    assert other.get(page).status_code == 403
