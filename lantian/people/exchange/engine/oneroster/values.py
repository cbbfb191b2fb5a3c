"""Words, dates, grades and names: ours ↔ OneRoster's."""
# i18n: data file

import re
from datetime import date, timedelta

# Ours → theirs. What OneRoster has no word for keeps ours in metadata.cn.kind.
ORG_TYPES = {
    "province": "state",
    "city": "local",
    "county": "district",
    "school": "school",
    "campus": "school",
    "teaching_point": "school",
}
ORG_KINDS = {"state": "province", "local": "city", "district": "county", "school": "school"}

# A role at an organisation: ours → theirs. Ours beside it in metadata.cn.role. `ext:` words give a receiver no rights.
ROLE_WORDS = {
    "student": "student",
    "teacher": "teacher",
    "homeroom_teacher": "teacher",
    "staff": "aide",
    "guardian": "guardian",
    "school_head": "principal",
    "school_it": "siteAdministrator",
    "officer": "districtAdministrator",
    "operator": "systemAdministrator",
    "researcher": "ext:researcher",
    "expert": "ext:expert",
}
# Theirs → ours where metadata.cn.role is silent.
ROLE_MEANINGS = {
    "student": "student",
    "teacher": "teacher",
    "aide": "staff",
    "counselor": "staff",
    "proctor": "staff",
    "guardian": "guardian",
    "parent": "guardian",
    "relative": "guardian",
    "principal": "school_head",
    "siteAdministrator": "school_it",
    "districtAdministrator": "officer",
    "systemAdministrator": "operator",
    "ext:researcher": "researcher",
    "ext:expert": "expert",
}
MEMBER_ROLES = ("student", "teacher", "homeroom_teacher", "staff")
# A membership in a class: ours → theirs; a homeroom teacher is the class's primary teacher.
ENROLLMENT_ROLES = {"student": "student", "teacher": "teacher", "homeroom_teacher": "teacher", "staff": "proctor"}

SEXES = {"1": "male", "2": "female", "0": "unspecified"}
GENDERS = {"male": "1", "female": "2", "unspecified": "0", "other": "0"}
CLASS_TYPES = {"homeroom": "homeroom", "teaching": "scheduled"}
CLASS_KINDS = {"homeroom": "homeroom", "scheduled": "teaching"}

# CEDS grade codes; kindergarten's three years have words of their own there.
_KINDERGARTEN_CODES = {1: "PR", 2: "PK", 3: "KG"}
_KINDERGARTEN_GRADES = {"PR": 1, "PK": 2, "TK": 3, "KG": 3}

# Family names of two characters (of those borne by people today).
_DOUBLE = frozenset(
    [
        "欧阳",
        "司马",
        "上官",
        "诸葛",
        "东方",
        "皇甫",
        "尉迟",
        "公孙",
        "慕容",
        "令狐",
        "司徒",
        "长孙",
        "宇文",
        "夏侯",
        "轩辕",
        "端木",
        "百里",
        "南宫",
        "独孤",
        "申屠",
        "太史",
        "闻人",
        "赫连",
        "澹台",
        "公冶",
        "宗政",
        "濮阳",
        "淳于",
        "单于",
        "太叔",
        "钟离",
        "鲜于",
        "闾丘",
        "司空",
        "万俟",
        "东郭",
        "南门",
        "呼延",
        "拓跋",
        "第五",
        "梁丘",
        "左丘",
        "西门",
        "羊舌",
        "微生",
        "纳兰",
        "完颜",
        "耶律",
        "哥舒",
        "仲孙",
        "叔孙",
    ]
)
FIRST_YEAR, LAST_YEAR = 1900, 2200  # of days that a file may name
_HAN = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff〇]+")


def grade_codes(stage: str, grade: int) -> str:
    """The grade in CEDS codes: kindergarten PR, PK, KG; else 01–12."""
    return _KINDERGARTEN_CODES.get(grade, "KG") if stage == "kindergarten" else f"{grade:02}"


def grades_of(code: str) -> tuple[str, int] | None:
    """(stage, grade) of a CEDS code, or None. Stages by the six-three-three plan."""
    word = code.strip().upper()
    if word in _KINDERGARTEN_GRADES:
        return "kindergarten", _KINDERGARTEN_GRADES[word]
    if word.isascii() and word.isdigit() and len(word) < 9 and 1 <= int(word) <= 12:
        return stage_of(int(word)), int(word)
    return None


def stage_of(grade: int) -> str:
    return "primary" if grade <= 6 else "junior" if grade <= 9 else "senior"


def school_year_end(school_year: int) -> str:
    """OneRoster calls a school year by the year it ends in; we by the one it begins in."""
    return str(school_year + 1)


def school_year_begin(word: str) -> int | None:
    return int(word) - 1 if re.fullmatch(r"(19|20|21)\d\d", word.strip()) else None


def end_date(last: date | None) -> str:
    """OneRoster's end dates are the first day that is no more included; ours are the last that is.

    Offices write 9999-12-31 where they mean "for good": no day comes after it, and no end is what it says.
    """
    return "" if last is None or last.year > LAST_YEAR else (last + timedelta(days=1)).isoformat()


def last_day(end: date) -> date:
    return end - timedelta(days=1)


def term_kind(starts_on: date) -> str:
    """Terms that begin from August to December are a school year's first, others its second."""
    return "autumn" if starts_on.month >= 8 else "spring"


def split_name(name: str) -> tuple[str, str]:
    """(given name, family name), neither ever empty. Names in Chinese characters by their family name, of which some have two.

    Names of several peoples written with "·" keep their first part as given name, as it is the own one; others part at the last
    space. The full name always goes along as metadata.cn.name.
    """
    text = " ".join(name.split())
    for dot in ("·", "・", "•", "."):
        first, found, rest = text.partition(dot)
        if found and first and rest and _HAN.fullmatch(first):
            return first, rest
    if _HAN.fullmatch(text) and len(text) > 1:
        cut = 2 if len(text) > 2 and text[:2] in _DOUBLE else 1
        return text[cut:], text[:cut]
    first, found, rest = text.rpartition(" ")
    return (first, rest) if found else (text, text)


def full_name(given: str, family: str) -> str:
    """The name as people say it: family name first and no space in Chinese, else given name first."""
    given, family = " ".join(given.split()), " ".join(family.split())
    if given == family:
        return given
    if _HAN.fullmatch(given) and _HAN.fullmatch(family):
        return f"{family}{given}"
    return f"{given} {family}".strip()
