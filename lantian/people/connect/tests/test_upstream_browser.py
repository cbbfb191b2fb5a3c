"""One platform's accounts open another's, in Chromium: ours on both ends, under two names that share no cookie.

The other end is thus a provider that checks everything; how a provider may lie is tried in `roster/tests/test_upstream`.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright import sync_api as playwright

from lantian.people.connect.tests.factories import sign_on_client
from lantian.people.identity.tests.factories import PASSWORD
from lantian.people.roster.tests.desk import IN_BROWSER, started
from lantian.people.roster.tests.factories import with_account
from lantian.people.roster.tests.world import make_world
from tests.chromium import AXE

pytestmark = IN_BROWSER
expect = playwright.expect
PHONE = {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    with started() as browser:
        yield browser


def sign_in(page: Any, login: str) -> None:
    page.fill("input[name=login]", login)
    page.fill("input[name=password]", PASSWORD)
    page.click("form.form button[type=submit]")


def fits(page: Any) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], page.url
    found = page.evaluate(AXE.read_text() + "; axe.run(document, {resultTypes: ['violations']})")
    assert [(each["id"], each["nodes"][0]["html"][:160]) for each in found["violations"]] == []


@pytest.mark.timeout(120)
def test_a_provinces_account_is_tied_and_then_opens_the_regions(chromium: Any, live_server: Any, settings: Any) -> None:
    here = live_server.url
    there = here.replace("localhost", "127.0.0.1")
    assert there != here
    world = make_world()
    client, secret = sign_on_client(
        world.city, kinds=["sign_on"], redirect_uris=[f"{here}/accounts/upstream/callback/"], name="区平台"
    )
    settings.LANTIAN_DEMO = True
    settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "127.0.0.1"]
    settings.LANTIAN_UPSTREAM = {
        "issuer": there,
        "name": "省平台",
        "client_id": client.oidc_id,
        "secret": secret,
        "scope": "openid",
        "trusts": "",
    }
    teacher = with_account(world.teacher)
    page = chromium.new_context(locale="zh-CN", viewport=PHONE).new_page()

    # nobody here is tied to it yet: signing in there opens nothing
    page.goto(f"{here}/accounts/login/")
    page.get_by_role("button", name="用省平台的账号登录").click()
    page.wait_for_url(f"{there}/**")
    sign_in(page, teacher.username)
    expect(page.get_by_role("heading", name="这里还不认识那个账号")).to_be_visible()
    fits(page)

    # the holder ties it, the password given once more
    page.get_by_role("link", name="用这里的账号登录").click()
    sign_in(page, teacher.username)
    page.wait_for_url(f"{here}/me/links/")
    fits(page)
    page.get_by_role("button", name="关联").click()
    if "/accounts/reauthenticate/" in page.url:
        page.fill("input[name=password]", PASSWORD)
        page.click("form.form button[type=submit]")
    expect(page.locator("#main")).to_contain_text("已关联")
    page.context.clear_cookies(domain="localhost")

    # from now on the account there is enough
    page.goto(f"{here}/accounts/login/?next=/today/")
    page.get_by_role("button", name="用省平台的账号登录").click()
    page.wait_for_url(f"{here}/today/")
    page.context.close()
