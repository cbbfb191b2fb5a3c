"""Codes of subjects: 中小学课程代码 (ZXXKC) of JY/T 1001-2012, against our Subject, and what spreadsheets call them.

The table is older than the curriculum of 2022: 道德与法治 stands under the code of the subject it took the place of (品德与生活
in primary school, 思想品德 above); 信息科技 and 劳动 likewise. The text of the standard is not public; the table is as systems
that follow it carry it.
"""
# i18n: data file

import re
import unicodedata

OFFICIAL_NAMES = {
    "11": "品德与生活（社会）",
    "12": "思想品德（政治）",
    "13": "语文",
    "14": "数学",
    "15": "科学",
    "16": "物理",
    "17": "化学",
    "18": "生物",
    "19": "历史与社会",
    "20": "地理",
    "21": "历史",
    "22": "体育与健康",
    "23": "艺术",
    "24": "音乐",
    "25": "美术",
    "26": "信息技术",
    "27": "通用技术",
    "40": "外语",
    "41": "英语",
    "42": "日语",
    "43": "俄语",
    "49": "其他外国语",
    "60": "综合实践活动",
    "61": "信息技术",
    "62": "劳动与技术",
}
_CODES = {
    "chinese": "13",
    "maths": "14",
    "english": "41",
    "history": "21",
    "geography": "20",
    "science": "15",
    "physics": "16",
    "chemistry": "17",
    "biology": "18",
    "music": "24",
    "art": "25",
    "pe": "22",
    "labour": "62",
}
_SUBJECTS = {code: subject for subject, code in _CODES.items()} | {
    "11": "morality",
    "12": "morality",
    "26": "it",
    "61": "it",
}

_SPELLINGS = {
    "chinese": "语文 语 中文 语文课 国语",
    "maths": "数学 数 数学课 math mathematics",
    "english": "英语 英 外语 英文 外语（英语）",
    "morality": "道德与法治 道法 政治 思想政治 思政 思想品德 思品 品德 品德与生活 品德与社会 "
    "品德与生活（社会） 思想品德（政治） 品社 品生 道德法治 道德与法制 思想政治课",
    "history": "历史 史 历史课",
    "geography": "地理 地 地理课",
    "science": "科学 自然 科学课",
    "physics": "物理 物 物理课",
    "chemistry": "化学 化 化学课",
    "biology": "生物 生 生物学 生物课",
    "it": "信息科技 信息技术 信息 信技 计算机 微机 电脑 computer ict",
    "music": "音乐 音 音乐课",
    "art": "美术 美 美术课 图画",
    "pe": "体育 体 体育与健康 体健 体育课 sport sports",
    "labour": "劳动 劳 劳技 劳动与技术 劳动教育 劳动技术 劳动课 labor",
}
_BY_SPELLING = {
    spelling.replace("（", "(").replace("）", ")"): subject
    for subject, spellings in _SPELLINGS.items()
    for spelling in (subject, *spellings.split())
}
_STAGE_WORDS = re.compile(r"^(幼儿园|小学|初级中学|初中|高级中学|普通高中|高中|中学|初|高)(?=..)")


def code_of(subject: str, stage: str) -> str | None:
    """The published code of one of our subjects in a stage; None where it has none."""
    if subject == "morality":
        return "11" if stage == "primary" else "12"
    if subject == "it":
        return "26" if stage in {"senior", "vocational"} else "61"
    return _CODES.get(subject)


def subject_of(code: str) -> str | None:
    """Our subject for a published code; None for those we do not have (日语, 艺术 …)."""
    return _SUBJECTS.get(code.strip())


def read_subject(text: str) -> str | None:
    """Our subject for what is in a cell: a name in any of its spellings, with or without its stage, or a published code."""
    word = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).lower()
    if word.isascii() and word.isdigit():
        return subject_of(word)
    return _BY_SPELLING.get(word) or _BY_SPELLING.get(_STAGE_WORDS.sub("", word)) or _without_teacher(word)


def _without_teacher(word: str) -> str | None:
    """语文教师 is still 语文."""
    return _BY_SPELLING.get(re.sub(r"(教师|老师|科|学科|组)$", "", _STAGE_WORDS.sub("", word)))
