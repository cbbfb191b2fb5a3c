"""Timetables over HTTP: the week of each role, a day changed, a draft filled and published, pairings, calendar addresses."""

import re
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar

from lantian.kernel.rules import SYSTEM
from lantian.kernel.tests.verdicts import assert_allowed, assert_refused
from lantian.people.roster.tests.factories import acting_as, with_account
from lantian.people.roster.tests.world import World, make_world
from lantian.people.schedule import rules, services
from lantian.people.schedule.enums import AlliancePart, TimetableState
from lantian.people.schedule.models import CalendarFeed, Pairing, PairingChoice, Timetable, TimetableEntry
from lantian.people.schedule.services import EntryRow
from lantian.people.schedule.tests.weeks import PERIODS
from tests.kept import Keep, Kept

pytestmark = pytest.mark.django_db
MONDAY = date(2027, 3, 8)


def on_that_monday(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(timezone, "localdate", lambda value=None, *_: value.date() if value else MONDAY)


def a_city_with_bells() -> World:
    with pytest.MonkeyPatch.context() as patch:
        on_that_monday(patch)
        world = make_world()
        services.set_bells(
            world.city, name="全市", first=MONDAY - timedelta(days=30), last=None, periods=PERIODS, by=SYSTEM
        )
        return world


@pytest.fixture(scope="session")
def kept_world(keep: Keep) -> Kept[World]:
    return keep(a_city_with_bells)


@pytest.fixture
def world(db: None, kept_world: Kept[World], monkeypatch: pytest.MonkeyPatch, settings: Any) -> World:
    settings.LANTIAN_DEMO = True  # a second factor is another test's matter
    on_that_monday(monkeypatch)
    return kept_world.back()


def entry(world: World, group: str, weekday: int, period: int, subject: str = "maths") -> EntryRow:
    return EntryRow(weekday, period, world.classes[group].pk, subject, world.teacher.pk)


@pytest.fixture
def published(world: World) -> Timetable:
    made = services.draft_timetable(
        world.east, name="春季课表", first=MONDAY - timedelta(days=7), last=MONDAY + timedelta(days=60), by=SYSTEM
    )
    rows = [entry(world, "east1", 0, 1), entry(world, "east1", 2, 3, "chinese"), entry(world, "east2", 0, 2)]
    services.set_entries(made, rows=rows, by=SYSTEM)
    return services.publish_timetable(made, by=SYSTEM)


def client_of(world: World, name: str) -> Client:
    client = Client()
    client.force_login(with_account(world.people[name]))
    return client


def text(client: Client, address: str, **data: str) -> str:
    response = client.get(address, data)
    assert response.status_code == 200
    return response.content.decode()


WEEK = "/timetable/"


@pytest.mark.parametrize(
    ("who", "shown", "hidden"),
    [
        ("teacher", ["三年级1班", "三年级2班", "09:00–09:40", "10:00–10:40"], ["订阅地址已"]),
        ("jia", ["数学", "语文", "第 3 节"], ["三年级2班"]),
        ("mother", ["数学", "语文"], []),
        ("head", ["数学", "调整这节课"], []),
        ("stranger", ["没有课"], ["数学"]),
    ],
)
def test_everybody_finds_the_own_week(
    world: World, published: Timetable, who: str, shown: list[str], hidden: list[str]
) -> None:
    page = text(client_of(world, who), WEEK)
    names = {"三年级1班": str(world.east1), "三年级2班": str(world.east2)}
    for words in shown:
        assert names.get(words, words) in page
    for words in hidden:
        assert names.get(words, words) not in page


def test_a_period_that_is_over_steps_back_though_nobody_made_a_lesson_of_it(
    world: World, published: Timetable, monkeypatch: pytest.MonkeyPatch
) -> None:
    between = timezone.make_aware(datetime.combine(MONDAY, time(9, 50)))
    monkeypatch.setattr(timezone, "now", lambda: between)
    page = text(client_of(world, "teacher"), WEEK)
    assert re.findall(r'class="week-item( is-done)?"', page) == [" is-done", "", ""]


def test_an_officer_is_led_to_the_schools(world: World, published: Timetable) -> None:
    client = client_of(world, "officer")
    assert client.get(WEEK).headers["Location"] == reverse("schedule_timetables")
    assert "春季课表" in text(client, reverse("schedule_timetables"))
    assert "春季课表" not in text(client_of(world, "other_officer"), reverse("schedule_timetables"))
    assert Client().get(WEEK).status_code == 302


def test_weeks_are_turned_and_nonsense_is_this_week(world: World, published: Timetable) -> None:
    client = client_of(world, "jia")
    assert "week=2027-03-15" in text(client, WEEK)
    assert "3月15日" in text(client, WEEK, week="2027-03-17")
    for nonsense in ("abc", "9999-01-01", "2027-13-40", ""):
        assert "3月8日" in text(client, WEEK, week=nonsense)


def test_other_peoples_classes_do_not_exist(world: World, published: Timetable) -> None:
    client = client_of(world, "jia")
    assert client.get(WEEK, {"class": str(world.east2.pk)}).status_code == 404
    assert client.get(WEEK, {"class": "nonsense"}).status_code == 404
    assert client_of(world, "other_head").get(reverse("schedule_timetable", args=[published.pk])).status_code == 404


def test_a_week_costs_the_same_however_full(world: World, published: Timetable) -> None:
    client = client_of(world, "head")

    def cost() -> int:
        with CaptureQueriesContext(connection) as seen:
            text(client, WEEK)
        return len(seen)

    cost()  # the first page of a session writes when it was last seen
    few = cost()
    services.withdraw_timetable(published, by=SYSTEM, reason="x")
    fuller = services.draft_timetable(world.east, name="满", first=MONDAY, last=MONDAY + timedelta(days=30), by=SYSTEM)
    rows = [EntryRow(day, period, world.east1.pk, "chinese") for day in range(5) for period in range(1, 8)]
    services.set_entries(fuller, rows=rows, by=SYSTEM)
    services.publish_timetable(fuller, by=SYSTEM)
    assert cost() == few <= 20


def test_a_head_changes_one_day_and_takes_it_back(world: World, published: Timetable) -> None:
    client = client_of(world, "head")
    row = TimetableEntry.objects.get(class_group=world.east1, weekday=0)
    address = reverse("schedule_change_day", args=[row.pk, MONDAY])
    assert str(row.teacher.name) in text(client, address)
    wrong = client.post(address, {"kind": "substitute", "reason": "生病"})
    assert "请选择另一位老师代课" in wrong.content.decode()
    assert not row.changes.exists()
    done = client.post(address, {"kind": "substitute", "teacher": str(world.homeroom.pk), "reason": "生病"})
    assert done.status_code == 302
    assert "代课" in text(client, done.headers["Location"])
    assert "恢复原来的安排" in text(client, address)
    assert client.post(address, {"kind": "back"}).status_code == 302
    assert not row.changes.exists()
    for who in ("teacher", "jia"):
        assert client_of(world, who).post(address, {"kind": "cancelled", "reason": "x"}).status_code == 403
    assert client_of(world, "other_head").get(address).status_code == 404


def test_a_draft_is_made_filled_by_cells_and_published(world: World) -> None:
    client = client_of(world, "school_it")
    facts = {"name": "新课表", "first": "2027-03-08", "last": "2027-07-02"}
    wrong = client.post(reverse("schedule_timetable_new"), facts | {"last": "2027-01-01"})
    assert "结束不能早于开始" in wrong.content.decode()
    address = client.post(reverse("schedule_timetable_new"), facts).headers["Location"]
    made = Timetable.objects.get()
    assert made.organization == world.east
    cell = reverse("schedule_cell", args=[made.pk, world.east1.pk, 0, 1])
    assert cell in text(client, address)
    teacher = str(world.teacher.pk)
    assert client.post(cell, {"subject": "maths", "teacher": teacher, "weeks": "odd"}).status_code == 302
    client.post(cell, {"subject": "art", "weeks": "even"})
    assert {(row.subject, row.weeks) for row in made.entries.all()} == {("maths", "odd"), ("art", "even")}
    client.post(cell, {"subject": "maths", "teacher": teacher, "weeks": "every"})
    assert [(row.subject, row.weeks) for row in made.entries.all()] == [("maths", "every")]
    other = reverse("schedule_cell", args=[made.pk, world.east2.pk, 0, 1])
    client.post(other, {"subject": "maths", "teacher": teacher, "weeks": "every"})
    assert "有 1 处冲突" in text(client, address)
    act = reverse("schedule_timetable_act", args=[made.pk])
    assert "1 处冲突" in client.post(act, {"act": "publish"}, follow=True).content.decode()
    client.post(other, {"subject": "", "weeks": "every"})
    client.post(act, {"act": "publish"})
    made.refresh_from_db()
    assert made.state == TimetableState.PUBLISHED
    assert cell not in text(client, address)
    client.post(act, {"act": "withdraw"})
    made.refresh_from_db()
    assert made.state == TimetableState.WITHDRAWN
    for wrong_place in ((7, 1), (0, 0), (0, 21)):
        assert client.get(reverse("schedule_cell", args=[made.pk, world.east1.pk, *wrong_place])).status_code == 404


def test_bells_are_written_as_on_a_notice_board(world: World) -> None:
    client = client_of(world, "head")
    address = reverse("schedule_bells")
    assert "09:00-09:40" in text(client, address)
    facts = {"name": "夏季", "first": "2027-03-08"}
    for lines, words in (
        ("八点", "看不懂这一行：八点"),
        ("25:00-26:00", "没有这样的时间"),
        ("9:00-8:00", "要晚于开始时间"),
        ("\n".join(["8:00-8:40"] * 21), "最多二十节"),
    ):
        assert words in client.post(address, facts | {"periods": lines}).content.decode()
    client.post(address, facts | {"periods": "8:20-9:00\n\n9：10—9：50 大课间"})
    page = text(client, address)
    assert "08:20-09:00\n09:10-09:50 大课间" in page
    assert client_of(world, "teacher").get(address).status_code == 403
    assert client.get(address, {"school": str(world.west.pk)}).status_code in {403, 404}


def alliance_of(world: World):
    made = services.create_alliance(
        name="数学联盟",
        stage="primary",
        lead=world.east,
        starts_on=MONDAY,
        ends_on=MONDAY + timedelta(days=90),
        by=SYSTEM,
    )
    services.add_alliance_member(made, organization=world.east, part=AlliancePart.SENDING, by=SYSTEM)
    services.add_alliance_member(made, organization=world.west, part=AlliancePart.RECEIVING, by=SYSTEM)
    return made


def test_a_head_pairs_classes_and_the_receiving_school_settles(world: World, published: Timetable) -> None:
    alliance = alliance_of(world)
    client, address = client_of(world, "head"), reverse("schedule_pairings", args=[alliance.pk])
    facts = {
        "subject": "maths",
        "sender": str(world.east1.pk),
        "receivers": [str(world.west1.pk)],
        "first": "2027-03-08",
        "last": "2027-06-01",
    }
    assert client.post(address, facts | {"last": "2029-01-01"}).status_code == 200
    assert client.post(address, facts).status_code == 302
    assert "已经从别的班接收" in client.post(address, facts).content.decode()
    theirs = services.draft_timetable(
        world.west, name="西小学", first=MONDAY, last=MONDAY + timedelta(days=60), by=SYSTEM
    )
    services.set_entries(theirs, rows=[EntryRow(0, 1, world.west1.pk, "art")], by=SYSTEM)
    services.publish_timetable(theirs, by=SYSTEM)
    pairing = Pairing.objects.get()
    settle = reverse("schedule_settle", args=[pairing.pk, 0, 1])
    receiving = client_of(world, "other_head")
    page = text(receiving, address)
    assert "本班这一节有别的课" in page
    assert settle in page
    for weekday, period in ((99, 1), (0, 0), (0, 99)):
        nowhere = reverse("schedule_settle", args=[pairing.pk, weekday, period])
        assert receiving.post(nowhere, {"settlement": "replay"}).status_code == 404
    assert receiving.post(settle, {"settlement": "replay", "note": "下午看"}).status_code == 302
    assert PairingChoice.objects.get().settlement == "replay"
    assert "本班这一节有别的课" not in text(receiving, address)
    assert receiving.post(reverse("schedule_pairing_end", args=[pairing.pk])).status_code == 403
    assert client.post(reverse("schedule_pairing_end", args=[pairing.pk])).status_code == 302
    assert client_of(world, "other_officer").get(address).status_code == 404


def test_a_calendar_reads_the_week_by_a_secret_address(world: World, published: Timetable) -> None:
    client = client_of(world, "teacher")
    page = client.post(reverse("schedule_subscribe"), {"act": "open"}).content.decode()
    found = re.search(r'value="http://testserver(/timetable/feeds/[^"]+\.ics)"', page)
    assert found
    secret = found[1].rsplit("/", 1)[1].removesuffix(".ics")
    assert secret not in str(list(CalendarFeed.objects.values()))
    answer = Client().get(found[1])
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    events = Calendar.from_ical(answer.content).walk("VEVENT")
    assert {str(event["SUMMARY"]) for event in events} == {
        f"数学 {world.east1}",
        f"数学 {world.east2}",
        f"语文 {world.east1}",
    }
    client.post(reverse("schedule_subscribe"), {"act": "open"})
    assert Client().get(found[1]).status_code == 404
    client.post(reverse("schedule_subscribe"), {"act": "close"})
    assert not CalendarFeed.objects.exists()


def test_a_feed_of_an_account_that_was_closed_answers_no_more(world: World, published: Timetable) -> None:
    client = client_of(world, "jia")
    page = client.post(reverse("schedule_subscribe"), {"act": "open", "class": str(world.east1.pk)}).content.decode()
    address = re.search(r"/timetable/feeds/[^\"]+\.ics", page)[0]
    assert len(Calendar.from_ical(Client().get(address).content).walk("VEVENT")) > 5
    feed = CalendarFeed.objects.get()
    feed.account.is_active = False
    feed.account.save(update_fields=["is_active"])
    assert Client().get(address).status_code == 404


def test_one_subscribes_to_the_own_week_and_the_own_classes(world: World) -> None:
    assert_allowed(rules.may_subscribe, acting_as(world.teacher))
    assert_allowed(rules.may_subscribe, acting_as(world.jia), world.east1)
    assert_allowed(rules.may_subscribe, acting_as(world.mother), world.east1)
    assert_refused(rules.may_subscribe, acting_as(world.jia), world.east2, because="不对您开放")
    assert_refused(rules.may_subscribe, acting_as(world.other_head), world.east1)
