"""What goes out beyond the inbox: to real servers of each protocol, held at night, gathered, tried again, never lost."""

import email
import json
import socket
import threading
from datetime import datetime, time, timedelta
from email.header import decode_header, make_header
from http.server import BaseHTTPRequestHandler, HTTPServer
from importlib import import_module
from zoneinfo import ZoneInfo

import http_ece
import jwt
import pytest
from aiosmtpd.controller import Controller
from cryptography.hazmat.primitives.asymmetric import ec
from django.apps import apps
from django.utils import timezone

from lantian.kernel.rules import SYSTEM
from lantian.kernel.tests.verdicts import assert_allowed, assert_refused
from lantian.people.messaging import rules, services
from lantian.people.messaging.engine import webpush
from lantian.people.messaging.engine.audience import Audience
from lantian.people.messaging.enums import Group
from lantian.people.messaging.errors import LinkSpent, NotAnAddress, NotASubscription
from lantian.people.messaging.models import Delivery, Notice, Preference, PushDevice
from lantian.people.messaging.services import delivering
from lantian.people.messaging.services.channels import push
from lantian.people.roster.services import update_person

CHINA = ZoneInfo("Asia/Shanghai")
NOON = datetime(2027, 3, 8, 12, 0, tzinfo=CHINA)  # a Monday
NIGHT = datetime(2027, 3, 8, 23, 0, tzinfo=CHINA)


class Mailbox:
    """An SMTP server that keeps what it is given, or answers with what it is told to."""

    def __init__(self) -> None:
        self.mails: list[email.message.Message] = []
        self.answers: list[str] = []

    async def handle_RCPT(self, server, session, envelope, address, options):
        if self.answers:
            return self.answers.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        self.mails.append(email.message_from_bytes(envelope.content))
        return "250 OK"

    @property
    def titles(self) -> list[str]:
        return [str(make_header(decode_header(each["Subject"]))) for each in self.mails]

    def text(self, place: int = 0) -> str:
        return self.mails[place].get_payload(decode=True).decode()


@pytest.fixture
def mailbox(settings):
    box = Mailbox()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = Controller(box, hostname="127.0.0.1", port=port)
    server.start()
    settings.LANTIAN_MAIL_URL, settings.LANTIAN_MAIL_FROM = f"smtp://127.0.0.1:{port}", "lantian@example.cn"
    settings.LANTIAN_SMS, settings.LANTIAN_PUSH_HOSTS, settings.LANTIAN_DEMO = "", [], False
    yield box
    server.stop()


class Service(HTTPServer):
    """Keeps the requests it is posted; answers with `status`."""

    def __init__(self) -> None:
        self.requests: list[tuple[dict[str, str], bytes]] = []
        self.status = 201
        super().__init__(("127.0.0.1", 0), _Handler)
        self.url = f"http://127.0.0.1:{self.server_port}/send/abc"


class _Handler(BaseHTTPRequestHandler):
    server: Service

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.requests.append((dict(self.headers), body))
        self.send_response(self.server.status)
        if self.server.status == 302:
            self.send_header("Location", "http://127.0.0.1:1/inside")
        self.end_headers()

    def log_message(self, *args) -> None:
        pass


@pytest.fixture
def service():
    server = Service()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


class Browser:
    """The keys of one browser, and what it makes of a push."""

    def __init__(self, endpoint: str) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.secret = b"0123456789abcdef"
        self.endpoint = endpoint

    def subscribe(self, actor) -> PushDevice:
        point = webpush.to_text(webpush.point_of(self.key.public_key()))
        secret = webpush.to_text(self.secret)
        return services.add_device(endpoint=self.endpoint, key=point, secret=secret, device="Chrome", by=actor)

    def read(self, body: bytes) -> dict:
        """By another implementation of RFC 8291 than ours."""
        plain = http_ece.decrypt(body, private_key=self.key, auth_secret=self.secret, version="aes128gcm")
        return json.loads(plain)


@pytest.fixture
def pushing(settings, service):
    settings.LANTIAN_MAIL_URL, settings.LANTIAN_SMS, settings.LANTIAN_DEMO = "", "", False
    settings.LANTIAN_PUSH_HOSTS = ["127.0.0.1"]
    return service


def with_mail(world, name="mother", **more):
    values = {"mail": f"{name}@example.cn", "mail_confirmed_at": timezone.now()} | more
    return Preference.objects.create(person=world.people[name], **values)


def send(world, to=(Group.STUDENT, Group.GUARDIAN), **more):
    values = {"title": "家长会", "body": "周五三点", "by": world.act("teacher")} | more
    return services.send_notice(audience=Audience.of(classes=[world.east1.pk], to=to), **values)


def urgent(world, **more):
    return send(world, title="停课避雨", category="safety", urgency="urgent", **more)


def states(channel="mail"):
    return list(Delivery.objects.filter(channel=channel).order_by("pk").values_list("state", flat=True))


def test_a_mail_says_what_is_new_where_it_stands_and_how_to_have_no_more(world, mailbox, settings):
    settings.LANTIAN_ADDRESS = "https://lantian.example.cn"
    with_mail(world)
    notice = send(world)
    assert states() == ["waiting"], "the pupils have given no address"
    assert services.deliver_due("mail", now=NOON + timedelta(days=4000)) == 1
    assert mailbox.titles == ["【蓝天】家长会"]
    assert f"https://lantian.example.cn/inbox/{notice.pk}/" in mailbox.text()
    mail = mailbox.mails[0]
    assert mail["To"] == "mother@example.cn"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert states() == ["sent"]
    assert services.deliver_due("mail", now=NOON + timedelta(days=4000)) == 0


@pytest.fixture
def at(monkeypatch):
    """Set the time at which deliveries are planned and due."""

    def set_to(moment: datetime) -> datetime:
        monkeypatch.setattr(timezone, "now", lambda: moment)
        return moment

    return set_to


def test_what_comes_at_night_goes_out_in_the_morning_unless_it_is_urgent(world, mailbox, at):
    with_mail(world)
    at(NIGHT)
    send(world)
    assert services.deliver_due("mail") == 0
    row = Delivery.objects.get()
    assert row.state == "held"
    assert timezone.localtime(row.due_at) == NIGHT.replace(hour=7) + timedelta(days=1)
    urgent(world)
    assert services.deliver_due("mail") == 1
    assert mailbox.titles == ["【蓝天】停课避雨"]
    at(row.due_at + timedelta(seconds=1))
    assert services.deliver_due("mail") == 1


def test_a_digest_gathers_the_day_in_one_mail(world, mailbox, at):
    with_mail(world, digest="daily", digest_at=time(17, 30))
    at(NOON)
    for title in ("第一条", "第二条"):
        send(world, title=title)
    assert services.deliver_due("mail") == 0
    assert {timezone.localtime(row.due_at).time() for row in Delivery.objects.all()} == {time(17, 30)}
    urgent(world)
    assert services.deliver_due("mail") == 1, "what is urgent does not wait"
    at(NOON.replace(hour=17, minute=31))
    assert services.deliver_due("mail") == 1
    assert mailbox.titles[-1] == "【蓝天】2 条消息"
    assert "第一条" in mailbox.text(1)
    assert "第二条" in mailbox.text(1)
    assert states() == ["sent"] * 3


def test_what_was_read_meanwhile_is_not_sent(world, mailbox, at):
    with_mail(world)
    at(NOON)
    send(world)
    services.mark_read(by=world.act("mother"))
    assert services.deliver_due("mail") == 0
    assert states() == ["needless"]


def test_a_failure_is_tried_again_with_growing_pauses_and_then_given_up(world, mailbox, at):
    with_mail(world)
    moment = at(NOON)
    send(world)
    pauses = []
    for _ in range(6):
        mailbox.answers = ["451 try later"]
        services.deliver_due("mail")
        row = Delivery.objects.get()
        pauses.append((row.due_at - moment).total_seconds() / 60)
        moment = at(max(row.due_at, moment) + timedelta(seconds=1))
        if timezone.localtime(moment).hour >= 22 or timezone.localtime(moment).hour < 7:
            moment = at(moment.replace(hour=0) + timedelta(days=1))  # eight in the morning in China
    assert [round(pause) for pause in pauses[:4]] == [1, 5, 30, 120]
    assert Delivery.objects.get().state == "given_up"
    assert mailbox.mails == []


def test_an_address_that_is_refused_for_good_is_not_tried_again(world, mailbox, at):
    with_mail(world)
    at(NOON)
    send(world)
    mailbox.answers = ["550 no such user"]
    services.deliver_due("mail")
    row = Delivery.objects.get()
    assert (row.state, row.fault, row.attempts) == ("given_up", "recipient 550", 1)


def test_a_worker_killed_after_sending_sends_once_more_and_no_more(world, mailbox, at, monkeypatch):
    with_mail(world)
    at(NOON)
    send(world)

    class Killed(BaseException):
        pass

    def die(*args, **kwargs):
        raise Killed

    monkeypatch.setattr(delivering, "_write_sent", die)
    with pytest.raises(Killed):
        services.deliver_due("mail")
    assert states() == ["sending"]
    monkeypatch.undo()
    at(NOON + timedelta(minutes=1))
    assert services.deliver_due("mail") == 0, "the claim may be another worker's"
    at(NOON + timedelta(minutes=6))
    assert services.deliver_due("mail") == 1
    assert services.deliver_due("mail") == 0
    assert len(mailbox.mails) == 2
    assert len({mail["Message-ID"] for mail in mailbox.mails}) == 1, "so that mail programs show it once"


def test_told_anew_it_goes_out_anew(world, mailbox, at, run_jobs):
    from lantian.people.roster.services import grant_role, revoke_role

    run_jobs()
    Notice.objects.all().delete()
    with_mail(world, "teacher")
    at(NOON)
    grant = grant_role(person=world.teacher, role="school_it", organization=world.east, by=SYSTEM)
    run_jobs()
    services.deliver_due("mail")
    revoke_role(grant, by=SYSTEM, reason="工作调整")
    run_jobs()
    services.deliver_due("mail")
    assert mailbox.titles == ["【蓝天】您有了新的职务：学校信息管理员", "【蓝天】您的职务已结束：学校信息管理员"]
    assert Delivery.objects.count() == 1


def test_one_person_gets_so_many_mails_a_day(world, mailbox, at, monkeypatch):
    monkeypatch.setitem(delivering.MOST_A_DAY, "mail", 2)
    with_mail(world)
    at(NOON)
    for number in range(4):
        send(world, title=f"通知{number}")
    services.deliver_due("mail")
    assert sorted(states()) == ["given_up", "given_up", "sent", "sent"]
    urgent(world)
    assert services.deliver_due("mail") == 1


def test_unsubscribing_takes_one_click_and_no_sign_in(world, mailbox, at, client):
    with_mail(world)
    at(NOON)
    send(world)
    services.deliver_due("mail")
    address = mailbox.mails[0]["List-Unsubscribe"].strip("<>").split("/", 3)[3]
    assert client.get(f"/{address}").status_code == 200
    assert Preference.objects.get().mail, "looking is not clicking: mail scanners open every link"
    assert client.post(f"/{address}").status_code == 200
    assert not Preference.objects.get().mail
    assert client.post(f"/{address[:-3]}x/").status_code == 410
    send(world)
    assert len(states()) == 1


def test_an_address_counts_once_its_mailbox_has_answered(world, mailbox, at, run_jobs, client):
    at(NOON)
    mother = world.act("mother")
    services.set_mail("mother@example.cn", by=mother)
    run_jobs()
    send(world)
    assert states() == []
    link = next(word for word in mailbox.text().split() if "/inbox/settings/mail/" in word)
    assert client.get("/" + link.split("/", 3)[3]).status_code == 200
    send(world)
    assert states() == ["waiting"]
    services.set_mail("other@example.cn", by=mother)
    assert client.get("/" + link.split("/", 3)[3]).status_code == 410, "another address is another question"
    with pytest.raises(LinkSpent):
        services.confirm_mail("nonsense")
    for bad in ("nobody", "a@b\nBcc: c@d.cn", "x@" + "y" * 260):
        with pytest.raises(NotAnAddress):
            services.set_mail(bad, by=mother)


def test_a_text_message_goes_to_guardians_when_safety_is_urgent(world, settings, at, service):
    settings.LANTIAN_MAIL_URL, settings.LANTIAN_PUSH_HOSTS, settings.LANTIAN_DEMO = "", [], False
    settings.LANTIAN_SMS, settings.LANTIAN_SMS_URL, settings.LANTIAN_SMS_TOKEN = "http", service.url, "token"
    at(NIGHT)
    send(world)
    urgent(world, to=[Group.GUARDIAN])
    assert services.deliver_due("sms") == 1
    headers, body = service.requests[0]
    told = json.loads(body)
    assert (told["phone"], told["template"]) == ("13900000001", "notice")
    assert told["text"] == "【蓝天】停课避雨。详情请登录平台查看。"
    assert headers["Authorization"] == "Bearer token"
    service.status = 500
    urgent(world, to=[Group.GUARDIAN])
    assert services.deliver_due("sms") == 0
    assert states("sms") == ["sent", "waiting"]


def test_the_example_of_rfc_8291_is_sealed_as_it_stands_there():
    key = ec.derive_private_key(
        int.from_bytes(webpush.from_text("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"), "big"), ec.SECP256R1()
    )
    to = webpush.read_subscription(
        "https://push.example.net/push/JzLQ3raZJfFBR0aqvOMsLrt54w4rJUsV",
        "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
        "BTBZMqHH6r4Tts7J_aSIgg",
    )
    body = webpush.seal(
        b"When I grow up, I want to be a watermelon", to, key=key, salt=webpush.from_text("DGv6ra1nlYgDCS1FRnbzlw")
    )
    assert webpush.to_text(body) == (
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_"
        "yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    )


def test_a_push_is_sealed_for_the_browser_and_signed_by_us(world, pushing, at):
    browser = Browser(pushing.url)
    browser.subscribe(world.act("mother"))
    at(NOON)
    notice = send(world)
    assert services.deliver_due("push") == 1
    headers, body = pushing.requests[0]
    assert browser.read(body) == {
        "title": "家长会",
        "body": "周五三点",
        "url": f"/inbox/{notice.pk}/",
        "tag": str(notice.receipts.get(person=world.mother).pk),
    }
    assert headers["Content-Encoding"] == "aes128gcm"
    assert headers["Urgency"] == "normal"
    assert len(headers["Topic"]) <= 32
    scheme, token, key = headers["Authorization"].replace(",", "").split()
    assert scheme == "vapid"
    public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), webpush.from_text(key.removeprefix("k=")))
    origin = pushing.url.rsplit("/send", 1)[0]
    claims = jwt.decode(
        token.removeprefix("t="), public, algorithms=["ES256"], audience=origin, options={"verify_exp": False}
    )
    assert key.removeprefix("k=") == push.public_key()
    assert claims["sub"]


@pytest.mark.parametrize("gone", [404, 410])
def test_a_browser_that_is_gone_is_forgotten(world, pushing, at, gone):
    Browser(pushing.url).subscribe(world.act("mother"))
    at(NOON)
    send(world)
    pushing.status = gone
    services.deliver_due("push")
    assert not PushDevice.objects.exists()
    assert states("push") == ["given_up"]


def test_a_redirect_is_not_followed_into_our_own_network(world, pushing, at):
    Browser(pushing.url).subscribe(world.act("mother"))
    at(NOON)
    send(world)
    pushing.status = 302
    assert services.deliver_due("push") == 0
    assert Delivery.objects.get().fault == "status 302"


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://fcm.googleapis.com/x",
        "https://fcm.googleapis.com.evil.cn/x",
        "https://10.0.0.1/x",
        "https://localhost/x",
        "file:///etc/passwd",
    ],
)
def test_only_known_push_services_are_posted_to(world, settings, endpoint):
    settings.LANTIAN_PUSH_HOSTS = ["fcm.googleapis.com"]
    with pytest.raises(NotASubscription):
        Browser(endpoint).subscribe(world.act("mother"))
    Browser("https://fcm.googleapis.com/fcm/send/x").subscribe(world.act("mother"))


def test_a_pupil_is_not_reminded_at_night_nor_in_a_lesson_whatever_was_chosen(world, pushing, at, monkeypatch):
    from lantian.people.messaging.queries.deliveries import BUSY

    Browser(pushing.url).subscribe(world.act("jia"))
    Preference.objects.create(person=world.jia, quiet_from=time(0), quiet_to=time(0))
    at(NIGHT)
    send(world)
    assert services.deliver_due("push") == 0
    assert timezone.localtime(Delivery.objects.get().due_at).time() == time(7)
    until = NOON + timedelta(minutes=20)
    monkeypatch.setattr(BUSY, "_entries", {"test": lambda ids, now: dict.fromkeys(ids, until) if now < until else {}})
    Delivery.objects.update(state="waiting", due_at=NOON)
    at(NOON)
    assert services.deliver_due("push") == 0
    assert Delivery.objects.get().due_at == until
    at(until + timedelta(seconds=1))
    assert services.deliver_due("push") == 1


def test_who_chooses_no_channel_for_a_category_has_it_in_the_inbox_alone(world, mailbox, at):
    with_mail(world)
    at(NOON)
    services.set_preferences(
        channels={"announcement": [], "lesson": ["mail"]},
        quiet_from=time(22),
        quiet_to=time(7),
        digest="none",
        digest_at=time(17),
        digest_day=0,
        by=world.act("mother"),
    )
    send(world)
    assert states() == []
    send(world, category="lesson")
    assert states() == ["waiting"]


def test_who_may_choose(world):
    assert_allowed(rules.may_set_preferences, world.act("mother"))
    from lantian.kernel.rules import Actor, ActorKind

    assert_refused(rules.may_set_preferences, Actor(kind=ActorKind.SCREEN, name="三年级1班"))


def test_a_phone_that_is_no_more_known_is_given_up(world, settings, at, service):
    settings.LANTIAN_MAIL_URL, settings.LANTIAN_PUSH_HOSTS, settings.LANTIAN_DEMO = "", [], False
    settings.LANTIAN_SMS, settings.LANTIAN_SMS_URL = "http", service.url
    at(NOON)
    urgent(world, to=[Group.GUARDIAN])
    update_person(world.mother, by=SYSTEM, phone="")
    services.deliver_due("sms")
    assert states("sms") == ["given_up"]


def test_a_server_that_is_down_keeps_the_worker_for_a_few_mails_alone(world, mailbox, at):
    with_mail(world)
    at(NOON)
    for number in range(8):
        send(world, title=f"通知{number}")
    mailbox.answers = ["451 try later"] * 100
    assert services.deliver_due("mail") == 0
    assert len(mailbox.answers) == 100 - delivering.DOWN, "each of the others would wait for it in vain"
    mailbox.answers = []
    assert services.deliver_due("mail") == 8 - delivering.DOWN, "the others have lost no attempt"
    at(NOON + timedelta(minutes=2))
    assert services.deliver_due("mail") == delivering.DOWN


def test_a_reminder_is_another_mail_to_a_mail_program(world, mailbox, at):
    with_mail(world)
    at(NOON)
    notice = send(world)
    services.deliver_due("mail")
    at(NOON + timedelta(hours=5))
    assert services.remind(notice, by=world.act("teacher")) == 3
    services.deliver_due("mail")
    assert len(mailbox.mails) == 2
    assert len({mail["Message-ID"] for mail in mailbox.mails}) == 2, "one that it has it does not show again"


def test_a_long_digest_does_not_use_up_what_one_gets_a_day(world, mailbox, at, monkeypatch):
    monkeypatch.setitem(delivering.MOST_A_DAY, "mail", 2)
    with_mail(world, digest="daily", digest_at=time(17, 30))
    for day in range(2):
        at(NOON + timedelta(days=day))
        for number in range(3):
            send(world, title=f"通知{number}")
        services.deliver_due("mail")
        at(NOON.replace(hour=17, minute=31) + timedelta(days=day, seconds=-day))
        assert services.deliver_due("mail") == 1, f"day {day}"
    assert states() == ["sent"] * 6


def test_a_pupils_digest_waits_for_the_morning_whatever_was_chosen(world, mailbox, at):
    with_mail(world, "jia", digest="daily", digest_at=time(23))
    at(NOON)
    send(world)
    services.deliver_due("mail")
    at(NOON.replace(hour=23, minute=1))
    assert services.deliver_due("mail") == 0
    row = Delivery.objects.get()
    assert timezone.localtime(row.due_at) == NOON.replace(hour=7) + timedelta(days=1)
    at(row.due_at + timedelta(seconds=1))
    assert services.deliver_due("mail") == 1


def test_boxes_that_were_only_left_as_they_were_shown_take_no_text_message_from_anybody(world, settings):
    """What stood in the rows before such boxes were no longer written down."""
    settings.LANTIAN_MAIL_URL, settings.LANTIAN_DEMO = "smtp://127.0.0.1", False
    change = import_module("lantian.people.messaging.migrations.0003_usual_is_no_choice").forget_what_was_left
    kept = {"safety": ["push"], "lesson": [], "roster": ["mail", "push", "sms"]}
    left = {key: ["mail", "push"] for key in ("announcement", "privacy")}
    people = list(world.people.values())[:3]
    for person, channels in zip(people, (kept, {"safety": ["mail", "push"]}, kept | left), strict=True):
        Preference.objects.create(person=person, channels=channels)
    change(apps, None)
    assert [Preference.objects.get(person=person).channels for person in people] == [kept, {}, kept]
    settings.LANTIAN_MAIL_URL = ""
    change(apps, None)
    assert Preference.objects.get(person=people[0]).channels == {key: kept[key] for key in ("lesson", "roster")}
