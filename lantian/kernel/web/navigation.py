"""What stands in the side navigation and the phone's bottom bar; each app adds its own entries."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lantian.kernel.registry import Registry
from lantian.kernel.rules import Actor
from lantian.kernel.web.addresses import address

if TYPE_CHECKING:
    from lantian.kernel.rules import Text


def everyone(actor: Actor) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class NavItem:
    """One entry. `shown(actor)` decides for whom; `phone` puts it into the bottom bar; entries
    of one `group` stand together under its name. The entry whose address begins the page's is the current one."""

    key: str
    label: "Text"
    url_name: str
    icon: str
    order: int
    shown: Callable[[Actor], bool] = everyone
    phone: bool = False
    group: "Text" = ""

    @property
    def url(self) -> str:
        return address(self.url_name)


NAV: Registry[NavItem] = Registry("navigation")


def add(item: NavItem) -> None:
    NAV.register(item.key, item)


def items_for(actor: Actor) -> list[NavItem]:
    """The entries this actor sees, in order."""
    return sorted((item for item in NAV if item.shown(actor)), key=lambda item: item.order)


def roles(*names: str) -> Callable[[Actor], bool]:
    """Shown to actors whose active role is one of `names`."""
    wanted = frozenset(names)
    return lambda actor: actor.role in wanted
