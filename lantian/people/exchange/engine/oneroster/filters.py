"""The filter grammar of OneRoster 1.2 REST: `field op 'value'`, joined by AND and OR (AND binds closer).

Text is compared without regard to case; times as moments. Of a field with several values, `~` wants any of the values named
(parted by commas), `=` exactly these. A field that a record does not have meets only `!=`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

OPERATORS = ("!=", ">=", "<=", "=", ">", "<", "~")
_TERM = re.compile(r"\s*([A-Za-z][A-Za-z0-9_.]*)\s*(!=|>=|<=|=|>|<|~)\s*'((?:[^']|'')*)'")
_JOINT = re.compile(r"\s+(AND|OR)\s+", re.IGNORECASE)
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?")
MOMENTS = frozenset({"dateLastModified"})
LONGEST = 2000


class BadFilter(Exception):
    """The filter is no sentence of the grammar, or names a field that the record cannot have."""


@dataclass(frozen=True)
class Term:
    """One comparison."""

    field: str
    op: str
    value: str


# Alternatives (OR) of conjunctions (AND).
Filter = tuple[tuple[Term, ...], ...]


def parse(text: str, fields: frozenset[str]) -> Filter:
    """Read a filter; `fields` are the record's fields (of "school.sourcedId" the first part). Raises BadFilter."""
    if len(text) > LONGEST or "\x00" in text:
        raise BadFilter("too long")
    place, alternatives, current = 0, [], []
    while True:
        found = _TERM.match(text, place)
        if found is None:
            raise BadFilter(text[place : place + 40])
        term = Term(found[1], found[2], found[3].replace("''", "'"))
        if term.field.partition(".")[0] not in fields:
            raise BadFilter(term.field)
        if term.field in MOMENTS and moment(term.value) is None:
            raise BadFilter(term.value)
        current.append(term)
        place = found.end()
        joint = _JOINT.match(text, place)
        if joint is None:
            break
        if joint[1].upper() == "OR":
            alternatives.append(tuple(current))
            current = []
        place = joint.end()
    if text[place:].strip():
        raise BadFilter(text[place : place + 40])
    return (*alternatives, tuple(current))


def moment(text: str) -> datetime | None:
    """A day or a time (UTC when it names no zone); None when it is none."""
    if not _MOMENT.fullmatch(text):
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else datetime.fromisoformat(f"{found.isoformat()}+00:00")


def names(sieve: Filter) -> set[str]:
    """The fields a filter names."""
    return {term.field for terms in sieve for term in terms}


def values_at(record: Mapping[str, Any], field: str) -> list[str]:
    """The values of a field of a JSON record, none when it is absent: "school.sourcedId", "roles.role", "metadata.cn.kind"."""
    found: list[Any] = [record]
    head, _, rest = field.partition(".")
    steps = [head, rest] if head == "metadata" and rest else field.split(".")
    for step in steps:
        deeper: list[Any] = []
        for one in found:
            value = one.get(step) if isinstance(one, Mapping) else None
            if isinstance(value, list):
                deeper += value
            elif value is not None:
                deeper.append(value)
        found = deeper
    return [str(value) for value in found if not isinstance(value, Mapping)]


def _meets(record: Mapping[str, Any], term: Term) -> bool:
    have = values_at(record, term.field)
    if term.field in MOMENTS:
        return any(_compare(moment(value), term.op, moment(term.value)) for value in have)
    have = [value.casefold() for value in have]
    wanted = term.value.casefold()
    if len(have) > 1 and term.op in {"=", "!=", "~"}:
        named = {part.strip() for part in wanted.split(",")}
        if term.op == "~":
            return any(part in value for value in have for part in named)
        return (set(have) == named or wanted in have) is (term.op == "=")
    if term.op == "!=":
        return wanted not in have
    if term.op == "~":
        return any(wanted in value for value in have)
    return any(_compare(value, term.op, wanted) for value in have)


def _compare(have: Any, op: str, wanted: Any) -> bool:
    if have is None or wanted is None:
        return False
    if op == "=":
        return bool(have == wanted)
    if op == "!=":
        return bool(have != wanted)
    if op == ">":
        return bool(have > wanted)
    if op == ">=":
        return bool(have >= wanted)
    return bool(have < wanted if op == "<" else have <= wanted)


def passes(record: Mapping[str, Any], sieve: Filter) -> bool:
    """Whether a JSON record meets a filter."""
    return any(all(_meets(record, term) for term in terms) for terms in sieve)
