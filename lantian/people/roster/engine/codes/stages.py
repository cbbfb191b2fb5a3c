"""Codes of stages of education: 任课学段代码 (RKXD) of JY/T 1001-2012, against the values of our Stage.

The text of the standard is not public; the table is as systems that follow it carry it. JY/T 0633-2022 (教育基础数据) is later;
its tables were not at hand.
"""
# i18n: data file

OFFICIAL_NAMES = {
    "1": "学前教育",
    "2": "小学",
    "3": "普通初中",
    "4": "普通高中",
    "5": "职业初中",
    "6": "职业高中",
    "7": "成人中等专业学校",
    "8": "成人中学",
    "A": "特殊教育",
    "Z": "其他",
}
CODES = {"kindergarten": "1", "primary": "2", "junior": "3", "senior": "4", "vocational": "6", "special": "A"}
_STAGES = {code: stage for stage, code in CODES.items()} | {"5": "junior", "7": "vocational"}

SPELLINGS = {
    "幼儿园": "kindergarten",
    "学前": "kindergarten",
    "学前教育": "kindergarten",
    "小学": "primary",
    "普通小学": "primary",
    "初中": "junior",
    "初级中学": "junior",
    "普通初中": "junior",
    "高中": "senior",
    "高级中学": "senior",
    "普通高中": "senior",
    "普高": "senior",
    "职高": "vocational",
    "中职": "vocational",
    "职业高中": "vocational",
    "中专": "vocational",
    "职业教育": "vocational",
    "特教": "special",
    "特殊教育": "special",
    "kindergarten": "kindergarten",
    "primary": "primary",
    "junior": "junior",
    "senior": "senior",
    "vocational": "vocational",
    "special": "special",
}


def stage_of(code: str) -> str | None:
    """Our Stage for a published code; None for adults' schools, others and what is no code."""
    return _STAGES.get(code.strip().upper())
