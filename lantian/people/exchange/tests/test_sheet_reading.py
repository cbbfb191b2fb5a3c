"""Any file that somebody calls a spreadsheet: read, or refused in plain words; never a crash, never a wrong character."""

# ruff: noqa: E501, DTZ001 - tables of examples; a sheet knows no time zones

import io
import zipfile
from datetime import date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from lantian.people.exchange.engine.sheets.cells import read_phone, undone_date
from lantian.people.exchange.engine.sheets.fields import FIELDS, OF_KIND, TEMPLATE, Kind, missing
from lantian.people.exchange.engine.sheets.grids import SheetRefused
from lantian.people.exchange.engine.sheets.heads import find_head, guess_kind, is_ours, match_head, signature_of
from lantian.people.exchange.engine.sheets.reading import read_file
from lantian.people.exchange.engine.sheets.rows import (
    ClassPlace,
    Frame,
    Guardian,
    Parsed,
    RowReader,
    is_example,
    is_sum,
)
from lantian.people.exchange.engine.sheets.writing import template
from lantian.people.roster.engine.codes.citizen import make_citizen_id

TODAY = date(2026, 11, 26)
ID = make_citizen_id("510703", date(2017, 3, 7), 12)


def book(rows: list[list], **more: object) -> bytes:
    made = Workbook()
    for row in rows:
        made.active.append(row)
    for title, content in more.items():
        sheet = made.create_sheet(title)
        for row in content:
            sheet.append(row)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def refused(data: bytes) -> str:
    with pytest.raises(SheetRefused) as caught:
        read_file(data)
    return caught.value.code


def parse(kind: Kind, heads: list[str], row: list[str], **more: object) -> Parsed:
    data = "\n".join([",".join(heads), ",".join(row)]).encode()
    grid = read_file(data)[0]
    head = find_head(grid)
    columns = {match.key: place for place, match in head.matches.items()}
    frame = Frame(kind, columns, TODAY, 2026, **more)
    return RowReader(frame).read(grid.rows[head.data_from][1])


def codes(parsed: Parsed) -> list[tuple[str, str]]:
    return [(fault.key, fault.code) for fault in parsed.faults]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
@pytest.mark.parametrize("sign", [",", "\t", ";"])
def test_texts_are_read_in_the_encodings_that_spreadsheets_write(encoding: str, sign: str) -> None:
    lines = [["姓名", "性别", "班级"], ["李小兰", "女", "三年级1班"], ["欧阳明", "男", "三年级2班"]]
    grid = read_file("\r\n".join(sign.join(line) for line in lines).encode(encoding))[0]
    assert [cells for _number, cells in grid.rows] == lines


def test_a_character_only_gb18030_has_survives() -> None:
    assert read_file("姓名,班级\n𬭎明,三1班\n".encode("gb18030"))[0].rows[1][1][0] == "𬭎明"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "sheet_empty"),
        (b" \n\n", "sheet_empty"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "sheet_xls"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "sheet_locked"),
        (b"%PDF-1.7 ...", "sheet_unknown"),
        ("<html><table><tr><td>姓名</td></tr></table>".encode(), "sheet_markup"),
        (b"PK\x03\x04 broken", "sheet_broken"),
        (b"\xff\xfe\x00", "text_broken"),
        (b"\x81\x20\xff\xff\x80", "text_encoding"),
        ('姓名,班级\n"李'.encode() + b"x" * 200_000, "text_quotes"),
    ],
)
def test_what_is_no_spreadsheet_is_refused_with_its_reason(data: bytes, code: str) -> None:
    assert refused(data) == code


def zipped(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def test_archives_that_are_none_of_ours_or_unpack_to_too_much_are_refused() -> None:
    assert refused(zipped({"users.csv": b"a"})) == "sheet_not_xlsx"
    assert refused(zipped({"xl/workbook.xml": b"<a/>", "xl/worksheets/sheet1.xml": b" " * 40_000_000})) == "sheet_bomb"
    assert refused(zipped({f"{n}.xml": b"" for n in range(600)} | {"xl/workbook.xml": b""})) == "sheet_bomb"


def test_entities_are_not_expanded() -> None:
    bomb = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x "ha"><!ENTITY y "&x;&x;&x;">]><sst><si><t>&y;</t></si></sst>'
    whole = book([["姓名", "班级"], ["李小兰", "三1班"]])
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        members = {info.filename: archive.read(info) for info in archive.infolist()}
    for name in ("xl/styles.xml", "xl/workbook.xml", "xl/worksheets/sheet1.xml"):
        assert refused(zipped(members | {name: bomb})) == "sheet_broken"


def test_a_sheet_that_claims_to_be_huge_is_read_for_what_it_holds() -> None:
    whole = book([["姓名", "班级"], ["李小兰", "三1班"]])
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        members = {info.filename: archive.read(info) for info in archive.infolist()}
    sheet = members["xl/worksheets/sheet1.xml"].replace(b'ref="A1:B2"', b'ref="A1:XFD1048576"')
    assert sheet != members["xl/worksheets/sheet1.xml"]
    assert len(read_file(zipped(members | {"xl/worksheets/sheet1.xml": sheet}))[0].rows) == 2


def test_too_wide_and_too_long_are_said() -> None:
    assert refused(book([["x"] * 81])) == "sheet_wide"
    assert refused(b"a,b\n" * 20_001) == "sheet_long"


def test_numbers_dates_and_several_sheets_come_as_text() -> None:
    grids = read_file(
        book([["姓名", "手机号", "出生日期", "班级"], ["李", 13900000000.0, datetime(2017, 3, 7), datetime(2026, 1, 2)]],
             第二=[["x"]], 空=[])
    )  # fmt: skip
    assert [grid.sheet for grid in grids] == ["Sheet", "第二"]
    assert grids[0].rows[1][1] == ["李", "13900000000", "2017-03-07", "2026-01-02"]


@pytest.mark.parametrize(
    ("word", "key"),
    [
        ("学生姓名", "name"), ("姓 名*", "name"), ("姓名（必填）", "name"), ("身份证件号", "citizen_id"), ("全国学籍号", "student_number"),
        ("学校(机构)标识码", "school_code"), ("联系电话", "phone"), ("家长姓名", "guardian_name"), ("与学生关系", "guardian_relation"),
        ("任教学科", "subject"), ("班主任", "leads"), ("班号", "class_number"), ("母亲手机号", "mother_phone"), ("备注", None), ("", None),
    ],
)  # fmt: skip
def test_heads_are_known_by_what_schools_call_them(word: str, key: str | None) -> None:
    match = match_head(word)
    assert (match.key if match else None) == key


def test_the_head_is_found_below_titles_and_over_merged_cells() -> None:
    grid = read_file(
        book([
            ["东小学 2026 年秋季学生名单"], ["填表人：王老师 电话 13900000000"], [],
            ["序号", "姓名", "性别", "班级", "家长一", None, "家长二", None],
            [None, None, None, None, "姓名", "电话", "姓名", "电话"],
            [1, "李小兰", "女", "三年级1班", "王芳", "13900000001", "李强", "13900000002"],
        ])
    )[0]  # fmt: skip
    head = find_head(grid)
    assert head.row_no == 5
    assert {match.key: place for place, match in head.matches.items()} == {
        "name": 1, "gender": 2, "class_name": 3, "guardian_name": 4, "guardian_phone": 5, "guardian2_name": 6,
        "guardian2_phone": 7,
    }  # fmt: skip


def test_a_column_without_a_head_is_known_by_its_cells() -> None:
    rows = [
        ["姓名", "班级", "列3"],
        *(["李明", "三1班", make_citizen_id("510703", date(2017, 3, 7), n)] for n in range(6)),
    ]
    head = find_head(read_file("\n".join(",".join(map(str, row)) for row in rows).encode())[0])
    assert head.matches[2].key == "citizen_id"
    assert head.matches[2].confidence < 0.7


def test_no_head_is_no_head() -> None:
    assert find_head(read_file("今天天气很好,我们去公园\n明天呢,也好\n".encode())[0]) is None


@pytest.mark.parametrize(
    ("kind", "heads"),
    [
        (Kind.STUDENTS, ["姓名", "性别", "学籍号", "班级"]),
        (Kind.TEACHERS, ["姓名", "性别", "任教学科", "任教班级"]),
        (Kind.GUARDIANS, ["学生姓名", "班级", "家长姓名", "家长电话", "与学生关系"]),
        (Kind.CLASSES, ["学校名称", "年级", "班号"]),
    ],
)
def test_the_kind_of_list_is_told_from_its_columns(kind: Kind, heads: list[str]) -> None:
    keys = [match.key for word in heads if (match := match_head(word))]
    assert guess_kind(keys) == kind
    assert not missing(kind, keys)


def test_the_same_heads_have_the_same_signature_whatever_their_blanks() -> None:
    assert signature_of(["姓 名", "班级"]) == signature_of(["姓名", "班级*"])
    assert signature_of(["班级", "姓名"]) != signature_of(["姓名", "班级"])


HEADS = ["学生姓名", "性别", "出生日期", "身份证号", "学籍号", "班级", "家长姓名", "联系电话", "与学生关系"]


def test_a_whole_row_of_a_pupil() -> None:
    parsed = parse(
        Kind.STUDENTS, HEADS, ["李 小兰", "女", "2017/3/7", ID, f"G{ID}", "三（1）班", "王芳", "139 0000 0001", "妈妈"],
        stages=("primary",),
    )  # fmt: skip
    assert codes(parsed) == []
    assert (parsed.name, parsed.gender, parsed.birth_date) == ("李小兰", "2", date(2017, 3, 7))
    assert (parsed.citizen_id, parsed.student_number) == (ID, f"G{ID}")
    assert parsed.place == ClassPlace("primary", 3, 1)
    assert parsed.guardians == [Guardian("王芳", "13900000001", "mother")]


@pytest.mark.parametrize(
    ("head", "cell", "code"),
    [
        ("身份证号", "5.10704E+17", "sheet_id_scientific"),
        ("身份证号", "510704201703080000", "sheet_id_rounded"),
        ("身份证号", "51070420170307", "sheet_id_length"),
        ("身份证号", "#N/A", "cell_formula"),
        ("学籍号", "5.10704E+17", "sheet_sn_scientific"),
        ("联系电话", "1.39E+10", "sheet_phone_scientific"),
        ("联系电话", "1390000000", "sheet_phone"),
        ("联系电话", "13900000001、13900000002", "sheet_phone_two"),
        ("出生日期", "2017", "sheet_date"),
        ("出生日期", "2017-02-30", "sheet_date_none"),
        ("出生日期", "2037-02-03", "sheet_date_range"),
        ("性别", "不男不女", "sheet_gender"),
        ("班级", "2026-01-02", "sheet_class_became_a_date"),
        ("班级", "1月2日", "sheet_class_became_a_date"),
        ("班级", "向日葵", "sheet_class_unreadable"),
        ("班级", "1班", "sheet_class_no_grade"),
        ("班级", "三年级", "sheet_class_no_number"),
        ("姓名", "李3", "sheet_name"),
        ("姓名", "", "empty"),
    ],
)
def test_each_damage_has_its_own_word(head: str, cell: str, code: str) -> None:
    heads = {"姓名": "李小兰", "班级": "三年级1班"} | {head: cell}
    extra = {"家长姓名": "王芳"} if head == "联系电话" else {}
    row = {**heads, **extra}
    assert code in [fault.code for fault in parse(Kind.STUDENTS, list(row), list(row.values())).faults]


@pytest.mark.parametrize(
    ("cell", "digits"),
    [("13900000001.0", "13900000001"), ("1.3900000001E+10", "13900000001"), ("１３９００００００００", "13900000000"),
     ("\u00a0139-0000-0000", "13900000000"), ("+86 13900000000", "13900000000")],
)  # fmt: skip
def test_damage_that_lost_nothing_is_mended(cell: str, digits: str) -> None:
    assert read_phone(cell) == digits


def test_a_class_that_became_a_day_is_offered_as_it_was() -> None:
    assert undone_date("2026-01-02") == "1-2"
    assert undone_date("7月2日") == "7-2"
    fault = parse(Kind.STUDENTS, ["姓名", "班级"], ["李小兰", "2026-07-02"]).faults[0]
    assert fault.suggestion == "7-2"


def test_grade_and_class_in_two_columns_and_their_disagreement() -> None:
    assert parse(Kind.STUDENTS, ["姓名", "年级", "班级"], ["李", "三年级", "1班"]).place == ClassPlace("primary", 3, 1)
    assert parse(Kind.STUDENTS, ["姓名", "年级", "班号"], ["李", "7", "2"]).place == ClassPlace("junior", 7, 2)
    parsed = parse(Kind.STUDENTS, ["姓名", "年级", "班级"], ["李小兰", "四年级", "三年级1班"])
    assert codes(parsed) == [("grade", "sheet_grade_other")]


def test_what_a_citizen_number_says_otherwise_is_a_warning() -> None:
    heads = ["姓名", "性别", "出生日期", "身份证号", "班级"]
    parsed = parse(Kind.STUDENTS, heads, ["李小兰", "男", "2017-03-08", ID, "三年级1班"])
    assert codes(parsed) == [("birth_date", "sheet_birth_other"), ("gender", "sheet_gender_other")]
    assert not parsed.is_faulty


def test_a_teacher_of_two_classes() -> None:
    heads = ["姓名", "任教学科", "任教班级", "班主任"]
    parsed = parse(Kind.TEACHERS, heads, ["王老师", "语文、道德与法治", "三年级1班、三年级2班", "三年级1班"])
    assert (parsed.subjects, parsed.teaches) == (
        ["chinese", "morality"], [ClassPlace("primary", 3, 1), ClassPlace("primary", 3, 2)],
    )  # fmt: skip
    assert parsed.leads == [ClassPlace("primary", 3, 1)]
    parsed = parse(Kind.TEACHERS, heads, ["王老师", "语文", "三年级1班、三年级2班", "是"])
    assert codes(parsed) == [("leads", "sheet_leads_which")]


@pytest.mark.parametrize("kind", list(Kind))
def test_our_own_template_is_known_again_and_its_example_is_no_row(kind: Kind) -> None:
    grid = read_file(template(kind, school_name="东小学"))[0]
    head = find_head(grid)
    assert is_ours(kind, head.heads)
    found = {match.key: place for place, match in head.matches.items()}
    assert found == {key: place for place, key in enumerate(TEMPLATE[kind])}
    assert guess_kind(list(found), grid.sheet) == kind
    assert all(is_example(cells) for _number, cells in grid.rows[head.data_from :])


NAMES = st.text(alphabet="王李张刘陈杨黄赵吴周小明兰芳雨欧阳", min_size=2, max_size=4)
# serial numbers from 2 to 99: a number that ends in 000 looks rounded, and is warned of
PUPILS = st.tuples(
    NAMES, st.sampled_from("男女"), st.dates(date(2008, 1, 1), date(2019, 12, 31)), st.integers(2, 99), st.integers(1, 6),
    st.integers(1, 30), NAMES, st.integers(0, 99_999_999),
)  # fmt: skip


@settings(max_examples=15, deadline=None)
@given(st.lists(PUPILS, min_size=1, max_size=5))
def test_what_is_written_into_our_template_comes_back_the_same(pupils: list) -> None:
    made = load_workbook(io.BytesIO(template(Kind.STUDENTS)))
    wanted = []
    for name, gender, born, serial, grade, number, mother, phone in pupils:
        serial = serial - serial % 2 + (gender == "男")
        citizen = make_citizen_id("510703", born, serial)
        row = {
            "grade": f"{grade}年级", "class_name": f"{grade}年级{number}班", "name": name, "gender": gender,
            "birth_date": born.isoformat(), "citizen_id": citizen, "student_number": f"G{citizen}", "guardian_name": mother,
            "guardian_phone": f"139{phone:08}", "guardian_relation": "母亲",
        }  # fmt: skip
        made.active.append([row.get(key) for key in TEMPLATE[Kind.STUDENTS]])
        wanted.append(
            (name, "1" if gender == "男" else "2", born, citizen, f"G{citizen}", ClassPlace("primary", grade, number),
             [Guardian(mother, f"139{phone:08}", "mother")])
        )  # fmt: skip
    out = io.BytesIO()
    made.save(out)
    grid = read_file(out.getvalue())[0]
    head = find_head(grid)
    frame = Frame(Kind.STUDENTS, {m.key: p for p, m in head.matches.items()}, TODAY, 2026, ("primary",))
    rows = [RowReader(frame).read(cells) for _number, cells in grid.rows[head.data_from :] if not is_example(cells)]
    assert [fault for row in rows for fault in row.faults] == []
    assert wanted == [
        (r.name, r.gender, r.birth_date, r.citizen_id, r.student_number, r.place, r.guardians) for r in rows
    ]


@settings(max_examples=120, deadline=None)
@given(st.one_of(st.binary(max_size=300), st.binary(max_size=200).map(lambda b: b"PK\x03\x04" + b),
                 st.text(max_size=300).map(lambda t: t.encode("utf-8", "surrogatepass"))))  # fmt: skip
def test_no_bytes_crash_the_reader(data: bytes) -> None:
    try:
        grids = read_file(data)
    except SheetRefused:
        return
    for grid in grids:
        find_head(grid)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(list(Kind)), st.data())
def test_no_cell_crashes_a_row(kind: Kind, data: st.DataObject) -> None:
    keys = OF_KIND[kind]
    pieces = st.sampled_from(
        ["三年级", "1班", "2026-01-02", "5.1E+17", "男", ID, "、", "#N/A", "=1+1", "'", "\u00a0", "高", "①", "٣", "²"]
    )
    cell = st.one_of(st.text(max_size=30), st.lists(pieces, max_size=3).map("".join))
    cells = data.draw(st.lists(cell, min_size=len(keys), max_size=len(keys)))
    frame = Frame(kind, {key: place for place, key in enumerate(keys)}, TODAY, 2026, ("primary", "junior"))
    parsed = RowReader(frame).read(cells)
    assert all(fault.key in FIELDS for fault in parsed.faults)
    is_sum(cells, frame.columns)
