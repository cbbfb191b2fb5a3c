"""Divisions at county level and above (GB/T 2260), with the years in which they were in force and what became of them.

The table `data/divisions.tsv` holds 1980 to 2025; `bench/divisions/build.py` writes it and names its sources. Published tables
say what was in force at the end of a year, so all here is exact to the year: in a year of change old and new both count.
Divisions of Hong Kong, Macao and Taiwan are not in the tables; the three themselves are.
"""
# i18n: data file

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import Enum
from functools import lru_cache
from pathlib import Path

TABLE = Path(__file__).with_name("data") / "divisions.tsv"
SINCE = 1980
_GROUPINGS = frozenset({"市辖区", "县", "市", "市区"})


class Level(Enum):
    PROVINCE = "province"
    CITY = "city"
    COUNTY = "county"


@dataclass(frozen=True, slots=True)
class Division:
    """A code while it had one name.

    `valid_from`: the year in which it came into force (1980: then or before). `valid_to`: the year in which it ceased; None while
    it is in force. `successors`: codes of what it became then; its own code if only the name changed; empty where not known.
    `is_grouping`: no place of its own (市辖区, 省直辖县级行政区划), but old citizen numbers begin with it.
    """

    code: str
    name: str
    valid_from: int
    valid_to: int | None
    successors: tuple[str, ...]
    is_grouping: bool = False

    @property
    def level(self) -> Level:
        if self.code.endswith("0000"):
            return Level.PROVINCE
        return Level.CITY if self.code.endswith("00") else Level.COUNTY

    @property
    def is_current(self) -> bool:
        return self.valid_to is None

    def was_in_force(self, on: date) -> bool:
        return (self.valid_from <= on.year or self.valid_from == SINCE) and (
            self.valid_to is None or on.year <= self.valid_to
        )

    @property
    def parent(self) -> str | None:
        """Code of the city, or of the province where no city stands between; None for a province."""
        if self.level is Level.PROVINCE:
            return None
        city = self.code[:4] + "00"
        if self.level is Level.COUNTY and any(not row.is_grouping for row in _table().get(city, ())):
            return city
        return self.code[:2] + "0000"


@lru_cache(maxsize=1)
def _table() -> dict[str, tuple[Division, ...]]:
    """Code to its rows, oldest first."""
    found: dict[str, tuple[Division, ...]] = {}
    for line in TABLE.read_text("utf-8").splitlines():
        if line.startswith("#"):
            continue
        code, name, since, ended, into = line.split("\t")
        is_grouping = name in _GROUPINGS or "直辖" in name
        row = Division(code, name, int(since), int(ended) if ended else None, tuple(into.split()), is_grouping)
        found[code] = (*found.get(code, ()), row)
    return found


@lru_cache(maxsize=1)
def known_codes() -> frozenset[str]:
    """Every code that was ever in force since 1980, groupings included."""
    return frozenset(_table())


def lookup(code: str, on: date | None = None) -> Division | None:
    """The division with this code on that day; without a day the latest that had it, in force or not."""
    rows = _table().get(code, ())
    if on is not None:
        rows = tuple(row for row in rows if row.was_in_force(on))
    # a place of its own before a grouping that once had the same code
    return max(rows, key=lambda row: (not row.is_grouping, row.is_current, row.valid_from), default=None)


def full_name(code: str, on: date | None = None) -> str:
    """四川省绵阳市涪城区; empty if the code was never given out."""
    division = lookup(code, on)
    if division is None:
        return ""
    names = [] if division.is_grouping else [division.name]
    above = division.parent
    while above is not None:
        higher = lookup(above, on) or lookup(above)
        if higher is None:
            break
        names.append(higher.name)
        above = higher.parent
    return "".join(reversed(names))


def resolve_current(code: str) -> tuple[Division, ...]:
    """The divisions in force today that the area of this code belongs to, in order of code.

    More than one where it was divided; empty where the code is unknown or nobody wrote down what became of it.
    """
    found: dict[str, Division] = {}
    seen: set[str] = set()
    waiting = [code]
    while waiting:
        one = waiting.pop()
        if one in seen:
            continue
        seen.add(one)
        division = lookup(one)
        if division is None:
            continue
        if division.is_current:
            found[one] = division
        else:
            waiting += division.successors
    return tuple(found[one] for one in sorted(found))


def _in_force(on: date | None) -> Iterator[Division]:
    for rows in _table().values():
        for row in rows:
            if not row.is_grouping and (row.is_current if on is None else row.was_in_force(on)):
                yield row


def counties_of(code: str, on: date | None = None) -> tuple[Division, ...]:
    """All counties of a city or province (or the county itself) on a day, or now; in order of code."""
    prefix = code[:2] if code.endswith("0000") else code[:4] if code.endswith("00") else code
    return tuple(row for row in _in_force(on) if row.code.startswith(prefix) and row.level is Level.COUNTY)


def children_of(code: str | None = None, on: date | None = None) -> tuple[Division, ...]:
    """What stands directly below: provinces (None), cities of a province and counties that no city is above, counties."""
    prefix = "" if code is None else code.rstrip("0") if code.endswith("0000") else code[:4]
    return tuple(row for row in _in_force(on) if row.code.startswith(prefix) and row.parent == code)


def search(name: str, *, within: str | None = None, on: date | None = None) -> tuple[Division, ...]:
    """Divisions of this name on a day, or now; a full name before a part of one, then in order of code.

    `within`: code of a province or city. "安州" finds 安州区; an empty name finds nothing.
    """
    wanted = name.strip()
    if not wanted:
        return ()
    prefix = "" if within is None else within[:2] if within.endswith("0000") else within[:4]
    hits = [row for row in _in_force(on) if row.code.startswith(prefix) and wanted in row.name]
    return tuple(sorted(hits, key=lambda row: (row.name != wanted, not row.name.startswith(wanted), row.code)))
