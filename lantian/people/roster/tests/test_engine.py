"""Pinyin and names of classes: pure code."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lantian.people.roster.engine import classes, names, region


@pytest.mark.parametrize(
    ("name", "key", "initials"),
    [
        ("单小红", "shan xiao hong", "sxh"),
        ("曾国强", "zeng guo qiang", "zgq"),
        ("尉迟恭", "yuchi gong", "yg"),
        ("解放", "xie fang", "xf"),
        ("Li Lei", "li lei", "ll"),
    ],
)
def test_names_sort_by_how_they_are_read(name, key, initials):
    assert names.sort_key(name, is_person=True) == key
    assert names.initials(name, is_person=True) == initials


def test_schools_are_found_by_name_pinyin_initials_and_code():
    text = names.search_text("绵阳南山中学", "南山", extra="3651000001")
    for typed in ("南山", "mianyangnan", "mynszx", "3651"):
        assert all(word in text for word in names.search_words(typed)), typed


@given(st.text(max_size=60))
def test_any_text_gets_keys_that_fit_their_columns(text):
    assert len(names.sort_key(text, is_person=True)) <= 200
    assert len(names.initials(text)) <= 40
    assert len(names.search_text(text, extra="x")) <= 400


@pytest.mark.parametrize(
    ("stage", "grade", "number", "name"),
    [
        ("primary", 3, 2, "三年级2班"),
        ("junior", 8, 1, "八年级1班"),
        ("senior", 10, 11, "高一11班"),
        ("vocational", 12, 1, "高三1班"),
        ("kindergarten", 2, 1, "中1班"),
    ],
)
def test_classes_are_called_as_people_call_them(stage, grade, number, name):
    assert classes.class_name(stage, grade, number) == name


def test_names_read_letter_by_letter_are_read_as_whole_ones_are() -> None:
    from pypinyin import lazy_pinyin

    from lantian.people.roster.engine.names import syllables

    family, given = "王李单曾解", "伟芳重长乐行朝阳省"
    for name in (f"{a}{b}{c}" for a in family for b in given for c in given):
        assert syllables(name) == lazy_pinyin(name), name


def test_the_city_of_the_demonstration_is_as_large_as_the_real_one() -> None:
    plans = region.plan_region("city", random.Random(510700))
    assert (len(plans), sum(plan.students for plan in plans), sum(plan.teachers for plan in plans)) == (
        1149,
        230_000,
        20_000,
    )
    assert len({plan.name for plan in plans}) == 1149
    for plan in plans:
        # a teacher for every class, one more, the head and who keeps the computers
        assert plan.teachers >= plan.rooms + 3
        assert all(0 < room.size <= 60 for room in plan.classes)
    small = region.plan_region("small", random.Random(510700))
    assert len(small) < 50
