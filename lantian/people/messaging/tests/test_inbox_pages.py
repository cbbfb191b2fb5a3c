"""The inbox, one message, and a notice from its form to its receipts, over HTTP."""

import re
from datetime import time

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from django.contrib.auth import login
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from lantian.people.identity.models import Account
from lantian.people.messaging import services
from lantian.people.messaging.engine import webpush
from lantian.people.messaging.engine.audience import Audience
from lantian.people.messaging.enums import DEVICE_COOKIE, Category, Group
from lantian.people.messaging.models import Delivery, Notice, Preference, PushDevice, Receipt
from lantian.people.messaging.tests.conftest import names, text
from lantian.people.roster.tests.factories import with_account

FAMILIES = (Group.STUDENT, Group.GUARDIAN)


def to_east1(world, **more):
    values = {"title": "家长会", "body": "周五三点，见 https://example.cn/a 。<b>请到</b>"} | more
    return services.send_notice(
        audience=Audience.of(classes=[world.east1.pk], to=FAMILIES), by=world.act("teacher"), **values
    )


def test_the_bell_counts_what_is_unread_and_the_list_says_about_which_child(world, as_):
    to_east1(world, needs_confirmation=True)
    to_east1(world, title="明天体检")
    client = as_("mother")
    page = text(client.get("/inbox/"))
    assert "消息，2 条未读" in page
    assert 'data-label="关于"' in page
    assert 'data-label="关于"' not in text(as_("jia").get("/inbox/")), "who has no children is told nothing about them"
    assert page.count(world.jia.name) == 2
    notice = Notice.objects.get(title="明天体检")
    page = text(client.get(f"/inbox/{notice.pk}/"))
    assert "明天体检" in page
    assert "1 条未读" in text(client.get("/inbox/"))
    assert "明天体检" not in text(client.get("/inbox/?state=unread"))
    assert "明天体检" in text(client.get("/inbox/?q=体检"))
    assert "明天体检" not in text(client.get("/inbox/?state=open"))
    assert "家长会" not in text(client.get("/inbox/?category=safety"))


def queries_of(client, address):
    with CaptureQueriesContext(connection) as queries:
        text(client.get(address))
    return [query["sql"] for query in queries]


def test_the_bell_costs_no_query_and_the_list_a_fixed_number(world, as_):
    client = as_("mother")
    to_east1(world)
    for address in ("/inbox/", "/me/"):
        text(client.get(address))
    bell = [sql for sql in queries_of(client, "/me/") if "messaging_" in sql]
    assert len(bell) == 1
    assert 'FROM "identity_account"' in bell[0], "read along with the account"
    few = queries_of(client, "/inbox/")
    for number in range(5):
        to_east1(world, title=f"通知{number}")
    assert len(queries_of(client, "/inbox/")) == len(few) <= 10


def test_words_are_shown_as_words_and_addresses_as_links(world, as_):
    notice = to_east1(world)
    page = text(as_("jia").get(f"/inbox/{notice.pk}/"))
    assert "&lt;b&gt;请到&lt;/b&gt;" in page
    assert 'href="https://example.cn/a"' in page


def test_a_guardian_confirms_and_puts_away(world, as_):
    notice = to_east1(world, needs_confirmation=True)
    client, address = as_("mother"), f"/inbox/{notice.pk}/"
    assert "我已知悉" in text(client.get(address))
    assert "确认收到的通知" in text(client.get("/today/"))
    client.post(f"{address}act/", {"do": "confirm"})
    assert "我已知悉" not in text(client.get(address))
    client.post(f"{address}act/", {"do": "archive"})
    assert "家长会" not in text(client.get("/inbox/"))
    assert "家长会" in text(client.get("/inbox/?archive=1"))
    client.post(f"{address}act/", {"do": "back"})
    assert "家长会" in text(client.get("/inbox/"))


def test_an_empty_archive_says_how_messages_come_into_it(as_):
    assert "没有归档的消息" in text(as_("head").get("/inbox/?archive=1"))
    assert "没有归档的消息" not in text(as_("head").get("/inbox/"))


def test_many_are_marked_read_and_archived_at_once_and_only_ones_own(world, as_):
    for number in range(3):
        to_east1(world, title=f"通知{number}")
    client = as_("mother")
    others = list(Receipt.objects.filter(person=world.jia).values_list("pk", flat=True))
    client.post("/inbox/act/", {"do": "archive", "pick": others})
    assert not Receipt.objects.filter(archived_at__isnull=False).exists()
    client.post("/inbox/act/", {"do": "read_all"})
    assert Receipt.objects.filter(person=world.mother, read_at__isnull=True).count() == 0
    assert Receipt.objects.filter(person=world.jia, read_at__isnull=True).count() == 3
    client.post("/inbox/act/", {"do": "archive", "whole": "1", "query": "q=通知1"})
    assert list(Receipt.objects.filter(archived_at__isnull=False).values_list("notice__title", flat=True)) == ["通知1"]


def test_what_is_not_ones_own_does_not_exist(world, as_):
    notice = to_east1(world)
    assert as_("bing").get(f"/inbox/{notice.pk}/").status_code == 404
    assert as_("bing").post(f"/inbox/{notice.pk}/act/", {"do": "confirm"}).status_code == 404
    assert as_("other_head").get(f"/notices/{notice.pk}/").status_code == 404
    assert as_("other_head").get(f"/notices/{notice.pk}/recipients/").status_code == 404
    assert as_("mother").get("/notices/new/").status_code == 403


def test_a_teacher_writes_sees_whom_it_reaches_and_then_who_has_read_it(world, as_):
    client = as_("teacher")
    form = {
        "where": [f"class:{world.east1.pk}"],
        "to": ["guardian", "student"],
        "category": "announcement",
        "title": "家长会",
        "body": "周五三点",
        "needs_confirmation": "on",
    }
    page = text(client.get(f"/notices/new/?to=class:{world.east1.pk}"))
    assert re.search(rf'value="class:{world.east1.pk}"[^>]*checked', page)
    page = text(client.post("/notices/new/", form))
    assert "将发给 3 人" in page
    assert not Notice.objects.exists()
    response = client.post("/notices/new/", form | {"sure": "1"})
    notice = Notice.objects.get()
    assert response.headers["Location"] == f"/notices/{notice.pk}/"
    assert names(world, notice) == ["jia", "mother", "yi"]
    as_("mother").post(f"/inbox/{notice.pk}/act/", {"do": "confirm"})
    page = text(client.get(f"/notices/{notice.pk}/"))
    assert "提醒未读的 2 人" in page
    assert world.east1.name in page
    assert "家长会" in text(client.get("/notices/"))
    address = f"/notices/{notice.pk}/recipients/"
    people = text(client.get(f"{address}?place={world.east1.pk}"))
    assert world.yi.name in people
    assert "甲母" not in people, "who a pupil's guardians are is not a subject teacher's to know"
    assert "另有 1 人只计入人数" in people
    people = text(as_("head").get(f"{address}?state=confirmed&place={world.east1.pk}"))
    assert "甲母" in people
    assert world.yi.name not in people
    assert "只计入人数" not in people
    client = as_("teacher")
    taken = client.get(f"/notices/{notice.pk}/recipients/?export=csv")
    taken = b"".join(taken.streaming_content).decode("utf-8-sig")
    assert "甲母" not in taken
    assert world.teacher.name in taken.splitlines()[-1], "the file says who took it"


def test_the_form_refuses_what_the_rule_refuses_and_keeps_what_was_written(world, as_):
    client = as_("teacher")
    form = {
        "where": [f"class:{world.west1.pk}"],
        "to": ["guardian"],
        "category": "lesson",
        "title": "题",
        "body": "留着",
    }
    page = text(client.post("/notices/new/", form))
    assert "留着" in page
    assert not Notice.objects.exists()
    page = text(client.post("/notices/new/", form | {"where": [f"class:{world.east1.pk}"], "to": ["school_head"]}))
    assert "留着" in page


@pytest.mark.parametrize(
    ("name", "offered"),
    [("teacher", ["三年级1班", "三年级2班"]), ("head", ["东小学", "三年级1班"]), ("officer", ["涪城区", "西小学"])],
)
def test_each_role_is_offered_the_places_it_may_write_to(world, as_, name, offered):
    page = text(as_(name).get("/notices/new/"))
    for place in offered:
        assert place in page


def test_a_region_is_told_in_the_background_and_can_be_stopped(world, as_, run_jobs):
    client = as_("officer")
    form = {
        "where": [f"unit:{world.fucheng.pk}"],
        "to": ["staff"],
        "category": "safety",
        "title": "暴雨",
        "body": "注意",
    }
    client.post("/notices/new/", form | {"urgent": "on", "sure": "1"})
    notice = Notice.objects.get()
    address = reverse("messaging_notice", args=[notice.pk])
    assert "正在逐校发送" in text(client.get(address))
    assert "正在逐校发送" in text(client.get(f"{address}?part=progress"))
    client.post(f"{address}act/", {"do": "stop"})
    run_jobs()
    notice.refresh_from_db()
    assert (notice.state, notice.recipients) == ("stopped", 0)
    assert client.get(f"{address}?part=progress").headers["HX-Refresh"] == "true"


def test_the_class_page_leads_a_teacher_to_a_notice(world, as_):
    page = text(as_("teacher").get(f"/classes/{world.east1.pk}/"))
    assert f"/notices/new/?to=class:{world.east1.pk}" in page
    assert "/notices/new/" not in text(as_("mother").get(f"/classes/{world.east1.pk}/"))


def test_a_withdrawn_notice_is_gone_from_the_inbox_and_its_address(world, as_):
    notice = to_east1(world)
    teacher, mother = as_("teacher"), as_("mother")
    text(mother.get(f"/inbox/{notice.pk}/"))
    teacher.post(f"/notices/{notice.pk}/act/", {"do": "withdraw"})
    assert mother.get(f"/inbox/{notice.pk}/").status_code == 404
    assert "已撤回" in text(teacher.get(f"/notices/{notice.pk}/"))


def test_how_one_is_told_is_chosen_by_category_and_channel(world, as_):
    client = as_("mother")
    assert "消息提醒" in text(client.get("/me/"))
    page = text(client.get("/inbox/settings/"))
    assert 'name="by_lesson"' in page
    form = {
        "do": "save",
        "by_lesson": ["mail"],
        "quiet_from": "21:00",
        "quiet_to": "06:30",
        "digest": "weekly",
        "digest_at": "08:00",
        "digest_day": "6",
    }
    assert client.post("/inbox/settings/", form).status_code == 302
    wish = Preference.objects.get()
    assert (wish.channels["lesson"], wish.channels["safety"]) == (["mail"], [])
    assert (wish.quiet_from, wish.digest, wish.digest_day) == (time(21), "weekly", 6)
    assert "请检查" in text(client.post("/inbox/settings/", {"do": "mail", "mail": "nobody"}))
    client.post("/inbox/settings/", {"do": "mail", "mail": "mother@example.cn"})
    assert "等待确认" in text(client.get("/inbox/settings/"))


def test_other_hours_of_rest_leave_the_text_message_of_an_urgent_notice(world, as_, settings):
    settings.LANTIAN_SMS, settings.LANTIAN_SMS_URL = "http", "http://127.0.0.1:1/"
    form = {
        "do": "save",
        "quiet_from": "21:00",
        "quiet_to": "06:30",
        "digest": "none",
        "digest_at": "08:00",
        "digest_day": "0",
    }
    usual = {f"by_{category}": ["mail", "push"] for category in Category.values}
    assert as_("mother").post("/inbox/settings/", form | usual).status_code == 302
    assert Preference.objects.get().quiet_from == time(21)
    said = {"title": "停课避雨", "body": "请在家等候", "category": "safety", "urgency": "urgent"}
    services.send_notice(
        audience=Audience.of(classes=[world.east1.pk], to=[Group.GUARDIAN]), by=world.act("teacher"), **said
    )
    assert list(Delivery.objects.values_list("channel", flat=True)) == ["sms"]


def test_nobody_floods_an_address_with_letters(world, as_, settings):
    settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | {"confirm_mail": "2/h/user"}
    client = as_("mother")
    for number in range(2):
        assert client.post("/inbox/settings/", {"do": "mail", "mail": f"other{number}@example.cn"}).status_code == 302
    assert "请过一小时再试" in text(client.post("/inbox/settings/", {"do": "mail", "mail": "other3@example.cn"}))
    assert Preference.objects.get().mail == "other1@example.cn"
    assert client.post("/inbox/settings/", {"do": "mail", "mail": ""}).status_code == 302


def test_a_browser_says_that_it_takes_messages_and_that_it_does_no_more(world, as_):
    client = as_("mother")
    key = ec.generate_private_key(ec.SECP256R1()).public_key()
    keys = {"p256dh": webpush.to_text(webpush.point_of(key)), "auth": webpush.to_text(b"0" * 16)}
    told = {"endpoint": "https://fcm.googleapis.com/fcm/send/x", "keys": keys}
    for _ in range(2):
        assert client.post("/inbox/settings/device/", told, content_type="application/json").status_code == 200
    assert PushDevice.objects.get().person == world.mother
    deep = "[" * 8000
    for nonsense in (
        {"endpoint": "https://10.0.0.1/x", "keys": keys},
        {"endpoint": told["endpoint"], "keys": []},
        {},
        deep,
    ):
        assert client.post("/inbox/settings/device/", nonsense, content_type="application/json").status_code == 400
    client.post("/inbox/settings/device/", told | {"end": True}, content_type="application/json")
    assert not PushDevice.objects.exists()
    script = as_("mother").get("/sw.js")
    assert script.headers["Content-Type"] == "text/javascript"
    assert b"showNotification" in script.content
    assert b"/offline/" in script.content


def takes_messages(client):
    key = ec.generate_private_key(ec.SECP256R1()).public_key()
    keys = {"p256dh": webpush.to_text(webpush.point_of(key)), "auth": webpush.to_text(b"0" * 16)}
    told = {"endpoint": "https://fcm.googleapis.com/fcm/send/x", "keys": keys}
    assert client.post("/inbox/settings/device/", told, content_type="application/json").status_code == 200


def test_a_browser_takes_no_messages_for_whoever_has_signed_out(world, as_):
    client = as_("mother")
    takes_messages(client)
    client.post("/accounts/logout/")
    assert not PushDevice.objects.exists()


def test_a_browser_takes_no_messages_for_the_one_before_when_another_signs_in(world, as_, settings):
    client = as_("mother")
    takes_messages(client)
    for account, kept in (
        (Account.objects.get(person=world.mother), True),
        (with_account(world.jia), False),
    ):
        request = RequestFactory().get("/")  # the session before ran out, nobody signed out
        request.COOKIES = {DEVICE_COOKIE: client.cookies[DEVICE_COOKIE].value}
        request.session = SessionStore()
        login(request, account, backend=settings.AUTHENTICATION_BACKENDS[0])
        assert PushDevice.objects.exists() is kept


def test_who_has_messages_is_led_to_how_they_come(world, as_):
    assert reverse("messaging_settings") in text(as_("mother").get("/inbox/"))


def test_who_has_to_choose_a_password_first_is_sent_there_by_pages_but_not_by_what_a_browser_asks_itself(world, as_):
    client, account = as_("mother"), Account.objects.get(person=world.mother)
    account.must_set_password = True
    account.save()
    assert client.get("/inbox/").status_code == 302
    for address in ("/sw.js", "/manifest.webmanifest", "/offline/"):
        assert client.get(address).status_code == 200, address
