"""The officer's story in Chromium, at a desk and on a phone: upload, explain, correct, send to a school, apply."""

import os
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from playwright import sync_api as playwright

from lantian.people.exchange import services
from lantian.people.exchange.models import Finding, ImportRun
from lantian.people.exchange.tests.sheets import HEADS, csv_of, pupil
from lantian.people.roster.engine.codes.citizen import make_citizen_id
from lantian.people.roster.models import Person
from lantian.people.roster.tests.factories import with_account
from lantian.people.roster.tests.world import World, make_world

CHROMIUM = Path("/usr/bin/chromium")
AXE = Path(settings.BASE_DIR) / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
pytestmark = [
    pytest.mark.e2e,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        not (CHROMIUM.exists() and AXE.exists()) and not os.environ.get("CI"),  # there it must not go untested
        reason="needs Debian's chromium and npm ci",
    ),
]
ID = make_citizen_id("510703", date(2017, 3, 7), 12)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # playwright keeps a loop running in this thread
    with playwright.sync_playwright() as tool:
        browser = tool.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield browser
        browser.close()
    if before is None:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


class Desk:
    """Somebody signed in at a browser of some width."""

    def __init__(self, chromium: Any, url: str, world: World, name: str, width: int) -> None:
        client = Client()
        person = Person.objects.select_related("account").get(pk=world.people[name].pk)
        client.force_login(person.account or with_account(person))
        self.width, self.url = width, url
        self.context = chromium.new_context(viewport={"width": width, "height": 860}, locale="zh-CN")
        self.context.add_cookies(
            [
                {
                    "name": settings.SESSION_COOKIE_NAME,
                    "value": client.cookies[settings.SESSION_COOKIE_NAME].value,
                    "url": url,
                }
            ]
        )
        self.page = self.context.new_page()
        self.faults: list[str] = []
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("console", lambda said: self.faults.append(said.text) if "Content Security" in said.text else None)

    def go(self, path: str) -> Any:
        self.page.goto(self.url + path)
        self.page.wait_for_load_state("load")
        return self.page

    def is_sound(self) -> None:
        """Nothing for axe to find, nothing over the edge, no error of a script."""
        found = self.page.evaluate(AXE.read_text() + "; axe.run(document, {resultTypes: ['violations']})")
        assert [(each["id"], each["nodes"][0]["html"][:160]) for each in found["violations"]] == []
        assert self.page.evaluate("document.documentElement.scrollWidth") <= self.width
        assert self.faults == []


@pytest.mark.timeout(240)
@pytest.mark.parametrize("width", [1280, 390])
def test_lists_go_in_are_corrected_and_applied(chromium: Any, live_server: Any, settings: Any, width: int) -> None:
    settings.LANTIAN_DEMO = True
    world = make_world()
    officer = Desk(chromium, live_server.url, world, "officer", width)
    page = officer.go("/imports/sheets/new/")
    officer.is_sound()
    rows = [pupil("李小兰", 身份证号="5.10703E+17"), pupil("李小明", "2026-03-01"), pupil("张三丰", "月亮班", "西小学")]
    upload = {"name": "全县名单.csv", "mimeType": "text/csv", "buffer": csv_of(HEADS, *rows)}
    page.locator("input[type=file]").set_input_files([upload])
    page.get_by_role("button", name="上传并核对").click()
    page.wait_for_load_state("load")
    run = ImportRun.objects.get()
    services.proceed(run.pk)
    page = officer.go(f"/imports/{run.pk}/")
    page.get_by_role("link", name="说明各列").click()
    page.wait_for_load_state("load")
    officer.is_sound()
    page.get_by_role("button", name="就这样，开始核对").click()
    page.wait_for_load_state("load")
    services.proceed(run.pk)
    page = officer.go(f"/imports/{run.pk}/corrections/")
    officer.is_sound()
    card = page.locator("li.card", has_text="李小明")
    assert card.locator("input[name=text]").input_value() == "3-1"
    card.get_by_role("button", name="保存").click()
    playwright.expect(card).to_contain_text("这一行没有问题了")
    card = page.locator("li.card", has_text="李小兰")
    card.locator("input[name=text]").fill(ID)
    card.locator("input[name=text]").press("Enter")
    playwright.expect(card).to_contain_text("这一行没有问题了")
    officer.is_sound()
    services.proceed(run.pk)
    page = officer.go(f"/imports/{run.pk}/schools/")
    officer.is_sound()
    page.get_by_role("button", name="发给学校").click()
    page.wait_for_load_state("load")
    head = Desk(chromium, live_server.url, world, "other_head", width)
    page = head.go("/imports/")
    page.get_by_role("link", name="去更正").click()
    page.wait_for_load_state("load")
    head.is_sound()
    page.locator("li.card").get_by_role("button", name="不导入这一行").click()
    playwright.expect(page.locator("li.card")).to_contain_text("还是要导入")
    services.proceed(run.pk)
    assert not Finding.objects.filter(run=run, severity="error", corrected_at=None).exists()
    page = officer.go(f"/imports/{run.pk}/")
    officer.is_sound()
    page.get_by_role("button", name="写入名册").click()
    page.wait_for_load_state("load")
    services.proceed(run.pk)
    assert Person.objects.get(name="李小兰").citizen_id == ID
    assert Person.objects.filter(name="李小明").exists()
    assert not Person.objects.filter(name="张三丰").exists()
    for desk in (officer, head):
        desk.context.close()
