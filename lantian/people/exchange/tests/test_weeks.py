"""Timetables from spreadsheets: every form schools keep them in, what is wrong in which cell, and the draft with its clashes."""

import io
from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from lantian.kernel.journal.models import JournalEntry
from lantian.kernel.rules import ANONYMOUS, SYSTEM, Denied
from lantian.kernel.tests.verdicts import assert_allowed, assert_refused
from lantian.people.exchange import queries, rules, services
from lantian.people.exchange.engine.sheets.grids import Grid
from lantian.people.exchange.engine.sheets.reading import read_file
from lantian.people.exchange.engine.sheets.weeks import read_period, read_weekday, read_weeks
from lantian.people.exchange.errors import FileNotTaken, NotReady
from lantian.people.exchange.models import WeekImport
from lantian.people.schedule import queries as schedule
from lantian.people.schedule.models import Timetable, TimetableEntry
from lantian.teach.live.tests.world import actor, class_group, make_world, organization, person

DAYS = ["", "星期一", "星期二", "星期三", "星期四", "星期五"]
FIRST, LAST = date(2027, 3, 1), date(2027, 7, 2)


def grid(*rows, sheet="Sheet1", first=1):
    return Grid(sheet, [(first + number, list(row)) for number, row in enumerate(rows)])


def week_of(*rows, sheet="Sheet1", title=""):
    return read_weeks([grid(*rows, sheet=sheet)], title=title)


def told(week):
    return [(r.group, r.weekday, r.period, r.subject, r.teacher, r.room, r.weeks) for r in week.entries]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("星期一", 0),
        ("周五", 4),
        ("五", 4),
        ("3", 2),
        ("星期日", 6),
        ("周天", 6),
        ("Mon", 0),
        ("Wednesday", 2),
        ("8", None),
        ("", None),
        ("节次", None),
    ],
)
def test_weekdays_as_they_are_written(text, day):
    assert read_weekday(text) == day


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1", 1),
        ("第1节", 1),
        ("第一节", 1),
        ("上午第三节", 3),
        ("十一", 11),
        ("5.0", 5),
        ("第一节 8:20-9:00", 1),
        ("第2节课", 2),
        ("午休", None),
        ("", None),
        ("21", None),
    ],
)
def test_periods_as_they_are_written(text, number):
    assert read_period(text) == number


@pytest.mark.parametrize(
    ("cell", "read"),
    [
        ("数学 王芳", [("maths", "王芳", "", "every")]),
        ("数学（王芳）", [("maths", "王芳", "", "every")]),
        ("数学/王芳", [("maths", "王芳", "", "every")]),
        ("数学王芳", [("maths", "王芳", "", "every")]),
        ("王芳 数学", [("maths", "王芳", "", "every")]),
        ("数学", [("maths", "", "", "every")]),
        ("物理 李丽 实验室", [("physics", "李丽", "实验室", "every")]),
        ("美术（单周）李丽老师", [("art", "李丽", "", "odd")]),
        ("单 美术 李丽 / 双 音乐 陈静", [("art", "李丽", "", "odd"), ("music", "陈静", "", "even")]),
        ("美术 李丽/音乐 陈静", [("art", "李丽", "", "odd"), ("music", "陈静", "", "even")]),
        ("道德与法治 买买提·艾力", [("morality", "买买提·艾力", "", "every")]),
        ("—", []),
        ("班会", []),
        ("自习 王芳", []),
    ],
)
def test_a_cell_says_subject_and_teacher_in_any_way(cell, read):
    week = week_of(["七年级1班课程表"], DAYS, ["1", cell])
    assert [(r.subject, r.teacher, r.room, r.weeks) for r in week.entries] == read
    assert week.wrong == []


def test_grids_stand_under_their_classes_several_in_a_sheet():
    week = week_of(
        ["梓潼一中 2026-2027学年度第二学期 七年级（1）班课程表"],
        ["", "节次", *DAYS[1:]],
        ["上午", "1", "语文 张三", "数学 王芳", "", "英语", "体育"],
        ["", "2", "数学 王芳", "", "", "", ""],
        ["午休"],
        ["下午", "3", "班会", "", "", "", "劳动"],
        ["班级：七年级（2）班"],
        ["", "节次", *DAYS[1:]],
        ["上午", "1", "美术", "", "", "", ""],
    )
    one, two = "七年级(1)班", "七年级(2)班"
    assert {(group, day, period, subject) for group, day, period, subject, *_ in told(week)} == {
        (one, 0, 1, "chinese"),
        (one, 1, 1, "maths"),
        (one, 3, 1, "english"),
        (one, 4, 1, "pe"),
        (one, 0, 2, "maths"),
        (one, 4, 3, "labour"),
        (two, 0, 1, "art"),
    }
    assert week.passed == 1
    assert week.wrong == []


def test_the_sheet_or_the_file_names_the_class_where_nothing_stands_above():
    assert told(week_of(DAYS, ["1", "数学"], sheet="八年级2班"))[0][0] == "八年级2班"
    assert told(week_of(DAYS, ["1", "数学"], title="八年级2班课表.xlsx"))[0][0] == "八年级2班"
    nameless = week_of(DAYS, ["1", "数学"])
    assert [(w.code, w.place.cell) for w in nameless.wrong] == [("week_no_class", "A1")]


def test_a_list_has_its_columns_in_any_order_and_its_faults_by_cell():
    week = week_of(
        ["全校课表"],
        ["任课教师", "班级", "星期", "节次", "课程名称", "单双周", "地点"],
        ["王芳", "七年级1班", "周一", "第1节", "数学", "单周", "302"],
        ["", "七年级1班", "周一", "2", "班会", "", ""],
        ["李丽", "七年级1班", "周八", "x", "画画画", "", ""],
        ["李丽", "", "周二", "1", "美术", "", ""],
    )
    assert told(week) == [("七年级1班", 0, 1, "maths", "王芳", "302", "odd")]
    assert [(w.code, w.place.cell, w.value) for w in week.wrong] == [
        ("week_weekday", "C5", "周八"), ("week_period", "D5", "x"), ("week_subject", "E5", "画画画"), ("week_no_class", "B6", ""),
    ]  # fmt: skip
    assert week.passed == 1


def test_what_is_neither_is_said_and_three_lessons_in_one_cell_are_too_many():
    assert [w.code for w in week_of(["姓名", "身份证号"], ["王芳", "1"]).wrong] == ["week_strange"]
    many = week_of(["七年级1班"], DAYS, ["1", "数学 王芳/语文 张三/英语 李四"])
    assert [(w.code, w.place.cell) for w in many.wrong] == [("week_many", "B3")]
    unknown = week_of(["七年级1班"], DAYS, ["1", "数学"], ["2", "吹拉弹唱 王芳"])
    assert [(w.code, w.place.cell, w.value) for w in unknown.wrong] == [("week_subject", "B4", "吹拉弹唱")]


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(
        st.lists(st.text(alphabet="数学王芳周一二三星期单双/（）12:- 班\n\x00", max_size=12), max_size=8), max_size=12
    )
)
def test_whatever_stands_in_a_file_is_read_or_said_to_be_wrong(rows):
    week = read_weeks([grid(*[[cell.replace("\n", " ") for cell in row] for row in rows])])
    assert all(
        0 <= r.weekday <= 6 and 1 <= r.period <= 20 and r.weeks in ("every", "odd", "even") for r in week.entries
    )


# With a school ----------------------------------------------------------------------------------------------------------------


@pytest.fixture
def school(db):
    world = make_world()
    world.group.name = "八年级（1）班"
    world.group.save()
    world.second = class_group(world.sending, 2)
    world.other = person("李丽", world.sending)
    world.head = actor(person("校长"), "school_head", world.sending)
    return world


def book(*sheets):
    made = Workbook()
    made.remove(made.active)
    for name, rows in sheets:
        sheet = made.create_sheet(name)
        for row in rows:
            sheet.append(row)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def brought(world, data, **facts):
    defaults = {"title": "课表.xlsx", "name": "春季", "first": FIRST, "last": LAST, "by": world.head}
    return services.read_week(data, organization=world.sending, **(defaults | facts))


GOOD = [["八年级1班课程表"], DAYS, ["第一节", "数学\n王芳", "", "美术 李丽"], ["第二节", "", "数学 王芳", ""]]


@pytest.mark.django_db
def test_a_file_becomes_a_draft_once_and_its_clashes_are_found_there(school):
    second = [["八年级2班课程表"], DAYS, ["1", "数学 王芳", "", ""]]
    found = brought(school, book(("一班", GOOD), ("二班", second)))
    assert (found.entries, found.wrong, found.timetable) == (4, 0, None)
    assert queries.week_classes(found) == [("八年级（1）班", 3), (str(school.second), 1)]
    made = services.draft_week(found, by=school.head)
    assert services.draft_week(found, by=school.head) == made
    assert Timetable.objects.count() == 1
    assert (made.state, made.entries.count()) == ("draft", 4)
    assert made.entries.get(class_group=school.group, weekday=2).teacher == school.other
    clashes = schedule.clashes_of(made)
    assert [clash.kind for clash in clashes] == ["teacher"]  # 王芳 stands in two classes on Monday morning
    found.refresh_from_db()
    assert (found.rows, found.entries) == ([], 4)
    actions = ["exchange.week_read", "exchange.week_drafted"]
    assert (
        list(JournalEntry.objects.filter(object_id=found.pk).order_by("at").values_list("action", flat=True)) == actions
    )


@pytest.mark.django_db
def test_who_and_what_the_school_does_not_have_is_said_with_its_cell(school):
    person("李丽", school.sending)
    rows = [
        ["八年级1班"],
        DAYS,
        ["1", "数学 陌生人", "美术 李丽", "物理 王芳 火星实验室"],
        ["1", "语文", "", ""],
    ]
    other = [["九年级9班"], DAYS, ["1", "数学", "语文", ""]]
    found = brought(school, book(("甲", rows), ("乙", other)))
    assert [(fault["code"], fault["where"]) for fault in queries.week_faults(found)] == [
        ("week_teacher", "甲 B3"), ("week_teachers", "甲 C3"), ("week_room", "甲 D3"), ("week_twice", "甲 B4"),
        ("week_class", "乙 B3"),
    ]  # fmt: skip
    assert all(fault["words"] for fault in queries.week_faults(found))
    made = services.draft_week(found, by=school.head)
    assert list(made.entries.order_by("weekday").values_list("subject", "teacher__name")) == [
        ("maths", None), ("art", None), ("physics", "王芳"),
    ]  # fmt: skip


@pytest.mark.django_db
def test_of_two_teachers_of_one_name_the_one_who_teaches_the_class_is_meant(school):
    twin = person("李丽", school.sending)
    twin.memberships.model.objects.create(
        person=twin, organization=school.sending, class_group=school.group, role="teacher", subject="art",
        valid_from=date(2020, 1, 1),
    )  # fmt: skip
    found = brought(school, book(("甲", GOOD)))
    assert found.wrong == 0
    services.draft_week(found, by=school.head)
    assert TimetableEntry.objects.get(subject="art").teacher == twin


@pytest.mark.django_db
def test_who_may_read_a_week_and_see_it(school):
    found = brought(school, book(("甲", GOOD)))
    stranger = actor(person("校长"), "school_head", school.receiving[0])
    officer = actor(person("市"), "officer", school.county.parent)
    for one in (school.head, officer):
        assert_allowed(rules.may_import_week, one, school.sending)
        assert_allowed(rules.may_view_week, one, found)
        assert found in queries.week_imports_visible_to(one)
    for one in (stranger, ANONYMOUS, school.teacher_actor):
        assert_refused(rules.may_import_week, one, school.sending)
        assert_refused(rules.may_view_week, one, found)
        assert found not in queries.week_imports_visible_to(one)
    with pytest.raises(Denied):
        brought(school, book(("甲", GOOD)), by=stranger)
    with pytest.raises(FileNotTaken):
        brought(school, b"%PDF-1.7 not a sheet")
    empty = brought(school, book(("甲", [["什么都没有"]])))
    with pytest.raises(NotReady):
        services.draft_week(empty, by=school.head)


@pytest.mark.django_db
def test_what_was_read_is_forgotten_in_time_and_the_count_stays(school):
    found = brought(school, book(("甲", GOOD), ("乙", [["x"], DAYS, ["1", "数学"]])))
    assert services.forget_weeks(found.created_at - timedelta(days=1)) == 0
    assert services.forget_weeks(found.created_at + timedelta(days=1)) == 1
    found.refresh_from_db()
    assert (found.rows, found.faults, found.entries, found.wrong) == ([], [], 3, 1)
    assert services.forget_weeks(found.created_at + timedelta(days=1)) == 0


@pytest.mark.django_db
def test_the_story_in_pages(school, enter):
    client = enter(school.head)
    assert reverse("exchange_week_new") in client.get(reverse("schedule_timetables")).content.decode()
    form = {"name": "春季", "first": FIRST.isoformat(), "last": LAST.isoformat()}
    bad = client.post(reverse("exchange_week_new"), form | {"upload": SimpleUploadedFile("a.pdf", b"%PDF-1.4")})
    assert bad.context["form"].errors["upload"]
    backwards = form | {"last": "2027-02-01", "upload": SimpleUploadedFile("a.csv", b"x")}
    assert client.post(reverse("exchange_week_new"), backwards).context["form"].errors["last"]
    upload = SimpleUploadedFile("课表.xlsx", book(("甲", [*GOOD, ["3", "变魔术"]])))
    assert client.post(reverse("exchange_week_new"), form | {"upload": upload}).status_code == 302
    found = WeekImport.objects.get()
    page = reverse("exchange_week", args=[found.pk])
    words = client.get(page).content.decode()
    assert "变魔术" in words
    assert "B5" in words
    answer = client.post(page)
    assert answer["Location"] == reverse("schedule_timetable", args=[Timetable.objects.get().pk])
    client = enter(actor(person("校长"), "school_head", organization("外校")))
    assert client.get(page).status_code == 404
    assert client.get(reverse("exchange_week_new"), {"school": school.sending.pk}).status_code == 404
    assert SYSTEM.is_system
    assert read_file(book(("甲", GOOD)))
