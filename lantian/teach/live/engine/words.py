"""The word filter: finds a listed word in what somebody wrote, however it is dressed up.

Both sides are brought to one form first: NFKC (full width becomes half width, ligatures come apart), no case, and nothing
left but letters and digits. A word with Chinese letters in it is found anywhere in that; a word of Latin letters and
digits alone only where it begins and ends with a piece of the text, so that "class is" holds no "ass", and "s h i t" is
found all the same.
"""

import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

LONGEST = 20  # letters of one listed word
DEFAULT = Path(__file__).parent / "data" / "words.txt"


def squeezed(text: str) -> tuple[str, frozenset[int]]:
    """Letters and digits alone, and the places in them where a piece begins (the end counts as one)."""
    kept: list[str] = []
    starts: set[int] = {0}
    latin = False
    for letter in unicodedata.normalize("NFKC", text).casefold():
        kind = unicodedata.category(letter)[0]
        if kind in "LN":
            if not letter.isascii() or not latin:
                starts.add(len(kept))
            latin = letter.isascii()
            kept.append(letter)
        elif kind not in "CM":  # what cannot be seen, and accents, part nothing
            latin = False
    starts.add(len(kept))
    return "".join(kept), frozenset(starts)


@lru_cache(maxsize=4096)
def plain(word: str) -> str:
    """A listed word in the form in which it is looked for; empty when nothing of it is left."""
    return squeezed(word)[0]


def found(words: Iterable[str], text: str) -> bool:
    """Whether one of the listed words stands in the text."""
    letters, starts = squeezed(text)
    for word in words:
        wanted = plain(word)
        if not wanted:
            continue
        at = letters.find(wanted)
        while at >= 0:
            if not wanted.isascii() or (at in starts and at + len(wanted) in starts):
                return True
            at = letters.find(wanted, at + 1)
    return False


@lru_cache(maxsize=1)
def default_words() -> tuple[str, ...]:
    """The list that comes with the platform: one word a line, "#" begins a remark."""
    lines = (line.split("#", 1)[0].strip() for line in DEFAULT.read_text(encoding="utf-8").splitlines())
    return tuple(line for line in lines if line)
