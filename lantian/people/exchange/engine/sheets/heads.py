"""Where the head of a list is, which column means what, and what kind of list it is."""
# i18n: data file

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from lantian.people.exchange.engine.sheets.fields import FIELDS, KIND_WORDS, OF_KIND, TEMPLATE, Kind, missing
from lantian.people.exchange.engine.sheets.grids import Grid, squeezed
from lantian.people.roster.engine.codes import citizen, student_number
from lantian.people.roster.engine.codes.spellings import read_gender, read_relation

SEARCHED = 15  # rows from the top in which a head is looked for
SAMPLES = 30
SURE, LIKELY, MAYBE = 1.0, 0.7, 0.5
_NOTE = re.compile(r"[(\[【][^)\]】]*[)\]】]|[*:：?？、。./\\_\-]")
_PHONE = re.compile(r"\+?(86)?1[3-9]\d{9}(\.0)?", re.ASCII)


@dataclass(frozen=True)
class Match:
    """What a column is taken for, and how surely (0..1)."""

    key: str
    confidence: float


@dataclass
class Head:
    """`row_no`: of the head's last row. `heads`: the words over each column. `data_from`: index into the grid's rows."""

    row_no: int
    heads: list[str]
    data_from: int
    matches: dict[int, Match] = field(default_factory=dict)


def plain_head(text: str) -> str:
    """A head's word for comparing: 姓 名*（必填） → 姓名. What stands in brackets is a note, unless nothing else does."""
    word = squeezed(text)
    bare = _NOTE.sub("", word)
    return bare or re.sub(r"[^\w]", "", word)


@lru_cache(maxsize=1)
def _known() -> dict[str, str]:
    return {plain_head(name): one.key for one in FIELDS.values() for name in reversed((one.title, *one.names)) if name}


@lru_cache(maxsize=4096)
def match_head(text: str) -> Match | None:
    """What a head by itself means."""
    word = plain_head(text)
    if not word or len(word) > 24:
        return None
    if key := _known().get(word):
        return Match(key, SURE)
    bare = word.removeprefix("学生").removeprefix("教师").removesuffix("栏").removesuffix("必填")
    if key := _known().get(bare):
        return Match(key, LIKELY)
    inside = [name for name in _known() if len(name) >= 2 and name in word]
    if inside:
        return Match(_known()[max(inside, key=len)], MAYBE)
    return None


def find_head(grid: Grid) -> Head | None:
    """The head: the row (or two rows, where a merged cell stands over several) that names most, if any."""
    best: tuple[float, Head] | None = None
    for index in range(min(SEARCHED, len(grid.rows))):
        number, cells = grid.rows[index]
        candidates = [(Head(number, list(cells), index + 1), 0.0)]
        if index + 1 < len(grid.rows) and grid.rows[index + 1][0] == number + 1:
            candidates.append((_double(grid, index), 0.6))
        for head, handicap in candidates:
            score = _score(head) - handicap
            if score > 0 and (best is None or score > best[0] + 0.01):
                best = (score, head)
    if best is None:
        return None
    best[1].matches = match_columns(best[1].heads, [cells for _number, cells in grid.rows[best[1].data_from :]])
    return best[1]


def _double(grid: Grid, index: int) -> Head:
    """Two rows as one: the upper word goes on to the right until the next one, as a merged cell does."""
    upper, (number, lower) = grid.rows[index][1], grid.rows[index + 1]
    over, heads = "", []
    for place in range(max(len(upper), len(lower))):
        above = upper[place] if place < len(upper) else ""
        below = lower[place] if place < len(lower) else ""
        over = above or (over if below else "")
        heads.append(f"{over}{below}" if below and match_head(f"{over}{below}") else below or above)
    return Head(number, heads, index + 2)


def _score(head: Head) -> float:
    """How much a row looks like a head: known words, each once; a long sentence or a value is against it."""
    found = {match.key for word in head.heads if (match := match_head(word)) and match.confidence >= LIKELY}
    weak = {match.key for word in head.heads if (match := match_head(word))} - found
    values = sum(bool(re.search(r"\d{4,}", word)) for word in head.heads)
    words = sum(bool(word) for word in head.heads)
    if not found or (words < 2 and len(found) < 1) or len(found) + 0.3 * len(weak) < min(2, words):
        return 0.0
    return len(found) + 0.3 * len(weak) - values


def match_columns(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> dict[int, Match]:
    """column → what it is taken for; every field once. What the head does not say, the cells may."""
    found: dict[int, Match] = {}
    for place, word in enumerate(heads):
        match = match_head(word)
        if match is not None:
            found[place] = match
    _settle_family(found)
    for place in range(len(heads)):
        if place not in found and (
            match := _by_cells([row[place] for row in rows[:200] if place < len(row) and row[place]])
        ):
            found[place] = match
    best: dict[str, int] = {}
    for place, match in sorted(found.items()):
        holder = best.get(match.key)
        if holder is None or found[holder].confidence < match.confidence:
            best[match.key] = place
    return {place: found[place] for place in sorted(best.values())}


def _settle_family(found: dict[int, Match]) -> None:
    """A phone beside a guardian's name is the guardian's; a second of a kind is the second guardian's."""
    order = ("guardian_name", "guardian_phone", "guardian_relation")
    keys = [match.key for match in found.values()]
    has_guardian, has_phone = "guardian_name" in keys, "guardian_phone" in keys
    seen: set[str] = set()
    for place in sorted(found):
        match = found[place]
        if match.key == "phone" and has_guardian and not has_phone:
            first = min(p for p, m in found.items() if m.key == "guardian_name")
            if place > first or "subject" not in keys:
                found[place] = match = Match("guardian_phone", min(match.confidence, LIKELY))
        if match.key in order and match.key in seen:
            found[place] = Match(match.key.replace("guardian_", "guardian2_"), min(match.confidence, LIKELY))
        seen.add(match.key)


def _by_cells(cells: Sequence[str]) -> Match | None:
    sample = cells[:SAMPLES]
    if len(sample) < 3:
        return None
    tests = (
        ("citizen_id", lambda text: citizen.check(text).fault is None),
        ("student_number", lambda text: bool(student_number.NATIONAL.fullmatch(citizen.clean(text)))),
        ("guardian_relation", lambda text: not text.isdigit() and read_relation(text) is not None),
        ("gender", lambda text: not text.isdigit() and read_gender(text) is not None),
        ("phone", lambda text: bool(_PHONE.fullmatch(squeezed(text)))),
    )
    for key, test in tests:
        if sum(map(test, sample)) >= 0.8 * len(sample):
            return Match(key, MAYBE)
    return None


def signature_of(heads: Sequence[str]) -> str:
    """What the same heads in the same order share (hex of SHA-256), for remembering what they mean."""
    return hashlib.sha256("\x1f".join(plain_head(word) for word in heads).encode()).hexdigest()


def guess_kind(columns: Sequence[str], *names: str) -> Kind:
    """What is listed, by the fields found, and by what file and sheet are called."""
    said = squeezed(" ".join(names))
    scores = dict.fromkeys(Kind, 0.0)
    for kind in Kind:
        fitting = [key for key in columns if key in OF_KIND[kind]]
        scores[kind] = len(fitting) - 2.0 * len(missing(kind, columns))
        scores[kind] += 1.5 * any(word in said for word in KIND_WORDS[kind])
    own = {Kind.TEACHERS: ("subject", "teaches", "leads"), Kind.STUDENTS: ("student_number", "birth_date", "gender")}
    for kind, keys in own.items():
        scores[kind] += 1.5 * sum(key in columns for key in keys)
    if "name" in columns or "student_number" in columns:
        scores[Kind.CLASSES] -= 5
    if {"gender", "birth_date", "citizen_id"}.isdisjoint(columns) and not missing(
        Kind.GUARDIANS, columns
    ):  # nothing of the pupil but who it is
        scores[Kind.GUARDIANS] += 3
    return max(Kind, key=lambda kind: scores[kind])


def is_ours(kind: Kind, heads: Sequence[str]) -> bool:
    """Whether these are exactly the heads of our own template."""
    return [plain_head(word) for word in heads if word] == [plain_head(FIELDS[key].title) for key in TEMPLATE[kind]]
