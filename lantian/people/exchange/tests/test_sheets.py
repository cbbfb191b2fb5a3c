"""Lists of schools into the roster: mapped once, checked, corrected, applied at once."""

from datetime import date

import pytest
from django.utils import timezone

from lantian.kernel.journal.models import JournalEntry
from lantian.kernel.rules import Denied
from lantian.people.exchange import queries, services
from lantian.people.exchange.errors import FileNotTaken, HasErrors, MappingIncomplete, NotReady
from lantian.people.exchange.models import (
    Finding,
    ImportRun,
    SentErrors,
    SheetCorrection,
    SheetFile,
    SheetMapping,
    SheetRow,
    StagedRow,
)
from lantian.people.exchange.tests.files import carry_out, zip_of
from lantian.people.exchange.tests.sheets import HEADS, bring_sheets, csv_of, found, pupil, send, settle
from lantian.people.roster.engine.codes.citizen import make_citizen_id
from lantian.people.roster.models import ClassGroup, Guardianship, Membership, Person
from lantian.people.roster.tests.factories import MembershipFactory, PersonFactory
from lantian.people.roster.tests.world import World

pytestmark = pytest.mark.django_db

ID = make_citizen_id("510703", date(2017, 3, 7), 12)
OTHER_ID = make_citizen_id("510703", date(2017, 5, 9), 22)


def whole(name: str = "李小兰", **more: str) -> list[str]:
    said = {
        "性别": "女",
        "身份证号": ID,
        "学籍号": f"G{ID}",
        "家长姓名": "王芳",
        "联系电话": "13911110001",
        "与学生关系": "母亲",
    }
    return pupil(name, **(said | more))


def again(run: ImportRun) -> ImportRun:
    services.proceed(run.pk)
    return ImportRun.objects.get(pk=run.pk)


def row_of(run: ImportRun, number: int, label: str | None = None) -> SheetRow:
    rows = SheetRow.objects.filter(sheet__run=run, row_no=number).select_related("sheet")
    return (rows.filter(sheet__label=label) if label else rows).get()


def test_a_gbk_list_becomes_pupils_a_class_and_a_family(world: World) -> None:
    officer = world.act("officer")
    run = send(
        {"东小学.csv": csv_of(HEADS, whole(), whole("李小明", 身份证号="", 学籍号="", 班级="三年级3班"))},
        world.fucheng,
        officer,
    )
    assert run.state == "mapping"
    run = settle(run, officer)
    assert (run.state, run.fault, found(run)) == ("checked", "", [])
    assert run.counts["users"] == {"create": 3}
    assert run.counts["classes"] == {"create": 1}
    run = carry_out(run, officer)
    assert (run.state, run.fault) == ("applied", "")
    lan = Person.objects.get(name="李小兰")
    assert (lan.birth_date, lan.gender, lan.citizen_id, lan.student_number) == (date(2017, 3, 7), "2", ID, f"G{ID}")
    assert Membership.objects.get(person=lan).class_group == world.east1
    assert Guardianship.objects.get(student=lan).guardian.phone == "13911110001"
    assert Guardianship.objects.get(student=lan).relation == "mother"
    new = ClassGroup.objects.get(organization=world.east, number=3)
    assert (new.name, new.stage, new.grade) == ("三年级3班", "primary", 3)
    # one mother of two: the same name and phone
    assert Guardianship.objects.filter(guardian__name="王芳").count() == 2
    assert Person.objects.filter(name="王芳").count() == 1


def test_the_same_list_again_needs_no_page_and_changes_nothing(world: World) -> None:
    officer = world.act("officer")
    files = {"东小学.csv": csv_of(HEADS, whole(), whole("李小明", 身份证号="", 学籍号=""))}
    carry_out(bring_sheets(files, world.fucheng, officer), officer)
    assert SheetMapping.objects.get().kind == "students"
    run = send(files, world.fucheng, officer)
    assert run.state == "checked"
    acts = {act for entity in ("users", "enrollments") for act in run.counts[entity]}
    assert (acts, found(run)) == ({"leave"}, [])


def test_people_of_the_roster_are_known_by_name_and_class_or_birthday_and_nothing_less(world: World) -> None:
    officer = world.act("officer")
    Person.objects.filter(pk=world.yi.pk).update(name="周小乙", birth_date=date(2017, 1, 1))
    Person.objects.filter(pk=world.jia.pk).update(name="周小甲")
    two = [pupil("周小乙", 出生日期=day) for day in ("2017-01-01", "2016-02-02")]
    run = bring_sheets({"东小学.csv": csv_of(HEADS, pupil("周小甲"), *two)}, world.fucheng, officer)
    keys = dict(StagedRow.objects.filter(run=run, entity="users").values_list("row_no", "object_id"))
    assert keys[2] == world.jia.pk
    assert keys[3] == world.yi.pk
    assert run.counts["users"] == {"create": 1, "leave": 2}


def test_a_pupil_who_changes_class_leaves_the_old_one(world: World) -> None:
    officer = world.act("officer")
    Person.objects.filter(pk=world.jia.pk).update(name="周小甲", birth_date=date(2017, 1, 1))
    files = {"东小学.csv": csv_of(HEADS, pupil("周小甲", "三年级2班", 出生日期="2017-01-01"))}
    run = bring_sheets(files, world.fucheng, officer)
    assert run.counts["enrollments"] == {"create": 1, "remove": 1}
    carry_out(run, officer)
    rows = Membership.objects.filter(person=world.jia).order_by("valid_from", "valid_to")
    assert {(row.class_group, row.valid_to) for row in rows} == {
        (world.east1, timezone.localdate()), (world.east2, None),
    }  # fmt: skip
    assert [row.end_reason for row in rows if row.valid_to] == ["moved"]


def test_a_list_says_nothing_of_whom_it_lacks_unless_it_is_complete(world: World) -> None:
    officer = world.act("officer")
    Person.objects.filter(pk=world.jia.pk).update(name="周小甲")
    Person.objects.filter(pk=world.yi.pk).update(name="周小乙")
    files = {"东小学.csv": csv_of(HEADS, pupil("周小甲"))}
    assert "remove" not in bring_sheets(files, world.fucheng, officer).counts["enrollments"]
    run = send(files, world.fucheng, officer)
    assert run.state == "checked"
    run = settle(run, officer, complete="classes")
    assert run.counts["enrollments"]["remove"] == 1
    gone = StagedRow.objects.get(run=run, entity="enrollments", action="remove")
    assert gone.person_id == world.yi.pk
    run = settle(run, officer, complete="schools")
    assert run.counts["enrollments"]["remove"] == 2  # 三年级2班 too
    carry_out(run, officer)
    assert Membership.objects.get(person=world.ding).valid_to is None  # another school's


def test_a_row_that_cannot_be_read_still_names_its_pupil(world: World) -> None:
    officer = world.act("officer")
    Person.objects.filter(pk=world.jia.pk).update(name="周小甲")
    Person.objects.filter(pk=world.yi.pk).update(name="周小乙")
    files = {"东小学.csv": csv_of(HEADS, pupil("周小甲"), pupil("周小乙", 身份证号="5.10703E+17"))}
    run = bring_sheets(files, world.fucheng, officer, complete="classes")
    assert "remove" not in run.counts["enrollments"]
    assert found(run) == [(3, "身份证号", "sheet_id_scientific")]


def test_damage_is_said_at_its_row_and_column_and_corrected_in_the_page(world: World) -> None:
    officer = world.act("officer")
    rows = [whole(身份证号="5.10703E+17", 学籍号=""), whole("李小明", 身份证号=OTHER_ID, 学籍号="", 班级="2026-03-01")]
    run = bring_sheets({"东小学.csv": csv_of(HEADS, *rows)}, world.fucheng, officer)
    assert found(run) == [(2, "身份证号", "sheet_id_scientific"), (3, "班级", "sheet_class_became_a_date")]
    assert run.errors == 2
    with pytest.raises(HasErrors):
        services.confirm_import(run, by=officer)
    finding = Finding.objects.get(run=run, row_no=3)
    assert (finding.params["suggestion"], finding.org_id) == ("3-1", world.east.pk)
    services.correct_cell(row_of(run, 3), place=1, text="三年级1班", by=officer)
    services.correct_cell(row_of(run, 2), place=5, text=f" {ID} ", by=officer)
    assert found(run) == []  # at once, before the worker looks at the whole
    run = again(run)
    assert (run.state, run.errors, found(run)) == ("checked", 0, [])
    assert SheetCorrection.objects.filter(run=run, by=world.officer).count() == 2
    assert Finding.objects.filter(run=run, corrected_at__isnull=False).count() == 2
    carry_out(run, officer)
    assert Person.objects.get(name="李小兰").citizen_id == ID


def test_a_correction_that_is_wrong_again_is_said_at_once(world: World) -> None:
    officer = world.act("officer")
    run = bring_sheets({"东小学.csv": csv_of(HEADS, whole(身份证号="123", 学籍号=""))}, world.fucheng, officer)
    services.correct_cell(row_of(run, 2), place=5, text="5107032017030700", by=officer)
    assert found(run) == [(2, "身份证号", "sheet_id_length")]


def test_one_wrong_spelling_is_corrected_everywhere(world: World) -> None:
    officer = world.act("officer")
    rows = [pupil("李一一", "向日葵班"), pupil("李二二", "向日葵班"), pupil("李三三", "月亮班")]
    run = bring_sheets({"东小学.csv": csv_of(HEADS, *rows)}, world.fucheng, officer)
    finding = Finding.objects.filter(run=run, row_no=2).get()
    assert services.correct_spelling(finding, text="三年级1班", by=officer) == 2
    run = again(run)
    assert found(run) == [(4, "班级", "sheet_class_unreadable")]


def test_a_number_that_slipped_into_another_column_is_not_told_whole_by_the_finding(world: World) -> None:
    officer = world.act("officer")
    rows = [whole(ID), whole("李小明", 身份证号="", 学籍号="", 班级=ID)]
    run = bring_sheets({"东小学.csv": csv_of(HEADS, *rows)}, world.fucheng, officer)
    said = list(Finding.objects.filter(run=run).order_by("row_no"))
    assert [row.row_no for row in said] == [2, 3]
    assert all(ID not in str(row.params) for row in said)
    assert said[0].params["value"] == f"5107***{ID[-2:]}"
    with pytest.raises(NotReady):  # two numbers may look alike with the middle left out
        services.correct_spelling(said[0], text="李小兰", by=officer)
    services.correct_cell(row_of(run, 2), place=0, text="李小兰", by=officer)


def test_a_row_left_out_is_not_imported_and_can_be_taken_back(world: World) -> None:
    officer = world.act("officer")
    run = bring_sheets({"东小学.csv": csv_of(HEADS, whole(), pupil("李4", "三年级1班"))}, world.fucheng, officer)
    services.leave_out(row_of(run, 3), by=officer)
    run = again(run)
    assert (found(run), run.errors) == ([], 0)
    services.leave_out(row_of(run, 3), by=officer, undo=True)
    assert found(again(run)) == [(3, "姓名", "sheet_name")]


def test_a_school_file_that_names_another_schools_pupils_is_wrong(world: World) -> None:
    officer = world.act("officer")
    Person.objects.filter(pk=world.ding.pk).update(name="周小丁")
    world.ding.citizen_id = ID
    from lantian.people.roster.queries.finding import citizen_id_index

    Person.objects.filter(pk=world.ding.pk).update(citizen_id_index=citizen_id_index(ID), birth_date=date(2017, 3, 7))
    rows = [pupil("周小丁", 身份证号=ID), pupil("李小兰", school="西小学")]
    run = bring_sheets({"东小学学生.csv": csv_of(HEADS, *rows)}, world.fucheng, officer)
    assert found(run) == [(2, "姓名", "sheet_pupil_other"), (3, "学校名称", "sheet_school_other")]


def test_schools_outside_the_scope_do_not_exist(world: World) -> None:
    run = bring_sheets({"表.csv": csv_of(HEADS, pupil("李小兰", school="山小学"))}, world.fucheng, world.act("officer"))
    assert found(run) == [(2, "学校名称", "sheet_school_unknown")]


def test_the_same_person_twice_is_said_with_the_other_place(world: World) -> None:
    files = {"a.csv": csv_of(HEADS, whole()), "b.csv": csv_of(HEADS, whole())}
    run = bring_sheets(files, world.fucheng, world.act("officer"))
    finding = Finding.objects.get(run=run)
    assert (finding.file, finding.code, finding.params["file"]) == ("b.csv", "sheet_row_twice", "a.csv")


def test_teachers_with_their_subjects_and_classes(world: World) -> None:
    officer = world.act("officer")
    heads = ["姓名", "性别", "手机号", "任教学科", "任教班级", "班主任"]
    rows = [
        ["赵老师", "女", "13922220001", "语文、道德与法治", "三年级1班", "三年级1班"],
        ["钱老师", "男", "13922220002", "体育", "", ""],
        ["孙老师", "男", "13922220003", "美术", "六年级9班", ""],
    ]
    run = bring_sheets({"东小学教师.csv": csv_of(heads, *rows)}, world.fucheng, officer)
    assert found(run) == [(4, "任教班级", "sheet_class_unknown")]
    run = carry_out(run, officer, leave_out_errors=True)
    said = Membership.objects.filter(person__name="赵老师").values_list("role", "subject")
    assert sorted(said) == [("homeroom_teacher", ""), ("teacher", "chinese"), ("teacher", "morality")]
    assert Membership.objects.get(person__name="钱老师").subject == "pe"
    assert not Person.objects.filter(name="孙老师").exists()


def test_a_new_homeroom_teacher_takes_over_from_the_one_before(world: World) -> None:
    officer = world.act("officer")
    heads = ["姓名", "手机号", "任教学科", "任教班级", "班主任"]
    run = bring_sheets(
        {"东小学教师.csv": csv_of(heads, ["赵老师", "13922220001", "语文", "", "三年级1班"])}, world.fucheng, officer
    )
    assert run.counts["enrollments"] == {"create": 1, "remove": 1}
    carry_out(run, officer)
    led = Membership.objects.filter(class_group=world.east1, role="homeroom_teacher")
    assert {(row.person.name, row.valid_to) for row in led} == {
        (world.homeroom.name, timezone.localdate()), ("赵老师", None),
    }  # fmt: skip
    again_same = bring_sheets(
        {"东小学教师.csv": csv_of(heads, ["赵老师", "13922220001", "语文", "", "三年级1班"])}, world.fucheng, officer
    )
    assert "remove" not in again_same.counts.get("enrollments", {})


def test_a_list_of_guardians_is_tied_to_pupils_we_have(world: World) -> None:
    officer = world.act("officer")
    Person.objects.filter(pk=world.jia.pk).update(name="周小甲")
    heads = ["学生姓名", "班级", "家长姓名", "家长电话", "与学生关系"]
    rows = [["周小甲", "三年级1班", "甲母", "13900000001", "妈妈"], ["周小甲", "三年级1班", "周大", "13900000009", "爸爸"],
            ["没有人", "三年级1班", "某某", "13900000008", "妈妈"]]  # fmt: skip
    run = bring_sheets({"东小学家长.csv": csv_of(heads, *rows)}, world.fucheng, officer)
    assert found(run) == [(4, "学生姓名", "sheet_pupil_unknown")]
    carry_out(run, officer, leave_out_errors=True)
    ties = Guardianship.objects.filter(student=world.jia).values_list("guardian__name", "relation")
    assert sorted(ties) == [("周大", "father"), ("甲母", "mother")]
    assert Person.objects.filter(name="甲母").count() == 1


def test_many_files_in_one_zip_are_one_run_and_a_bad_one_can_be_left_out(world: World) -> None:
    officer = world.act("officer")
    members = {
        "名单/东小学.csv": csv_of(HEADS, whole()),
        "名单/西小学.csv": csv_of(HEADS, pupil("张三丰", school="西小学"), encoding="utf-8-sig"),
        "名单/旧.xls": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 100,
        "__MACOSX/._x": b"x",
    }
    run = bring_sheets({"全县.zip": zip_of(members).getvalue()}, world.fucheng, officer)
    labels = SheetFile.objects.filter(run=run).order_by("id").values_list("label", flat=True)
    assert list(labels) == ["东小学.csv", "西小学.csv"]
    assert found(run) == [(None, "", "sheet_xls")]
    services.leave_out_file(Finding.objects.get(run=run), by=officer)
    run = again(run)
    assert (run.state, run.errors) == ("checked", 0)
    assert carry_out(run, officer).state == "applied"


def test_what_is_uploaded_is_kept_sealed_and_goes_with_the_run(world: World) -> None:
    officer = world.act("officer")
    run = bring_sheets({"东小学.csv": csv_of(HEADS, whole())}, world.fucheng, officer)
    assert run.stored_name == ""
    row = row_of(run, 2)
    assert ID.encode() not in bytes(row.cells)
    assert "李小兰".encode() not in bytes(row.cells)
    for staged in StagedRow.objects.filter(run=run):
        assert ID not in f"{staged.data}{staged.key}"
    services.correct_cell(row, place=2, text="李大兰", by=officer)
    run = carry_out(again(run), officer)
    assert not SheetRow.objects.filter(sheet__run=run).exists()
    assert not SheetCorrection.objects.filter(run=run).exclude(after=None).exists()
    assert JournalEntry.objects.filter(action="exchange.cell_corrected", object_id=run.pk).count() == 1


def test_a_correction_between_check_and_confirmation_is_checked_before_it_is_written(world: World) -> None:
    officer = world.act("officer")
    run = bring_sheets({"东小学.csv": csv_of(HEADS, whole())}, world.fucheng, officer)
    services.correct_cell(row_of(run, 2), place=2, text="李大兰", by=officer)
    ImportRun.objects.filter(pk=run.pk).update(state="checked")
    run = carry_out(ImportRun.objects.get(pk=run.pk), officer)
    assert run.state == "applied"
    assert Person.objects.filter(name="李大兰").exists()


def test_columns_that_lack_something_are_not_accepted(world: World) -> None:
    officer = world.act("officer")
    run = send({"东小学.csv": csv_of(["姓名", "性别"], ["李小兰", "女"])}, world.fucheng, officer)
    with pytest.raises(MappingIncomplete, match="班级"):
        settle(run, officer, kind="students")
    run = send({"名单.csv": csv_of(["姓名", "班级"], ["李小兰", "三年级1班"])}, world.fucheng, officer)
    with pytest.raises(MappingIncomplete, match="学校"):
        settle(run, officer)


def test_nothing_readable_is_no_upload(world: World) -> None:
    with pytest.raises(FileNotTaken):
        send({"a.zip": zip_of({"__MACOSX/x": b""}).getvalue()}, world.fucheng, world.act("officer"))


def test_who_may_send_settle_and_correct(world: World) -> None:
    officer = world.act("officer")
    files = {"东小学.csv": csv_of(HEADS, pupil("李4"))}
    for name in ("teacher", "mother", "researcher", "other_officer", "school_it"):
        with pytest.raises(Denied):
            send(files, world.fucheng, world.act(name))
    assert send(files, world.east, world.act("school_it")).state == "mapping"
    run = send(files, world.fucheng, officer)
    with pytest.raises(Denied):
        settle(run, world.act("school_it"))
    run = settle(run, officer)
    for name in ("teacher", "school_it", "other_head", "other_officer"):
        with pytest.raises(Denied):
            services.correct_cell(row_of(run, 2), place=2, text="李小兰", by=world.act(name))
    SentErrors.objects.create(run=run, organization=world.east)
    assert queries.sent_to(world.act("school_it"), run).count() == 1
    with pytest.raises(Denied):
        services.correct_cell(row_of(run, 2), place=2, text="李小兰", by=world.act("other_head"))
    services.correct_cell(row_of(run, 2), place=2, text="李小兰", by=world.act("school_it"))
    assert found(run) == []
    run = again(run)
    carry_out(run, officer)
    with pytest.raises(NotReady):
        services.correct_cell(
            SheetRow(sheet=SheetFile.objects.get(run=run), row_no=2, cells=b""), place=0, text="", by=officer
        )


def test_a_worker_killed_between_reading_and_check_goes_on(world: World) -> None:
    officer = world.act("officer")
    run = bring_sheets({"东小学.csv": csv_of(HEADS, whole())}, world.fucheng, officer)
    ImportRun.objects.filter(pk=run.pk).update(state="checking")
    run = again(run)
    assert (run.state, StagedRow.objects.filter(run=run, entity="users").count()) == ("checked", 2)


def test_a_stranger_with_the_same_name_in_class_is_asked_about_not_merged(world: World) -> None:
    twin = PersonFactory(name="周小甲", birth_date=date(2016, 1, 1))
    MembershipFactory(person=twin, organization=world.east, role="student", class_group=world.east1)
    Person.objects.filter(pk=world.jia.pk).update(name="周小甲", birth_date=date(2016, 1, 1))
    files = {"东小学.csv": csv_of(HEADS, pupil("周小甲", 出生日期="2016-01-01"))}
    run = bring_sheets(files, world.fucheng, world.act("officer"))
    assert run.counts["users"] == {"create": 1}
    assert found(run) == [(2, "姓名", "maybe_known")]
