"""The week: one's own lessons day by day, for those who have a timetable."""

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from lantian.kernel.rules import ANONYMOUS
from lantian.portal.home.rules import may_open_timetable
from lantian.portal.home.tests.support import Region, actor_of, assert_allowed, assert_refused, client_of

WITH = ("teacher", "homeroom_teacher", "student", "guardian", "school_head", "school_it")
WITHOUT = ("county", "city", "province", "researcher", "expert", "operator")


@pytest.mark.parametrize("role", WITH)
def test_people_of_a_school_may_open_it(region: Region, role: str) -> None:
    assert_allowed(may_open_timetable, actor_of(region.people[role]))
    assert client_of(region.people[role]).get("/timetable/").status_code == 200


@pytest.mark.parametrize("role", WITHOUT)
def test_others_are_told_where_to_look(region: Region, role: str) -> None:
    assert_refused(may_open_timetable, actor_of(region.people[role]))
    answer = client_of(region.people[role]).get("/timetable/")
    assert answer.status_code == 403
    assert "课程" in answer.content.decode()


def test_strangers_sign_in_first(db: None) -> None:
    assert_refused(may_open_timetable, ANONYMOUS)
    assert Client().get("/timetable/").status_code == 302


def test_the_week_runs_from_monday_and_shows_the_weekend_only_when_it_is_used(region: Region, noon: datetime) -> None:
    client = client_of(region.people["teacher"])
    region.lesson("周三的课", starts=noon + timedelta(days=2))
    text = client.get("/timetable/").content.decode()
    assert text.count('class="week-day') == 5
    assert text.index("周二") < text.index("周三的课") < text.index("周四")
    region.lesson("周六的课", starts=noon + timedelta(days=5))
    assert client.get("/timetable/").content.decode().count('class="week-day') == 6


def test_weeks_can_be_turned(region: Region, noon: datetime) -> None:
    client = client_of(region.people["teacher"])
    region.lesson("下周的课", starts=noon + timedelta(days=7))
    assert "下周的课" not in client.get("/timetable/").content.decode()
    text = client.get("/timetable/?week=2026-12-02").content.decode()
    assert "下周的课" in text
    assert "week=2026-11-23" in text
    for nonsense in ("abc", "9999-01-01", "0001-01-01", "2026-13-40", ""):
        assert client.get(f"/timetable/?week={nonsense}").status_code == 200


def test_a_week_costs_the_same_however_full(region: Region, noon: datetime) -> None:
    client = client_of(region.people["student"])
    client.get("/timetable/")

    def cost() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert client.get("/timetable/").status_code == 200
        return len(seen)

    region.lesson("一节课", starts=noon - timedelta(hours=1))
    few = cost()
    for number in range(16):
        region.lesson(f"课 {number}", starts=noon + timedelta(hours=number))
    assert cost() == few <= 10
