"""A browser, walks that go on while others' pages are looked at, and the test of one role."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest
from playwright.async_api import async_playwright

from tests.chromium import launch
from tests.e2e.conftest import Instance
from tests.e2e.pages.every.looking import look_at_all
from tests.e2e.pages.every.memory import Memory
from tests.e2e.pages.walk import Walk

STRANGER = ""


@pytest.fixture(scope="module")
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as one:
        yield one


@pytest.fixture(scope="module")
def chromium(runner: asyncio.Runner) -> Iterator[Any]:
    tool = runner.run(async_playwright().start())
    browser = runner.run(launch(tool))
    yield browser
    runner.run(browser.close())
    runner.run(tool.stop())


@pytest.fixture(scope="module")
def seen(instance: Instance, testrun_uid: str) -> Memory:
    """Beside the platform that is walked over: what one worker has looked at no other one opens. A run's own, for whoever runs
    once more has to look once more."""
    return Memory(instance.home.parent / f"walked-{testrun_uid}")


@pytest.fixture(scope="module")
def walked(request: pytest.FixtureRequest, instance: Instance, seen: Memory) -> Iterator[Callable[[str], Walk]]:
    """The walk of a role; that of the file's next one goes on while this one's pages are looked at."""
    roles: Sequence[str] = request.module.ROLES
    walks: dict[str, Future[Walk]] = {}

    def go(role: str) -> Walk:
        walk = Walk(instance.url, seen.orders)
        if role != STRANGER:
            walk.sign_in(role, instance.accounts()[role]["password"])
        return walk.go()

    with ThreadPoolExecutor(1) as pool:

        def of(role: str) -> Walk:
            place = roles.index(role)
            for each in roles[place : place + 2]:
                if each not in walks:
                    walks[each] = pool.submit(go, each)
            return walks[role].result()

        yield of


@pytest.fixture
def faults_of(
    runner: asyncio.Runner, chromium: Any, walked: Callable[[str], Walk], seen: Memory
) -> Callable[[str], list[str]]:
    """What is wrong with the pages of a role, but for those that were looked at as another's."""

    def look(role: str) -> list[str]:
        walk = walked(role)
        findings = [
            f"{page.path}: {page.status}, linked from {page.origin or 'nowhere'}"
            for page in walk.pages
            if page.status >= 500 or (page.status >= 400 and page.origin)
        ]
        # the page of all components has tests of its own (kernel/web)
        pages = [page for page in walk.pages if not page.path.startswith("/_/ui") and seen.is_new(page)]
        findings += runner.run(look_at_all(chromium, walk, pages, seen))
        if len(walk.pages) < (3 if role == "newcomer" else 15):
            findings.append("the walk met almost nothing")
        return findings

    return look
