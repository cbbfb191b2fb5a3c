"""What the frame around every page needs to know; worked out only when a template asks."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import structlog
from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from lantian.kernel.registry import Registry
from lantian.kernel.rules import ANONYMOUS, Actor, Grant
from lantian.kernel.web import navigation
from lantian.kernel.web.addresses import address
from lantian.kernel.web.navigation import NavItem
from lantian.kernel.web.panels import SIGN_IN_PANELS

if TYPE_CHECKING:
    from lantian.kernel.rules import Text

log = structlog.get_logger("web")

THEMES = ("light", "dark")
THEME_COOKIE = "lantian_theme"

# Places of the frame that apps above fill with the name of a URL: "switch_role" (POST grant=<id>), "search" (GET q), "inbox",
# "me", "sign_in", "sign_out" (POST). A place nobody fills is not shown.
PLACES: Registry[str] = Registry("places of the shell")
# Role -> its word for people; filled by the app that knows roles.
ROLE_LABELS: Registry["Text"] = Registry("role labels")
# How many unread messages whoever asks has; at most one entry. Must be cheap: it runs on every page.
UNREAD: Registry[Callable[[HttpRequest], int]] = Registry("unread counts")
# Told when somebody chooses a language, besides the cookie of this device.
LANGUAGE_KEEPERS: Registry[Callable[[HttpRequest, str], None]] = Registry("keepers of the language")
# The public header's entries.
PUBLIC_NAV: Registry[NavItem] = Registry("public navigation")
# beginnings of pages that stand under an entry of the public bar, and that entry's key
PUBLIC_UNDER: Registry[str] = Registry("public navigation under")


@dataclass(frozen=True, slots=True)
class Language:
    code: str
    name: str
    current: bool


def base_of(request: HttpRequest) -> str:
    """The frame of a page for everybody: it keeps the menu of those who have one."""
    actor: Actor = getattr(request, "actor", ANONYMOUS)
    return "web/public.html" if actor.is_anonymous or actor.is_screen else "web/shell.html"


def _leads_somewhere(item: NavItem) -> bool:
    """An entry whose app is not installed here must not take every page down with it."""
    try:
        return bool(item.url)
    except NoReverseMatch:
        log.warning("navigation_without_page", key=item.key, url_name=item.url_name)
        return False


def place(name: str) -> str:
    """The address of a place, or "" when no app fills it."""
    url_name = PLACES.get(name) or (settings.LOGIN_URL if name == "sign_in" else "")
    if not url_name:
        return ""
    try:
        return address(url_name)
    except NoReverseMatch:
        return ""


class Shell:
    """Read by web/base.html, web/shell.html and web/public.html under the name `shell`."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request

    @cached_property
    def actor(self) -> Actor:
        return getattr(self.request, "actor", ANONYMOUS)

    @property
    def region(self) -> str:
        return str(settings.LANTIAN_REGION_NAME)

    @cached_property
    def items(self) -> tuple[NavItem, ...]:
        return tuple(item for item in navigation.items_for(self.actor) if _leads_somewhere(item))

    @cached_property
    def current(self) -> str:
        """Key of the entry one is in: the one whose address is the longest beginning of this page's."""
        return self._current_of(self.items, navigation.UNDER)

    @cached_property
    def public_items(self) -> tuple[NavItem, ...]:
        shown = [item for item in PUBLIC_NAV if item.shown(self.actor) and _leads_somewhere(item)]
        return tuple(sorted(shown, key=lambda item: item.order))

    @cached_property
    def public_current(self) -> str:
        return self._current_of(self.public_items, PUBLIC_UNDER)

    def _current_of(self, items: tuple[NavItem, ...], under: Registry[str]) -> str:
        path, shown = self.request.path, {item.key for item in items}
        starts = [(item.url, item.key) for item in items]
        starts += [(start, key) for start, key in under.items() if key in shown]
        best, length = "", 0
        for url, key in starts:
            if (path == url or (url != "/" and path.startswith(url))) and len(url) > length:
                best, length = key, len(url)
        return best

    @cached_property
    def role_label(self) -> str:
        return role_label(self.actor.grant) if self.actor.grant else ""

    @cached_property
    def roles(self) -> list[tuple[Grant, str, bool]]:
        """(grant, its words, is it the one acted in)."""
        now = self.actor.grant
        return [(grant, role_label(grant), now is not None and grant.id == now.id) for grant in self.actor.grants]

    @cached_property
    def unread(self) -> int:
        return sum(count(self.request) for count in UNREAD)

    @property
    def theme(self) -> str:
        """ "light", "dark", or "" for what the device prefers."""
        chosen = self.request.COOKIES.get(THEME_COOKIE, "")
        return chosen if chosen in THEMES else ""

    @property
    def themes(self) -> "list[tuple[str, Text, str, bool]]":
        return themes(self.theme)

    @property
    def languages(self) -> list[Language]:
        return languages()

    @property
    def lang(self) -> str:
        return "en" if (get_language() or "").startswith("en") else "zh-Hans"

    @cached_property
    def search_url(self) -> str:
        return place("search")

    @cached_property
    def inbox_url(self) -> str:
        return place("inbox")

    @cached_property
    def me_url(self) -> str:
        return place("me")

    @property
    def is_own_page(self) -> bool:
        return bool(self.me_url) and self.request.path.startswith(self.me_url)

    @cached_property
    def switch_url(self) -> str:
        return place("switch_role")

    @cached_property
    def sign_in_url(self) -> str:
        return place("sign_in")

    @property
    def sign_in_panels(self) -> list[str]:
        """Names of templates that apps show below the sign-in form."""
        return list(SIGN_IN_PANELS)

    @cached_property
    def sign_out_url(self) -> str:
        return place("sign_out")


def themes(chosen: str) -> "list[tuple[str, Text, str, bool]]":
    """(value, words, icon, current)."""
    now = chosen or "auto"
    return [
        ("auto", _("跟随系统"), "monitor", now == "auto"),
        ("light", _("浅色"), "sun", now == "light"),
        ("dark", _("深色"), "moon", now == "dark"),
    ]


def languages() -> list[Language]:
    now = get_language() or settings.LANGUAGE_CODE
    return [Language(code, name, code == now) for code, name in settings.LANGUAGES]


def role_label(grant: Grant) -> str:
    return str(ROLE_LABELS.get(grant.role) or grant.role)


def context(request: HttpRequest) -> dict[str, Any]:
    """Template context processor: `shell`, and `actor` for pages that ask rules about it."""
    shell = Shell(request)
    return {"shell": shell, "actor": getattr(request, "actor", ANONYMOUS)}
