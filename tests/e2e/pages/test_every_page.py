"""Every page of every role: it answers, nothing leads astray, axe finds nothing, nothing hangs over the edge of a phone, and
in English the frame speaks English."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.e2e.conftest import Instance
from tests.e2e.pages.walk import AXE, DESK, PHONE, Memory, Seen, Walk

STILL: dict[str, Any] = {"viewport": PHONE, "reduced_motion": "reduce"}
STRANGER = ""
ROLES = (
    STRANGER,
    "teacher",
    "head",
    "school-it",
    "homeroom",
    "student",
    "parent",
    "newcomer",
    "county",
    "city",
    "province",
    "researcher",
    "expert",
    "operator",
    "screen",
)
# Elements whose words are the platform's own, never data. Names read out beside them, and other languages, are left out.
FRAME = (
    "nav.public-nav a, .side-link, .phonebar > a, .phonebar summary, .btn:not([download]), .tab, label:not(.choice), legend, "
    "thead th, .badge, .field-help, .empty, .figure-label, .stop-box p, .chip"
)
CHINESE = f"""[...document.querySelectorAll({FRAME!r})].map(each => {{
        const words = each.cloneNode(true);
        words.querySelectorAll('.visually-hidden, [lang^=zh], [translate=no]').forEach(part => part.remove());
        return each.matches('[lang^=zh]') ? '' : words.textContent.trim();
    }})
    .concat([...document.querySelectorAll('[placeholder]')].map(each => each.placeholder))
    .filter(words => /[\\u4e00-\\u9fff]/.test(words))"""
SETTLED = """new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() =>
    Promise.allSettled(document.getAnimations().map(each => each.finished)).then(() => done(0)))))"""
OVER = """[...document.querySelectorAll('body *')]
    .filter(each => each.getBoundingClientRect().right > innerWidth + 1)
    .map(each => each.tagName + '.' + each.className).slice(0, 3)"""


def listening(context: Any) -> tuple[Any, list[str]]:
    """A tab, and what it complains of: one for all pages of a role, as a new one each costs more than the pages do."""
    said: list[str] = []
    tab = context.new_page()
    tab.on("pageerror", lambda error: said.append(str(error)))
    tab.on("console", lambda line: said.append(line.text) if line.type == "error" else None)
    return tab, said


def look(tab: Any, said: list[str], address: str, page: Seen, *, english: bool) -> Iterator[str]:
    """What is wrong with one page: on a phone in light, and in Chinese on a desk in dark. In English the elements are the
    same with longer words, so that the phone will do and axe has nothing to add."""
    said.clear()
    if not english:
        tab.set_viewport_size(PHONE)
        tab.emulate_media(color_scheme="light", reduced_motion="reduce")
    tab.goto(address)
    if 'data-island="' in page.text:
        tab.wait_for_selector("[data-mounted]", state="attached")
    if tab.evaluate("document.documentElement.scrollWidth") > PHONE["width"]:
        yield f"wider than a phone: {tab.evaluate(OVER)}"
    if english:
        yield from (f"Chinese in English: {words[:80]!r}" for words in tab.evaluate(CHINESE))
    else:
        tab.evaluate(AXE.read_text())
        yield from violations(tab, "on a phone")
        tab.set_viewport_size(DESK)
        tab.emulate_media(color_scheme="dark")
        if tab.evaluate("document.documentElement.scrollWidth") > DESK["width"]:
            yield f"wider than a desk: {tab.evaluate(OVER)}"
        tab.evaluate(SETTLED)  # colours half-way between two themes pass no check
        yield from violations(tab, "in dark", ", runOnly: ['color-contrast']")
    # a refused page is itself a "failed resource" to the browser
    yield from (f"console: {line[:200]}" for line in said if page.status < 400 or "Failed to load" not in line)


def violations(tab: Any, where: str, rules: str = "") -> Iterator[str]:
    for each in tab.evaluate(f"axe.run(document, {{resultTypes: ['violations']{rules}}})")["violations"]:
        yield f"{each['id']} {where}: {each['nodes'][0]['html'][:160]}"


@pytest.fixture(scope="module")
def seen() -> Memory:
    return Memory()


@pytest.mark.timeout(300)
@pytest.mark.parametrize("role", ROLES, ids=lambda role: role or "stranger")
def test_every_page_of(role: str, chromium: Any, instance: Instance, seen: Memory) -> None:
    chinese = chromium.new_context(locale="zh-CN", **STILL)
    walk = Walk(chinese.request, instance.url, seen.orders)
    if role != STRANGER:
        walk.sign_in(role, instance.accounts()[role]["password"])
    walk.go()
    findings = [
        f"{page.path}: {page.status}, linked from {page.origin or 'nowhere'}"
        for page in walk.pages
        if page.status >= 500 or (page.status >= 400 and page.origin)
    ]
    english = chromium.new_context(locale="en-US", storage_state=chinese.storage_state(), **STILL)
    tabs = [listening(chinese), listening(english)]
    for page in walk.pages:
        # the page of all components has tests of its own (kernel/web)
        if page.path.startswith("/_/ui") or not seen.is_new(page):
            continue
        for (tab, said), language in zip(tabs, ("zh", "en"), strict=True):
            wrong = look(tab, said, instance.url + page.path, page, english=language == "en")
            findings += [f"{page.path}: {what}" for what in wrong]
    chinese.close()
    english.close()
    assert findings == [], "\n".join(findings)
    assert len(walk.pages) >= (3 if role == "newcomer" else 15), "the walk met almost nothing"
