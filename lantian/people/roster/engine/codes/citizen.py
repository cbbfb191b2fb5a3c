"""Citizen numbers (公民身份号码, GB 11643-1999): what is wrong with one, and what a right one says.

Eighteen places: six of the division of first registration (GB/T 2260), eight of the date of birth, three of a serial that is
odd for men, one check character (ISO 7064 MOD 11-2). The check finds every single wrong place and every two digits changed over,
unless they stand ten places apart: those weigh the same and pass.

Given out under the same rule: residence permits of Hong Kong (810000), Macao (820000) and Taiwan (830000) residents (2018), and
permanent residence cards of foreigners since December 2023 (9, two places of the province, three of the numeric country code).
Numbers of fifteen places, given out until 1999, are brought to eighteen (国发〔1999〕15号).
"""

import re
import unicodedata
from datetime import date
from enum import StrEnum
from functools import lru_cache
from operator import mul
from typing import NamedTuple

from lantian.people.roster.engine.codes import divisions

NUMBER = re.compile(r"[1-9]\d{16}[\dX]", re.ASCII)
OLD_NUMBER = re.compile(r"[1-9]\d{14}", re.ASCII)
EARLIEST = 1880
RESIDENTS_OF = {"810000": "香港", "820000": "澳门", "830000": "台湾"}  # i18n: data

_WEIGHTS = [2**power % 11 for power in range(17, 0, -1)]
_ZERO = sum(weight * ord("0") for weight in _WEIGHTS)
_CHECKS = "10X98765432"
_SCIENTIFIC = re.compile(r"\d(\.\d+)?E\+?\d{1,3}", re.ASCII)
_UNSEEN = re.compile(r"[\s\u200b-\u200f\u202a-\u202e\u2060\ufeff\-'\"`‘’“”]+")


class Fault(StrEnum):
    """What is wrong with a number; the first that applies, in this order."""

    EMPTY = "empty"
    SCIENTIFIC = "scientific"  # 5.10104E+17: a spreadsheet made a number of it, the last digits are lost
    CHARACTERS = "characters"  # something that is no digit, and no X at the end
    LENGTH = "length"
    ROUNDED = "rounded"  # fifteen digits and 000: a spreadsheet made a number of it
    DIVISION = "division"  # no division had this code since 1980
    DATE = "date"  # no day of the calendar, before 1880, or later than today
    CHECKSUM = "checksum"


class Checked(NamedTuple):
    """`number`: in eighteen places where the form allows, also when a later check failed; empty otherwise."""

    number: str
    fault: Fault | None
    was_old: bool = False  # given in fifteen places


class CitizenIdError(ValueError):
    """`fault` says what is wrong. The number itself is not in the message: messages end up in logs."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(f"citizen id: {fault}")
        self.fault = fault


def check_digit(first: str) -> str:
    """The eighteenth place for the first seventeen digits (ISO 7064 MOD 11-2)."""
    if len(first) != 17:
        raise ValueError("seventeen digits")
    return _CHECKS[(sum(map(mul, first.encode(), _WEIGHTS)) - _ZERO) % 11]


def clean(text: str) -> str:
    """What was meant by what is in a cell: without spaces, unseen marks, quotes, a ".0" at the end; x in upper case."""
    if not (text.isascii() and text.isalnum()):
        text = _UNSEEN.sub("", unicodedata.normalize("NFKC", text))
        if "." in text:
            text = re.sub(r"(?<=\d{15})\.0*$", "", text)
    return text.upper()


@lru_cache(maxsize=16)  # of one person it is asked twice running: the student number has the citizen number inside
def check(text: str, *, today: date | None = None) -> Checked:
    """The number in its one spelling, and what is wrong with it. Takes any text; `today` refuses births that are to come."""
    number = clean(text)
    fault = _form_fault(number)
    if fault is not None:
        return Checked("", fault)
    was_old = len(number) == 15
    if was_old:
        number = upgrade(number)
    if number[:6] not in divisions.known_codes() and not _is_special(number):
        return Checked(number, Fault.DIVISION, was_old)
    try:
        born = birth_date_of(number)
    except ValueError:
        return Checked(number, Fault.DATE, was_old)
    if born.year < EARLIEST or (today is not None and born > today):
        return Checked(number, Fault.DATE, was_old)
    if check_digit(number[:17]) != number[17]:
        return Checked(number, Fault.ROUNDED if number.endswith("000") else Fault.CHECKSUM, was_old)
    return Checked(number, None, was_old)


def _form_fault(number: str) -> Fault | None:
    if NUMBER.fullmatch(number) or OLD_NUMBER.fullmatch(number):
        return None
    if not number:
        return Fault.EMPTY
    if _SCIENTIFIC.fullmatch(number):
        return Fault.SCIENTIFIC
    if not re.fullmatch(r"\d*[\dX]", number, re.ASCII):
        return Fault.CHARACTERS
    if len(number) not in {15, 18}:
        return Fault.LENGTH
    return Fault.DIVISION if number.startswith("0") else Fault.CHARACTERS


def _is_special(number: str) -> bool:
    code = number[:6]
    return code in RESIDENTS_OF or (code[0] == "9" and f"{code[1:3]}0000" in divisions.known_codes())


def normalise_citizen_id(text: str, *, today: date | None = None) -> str:
    """Eighteen places, X in upper case. Raises CitizenIdError (a ValueError)."""
    checked = check(text, today=today)
    if checked.fault is not None:
        raise CitizenIdError(checked.fault)
    return checked.number


def upgrade(old: str) -> str:
    """Fifteen places brought to eighteen. Serials 996-999 were kept for those born before 1900."""
    century = "18" if old[12:] in {"996", "997", "998", "999"} else "19"
    first = old[:6] + century + old[6:]
    return first + check_digit(first)


def make_citizen_id(division: str, birth_date: date, serial: int) -> str:
    """A well-formed number for demonstrations and tests. `serial`: 0-999, odd for men."""
    first = f"{division}{birth_date:%Y%m%d}{serial:03d}"
    return first + check_digit(first)


def birth_date_of(number: str) -> date:
    """Of eighteen places. Raises ValueError if there is no such day."""
    return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))


def gender_of(number: str) -> str:
    """Code "1" male, "2" female, as GB/T 2261.1 counts them."""
    return "1" if int(number[16]) % 2 else "2"


def division_of(number: str) -> divisions.Division | None:
    """Where its owner was registered first, as it was called at birth, or when the code was first used."""
    code = number[:6]
    return divisions.lookup(code, birth_date_of(number)) or divisions.lookup(code)
