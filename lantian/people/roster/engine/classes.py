"""How classes are called. Grades run 1–12 over primary and secondary school; kindergarten counts its own 1–3."""
# i18n: data file

_DIGITS = "零一二三四五六七八九"
_KINDERGARTEN = ("", "小", "中", "大")


def grade_name(stage: str, grade: int) -> str:
    """The grade in Chinese: 三年级, 八年级, 高一, 中班."""
    if stage == "kindergarten" and 1 <= grade <= 3:
        return f"{_KINDERGARTEN[grade]}班"
    if stage in {"senior", "vocational"} and 10 <= grade <= 12:
        return f"高{_DIGITS[grade - 9]}"
    if 1 <= grade <= 9:
        return f"{_DIGITS[grade]}年级"
    return f"{grade}年级"


def class_name(stage: str, grade: int, number: int) -> str:
    """The class in Chinese: 三年级2班, 高一11班, 大班1班 becomes 大1班."""
    if stage == "kindergarten" and 1 <= grade <= 3:
        return f"{_KINDERGARTEN[grade]}{number}班"
    name = grade_name(stage, grade)
    return f"{name}{number}班"
