"""What the columns of a catalogue mean, guessed by their heads, and what a row says in them, in our values."""
# i18n: data file

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from lantian.content.taxonomy.engine.sheet import read_grade

# field: what its column may be called
FIELDS: Mapping[str, tuple[str, ...]] = {
    "title": ("名称", "标题", "题名", "资源名称", "资源标题", "title", "name"),
    "path": ("文件", "路径", "文件名", "文件路径", "存放位置", "path", "file", "filename"),
    "url": ("网址", "链接", "地址", "url", "link"),
    "key": ("编号", "资源编号", "原编号", "原系统编号", "旧系统编号", "id", "resourceid", "key", "标识"),
    "words": ("简介", "描述", "说明", "摘要", "内容简介", "description", "words", "abstract"),
    "purpose": ("类型", "资源类型", "种类", "是什么", "purpose", "type", "kind"),
    "subject": ("学科", "科目", "subject"),
    "stage": ("学段", "stage"),
    "grade": ("年级", "grade"),
    "nodes": ("教材目录", "章节编码", "目录编码", "知识点编码", "知识点", "教材位置", "node", "nodes", "code"),
    "keywords": ("关键词", "关键字", "标签", "keywords", "tags"),
    "licence": ("许可", "使用许可", "授权", "版权许可", "licence", "license"),
    "rights_holder": ("权利人", "版权人", "作者", "版权所有", "来源单位", "rights", "author", "rightsholder"),
    "audience": ("给哪些人看", "使用对象", "适用对象", "audience"),
    "reach": ("给谁用", "公开范围", "共享范围", "范围", "reach", "scope"),
    "language": ("语言", "语种", "language"),
    "date": ("日期", "时间", "上传时间", "发布时间", "创建时间", "date", "created"),
    "source": ("出处", "来源", "source"),
}
STAGES = {"小学": "primary", "初中": "junior", "高中": "senior", "幼儿园": "kindergarten", "学前": "kindergarten"}
STAGES |= {
    "中职": "vocational",
    "职高": "vocational",
    "职业教育": "vocational",
    "特教": "special",
    "特殊教育": "special",
}
STAGES |= {"义务教育小学": "primary", "义务教育初中": "junior", "普通高中": "senior"}
SUBJECTS = {
    "政治": "morality",
    "思政": "morality",
    "道法": "morality",
    "品德": "morality",
    "信息技术": "it",
    "计算机": "it",
}
SUBJECTS |= {
    "体育": "pe",
    "体育与健康": "pe",
    "外语": "english",
    "劳技": "labour",
    "劳动技术": "labour",
    "自然": "science",
}
PURPOSES = {"教学设计": "lesson_plan", "教学方案": "lesson_plan", "ppt": "courseware", "演示文稿": "courseware"}
PURPOSES |= {"练习": "exercise", "作业": "exercise", "试题": "paper", "考试": "paper", "微课程": "micro_lesson"}
PURPOSES |= {"视频": "micro_lesson", "课例": "micro_lesson", "图片": "material", "音频": "material", "动画": "material"}
REACHES = {
    "公开": "public",
    "全部": "public",
    "所有人": "public",
    "互联网": "public",
    "地区": "region",
    "区域": "region",
}
REACHES |= {"县区": "region", "全县": "region", "全市": "region", "校内": "school", "本校": "school", "个人": "private"}
AUDIENCES = {"教师": "staff", "老师": "staff", "只给老师": "staff", "师生": "all", "学生": "all", "全部": "all"}
LICENCES = {"署名": "cc-by", "署名相同方式共享": "cc-by-sa", "署名非商业": "cc-by-nc", "公有领域": "cc0"}
LICENCES |= {"课堂教学": "school-use", "仅限教学": "school-use", "版权所有": "all-rights", "保留所有权利": "all-rights"}
LANGUAGES = {"中文": "zh-CN", "汉语": "zh-CN", "zh": "zh-CN", "英语": "en", "英文": "en", "藏语": "bo", "彝语": "ii"}
_DATES = ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日", "%Y%m%d", "%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M")
_SPLIT = re.compile(r"[;；、,，|\s]+")
_BLANK = re.compile(r"[\s\W_]+")
LONGEST = {"title": 120, "words": 2000, "keywords": 200, "rights_holder": 120, "source": 300}


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in a cell: which column, a code (queries.bulk has the sentences), what stands there."""

    column: str
    code: str
    value: str = ""


@dataclass(slots=True)
class Parsed:
    """What a row says. `facts` are of a resource; codes of nodes are still to be looked up."""

    line: int
    facts: dict[str, Any] = field(default_factory=dict)
    path: str = ""
    url: str = ""
    key: str = ""
    codes: tuple[str, ...] = ()
    date: datetime | None = None
    faults: list[Fault] = field(default_factory=list)


def squeezed(text: str) -> str:
    """For comparing: without blanks and signs, half width, lower case."""
    return _BLANK.sub("", unicodedata.normalize("NFKC", text)).lower()


_HEADS = {squeezed(name): key for key, names in FIELDS.items() for name in names}


def guess(heads: Sequence[str]) -> dict[str, int]:
    """What the columns are, by their heads: field → place. A head that only begins or ends so counts if no other is it."""
    found: dict[str, int] = {}
    plain = [squeezed(head) for head in heads]
    for place, head in enumerate(plain):
        key = _HEADS.get(head)
        if key is not None:
            found.setdefault(key, place)
    for place, head in enumerate(plain):
        if place in found.values() or not head:
            continue
        near = [key for name, key in _HEADS.items() if len(name) > 1 and (head.startswith(name) or head.endswith(name))]
        if near and near[0] not in found:
            found[near[0]] = place
    return found


def missing(columns: Mapping[str, int]) -> list[str]:
    """Fields without which nothing can be imported."""
    lacking = [] if "title" in columns else ["title"]
    return lacking if "path" in columns or "url" in columns else [*lacking, "path"]


@dataclass(frozen=True, slots=True)
class Words:
    """Our values by what people call them, for each field that has a closed list."""

    subject: Mapping[str, str]
    stage: Mapping[str, str]
    purpose: Mapping[str, str]
    licence: Mapping[str, str]
    reach: Mapping[str, str]
    audience: Mapping[str, str]
    language: Mapping[str, str]


def known_words(choices: Mapping[str, Sequence[tuple[str, str]]]) -> Words:
    """From the lists themselves (value and label) and from what else they are called."""
    others = {
        "subject": SUBJECTS, "stage": STAGES, "purpose": PURPOSES, "licence": LICENCES,
        "reach": REACHES, "audience": AUDIENCES, "language": LANGUAGES,
    }  # fmt: skip
    made = {}
    for name, more in others.items():
        listed = {squeezed(str(each)): value for value, label in choices[name] for each in (value, label)}
        made[name] = {squeezed(word): value for word, value in more.items()} | listed
    return Words(**made)


def licence_of(text: str, words: Words) -> str | None:
    """CC BY-NC-SA 4.0, its address, 署名 …; None for what is none of ours."""
    plain = squeezed(
        re.sub(r"https?://creativecommons\.org/(licenses|publicdomain)/", "cc", text.strip(), flags=re.IGNORECASE)
    )
    plain = re.sub(r"(国际|中国大陆|international|deed|zh)*$", "", plain)
    plain = re.sub(r"\d+$", "", plain) if plain != "cc0" else plain
    if plain in ("cczero", "cc", "cc0", "cc01") or text.strip().lower().startswith("cc0"):
        return "cc0"
    return words.licence.get(plain) or words.licence.get(squeezed(text))


def key_of(cells: Sequence[str], columns: Mapping[str, int]) -> str:
    """What the old system calls the thing in a row: its id, else its file or address."""
    said = (
        cells[columns[name]].strip() for name in ("key", "path", "url") if columns.get(name, len(cells)) < len(cells)
    )
    return next((one for one in said if one), "")[:200]


def parse(
    line: int, cells: Sequence[str], columns: Mapping[str, int], words: Words, usual: Mapping[str, str]
) -> Parsed:
    """What a row says; where it says nothing, `usual` holds."""
    said = {name: cells[place].strip() if place < len(cells) else "" for name, place in columns.items()}
    row = Parsed(line, path=said.get("path", ""), url=said.get("url", ""))
    for name, most in LONGEST.items():
        text = said.get(name, "") or usual.get(name, "")
        if len(text) > most:
            row.faults.append(Fault(name, "long", str(most)))
        row.facts[name] = text[:most]
    row.facts["keywords"] = " ".join(one for one in _SPLIT.split(row.facts["keywords"]) if one)
    for name in ("subject", "stage", "purpose", "reach", "audience", "language", "licence"):
        _closed(name, said.get(name, ""), row, words, usual)
    grade = said.get("grade", "")
    row.facts["grade"] = read_grade(grade.split(".")[0]) if grade else None
    if grade and row.facts["grade"] is None:
        row.faults.append(Fault("grade", "unknown", grade[:40]))
    row.codes = tuple(dict.fromkeys(one for one in _SPLIT.split(said.get("nodes", "")) if one))[:20]
    row.date = _date(said.get("date", ""), row)
    row.key = key_of(cells, columns)
    if not row.facts["title"]:
        row.faults.append(Fault("title", "empty"))
    if not row.path and not row.url:
        row.faults.append(Fault("path", "empty"))
    if row.url and not row.path and (not re.match(r"https?://[^\s/]+", row.url) or len(row.url) > 500):
        row.faults.append(Fault("url", "url", row.url[:60]))
    return row


def _closed(name: str, text: str, row: Parsed, words: Words, usual: Mapping[str, str]) -> None:
    value: str | None = usual.get(name, "")
    if text:
        value = licence_of(text, words) if name == "licence" else getattr(words, name).get(squeezed(text))
        if value is None:
            row.faults.append(Fault(name, "unknown", text[:40]))
    row.facts[name] = value or ""


def _date(text: str, row: Parsed) -> datetime | None:
    if not text:
        return None
    for form in _DATES:
        try:
            found = datetime.strptime(text[:19].strip(), form).replace(tzinfo=UTC)
        except ValueError:
            continue
        if 1980 <= found.year <= 2100:
            return found
    row.faults.append(Fault("date", "date", text[:40]))
    return None
