"""Pinyin keys, by which Chinese names sort and are found on any keyboard."""
# i18n: data file

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

# Surnames that are read otherwise than the character usually is.
SURNAMES = {
    "单": "shan", "曾": "zeng", "解": "xie", "仇": "qiu", "查": "zha", "朴": "piao", "任": "ren", "区": "ou", "盖": "ge",
    "乐": "yue", "员": "yun", "缪": "miao", "翟": "zhai", "宓": "fu", "冼": "xian", "尉": "wei", "万俟": "moqi",
    "尉迟": "yuchi", "种": "chong", "覃": "qin", "折": "she", "秘": "bi", "繁": "po", "逄": "pang", "郇": "huan",
    "召": "shao", "占": "zhan", "过": "guo", "那": "na", "纪": "ji", "葛": "ge", "华": "hua", "宁": "ning", "牟": "mu",
}  # fmt: skip

_LETTERS = re.compile(r"[a-z0-9]+")
_NOT_LETTERS = re.compile(r"[^a-z0-9]+")
_RUNS = re.compile(r"[a-z0-9]+|[^a-z0-9]+")


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


def _normal(name: str) -> str:
    return unicodedata.normalize("NFKC", name).strip()


def _surname(text: str) -> str:
    """The surname of a normalised name when it is one that is read otherwise than usual, else empty."""
    return next((text[:size] for size in (2, 1) if text[:size] in SURNAMES and len(text) > size), "")


def syllables(name: str, *, is_person: bool = False) -> list[str]:
    """The pinyin of a name, syllable by syllable, lower case, without tones. Other scripts stay as words."""
    text = _normal(name)
    if is_person and (surname := _surname(text)):
        return [SURNAMES[surname], *(part.lower() for part in _syllables(text[len(surname) :]))]
    return [part.lower() for part in _syllables(text)]


def sort_key(name: str, *, is_person: bool = False) -> str:
    """Syllables with spaces between: a space sorts before letters, so 方 comes before 方方 and both before 放."""
    return " ".join(syllables(name, is_person=is_person))[:200]


def initials(name: str, *, is_person: bool = False) -> str:
    return "".join(part[0] for part in syllables(name, is_person=is_person))[:40]


def search_text(*names: str, is_person: bool = False, extra: str = "") -> str:
    """One line that holds every way a name is looked for; a unit's is searched as text, a person's is made of keys.

    A unit's: itself, its pinyin run together, its initials. A person's: see `person_text`.
    """
    if is_person:
        return person_text(names[0])
    words: list[str] = []
    for name in filter(None, names):
        parts = syllables(name)
        words += [unicodedata.normalize("NFKC", name).lower(), "".join(parts), "".join(part[0] for part in parts)]
    return " ".join(dict.fromkeys([*words, extra.lower()])).strip()[:400]


def search_words(typed: str) -> list[str]:
    """What somebody typed into a search box, as words that must all be found."""
    return unicodedata.normalize("NFKC", typed).lower().split()[:MOST_WORDS]


# --- people: keys that an index holds ------------------------------------------------------------------------------
#
# A word finds a person when it is the beginning of one of the name's *forms*: the name from any character on (王小明, 小明,
# 明), its pinyin from any syllable on (wangxiaoming, xiaoming, ming), its initials (wxm, xm) and the surname with initials
# (wangxm). An index of whole values cannot look up beginnings, so the beginnings themselves are kept as *keys*: one or two
# characters, two to six letters. A longer word is looked up by what of it is a key and compared with the forms.

KEY_LETTERS = 6
LONGEST_WORD = 24  # characters of a word and of a form that are compared
MOST_STARTS = 12  # a name is found from its first twelve characters or syllables on
MOST_WORDS = 5
SHORT = 4  # syllables of a name whose other reading is kept too
PERSON_TEXT = 2000  # room for the longest; a usual name takes 120 characters
FORMS_FROM = " | "  # in `person_text`, parts keys from the forms that are longer than a key


@dataclass(frozen=True)
class NameKeys:
    """All keys of a name, and those of its forms that are longer than a key; each without repetition, in order."""

    keys: tuple[str, ...]
    forms: tuple[str, ...]


class _Keys:
    """Collects the keys of forms as they come."""

    def __init__(self) -> None:
        self.keys: dict[str, None] = {}
        self.forms: dict[str, None] = {}

    def add(self, form: str, *, least: int, most: int) -> None:
        """The beginnings of `form` that are `least` to `most` characters long, and the form when it is longer."""
        if len(form) > most:
            self.forms[form[:LONGEST_WORD]] = None
        else:
            most = len(form)
        for length in range(least, most + 1):
            self.keys[form[:length]] = None

    def add_reading(self, reading: list[str]) -> None:
        letters = "".join(part[0] for part in reading)
        for start, part in enumerate(reading[:MOST_STARTS]):
            # inside a name two letters that are not a whole syllable ("xi" of 小) would fit a third of all people
            least = 2 if start == 0 else max(2, min(3, len(part)))
            self.add("".join(reading[start:]), least=least, most=KEY_LETTERS)
            self.add(letters[start:], least=2, most=KEY_LETTERS)
        if len(reading) > 1:
            self.add(reading[0] + letters[1:], least=2, most=KEY_LETTERS)


def _folded(text: str) -> str:
    """Lower case, full-width as half-width, spaces single; without punctuation, symbols and the dot in 阿依古丽·买买提."""
    text = _normal(text).lower()
    return text if text.isalnum() else " ".join("".join(char for char in text if _counts(char)).split())


def _counts(char: str) -> bool:
    """Letters, digits, marks and spaces; characters of private use too, by which rare names are written."""
    return char.isspace() or unicodedata.category(char)[0] in "LNM" or unicodedata.category(char) == "Co"


def _readings(name: str) -> list[list[str]]:
    """How a name is read: with its surname as a surname, and (short names) as its characters usually are."""
    found = [syllables(name, is_person=True)]
    if len(found[0]) <= SHORT and _surname(_normal(name)):
        found.append(syllables(name))
    plain = [[word for part in reading if (word := _NOT_LETTERS.sub("", part))] for reading in found]
    return [reading for place, reading in enumerate(plain) if reading and reading not in plain[:place]]


def name_keys(name: str) -> NameKeys:
    """The keys and long forms of a person's name."""
    found = _Keys()
    written = _LETTERS.sub("", _folded(name).replace(" ", ""))
    for start in range(min(len(written), MOST_STARTS)):
        found.add(written[start:], least=1, most=2)
    for reading in _readings(name):
        found.add_reading(reading)
    return NameKeys(tuple(found.keys), tuple(found.forms))


def person_text(name: str) -> str:
    """Keys and long forms of a name in one line, as the database takes them apart: "key key … | form form …"."""
    found = name_keys(name)
    return (" ".join(found.keys) + FORMS_FROM + " ".join(found.forms))[:PERSON_TEXT].rstrip()


@dataclass(frozen=True)
class NameWord:
    """One word to be found: `keys` that a name must all have, and `form` with which one of its forms must begin.

    `form` is empty when the keys say all. A single letter has no key: `initial`, with which the pinyin must begin.
    """

    keys: tuple[str, ...] = ()
    form: str = ""
    initial: str = ""


def name_words(typed: str) -> list[NameWord]:
    """What was typed, as words that a person's name must all answer to; "王xm" is two words."""
    runs = [run for word in _folded(typed).split() for run in _RUNS.findall(word)]
    return [_name_word(run[:LONGEST_WORD]) for run in dict.fromkeys(runs[:MOST_WORDS])]


def _name_word(word: str) -> NameWord:
    if not word.isascii():
        pairs = tuple(dict.fromkeys(word[at : at + 2] for at in range(max(1, len(word) - 1))))
        return NameWord(pairs, form=word if len(word) > 2 else "")
    if len(word) == 1:
        return NameWord(initial=word)
    return NameWord((word[:KEY_LETTERS],), form=word if len(word) > KEY_LETTERS else "")


def answers(name: str, typed: str) -> bool:
    """Whether a person's name is found by what was typed: the meaning of the search, in words of its own."""
    found, first = name_keys(name), sort_key(name, is_person=True)
    return all(
        first.startswith(word.initial)
        and set(word.keys) <= set(found.keys)
        and (not word.form or any(form.startswith(word.form) for form in found.forms))
        for word in name_words(typed)
    )
