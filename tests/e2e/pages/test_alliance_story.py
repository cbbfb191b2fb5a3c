"""The office ties a strong school to far ones for the year: classes are paired, what does not fit is settled, the lessons follow
the timetable; the week is read, and a mother looks at an open series. What is done in the lessons is told in tests/e2e/live."""

import re
import time
from typing import Any

import pytest
from playwright import sync_api as playwright

from tests.e2e.pages.conftest import Enter
from tests.e2e.pages.test_roster_story import fits, say_yes
from tests.e2e.pages.walk import DESK, PHONE

expect = playwright.expect
NAME = f"全市小学英语同步课堂{time.strftime('%H%M%S')}"  # may be run again on the same platform
MANY = 26


def tick(page: Any, *words: str) -> int:
    """Search a long group of boxes for each of these, and tick all that is found; returns how many there are."""
    ticked = 0
    for each in words:
        page.locator("[data-choices] input[type=search]").fill(each)
        ticked += page.locator(".choices-long .choice:visible").count()
        page.get_by_role("button", name="选中列出的").click()
        expect(page.locator("[data-choices] [role=status]")).to_have_text(f"已选 {ticked} 项")
    return ticked


@pytest.mark.timeout(180)
def test_an_office_ties_a_strong_school_to_far_ones_and_lessons_follow(enter: Enter) -> None:
    office = enter("city", DESK)
    office.goto("/alliances/")
    office.get_by_role("link", name="建立联盟").click()
    office.get_by_label("联盟名称").fill(NAME)
    office.get_by_label(re.compile("^专递课堂")).check()
    office.get_by_label("学段").select_option("primary")
    office.get_by_role("button", name="建立", exact=True).click()

    # the strong school, then far ones in one go
    assert tick(office, "南河路小学") == 1
    office.get_by_label("主讲").check()
    fits(office, looked_at=True)
    office.get_by_role("button", name="加入联盟").click()
    expect(office.locator("main")).to_contain_text("1 所学校已加入联盟")
    alliance = office.url
    office.get_by_role("link", name="添加学校").click()
    joined = tick(office, "中心小学", "九年制学校")
    assert joined >= MANY
    office.get_by_role("button", name="加入联盟").click()
    expect(office.locator("main")).to_contain_text(f"{joined} 所学校已加入联盟")

    # class by class, one subject; which periods do not fit is said at once
    office.get_by_role("link", name="结对").first.click()
    office.get_by_label("学科").select_option("english")
    office.get_by_label("主讲班级").select_option(label="南河路小学 五年级1班")
    paired = tick(office, "五年级")
    office.get_by_role("button", name="结对", exact=True).click()
    expect(office.locator("main")).to_contain_text(f"已配对 {paired} 个班")
    rows = office.locator("main tr", has_text="英语").filter(has=office.get_by_role("link", name="处理", exact=True))
    left = rows.count()
    assert left > 0
    klass = rows.first.locator("th").inner_text()
    rows.first.get_by_role("link", name="处理", exact=True).click()
    office.get_by_label("不接收直播，另找时间看回放").check()
    office.get_by_role("button", name="记下").click()
    expect(rows).to_have_count(left - 1)
    expect(office.locator("main")).to_contain_text(f"{klass} · 英语")
    fits(office)

    # the sending school's timetable flows into theirs; when it ends again, what that stops is said before
    office.goto(alliance)
    office.get_by_role("link", name="提前结束").click()
    lessons = office.locator("main table", has_text="南河路小学").locator("tbody tr")
    for _second in range(30):
        if lessons.count():
            break
        office.wait_for_timeout(1000)
        office.reload()
    assert lessons.count() >= 2
    fits(office, looked_at=True)
    office.get_by_label("原因").fill("演示结束")
    office.get_by_role("button", name="结束联盟").click()
    say_yes(office)
    expect(office.locator("main")).to_contain_text("联盟结束了")


def go_down(officer: Any, table: str) -> str:
    """To the first line of a table of the week; returns its name."""
    line = officer.get_by_role("table", name=table, exact=True).locator("tbody th a").first
    name = str(line.inner_text())
    line.click()
    return name


def test_the_week_is_read_by_alliance_county_school_and_class_down_to_why_a_lesson_failed(enter: Enter) -> None:
    officer = enter("city", DESK)
    officer.goto("/desk/week/")
    officer.get_by_role("link", name="上一周").click()
    while officer.get_by_text("这段时间没有接收的课").count():  # holidays
        officer.get_by_role("link", name="上一周").click()
    alliance = go_down(officer, "各联盟")
    expect(officer.locator("main .chips")).to_contain_text(alliance)
    for units in ("各地", "各学校"):
        name = go_down(officer, units)
        expect(officer.locator("main .page-over, main header")).to_contain_text(name)
        expect(officer.locator("main .finding")).to_contain_text("到课率")
        fits(officer)
    school = officer.url
    klass = go_down(officer, "各班")
    rows = officer.locator("main tbody tr")
    expect(rows.first).to_be_visible()
    assert rows.filter(has_text=klass).count() == rows.count()
    fits(officer)
    officer.goto(school)
    cause = go_down(officer, "没上成的原因")
    rows.first.get_by_role("link").first.click()
    expect(officer.locator("main")).to_contain_text(cause)
    fits(officer)


def test_a_mother_looks_at_an_open_series_on_a_phone(enter: Enter) -> None:
    mother = enter("parent", PHONE)
    mother.goto("/series/")
    mother.get_by_role("link", name=re.compile("光从哪里来")).click()
    expect(mother.locator("main")).to_contain_text("谁都可以看，不用登录")
    mother.get_by_role("button", name="不再提醒").click()
    mother.get_by_role("button", name="订阅，开课前提醒我").click()
    expect(mother.get_by_role("button", name="放进手机日历")).to_be_visible()
    fits(mother)
    expect(mother.locator("main")).to_contain_text("接下来")
