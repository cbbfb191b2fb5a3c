"""The officer's story in Chromium, at a desk and on a phone: upload, explain, correct, send to a school, apply."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from playwright import sync_api as playwright

from lantian.people.exchange import services
from lantian.people.exchange.models import Finding, ImportRun
from lantian.people.exchange.tests.sheets import HEADS, csv_of, pupil
from lantian.people.roster.engine.codes.citizen import make_citizen_id
from lantian.people.roster.models import Person
from lantian.people.roster.tests.desk import IN_BROWSER, Desk, started
from lantian.people.roster.tests.world import make_world

pytestmark = IN_BROWSER
ID = make_citizen_id("510703", date(2017, 3, 7), 12)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    with started() as browser:
        yield browser


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
