"""Timetables as schools keep them: a week's grid for each class, or one long list; cells into lessons, and what is wrong where.

A grid has a row of weekdays and a column of periods; the class stands in a line above it, or is the sheet's name. One sheet may
hold many. A cell says subject and teacher in any order and with any sign between ("数学 王芳", "数学（王芳）", "数学王芳"), and
for odd and even weeks two of them ("单 美术 李丽 / 双 音乐 陈静"). What is no subject but stands in timetables (班会, 自习) is
passed over and counted.
"""
# i18n: data file

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from lantian.people.exchange.engine.sheets.cells import is_nothing
from lantian.people.exchange.engine.sheets.grids import Grid, squeezed
from lantian.people.exchange.engine.sheets.heads import plain_head
from lantian.people.roster.engine.codes.class_names import read_class
from lantian.people.roster.engine.codes.subjects import read_subject

MOST = 20_000  # lessons of one file: more than a hundred classes have
ABOVE = 4  # lines over a grid in which its class may stand

_WEEKDAY = re.compile(r"(?:星期|周|礼拜)?([一二三四五六日天1-7])")
_ENGLISH = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_NUMERAL = {sign: value for value, sign in enumerate("一二三四五六七八九十", 1)} | {"十一": 11, "十二": 12}
_PERIOD = re.compile(r"(?:第|上午|下午|晚上|晚自习)*(?P<n>十[一二]?|[一二三四五六七八九]|1\d|20|[1-9])(?:节课?|\.0)?")
_CLOCK = re.compile(r"[\d:：]+\s*[-—–~～至]\s*[\d:：]+")
_NOT_SUBJECTS = {
    "班会", "班队会", "班队", "队会", "班团", "自习", "早自习", "晚自习", "自修", "早读", "晨读", "午读",
    "午休", "午餐", "大课间", "课间操", "眼保健操", "课后服务", "社团", "社团活动", "课外活动", "综合实践",
    "综合", "地方", "校本", "校本课程", "阅读", "阅读课", "写字", "书法", "心理", "心理健康", "安全", "升旗",
    "国旗下讲话", "兴趣", "延时", "延时服务", "活动", "选修", "走班", "卫生", "扫除", "大扫除", "放学",
}  # fmt: skip
_BREAKS = re.compile(r"[\s,，、()（）\[\]【】:：.]+")
_TWO = re.compile(r"[/／|｜;；]+")
_ROOM = re.compile(r".*(教室|室|馆|操场|机房|厅|场地)$|^[A-Z]?\d{3,4}$")
_TERM = re.compile(r"(20\d\d[-—~～至]20\d\d)?(学年)?(度)?(第?[一二上下]学期)?")
_CLASS_BEGINS = re.compile(r"初|高|小|[一二三四五六七八九1-9]|20\d\d")
_WEEKS = {"单": "odd", "单周": "odd", "双": "even", "双周": "even"}
_NAME = re.compile(r"[\u3400-\u9fff·]{2,12}|[A-Za-z][A-Za-z .'-]{1,40}")

LIST_HEADS = {
    "class": ("班级", "班", "班名", "class"),
    "weekday": ("星期", "周几", "星期几", "周次星期", "weekday", "day"),
    "period": ("节次", "第几节", "节", "课节", "period"),
    "subject": ("学科", "课程", "科目", "课程名称", "课", "subject"),
    "teacher": ("教师", "任课教师", "老师", "任课老师", "教师姓名", "teacher"),
    "room": ("教室", "上课地点", "地点", "场地", "room"),
    "weeks": ("单双周", "周次", "周", "weeks"),
}
NEEDED = ("class", "weekday", "period", "subject")


@dataclass(frozen=True)
class Place:
    """Where something stands: sheet, and cell as a spreadsheet calls it (C5)."""

    sheet: str
    cell: str


@dataclass(frozen=True)
class Read:
    """One lesson of the week as written. `weekday` 0 Monday … 6; `weeks` every, odd or even."""

    place: Place
    group: str
    weekday: int
    period: int
    subject: str
    teacher: str = ""
    room: str = ""
    weeks: str = "every"


@dataclass(frozen=True)
class Wrong:
    """What could not be read: a code for the sentence, and what stands there."""

    place: Place
    code: str
    value: str = ""


@dataclass
class Week:
    """A file read. `passed`: cells that are no subjects' lessons (班会 …)."""

    entries: list[Read] = field(default_factory=list)
    wrong: list[Wrong] = field(default_factory=list)
    passed: int = 0


def read_weekday(text: str) -> int | None:
    """0 Monday … 6 Sunday; None for all else."""
    word = squeezed(text)
    if word[:3] in _ENGLISH and word.isascii():
        return _ENGLISH.index(word[:3])
    match = _WEEKDAY.fullmatch(word)
    if match is None or (word.isdigit() and len(word) > 1):
        return None
    sign = match[1]
    return int(sign) - 1 if sign.isdigit() else "一二三四五六日".replace("天", "日").find(sign.replace("天", "日"))


def read_period(text: str) -> int | None:
    """The number of a period; times beside it ("第一节 8:20-9:00") are passed over."""
    word = squeezed(_CLOCK.sub("", text))
    match = _PERIOD.fullmatch(word)
    if match is None:
        return None
    sign = match["n"]
    return int(sign) if sign.isdigit() else _NUMERAL[sign]


def read_weeks(grids: Sequence[Grid], *, title: str = "") -> Week:
    """All lessons of a file. A sheet that is neither grid nor list is said to be so, unless another one was read."""
    week = Week()
    strange: list[Wrong] = []
    for grid in grids:
        if grid.hidden:
            continue
        if not (_as_list(grid, week) or _as_grids(grid, title, week)):
            strange.append(Wrong(Place(grid.sheet, ""), "week_strange"))
    if not week.entries and not week.wrong:
        week.wrong = strange
    if len(week.entries) > MOST:
        week.entries, week.wrong = [], [Wrong(Place("", ""), "week_long")]
    return week


# A list ----------------------------------------------------------------------------------------------------------------------


def _as_list(grid: Grid, week: Week) -> bool:
    for index, (_number, cells) in enumerate(grid.rows[:10]):
        columns = _list_columns(cells)
        if all(key in columns for key in NEEDED):
            for number, row in grid.rows[index + 1 :]:
                _list_row(grid, number, row, columns, week)
            return True
    return False


def _list_columns(cells: Sequence[str]) -> dict[str, int]:
    words = [plain_head(cell) for cell in cells]
    found: dict[str, int] = {}
    for key, names in LIST_HEADS.items():
        place = next((place for name in names for place, word in enumerate(words) if word == name), None)
        if place is not None and place not in found.values():
            found[key] = place
    return found


def _letter(column: int) -> str:
    from openpyxl.utils import get_column_letter  # slow to load, and needed for what is wrong alone

    return str(get_column_letter(column))


def _list_row(grid: Grid, number: int, row: Sequence[str], columns: dict[str, int], week: Week) -> None:
    said = {key: row[place] if place < len(row) else "" for key, place in columns.items()}

    def at(key: str) -> Place:
        return Place(grid.sheet, f"{_letter(columns[key] + 1)}{number}")

    if not any(said[key] for key in NEEDED):
        return
    weekday, period = read_weekday(said["weekday"]), read_period(said["period"])
    if weekday is None:
        week.wrong.append(Wrong(at("weekday"), "week_weekday", said["weekday"]))
    if period is None:
        week.wrong.append(Wrong(at("period"), "week_period", said["period"]))
    if not said["class"]:
        week.wrong.append(Wrong(at("class"), "week_no_class"))
    subject = _subject(said["subject"])
    if subject is None:
        _no_subject(said["subject"], at("subject"), week)
    if weekday is None or period is None or not said["class"] or subject is None:
        return
    weeks = _WEEKS.get(squeezed(said.get("weeks", "")), "every")
    teacher = "" if is_nothing(said.get("teacher", "")) else said["teacher"].replace(" ", "")
    room = "" if is_nothing(said.get("room", "")) else said["room"]
    week.entries.append(Read(at("subject"), said["class"], weekday, period, subject, teacher, room, weeks))


# Grids -----------------------------------------------------------------------------------------------------------------------


def _as_grids(grid: Grid, title: str, week: Week) -> bool:
    heads = [index for index, (_number, cells) in enumerate(grid.rows) if len(_days(cells)) >= 3]
    for order, index in enumerate(heads):
        end = heads[order + 1] if order + 1 < len(heads) else len(grid.rows)
        group = _class_above(grid, index, heads[order - 1] if order else -1)
        alone = len(heads) == 1
        name = group or (_named(grid.sheet) if alone else "") or (_named(title) if alone else "")
        if not name:
            week.wrong.append(Wrong(Place(grid.sheet, f"A{grid.rows[index][0]}"), "week_no_class"))
            continue
        _grid(grid, index, end, name, week)
    return bool(heads)


def _days(cells: Sequence[str]) -> dict[int, int]:
    """column → weekday, of a row of weekdays."""
    found = {place: day for place, cell in enumerate(cells) if cell and (day := read_weekday(cell)) is not None}
    return found if len(set(found.values())) == len(found) else {}


def _named(text: str) -> str:
    """A class that a text names, as a title does: 梓潼一中 2026-2027 学年第二学期 七年级（1）班课程表."""
    word = squeezed(text)
    word = _TERM.sub("", word.rpartition(".")[0] or word)
    word = re.sub(r"(课程|课|作息时间)表.*$|^班级[:：]?", "", word)
    for piece in (word, *re.split(r"[\s_·|-]+", word)):
        starts = [0, *(match.start() for match in _CLASS_BEGINS.finditer(piece))]
        ends = piece.rfind("班") + 1
        for start in starts:
            for candidate in (piece[start:], piece[start:ends]):
                if candidate and (read_class(candidate, school_year=None).number is not None or _as_is(candidate)):
                    return candidate
    return ""


def _as_is(text: str) -> bool:
    """A class's name that may mean several stages (一年级1班 in a school of several) is a class's name all the same."""
    reading = read_class(text)
    return reading.fault is not None and bool(reading.candidates)


def _class_above(grid: Grid, index: int, before: int) -> str:
    """The class in the lines over a grid, the nearest first, or in the head's own first cells."""
    for row in range(index, max(before, index - ABOVE - 1), -1):
        for cell in grid.rows[row][1]:
            if cell and read_weekday(cell) is None and read_period(cell) is None and (name := _named(cell)):
                return name
    return ""


def _grid(grid: Grid, index: int, end: int, group: str, week: Week) -> None:
    days = _days(grid.rows[index][1])
    first = min(days)
    for number, cells in grid.rows[index + 1 : end]:
        period = next((n for cell in cells[:first] if cell and (n := read_period(cell)) is not None), None)
        if period is None:
            continue  # 上午, 午休, a title
        for column, weekday in days.items():
            text = cells[column] if column < len(cells) else ""
            if is_nothing(text):
                continue
            place = Place(grid.sheet, f"{_letter(column + 1)}{number}")
            for subject, teacher, room, weeks in _cell(text, place, week):
                week.entries.append(Read(place, group, weekday, period, subject, teacher, room, weeks))


# One cell --------------------------------------------------------------------------------------------------------------------


def _subject(text: str) -> str | None:
    return read_subject(text) if text and not text.isdigit() else None


def _no_subject(text: str, place: Place, week: Week) -> None:
    if squeezed(text) in _NOT_SUBJECTS or is_nothing(text):
        week.passed += 1
    else:
        week.wrong.append(Wrong(place, "week_subject", text[:40]))


def _cell(text: str, place: Place, week: Week) -> Iterator[tuple[str, str, str, str]]:
    """(subject, teacher, room, weeks) of what a cell says: one, or one for odd and one for even weeks."""
    parts = [part for part in _TWO.split(text) if part.strip()]
    if len(parts) == 2 and not _begins_with_subject(parts[1]):  # 数学/王芳
        parts = [" ".join(parts)]
    found = [_part(part) for part in parts]
    if len(found) > 2 or (len(found) == 2 and all(weeks == "every" for *_rest, weeks in found)):
        if len(found) == 2:
            found = [(*found[0][:3], "odd"), (*found[1][:3], "even")]
        else:
            week.wrong.append(Wrong(place, "week_many", text[:40]))
            return
    for part, (subject, teacher, room, weeks) in zip(parts, found, strict=True):
        if subject is None:
            _no_subject(_BREAKS.split(part.strip())[0] if squeezed(part) not in _NOT_SUBJECTS else part, place, week)
        else:
            yield subject, teacher, room, weeks


def _begins_with_subject(text: str) -> bool:
    words = [word for word in _BREAKS.split(text) if word and word not in _WEEKS]
    return bool(words) and (_subject(words[0]) is not None or squeezed(words[0]) in _NOT_SUBJECTS)


def _part(text: str) -> tuple[str | None, str, str, str]:
    subject, teacher, room, weeks = None, "", "", "every"
    for word in filter(None, _BREAKS.split(text)):
        if word in _WEEKS:
            weeks = _WEEKS[word]
        elif subject is None and (found := _subject(word)):
            subject = found
        elif subject is None and (pair := _glued(word)):
            subject, teacher = pair
        elif _ROOM.fullmatch(word):
            room = word
        elif not teacher and _NAME.fullmatch(word):
            teacher = word.removesuffix("老师")
    return subject, teacher, room, weeks


def _glued(word: str) -> tuple[str, str] | None:
    """数学王芳: the longest beginning that is a subject, if what is left may be a name."""
    for length in range(min(len(word) - 2, 8), 1, -1):
        subject = _subject(word[:length])
        if subject and _NAME.fullmatch(word[length:]):
            return subject, word[length:].removesuffix("老师")
    return None
