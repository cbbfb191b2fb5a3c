"""The people of the story, each in a browser process of their own."""

import json
import re
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self, TypeVar

import httpx

from tests.e2e.conftest import Instance
from tests.e2e.live.cable import Cable
from tests.e2e.live.cdp import Browser, Page

T = TypeVar("T")
# On two cores one password is hashed at a time, and who comes with too many others is told to press again.
_door = threading.Lock()
HERE = Path(__file__).parent
CAMERA = (HERE / "camera.js").read_text()
READER = (HERE / "reader.js").read_text()
WRONG_CLOCK = (HERE / "wrongClock.js").read_text()
TEACHER_FLAGS = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")
SOUND_ALLOWED = "--autoplay-policy=no-user-gesture-required"
PASSWORD = "lantian-2026"
# Keeps the connections that a page makes where the test can ask for their figures.
KEEP = """window.__lines = []; { const Made = window.RTCPeerConnection;
window.RTCPeerConnection = class extends Made { constructor(...words) { super(...words); window.__lines.push(this); } }; }"""
CLOSED = "!['live', 'opening'].includes(document.querySelector('.lv-teach').dataset.phase)"
OPENS_NOW = """(() => {
    const config = JSON.parse(document.getElementById("teach-config")?.textContent ?? "null");
    if (!config?.may_open.allowed) return false;
    const { opens_ms, closes_ms } = config.may_open;
    return (opens_ms <= config.now_ms && config.now_ms < closes_ms) || !!config.session;
})()"""


def sign_in(page: Page, base: str, login: str, password: str = PASSWORD) -> None:
    """Through the sign-in page, as people do."""
    page.goto(f"{base}/accounts/login/")
    fill_in_sign_in(page, login, password)


def fill_in_sign_in(page: Page, login: str, password: str = PASSWORD) -> None:
    """On the sign-in page that is shown, or is on its way: the address changes before there is anything on it."""
    page.wait("document.querySelector('form [name=password]')", 20)
    with _door:
        page.eval(
            f"""(() => {{
            const form = document.querySelector("form [name=password]").form;
            form.querySelector("[name=login]").value = "{login}";
            form.querySelector("[name=password]").value = "{password}";
            form.requestSubmit();
            }})()"""
        )
        page.wait("!location.pathname.includes('/login') && document.readyState === 'complete'", 30)


# A teacher's, as large as the platform of these tests has their pictures (tests/e2e/conftest.py).
# It wakes up as slowly as real ones do, so that a page that does not wait for it is found out (`hidden` in the replay).
OWN_CAMERA = 'window.__camera = {"width": 640, "height": 360, "every": 60, "wakes": 600};\n' + CAMERA


def camera(wall: str, tone: int) -> str:
    """The stand-in for camera and microphone of a classroom with walls of this colour (#rrggbb) that sounds a tone (Hz), as
    large as a page asks for when it takes a call."""
    room = {"wall": wall, "tone": tone, "width": 640, "height": 360, "every": 100}
    return f"window.__camera = {json.dumps(room)};\n{CAMERA}"


def end_other_sessions(instance: Instance, login: str) -> None:
    """From a device of one's own: sign in, and end all other sessions of the account."""
    with httpx.Client(base_url=instance.url, follow_redirects=True, timeout=30) as other:

        def press(page: str, form: str, **fields: str) -> str:
            token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', other.get(page).text)
            assert token
            data = {"csrfmiddlewaretoken": token[1], **fields}
            return other.post(form, data=data, headers={"Referer": f"{instance.url}{page}"}).text

        with _door:
            press("/accounts/login/", "/accounts/login/", login=login, password=PASSWORD)
        assert "已退出" in press("/me/sessions/", "/me/sessions/end/")


def lesson_of_teacher(page: Page, base: str, seconds: float = 100) -> str:
    """Id of the lesson that the signed-in teacher can open now, from the page of today. The demonstration plans the next
    one within a minute after one has ended."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        page.goto(f"{base}/today/")
        links = page.eval(
            "[...document.querySelectorAll('a[href*=\"/live/lessons/\"]')].map(a => a.getAttribute('href'))"
        )
        ids = dict.fromkeys(found[1] for path in links if (found := re.search(r"/live/lessons/([0-9a-f-]{36})/", path)))
        for lesson in ids:
            page.goto(f"{base}/live/lessons/{lesson}/teach/")
            if page.eval(OPENS_NOW):
                return lesson
        time.sleep(3)
    raise AssertionError(f"no lesson to open: {page.text()[:500]}")


@dataclass
class Series:
    """Glass-to-glass times in seconds, sorted."""

    values: list[float]

    def at(self, share: float) -> float:
        return self.values[min(len(self.values) - 1, int(len(self.values) * share))]

    def __str__(self) -> str:
        return f"p50 {self.at(0.5):.2f} s, p95 {self.at(0.95):.2f} s, max {self.values[-1]:.2f} s of {len(self.values)}"


class Viewer:
    """Somebody who watches: a class screen or a student."""

    def __init__(self, browser: Browser, page: Page) -> None:
        self.browser, self.page = browser, page

    @classmethod
    def open(
        cls,
        instance: Instance,
        login: str,
        *flags: str,
        binary: str = "",
        phone: bool = False,
        clock_wrong_by: float = 0,
        camera: str = "",
        **kw: Any,
    ) -> Self:
        """`clock_wrong_by`: seconds that the device's clock is ahead of the true time; `camera`: the script that stands in for
        camera and microphone."""
        options = {"binary": binary, "headless": "--headless"} if binary else {}
        browser = Browser(*flags, **options, **kw)
        try:
            page = browser.page(width=390 if phone else 1280, height=844 if phone else 720, mobile=phone)
            page.at_start(READER)
            if camera:
                page.at_start(camera)
            if clock_wrong_by:
                page.at_start(WRONG_CLOCK.replace("SECONDS", str(clock_wrong_by)))
            sign_in(page, instance.url, login)
        except BaseException:
            browser.close()
            raise
        return cls(browser, page)

    def wait_picture(self, seconds: float = 25) -> float:
        """Until the teacher's clock is seen here and runs; returns how old the picture is, in seconds."""
        self.page.wait("glass() !== null && glass() < 15", seconds)
        first = self.page.eval("readClock()")
        self.page.wait(f"readClock() > {first}", 10)
        return float(self.page.eval("glass()"))

    def sign_in_here(self, login: str) -> None:
        """On the sign-in page that one was led to; leads back to where one was."""
        before = self.page.eval("new URLSearchParams(location.search).get('next')")
        fill_in_sign_in(self.page, login)
        self.page.wait(f"location.pathname === {json.dumps(before)}", 10)

    def glass(self, seconds: float = 5) -> Series:
        values = self.page.eval(f"glassSeries({seconds})", seconds + 20)
        assert values, f"no clock in the picture: {self.page.text()[:300]}"
        return Series(sorted(values))

    def watch(self, at_most: float) -> tuple[float, Series]:
        """Until `enough`, and then until the picture runs: the longest time in which it stood still, in seconds, and how old it
        was in the last five seconds."""
        seen = self.page.eval(f"watchPicture({at_most})", at_most + 30)
        return float(seen["frozen"]), Series(sorted(seen["ages"]))

    def enough(self) -> None:
        self.page.eval("window.enough = true")

    def settled(self, limit: float, tries: int = 10) -> Series:
        """The first stretch of 5 s whose median lag is under `limit`; the last one when a busy machine never got there. A
        player that stalled stays further behind for 40 s before it trusts the line again."""
        for _ in range(tries):
            series = self.glass()
            if series.at(0.5) < limit:
                break
        return series

    def becomes(self, lag: float, seconds: float) -> float:
        """Until the median lag of two seconds is at most `lag`, for at most `seconds`: the last one."""
        began = time.monotonic()
        while (now := self.glass(2).at(0.5)) > lag and time.monotonic() - began < seconds:
            pass
        return now

    def close(self) -> None:
        self.browser.close()


class Teacher:
    """The teacher's computer, behind a cable of its own."""

    lesson: str

    def __init__(self, instance: Instance, login: str = "teacher", *, camera: bool = True) -> None:
        self.instance = instance
        self.cable = Cable(instance.port)
        self.base = f"http://localhost:{self.cable.port}"
        self.browser = Browser(*TEACHER_FLAGS)
        try:
            self.page = self.browser.page(width=1280, height=800)
            if camera:
                self.page.at_start(OWN_CAMERA)
            sign_in(self.page, self.base, login)
        except BaseException:
            self.close()
            raise

    def find_lesson(self) -> None:
        """The one that can be opened now, from the page of today."""
        self.lesson = lesson_of_teacher(self.page, self.base)

    def open_devices(self) -> None:
        self.page.click(".lv-message .btn-primary")
        self.wait_devices()

    def wait_devices(self) -> None:
        ready = "document.querySelector('[data-action=go-live]')?.disabled === false"
        self.page.wait(f"{ready} || document.querySelector('[data-phase=live]')", 20)

    @property
    def is_live(self) -> bool:
        return bool(self.page.eval("document.querySelector('.lv-teach')?.dataset.phase === 'live'"))

    def go_live(self) -> None:
        """The large button; a lesson that was left open goes on without it."""
        if self.page.eval(CLOSED):
            self.page.click("[data-action=go-live]")
        self.wait_live()

    def go_live_by_keyboard(self) -> None:
        """Devices and the large button without a mouse."""
        self.page.tab_to(".lv-message .btn-primary")
        self.page.press("Enter")
        self.wait_devices()
        if self.page.eval(CLOSED):
            self.page.tab_to("[data-action=go-live]")
            self.page.press("Space")
        self.wait_live()

    def wait_live(self, seconds: float = 30) -> None:
        self.page.wait("document.querySelector('.lv-teach')?.dataset.phase === 'live'", seconds)
        self.page.wait("document.querySelector('.lv-teach').dataset.uplink === 'sending'", seconds)

    def take_over(self) -> None:
        """The lesson that runs was handed over to this teacher, who goes on with it."""
        self.page.goto(f"{self.base}/live/lessons/{self.lesson}/teach/")
        self.page.click(".lv-message .btn-live")
        self.wait_live()

    def end(self, *, by_keyboard: bool = False) -> None:
        for selector in ("[data-action=end]", ".lv-dialog .btn-danger"):
            if by_keyboard:
                self.page.tab_to(selector)
                self.page.press("Enter")
            else:
                self.page.click(selector)
        self.page.wait("document.querySelector('.lv-teach').dataset.phase === 'ended'", 20)

    def hide(self) -> Page:
        """Another tab comes to the front, as when a teacher looks something up."""
        other = self.browser.page()
        self.browser.show(other)
        self.page.wait("document.hidden", 5)
        return other

    def close(self) -> None:
        self.browser.close()
        self.cable.close()


def together(*doings: Callable[[], T]) -> list[T]:
    """All at once, each in a thread of its own; raises what the first of them raised."""
    with ThreadPoolExecutor(len(doings)) as pool:
        return [each.result() for each in [pool.submit(doing) for doing in doings]]


def until(happened: Any, seconds: float, what: str) -> float:
    """Wait for `happened()`; returns how long it took, in seconds."""
    began = time.monotonic()
    while time.monotonic() - began < seconds:
        if happened():
            return time.monotonic() - began
        time.sleep(0.1)
    raise AssertionError(f"{what}: not within {seconds} s")
