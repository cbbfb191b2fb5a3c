"""Importing a folder by a spreadsheet: what comes in, what does not and why, twice, cut, stopped, and by whom."""

import os

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import Workbook

from lantian.content.resources.models import Blob, Resource
from lantian.content.resources.rules import may_bring
from lantian.content.resources.services import looking, storing
from lantian.content.resources.tests import files, unruly
from lantian.content.resources.tests.shelf import Shelf
from lantian.content.sharing import queries, services
from lantian.content.sharing.engine import columns, sheet
from lantian.content.sharing.errors import MappingIncomplete, NoRoot, NotReady, PlaceRefused, SheetUnfit
from lantian.content.sharing.models import BulkRow, BulkRun, Origin
from lantian.content.sharing.rules import may_import_from, may_share, may_view_import
from lantian.content.sharing.services import bulk, places
from lantian.content.sharing.tests.support import write_sheet
from lantian.kernel.rules import SYSTEM, Denied
from lantian.kernel.tests.verdicts import assert_allowed, assert_refused
from lantian.people.roster.tests.factories import PersonFactory, RoleGrantFactory, acting_as

pytestmark = pytest.mark.django_db
HEADS = ("资源编号", "资源名称", "文件路径", "简介", "学科", "学段", "年级", "类型", "使用许可", "上传时间")


def row(number: int, path: str, **said: str) -> list[str]:
    told = {
        "title": f"旧资源{number}", "words": "好用", "subject": "数学", "stage": "初中", "grade": "八年级",
        "type": "教学设计", "licence": "CC BY-NC 4.0", "date": "2019/3/12",
    } | said  # fmt: skip
    return [
        f"R{number}",
        told["title"],
        path,
        *[told[k] for k in ("words", "subject", "stage", "grade", "type", "licence", "date")],
    ]


def put(folders, name: str, data: bytes) -> None:
    path = folders / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def bring(shelf: Shelf, name: str = "梓潼县/目录.csv", source: str = "老平台", **more: object) -> BulkRun:
    run = services.begin_import(sheet=name, organization=shelf.county, source=source, by=shelf.acting("officer"))
    if more:
        said = {"columns": run.columns, "usual": run.usual, "publish": True} | more
        services.map_import(run, by=shelf.acting("officer"), **said)
    services.start_import(run, by=shelf.acting("officer"))
    services.proceed_import(run.pk)
    run.refresh_from_db()
    assert run.state == "done", run.fault
    return run


def states(run: BulkRun) -> dict[str, tuple[str, str]]:
    return {one.key: (one.state, one.why) for one in run.rows.order_by("line")}


def test_a_folder_comes_in_and_each_row_says_what_became_of_it(shelf: Shelf, folders) -> None:
    put(folders, "梓潼县/课件/一.pdf", files.pdf("eins"))
    put(folders, "梓潼县/课件/二.png", files.picture())
    put(folders, "梓潼县/课件/坏.docx", b"PK\x03\x04 broken")
    put(folders, "梓潼县/课件/装.exe", b"MZ\x90\0" + b"\0" * 99)
    put(folders, "梓潼县/课件/空.txt", b"")
    rows = [
        row(1, "课件/一.pdf"),
        row(2, "课件\\二.png", type="图片"),
        row(3, "课件/坏.docx"),
        row(4, "课件/装.exe"),
        row(5, "课件/没有.pdf"),
        row(6, "课件/一.pdf", title="又是一"),
        row(7, "课件/一.pdf", subject="奥数", grade="十三"),
        row(8, "课件/一.pdf", licence=""),
        row(9, "课件/一.pdf", title=""),
        row(10, "课件/空.txt"),
        row(1, "课件/二.png", title="编号重了"),
        row(11, "课件/一.pdf", licence="版权所有"),
        row(12, "../../etc/passwd"),
    ]
    write_sheet(folders / "梓潼县/目录.csv", [HEADS, *rows], "gb18030")
    run = bring(shelf)
    became = states(run)
    assert became["R1"][0] == "imported" or BulkRow.objects.get(run=run, line=2).state == "imported"
    by_line = {one.line: (one.state, one.why) for one in run.rows.all()}
    assert [by_line[n][0] for n in range(2, 15)] == [
        "imported", "imported", "refused", "refused", "refused", "there", "refused", "refused", "refused", "refused",
        "refused", "refused", "refused",
    ]  # fmt: skip
    for line, words in {
        4: "损坏", 5: "程序", 6: "没有这个文件", 7: "旧资源1", 8: "不认识“奥数”", 9: "使用许可", 10: "名称", 11: "空文件",
        12: "第 2 行", 13: "保留所有权利", 14: "目录外面",
    }.items():  # fmt: skip
        assert words in by_line[line][1], by_line[line]
    assert run.counts == {"waiting": 0, "imported": 2, "changed": 0, "same": 0, "there": 1, "refused": 10}
    made = Resource.objects.get(title="旧资源1")
    assert (made.state, made.reach, made.licence, made.grade, made.subject) == (
        "published",
        "public",
        "cc-by-nc",
        8,
        "maths",
    )
    assert (made.organization, made.author, made.purpose) == (shelf.county, None, "lesson_plan")
    assert f"{made.created_at:%F}" == "2019-03-12"
    assert storing.path_of(made.current.blob_id).read_bytes() == files.pdf("eins")
    assert not list((storing.root() / "uploads").iterdir()), "no copies are left behind"
    origin = Origin.objects.get(resource=made)
    assert (origin.source, origin.key) == ("老平台", "R1")
    assert queries.provenance_of(made).words == "老平台"


def test_twice_is_nothing_twice_and_what_changed_is_a_new_version(shelf: Shelf, folders, monkeypatch) -> None:
    for number in (1, 2, 3):
        put(folders, f"梓潼县/{number}.txt", f"第 {number} 份教案，从描点开始讲。".encode())
    rows = [row(n, f"{n}.txt") for n in (1, 2, 3)]
    write_sheet(folders / "梓潼县/目录.csv", [HEADS, *rows])
    bring(shelf)
    copies: list[int] = []
    copy_of = places.copy_of
    monkeypatch.setattr(places, "copy_of", lambda handle: copies.append(handle) or copy_of(handle))
    again = bring(shelf)
    assert again.counts["same"] == 3
    assert copies == [], "what was not touched is not read again"
    os.utime(folders / "梓潼县/1.txt", (1, 1))
    put(folders, "梓潼县/2.txt", "第 2 份教案，改过了。".encode())
    rows[2] = row(3, "3.txt", title="改了名")
    write_sheet(folders / "梓潼县/目录.csv", [HEADS, *rows, row(4, "", title="没有文件")])
    third = bring(shelf)
    assert {key: state for key, (state, _why) in states(third).items()} == {
        "R1": "same", "R2": "changed", "R3": "changed", "R4": "refused",
    }  # fmt: skip
    assert Resource.objects.count() == 3
    changed = Resource.objects.get(title="旧资源2")
    assert [(v.number, v.state) for v in changed.versions.order_by("number")] == [(1, "replaced"), (2, "published")]
    assert Resource.objects.filter(title="改了名").exists()
    assert bring(shelf).counts["same"] == 3
    other = bring(shelf, source="别的系统")
    assert other.counts["there"] == 3, "another system's R1 is another thing, but its file is here already"


def test_a_source_file_that_is_written_to_later_changes_nothing_here(shelf: Shelf, folders) -> None:
    put(folders, "梓潼县/a.txt", "原来的内容，一共十几个字。".encode())
    write_sheet(folders / "梓潼县/目录.csv", [HEADS, row(1, "a.txt")])
    bring(shelf)
    with (folders / "梓潼县/a.txt").open("r+b") as handle:
        handle.write("换掉".encode())
    blob = Blob.objects.get()
    assert storing.digest_of(storing.path_of(blob.pk)) == blob.pk


def test_links_and_paths_do_not_lead_out_of_the_folder(shelf: Shelf, folders, tmp_path) -> None:
    (tmp_path / "secret.txt").write_text("别人看不到的内容")
    (folders / "梓潼县").mkdir()
    (folders / "梓潼县/link.txt").symlink_to(tmp_path / "secret.txt")
    (folders / "梓潼县/out").symlink_to(tmp_path)
    os.mkfifo(folders / "梓潼县/pipe")
    for path in ("link.txt", "out/secret.txt", "../../secret.txt", "/etc/passwd", "pipe", "..", "a\0b", "C:/x.txt", ""):
        with pytest.raises(PlaceRefused), places.opened("梓潼县", path):
            pass
    write_sheet(folders / "梓潼县/目录.csv", [HEADS, row(1, "link.txt"), row(2, "out/secret.txt")])
    run = bring(shelf)
    assert run.counts["refused"] == 2
    assert not Resource.objects.exists()
    (folders / "梓潼县/表.csv").symlink_to(tmp_path / "secret.txt")
    with pytest.raises(PlaceRefused):
        services.begin_import(sheet="梓潼县/表.csv", organization=shelf.county, source="x", by=SYSTEM)
    assert queries.places_for(SYSTEM) == ["梓潼县/目录.csv"]


def test_drafts_and_what_somebody_is_at_work_on(shelf: Shelf, folders) -> None:
    put(folders, "梓潼县/a.txt", "一份草稿，先看看再说吧。".encode())
    write_sheet(folders / "梓潼县/目录.csv", [HEADS, row(1, "a.txt", licence="")])
    bring(shelf, publish=False)
    made = Resource.objects.get()
    assert (made.state, made.versions.get().state) == ("draft", "draft")
    write_sheet(folders / "梓潼县/目录.csv", [HEADS, row(1, "a.txt", title="新名")])
    assert bring(shelf, publish=False).counts["changed"] == 1
    assert Resource.objects.get().title == "新名"
    bring(shelf)
    made.refresh_from_db()
    assert made.state == "published"
    from lantian.content.resources import services as resources

    resources.new_version(made, by=SYSTEM)
    write_sheet(folders / "梓潼县/目录.csv", [HEADS, row(1, "a.txt", title="又一名")])
    run = bring(shelf)
    assert "正有人在改" in states(run)["R1"][1]


def test_xlsx_columns_by_hand_and_codes_of_the_textbook(shelf: Shelf, folders) -> None:
    from lantian.content.taxonomy import services as taxonomy

    facts = {"kind": "points", "subject": "maths", "name": "点", "code": "p", "valid_from": 2026}
    points = taxonomy.create_framework(organization=shelf.city, by=SYSTEM, **facts)
    node = taxonomy.add_node(points, kind="area", title="数与代数", code="A1", by=SYSTEM)
    taxonomy.publish_framework(points, by=SYSTEM)
    put(folders, "梓潼县/a.txt", "函数的教案，从描点开始。".encode())
    book = Workbook()
    book.active.append(["甲", "乙", "丙", "丁"])
    book.active.append(["函数", "a.txt", "A1；", 8])
    book.active.append(["函数二", "a.txt", "Z9", 8])
    book.save(folders / "梓潼县/表.xlsx")
    by = shelf.acting("officer")
    run = services.begin_import(sheet="梓潼县/表.xlsx", organization=shelf.county, source="x", by=by)
    with pytest.raises(MappingIncomplete, match="名称"):
        services.start_import(run, by=by)
    said = {"title": 0, "path": 1, "nodes": 2, "grade": 3, "bad": 1, "key": 99}
    run = services.map_import(
        run, columns=said, usual={"licence": "cc0", "reach": "region", "audience": "all"}, publish=True, by=by
    )
    assert run.columns == {"title": 0, "path": 1, "nodes": 2, "grade": 3}
    shown = services.preview(run)
    assert [bool(one.faults) for one in shown] == [False, True]
    services.start_import(run, by=by)
    with pytest.raises(NotReady):
        services.start_import(run, by=by)
    services.proceed_import(run.pk)
    made = Resource.objects.get()
    assert (made.region, made.grade, made.licence) == (shelf.county, 8, "cc0")
    assert list(made.placements.values_list("node", flat=True)) == [node.pk]


def test_it_stops_when_asked_and_goes_on_when_its_worker_is_gone(shelf: Shelf, folders, monkeypatch) -> None:
    monkeypatch.setattr(bulk, "BATCH", 2)
    for number in range(5):
        put(folders, f"梓潼县/{number}.txt", f"第 {number} 份教案，从描点开始讲。".encode())
    write_sheet(folders / "梓潼县/目录.csv", [HEADS, *[row(n, f"{n}.txt") for n in range(5)]])
    by = shelf.acting("officer")
    run = services.begin_import(sheet="梓潼县/目录.csv", organization=shelf.county, source="x", by=by)
    services.start_import(run, by=by)
    really, turns = bulk._import, []

    def stopping(run, rows, actor):
        really(run, rows, actor)
        turns.append(len(rows))
        if len(turns) == 1:
            services.cancel_import(run, by=by)

    monkeypatch.setattr(bulk, "_import", stopping)
    services.proceed_import(run.pk)
    run.refresh_from_db()
    assert (run.state, run.counts["imported"], run.counts["waiting"]) == ("cancelled", 2, 3)
    assert services.resume_imports() == 0
    assert bring(shelf, source="x").counts == {
        "waiting": 0,
        "imported": 3,
        "changed": 0,
        "same": 2,
        "there": 0,
        "refused": 0,
    }


def test_a_file_that_fells_whoever_looks_at_it_costs_its_own_row_alone(
    shelf: Shelf, folders, tmp_path, monkeypatch
) -> None:
    widths = [200, 210, unruly.KILLED, 220, unruly.FLOODED, 230]
    for width in widths:
        put(folders, f"梓潼县/{width}.png", files.picture(size=(width, 80), shade=width % 97))
    rows = [row(width, f"{width}.png", type="图片") for width in widths]
    write_sheet(folders / "梓潼县/目录.csv", [HEADS, *rows])
    with monkeypatch.context() as patch:
        patch.setattr(looking, "CHILD", unruly.unruly_script(tmp_path))
        run = bring(shelf)
    became = states(run)
    refused = {f"R{unruly.KILLED}", f"R{unruly.FLOODED}"}
    assert {key for key, (state, why) in became.items() if state == "refused" and "损坏" in why} == refused
    assert run.counts["imported"] == 4
    sizes = Resource.objects.values_list("title", "current__blob__facts__width")
    assert {f"旧资源{width}": width for width in (200, 210, 220, 230)} == dict(sizes), "nobody has another's answer"
    assert {key for key, (state, _why) in states(bring(shelf)).items() if state == "imported"} == refused


def test_whoever_lost_the_role_imports_nothing(shelf: Shelf, folders) -> None:
    write_sheet(folders / "梓潼县/目录.csv", [HEADS, row(1, "a.txt")])
    by = shelf.acting("officer")
    run = services.begin_import(sheet="梓潼县/目录.csv", organization=shelf.county, source="x", by=by)
    services.start_import(run, by=by)
    shelf.officer.role_grants.all().delete()
    services.proceed_import(run.pk)
    run.refresh_from_db()
    assert run.state == "failed"
    assert "没有这项权限" in run.fault


def test_many_rows_cost_a_fixed_number_of_queries_a_batch(shelf: Shelf, folders) -> None:
    said = ("资源编号", "名称", "网址", "许可")
    write_sheet(
        folders / "梓潼县/目录.csv", [said, *[[f"K{n}", f"第{n}", f"https://a.cn/{n}", "cc0"] for n in range(150)]]
    )
    by = shelf.acting("officer")
    run = services.begin_import(sheet="梓潼县/目录.csv", organization=shelf.county, source="x", by=by)
    services.start_import(run, by=by)
    with CaptureQueriesContext(connection) as asked:
        services.proceed_import(run.pk)
    assert Resource.objects.filter(kind="link", state="published").count() == 150
    assert len(asked) < 110, "three batches"


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "空文件"),
        (b"\xd0\xcf\x11\xe0rest", ".xls"),
        (b"PK\x03\x04no", "损坏"),
        (b"<html>", "CSV"),
        (b"\xff\xfea", "编码"),
    ],
)
def test_what_is_no_sheet_is_refused_in_words(shelf: Shelf, folders, data: bytes, why: str) -> None:
    put(folders, "a.csv", data)
    with pytest.raises((SheetUnfit, PlaceRefused), match=why):
        services.begin_import(sheet="a.csv", organization=shelf.county, source="x", by=SYSTEM)


def test_heads_and_values_as_people_write_them() -> None:
    heads = ["资源名称（必填）", "文件", "作者", "ID", "授权", "使用对象", "随便"]
    assert columns.guess(heads) == {"title": 0, "path": 1, "rights_holder": 2, "key": 3, "licence": 4, "audience": 5}
    assert columns.missing({"title": 0}) == ["path"]
    words = queries.words()
    for said, meant in {
        "CC BY 4.0": "cc-by", "cc-by-nc-sa": "cc-by-nc-sa", "https://creativecommons.org/licenses/by-sa/4.0/": "cc-by-sa",
        "CC0": "cc0", "https://creativecommons.org/publicdomain/zero/1.0/": "cc0", "署名—非商业": "cc-by-nc", "GPL": None,
    }.items():  # fmt: skip
        assert columns.licence_of(said, words) == meant, said
    parsed = columns.parse(2, ["标" * 121, "a", "", "", "", "", ""], {"title": 0, "path": 1, "grade": 9}, words, {})
    assert [one.code for one in parsed.faults] == ["long"]
    assert (columns.parse(2, ["a", "b", "初二"], {"title": 0, "path": 1, "grade": 2}, words, {})).facts["grade"] == 8


def test_a_long_sheet_is_read_row_by_row(tmp_path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(
        "名称,文件\r\n".encode("gb18030") + "\r\n".join(f"第{n}份,{n}.txt" for n in range(30_000)).encode("gb18030")
    )
    found = sheet.rows(path)
    assert next(found) == (1, ["名称", "文件"])
    assert sum(1 for _one in found) == 30_000


def test_the_command_imports_and_says_what_became_of_it(shelf: Shelf, folders, capsys) -> None:
    put(folders, "old/a.txt", "一份老教案，从描点开始讲。".encode())
    write_sheet(folders / "old/list.csv", [HEADS, row(1, "a.txt", licence=""), row(2, "b.txt")])
    options = {"organization": "梓潼县", "source": "老平台", "licence": "cc-by"}
    call_command("resources", "import", "old", "old/list.csv", check=True, **options)
    assert not Resource.objects.exists()
    call_command("resources", "import", "old", "old/list.csv", **options)
    said = capsys.readouterr().out
    assert "R2" in said
    assert "没有这个文件" in said
    assert Resource.objects.get().licence == "cc-by"
    with pytest.raises(CommandError):
        call_command("resources", "import", "old", "old/none.csv", **options)


def test_who_may_bring_in_what(shelf: Shelf, folders, settings) -> None:
    officer, above, teacher = shelf.acting("officer"), shelf.acting("above"), shelf.acting("teacher")
    keeper = PersonFactory()
    RoleGrantFactory(person=keeper, organization=shelf.city, role="operator")
    operator = acting_as(keeper, "operator")
    assert_allowed(may_bring, officer, shelf.school)
    assert_allowed(may_bring, operator, shelf.county)
    assert_refused(may_bring, officer, shelf.city)
    assert_refused(may_bring, officer, shelf.other)
    assert_refused(may_bring, shelf.acting("head"), shelf.school)
    assert_allowed(may_share, officer, shelf.school)
    assert_refused(may_share, officer, shelf.other)
    assert_refused(may_share, teacher)
    (folders / "梓潼县").mkdir()
    (folders / "绵阳市").mkdir()
    assert_allowed(may_import_from, officer, "梓潼县/a.csv")
    assert_allowed(may_import_from, operator, "anything/a.csv")
    assert_refused(may_import_from, officer, "绵阳市/a.csv")
    assert_refused(may_import_from, officer, "梓潼县二/a.csv")
    assert_refused(may_import_from, teacher, "梓潼县/a.csv")
    put(folders, "绵阳市/a.csv", "名称,文件\r\n一,b.txt".encode())
    with pytest.raises(Denied):
        services.begin_import(sheet="绵阳市/a.csv", organization=shelf.county, source="x", by=officer)
    with pytest.raises(Denied):
        services.begin_import(sheet="绵阳市/a.csv", organization=shelf.county, source="x", folder="梓潼县", by=officer)
    run = services.begin_import(sheet="绵阳市/a.csv", organization=shelf.city, source="x", by=above)
    assert_allowed(may_view_import, above, run)
    assert_refused(may_view_import, officer, run)
    settings.LANTIAN_IMPORT_ROOT = ""
    with pytest.raises(NoRoot):
        queries.places_for(operator)


def test_a_unit_keeps_no_more_than_it_may(shelf: Shelf, folders, settings) -> None:
    put(folders, "梓潼县/一.pdf", files.pdf("eins"))
    put(folders, "梓潼县/二.pdf", files.pdf("zwei"))
    write_sheet(
        folders / "梓潼县/目录.csv", [HEADS, row(1, "一.pdf"), row(2, "二.pdf"), row(3, "一.pdf", title="又是一")]
    )
    settings.LANTIAN_RESOURCES_UNIT_BYTES = len(files.pdf("eins")) + 10
    run = bring(shelf)
    assert [state for state, _why in states(run).values()] == ["imported", "refused", "there"]
    assert "空间用完了" in states(run)["R2"][1]
    settings.LANTIAN_RESOURCES_UNIT_BYTES = 1 << 20
    assert [state for state, _why in states(bring(shelf)).values()] == ["same", "imported", "there"]
