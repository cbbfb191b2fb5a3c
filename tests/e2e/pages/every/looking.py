"""Looking at pages in a browser: axe finds nothing, nothing hangs over the edge of a phone, and in English the frame speaks
English."""

import asyncio
from collections.abc import Callable
from typing import Any

from playwright.async_api import Error

from tests.chromium import AXE
from tests.e2e.pages.every.memory import Memory
from tests.e2e.pages.walk import DESK, PHONE, Seen, Walk

MANY = 10  # pages: less are not worth a tab more
STILL: dict[str, Any] = {"viewport": PHONE, "reduced_motion": "reduce"}
# Elements whose words are the platform's own, never data. Names read out beside them, and other languages, are left out.
FRAME = (
    "nav.public-nav a, .side-link, .phonebar > a, .phonebar summary, .btn:not([download]), .tab, label:not(.choice), legend, "
    "thead th, .badge, .field-help, .empty, .figure-label, .stop-box p, .chip"
)
CHINESE = f"""[...document.querySelectorAll({FRAME!r})].map(each => {{
        const words = each.cloneNode(true);
        words.querySelectorAll('.visually-hidden, [lang^=zh], [translate=no]').forEach(part => part.remove());
        return each.closest('[lang^=zh], [translate=no]') ? '' : words.textContent.trim();
    }})
    .concat([...document.querySelectorAll('[placeholder]')].map(each => each.placeholder))
    .filter(words => /[\\u4e00-\\u9fff]/.test(words))"""
SETTLED = """new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() =>
    Promise.allSettled(document.getAnimations().map(each => each.finished)).then(() => done(0)))))"""
OVER = """[...document.querySelectorAll('body *')]
    .filter(each => each.getBoundingClientRect().right > innerWidth + 1)
    .map(each => each.tagName + '.' + each.className).slice(0, 3)"""
HIDDEN_HERE = """(() => {
    const here = document.querySelector('.side-link[aria-current]');
    if (!here) return false;
    const [list, it] = [here.closest('.side-list').getBoundingClientRect(), here.getBoundingClientRect()];
    return it.top < list.top - 1 || it.bottom > list.bottom + 1;
})()"""
# Each element with the one it stands in, by what styles go by: where all are known, no colour is new.
STATES = (
    "class type open disabled readonly data-here aria-current aria-invalid aria-sort aria-selected aria-pressed"
    " aria-disabled aria-busy"
)
NESTS = f"""[...new Set([...document.body.querySelectorAll('*')].map(each => [each.parentElement, each].map(one =>
    one.tagName + {STATES.split()}.map(name => one.getAttribute(name)).join()).join('>')))]"""


class Tab:
    """A tab, and what it complains of: one for all pages of a role, as a new one each costs more than the pages do."""

    def __init__(self, tab: Any) -> None:
        self.tab, self.said = tab, list[str]()
        self._cdp: Any = None
        self._compiled = ""
        tab.on("pageerror", lambda error: self.said.append(str(error)))
        tab.on("console", lambda line: self.said.append(line.text) if line.type == "error" else None)

    async def open(self, address: str, page: Seen, wrong: list[str]) -> None:
        self.said.clear()
        await self.tab.goto(address)
        if 'data-island="' in page.text:
            await self.tab.wait_for_selector("[data-mounted]", state="attached")
        await self.fits(PHONE, wrong)

    async def fits(self, size: dict[str, int], wrong: list[str]) -> None:
        if await self.tab.evaluate("document.documentElement.scrollWidth") > size["width"]:
            wrong.append(f"wider than {size['width']}: {await self.tab.evaluate(OVER)}")

    async def examiner(self) -> None:
        """axe into the page: half a megabyte, sent and compiled once for a tab and not with each of its pages."""
        if self._cdp is None:
            self._cdp = await self.tab.context.new_cdp_session(self.tab)
            await self._cdp.send("Runtime.enable")
        if not await self._run_compiled():  # the first page, or another process draws it
            source = {"expression": AXE.read_text(), "sourceURL": "axe.js", "persistScript": True}
            self._compiled = (await self._cdp.send("Runtime.compileScript", source))["scriptId"]
            assert await self._run_compiled()

    async def _run_compiled(self) -> bool:
        if not self._compiled:
            return False
        try:
            await self._cdp.send("Runtime.runScript", {"scriptId": self._compiled, "silent": True})
        except Error:
            return False
        return bool(await self.tab.evaluate("typeof axe === 'object'"))

    async def axe(self, where: str, wrong: list[str], rules: str = "") -> None:
        wrong += violations(await self.tab.evaluate(axe_run(rules)), where)

    def console(self, page: Seen, wrong: list[str]) -> None:
        # a refused page is itself a "failed resource" to the browser
        wrong += [f"console: {line[:200]}" for line in self.said if page.status < 400 or "Failed to load" not in line]


def axe_run(rules: str = "") -> str:
    return f"axe.run(document, {{resultTypes: ['violations']{rules}}})"


def violations(found: Any, where: str) -> list[str]:
    return [f"{each['id']} {where}: {each['nodes'][0]['html'][:160]}" for each in found["violations"]]


async def look(one: Tab, address: str, page: Seen, seen: Memory) -> list[str]:
    """What is wrong with one page: on a phone in light, and on a desk in dark."""
    wrong: list[str] = []
    await one.tab.set_viewport_size(PHONE)
    await one.tab.emulate_media(color_scheme="light", reduced_motion="reduce")
    await one.open(address, page, wrong)
    await one.examiner()
    await one.axe("on a phone", wrong)
    new = seen.has_new(await one.tab.evaluate(NESTS))
    await one.tab.set_viewport_size(DESK)
    await one.fits(DESK, wrong)
    if new:
        await one.tab.emulate_media(color_scheme="dark")
        wrong += await in_dark(one)
        if await one.tab.evaluate(HIDDEN_HERE):
            wrong.append("where one is does not stand in sight in the side bar")
    one.console(page, wrong)
    return wrong


async def in_dark(one: Tab) -> list[str]:
    """Colours half-way between two themes pass no check, and a busy machine may still be drawing: what is wrong stays wrong."""
    wrong: list[str] = []
    for pause_s in (0, 0.5):
        wrong.clear()
        await asyncio.sleep(pause_s)
        await one.tab.evaluate(SETTLED)
        await one.axe("in dark", wrong, ", runOnly: ['color-contrast']")
        if not wrong:
            break
    return wrong


async def look_in_english(one: Tab, address: str, page: Seen, _: Memory) -> list[str]:
    """The elements are the same with longer words, so that the phone will do and axe has nothing to add."""
    wrong: list[str] = []
    await one.open(address, page, wrong)
    wrong += [f"Chinese in English: {words[:80]!r}" for words in await one.tab.evaluate(CHINESE)]
    one.console(page, wrong)
    return wrong


async def look_at_all(chromium: Any, walk: Walk, pages: list[Seen], seen: Memory) -> list[str]:
    """Both languages at once, each in a browser context of its own; many pages by two, for each waits now and then."""

    async def in_one(locale: str, how: Callable[..., Any], pages: list[Seen]) -> list[str]:
        context = await chromium.new_context(locale=locale, **STILL)
        await context.add_cookies(walk.cookies)
        one = Tab(await context.new_page())
        found = [f"{page.path}: {what}" for page in pages for what in await how(one, walk.base + page.path, page, seen)]
        await context.close()
        return found

    parts = [pages[::2], pages[1::2]] if len(pages) > MANY else [pages]
    looks = [in_one("zh-CN", look, part) for part in parts]
    found = await asyncio.gather(*looks, in_one("en-US", look_in_english, pages))
    return [what for part in found for what in part]
