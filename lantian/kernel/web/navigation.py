"""What stands in the side navigation and the phone's bottom bar; each app adds its own entries."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from lantian.kernel.registry import Registry
from lantian.kernel.rules import Actor
from lantian.kernel.web.addresses import address

if TYPE_CHECKING:
    from lantian.kernel.rules import Text


def everyone(actor: Actor) -> bool:
    return True


@dataclass(frozen=True, slots=True, eq=False)
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


# where the pages of an entry stand besides its own address: their beginning, and the entry's key
UNDER: Registry[str] = Registry("navigation_under")


def add(item: NavItem) -> None:
    NAV.register(item.key, item)


def under(key: str, *beginnings: str) -> None:
    """Pages whose address begins so belong to the entry `key`, which may be another app's."""
    for beginning in beginnings:
        UNDER.register(beginning, key)


def items_for(actor: Actor) -> list[NavItem]:
    """The entries this actor sees, in order."""
    return sorted((item for item in NAV if item.shown(actor)), key=lambda item: item.order)


def roles(*names: str) -> Callable[[Actor], bool]:
    """Shown to actors whose active role is one of `names`."""
    wanted = frozenset(names)
    return lambda actor: actor.role in wanted


PHONE_ITEMS, PHONE_FEW = 4, 3


def grouped(items: Sequence[NavItem]) -> list[tuple["Text", list[NavItem]]]:
    """Entries by group, groups in order of their first entry; the group without a name stands first."""
    order: dict[str, int] = {"": -1}
    for position, item in enumerate(items):
        order.setdefault(str(item.group), position)
    ordered = sorted(items, key=lambda item: order[str(item.group)])
    return [(name, list(found)) for name, found in groupby(ordered, key=lambda item: str(item.group))]


def in_bar(items: Sequence[NavItem]) -> list[NavItem]:
    """The phone bar's entries: those meant for it; where there are hardly any, the first ones in their place."""
    meant = [item for item in items if item.phone][:PHONE_ITEMS]
    return meant if len(meant) >= PHONE_FEW else [*meant, *(item for item in items if item not in meant)][:PHONE_FEW]


def beside_bar(items: Sequence[NavItem]) -> list[NavItem]:
    """What the phone's bar has no place for; it stands in the menu beside."""
    shown = in_bar(items)
    return [item for item in items if item not in shown]
