"""Everything a role can open, found as people find it: by the links of the pages, from a few first addresses.

Pages are read over plain HTTP, which is cheap; those that show something not yet seen are then opened in a browser.
"""

import html
import re
import time
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol
from urllib.parse import urljoin, urlsplit

import httpx

PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 860}

UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
# Words in an address that are values, as ids are: kinds of things, subjects, terms, numbers and days.
VALUE = re.compile(r"(?<=/retention/)[^/]+|(?<=/assignments/)[^/]+|(?<=/terms/)[^/]+/[^/]+|(?<=/)\d[\d-]*(?=/)")
LINK = re.compile(r'<a [^>]*?href="([^"#]+)')
HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')
CLASSES = re.compile(r'(?:class|data-island|role|type)="([^"]*)"')
# Pages no link leads to, wrong addresses and wrong words among them. Refusals are expected of these alone.
FIRST = (
    "/",
    "/today/",
    "/timetable/",
    "/me/",
    "/me/password/",
    "/me/sign-ons/",
    "/lessons/plan/",
    "/lessons/?q=zzzz",
    "/people/?q=zzzz",
    "/search/?q=%E5%BC%A0",
    "/search/?q=zzzz",
    "/alliances/new/",
    "/rooms/",
    "/grants/",
    "/grants/new/",
    "/organizations/",
    "/accounts/inactive/",
    "/bind/",
    "/accounts/logout/",
    "/accounts/2fa/",
    "/accounts/reauthenticate/",
    "/live/screen/",
    "/_/ui",
    "/_/ui/room",
    "/no-such-page/",
)
BUSY = "现在登录的人很多"  # the pages go before passwords
STATES = 2  # lessons are looked at in two of their states
# Files, and what a click would change.
NOT_PAGES = re.compile(r"\.(csv|xlsx|svg|webp|png)$|[?&](format|export)=|/download/|/film/$|^/accounts/logout/")


def shape(path: str) -> str:
    """An address without its ids and values: pages of one shape are one page of different rows."""
    parts = urlsplit(path)
    names = sorted(pair.split("=")[0] for pair in parts.query.split("&") if pair)
    return VALUE.sub("*", UUID.sub("*", parts.path)) + ("?" + "&".join(names) if names else "")


@dataclass
class Seen:
    """One page as one role got it."""

    path: str
    status: int
    text: str
    origin: str

    @cached_property
    def words(self) -> frozenset[str]:
        """The kinds of element on the page: two pages with the same ones look alike."""
        return frozenset(CLASSES.findall(self.text))

    @property
    def links(self) -> Iterator[str]:
        for found in LINK.findall(self.text):
            target = html.unescape(found)
            path = urljoin(self.path, target)
            if path.startswith("/") and not path.startswith("//") and not NOT_PAGES.search(path):
                yield path


class Orders(Protocol):
    """A set of words, or what several processes tell each other."""

    def add(self, word: str, /) -> None: ...

    def __contains__(self, word: str, /) -> bool: ...


@dataclass
class Walk:
    """One role's walk. `orders`: shapes of lists in another order or on another page, shared by all walks: once will do."""

    base: str
    orders: Orders = field(default_factory=set)
    pages: list[Seen] = field(default_factory=list)
    moved: list[tuple[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.http = httpx.Client(timeout=30, trust_env=False, headers={"Accept-Language": "zh-CN"})

    def sign_in(self, login: str, password: str) -> None:
        """As a person does it, who is told to press again when many sign in at once."""
        deadline = time.monotonic() + 30
        while BUSY in (answer := self._try_to_sign_in(login, password)).text and time.monotonic() < deadline:
            time.sleep(1)
        assert answer.status_code == 302, f"{login} could not sign in: {answer.status_code}"

    def _try_to_sign_in(self, login: str, password: str) -> httpx.Response:
        address = f"{self.base}/accounts/login/"
        form = {name: html.unescape(value) for name, value in HIDDEN.findall(self.http.get(address).text)}
        form |= {"login": login, "password": password}
        return self.http.post(address, data=form, headers={"Referer": address})

    @property
    def cookies(self) -> list[Any]:
        """The session, for a browser that goes on with it."""
        return [{"name": each.name, "value": each.value, "url": self.base} for each in self.http.cookies.jar]

    def go(self) -> "Walk":
        waiting = deque((path, "") for path in FIRST)
        met: set[str] = set()
        count: Counter[str] = Counter()
        while waiting:
            path, origin = waiting.popleft()
            kind = shape(path)
            if path in met or count[kind] >= (STATES if "/lessons/*/" in kind else 1) or kind in self.orders:
                continue
            met.add(path)
            count[kind] += 1
            if "?" in path and origin:
                self.orders.add(kind)
            answer = self.http.get(self.base + path)
            if answer.status_code in (301, 302):
                target = answer.headers["location"].removeprefix(self.base)
                self.moved.append((path, target))
                waiting.append((urljoin(path, target), origin))
            elif "text/html" in answer.headers.get("content-type", ""):
                page = Seen(path, answer.status_code, answer.text, origin)
                self.pages.append(page)
                if page.status == 200:
                    waiting.extend((link, path) for link in page.links)
        return self
