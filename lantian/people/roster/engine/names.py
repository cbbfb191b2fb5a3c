"""Pinyin keys, by which Chinese names sort and are found on any keyboard."""
# i18n: data file

import unicodedata
from functools import lru_cache

# Surnames that are read otherwise than the character usually is.
SURNAMES = {
    "单": "shan", "曾": "zeng", "解": "xie", "仇": "qiu", "查": "zha", "朴": "piao", "任": "ren", "区": "ou", "盖": "ge",
    "乐": "yue", "员": "yun", "缪": "miao", "翟": "zhai", "宓": "fu", "冼": "xian", "尉": "wei", "万俟": "moqi",
    "尉迟": "yuchi", "种": "chong", "覃": "qin", "折": "she", "秘": "bi", "繁": "po", "逄": "pang", "郇": "huan",
    "召": "shao", "占": "zhan", "过": "guo", "那": "na", "纪": "ji", "葛": "ge", "华": "hua", "宁": "ning", "牟": "mu",
}  # fmt: skip


@lru_cache(maxsize=30_000)
def _one(character: str) -> str:
    from pypinyin import lazy_pinyin

    return str(lazy_pinyin(character)[0])


def _letter_by_letter(text: str) -> tuple[str, ...] | None:
    """The reading of a short text in which no two characters make a known phrase, hence each is read by itself.

    So it is with nearly all names. Looking phrases up costs a hundredth of what cutting the text up does, and importing a
    region reads a quarter of a million names.
    """
    from pypinyin.constants import PHRASES_DICT, PINYIN_DICT

    if len(text) > 4 or not all(ord(character) in PINYIN_DICT for character in text):
        return None
    for first in range(len(text) - 1):
        for last in range(first + 2, len(text) + 1):
            if text[first:last] in PHRASES_DICT:
                return None
    return tuple(_one(character) for character in text)


@lru_cache(maxsize=4096)
def _syllables(text: str) -> tuple[str, ...]:
    from pypinyin import lazy_pinyin  # a heavy import, needed only where names are written

    read = _letter_by_letter(text)
    if read is not None:
        return read
    found = lazy_pinyin(text, errors=lambda other: f"\x00{other}")
    return tuple(word for part in found for word in part.strip("\x00").split())


def syllables(name: str, *, is_person: bool = False) -> list[str]:
    """The pinyin of a name, syllable by syllable, lower case, without tones. Other scripts stay as words."""
    text = unicodedata.normalize("NFKC", name).strip()
    if is_person:
        for length in (2, 1):
            reading = SURNAMES.get(text[:length])
            if reading and len(text) > length:
                return [reading, *(part.lower() for part in _syllables(text[length:]))]
    return [part.lower() for part in _syllables(text)]


def sort_key(name: str, *, is_person: bool = False) -> str:
    """Syllables with spaces between: a space sorts before letters, so 方 comes before 方方 and both before 放."""
    return " ".join(syllables(name, is_person=is_person))[:200]


def initials(name: str, *, is_person: bool = False) -> str:
    return "".join(part[0] for part in syllables(name, is_person=is_person))[:40]


def search_text(*names: str, is_person: bool = False, extra: str = "") -> str:
    """One line that holds every way a name is looked for: itself, its pinyin run together, its initials."""
    words: list[str] = []
    for name in filter(None, names):
        parts = syllables(name, is_person=is_person)
        words += [unicodedata.normalize("NFKC", name).lower(), "".join(parts), "".join(part[0] for part in parts)]
    return " ".join(dict.fromkeys([*words, extra.lower()])).strip()[:400]


def search_words(typed: str) -> list[str]:
    """What somebody typed into a search box, as words that must all be found."""
    return unicodedata.normalize("NFKC", typed).lower().split()[:5]
