"""The components in a real browser: nothing for axe to find, and the behaviours that need script."""

import os
import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright import sync_api as playwright

from tests.chromium import AXE, CHROMIUM, launch

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        not (CHROMIUM.exists() and AXE.exists()) and not os.environ.get("CI"),  # there it must not go untested
        reason="needs Debian's chromium and npm ci",
    ),
]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # playwright keeps a loop running in this thread
    with playwright.sync_playwright() as tool:
        browser = launch(tool)
        yield browser
        browser.close()
    if before is None:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def open_page(chromium: Any, live_server: Any) -> Iterator[Any]:
    contexts = []

    def show(path: str = "/_/ui", width: int = 1280, **options: Any) -> Any:
        context = chromium.new_context(viewport={"width": width, "height": 860}, locale="zh-CN", **options)
        contexts.append(context)
        page = context.new_page()
        page.faults = []
        page.on("pageerror", lambda error: page.faults.append(str(error)))
        page.on("console", lambda said: page.faults.append(said.text) if "Content Security" in said.text else None)
        page.goto(live_server.url + path)
        page.wait_for_load_state("networkidle")
        return page

    yield show
    for context in contexts:
        context.close()


def until(page: Any, expression: str) -> None:
    """Wait for an expression to hold; playwright's own waiting evaluates it in the page, which the policy refuses."""
    for _ in range(100):
        if page.evaluate(expression):
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"never came true: {expression}")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_nothing_and_nothing_hangs_over_the_edge(open_page: Any, width: int, theme: str) -> None:
    page = open_page(width=width, color_scheme=theme, has_touch=width < 500)
    page.wait_for_selector("[data-mounted]")
    found = page.evaluate(AXE.read_text() + "; axe.run(document, {resultTypes: ['violations']})")
    assert [(each["id"], each["nodes"][0]["html"][:120]) for each in found["violations"]] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.faults == []


def test_a_list_narrows_without_a_new_page_and_keeps_it_in_the_address(open_page: Any) -> None:
    page = open_page()
    page.evaluate("window.same = true")
    page.get_by_placeholder("按名称查找").type("平武", delay=20)
    page.wait_for_selector(".chip")
    assert page.locator("#list-samples tbody tr").count() == 5
    page.locator("#list-samples select[name=setting]").select_option("rural")
    until(page, "document.querySelectorAll('.chip').length === 2")
    page.wait_for_timeout(200)
    page.locator("#list-samples thead a").nth(1).click()
    until(page, "location.search.includes('sort=pupils')")
    until(page, "location.search === '?q=%E5%B9%B3%E6%AD%A6&setting=rural&sort=pupils'")
    assert page.evaluate("window.same") is True
    assert page.get_by_placeholder("按名称查找").input_value() == "平武"


def test_ordering_by_keyboard_keeps_the_focus_on_the_column(open_page: Any) -> None:
    page = open_page()
    page.locator("#list-samples thead a").nth(1).focus()
    page.keyboard.press("Enter")
    until(page, "location.search.includes('sort=')")
    until(page, "document.activeElement.closest('[aria-sort]') !== null")


def test_turning_pages_by_keyboard_keeps_the_focus_in_the_pager(open_page: Any) -> None:
    page = open_page()
    pager = "#list-samples .pager"
    last = int(page.locator(f"{pager} a[aria-label^=第]").last.inner_text())
    page.locator(f"{pager} [rel=next]").focus()
    for number in range(2, last + 1):
        page.keyboard.press("Enter")
        until(page, f"location.search.includes('page={number}')")
        wanted = "next" if number < last else f"{last}"  # there is no next page: the page one is on
        until(page, f"document.activeElement.id === 'pager-samples-{wanted}'")


def test_taking_a_filter_off_by_keyboard_keeps_the_focus_in_the_list(open_page: Any) -> None:
    page = open_page("/_/ui?setting=rural")
    page.locator("#list-samples .chip").focus()
    page.keyboard.press("Enter")
    until(page, "!document.querySelector('.chip')")
    until(page, "document.activeElement.type === 'search'")


def test_picking_rows_shows_the_bulk_bar(open_page: Any) -> None:
    page = open_page()
    bar = page.locator("[data-bulk]")
    until(page, "document.querySelector('[data-bulk]').hidden")
    page.locator("[data-pick-all]").check()
    assert bar.is_visible()
    assert page.locator("[data-bulk-count]").inner_text() == "20"
    page.locator("[data-pick]").first.uncheck()
    assert page.locator("[data-bulk-count]").inner_text() == "19"


def test_a_list_works_without_script(open_page: Any) -> None:
    page = open_page(java_script_enabled=False)
    page.get_by_placeholder("按名称查找").fill("平武")
    page.locator("#list-samples form button", has_text="查找").click()
    assert "q=%E5%B9%B3%E6%AD%A6" in page.url
    assert page.locator("#list-samples tbody tr").count() == 5
    assert page.locator("[role=tabpanel]").nth(2).is_visible()


def test_a_draft_is_offered_when_one_comes_back(open_page: Any) -> None:
    page = open_page()
    form = page.locator("form[data-draft]")
    form.locator("[name=name]").fill("二次函数的图像")
    form.locator("[name=scope][value=public]").check()
    until(page, "Object.keys(localStorage).some(key => key.startsWith('lantian.draft'))")
    page.reload()
    page.locator("[data-draft-restore]").click()
    assert form.locator("[name=name]").input_value() == "二次函数的图像"
    assert form.locator("[name=scope][value=public]").is_checked()


def test_what_cannot_be_undone_is_summed_up_first_and_sent_once(open_page: Any) -> None:
    page = open_page()
    posts: list[str] = []
    page.on("request", lambda request: posts.append(request.url) if request.method == "POST" else None)
    form = page.locator("form[data-draft]")
    form.locator("[name=name]").fill("光的折射")
    form.get_by_role("button", name="建立这节课").click()
    dialog = page.get_by_role("dialog")
    assert "光的折射" in dialog.inner_text()
    assert "联盟内的班级" in dialog.inner_text()
    page.keyboard.press("Escape")
    assert posts == []
    form.get_by_role("button", name="建立这节课").click()
    with page.expect_navigation():
        page.get_by_role("dialog").get_by_role("button", name="建立这节课").click()
    assert len(posts) == 1


def test_tabs_follow_the_arrow_keys(open_page: Any) -> None:
    page = open_page()
    until(page, "document.querySelectorAll('[role=tabpanel]:not([hidden])').length === 1")
    page.get_by_role("tab", name="概况").focus()
    page.keyboard.press("ArrowRight")
    assert page.get_by_role("tab", name="班级").get_attribute("aria-selected") == "true"
    page.keyboard.press("End")
    assert page.locator("#demo-notes").is_visible()


def test_menus_close_by_escape_and_give_the_focus_back(open_page: Any) -> None:
    page = open_page()
    opener = page.get_by_label("外观")
    opener.click()
    page.get_by_role("button", name="深色").click()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    page.reload()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    opener.click()
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "外观"


def test_everything_to_press_is_large_enough_for_a_finger(open_page: Any) -> None:
    page = open_page(width=390, has_touch=True, is_mobile=True)
    small = page.evaluate(
        """() => [...document.querySelectorAll('button, .btn, select, summary, input:not([type=hidden])')]
        .filter(each => each.offsetParent !== null)
        .map(each => [each.className, each.getBoundingClientRect()])
        .filter(([, box]) => box.height < 24 || box.width < 24)
        .filter(([name]) => !/checkbox|radio/.test(name))
        .map(([name, box]) => `${name} ${Math.round(box.width)}x${Math.round(box.height)}`)"""
    )
    assert small == []


def test_in_english_no_interface_text_stays_chinese(open_page: Any) -> None:
    page = open_page()
    page.get_by_label("语言").click()
    with page.expect_navigation():
        page.get_by_role("button", name="English").click()
    assert page.locator("html").get_attribute("lang") == "en"
    words = page.locator(".topbar").inner_text() + page.locator(".ui-index").inner_text()
    assert not re.search(r"[\u4e00-\u9fff]", words.replace("简体中文", ""))


def test_without_a_line_a_page_says_what_to_do_and_opens_by_itself_when_there_is_one(open_page: Any) -> None:
    page = open_page("/_/ui")
    until(page, "navigator.serviceWorker.controller !== null")
    kept = "caches.open('lantian-offline').then((it) => it.match('/offline/')).then((found) => found !== undefined)"
    until(page, kept)
    manifest = page.evaluate("fetch(document.querySelector('link[rel=manifest]').href).then((it) => it.json())")
    assert {(each["sizes"], each.get("purpose", "")) for each in manifest["icons"]} >= {
        ("192x192", ""),
        ("512x512", ""),
        ("512x512", "maskable"),
    }
    for icon in manifest["icons"]:
        assert page.evaluate("(url) => fetch(url).then((it) => it.ok)", icon["src"])
    page.context.set_offline(True)
    page.goto(page.url + "?again=1")
    assert page.locator("h1").inner_text() == "现在连不上网"
    assert page.evaluate("getComputedStyle(document.querySelector('.btn-primary')).cursor") == "pointer"  # drawn whole
    found = page.evaluate(AXE.read_text() + "; axe.run(document, {resultTypes: ['violations']})")
    assert [each["id"] for each in found["violations"]] == []
    assert page.faults == []
    page.context.set_offline(False)
    page.get_by_role("link", name="再试一次").click()
    page.wait_for_selector("#list-samples")
