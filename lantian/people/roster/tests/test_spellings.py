"""Classes, subjects, sexes, relations and days as spreadsheets write them."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lantian.people.roster.engine import classes
from lantian.people.roster.engine.codes import class_names, grades, spellings, stages, subjects
from lantian.people.roster.engine.codes.class_names import Fault, read_class, read_class_number
from lantian.people.roster.engine.codes.spellings import DateFault
from lantian.people.roster.enums import Gender, Relation, Stage, Subject


@pytest.mark.parametrize(
    ("typed", "stage", "grade", "number"),
    [
        ("小学一年级", "primary", 1, None),
        ("一年级", "primary", 1, None),
        ("一年级(1)班", "primary", 1, 1),
        ("一年级（１）班", "primary", 1, 1),
        ("三年级十二班", "primary", 3, 12),
        ("三年二班", "primary", 3, 2),
        ("3(2)班", "primary", 3, 2),
        ("三（2）班", "primary", 3, 2),
        ("302班", "primary", 3, 2),
        ("小六(3)班", "primary", 6, 3),
        ("初一", "junior", 7, None),
        ("初四", "junior", 9, None),
        ("七年级", "junior", 7, None),
        ("八年级 6 班", "junior", 8, 6),
        ("八2班", "junior", 8, 2),
        ("七.2班", "junior", 7, 2),
        ("初中三年级2班", "junior", 9, 2),
        ("初中八年级2班", "junior", 8, 2),
        ("高三", "senior", 12, None),
        ("高一11班", "senior", 10, 11),
        ("高中二年级", "senior", 11, None),
        ("1203班", "senior", 12, 3),
        ("职高一年级", "vocational", 10, None),
        ("大班", "kindergarten", 3, None),
        ("中二班", "kindergarten", 2, 2),
        ("大1班", "kindergarten", 3, 1),
        ("Grade 7", "junior", 7, None),
        ("grade 7 class 2", "junior", 7, 2),
        ("G7-2", "junior", 7, 2),
    ],
)
def test_classes_are_read_as_people_write_them(typed, stage, grade, number):
    assert read_class(typed) == (stage, grade, number, None, ())


@pytest.mark.parametrize(
    ("typed", "stage", "read"),
    [
        ("一年级2班", "junior", ("junior", 7, 2)),
        ("六年级", "junior", ("junior", 6, None)),  # five-four plan
        ("高一3班", "vocational", ("vocational", 10, 3)),
        ("小一班", "primary", ("primary", 1, None)),
        ("小二班", "kindergarten", ("kindergarten", 1, 2)),
        ("2023级3班", "primary", ("primary", 4, 3)),
        ("初2024级5班", None, ("junior", 9, 5)),
        ("2025级初中2班", None, ("junior", 8, 2)),
        ("高2027届2班", None, ("senior", 12, 2)),
        ("高2027级2班", None, ("senior", 12, 2)),  # named by the year of leaving, as many schools do
        ("2023级3班", None, ("primary", 4, 3)),  # nobody else who came in 2023 is still there
    ],
)
def test_what_is_known_of_the_school_helps(typed, stage, read):
    assert read_class(typed, stage=stage, school_year=2026) == (*read, None, ())


@pytest.mark.parametrize(
    ("typed", "stage", "year", "fault"),
    [
        ("", None, None, Fault.EMPTY),
        ("二班", None, None, Fault.UNREADABLE),
        ("中学", None, None, Fault.UNREADABLE),
        ("小一班", None, None, Fault.AMBIGUOUS),
        ("2025级3班", None, 2026, Fault.AMBIGUOUS),
        ("2025级3班", "primary", None, Fault.NEEDS_SCHOOL_YEAR),
        ("2015级", "primary", 2026, Fault.NOT_ENROLLED),
        ("13年级", None, None, Fault.OUT_OF_RANGE),
        ("高中四年级", None, None, Fault.OUT_OF_RANGE),
        ("初一", "primary", None, Fault.OTHER_STAGE),
        ("7月2日", None, None, Fault.BECAME_A_DATE),
        ("2026-07-02", None, None, Fault.BECAME_A_DATE),
    ],
)
def test_what_cannot_be_told_is_said(typed, stage, year, fault):
    reading = read_class(typed, stage=stage, school_year=year)
    assert reading.fault is fault
    assert reading.grade is None or fault is Fault.OUT_OF_RANGE


def test_several_meanings_are_all_named():
    assert read_class("2025级3班", school_year=2026).candidates == (("primary", 2), ("junior", 8), ("senior", 11))
    assert read_class("小一班").candidates == (("kindergarten", 1), ("primary", 1))


@given(st.sampled_from(["kindergarten", "primary", "junior", "senior", "vocational"]), st.data(), st.integers(1, 40))
def test_our_own_names_of_classes_are_read_back(stage, data, number):
    first, last = grades.SPAN[stage]
    grade = data.draw(st.integers(first, last))
    name = classes.class_name(stage, grade, number)
    assert read_class(name, stage=stage) == (stage, grade, number, None, ())


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("2", 2),
        ("02", 2),
        ("2班", 2),
        ("(2)班", 2),
        ("二班", 2),
        ("第二十班", 20),
        ("3.0", 3),
        ("", None),
        ("0", None),
        ("甲班", None),
    ],
)
def test_numbers_of_classes_are_read(typed, number):
    assert read_class_number(typed) == number


def test_every_stage_and_subject_of_ours_has_its_code_and_comes_back():
    for stage in Stage.values:
        assert stages.CODES[stage] in stages.OFFICIAL_NAMES
        assert stages.stage_of(stages.CODES[stage]) == stage
        assert stages.SPELLINGS[str(Stage(stage).label)] == stage
        for subject in Subject.values:
            code = subjects.code_of(subject, stage)
            assert code in subjects.OFFICIAL_NAMES
            assert subjects.subject_of(code) == subject
    for subject in Subject:
        assert subjects.read_subject(str(subject.label)) == subject
        assert subjects.read_subject(subject.value) == subject


def test_codes_of_grades_count_within_the_stage_and_come_back():
    assert grades.code_of("primary", 4) == "5"
    assert grades.code_of("junior", 8) == grades.code_of("senior", 11) == "2"
    assert grades.code_of("kindergarten", 1) is None
    assert grades.code_of("junior", 6) is None
    assert grades.grade_of("junior", "4") is None
    assert grades.grade_of("senior", "5") is None
    for stage in ("primary", "junior", "senior", "vocational"):
        for grade in range(grades.SPAN[stage][0], grades.SPAN[stage][1] + 1):
            assert grades.grade_of(stage, grades.code_of(stage, grade)) == grade


@pytest.mark.parametrize(
    ("typed", "subject"),
    [
        ("语文", "chinese"),
        (" 初中 数学 ", "maths"),
        ("信息技术", "it"),
        ("信息科技", "it"),
        ("体育", "pe"),
        ("政治", "morality"),
        ("思想政治", "morality"),
        ("高中思想政治", "morality"),
        ("英语教师", "english"),
        ("41", "english"),
        ("劳技", "labour"),
        ("瑜伽", None),
        ("", None),
    ],
)
def test_subjects_are_read(typed, subject):
    assert subjects.read_subject(typed) == subject


@pytest.mark.parametrize(
    ("typed", "gender"),
    [
        ("男", "1"),
        (" 女 ", "2"),
        ("1", "1"),
        ("2.0", "2"),
        ("Male", "1"),
        ("F", "2"),
        ("９", "0"),
        ("", None),
        ("3", None),
    ],
)
def test_sexes_are_read(typed, gender):
    assert spellings.read_gender(typed) == gender
    assert gender is None or gender in Gender.values


@pytest.mark.parametrize(
    ("typed", "relation", "code"),
    [
        ("父亲", "father", "51"),
        ("爸爸", "father", "51"),
        ("母女", "mother", "52"),
        ("继母", "mother", "58"),
        ("外婆", "grandparent", "64"),
        ("爷爷奶奶", "grandparent", "60"),
        ("舅舅", "other", "85"),
        ("其他监护人", "other", "99"),
        ("51", "father", "51"),
    ],
)
def test_relations_are_read(typed, relation, code):
    assert spellings.read_relation(typed) == (relation, code)
    assert relation in Relation.values


@pytest.mark.parametrize("typed", ["", "父母", "邻座", "50"])
def test_relations_that_say_no_one_person_are_not_guessed(typed):
    assert spellings.read_relation(typed) is None


@pytest.mark.parametrize(
    "typed",
    [
        "20150301", "2015-3-1", "2015年3月1日", "2015/03/01", "2015.3.1", "42064", "42064.0", "42064.5", "２０１５－０３－０１",
        "2015-03-01 00:00:00", "2015-03-01T08:30:00Z", "二〇一五年三月一日", "2015 年 3 月 1 日", "'2015-03-01", "20150301.0",
    ],
)  # fmt: skip
def test_days_are_read_in_every_spelling(typed):
    assert spellings.read_date(typed) == (date(2015, 3, 1), None)


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("二〇一五年十二月二十一日", date(2015, 12, 21)),
        ("二零一五年十月三十日", date(2015, 10, 30)),
        ("21/3/2015", date(2015, 3, 21)),
    ],
)
def test_days_in_words_are_read(typed, day):
    assert spellings.read_date(typed) == (day, None)


@pytest.mark.parametrize(
    ("typed", "fault"),
    [
        ("", DateFault.EMPTY),
        ("不详", DateFault.UNREADABLE),
        ("2015", DateFault.UNREADABLE),
        ("20150230", DateFault.NO_SUCH_DAY),
        ("2015-13-01", DateFault.NO_SUCH_DAY),
        ("2015年3月", DateFault.NO_DAY),
        ("201503", DateFault.NO_DAY),
        ("03/04/2015", DateFault.AMBIGUOUS),
    ],
)
def test_what_is_wrong_with_a_day_is_said(typed, fault):
    assert spellings.read_date(typed) == (None, fault)


@given(st.dates(date(1927, 6, 1), date(2099, 12, 31)))
def test_any_day_is_read_back_from_each_spelling(day):
    excel = (day - date(1899, 12, 30)).days
    for written in (
        f"{day:%Y%m%d}",
        f"{day.year}-{day.month}-{day.day}",
        f"{day.year}年{day.month}月{day.day}日",
        str(excel),
    ):
        assert spellings.read_date(written) == (day, None)


SIGNS = "一二三四五六七八九十初高小中大年级班届第()（）.-0123456789 GradeClass父母女男语数"


@given(st.text(max_size=30) | st.text(SIGNS, max_size=12), st.sampled_from([None, *Stage.values]))
def test_any_text_is_answered(text, stage):
    reading = read_class(text, stage=stage, school_year=2026)
    assert reading.fault is not None or (reading.stage in Stage.values and 1 <= reading.grade <= 12)
    assert (spellings.read_date(text).day is None) == (spellings.read_date(text).fault is not None)
    assert spellings.read_gender(text) in {None, *Gender.values}
    assert subjects.read_subject(text) in {None, *Subject.values}
    spellings.read_relation(text)
    class_names.read_class_number(text)
