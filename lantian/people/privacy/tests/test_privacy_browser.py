"""Families and those who answer to them in Chromium, by keyboard, at a desk and on a phone; and pages that no walk reaches."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright import sync_api as playwright

from lantian.kernel.rules import SYSTEM
from lantian.people.exchange.models import Export
from lantian.people.exchange.services import run_export
from lantian.people.privacy.models import Erasure
from lantian.people.roster.models import PromotionRun
from lantian.people.roster.services import issue_binding_code, run_promotion, update_person
from lantian.people.roster.tests.desk import IN_BROWSER, Desk, started
from lantian.people.roster.tests.factories import MembershipFactory, PersonFactory
from lantian.people.roster.tests.world import make_world

pytestmark = IN_BROWSER
WIDTHS = (1280, 390)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    with started() as browser:
        yield browser


def confirm(desk: Desk) -> None:
    """Say yes in the dialog, by keyboard."""
    yes = desk.page.locator("dialog[open] .btn").last
    yes.focus()
    with desk.page.expect_navigation():
        desk.page.keyboard.press("Enter")


@pytest.mark.timeout(240)
def test_a_family_agrees_asks_for_erasure_and_a_head_decides(chromium: Any, live_server: Any, settings: Any) -> None:
    settings.LANTIAN_DEMO = True
    world = make_world()
    jia = world.jia.pk
    mother = Desk(chromium, live_server.url, world, "mother", WIDTHS[0])
    page = mother.go(f"/people/{jia}/consent/")
    mother.press("button", "我已阅读，作为监护人同意")
    playwright.expect(page.locator("body")).to_contain_text("已记录您的同意")
    mother.is_sound_on(*WIDTHS)
    mother.go(f"/people/{jia}/consent/withdraw/")
    mother.is_sound_on(*WIDTHS)
    mother.go(f"/people/{jia}/erasure/")
    mother.is_sound_on(*WIDTHS)
    mother.press("button", "申请删除")
    playwright.expect(page.locator("body")).to_contain_text("已提出")
    mother.is_sound_on(*WIDTHS)
    head = Desk(chromium, live_server.url, world, "head", WIDTHS[1])
    page = head.go("/erasures/?state=waiting")
    head.press("link", world.jia.name)
    head.is_sound_on(*WIDTHS)
    page.get_by_role("button", name="同意删除", exact=True).focus()
    page.keyboard.press("Enter")
    confirm(head)
    playwright.expect(page.locator("body")).to_contain_text("冷静期里可以中止")
    head.is_sound_on(*WIDTHS)
    assert Erasure.objects.get().state == "approved"
    it = Desk(chromium, live_server.url, world, "school_it", WIDTHS[0])
    it.go("/erasures/new/")
    it.is_sound_on(*WIDTHS)
    for desk in (mother, head, it):
        desk.context.close()


@pytest.mark.timeout(240)
def test_moving_up_merging_exporting_and_binding(chromium: Any, live_server: Any, settings: Any) -> None:
    settings.LANTIAN_DEMO = True
    world = make_world()
    head = Desk(chromium, live_server.url, world, "head", WIDTHS[0])
    page = head.go(f"/organizations/{world.east.pk}/promotion/")
    head.is_sound_on(*WIDTHS)
    page.locator("main form[data-confirm] button[type=submit]").focus()
    page.keyboard.press("Enter")
    confirm(head)
    run = PromotionRun.objects.get()
    run_promotion(run.pk)
    head.go(f"/promotions/{run.pk}/")
    head.is_sound_on(*WIDTHS)
    update_person(world.bing, by=SYSTEM, phone="13912340000")
    twin = PersonFactory(name=world.bing.name, phone="13912340000")
    MembershipFactory(person=twin, organization=world.west, class_group=world.west1, role="student")
    officer = Desk(chromium, live_server.url, world, "officer", WIDTHS[1])
    page = officer.go(f"/people/{world.bing.pk}/merge/{twin.pk}/")
    officer.is_sound_on(*WIDTHS)
    page.locator("input[name=keep]").first.focus()
    page.keyboard.press("Space")
    page.locator("textarea[name=reason]").fill("电话核对是同一个孩子")
    page.get_by_role("button", name="合并", exact=True).focus()
    page.keyboard.press("Enter")
    confirm(officer)
    playwright.expect(page.locator("body")).to_contain_text("合并过的档案")
    officer.is_sound_on(*WIDTHS)
    officer.go("/exports/new/")
    officer.is_sound_on(*WIDTHS)
    officer.press("button", "开始导出")
    export = Export.objects.get()
    run_export(export.pk)
    officer.go(f"/exports/{export.pk}/")
    officer.is_sound_on(*WIDTHS)
    slip = issue_binding_code(world.ding, by=SYSTEM)
    father = Desk(chromium, live_server.url, world, "mother", WIDTHS[1])
    page = father.go("/bind/")
    father.is_sound_on(*WIDTHS)
    page.locator("input[name=code]").fill(slip.code)
    page.locator("input[name=child_name]").fill(world.ding.name)
    father.press("button", "绑定")
    playwright.expect(page.locator("body")).to_contain_text("绑定成功")
    for desk in (head, officer, father):
        desk.context.close()
