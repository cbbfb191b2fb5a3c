"""The pages of spreadsheets, through HTTP: the story of an officer and of a school, to whom they open, in how many queries."""

import io
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import load_workbook

from lantian.kernel.journal.models import JournalEntry
from lantian.kernel.rules import SYSTEM, Denied
from lantian.kernel.tests.verdicts import assert_allowed, assert_refused
from lantian.people.exchange import queries, rules, services
from lantian.people.exchange.errors import FileNotTaken, NotReady
from lantian.people.exchange.models import Finding, ImportRun, SentErrors, SheetCorrection, SheetFile, SheetRow
from lantian.people.exchange.tests.files import carry_out
from lantian.people.exchange.tests.sheets import HEADS, bring_sheets, csv_of, found, pupil
from lantian.people.exchange.tests.test_pages import enter, text
from lantian.people.exchange.views.imports import _steps
from lantian.people.roster.engine.codes.citizen import make_citizen_id
from lantian.people.roster.models import Person
from lantian.people.roster.services import update_person
from lantian.people.roster.tests.world import World

pytestmark = pytest.mark.django_db

ID = make_citizen_id("510703", date(2017, 3, 7), 12)
BAD = "5.10703E+17"


@pytest.fixture(autouse=True)
def demo(settings):
    """The second factor has tests of its own."""
    settings.LANTIAN_DEMO = True


def wrong(world: World, *rows: list[str]) -> ImportRun:
    lines = rows or (
        pupil("李小兰", 身份证号=BAD, 家长姓名="王芳", 联系电话="13911110001"),
        pupil("李小明", "向日葵班"),
        pupil("李小红", "向日葵班"),
        pupil("张三丰", "月亮班", "西小学"),
    )
    return bring_sheets({"全县.csv": csv_of(HEADS, *lines)}, world.fucheng, world.act("officer"))


def test_the_story_of_an_officer_in_pages(world: World) -> None:
    client = enter(world, "officer")
    page = text(client.get("/imports/sheets/new/"))
    assert "模板" in page
    upload = SimpleUploadedFile("全县.csv", csv_of(HEADS, pupil("李小兰", 身份证号=BAD), pupil("李小明")), "text/csv")
    sent = client.post("/imports/sheets/new/", {"organization": str(world.fucheng.pk), "uploads": upload})
    run = ImportRun.objects.get()
    assert sent["Location"] == f"/imports/{run.pk}/"
    services.proceed(run.pk)
    assert "说明各列" in text(client.get(f"/imports/{run.pk}/"))
    page = text(client.get(f"/imports/{run.pk}/columns/"))
    assert "李小兰" in page
    sheet = SheetFile.objects.get(run=run)
    answer = {f"field-{sheet.pk}-{place}": key for key, place in sheet.columns.items()} | {
        f"kind-{sheet.pk}": "students"
    }
    assert client.post(f"/imports/{run.pk}/columns/", answer)["Location"] == f"/imports/{run.pk}/"
    services.proceed(run.pk)
    page = text(client.get(f"/imports/{run.pk}/corrections/"))
    assert "无法恢复" in page
    assert "第 2 行" in page
    row = SheetRow.objects.get(sheet=sheet, row_no=2)
    address = f"/imports/{run.pk}/corrections/rows/{row.pk}/"
    part = text(client.post(address, {"action": "correct", "place": "5", "text": ID}, headers={"HX-Request": "true"}))
    assert "这一行没有问题了" in part
    services.proceed(run.pk)
    assert "没有要更正的了" in text(client.get(f"/imports/{run.pk}/corrections/"))
    assert "身份证号" in text(client.get(f"/imports/{run.pk}/corrections/history/"))
    client.post(f"/imports/{run.pk}/confirm/", {})
    services.proceed(run.pk)
    assert ImportRun.objects.get(pk=run.pk).state == "applied"
    assert Person.objects.get(name="李小兰").citizen_id == ID
    assert "现在不能更正" in text(client.get(f"/imports/{run.pk}/corrections/"))


def test_columns_that_are_not_complete_stay_on_the_page_with_the_reason(world: World) -> None:
    client = enter(world, "officer")
    run = wrong_run = services.start_sheets(
        [("a.csv", io.BytesIO(csv_of(HEADS, pupil("李小兰"))))], organization=world.fucheng, by=world.act("officer")
    )
    services.proceed(run.pk)
    sheet = SheetFile.objects.get(run=wrong_run)
    answer = {f"kind-{sheet.pk}": "students", f"field-{sheet.pk}-2": "name"}
    assert "还缺：班级" in text(client.post(f"/imports/{run.pk}/columns/", answer))
    twice = answer | {f"field-{sheet.pk}-1": "class_name", f"field-{sheet.pk}-3": "class_name"}
    assert "选了两列" in text(client.post(f"/imports/{run.pk}/columns/", twice))
    page = text(client.post(f"/imports/{run.pk}/columns/", answer | {f"kind-{sheet.pk}": "teachers", "again": "1"}))
    assert "任教学科" in page
    assert client.post(f"/imports/{run.pk}/columns/", answer | {f"school-{sheet.pk}": "x"}).status_code == 404


def test_one_spelling_for_all_and_leaving_out_in_the_page(world: World) -> None:
    client, run = enter(world, "officer"), wrong(world)
    finding = Finding.objects.filter(run=run, row_no=3).get()
    page = text(client.get(f"/imports/{run.pk}/corrections/?column=班级"))
    assert "2 处一样的都改" in page
    row = SheetRow.objects.get(sheet__run=run, row_no=3)
    address = f"/imports/{run.pk}/corrections/rows/{row.pk}/"
    client.post(address, {"action": "all", "finding": str(finding.pk), "text": "三年级1班"})
    assert [code for _row, _column, code in found(run)] == ["sheet_id_scientific", "sheet_class_unreadable"]
    row = SheetRow.objects.get(sheet__run=run, row_no=2)
    address = f"/imports/{run.pk}/corrections/rows/{row.pk}/"
    assert "还是要导入" in text(client.post(address, {"action": "leave"}, headers={"HX-Request": "true"}))
    assert "无法恢复" in text(client.post(address, {"action": "take"}, headers={"HX-Request": "true"}))
    assert client.post(address, {"action": "correct", "place": "x"})["Location"] == f"/imports/{run.pk}/corrections/"


def test_a_school_is_sent_its_own_errors_and_no_others(world: World) -> None:
    officer, run = enter(world, "officer"), wrong(world)
    school = enter(world, "school_it")
    assert school.get(f"/imports/{run.pk}/corrections/").status_code == 404
    assert "请您更正" not in text(school.get("/imports/"))
    page = text(officer.get(f"/imports/{run.pk}/schools/"))
    assert "东小学" in page
    assert "西小学" in page
    officer.post(f"/imports/{run.pk}/schools/{world.east.pk}/send/")
    assert "请您更正" in text(school.get("/imports/"))
    page = text(school.get(f"/imports/{run.pk}/corrections/"))
    assert "李小兰" in page
    assert "张三丰" not in page
    assert school.get(f"/imports/{run.pk}/").status_code == 404
    west = SheetRow.objects.get(sheet__run=run, row_no=5)
    refused = school.post(f"/imports/{run.pk}/corrections/rows/{west.pk}/", {"place": "1", "text": "三年级1班"})
    assert refused.status_code == 403
    east = SheetRow.objects.get(sheet__run=run, row_no=2)
    school.post(f"/imports/{run.pk}/corrections/rows/{east.pk}/", {"action": "correct", "place": "5", "text": ID})
    assert Finding.objects.filter(run=run, row_no=2, corrected_at=None).count() == 0
    assert enter(world, "other_head").get(f"/imports/{run.pk}/corrections/").status_code == 404


def test_a_schools_workbook_holds_its_wrong_rows_safely_and_comes_back(world: World) -> None:
    run = wrong(
        world,
        pupil("=cmd|calc", 身份证号=BAD, 家长姓名="王芳", 联系电话="13911110001"),
        pupil("李小红", "向日葵班", 身份证号=ID, 性别="女"),
        pupil("好好好"),
        pupil("张三丰", "月亮班", "西小学"),
    )
    client = enter(world, "officer")
    response = client.get(f"/imports/{run.pk}/schools/{world.east.pk}/errors.xlsx")
    assert "no-store" in response["Cache-Control"]
    book = load_workbook(io.BytesIO(response.content))
    sheet = book.worksheets[0]
    lines = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=3)]
    assert len(lines) == 2
    assert "仅限工作使用" in sheet["A1"].value
    assert lines[0][3] == "'=cmd|calc"
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
    assert lines[0][6] == f"{BAD[:4]}{'*' * (len(BAD) - 6)}{BAD[-2:]}"  # wrong, and sealed elsewhere: masked too
    assert "无法恢复" in sheet.cell(3, 7).comment.text
    assert sheet.cell(3, 7).fill.fgColor.rgb.endswith("FFC9C9")
    assert lines[1][6].startswith(ID[:4] + "***")  # right, and sealed: masked
    assert "张三丰" not in str(lines)
    assert JournalEntry.objects.filter(action="exchange.errors_downloaded", object_id=run.pk).exists()
    sheet.cell(3, 4).value, sheet.cell(3, 7).value = "李小兰", ID[:17] + "?"
    sheet.cell(4, 3).value = "三年级1班"
    sheet.cell(3, 7).value = make_citizen_id("510703", date(2017, 3, 9), 14)
    out = io.BytesIO()
    book.save(out)
    upload = SimpleUploadedFile("东小学.xlsx", out.getvalue())
    client.post(f"/imports/{run.pk}/corrections/returned/", {"returned": upload})
    services.proceed(run.pk)
    run.refresh_from_db()
    assert [code for _row, _column, code in found(run)] == ["sheet_class_unreadable"]
    run = carry_out(run, world.act("officer"), leave_out_errors=True)
    assert Person.objects.get(name="李小红").citizen_id == ID  # a mask is never written back
    assert Person.objects.get(name="李小兰").citizen_id.endswith(make_citizen_id("510703", date(2017, 3, 9), 14)[6:])


def test_only_our_own_workbook_is_taken_back_and_only_from_its_school(world: World) -> None:
    run = wrong(world)
    with pytest.raises(FileNotTaken):
        services.take_back(run, csv_of(HEADS, pupil("李")), by=world.act("officer"))
    SentErrors.objects.create(run=run, organization=world.west)
    east = services.errors_book(run, world.east, watermark="x", by=world.act("officer"))
    book = load_workbook(io.BytesIO(east))
    book.worksheets[0].cell(3, 4).value = "改名"
    out = io.BytesIO()
    book.save(out)
    with pytest.raises(Denied):
        services.take_back(run, out.getvalue(), by=world.act("other_head"))
    with pytest.raises(Denied):
        services.errors_book(run, world.east, watermark="x", by=world.act("other_head"))


def test_sending_needs_errors_and_the_right(world: World) -> None:
    run = wrong(world)
    with pytest.raises(NotReady):
        services.send_errors(run, world.hill, by=world.act("officer"))
    with pytest.raises(Denied):
        services.send_errors(run, world.east, by=world.act("school_it"))
    assert services.send_errors(run, world.east, by=world.act("city_officer")).organization_id == world.east.pk


def test_who_sees_and_corrects_what(world: World) -> None:
    run = wrong(world)
    for name in ("officer", "city_officer"):
        assert_allowed(rules.may_correct, world.act(name), run)
        assert_allowed(rules.may_view_corrections, world.act(name), run)
    for name in ("school_it", "head", "other_officer", "teacher", "mother", "operator"):
        assert_refused(rules.may_correct, world.act(name), run, world.east.pk)
        assert_refused(rules.may_view_corrections, world.act(name), run)
    SentErrors.objects.create(run=run, organization=world.east)
    for name in ("school_it", "head"):
        assert_allowed(rules.may_correct, world.act(name), run, world.east.pk)
        assert_refused(rules.may_correct, world.act(name), run, world.west.pk)
        assert_refused(rules.may_correct, world.act(name), run)
        assert_allowed(rules.may_view_corrections, world.act(name), run)
        assert set(queries.findings_to_correct(world.act(name), run).values_list("org_id", flat=True)) == {
            world.east.pk
        }
    assert_refused(rules.may_view_corrections, world.act("other_head"), run)
    assert_refused(rules.may_view_corrections, world.act("teacher"), run)


@pytest.mark.parametrize("kind", ["students", "teachers", "guardians", "classes"])
def test_templates_are_handed_out_with_the_own_school_filled_in(world: World, kind: str) -> None:
    response = enter(world, "school_it").get(f"/imports/sheets/template/{kind}.xlsx")
    assert "东小学" in str(load_workbook(io.BytesIO(response.content)).worksheets[0]["A2"].value)
    assert enter(world, "teacher").get(f"/imports/sheets/template/{kind}.xlsx").status_code == 403
    assert enter(world, "officer").get("/imports/sheets/template/nothing.xlsx").status_code == 404


def test_the_page_of_corrections_asks_as_much_for_forty_rows_as_for_four(
    world: World, django_assert_max_num_queries
) -> None:
    lines = [pupil(f"李{'一二三四五六七八九十'[n % 10]}{'甲乙丙丁'[n // 10]}", f"向日葵{n}号") for n in range(40)]
    run = wrong(world, *lines)
    client = enter(world, "officer")
    client.get(f"/imports/{run.pk}/corrections/")
    with django_assert_max_num_queries(22):
        assert text(client.get(f"/imports/{run.pk}/corrections/")).count('class="card stack"') == 40


def test_a_wrong_number_is_masked_until_somebody_says_why(world: World) -> None:
    run = wrong(world)
    client = enter(world, "officer")
    page = f"/imports/{run.pk}/corrections/"
    assert BAD not in text(client.get(page))
    row = SheetRow.objects.get(sheet__run=run, row_no=2)
    address = f"{page}rows/{row.pk}/"
    ask = {"action": "reveal", "place": "5", "reason": ""}
    hx = {"HX-Request": "true"}
    short = text(client.post(address, ask, headers=hx))
    assert "至少四个字" in short
    assert BAD not in short
    assert BAD in text(client.post(address, ask | {"reason": "家长来电核对"}, headers=hx))
    assert BAD in text(client.post(address, ask | {"reason": "再看一次"}))  # without scripts: the whole page
    assert BAD not in text(client.get(page))
    looks = JournalEntry.objects.filter(action="exchange.cell_revealed").order_by("at")
    assert [(look.object_id, look.data["what"], look.data["row"]) for look in looks] == [(run.pk, "citizen_id", 2)] * 2
    assert looks[0].data["reason"] == "家长来电核对"
    assert BAD not in str(looks[0].data)
    # a column that is no number, and somebody who may not correct
    assert "不能这样办理" in text(client.post(address, ask | {"place": "2", "reason": "家长来电核对"}, headers=hx))
    services.send_errors(run, world.east, by=world.act("officer"))
    assert enter(world, "other_head").post(address, ask | {"reason": "随便看看吧"}).status_code == 404
    assert looks.count() == 2


@pytest.mark.parametrize(
    ("typed", "what"), [(ID, "citizen_id"), (f"{ID[:6]} {ID[6:14]} {ID[14:]}", "citizen_id"), ("13911110001", "phone")]
)
def test_a_number_in_a_column_of_names_is_masked_like_one(world: World, typed: str, what: str) -> None:
    run = wrong(world, pupil(f"李小兰{typed}"))
    client, page = enter(world, "officer"), f"/imports/{run.pk}/corrections/"
    assert typed not in text(client.get(page))
    assert typed[-4:] not in text(client.get(page)).replace(str(run.pk), "")  # four digits by chance
    row = SheetRow.objects.get(sheet__run=run, row_no=2)
    ask = {"action": "reveal", "place": "2", "reason": "填错了列，核对姓名"}
    hx = {"HX-Request": "true"}
    assert typed in text(client.post(f"{page}rows/{row.pk}/", ask, headers=hx))
    assert JournalEntry.objects.get(action="exchange.cell_revealed").data["what"] == what
    book = client.get(f"/imports/{run.pk}/schools/{world.east.pk}/errors.xlsx")
    assert typed not in str(load_workbook(io.BytesIO(book.content)).worksheets[0]["D3"].value)
    assert "已保存" in text(client.post(f"{page}rows/{row.pk}/", {"place": "2", "text": "李小兰"}, headers=hx))


def test_a_list_that_cannot_be_read_is_not_shown_as_checked(world: World) -> None:
    officer = world.act("officer")
    run = bring_sheets({"全县.xls": bytes.fromhex("d0cf11e0a1b11ae1") * 64}, world.fucheng, officer)
    seen = queries.runs_visible_to(officer).get(pk=run.pk)
    assert (run.state, [step[2] for step in _steps(seen)]) == ("checked", ["blocked", "", "", ""])
    client = enter(world, "officer")
    page = text(client.get(f"/imports/{run.pk}/corrections/"))
    assert "全县.xls" in page
    assert "没有要更正的了" not in page
    page = text(client.get(f"/imports/{run.pk}/"))
    assert "不能读取</span>" in page
    for vain in ("等待确认", "发给学校更正", "重新核对", "各列的含义"):
        assert vain not in page
    listed = text(client.get("/imports/"))
    assert "不能读取</span>" in listed
    assert "等待确认</span>" not in listed


def test_beside_a_list_that_can_be_read_the_other_is_left_out(world: World) -> None:
    files = {"全县.xls": bytes.fromhex("d0cf11e0a1b11ae1") * 64, "东小学.csv": csv_of(HEADS, pupil("李小兰"))}
    run = bring_sheets(files, world.fucheng, world.act("officer"))
    client = enter(world, "officer")
    assert f"/imports/{run.pk}/corrections/" in text(client.get(f"/imports/{run.pk}/"))
    fault = queries.file_faults(run).get()
    client.post(f"/imports/{run.pk}/corrections/files/{fault.pk}/")
    services.proceed(run.pk)
    assert "等待确认</span>" in text(client.get(f"/imports/{run.pk}/"))


def test_a_mask_is_not_taken_for_a_correction_and_empty_is(world: World) -> None:
    run = wrong(world)
    client = enter(world, "officer")
    row = SheetRow.objects.get(sheet__run=run, row_no=2)
    address = f"/imports/{run.pk}/corrections/rows/{row.pk}/"
    said = {"action": "correct", "place": "5", "text": f"{BAD[:4]}*****{BAD[-2:]}"}
    assert "还遮着" in text(client.post(address, said, headers={"HX-Request": "true"}))
    assert "已保存" in text(client.post(address, said | {"text": ""}, headers={"HX-Request": "true"}))


def test_whom_a_row_is_about_sees_who_looked_at_it(world: World) -> None:
    update_person(world.jia, by=SYSTEM, citizen_id=ID)
    row_of_jia = pupil(world.jia.name, 身份证号=ID, 家长姓名="王芳", 联系电话="1391111000")
    run = wrong(world, row_of_jia)
    row = SheetRow.objects.get(sheet__run=run, row_no=2)
    services.reveal_cell(row, place=8, reason="核对家长电话", by=world.act("officer"))
    look = JournalEntry.objects.get(action="exchange.cell_revealed")
    assert (look.object_id, look.data["what"]) == (world.jia.pk, "phone")


def test_a_workbook_in_clear_takes_a_reason_and_is_on_record(world: World) -> None:
    run = wrong(world)
    client = enter(world, "officer")
    address = f"/imports/{run.pk}/schools/{world.east.pk}/errors.xlsx"
    assert client.post(address, {"reason": ""}).status_code == 302
    assert not JournalEntry.objects.filter(action="exchange.errors_downloaded").exists()
    response = client.post(address, {"reason": "学校没有电脑，打印给老师"})
    sheet = load_workbook(io.BytesIO(response.content)).worksheets[0]
    assert sheet.cell(3, 7).value == BAD
    assert "仅限工作使用" in sheet["A1"].value
    entry = JournalEntry.objects.get(action="exchange.errors_downloaded")
    assert (entry.data["clear"], entry.data["reason"]) == (True, "学校没有电脑，打印给老师")
    # what comes back unchanged changes nothing
    upload = SimpleUploadedFile("东小学.xlsx", response.content)
    client.post(f"/imports/{run.pk}/corrections/returned/", {"returned": upload})
    assert not SheetCorrection.objects.filter(run=run).exists()
