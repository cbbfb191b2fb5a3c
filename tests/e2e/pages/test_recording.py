"""A recording at a desk: cut by keyboard, watched by others as far as it is shown, taken away as a file."""

import re
import time
from typing import Any

import pytest
from playwright import sync_api as playwright

from tests.e2e.pages.conftest import Enter
from tests.e2e.pages.walk import DESK, PHONE

expect = playwright.expect
PLAYS = "() => { const v = document.querySelector('video'); return v && v.currentTime > 0.2 ? v.duration : 0; }"


def come_to(page: Any, address: str, found: Any) -> None:
    """Open an address until something is there."""
    deadline = time.monotonic() + 60
    page.goto(address)
    while not found.is_visible() and time.monotonic() < deadline:
        page.wait_for_timeout(1000)
        page.goto(address)
    expect(found).to_be_visible()


@pytest.mark.timeout(150)
def test_a_recording_is_cut_by_keyboard_and_others_see_that_part(enter: Enter) -> None:
    page = enter("teacher", DESK)
    row = page.get_by_role("link", name="二次函数的图像").first
    come_to(page, "/recordings/?q=二次函数", row)  # the demonstration records it once everything is up
    row.click()
    address = page.url
    come_to(page, address, page.get_by_role("slider", name="开头"))  # it is looked at first
    page.get_by_role("slider", name="开头").focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    expect(page.get_by_label("从哪里开始")).to_have_value("0:03")
    page.get_by_label("到哪里结束").fill("0:20")
    expect(page.get_by_role("slider", name="结尾")).to_have_attribute("aria-valuetext", "0:20")
    page.get_by_role("button", name="剪成这一段").click()
    expect(page.get_by_text("剪好了")).to_be_visible()
    page.get_by_role("button", name="播放").click()  # those who cut see the whole still
    page.wait_for_function(PLAYS)
    assert page.evaluate(PLAYS) == pytest.approx(60, abs=1)

    other = enter("student", PHONE)
    come_to(other, address, other.get_by_role("button", name="播放"))
    expect(other.get_by_role("button", name="剪成这一段")).to_have_count(0)
    other.get_by_role("button", name="播放").click()
    other.wait_for_function(PLAYS)
    assert other.evaluate(PLAYS) == pytest.approx(17, abs=1)
    assert other.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]

    page.reload()
    make = page.get_by_role("button", name="做成 MP4 文件")
    link = page.get_by_role("link", name=re.compile("下载 MP4"))
    expect(make.or_(link).first).to_be_visible(timeout=60_000)  # the demonstration may be having it made
    if not link.is_visible():
        make.click()
    expect(link).to_be_visible(timeout=60_000)
    answer = page.request.get(link.get_attribute("href") or "", headers={"Range": "bytes=4-7"})
    assert (answer.status, answer.body()) == (206, b"ftyp")
    page.get_by_role("button", name="恢复成整节课").click()
    expect(page.get_by_text("恢复成整节课了")).to_be_visible()
