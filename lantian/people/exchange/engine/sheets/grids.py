"""What a file is read into, how much of it at most, and why a file is not read."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

MAX_FILE = 24 * 2**20
MAX_UNPACKED = 160 * 2**20
MAX_RATIO = 200
SMALL = 4 * 2**20  # below this a high ratio is only a very regular sheet
MAX_MEMBERS = 500
MAX_SHEETS = 30
MAX_ROWS = 20_000
MAX_COLUMNS = 80
MAX_CELL = 500

_BLANK = re.compile(r"[\s\u00a0\u200b-\u200f\u2060\ufeff]+")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\ufffe\uffff]")


class SheetRefused(Exception):
    """A file is not read; `code` and `params` say why (queries.words has the sentences)."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code)
        self.code, self.params = code, params


@dataclass
class Grid:
    """One sheet: its rows by the number a spreadsheet shows, blank rows left out, every cell a text."""

    sheet: str
    rows: list[tuple[int, list[str]]] = field(default_factory=list)
    hidden: bool = False

    @property
    def width(self) -> int:
        return max((len(cells) for _number, cells in self.rows), default=0)


def tidy(text: str) -> str:
    """A cell without what nobody sees: control and zero-width characters, line ends and no-break spaces as one space."""
    if text.isascii() and text.isprintable():
        return text.strip()[:MAX_CELL]
    return _BLANK.sub(" ", _CONTROL.sub("", text)).strip()[:MAX_CELL]


def squeezed(text: str) -> str:
    """A text for comparing: full width as half width, no blanks at all, lower case."""
    return _BLANK.sub("", unicodedata.normalize("NFKC", text)).lower()


def add_row(grid: Grid, number: int, cells: Sequence[str]) -> None:
    """Keep a row that has something in it. Raises SheetRefused past the most rows and columns."""
    last = len(cells)
    while last and not cells[last - 1]:
        last -= 1
    if not last:
        return
    if last > MAX_COLUMNS:
        raise SheetRefused("sheet_wide", sheet=grid.sheet, most=MAX_COLUMNS)
    if len(grid.rows) >= MAX_ROWS:
        raise SheetRefused("sheet_long", sheet=grid.sheet, most=MAX_ROWS)
    grid.rows.append((number, list(cells[:last])))
