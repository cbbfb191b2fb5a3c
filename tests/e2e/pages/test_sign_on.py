"""Software of others signs people on: an officer registers it, people go to it, and an independent library finds all as the
standard has it."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from authlib.integrations.base_client import OAuthError

from tests.chromium import AXE
from tests.e2e.conftest import Instance
from tests.e2e.pages.every.looking import axe_run, violations
from tests.e2e.pages.relying import Reading, Served
from tests.e2e.pages.walk import BUSY, DESK, PHONE, Walk

PASSWORD = "lantian-2026"


def fill_sign_in(page: Any, login: str) -> None:
    """As a person does it, who is told to press again when many sign in at once."""
    for _ in range(10):
        page.fill("input[name=login]", login)
        page.fill("input[name=password]", PASSWORD)
        with page.expect_navigation():
            page.click("form.form button[type=submit]")
        if not page.get_by_text(BUSY).count():
            return
        page.wait_for_timeout(1000)


def register(browser: Any, instance: Instance, software: Reading, name: str, *, approved: bool) -> None:
    """The officer lets it in by the page, and hands the identifier and secret over."""
    page = browser.new_context(locale="zh-CN", viewport=DESK).new_page()
    page.goto(f"{instance.url}/accounts/login/")
    fill_sign_in(page, "county")
    page.wait_for_url("**/today/")
    page.goto(f"{instance.url}/clients/")
    page.get_by_role("link", name="登记软件").first.click()
    page.get_by_label("软件名称").fill(name)
    page.get_by_label(re.compile("^用途")).fill("全县阅读")
    page.get_by_label(re.compile("^读取名册：软件自己")).uncheck()
    page.get_by_label(re.compile("^统一登录：师生和家长")).check()
    page.get_by_label("姓名和界面语言").check()
    page.get_by_label(re.compile("^在哪个学校")).check()
    page.get_by_label(re.compile("^统一登录：登录后返回的地址")).fill("http://reading.example.com/back")
    if approved:
        page.get_by_label(re.compile("^统一登录：由学校和教育局统一同意")).check()
    page.get_by_role("button", name="登记", exact=True).click()
    page.get_by_text("网址要以 https:// 开头").first.wait_for()  # what was wrong is said, and nothing typed is lost
    page.get_by_label(re.compile("^统一登录：登录后返回的地址")).fill(software.back)
    page.get_by_role("button", name="登记", exact=True).click()
    page.get_by_text("密钥只显示这一次").wait_for()
    software.client_id, software.secret, *_ = page.locator("dd code").all_inner_texts()
    page.get_by_role("link", name="已经抄好").click()
    page.get_by_text("登记接入").wait_for()
    page.context.close()


@pytest.fixture(scope="module")
def reading(chromium: Any, instance: Instance) -> Iterator[Served]:
    """Software that an officer has let in, for pupils and staff without a question."""
    served = Served(instance.url)
    register(chromium, instance, served.software, "书香测试", approved=True)
    yield served
    served.close()


def on_a_phone(chromium: Any, url: str, login: str) -> Any:
    page = chromium.new_context(locale="zh-CN", viewport=PHONE).new_page()
    page.goto(url)
    fill_sign_in(page, login)
    return page


@pytest.mark.timeout(120)
def test_a_student_signs_on_with_a_phone(chromium: Any, reading: Served) -> None:
    page = on_a_phone(chromium, reading.url, "student")
    page.locator("#said").wait_for()
    assert page.url.startswith(reading.software.back)
    assert re.fullmatch(r"hello \S+ student", page.inner_text("#said"))
    page.goto(reading.url)  # signed in already: there and back without a page between
    assert "student" in page.inner_text("#said")
    page.context.close()


@pytest.mark.timeout(120)
def test_a_guardian_is_asked_and_may_say_no(chromium: Any, reading: Served) -> None:
    page = on_a_phone(chromium, reading.url, "parent")
    page.get_by_role("heading", name="要登录“书香测试”吗？").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.evaluate(AXE.read_text())
    assert violations(page.evaluate(axe_run()), "on the question") == []
    page.get_by_role("button", name="不同意").click()
    page.get_by_text("no: access_denied").wait_for()
    page.goto(reading.url)
    page.get_by_role("button", name="同意并登录").click()
    page.get_by_text(re.compile("hello .* guardian")).wait_for()
    page.context.close()


class Walker:
    """A signed-in browser that follows no redirect by itself."""

    def __init__(self, instance: Instance, login: str) -> None:
        walk = Walk(instance.url)
        walk.sign_in(login, PASSWORD)
        self.http = walk.http

    def carried_back(self, address: str) -> str:
        """The address with which the browser comes back to the software."""
        answer = self.http.get(address)
        assert answer.status_code == 302, answer.text
        return str(answer.headers["Location"])


@pytest.mark.timeout(120)
def test_an_independent_library_goes_the_whole_way(instance: Instance, reading: Served) -> None:
    software, student = reading.software, Walker(instance, "student")
    attempt = software.begin()
    tokens = software.tokens(student.carried_back(attempt.address), attempt)
    claims = software.claims(tokens, attempt)
    told = software.userinfo(tokens).json()
    assert claims["sub"] == told["sub"]
    assert set(told) == {"sub", "name", "locale", "lantian.person", "lantian.roles"}
    assert [role["role"] for role in told["lantian.roles"]] == ["student"]
    session = software.session()
    fresh = dict(session.refresh_token(software.known["token_endpoint"], refresh_token=tokens["refresh_token"]))
    assert software.userinfo(fresh).json() == told
    session.revoke_token(software.known["revocation_endpoint"], token=fresh["access_token"])
    assert software.userinfo(fresh).status_code == 401


@pytest.mark.timeout(120)
def test_a_stolen_code_is_worth_nothing(chromium: Any, instance: Instance, reading: Served) -> None:
    software, student = reading.software, Walker(instance, "student")

    def refused(came_back: str, attempt: Any, by: Reading = software, verifier: str = "") -> str:
        with pytest.raises(OAuthError) as error:
            by.tokens(came_back, attempt, verifier=verifier)
        return str(error.value.error)

    first = software.begin()
    came_back = student.carried_back(first.address)
    assert refused(came_back, first, verifier="w" * 43) == "invalid_grant"
    elsewhere = Reading(instance.url, "http://localhost:1/back", software.client_id, software.secret)
    assert refused(came_back, first, elsewhere) in {"invalid_grant", "mismatching_redirect_uri", "invalid_request"}
    other = Reading(instance.url, software.back)
    register(chromium, instance, other, "别家软件", approved=True)
    assert refused(came_back, first, other) == "invalid_grant"
    assert software.tokens(came_back, first)["access_token"]
    assert refused(came_back, first) == "invalid_grant"  # replayed
    assert student.http.get(elsewhere.begin().address).status_code == 400  # an address that is not registered


@pytest.mark.timeout(120)
def test_a_code_is_used_once_even_at_one_moment(instance: Instance, reading: Served) -> None:
    software, student = reading.software, Walker(instance, "student")
    attempt = software.begin()
    came_back = student.carried_back(attempt.address)

    def use(_number: int) -> bool:
        try:
            return bool(software.tokens(came_back, attempt)["access_token"])
        except OAuthError:
            return False

    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(use, range(6))).count(True) == 1
