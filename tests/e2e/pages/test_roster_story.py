"""The roster of a region, told once: lists of schools come in, a year is moved up and back, slips are printed, a file goes out to
others and one comes back, a family binds itself, and who looked at a number is on record."""

import csv
import io
import re
import zipfile
from datetime import date
from typing import Any

import pytest
from openpyxl import Workbook
from playwright import sync_api as playwright

from lantian.people.roster.engine.codes.citizen import make_citizen_id
from tests.chromium import AXE
from tests.e2e.conftest import Instance
from tests.e2e.pages.conftest import Enter
from tests.e2e.pages.every.looking import axe_run, violations
from tests.e2e.pages.walk import DESK, PHONE

expect = playwright.expect
PASSWORD = "lantian-2026"
ID = make_citizen_id("510726", date(2017, 3, 7), 12)
HEADS = ("班级", "姓名", "出生日期", "身份证号", "家长姓名", "家长电话", "与学生关系")


def fits(page: Any, *, looked_at: bool = False) -> None:
    """Nothing hangs over the edge, at a desk and on a phone; `looked_at`: nothing for axe to find either (pages that only a
    post opens, which no walk meets)."""
    before = page.viewport_size
    for size in (DESK, PHONE):
        page.set_viewport_size(size)
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"], page.url
        if looked_at:
            page.evaluate(AXE.read_text())
            assert violations(page.evaluate(axe_run()), page.url) == []
    page.set_viewport_size(before)


def say_yes(page: Any) -> None:
    """Confirm in the dialog."""
    page.locator("dialog[open] .dialog-actions .btn").last.click()


def come(page: Any, words: str) -> None:
    """Wait for what the worker makes of a page that looks after itself."""
    expect(page.locator("main")).to_contain_text(words, timeout=30_000)


def open_unit(page: Any, name: str) -> None:
    page.goto("/organizations/")
    page.locator("main").get_by_role("link", name=re.compile(f"{name}$")).first.click()


def first_class(page: Any) -> tuple[str, list[str]]:
    """Of a school's page: its first class, and who is in it."""
    page.locator("main a[href^='/classes/']").first.click()
    name = page.locator("h1").inner_text()
    return name, page.locator("main tbody th a").all_inner_texts()


def login_of(page: Any, office: str) -> str:
    """The user name of who holds an office at the school whose page is open."""
    page.locator(".fact", has_text=office).get_by_role("link").first.click()
    return str(page.locator(".fact", has_text="用户名").locator("dd").inner_text())


def upload_of(name: str, content: bytes) -> dict[str, Any]:
    return {"name": name, "mimeType": "application/octet-stream", "buffer": content}


def gbk_list(school: str, klass: str, known: list[str]) -> dict[str, Any]:
    """What a school sends: GBK, a title above the heads, and what Excel does to numbers, classes and days."""
    rows = [
        (f"{school}2026年秋季学生名单",),
        HEADS,
        *((klass, name, "", "", "", "", "") for name in known),
        (klass, "田雨欣", "2017-03-07", "5.10726E+17", "田国强", "13900003000.0", "父亲"),
        ("2026-03-01", "高宇轩", "42878", "", "高国强", "１３９００００３００１", "父亲"),
    ]
    text = "\r\n".join(",".join(row) for row in rows)
    return upload_of(f"{school}学生名单.csv", text.encode("gb18030"))


def workbook_list(school: str, klass: str, known: list[str]) -> dict[str, Any]:
    """The list of a school that has lost a pupil, with a class that is not there."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(HEADS)
    for name in known:
        sheet.append((klass, name, None, None, None, None, None))
    sheet.append(("向日葵班", "宋嘉怡", date(2017, 5, 8), None, "宋国强", 13900003002, "父亲"))
    out = io.BytesIO()
    book.save(out)
    return upload_of(f"{school}学生名单.xlsx", out.getvalue())


@pytest.mark.timeout(240)
def test_lists_of_schools_become_the_roster(enter: Enter, instance: Instance) -> None:
    officer = enter("county", DESK)
    open_unit(officer, "曲山中心小学")
    one = officer.locator("h1").inner_text()
    klass, pupils = first_class(officer)
    open_unit(officer, "永安中心小学")
    other = officer.locator("h1").inner_text()
    its_class, its_pupils = first_class(officer)
    gone = its_pupils[-1]
    officer.go_back()
    it = login_of(officer, "学校信息管理员")

    officer.goto("/imports/")
    officer.get_by_role("link", name="上传表格").click()
    lists = [gbk_list(one, klass, pupils), workbook_list(other, its_class, its_pupils[:-1])]
    officer.locator("input[type=file]").set_input_files(lists)
    officer.get_by_role("button", name="上传并核对").click()
    run = officer.url
    officer.get_by_role("link", name="说明各列").click(timeout=30_000)
    officer.get_by_label("名单完整吗").select_option("classes")
    fits(officer, looked_at=True)
    officer.get_by_role("button", name="就这样，开始核对").click()
    come(officer, "如果写入")
    fits(officer)

    # in plain words, with row and column; what Excel has destroyed is asked for, what it has bent is offered
    officer.get_by_role("link", name="更正", exact=True).click()
    lost = officer.locator("li.card", has_text="田雨欣")
    expect(lost).to_contain_text(re.compile("第 \\d+ 行"))
    expect(lost).to_contain_text("身份证号被表格软件变成了科学计数")
    lost.locator("input[name=text]").first.fill(ID)
    lost.locator("input[name=text]").first.press("Enter")
    expect(lost).to_contain_text("这一行没有问题了")
    bent = officer.locator("li.card", has_text="高宇轩")
    expect(bent.locator("input[name=text]")).to_have_value("3-1")
    bent.get_by_role("button", name="保存").click()
    expect(bent).to_contain_text("这一行没有问题了")
    fits(officer)

    # its own errors to the school, which sees nothing else
    officer.goto(f"{run}schools/")
    with officer.expect_download() as book:
        officer.locator("main tr", has_text=other).get_by_role("link", name="下载表格").click()
    assert book.value.suggested_filename == f"{other}-请更正.xlsx"
    officer.locator("main tr", has_text=other).get_by_role("button", name="发给学校").click()
    expect(officer.locator("main")).to_contain_text("已发给学校")
    fits(officer)
    school = enter(it, PHONE, PASSWORD)
    school.goto("/imports/")
    school.get_by_role("link", name="去更正").click()
    expect(school.locator("li.card")).to_have_count(1)
    wrong = school.locator("li.card", has_text="宋嘉怡")
    wrong.locator("input[name=text]").fill(its_class)
    wrong.get_by_role("button", name="保存").click()
    expect(wrong).to_contain_text("这一行没有问题了")
    fits(school)

    # new, unchanged, leaving; then all at once
    officer.goto(run)
    come(officer, "确认写入")
    expect(officer.locator("main")).not_to_contain_text("个错误")
    expect(officer.get_by_label("人员：新增 6")).to_be_visible()  # three pupils and their fathers
    officer.get_by_label("在班：离开 1").click()
    expect(officer.locator("main tbody tr")).to_contain_text(gone)
    fits(officer)
    officer.goto(run)
    officer.get_by_role("button", name="写入名册").click()
    come(officer, "这次写入的")
    fits(officer)
    school.goto("/people/?q=宋嘉怡")
    school.get_by_role("link", name="宋嘉怡", exact=True).click()
    expect(school.locator("main")).to_contain_text(its_class)
    expect(school.locator(".fact", has_text="父亲")).to_contain_text("宋国强")


@pytest.mark.timeout(240)
def test_a_school_moves_up_a_year_and_back(enter: Enter) -> None:
    head = enter("head", DESK)
    head.goto("/organizations/")
    head.locator("main a[href^='/organizations/']").first.click()
    classes = head.locator("main a[href^='/classes/']")
    expect(classes.first).to_be_visible()
    before = classes.all_inner_texts()
    head.get_by_text("更多操作").click()
    head.get_by_role("link", name="升级与毕业").click()
    year = head.get_by_label("升入的学年")
    year.fill(str(int(year.input_value()) + 1))  # this school year's classes are made already
    head.get_by_label("离新学年还早，确认现在就升级").check()
    head.get_by_role("button", name="重新计算").click()
    rows = head.locator("main form tbody tr")
    expect(rows.filter(has_text="毕业")).not_to_have_count(0)
    expect(head.get_by_role("row", name=re.compile("^八年级1班"))).to_contain_text("九年级1班")
    fits(head)
    head.get_by_role("button", name=re.compile("^升入")).click()
    say_yes(head)
    come(head, "已升级")
    fits(head)
    head.get_by_role("button", name="整体撤回").click()
    say_yes(head)
    come(head, "已撤回")
    head.locator("main tbody th a").first.click()
    expect(classes).to_have_text(before)


@pytest.mark.timeout(240)
def test_a_schools_it_teacher_prints_slips_resets_a_password_and_finds_the_child_in_two_schools(
    enter: Enter, instance: Instance
) -> None:
    officer = enter("county", DESK)
    open_unit(officer, "北川中学")
    it = login_of(officer, "学校信息管理员")
    page = enter(it, DESK, PASSWORD)

    # slips for many, in one go; a code opens the door
    page.goto("/people/?role=student")
    for row in (8, 9):
        page.locator("input[name=pick]").nth(row).check()
    expect(page.locator("[data-bulk-count]")).to_have_text("2")
    page.locator("select[name=do]").select_option("reset")
    page.get_by_role("button", name="下一步").click()
    expect(page.get_by_text("将办理 2 人")).to_be_visible()
    page.get_by_role("button", name="确认办理").click()
    page.get_by_role("link", name="打印 2 张纸条").click(timeout=30_000)
    expect(page.get_by_role("button", name="打印", exact=True)).to_be_visible()
    fits(page, looked_at=True)
    username, code = page.locator(".slip").first.locator("code").all_inner_texts()
    child = enter(username, PHONE, code)
    child.goto("/today/")
    expect(child).to_have_url(f"{instance.url}/me/password/first/")

    # slips of a class, and one forgotten password
    open_unit(page, "北川中学")
    page.locator("main a[href^='/classes/']").first.click()
    page.get_by_text("更多操作").click()
    page.get_by_role("button", name="账号纸条").click()
    say_yes(page)
    expect(page.locator("h1")).to_contain_text("账号纸条")
    fits(page, looked_at=True)
    page.goto("/people/?role=student")
    page.locator("main tbody th a").nth(7).click()
    page.get_by_role("button", name="重置密码").click()
    say_yes(page)
    expect(page.get_by_text("请把下面两行抄给本人")).to_be_visible()
    fits(page, looked_at=True)

    # the child in two schools
    page.goto("/people/")
    page.get_by_role("link", name="重复人员").click()
    double = page.locator(".card", has_text="同时在两所学校的学生")
    expect(double.locator("tbody tr")).to_have_count(1)
    fits(page)
    double.locator("tbody th a").click()
    expect(page.locator(".card", has_text="所在单位和班级").locator(".fact")).to_have_count(2)


def answered(exported: bytes, name: str) -> bytes:
    """What a vendor makes of the city's file: one pupil's changed name and a new pupil in the same class, as changes."""
    with zipfile.ZipFile(io.BytesIO(exported)) as archive:
        tables = {
            entity: list(csv.DictReader(io.StringIO(archive.read(f"{entity}.csv").decode("utf-8-sig"))))
            for entity in ("users", "enrollments")
        }
    place = next(row for row in tables["enrollments"] if row["role"] == "student")
    pupil = next(row for row in tables["users"] if row["sourcedId"] == place["userSourcedId"])
    at = {"status": "active", "dateLastModified": "2026-11-26T08:00:00Z"}
    key = {"sourcedId": "vendor-1", **at}
    new = pupil | key | {"givenName": name[1:], "familyName": name[0], "metadata.cn.name": name, "agentSourcedIds": ""}
    new |= {"username": "", "metadata.cn.relations": ""}
    rows = {"users": [new], "enrollments": [place | key | {"userSourcedId": "vendor-1"}]}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        manifest = [("manifest.version", "1.0"), ("oneroster.version", "1.2"), ("source.systemName", "排课软件")]
        manifest += [(f"file.{entity}", "delta") for entity in rows]
        archive.writestr("manifest.csv", "\r\n".join(",".join(row) for row in [("propertyName", "value"), *manifest]))
        for entity, lines in rows.items():
            text = io.StringIO()
            writer = csv.DictWriter(text, list(lines[0]))
            writer.writeheader()
            writer.writerows(lines)
            archive.writestr(f"{entity}.csv", text.getvalue())
    return out.getvalue()


@pytest.mark.timeout(240)
def test_the_city_hands_out_its_roster_and_takes_a_vendors_file_back(enter: Enter) -> None:
    city = enter("city", DESK)
    city.goto("/exports/")
    city.get_by_role("link", name="新的导出").first.click()
    fits(city)
    city.get_by_role("button", name="开始导出").click()
    link = city.get_by_role("link", name="下载")
    expect(link).to_be_visible(timeout=60_000)
    fits(city)
    with city.expect_download() as file:
        link.click()
    city.goto("/imports/")
    city.get_by_role("link", name="上传 OneRoster").click()
    city.get_by_label("数据来源").fill("排课软件")
    back = answered(file.value.path().read_bytes(), "司徒归云")
    city.locator("input[type=file]").set_input_files([upload_of("vendor.zip", back)])
    city.get_by_role("button", name="上传并核对").click()
    come(city, "确认写入")
    fits(city)
    city.get_by_role("button", name="写入名册").click()
    come(city, "这次写入的")
    city.goto("/people/?q=司徒归云")
    expect(city.locator("main tbody tr")).to_have_count(1)


@pytest.mark.timeout(240)
def test_a_family_binds_itself_on_a_phone_and_every_look_is_on_record(enter: Enter, instance: Instance) -> None:
    teacher = enter("homeroom", DESK)
    teacher.goto("/people/?role=student")
    teacher.locator("main tbody th a").nth(5).click()
    child = teacher.locator("h1").inner_text()
    record = teacher.url
    teacher.get_by_role("button", name="家长绑定码").click()
    code = teacher.locator(".slip code").first.inner_text()
    fits(teacher, looked_at=True)
    family = enter("", PHONE)
    family.goto("/bind/")
    family.get_by_label("绑定码").fill(code)
    family.get_by_label("孩子姓名").fill(child)
    family.get_by_label("我的姓名").fill("归有光")
    family.get_by_label("手机号").fill("13900004001")
    fits(family)
    family.get_by_role("button", name="绑定").click()
    family.get_by_label("新密码", exact=True).fill("river-and-reed-7")
    family.get_by_label("再输一遍新密码").fill("river-and-reed-7")
    family.get_by_role("button", name="设好密码").click()
    expect(family.get_by_role("button", name="设好密码")).to_have_count(0)  # set before anything else is asked for

    officer = enter("county", DESK)
    officer.goto(record)
    officer.locator(".fact", has_text="身份证号").get_by_role("button", name="查看").click()
    officer.locator("dialog[open]").get_by_label("为什么要看？").fill("核对学籍")
    officer.locator("dialog[open]").get_by_role("button", name="查看").click()
    expect(officer.locator(".fact", has_text="身份证号").locator("b")).to_have_text(re.compile(r"^\d{17}[\dX]$"))
    officer.goto("/audit/")
    expect(officer.locator("main tbody tr").first).to_contain_text("核对学籍")
    fits(officer)
    family.goto(f"{record}looks/")
    expect(family.locator("main")).to_contain_text("核对学籍")
    fits(family)
    with family.expect_download() as copy:
        family.get_by_role("button", name="下载个人信息副本").click()
    assert zipfile.ZipFile(copy.value.path()).testzip() is None
