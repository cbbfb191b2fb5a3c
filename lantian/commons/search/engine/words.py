"""Texts taken apart into what an index holds: words as people write them, their pinyin, their characters.

rjieba cuts Chinese; the index itself only splits at spaces. Documents get every word within a word (一元二次方程: 一元, 二次,
方程 …), what was typed is cut into the longest ones.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import cache, lru_cache
from itertools import pairwise
from typing import Any

from lantian.people.roster.engine.names import initials, syllables

# Letters and digits, or Chinese characters (with those of the extensions and of private use, by which rare names are written).
_HAN = r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\ue000-\uf8ff\U00020000-\U0003ffff"
RUNS = re.compile(rf"[^\W_{_HAN}]+|[{_HAN}]+")
_HAN_FIRST = re.compile(rf"[{_HAN}]")
LONGEST = 40  # letters of a word that is kept
MOST_INITIALS = 12


def folded(text: str) -> str:
    """Full width as half width, lower case."""
    return unicodedata.normalize("NFKC", text).lower()


def runs(text: str) -> list[str]:
    """The words of a text that hold no space and no sign: Chinese stretches, and words of letters and digits."""
    return RUNS.findall(text)


def is_chinese(run: str) -> bool:
    """Whether one of `runs` is of Chinese characters."""
    return _HAN_FIRST.match(run) is not None


def words_of(text: str) -> list[str]:
    """All words of a document's text, words within words too, in order and with repetition."""
    found: list[str] = []
    for run in runs(folded(text)):
        if is_chinese(run):
            found += _fine(run)
        else:
            found.append(run[:LONGEST])
    return found


@cache
def _cutter() -> Any:
    """Its dictionary takes a third of a second to load: not for processes that look for nothing."""
    import rjieba

    return rjieba


@lru_cache(maxsize=20_000)
def _fine(run: str) -> tuple[str, ...]:
    """Names of schools and of lessons come again and again."""
    return tuple(_cutter().cut_for_search(run, False))


def cut(run: str) -> list[str]:
    """The longest words of a Chinese stretch that was typed."""
    return list(_cutter().cut(run, False))


def characters_of(text: str) -> list[str]:
    """The characters of a text, words of letters whole: what is compared letter by letter."""
    found: list[str] = []
    for run in runs(folded(text)):
        if is_chinese(run):
            found += run
        else:
            found.append(run[:LONGEST])
    return found


@lru_cache(maxsize=60_000)
def _read(word: str) -> tuple[str, str]:
    parts = syllables(word)
    return "".join(parts), "".join(part[0] for part in parts)


def pinyin(word: str) -> str:
    """How a Chinese word is read, run together."""
    return _read(word)[0]


def letters_of(texts: Iterable[str], people: Iterable[str] = ()) -> list[str]:
    """Pinyin by which texts and names are found: of each word, of neighbours together, of the beginning of each stretch."""
    found: dict[str, None] = {}
    for text in texts:
        for run in runs(folded(text)):
            if is_chinese(run):
                found.update(dict.fromkeys(_letters(run)))
    for name in people:
        found["".join(syllables(name, is_person=True))[:LONGEST]] = None
        found[initials(name, is_person=True)[:MOST_INITIALS]] = None
    found.pop("", None)
    return list(found)


@lru_cache(maxsize=20_000)
def _letters(run: str) -> tuple[str, ...]:
    found: dict[str, None] = {}
    whole = [_read(word) for word in cut(run)]
    for read, first in [_read(word) for word in _fine(run) if len(word) > 1]:
        found[read[:LONGEST]] = found[first] = None
    for (read, first), (then, second) in pairwise(whole):
        found[(read + then)[:LONGEST]] = found[(first + second)[:MOST_INITIALS]] = None
    found["".join(read for read, _ in whole)[:LONGEST]] = None
    found["".join(first for _, first in whole)[:MOST_INITIALS]] = None
    return tuple(found)
