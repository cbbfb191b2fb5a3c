"""The demonstration region: each app adds its own part, through its own services, from one seed.

A part is a function of the context, registered under its app's name with `demo_part`; parts run from the lowest floor up, each
in a transaction, and leave what later parts need in `context.things`. The same seed and scale give the same region, so ids
are drawn from the context too.
"""

import json
import random
from collections.abc import Callable, Coroutine
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from lantian.kernel.registry import Registry

if TYPE_CHECKING:
    from faker import Faker

PASSWORD = "lantian-2026"  # noqa: S105 - demonstration accounts are printed for everyone to use
SCALES = ("small", "city")


@dataclass(frozen=True)
class DemoAccount:
    """One printed account. `role` is in Chinese, as people would say it."""

    key: str
    role: str
    name: str
    login: str
    password: str
    organization: str
    note: str = ""


@dataclass
class DemoContext:
    """What a part gets: scale, chance, names, the day, and what earlier parts left."""

    scale: str = "small"
    seed: int = 510700
    now: datetime = field(default_factory=timezone.localtime)
    things: dict[str, Any] = field(default_factory=dict)
    accounts: list[DemoAccount] = field(default_factory=list)
    say: Callable[[str], None] = print

    @cached_property
    def random(self) -> random.Random:
        return random.Random(self.seed)  # noqa: S311 - deterministic on purpose, nothing secret hangs on it

    @cached_property
    def fake(self) -> "Faker":
        from faker import Faker

        fake = Faker("zh_CN")
        fake.seed_instance(self.seed)
        return fake

    def once(self, name: str, make: Callable[[], Any]) -> Any:
        """What several parts need and is dear to make: made by the first that asks."""
        if name not in self.things:
            self.things[name] = make()
        return self.things[name]

    @property
    def today(self) -> date:
        return self.now.date()

    @property
    def is_city(self) -> bool:
        return self.scale == "city"

    def uuid(self) -> UUID:
        """A version 4 UUID drawn from the seed."""
        return UUID(int=self.random.getrandbits(128), version=4)

    def announce(
        self, key: str, role: str, name: str, login: str, organization: str, note: str = "", password: str = PASSWORD
    ) -> None:
        """Add an account to the printed list."""
        self.accounts.append(DemoAccount(key, role, name, login, password, organization, note))


DemoPart = Callable[[DemoContext], None]
DEMO_PARTS: Registry[DemoPart] = Registry("demo parts")
# What must keep up with the clock (today's lessons): called at start and every minute while a demonstration runs.
DEMO_KEEPERS: Registry[Callable[[], object]] = Registry("demo keepers")
# What a part made and keeps adding to, for the keepers of the apps above it: functions that give a queryset.
DEMO_SETS: Registry[Callable[[], Any]] = Registry("demo sets")
# What runs as long as a demonstration does (the synthetic lesson): coroutines that take the address of the live process.
DEMO_BROADCASTS: Registry[Callable[[str], Coroutine[Any, Any, None]]] = Registry("demo broadcasts")


def demo_part(name: str) -> Callable[[DemoPart], DemoPart]:
    """Register an app's part (from its `AppConfig.ready`, lowest floor first)."""

    def declare(part: DemoPart) -> DemoPart:
        return DEMO_PARTS.register(name, part)

    return declare


def accounts_file() -> Path:
    return Path(settings.LANTIAN_HOME) / "demo" / "region.json"


def write_accounts(accounts: list[DemoAccount]) -> None:
    path = accounts_file()
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.write_text(json.dumps([asdict(account) for account in accounts], ensure_ascii=False, indent=1))


def being_made() -> bool:
    """Whether this is a demonstration whose region is not there yet: its accounts are written last."""
    return bool(settings.LANTIAN_DEMO) and not accounts_file().exists()


def read_accounts() -> list[DemoAccount]:
    """The accounts of the seeded region; empty when none is seeded."""
    path = accounts_file()
    return [DemoAccount(**row) for row in json.loads(path.read_text())] if path.exists() else []
