"""What spreadsheets call grades and classes, as stage, grade and number of the class.

Grades are ours: 1-12 over primary and secondary school, 1-3 in kindergarten. A year in a name ("2023级3班", "2027届") is one of
entry or of leaving; in one school year no class can be meant by both, so the year itself says which it is, whatever word follows.

"一年级" says its stage only in the six-three plan; schools of the five-four plan (grade 6 in junior school) give `stage`.
"""
# i18n: data file

import re
import unicodedata
from enum import StrEnum
from typing import NamedTuple

from lantian.people.roster.engine.codes.grades import SPAN


class Fault(StrEnum):
    EMPTY = "empty"
    UNREADABLE = "unreadable"
    AMBIGUOUS = "ambiguous"  # could be several stages; `candidates` has them
    NEEDS_SCHOOL_YEAR = "needs_school_year"  # a year of entry, and nobody said which school year it is
    NOT_ENROLLED = "not_enrolled"  # of that year nobody is at school now
    OUT_OF_RANGE = "out_of_range"  # no such grade in that stage
    BECAME_A_DATE = "became_a_date"  # 7-2 in a spreadsheet that made the second of July of it
    OTHER_STAGE = "other_stage"  # the name says another stage than the one given


class ClassReading(NamedTuple):
    """`number`: of the class, None if only a grade is named. `candidates`: (stage, grade) pairs if there are several."""

    stage: str | None
    grade: int | None
    number: int | None
    fault: Fault | None
    candidates: tuple[tuple[str, int], ...] = ()


_NUMERAL = {sign: value for value, sign in enumerate("一二三四五六七八九", 1)} | {"两": 2}
_N = r"(?:\d{1,2}|[一二三四五六七八九十]{1,3})"
_CLASS = rf"(?:第?\(?(?P<number>{_N})\)?(?:班级|班)?)?"  # the number of the class and what stands around it
_STAGE_WORDS = {
    "小学": "primary",
    "小": "primary",
    "初级中学": "junior",
    "初中": "junior",
    "初": "junior",
    "高级中学": "senior",
    "普通高中": "senior",
    "高中": "senior",
    "普高": "senior",
    "高": "senior",
    "职业高中": "vocational",
    "职高": "vocational",
    "中职": "vocational",
    "中专": "vocational",
    "特教": "special",
    "幼儿园": "kindergarten",
}
_WORD = "|".join(sorted(_STAGE_WORDS, key=len, reverse=True))

# a year of entry or leaving: 初2024级5班
_BY_YEAR = re.compile(rf"(?P<word>{_WORD})?(?P<year>20\d\d)[级届](?P<after>{_WORD})?{_CLASS}", re.ASCII)
# kindergarten: 大班, 中二班
_KINDERGARTEN = re.compile(
    rf"(?:幼儿园)?(?P<size>[小中大])(?:班{_CLASS}|{_CLASS.replace('number', 'inner')[:-1]})", re.ASCII
)
# with its 年级, as in 小学一年级 or 三年二班
_BY_GRADE = re.compile(rf"(?P<word>{_WORD})?第?(?P<grade>{_N})年级?{_CLASS}", re.ASCII)
# a stage and the year in it: 初一, 高三2班, 小六1班
_BY_STAGE = re.compile(
    r"(?P<word>初中|高中|职高|初|高|小)(?P<grade>[一二三四五六1-6])(?:年级)?" + _CLASS + "班?", re.ASCII
)
# grade and class side by side: 七（2）班, 八2班, 七.2班
_SHORT = re.compile(
    rf"(?P<grade>[一二三四五六七八九]|1[0-2]|[1-9])(?:[.\-]|(?=[(一二三四五六七八九十])|(?<=\D)(?=\d)){_CLASS}",
    re.ASCII,
)
# run together: 302班, 1203班
_RUN_TOGETHER = re.compile(r"(?P<grade>1[0-2]|[1-9])(?P<number>\d\d)班", re.ASCII)
# in English: Grade 7 Class 2, or G7-2
_ENGLISH = re.compile(r"(?:grade|year|g)(?P<grade>1[0-2]|0?[1-9])(?:(?:class|,|-)+(?P<number>\d{1,2}))?", re.ASCII)

_DATE = re.compile(r"\d{1,2}月\d{1,2}日|\d{4}[-/]\d{1,2}[-/]\d{1,2}(00:00:00)?|\d{1,2}-[a-z]{3}", re.ASCII)


def read_class(text: str, *, stage: str | None = None, school_year: int | None = None) -> ClassReading:
    """Reads the name of a grade or a class. Takes any text.

    `stage`: what is known from elsewhere (another column, the school's only stage): a value of Stage. `school_year`: the
    calendar year in which the school year began.
    """
    word = re.sub(r"[\s'’_]+", "", unicodedata.normalize("NFKC", text)).lower()
    word = word.translate(str.maketrans("【[{】]}", "(((" + ")))"))
    if not word:
        return ClassReading(None, None, None, Fault.EMPTY)
    if _DATE.fullmatch(word):
        return ClassReading(None, None, None, Fault.BECAME_A_DATE)
    if match := _BY_YEAR.fullmatch(word):
        return _by_year(match, stage, school_year)
    if stage in {None, "kindergarten"} and (match := _KINDERGARTEN.fullmatch(word)):
        return _kindergarten(match, stage)
    for pattern in (_BY_GRADE, _BY_STAGE, _ENGLISH, _SHORT, _RUN_TOGETHER):
        if match := pattern.fullmatch(word):
            said = _STAGE_WORDS.get(match.groupdict().get("word") or "")
            return _of_grade(_value(match["grade"]), _value(match["number"]), said, stage)
    return ClassReading(None, None, None, Fault.UNREADABLE)


def read_class_number(text: str) -> int | None:
    """The number in a column of class numbers alone: 2, "2班", "(2)班", "二班", "02"; None for anything else."""
    word = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).removesuffix(".0")
    match = re.fullmatch(rf"第?\(?(?P<number>{_N})\)?班?", word, re.ASCII)
    return _value(match["number"]) if match else None


def _value(text: str | None) -> int | None:
    """3, 三, 十二, 二十; None for nothing, and for what is no number, such as 十十."""
    if not text:
        return None
    if text.isdigit():
        return int(text) or None
    match = re.fullmatch("([一二三四五六七八九])?(十)?([一二三四五六七八九])?", text)
    if match is None or (match[1] and match[3] and not match[2]):
        return None
    tens = _NUMERAL.get(match[1] or "", 1) * 10 if match[2] else 0
    ones = _NUMERAL.get((match[3] if match[2] else match[1] or match[3]) or "", 0)
    return tens + ones or None


def _of_grade(grade: int | None, number: int | None, said: str | None, given: str | None) -> ClassReading:
    """A grade that counts within the stage that the name says, or else through all of school."""
    if grade is None:
        return ClassReading(None, None, None, Fault.UNREADABLE)
    if said is not None and given is not None and said != given and {said, given} != {"senior", "vocational"}:
        return ClassReading(said, None, number, Fault.OTHER_STAGE)
    if said is not None:
        return _within(given or said, grade, number)
    if given is not None:
        return _under(given, grade, number)
    fitting = [one for one in ("primary", "junior", "senior") if SPAN[one][0] <= grade <= SPAN[one][1]]
    if not fitting:
        return ClassReading(None, grade, number, Fault.OUT_OF_RANGE)
    return ClassReading(fitting[0], grade, number, None)


def _within(stage: str, grade: int, number: int | None) -> ClassReading:
    """初中一年级 is grade 7, 初中七年级 too, 初四 (five-four plan) grade 9."""
    first, last = SPAN[stage]
    if first <= grade <= last:
        return ClassReading(stage, grade, number, None)
    if stage == "junior" and grade == 4:
        return ClassReading(stage, 9, number, None)
    if first + grade - 1 <= last:
        return ClassReading(stage, first + grade - 1, number, None)
    return ClassReading(stage, None, number, Fault.OUT_OF_RANGE)


def _under(stage: str, grade: int, number: int | None) -> ClassReading:
    """A grade without a stage in its name, in a school of one stage: 一年级 of a junior school is grade 7."""
    if stage == "junior" and grade == 6:
        return ClassReading(stage, 6, number, None)
    return _within(stage, grade, number)


def _kindergarten(match: re.Match[str], stage: str | None) -> ClassReading:
    grade = "小中大".index(match["size"]) + 1
    number = _value(match["number"] or match["inner"])
    if stage is None and match["size"] == "小" and match["inner"] and match["inner"] in _NUMERAL:
        # 小一班: the first class of the youngest, or first grade of primary school
        candidates = (("kindergarten", 1), ("primary", _NUMERAL[match["inner"]]))
        if candidates[1][1] <= SPAN["primary"][1]:
            return ClassReading(None, None, None, Fault.AMBIGUOUS, candidates)
    return ClassReading("kindergarten", grade, number, None)


def _by_year(match: re.Match[str], given: str | None, school_year: int | None) -> ClassReading:
    number, said = _value(match["number"]), _STAGE_WORDS.get(match["word"] or match["after"] or "")
    if said is not None and given is not None and said != given and {said, given} != {"senior", "vocational"}:
        return ClassReading(said, None, number, Fault.OTHER_STAGE)
    stage = given or said
    if school_year is None:
        return ClassReading(stage, None, number, Fault.NEEDS_SCHOOL_YEAR)
    stages = (stage,) if stage else ("primary", "junior", "senior")
    found = [(one, grade) for one in stages if (grade := _grade_in(one, int(match["year"]), school_year)) is not None]
    if not found:
        return ClassReading(stage, None, number, Fault.NOT_ENROLLED)
    if len(found) > 1:
        return ClassReading(None, None, number, Fault.AMBIGUOUS, tuple(found))
    return ClassReading(*found[0], number, None)


def _grade_in(stage: str, year: int, school_year: int) -> int | None:
    """The grade of those who entered in that year, or, if it is yet to come, who will leave in it."""
    first, last = SPAN[stage]
    grade = first + school_year - year if year <= school_year else last - (year - school_year - 1)
    return grade if first <= grade <= last else None
