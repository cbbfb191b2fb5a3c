"""Which titles a text is about: shared pairs of characters, rare ones counting more."""

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

N = TypeVar("N", bound=Hashable)
_RUNS = re.compile(r"[a-z]+|[0-9]+|[^\W\d_a-z]+")
LEAST = 0.34  # of a title's weight has to be found in the text


@dataclass(frozen=True, slots=True)
class Suggestion(Generic[N]):
    """A title that the text seems to be about, and how surely (0-1)."""

    id: N
    score: float


def marks(text: str) -> set[str]:
    """Pairs of neighbouring characters of Chinese, whole words of other scripts, single characters of one-character words."""
    found: set[str] = set()
    for run in _RUNS.findall(unicodedata.normalize("NFKC", text).lower()):
        if run.isascii() or len(run) == 1:
            found.add(run)
        else:
            found.update(run[place : place + 2] for place in range(len(run) - 1))
    return found


def suggest(text: str, titles: Mapping[N, str] | Iterable[tuple[N, str]], *, most: int = 8) -> list[Suggestion[N]]:
    """Titles by how much of them is in the text, the surest first; among equals the longer (more particular) one."""
    wanted = marks(text)
    if not wanted:
        return []
    pairs = list(titles.items() if isinstance(titles, Mapping) else titles)
    known = [(one, marks(title)) for one, title in pairs]
    seen = Counter(mark for _, each in known for mark in each)
    weight = {mark: 1 + math.log(len(known) / count) for mark, count in seen.items()}
    found = []
    for one, each in known:
        shared = each & wanted
        if not shared:
            continue
        whole = sum(weight[mark] for mark in each)
        part = sum(weight[mark] for mark in shared)
        if part / whole >= LEAST:
            found.append((part / whole, part, one))
    found.sort(key=lambda row: (-round(row[0], 3), -row[1]))
    return [Suggestion(one, round(score, 3)) for score, _, one in found[:most]]
