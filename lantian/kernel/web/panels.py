"""What apps add to everybody's first page: to-dos, figures and cards; and to the sign-in page: panels.

The pages themselves stand above and know none of those who fill them. Sources must be cheap: a fixed number of queries each,
none for roles they are not meant for.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from lantian.kernel.registry import Registry
from lantian.kernel.rules import Actor

if TYPE_CHECKING:
    from lantian.kernel.rules import Text


@dataclass(frozen=True, slots=True)
class Todo:
    """One thing to be done: what, by when, how many, and where. `unit` follows the count (3 间)."""

    words: "Text"
    url: str = ""
    due: date | None = None
    count: int = 0
    unit: "Text" = ""


@dataclass(frozen=True, slots=True)
class Share:
    """`part` of `whole`, such as the classes present of those expected."""

    name: str
    part: int
    whole: int


@dataclass(frozen=True, slots=True)
class Figure:
    """The one figure that matters to a role: `bars` (percent from zero, the last one is now) or `shares` or `numbers`.

    `finding` says it in words, `url` leads to where there is more. With nothing to show all are empty and `empty` says why.
    """

    title: "Text"
    subtitle: "Text" = ""
    finding: "Text" = ""
    bars: tuple[tuple[str, int], ...] = ()
    unit: str = ""
    shares: tuple[Share, ...] = ()
    numbers: "tuple[tuple[Text, str, Text], ...]" = ()
    empty: "Text" = ""
    url: str = ""

    @property
    def is_empty(self) -> bool:
        return not (self.bars or self.shares or self.numbers)


@dataclass(frozen=True, slots=True)
class DayCard:
    """One card about the day: its title, the template of its inside, and what that template is given as `data`."""

    title: "Text"
    template: str
    data: dict[str, Any] = field(default_factory=dict)


TodoSource = Callable[[Actor, date], Iterable[Todo]]
FigureSource = Callable[[Actor, date], Figure | None]
DayCardSource = Callable[[Actor, date], DayCard | None]

TODOS: Registry[TodoSource] = Registry("to-dos of the first page")
FIGURES: Registry[FigureSource] = Registry("figures of the first page")
# Below the day's lessons, on the first page.
DAY_CARDS: Registry[DayCardSource] = Registry("cards about the day")
# Names of templates shown below the sign-in form.
SIGN_IN_PANELS: Registry[str] = Registry("panels of the sign-in page")


def todos_for(actor: Actor, day: date) -> list[Todo]:
    """What this actor has to do, the most pressing first; what has no date comes last."""
    found = [todo for source in TODOS for todo in source(actor, day)]
    return sorted(found, key=lambda todo: (todo.due is None, todo.due or day))


def figure_for(actor: Actor, day: date) -> Figure | None:
    """The first figure some source has for this actor's role."""
    return next((figure for source in FIGURES if (figure := source(actor, day)) is not None), None)


def day_cards_for(actor: Actor, day: date) -> list[DayCard]:
    """What apps have to say to this actor about the day, besides its lessons."""
    return [card for source in DAY_CARDS if (card := source(actor, day)) is not None]
