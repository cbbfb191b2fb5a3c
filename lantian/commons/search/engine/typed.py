"""What somebody typed, taken apart. Any text can be typed: nothing here raises."""

import re
from dataclasses import dataclass

from lantian.commons.search.engine.words import LONGEST, cut, folded, is_chinese, runs

MOST_TYPED = 80  # characters that are looked at
MOST_PARTS = 10
_QUOTED = re.compile(r'["“”「」『』]([^"“”「」『』]+)["“”「」『』]?')


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that must be found. `words`: its words, of which all must be there; `text`: as it was typed.

    `exact`: it stood in quotes, and only the very text will do. `chinese`: it is of Chinese characters.
    """

    text: str
    words: tuple[str, ...]
    chinese: bool = False
    exact: bool = False


def clean(typed: str) -> str:
    """On one line, of a length that is looked at."""
    return " ".join(typed.replace("\x00", " ").split())[:MOST_TYPED]


def parts_of(typed: str) -> list[Part]:
    """What must all be found, quotes first."""
    text = folded(clean(typed))
    found = [Part(quoted.strip(), tuple(runs(quoted)), exact=True) for quoted in _QUOTED.findall(text)]
    for run in runs(_QUOTED.sub(" ", text)):
        if is_chinese(run):
            found.append(Part(run, tuple(dict.fromkeys(cut(run))), chinese=True))
        else:
            found.append(Part(run[:LONGEST], (run[:LONGEST],)))
    return list(dict.fromkeys(part for part in found if part.words))[:MOST_PARTS]
