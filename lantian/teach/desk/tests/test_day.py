"""A class screen plays its day by itself: eight periods, one after another, with all that goes otherwise than planned.

The hours between are leapt over: the clocks of the front door's processes, of this one and of the screen's page are set forward
together. Lessons are broadcast at their true pace for a few seconds each, so that minutes of presence are not judged here.
"""

from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from PIL import Image

from lantian.kernel.rules import SYSTEM, Denied
from lantian.people.roster.tests.desk import IN_BROWSER, started
from lantian.people.schedule import services as schedule
from lantian.people.schedule import tasks as schedule_tasks
from lantian.people.schedule.enums import LessonState
from lantian.people.schedule.tests.weeks import an_ordinary_monday
from lantian.teach.desk import tasks as desk_tasks
from lantian.teach.desk.models import Outcome
from lantian.teach.desk.tests.school_day import PAST, PHONE, Broadcast, SchoolDay, Screen, make_school_day, moment
from lantian.teach.live import services as live
from lantian.teach.live.errors import CannotExtend
from lantian.teach.live.models import Attendance, LiveSession
from lantian.teach.live.tests.support import until
from tests.clock.served import Served, served

pytestmark = [*IN_BROWSER, pytest.mark.timeout(240)]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    with started() as browser:
        yield browser


@pytest.fixture
def platform(transactional_db: None, tmp_path: Path) -> Iterator[Served]:
    with served(tmp_path) as running:
        yield running


class Day:
    """What happens in it, in order."""

    def __init__(self, platform: Served, school: SchoolDay, screen: Screen, run_jobs: Any) -> None:
        self.platform, self.school, self.screen, self.run_jobs = platform, school, screen, run_jobs
        self.air: Broadcast | None = None

    def opens(self, period: int, by: Any) -> LiveSession:
        return live.open_live_session(self.school.lesson(period), by=by)

    def begins(self, session: LiveSession, by: Any) -> dict[str, Any]:
        """On the air; what the class sees once the picture is there."""
        self.air = Broadcast(self.platform, session, by)
        return self.screen.sees(lambda seen: seen["playing"], 30)

    def ends(self, clock: str) -> None:
        """The bell rings at that time, and the teacher ends."""
        self.screen.leap(clock)
        assert self.air is not None
        self.air.end()

    def change(self, entry: tuple[int, int], kind: str, **facts: Any) -> None:
        self.school.change(entry, kind, **facts)
        self.run_jobs()


def test_a_screen_plays_its_whole_day_by_itself(chromium: Any, platform: Served, run_jobs: Any) -> None:
    monday = an_ordinary_monday()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")  # those of other tests that came before
    platform.clock.set(moment(monday - timedelta(days=1), "2000").timestamp())
    school = make_school_day(monday)
    run_jobs()
    schedule_tasks.keep(0)
    bring_a_page(school, run_jobs)
    name, code = schedule.issue_screen_code(school.world.rooms[0], by=SYSTEM)

    platform.clock.set(school.moment("0735").timestamp() + PAST)
    screen = Screen(chromium, platform, school)
    day = Day(platform, school, screen, run_jobs)
    screen.sign_in(name, code)
    the_morning(day)
    a_lesson_on_time(day)
    a_late_one(day)
    a_cancelled_one(day)
    a_substituted_one_in_which_the_line_is_cut(day)
    a_moved_one_to_which_the_screen_comes_back(day)
    one_that_runs_into_the_break(day)
    one_whose_teacher_never_comes(day)
    the_last_one(day)

    assert screen.page.evaluate("window.sameAllDay")  # one page, one tap, from the morning on
    assert screen.faults == []
    what_the_desk_knows_in_the_evening(school)


def bring_a_page(school: SchoolDay, run_jobs: Any) -> None:
    picture = BytesIO()
    Image.new("RGB", (960, 540), "#fff").save(picture, "PNG")
    picture.seek(0)
    live.add_page_upload(school.lesson(7), upload=picture, name="习题.png", by=school.teacher("maths"))
    run_jobs()


def the_morning(day: Day) -> None:
    seen = day.screen.sees(lambda seen: seen["task"] == "next")
    assert [seen["next"], seen["clock"]] == ["语文", "07:35"]
    assert len(seen["day"]) == 7
    assert not seen["muted"]
    day.change((0, 3), "cancelled")
    day.change((0, 4), "substitute", teacher=day.school.substitute)
    day.change((2, 2), "moved", to_day=day.school.day, to_period=5)
    day.screen.leap("0745")
    seen = day.screen.sees(lambda seen: len(seen["day"]) == 8)
    assert seen["day"][2] == "09:50英语取消了"
    assert seen["day"][4].startswith("13:30历史")


def a_lesson_on_time(day: Day) -> None:
    teacher = day.school.teacher("chinese")
    day.screen.leap("0752")
    seen = day.screen.sees(lambda seen: seen["task"] == "due")
    assert seen["digits"].startswith("0")  # 08:00 counted down to
    day.screen.leap("0758")
    session = day.opens(1, teacher)
    assert day.screen.sees(lambda seen: seen["task"] == "lesson")["overlay"] == "waiting"
    day.screen.leap("0800")
    assert "语文" in day.begins(session, teacher)["lesson"]
    day.ends("0840")
    assert day.screen.sees(lambda seen: seen["task"] != "lesson")["next"] == "数学"


def a_late_one(day: Day) -> None:
    teacher = day.school.teacher("maths")
    day.screen.leap("0851")
    assert day.screen.sees(lambda seen: seen["digits"] == "老师马上就来")["standby"] is False
    day.screen.leap("0854")
    day.screen.sees(lambda seen: seen["standby"])
    assert PHONE in day.screen.standby.locator(".fault-phone").inner_text()
    day.screen.leap("0857")
    seen = day.begins(day.opens(2, teacher), teacher)
    assert not seen["standby"]
    day.ends("0930")
    day.screen.sees(lambda seen: seen["task"] == "next")


def a_cancelled_one(day: Day) -> None:
    """Nobody waits for it."""
    day.screen.leap("0955")
    seen = day.screen.sees(lambda seen: seen["clock"] == "09:55")
    assert [seen["task"], seen["next"], seen["standby"]] == ["next", "物理", False]


def a_substituted_one_in_which_the_line_is_cut(day: Day) -> None:
    teacher, by = day.school.teacher("physics"), day.school.substitute_actor
    day.screen.leap("1035")
    assert "代老师" in day.screen.sees(lambda seen: seen["task"] == "due")["facts"]
    with pytest.raises(Denied):
        day.opens(4, teacher)
    day.screen.leap("1040")
    day.begins(day.opens(4, by), by)
    day.platform.shut_door()
    day.ends("1120")
    day.screen.leap("1145")
    # nobody is asked: the plan that the screen has, and the clock
    seen = day.screen.sees(lambda seen: seen["task"] == "next" and seen["line"], 20)
    assert [seen["next"], seen["clock"]] == ["历史", "11:45"]


def a_moved_one_to_which_the_screen_comes_back(day: Day) -> None:
    teacher = day.school.teacher("history")
    day.screen.leap("1325")
    assert day.screen.sees(lambda seen: seen["task"] == "due")["next"] == "历史"
    day.screen.leap("1330")
    session = day.opens(5, teacher)
    day.air = Broadcast(day.platform, session, teacher)
    day.platform.open_door()
    seen = day.screen.sees(lambda seen: seen["playing"], 30)
    assert "历史" in seen["lesson"]
    assert seen["line"] == ""
    day.ends("1410")
    day.screen.sees(lambda seen: seen["task"] != "lesson")


def one_that_runs_into_the_break(day: Day) -> None:
    teacher = day.school.teacher("biology")
    day.screen.leap("1420")
    session = day.opens(6, teacher)
    day.begins(session, teacher)
    day.screen.leap("1457")
    with pytest.raises(CannotExtend) as refused:  # the class has another lesson by then
        live.extend_live_session(session.pk, minutes=30, by=teacher)
    assert "15:30" in str(refused.value)
    assert live.extend_live_session(session.pk, minutes=10, by=teacher).planned_end == day.school.moment("1510")
    day.screen.leap("1505")
    assert "生物" in day.screen.sees(lambda seen: seen["clock"] == "15:05")["lesson"]
    assert day.air is not None
    assert any(message["t"] == "planned" for message in day.air.heard)
    day.ends("1510")
    assert day.screen.sees(lambda seen: seen["task"] != "lesson")["next"] == "数学"


def one_whose_teacher_never_comes(day: Day) -> None:
    """The class sees what it can do: the replay of this morning's lesson, the sheet brought for this one, whom to call."""
    day.screen.leap("1524")
    day.screen.sees(lambda seen: seen["standby"])
    room = day.screen.standby
    assert PHONE in room.locator(".fault-phone").inner_text()
    picture = room.locator(".standby-pages img")
    picture.scroll_into_view_if_needed()
    assert picture.evaluate("async (picture) => { await picture.decode(); return picture.naturalWidth; }") == 960
    room.get_by_role("link", name="看上一课的回放").click()
    room.locator("video").wait_for()
    day.screen.page.wait_for_timeout(1500)
    assert room.locator("video").evaluate("(video) => video.readyState") >= 2
    day.screen.leap("1600")
    seen = day.screen.sees(lambda seen: not seen["standby"])
    assert [seen["task"], seen["next"]] == ["due", "音乐"]


def the_last_one(day: Day) -> None:
    """Somebody left the desk's page open in the break: the lesson closes it."""
    teacher = day.school.teacher("music")
    day.screen.page.mouse.move(640, 300)  # the buttons come when somebody touches the screen
    day.screen.page.click(".ls-bar >> text=报告故障")
    day.screen.sees(lambda seen: seen["over"])
    session = day.opens(8, teacher)
    day.screen.leap("1610")
    day.begins(session, teacher)
    day.screen.sees(lambda seen: not seen["over"], 3)
    day.ends("1650")
    assert day.screen.sees(lambda seen: seen["task"] == "free")["next"] == "今天的课上完了"


def what_the_desk_knows_in_the_evening(school: SchoolDay) -> None:
    group = school.world.groups[0]
    until(lambda: not LiveSession.objects.exclude(stream__state="closed").exists(), 20, "books stay open")
    desk_tasks.settle(0)
    rows = Outcome.objects.filter(class_group=group).order_by("lesson__starts_at").select_related("lesson")
    assert [(row.lesson.period_no, row.held) for row in rows] == [
        (1, True), (2, True), (4, True), (5, True), (6, True), (7, False), (8, True)
    ]  # fmt: skip
    assert rows[5].cause == "never_opened"
    there = Attendance.objects.filter(class_group=group, kind="class").order_by("session__opened_at")
    assert [row.session.lesson.period_no for row in there.select_related("session__lesson")] == [1, 2, 4, 5, 6, 8]
    assert school.lesson(3).state == LessonState.CANCELLED
    assert school.lesson(6).ends_at == school.moment("1510")
