"""Student numbers (学籍号) as the national student information system has given them out since 2013.

Nineteen places, the first a letter:

- G, the formal number of a pupil with a citizen number: G and that number. It stays when the citizen number is corrected later,
  so the two may differ.
- J, the formal number of a pupil without one: division of the school, date of birth, three of a serial, check character, the last
  eighteen made by the rule of citizen numbers.
- L, the number until the formal one is given: division of the school, date of birth, four places by chance (no check).

Numbers that a city or a school made up by itself have forms of their own; they are taken as they are and nothing is said of them.
"""

import re
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from lantian.people.roster.engine.codes import citizen
from lantian.people.roster.engine.codes.citizen import Fault

NATIONAL = re.compile(r"[GJL]\d{17}[\dX]", re.ASCII)
_FORMAL = re.compile(r"G[1-9]\d{16}[\dX]", re.ASCII)
_LOCAL = re.compile(r"[0-9A-Z]{2,32}", re.ASCII)


class Form(StrEnum):
    FORMAL = "G"
    FORMAL_WITHOUT_CITIZEN_ID = "J"
    TEMPORARY = "L"
    LOCAL = ""  # of a city or a school, no national number


class Checked(NamedTuple):
    """`number`: in its one spelling, also when a check failed; empty for what is no number at all."""

    number: str
    form: Form | None
    fault: Fault | None

    @property
    def citizen_id(self) -> str:
        """The citizen number inside a sound G number; empty otherwise."""
        return self.number[1:] if self.form is Form.FORMAL and self.fault is None else ""


class StudentNumberError(ValueError):
    """`fault` says what is wrong. The number itself is not in the message."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(f"student number: {fault}")
        self.fault = fault


def check(text: str, *, today: date | None = None) -> Checked:
    """The number in its one spelling, its form, and what is wrong with it, in words of citizen numbers. Takes any text."""
    number = citizen.clean(text)
    if not number:
        return Checked("", None, Fault.EMPTY)
    if number[0] not in "GJL" or not number[1:].replace("X", "0").isdecimal():
        return _local(number)
    form = Form(number[0])
    if len(number) != 19:
        return Checked(number, form, Fault.LENGTH)
    inner = citizen.check(number[1:], today=today)
    # four places of an L number are by chance: what a check of the last would say means nothing
    fault = None if form is Form.TEMPORARY and inner.fault in {Fault.CHECKSUM, Fault.ROUNDED} else inner.fault
    return Checked(number, form, fault)


def _local(number: str) -> Checked:
    if re.fullmatch(r"\d(\.\d+)?E\+?\d{1,3}", number, re.ASCII):
        return Checked("", None, Fault.SCIENTIFIC)
    if not _LOCAL.fullmatch(number):
        return Checked("", None, Fault.CHARACTERS)
    return Checked(number, Form.LOCAL, None)


def normalise_student_number(text: str, *, today: date | None = None) -> str:
    """In one spelling; local numbers as they are. Raises StudentNumberError (a ValueError)."""
    if _FORMAL.fullmatch(text) and citizen.check(text[1:], today=today).fault is None:
        return text  # nearly every one
    checked = check(text, today=today)
    if checked.fault is not None:
        raise StudentNumberError(checked.fault)
    return checked.number


def make_student_number(citizen_id: str) -> str:
    """The formal number of a pupil with this citizen number."""
    return f"G{citizen_id}"
