"""Grades are said as schools say them, everywhere by the same words."""

import re
from pathlib import Path

import pytest
from django.template import engines
from django.utils.translation import override

from lantian.people.roster.engine.classes import grade_name
from lantian.people.roster.queries import GRADE_CHOICES, grade_choices, grade_words

HOUSE = Path(__file__).resolve().parents[3]


@pytest.mark.parametrize(
    ("grade", "stage", "chinese", "english"),
    [
        (3, "", "三年级", "Grade 3"),
        (9, "junior", "九年级", "Grade 9"),
        (10, "", "高一", "Grade 10"),
        (2, "kindergarten", "中班", "Kindergarten, middle"),
        (13, "", "13", "13"),
        (None, "junior", "", ""),
    ],
)
def test_a_grade_is_said_in_the_language_of_the_page(grade, stage, chinese, english):
    assert grade_words(grade, stage) == chinese
    with override("en"):
        assert grade_words(grade, stage) == english


def test_pages_say_grades_as_the_names_of_classes_do():
    for value, words in grade_choices(["kindergarten", "primary", "junior", "senior", "vocational", "special"]):
        stage, grade = value.split(".")
        assert words == grade_name(stage, int(grade))
    assert [str(words) for _grade, words in GRADE_CHOICES][6:10] == ["七年级", "八年级", "九年级", "高一"]


def test_templates_say_a_grade_by_its_filter():
    page = engines["django"].from_string("{% load roster %}{{ row.grade|grade:row.stage }}/{{ none|grade }}")
    assert page.render({"row": {"grade": 1, "stage": "kindergarten"}, "none": None}) == "小班/"


def test_no_template_shows_the_number_of_a_grade():
    bare = re.compile(r"\{\{\s*(\w+\.)+grade\s*\}\}|\{\{ n \}\} 年级")
    found = [path.name for path in HOUSE.glob("*/*/templates/**/*.html") if bare.search(path.read_text())]
    # the step of a promotion is given with its grade in words
    assert set(found) <= {"promotion_plan.html"}
