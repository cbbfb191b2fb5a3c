"""One cell → a value, or what is wrong with it. A fault says what can be done: mend by hand, or ask where it came from.

The damage that spreadsheets do is told apart from a plain mistake: a number of eighteen digits that became 5.10104E+17 is lost
and must be copied anew; a day that was a class name ("1-2") can be turned back, and is offered so.
"""
# i18n: data file

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from lantian.people.exchange.engine.sheets.grids import squeezed, tidy
from lantian.people.identity.engine.names import normalise_phone
from lantian.people.roster.engine.codes import citizen, class_names, school, spellings, student_number
from lantian.people.roster.engine.codes.class_names import ClassReading
from lantian.people.roster.engine.codes.subjects import read_subject

ERROR, WARNING = "error", "warning"
EARLIEST = 1900
MAX_NAME = 80
_FORMULA_ERROR = re.compile(r"#(N/A|REF!|VALUE!|NAME\?|DIV/0!|NUM!|NULL!|SPILL!|CALC!)|#+")
_SCIENTIFIC = re.compile(r"\d(\.\d+)?[eE]\+?\d{1,3}")
_BAD_IN_NAME = re.compile(r"[0-9<>{}|\\/=@#$%^*+~\"]")
_ISO_DAY = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})( 00:00:00)?")
_MONTH_DAY = re.compile(r"(\d{1,2})月(\d{1,2})日?")
_LONG_NUMBER = re.compile(r"[GJLgjl]?(?:\d{9,}|\d(?:[ -]?\d){10,})[ -]?[xX]?", re.ASCII)
_MANY = re.compile(r"[、,，;；/\s]+")
_NOTHING = {"无", "暂无", "-", "--", "—", "/", "\\", "不详", "none", "null", "n/a", "0"}


@dataclass(frozen=True)
class CellFault:
    """What is wrong with one cell: a code, how grave, what the sentence needs, and a value that may be meant."""

    key: str
    code: str
    severity: str = ERROR
    params: dict[str, Any] = field(default_factory=dict)
    suggestion: str = ""


class Faulty(Exception):
    def __init__(self, code: str, *, severity: str = ERROR, suggestion: str = "", **params: Any) -> None:
        super().__init__(code)
        self.code, self.severity, self.suggestion, self.params = code, severity, suggestion, params

    def at(self, key: str) -> CellFault:
        return CellFault(key, self.code, self.severity, self.params, self.suggestion)


def said(text: str) -> str:
    """A wrong text as a finding says it: findings are not sealed, and a number that slipped into a column of names is one all the
    same. Its middle is left out."""
    return _LONG_NUMBER.sub(lambda match: f"{match[0][:4]}***{match[0][-2:]}", text[:60])[:40]


def _no_formula_error(text: str) -> None:
    if _FORMULA_ERROR.fullmatch(text):
        raise Faulty("cell_formula", value=said(text))


def is_nothing(text: str) -> bool:
    """Whether a cell only says that there is nothing to say."""
    return not text or squeezed(text) in _NOTHING


def read_name(text: str) -> str:
    """Blanks within a Chinese name go ("张 三"), others become one."""
    _no_formula_error(text)
    name = tidy(text).strip("'’‘")
    if re.search(r"[\u3400-\u9fff]", name):
        name = (
            re.sub(r"(?<=[\u3400-\u9fff·•])\s+|\s+(?=[\u3400-\u9fff·•])", "", name).replace("•", "·").replace("・", "·")
        )
    if len(name) > MAX_NAME:
        raise Faulty("too_long", length=len(name), most=MAX_NAME)
    if _BAD_IN_NAME.search(name):
        raise Faulty("sheet_name", value=said(name))
    if len(name) < 2 and not re.search(r"[\u3400-\u9fff]", name):
        raise Faulty("sheet_name", value=said(name))
    return name


def read_gender(text: str) -> str:
    _no_formula_error(text)
    found = spellings.read_gender(text)
    if found is None:
        raise Faulty("sheet_gender", value=said(text))
    return found


def read_birth_date(text: str, today: date) -> date:
    _no_formula_error(text)
    reading = spellings.read_date(text)
    if reading.day is None:
        code = {"no_day": "sheet_date_no_day", "no_such_day": "sheet_date_none", "ambiguous": "sheet_date_two"}
        raise Faulty(code.get(str(reading.fault), "sheet_date"), value=said(text))
    if not reading.day.year >= EARLIEST or reading.day > today:
        raise Faulty("sheet_date_range", value=reading.day.isoformat())
    return reading.day


def read_citizen_id(text: str, today: date) -> str:
    _no_formula_error(text)
    checked = citizen.check(text, today=today)
    if checked.fault is not None:
        raise Faulty(f"sheet_id_{checked.fault}")
    return checked.number


def read_student_number(text: str, today: date) -> str:
    _no_formula_error(text)
    checked = student_number.check(text, today=today)
    if checked.fault is not None:
        raise Faulty(f"sheet_sn_{checked.fault}")
    if re.fullmatch(r"\d{13,}0{3,}", checked.number):
        raise Faulty("sheet_sn_rounded")
    return checked.number


def read_phone(text: str) -> str:
    """A phone number as digits. One that became a number ("1.39E+10", "13900000000.0") is mended if it can be."""
    _no_formula_error(text)
    word = squeezed(text).strip("'’‘\"")
    if _SCIENTIFIC.fullmatch(word):
        value = float(word)
        digits = str(int(value))
        # all eleven digits must have stood there: 1.3900000000E+10 says them, 1.39E+10 does not
        if len(digits) != 11 or len(word.split("e")[0].replace(".", "")) < 11:
            raise Faulty("sheet_phone_scientific")
        word = digits
    word = re.sub(r"\.0+$", "", word)
    if len(_MANY.split(text.strip())) > 1 and re.fullmatch(r"1\d{10}", _MANY.split(text.strip())[0]):
        raise Faulty("sheet_phone_two", suggestion=_MANY.split(text.strip())[0])
    if re.fullmatch(r"1[3-9]\d+", word, re.ASCII) and len(word) != 11:
        raise Faulty("sheet_phone")
    try:
        return normalise_phone(word)
    except ValueError as error:
        raise Faulty("sheet_phone") from error


def read_relation(text: str) -> str:
    _no_formula_error(text)
    found = spellings.read_relation(text)
    if found is None:
        raise Faulty("sheet_relation", value=said(text))
    return found.relation


def read_school_code(text: str) -> str:
    """Ten digits; a unit's own shorter code is taken as it is, and looked up with the zeros it may have lost."""
    _no_formula_error(text)
    checked = school.check(text)
    if checked.fault == school.Fault.SCIENTIFIC:
        raise Faulty("sheet_code_scientific")
    if checked.fault is None:
        return checked.code
    word = re.sub(r"(?<=\d)\.0+$", "", squeezed(text)).strip("'’‘\"").upper()
    if not re.fullmatch(r"[0-9A-Z\-]{1,20}", word):
        raise Faulty("sheet_code", value=said(text))
    return word


def undone_date(text: str) -> str:
    """What a class name was before a spreadsheet made a day of it: 2026-01-02 → 1-2. Empty when it is no such day."""
    match = _ISO_DAY.fullmatch(text.strip())
    if match:
        return f"{int(match[2])}-{int(match[3])}"
    match = _MONTH_DAY.fullmatch(squeezed(text))
    return f"{int(match[1])}-{int(match[2])}" if match else ""


def read_class(text: str, *, stage: str | None, school_year: int | None) -> ClassReading:
    _no_formula_error(text)
    reading = class_names.read_class(text, stage=stage, school_year=school_year)
    if reading.fault is None:
        return reading
    raise Faulty(f"sheet_class_{reading.fault}", value=said(text), suggestion=undone_date(text))


def read_entry_year(text: str, school_year: int) -> int:
    _no_formula_error(text)
    match = re.fullmatch(r"(20\d\d|19\d\d)(\.0+)?[级届年]?", squeezed(text))
    if match is None or not school_year - 15 <= int(match[1]) <= school_year:
        raise Faulty("sheet_entry_year", value=said(text))
    return int(match[1])


def read_subjects(text: str) -> list[str]:
    """The subjects of one cell, each once."""
    _no_formula_error(text)
    found: list[str] = []
    for word in filter(None, _MANY.split(text.strip())):
        subject = read_subject(word)
        if subject is None:
            raise Faulty("sheet_subject", value=said(word))
        if subject not in found:
            found.append(subject)
    return found


def split_many(text: str) -> list[str]:
    return [word for word in re.split(r"[、,，;；\n]+|\s{1,}(?=\S)", text.strip()) if word]


def read_yes(text: str) -> bool | None:
    """Yes, no, or None: it says something else."""
    word = squeezed(text)
    if word in {"是", "有", "y", "yes", "true", "1", "√", "✓", "班主任"}:
        return True
    if word in {"否", "不是", "n", "no", "false", "×"} or is_nothing(text):
        return False
    return None


Reader = Callable[[str], Any]
