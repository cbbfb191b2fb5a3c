"""A teacher shares a file, the school's head and the county decide, it is found by two words and facets, looked at, put into a
pack and given to a coming lesson; a student of a far school finds it there and says that it helped; another teacher who sends the
same file is told that it is there."""

import re
import time
from pathlib import Path
from typing import Any

import pytest
from playwright import sync_api as playwright

from lantian.content.resources.tests import files
from tests.e2e.pages.conftest import Enter
from tests.e2e.pages.test_recording import come_to
from tests.e2e.pages.test_roster_story import PASSWORD, fits
from tests.e2e.pages.walk import DESK, PHONE

expect = playwright.expect
STAMP = time.strftime("%H%M%S")  # may be run again on the same platform
TITLE, PACK = f"抛物线与拱桥{STAMP}", f"拱桥里的函数{STAMP}"
COUNTY = "county03"  # the officer of the county of the teacher's school; the tour's one is of a far county


def send(page: Any, path: Path) -> Any:
    """Choose a file and wait until it was looked at; what is offered when there is one like it already."""
    page.goto("/resources/new/")
    page.locator("[data-island=sending] input[type=file]").set_input_files(path)
    still = page.get_by_role("button", name="还是要上传")
    expect(still.or_(page.get_by_role("heading", name="写清楚是什么"))).to_be_visible(timeout=40_000)
    return still


def hand_in(page: Any) -> str:
    """Say what it is and hand it in; returns the resource's address."""
    expect(page.get_by_role("heading", name="写清楚是什么")).to_be_visible()
    page.get_by_label("名称", exact=True).fill(TITLE)
    page.get_by_label("是什么").select_option("courseware")
    page.get_by_label("学科").select_option("maths")
    page.get_by_label("学段").select_option("junior")
    page.get_by_label("年级").select_option("9")
    page.get_by_label(re.compile("^简介")).fill("从拱桥的照片量出三个点，求出它的抛物线。")
    page.get_by_label("谁都可以用").check()
    page.get_by_label("使用许可").select_option("cc-by")
    page.get_by_label(re.compile("^权利人")).fill("富乐实验中学")
    page.get_by_role("button", name="提交审核").click()
    expect(page.locator("h1")).to_have_text(TITLE)
    return str(page.url)


def agree(enter: Enter, login: str, password: str = "") -> None:
    """Decide on it, after a look at the file as it will be."""
    page = enter(login, DESK, password)
    page.goto("/workflow/todo/")
    page.get_by_role("link", name=re.compile(TITLE)).first.click()
    page.get_by_role("button", name="同意", exact=True).click()
    expect(page.get_by_role("button", name="同意", exact=True)).to_have_count(0)


def put_into_a_pack(teacher: Any) -> None:
    """From the resource's page, in a dialog; the keyboard alone does it, too."""
    teacher.get_by_role("link", name="放进资源包").click()
    dialog = teacher.locator("dialog[open]")
    dialog.get_by_label("新建一个资源包").check()
    dialog.get_by_label("新资源包的名称").fill(PACK)
    dialog.get_by_label(re.compile("^说明")).fill("课前先看第一页")
    dialog.get_by_role("button", name="放进去").press("Enter")
    expect(teacher.get_by_text(f"放进了资源包《{PACK}》")).to_be_visible()


def give_to_the_next_lesson(teacher: Any) -> str:
    """The lesson's address."""
    teacher.goto("/packs/mine/")
    teacher.get_by_role("link", name=PACK).click()
    expect(teacher.locator("main")).to_contain_text("还没有放到课上")
    teacher.get_by_role("link", name="放到课上").click()
    fits(teacher, looked_at=True)
    expect(teacher.locator("main")).to_contain_text("学科和年级都对得上")
    teacher.locator("main input[name=lesson]").first.check()
    teacher.get_by_role("button", name="放到这节课").click()
    expect(teacher.get_by_text("放好了")).to_be_visible()
    fits(teacher, looked_at=True)
    return str(teacher.locator("main a[href^='/live/lessons/']").first.get_attribute("href"))


@pytest.mark.timeout(180)
def test_a_file_is_shared_decided_on_found_packed_and_helps_in_a_far_school(enter: Enter, tmp_path: Path) -> None:
    path = tmp_path / "拱桥.pdf"
    path.write_bytes(files.pdf(f"bridges {STAMP}", pages=2))
    teacher = enter("teacher", DESK)
    still = send(teacher, path)
    if still.is_visible():  # the file of an earlier run is much like it
        still.click()
    resource = hand_in(teacher)
    agree(enter, "head")
    agree(enter, COUNTY, PASSWORD)

    # found by two words, narrowed, looked at in the browser
    teacher.goto("/search/")
    teacher.locator("main input[type=search]").fill("抛物线 拱桥")
    teacher.locator("main").get_by_role("button", name="搜索").click()
    found = teacher.locator("main .hits").get_by_role("link", name=re.compile(TITLE)).first
    come_to(teacher, "/search/?q=抛物线+拱桥&kind=resource", found)  # published and indexed, within seconds
    teacher.locator("main select[name=f_subject]").select_option("maths")
    teacher.locator("main select[name=f_stage]").select_option("junior")
    teacher.locator("main").get_by_role("button", name="筛选").click()
    expect(found).to_be_visible()
    found.click()
    expect(teacher.locator(".reader canvas").first).to_be_visible()
    put_into_a_pack(teacher)
    lesson = give_to_the_next_lesson(teacher)

    # a student of a receiving class
    student = enter("student", PHONE)
    student.goto(lesson)
    card = student.locator("section", has=student.get_by_role("heading", name="这节课的资源"))
    expect(card).to_contain_text("课前先看第一页")
    row = card.locator("li", has_text=TITLE)
    row.get_by_role("button", name="有帮助", exact=True).click()
    expect(row.get_by_role("button", name="有帮助", exact=True)).to_have_attribute("aria-pressed", "true")
    fits(student)
    row.get_by_role("link", name=TITLE).click()
    expect(student.locator(".reader canvas").first).to_be_visible()
    expect(student.locator("main")).to_contain_text("学生：1 人里 1 人说有帮助")
    mother = enter("parent", PHONE)
    mother.goto(lesson)
    expect(mother.get_by_role("link", name=TITLE)).to_be_visible()
    expect(mother.get_by_role("button", name="有帮助", exact=True)).to_have_count(0)

    # somebody else has the same file
    other = enter("teacher2", DESK)
    expect(send(other, path)).to_be_visible()
    there = other.locator(".sending-said li", has_text="（同一个文件）").get_by_role("link", name=TITLE)
    expect(there).to_have_attribute("href", re.sub("^https?://[^/]+", "", resource))
