"""A browser for a file's tests, and somebody signed in at it."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright import sync_api as playwright

from tests.chromium import launch
from tests.e2e.conftest import Instance
from tests.e2e.pages.walk import Walk

Enter = Callable[..., Any]
playwright.expect.set_options(timeout=20_000)  # the worker has a part in much of it, and other tests have the machine


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    with playwright.sync_playwright() as tool:
        browser = launch(tool)
        yield browser
        browser.close()


@pytest.fixture
def enter(chromium: Any, instance: Instance) -> Iterator[Enter]:
    """`enter(login, size, password="")`: a page of somebody who has signed in (login empty: of a stranger)."""
    contexts = []

    def open_page(login: str, size: dict[str, int], password: str = "") -> Any:
        context = chromium.new_context(locale="zh-CN", viewport=size, reduced_motion="reduce", base_url=instance.url)
        contexts.append(context)
        if login:
            known = password or instance.accounts()[login]["password"]
            walk = Walk(instance.url, set())
            walk.sign_in(login, known)
            context.add_cookies(walk.cookies)
        return context.new_page()

    yield open_page
    for context in contexts:
        context.close()
