"""The table of answers: a line for each method and address, a column for each role."""

import re
from dataclasses import dataclass
from pathlib import Path

from tests.addresses.halves import ROLES, Half

TABLE = Path(__file__).with_name("table.txt")
NAME = re.compile(r"\{(\w+)\}")
WORDS = frozenset({"monday"})  # names of the table that are no ids


@dataclass(frozen=True)
class Line:
    """What one address answers to one method, by role."""

    method: str
    address: str
    answers: dict[str, int]

    @property
    def ids(self) -> list[str]:
        return [name for name in NAME.findall(self.address) if name not in WORDS]

    @property
    def is_for_everybody(self) -> bool:
        """Whether all get the same answer: an open page, or a method that the address has not."""
        return len(set(self.answers.values())) == 1

    def filled(self, own: Half, foreign: Half | None = None, name: str = "") -> str:
        """The address with the county's own things in it; the one called `name` is the other county's."""
        return NAME.sub(lambda found: (foreign if foreign and found[1] == name else own).things[found[1]], self.address)


def read_table() -> list[Line]:
    return [line for line in map(read_line, TABLE.read_text().splitlines()) if line]


def read_line(text: str) -> Line | None:
    """One line of the table. A single answer is everybody's; an empty line or a remark is none."""
    if not text.strip() or text.startswith("#"):
        return None
    method, address, *answers = text.split()
    codes = [int(code) for code in answers]
    if len(codes) == 1:
        codes *= len(ROLES)
    return Line(method, address, dict(zip(ROLES, codes, strict=True)))


def write_line(method: str, address: str, answers: dict[str, int]) -> str:
    codes = [answers[role] for role in ROLES]
    cells = f"{codes[0]}" if len(set(codes)) == 1 else "".join(f"{code:<9}" for code in codes)
    return f"{method:<4} {address:<76} {cells}".rstrip()
