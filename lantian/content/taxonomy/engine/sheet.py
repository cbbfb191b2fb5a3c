"""Frameworks as CSV, as people keep them: written for Excel, read in any encoding and with either language's head."""
# i18n: data file

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence

from lantian.content.taxonomy.engine.rows import GRADED, MOST_BYTES, MOST_ROWS, Fault, NotRead, Row, clean
from lantian.people.exchange.engine.sheets.grids import SheetRefused
from lantian.people.exchange.engine.sheets.text import decode, delimiter_of

COLUMNS = {
    "code": "编码",
    "parent": "上级编码",
    "kind": "类型",
    "title": "名称",
    "words": "别名",
    "grade": "年级",
    "term": "册次",
    "points": "知识点",
    "requires": "先学",
    "related": "相关",
}
_NAMES = {name: key for key, chinese in COLUMNS.items() for name in (key, chinese)} | {
    "父编码": "parent",
    "学期": "term",
}
KINDS = {"volume": "册", "unit": "单元", "chapter": "章", "section": "节", "area": "领域", "point": "知识点"}
_KINDS = {word: key for key, chinese in KINDS.items() for word in (key, chinese)} | {
    "课": "chapter",
    "章（课）": "chapter",
    "册次": "volume",
}
TERMS = {0: "全一册", 1: "上册", 2: "下册"}
_TERMS = {"上": 1, "上册": 1, "1": 1, "下": 2, "下册": 2, "2": 2, "全": 0, "全册": 0, "全一册": 0, "0": 0}
_GRADES = {word: number for number, word in enumerate("一二三四五六七八九", start=1)} | {
    "十": 10,
    "十一": 11,
    "十二": 12,
}
_SPLIT = re.compile(r"[;；、,，\s]+")
_STARTER = re.compile(r"'*[=+\-@＝＋－＠]")
NEEDED = ("code", "kind", "title")


def columns_of(kind: str) -> list[str]:
    """The columns of a textbook, or of knowledge points."""
    left_out = {"requires", "related"} if kind == "textbook" else {"term", "points"}
    return [key for key in COLUMNS if key not in left_out]


def write(rows: Iterable[Row], *, kind: str) -> bytes:
    """The file: UTF-8 with its mark, no cell that a spreadsheet would take for a formula."""
    keys = columns_of(kind)
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow([COLUMNS[key] for key in keys])
    for row in rows:
        writer.writerow([_safe(_cell(row, key)) for key in keys])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _cell(row: Row, key: str) -> str:
    if key == "kind":
        return KINDS.get(row.kind, row.kind)
    if key == "term":
        return TERMS.get(row.term, "") if row.term is not None and row.kind == "volume" else ""
    value: object = getattr(row, key)
    if isinstance(value, tuple):
        return "；".join(value)
    return "" if value is None else str(value)


def _safe(text: str) -> str:
    return f"'{text}" if _STARTER.match(text) else text


def _bare(text: str) -> str:
    text = clean(text)
    return text[1:] if text.startswith("'") and _STARTER.match(text[1:]) else text


def read(data: bytes) -> tuple[list[Row], list[Fault]]:
    """Rows in the order of the file, and what is wrong with single cells. Raises NotRead."""
    if len(data) > MOST_BYTES:
        raise NotRead("large", str(MOST_BYTES // 2**20))
    try:
        text, _encoding = decode(data)
    except SheetRefused as error:
        raise NotRead("encoding") from error
    if "\x00" in text or text.lstrip().startswith(("{", "<")):
        raise NotRead("not_csv")
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter_of(text), strict=False)
    try:
        table = [(lines.line_num, cells) for cells in lines if any(cell.strip() for cell in cells)]
    except csv.Error as error:
        raise NotRead("not_csv") from error
    if not table:
        raise NotRead("nothing")
    if len(table) > MOST_ROWS + 1:
        raise NotRead("many", str(MOST_ROWS))
    return _read_table(table)


def _read_table(table: Sequence[tuple[int, list[str]]]) -> tuple[list[Row], list[Fault]]:
    faults: list[Fault] = []
    head: dict[str, int] = {}
    for place, cell in enumerate(table[0][1]):
        name = _NAMES.get(clean(cell).lower())
        if name is None:
            if clean(cell):
                faults.append(Fault(table[0][0], "", "column", clean(cell)[:40]))
        elif name in head:
            faults.append(Fault(table[0][0], name, "column_twice", clean(cell)[:40]))
        else:
            head[name] = place
    lacking = [COLUMNS[name] for name in NEEDED if name not in head]
    if lacking:
        raise NotRead("columns", "、".join(lacking))
    rows = [_read_row(line, cells, head, faults) for line, cells in table[1:]]
    return rows, faults


def _read_row(line: int, cells: Sequence[str], head: Mapping[str, int], faults: list[Fault]) -> Row:
    found = {key: _bare(cells[place]) if place < len(cells) else "" for key, place in head.items()}
    lists = {
        key: tuple(dict.fromkeys(part for part in _SPLIT.split(found[key]) if part)) if key in head else None
        for key in ("points", "requires", "related")
    }
    grade, term = found.get("grade", ""), found.get("term", "")
    number, half = read_grade(grade), _TERMS.get(term)
    if grade and number is None:
        faults.append(Fault(line, "grade", "grade", grade[:40]))
    if term and half is None:
        faults.append(Fault(line, "term", "term", term[:40]))
    kind = _KINDS.get(found["kind"], found["kind"])
    return Row(
        code=found["code"],
        title=found["title"],
        kind=kind,
        parent=found.get("parent", ""),
        words=found.get("words", ""),
        grade=number if kind in GRADED else None,
        term=half if kind == "volume" else None,
        points=lists["points"],
        requires=lists["requires"],
        related=lists["related"],
        line=line,
    )


def read_grade(text: str) -> int | None:
    """7, 七, 七年级, 初一, 高三 → 1-12."""
    word = text.removesuffix("年级").removesuffix("年")
    for prefix, base in (("初", 6), ("高", 9)):
        if word.startswith(prefix) and word[1:] in ("一", "二", "三"):
            return base + _GRADES[word[1:]]
    if word.isascii() and word.isdigit() and 1 <= int(word[:3]) <= 12:
        return int(word)
    return _GRADES.get(word)
