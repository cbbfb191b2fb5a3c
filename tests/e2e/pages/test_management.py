"""Managing people in a browser, as a school's IT teacher and a class teacher do."""

import json
import re
import time

import pytest
from playwright import sync_api as playwright

from tests.e2e.conftest import Instance
from tests.e2e.pages.conftest import Enter
from tests.e2e.pages.walk import DESK, PHONE

expect = playwright.expect


@pytest.mark.timeout(60)
def test_a_cell_of_the_matrix_is_changed_on_a_phone_and_by_keyboard(enter: Enter) -> None:
    page = enter("school-it", PHONE)
    page.goto("/organizations/")
    page.locator("#main a[href^='/organizations/']").first.click()
    page.get_by_role("link", name="任课安排").first.click()
    cells = page.locator("[data-grid] td")
    empty = cells.nth(cells.evaluate_all("all => all.findIndex(cell => cell.querySelector('.cell .muted'))"))
    empty.locator("a.cell").click()
    choice = empty.locator("select").first
    expect(choice).to_be_focused()
    name = choice.locator("option").nth(1).inner_text()
    choice.select_option(index=1)
    choice.press("Enter")
    expect(empty.locator("a.cell")).to_have_text(name)
    expect(empty.locator("a.cell")).to_be_focused()
    page.keyboard.press("Enter")
    expect(empty.locator("select").first).to_be_focused()
    page.keyboard.press("Escape")
    expect(empty.locator("a.cell")).to_have_text(name)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


@pytest.mark.timeout(90)
def test_a_forgotten_password_is_made_new_with_a_code_to_the_phone(enter: Enter, instance: Instance) -> None:
    manager = enter("school-it", DESK)
    manager.goto("/people/?role=teacher")
    known = {row["name"] for row in instance.accounts().values()}  # other tests sign in as these
    rows = manager.locator("#main tbody th a")
    rows.nth(next(index for index, name in enumerate(rows.all_inner_texts()) if name.strip() not in known)).click()
    manager.get_by_role("link", name="修改资料").click()
    phone = "13700001234"
    manager.get_by_label("手机号").fill(phone)
    manager.get_by_role("button", name="保存").click()
    page = enter("", PHONE)
    page.goto("/accounts/login/")
    page.get_by_role("link", name="忘记密码？").click()
    page.get_by_label("用户名、手机号或学籍号").fill(phone)
    page.get_by_role("button", name="下一步").click()
    texts = instance.home / "demo" / "texts.jsonl"
    before = len(texts.read_text().splitlines()) if texts.exists() else 0
    page.get_by_role("button", name="发送验证码").click()
    deadline, new = time.monotonic() + 20, list[str]()
    while time.monotonic() < deadline and not new:
        time.sleep(0.3)
        new = [line for line in texts.read_text().splitlines()[before:] if phone in line] if texts.exists() else []
    sent = json.loads(new[-1])
    page.get_by_label("短信验证码").fill(re.findall(r"\d{6}", sent["text"])[0])
    page.get_by_role("button", name="下一步").click()
    page.get_by_label("新密码", exact=True).fill("river-and-reed-7")
    page.get_by_label("再输一遍新密码").fill("river-and-reed-7")
    page.get_by_role("button", name="设好密码").click()
    page.get_by_label("用户名、手机号或学籍号").fill(phone)
    page.get_by_label("密码", exact=True).fill("river-and-reed-7")
    page.get_by_role("button", name="登录").click()
    expect(page).to_have_url(f"{instance.url}/today/")
