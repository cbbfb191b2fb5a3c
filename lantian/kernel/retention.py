"""How long things are kept: each app declares its kinds, with a source, a usual time and its limits.

A rule finds what is older than a moment, shows some of it, and lets it go. How long, within the limits, is set by an officer
(people/privacy), which runs all rules every night.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from lantian.kernel.registry import Registry

if TYPE_CHECKING:
    from lantian.kernel.rules import Text

DAY, YEAR = "day", "year"


@dataclass(frozen=True)
class Line:
    """One thing that would go, for the page that shows it before: what it is, never more of it than needed, and of when."""

    words: str
    at: datetime


@dataclass(frozen=True)
class RetentionRule:
    """One kind of thing. `usual`, `least`, `most` are numbers of `unit`; `least` is the law's, or what work needs.

    `what`: what becomes of it when its time is over. `basis`: the law or other source, or that it is the house's own choice.
    `count(before)`, `sample(before, n)`: what is older than that moment; `let_go(before)`: act, in transactions of its own, and
    say how many went. `fixed`: the time is set where the machine is set up, and read by this function (0: kept for good).
    """

    title: "Text"
    what: "Text"
    basis: "Text"
    unit: str
    usual: int
    least: int
    most: int
    count: Callable[[datetime], int]
    sample: Callable[[datetime, int], Sequence[Line]]
    let_go: Callable[[datetime], int]
    fixed: Callable[[], int] | None = None

    def before(self, amount: int, now: datetime) -> datetime:
        """The moment before which things of this kind go, when they are kept for `amount` units."""
        if self.unit == DAY:
            return now - timedelta(days=amount)
        try:
            return now.replace(year=now.year - amount)
        except ValueError:  # 29 February
            return now.replace(year=now.year - amount, day=28)


RETENTION: Registry[RetentionRule] = Registry("retention rules")
