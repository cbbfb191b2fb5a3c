"""Outlines: the short way in which the demonstration's textbooks and knowledge points are written down.

Points: `# 领域 NR` begins an area with the beginning of its codes; `3 名称 < 先学 / 先学` is a point with its grade and what
comes before it; `+3 名称` comes after the line above too.

Textbooks, two editions at once: `= 一年级上册 1 1` begins a volume (grade, half year); `- 甲版单元 | 乙版单元 @1.2` a unit with
its name in each edition, and where the other edition has it if elsewhere; other lines are chapters, `名称 : 知识点 / 知识点`,
and one without points has the point of its own name.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from lantian.content.taxonomy.engine.rows import Row

_POINT = re.compile(r"(\+?)(\d+) ([^<]+)(?:< (.+))?")


class BadOutline(ValueError):
    """A line that says nothing, or names what is not there."""


def points(text: str) -> list[Row]:
    """Rows of areas and points, in order. Raises BadOutline."""
    rows: list[Row] = []
    codes: dict[str, str] = {}
    wanted: dict[str, tuple[str, ...]] = {}
    area, number, last = "", 0, ""
    for line in filter(None, map(str.strip, text.splitlines())):
        if line.startswith("#"):
            title, _, area = line[1:].strip().rpartition(" ")
            rows.append(Row(area, title, "area"))
            number, last = 0, ""
            continue
        found = _POINT.fullmatch(line)
        if not found or not area:
            raise BadOutline(line)
        number += 1
        code, title = f"{area}{number:02}", found[3].strip()
        before = [part.strip() for part in (found[4] or "").split(" / ") if part.strip()]
        wanted[code] = (*([last] if found[1] and last else []), *before)
        if title in codes:
            raise BadOutline(f"{title} stands twice")
        codes[title], last = code, title
        rows.append(Row(code, title, "point", parent=area, grade=int(found[2])))
    return [_with_before(row, wanted.get(row.code, ()), codes) for row in rows]


def _with_before(row: Row, titles: Sequence[str], codes: Mapping[str, str]) -> Row:
    unknown = [title for title in titles if title not in codes]
    if unknown:
        raise BadOutline(f"{row.title} comes after {unknown}")
    before = tuple(sorted({codes[title] for title in titles}))
    return Row(row.code, row.title, row.kind, row.parent, grade=row.grade, requires=before, related=())


@dataclass
class _Unit:
    titles: tuple[str, str]
    home: tuple[int, int]
    elsewhere: tuple[int, int] | None
    chapters: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)


def textbooks(text: str, codes: Mapping[str, str]) -> tuple[list[Row], list[Row]]:
    """Rows of both editions. `codes`: code of a point by its title. Raises BadOutline."""
    volumes: list[tuple[str, int, int]] = []
    units: list[_Unit] = []
    for line in filter(None, map(str.strip, text.splitlines())):
        if line.startswith("= "):
            title, grade, term = line[2:].rsplit(" ", 2)
            volumes.append((title, int(grade), int(term)))
        elif line.startswith("- "):
            units.append(_unit(line[2:], volumes[-1][1:]))
        else:
            units[-1].chapters.append(_chapter(line, codes))
    return _edition(volumes, units, 0), _edition(volumes, units, 1)


def _unit(line: str, home: tuple[int, int]) -> _Unit:
    names, _, place = line.partition("@")
    first, _, second = (part.strip() for part in names.partition("|"))
    grade, _, term = place.partition(".")
    return _Unit((first, second or first), home, (int(grade), int(term)) if place else None)


def _chapter(line: str, codes: Mapping[str, str]) -> tuple[str, tuple[str, ...]]:
    title, _, named = line.partition(" : ")
    titles = [part.strip() for part in named.split(" / ")] if named else [title.strip()]
    unknown = [one for one in titles if one not in codes]
    if unknown:
        raise BadOutline(f"{line}: no such point {unknown}")
    return title.strip(), tuple(sorted({codes[one] for one in titles}))


def _edition(volumes: Sequence[tuple[str, int, int]], units: Sequence[_Unit], which: int) -> list[Row]:
    rows = []
    for title, grade, term in volumes:
        code = f"{grade}{'ABC'[term]}"
        rows.append(Row(code, title, "volume", grade=grade, term=term, points=()))
        here = [unit for unit in units if _place(unit, which) == (grade, term)]
        # what comes from a later volume stands at the end, from an earlier one at the beginning
        here.sort(key=lambda unit: unit.home)
        if which:
            here = [
                *[unit for unit in here if unit.home < (grade, term)],
                *[unit for unit in here if unit.home >= (grade, term)],
            ]
        for number, unit in enumerate(here, start=1):
            of_unit = f"{code}{number:02}"
            rows.append(Row(of_unit, unit.titles[which], "unit", parent=code, points=()))
            for place, (name, points_of) in enumerate(unit.chapters, start=1):
                rows.append(Row(f"{of_unit}{place:02}", name, "chapter", parent=of_unit, points=points_of))
    return rows


def _place(unit: _Unit, which: int) -> tuple[int, int]:
    return unit.elsewhere if which and unit.elsewhere else unit.home
