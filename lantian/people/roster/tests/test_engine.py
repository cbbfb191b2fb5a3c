"""Pinyin, citizen numbers and names of classes: pure code."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lantian.people.roster.engine import citizen, classes, names


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


def test_the_sample_of_the_standard_is_right():
    assert citizen.normalise_citizen_id(" 11010519491231002x ") == "11010519491231002X"
    assert citizen.gender_of("11010519491231002X") == "2"


@given(st.integers(0, 9), st.integers(0, 16))
def test_any_single_wrong_digit_is_noticed(digit, place):
    right = "11010519491231002X"
    if right[place] == str(digit):
        return
    with pytest.raises(ValueError, match=r"citizen|month|day"):
        citizen.normalise_citizen_id(right[:place] + str(digit) + right[place + 1 :])


def test_masks_show_little():
    assert citizen.mask_citizen_id("11010519491231002X") == "110105********002X"
    assert citizen.mask_phone("13800001111") == "138****1111"


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
