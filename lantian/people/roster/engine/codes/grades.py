"""Codes of grades: 年级代码 (NJ) of JY/T 1001-2012, against our grades, which run 1-12 over primary and secondary school.

The published code counts within a stage, and leaves places for "and above": a second grade is "2" in primary, junior and
senior school alike, a fourth grade is "5". Kindergarten has no codes there. The text of the standard is not public; the table is
as systems that follow it carry it.
"""
# i18n: data file

OFFICIAL_NAMES = {
    "1": "一年级",
    "2": "二年级",
    "3": "三年级",
    "4": "三年级及以上",
    "5": "四年级",
    "6": "四年级及以上",
    "7": "五年级",
    "8": "五年级及以上",
    "9": "六年级",
    "10": "六年级及以上",
}
_CODE_OF_YEAR = {1: "1", 2: "2", 3: "3", 4: "5", 5: "7", 6: "9"}
_YEAR_OF_CODE = {code: year for year, code in _CODE_OF_YEAR.items()}

# First and last grade of each stage, in the six-three plan.
SPAN = {
    "kindergarten": (1, 3),
    "primary": (1, 6),
    "junior": (7, 9),
    "senior": (10, 12),
    "vocational": (10, 12),
    "special": (1, 12),
}


def code_of(stage: str, grade: int) -> str | None:
    """The published code of a grade; None where it has none (kindergarten, a grade outside the stage)."""
    first, last = SPAN[stage]
    if stage == "kindergarten" or not first <= grade <= last:
        return None
    return _CODE_OF_YEAR.get(grade - first + 1)


def grade_of(stage: str, code: str) -> int | None:
    """Our grade for a published code within a stage; None for "and above" and what is no code."""
    first, last = SPAN[stage]
    year = _YEAR_OF_CODE.get(code.strip())
    if stage == "kindergarten" or year is None or first + year - 1 > last:
        return None
    return first + year - 1
