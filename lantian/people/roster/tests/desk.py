"""Somebody at a browser, for tests of pages in Chromium over the roster's small region."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from playwright import sync_api as playwright

from lantian.people.roster.models import Person
from lantian.people.roster.tests.factories import with_account
from lantian.people.roster.tests.world import World
from tests.chromium import AXE, CHROMIUM, launch

IN_BROWSER = [
    pytest.mark.e2e,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        not (CHROMIUM.exists() and AXE.exists()) and not os.environ.get("CI"),  # there it must not go untested
        reason="needs Debian's chromium and npm ci",
    ),
]


@contextmanager
def started() -> Iterator[Any]:
    """Chromium, for a module's tests."""
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # playwright keeps a loop running in this thread
    with playwright.sync_playwright() as tool:
        browser = launch(tool)
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

    def is_sound_on(self, *widths: int) -> None:
        """`is_sound` at several widths, without loading the page again."""
        for width in widths:
            self.width = width
            self.page.set_viewport_size({"width": width, "height": 860})
            self.is_sound()

    def press(self, role: str, name: str) -> None:
        """Reach a control by the keyboard's focus and press Enter; wait for the page it brings."""
        self.page.get_by_role(role, name=name, exact=True).first.focus()
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")
