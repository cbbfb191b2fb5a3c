"""Citizen identification numbers (GB 11643-1999): form, check digit, and what they say."""

import re
import unicodedata
from datetime import date

NUMBER = re.compile(r"[1-9]\d{16}[\dX]")
_WEIGHTS = [2**power % 11 for power in range(17, 0, -1)]
_CHECKS = "10X98765432"


def check_digit(first: str) -> str:
    """The eighteenth place for the first seventeen digits (ISO 7064 MOD 11-2)."""
    return _CHECKS[sum(int(digit) * weight for digit, weight in zip(first, _WEIGHTS, strict=True)) % 11]


def normalise_citizen_id(text: str) -> str:
    """Eighteen places, X in upper case. Raises ValueError on a wrong form, date or check digit."""
    number = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).upper()
    if not NUMBER.fullmatch(number) or check_digit(number[:17]) != number[17]:
        raise ValueError("citizen id")
    birth_date_of(number)
    return number


def birth_date_of(number: str) -> date:
    return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))


def gender_of(number: str) -> str:
    """Code "1" male, "2" female, as GB/T 2261.1 counts them."""
    return "1" if int(number[16]) % 2 else "2"


def mask_citizen_id(number: str) -> str:
    return number[:6] + "*" * 8 + number[-4:] if len(number) == 18 else "*" * len(number)


def mask_phone(number: str) -> str:
    if len(number) == 11:
        return number[:3] + "****" + number[-4:]
    return number[:2] + "*" * max(len(number) - 4, 1) + number[-2:]


def mask_student_number(number: str) -> str:
    """The letter that says its form, and the last four places."""
    return number[:1] + "*" * max(len(number) - 5, 1) + number[-4:] if len(number) > 5 else "*" * len(number)
