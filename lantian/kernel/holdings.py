"""What the house holds about a human being: each app says what, how it is given out as a copy, and how it is erased.

    HOLDINGS.register("homework.handed_in", Holding(_("作业"), covers=("homework.paper.author",), count=…, export=…, erase=…))

in `AppConfig.ready()`. Whoever gives out a copy or erases somebody asks all of them and knows none. `tests/architecture` fails
on a table with a key to a person or an account that is neither covered by a holding nor exempt with a reason.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import UUID

from lantian.kernel.registry import Registry

if TYPE_CHECKING:
    from lantian.kernel.rules import Text


@dataclass(frozen=True)
class Subject:
    """The human being whose data it is.

    `person_ids`: the record and the duplicates merged into it; `names`: all that they are or were called here, the longest
    first; `relatives`: people in whose history the name may stand. `pseudonym` takes the name's place. `kept_as`: as what the law
    wants the record kept ("student", "staff", "guardian"), empty when nothing does; `tied`: some of that is so today; `why_kept`
    says it.
    """

    person_ids: tuple[UUID, ...]
    account_ids: tuple[UUID, ...] = ()
    names: tuple[str, ...] = ()
    relatives: tuple[UUID, ...] = ()
    pseudonym: str = ""
    kept_as: frozenset[str] = frozenset()
    tied: bool = False
    why_kept: "Text" = ""

    @property
    def id(self) -> UUID:
        """The record that the others were merged into."""
        return self.person_ids[0]


@dataclass(frozen=True)
class Part:
    """One part of a copy. `rows`: field name → text, None or number; `labels`: field name → the word a person reads."""

    title: str
    labels: dict[str, str]
    rows: list[dict[str, Any]] = field(default_factory=list)

    @property
    def table(self) -> list[list[Any]]:
        """The rows as a page shows them, in the order of the labels."""
        return [["" if row.get(name) is None else row[name] for name in self.labels] for row in self.rows]


def erased(subject: Subject) -> "Text":
    """For a holding that no law wants kept."""
    return ""


def kept_with_the_record(subject: Subject) -> "Text":
    """For a holding that stays as long as the person's record has to."""
    return subject.why_kept


@dataclass(frozen=True)
class Holding:
    """What one app holds of a person. All functions make a fixed number of queries.

    `covers`: the columns ("app.model.field") that point to the person or the account. `count`: how many things there are.
    `stays(subject)`: why it may not be erased now, "" when it is erased. `erase(subject)`: do it, in the caller's transaction,
    and say how many things it was; None when rows stay without a name, which the person's record no longer gives them. `leaves`:
    what is still there afterwards, in words for the person. `export(subject)`: its part of the copy, in the language in force.
    """

    title: "Text"
    covers: tuple[str, ...]
    count: Callable[[Subject], int]
    erase: Callable[[Subject], int] | None = None
    stays: "Callable[[Subject], Text]" = erased
    leaves: "Text" = ""
    export: Callable[[Subject], Part] | None = None


def renamed(value: Any, subject: Subject) -> Any:
    """Words, or lists and dictionaries of them, with the pseudonym in place of every name."""
    if isinstance(value, dict):
        return {key: renamed(each, subject) for key, each in value.items()}
    if isinstance(value, list):
        return [renamed(each, subject) for each in value]
    if isinstance(value, str):
        for name in subject.names:
            value = value.replace(name, subject.pseudonym)
    return value


# In order of registration, the lowest floor first; erasing begins with the last one.
HOLDINGS: Registry[Holding] = Registry("what is held of a person")
# Column → why it is no holding.
EXEMPT: "dict[str, Text]" = {}


def exempt(why: "Text", *columns: str) -> None:
    """State that columns ("app.model.field") pointing to a person or an account hold nothing about them that is to be erased."""
    for column in columns:
        EXEMPT[column] = why


# For columns that say who once did something: the row is about something else, and the doer's record keeps its id alone.
DID_IT = "says who did it; the name is the person's record's, which is a pseudonym after erasure"
