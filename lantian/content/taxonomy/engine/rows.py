"""A framework as rows, the form in which it is read from files, compared and written: one node a row, in order."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

MOST_ROWS = 20_000
MOST_BYTES = 8 * 2**20
GRADED = ("volume", "area", "point")  # what else has a grade has its volume's
LONGEST = {"title": 120, "code": 60, "words": 400}
CODE = re.compile(r"[^\s;；、,，\x00-\x1f]{1,60}")
DEEPEST = 12


@dataclass(frozen=True)
class Row:
    """One node. Those beside each other stand in the order of the rows. None in the last three: the file says nothing of them."""

    code: str
    title: str
    kind: str
    parent: str = ""
    words: str = ""
    grade: int | None = None
    term: int | None = None
    points: tuple[str, ...] | None = None
    requires: tuple[str, ...] | None = None
    related: tuple[str, ...] | None = None
    ident: str = ""
    line: int = field(default=0, compare=False)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Row":
        made = dict(data)
        for name in ("points", "requires", "related"):
            made[name] = None if made.get(name) is None else tuple(made[name])
        return cls(**made)


@dataclass(frozen=True)
class Fault:
    """What is wrong with a row (its line in the file; 0: with the file), in which column; `code` and `value` make the words."""

    line: int
    column: str
    code: str
    value: str = ""


class NotRead(Exception):
    """A file that is not what it is said to be; `code` and `value` make the words."""

    def __init__(self, code: str, value: str = "") -> None:
        super().__init__(code)
        self.code, self.value = code, value


def clean(text: str) -> str:
    """Without control characters, line ends and blanks at the ends; blanks within single."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())


def related_pairs(rows: Iterable[Row]) -> set[tuple[str, str]]:
    """Pairs of codes that are related, whichever of the two says so."""
    return {
        (min(row.code, other), max(row.code, other)) for row in rows for other in row.related or () if other != row.code
    }
