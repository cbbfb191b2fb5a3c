"""Forms and plans as data: what is taken, what is refused, and what comes after what."""

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from lantian.commons.workflow.engine.answers import faults_of, given
from lantian.commons.workflow.engine.plan import BadPlan, Outcome, outcome, read_plan
from lantian.commons.workflow.engine.schema import BadSchema, Field, Kind, read_fields, to_schema
from lantian.commons.workflow.tests.desk import APPEAL, COUNTY, FORM, SCHOOL, plan_with

ROLES, FIELDS = ("school_head", "officer"), ("scope",)
EVERY_KIND = (
    Field("name", "姓名", Kind.LINE, help="全名"),
    Field("story", "经过", Kind.TEXT, required=False, most=500),
    Field("age", "年龄", Kind.NUMBER, least=3, most=20),
    Field("since", "从哪天起", Kind.DATE),
    Field("way", "方式", Kind.CHOICE, choices=("走读", "住校")),
    Field("needs", "需要", Kind.CHOICES, required=False, choices=("午餐", "校车")),
    Field("agree", "已读并同意", Kind.YES),
)
GOOD = {"name": "李敏", "age": 9, "since": "2026-09-01", "way": "走读", "agree": True}


def plan(*steps, **rest):
    return read_plan(plan_with(*steps, **rest), roles=ROLES, fields=FIELDS)


def test_a_form_is_json_schema_and_comes_back_as_it_was():
    schema = to_schema(EVERY_KIND)
    Draft202012Validator.check_schema(schema)
    assert [field.key for field in read_fields(schema)] == [field.key for field in EVERY_KIND]
    for before, after in zip(EVERY_KIND, read_fields(schema), strict=True):
        assert (after.label, after.kind, after.required, after.choices) == (
            before.label,
            before.kind,
            before.required,
            before.choices,
        )


def test_good_answers_have_no_faults_and_each_bad_one_has_its_own():
    schema = to_schema(EVERY_KIND)
    assert faults_of(schema, GOOD) == {}
    bad = {**GOOD, "age": 2, "since": "2026-13-01", "way": "骑马", "agree": False, "more": 1}
    del bad["name"]
    faults = {key: fault.why for key, fault in faults_of(schema, bad).items()}
    assert faults == {
        "name": "required",
        "age": "minimum",
        "since": "format",
        "way": "enum",
        "agree": "const",
        "more": "unasked",
    }
    assert list(faults)[:2] == ["name", "age"], "in the form's order"


def test_what_says_nothing_is_no_answer():
    assert given({"a": "", "b": None, "c": [], "d": False, "e": 0}) == {"d": False, "e": 0}


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ((Field("Name", "姓名", Kind.LINE),), "key"),
        ((Field("name", " ", Kind.LINE),), "label"),
        ((Field("name", "长" * 61, Kind.LINE),), "label"),
        ((Field("way", "方式", Kind.CHOICE),), "choices"),
        ((Field("way", "方式", Kind.CHOICE, choices=("甲", "甲")),), "choices"),
        ((Field("age", "年龄", Kind.NUMBER, least=9, most=3),), "bounds"),
        (tuple(Field(f"f{n}", "问", Kind.LINE) for n in range(61)), "too_many_fields"),
    ],
)
def test_a_form_that_does_not_hold_together_is_refused_with_where(fields, why):
    with pytest.raises(BadSchema) as fault:
        to_schema(fields)
    assert fault.value.why == why


@pytest.mark.parametrize(
    "schema",
    [
        {},
        {"type": "object"},
        {"type": "object", "properties": {"a": {"title": "x", "type": "null"}}},
        {"type": "object", "properties": {"a": 1}},
        {"type": "object", "properties": {}, "required": ["a"]},
        {"type": "object", "properties": {}, "x-order": ["a"]},
    ],
)
def test_foreign_json_is_no_form(schema):
    with pytest.raises(BadSchema):
        read_fields(schema)


def test_steps_come_one_after_the_other_and_those_with_a_condition_only_where_it_holds():
    wide = {**COUNTY, "when": {"field": "scope", "is": "全县"}}
    found = plan(SCHOOL, wide)
    assert found.after("", {}).key == "school"
    assert found.after("school", {"scope": "全县"}).key == "county"
    assert found.after("school", {"scope": ["校内", "全县"]}).key == "county"
    assert found.after("school", {"scope": "校内"}) is None
    assert found.after("county", {"scope": "全县"}) is None


def test_the_step_of_an_appeal_is_on_no_way_and_ends_it():
    found = plan(SCHOOL, appeal=APPEAL)
    assert [step.key for step in found.way({})] == ["school"]
    assert found.step("appeal").title == "市里复核"
    assert found.after("appeal", {}) is None


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (plan_with(), "steps"),
        (plan_with(*[SCHOOL] * 13), "steps"),
        (plan_with(SCHOOL, SCHOOL), "twice"),
        (plan_with({**SCHOOL, "key": "A"}), "key"),
        (plan_with({**SCHOOL, "title": ""}), "title"),
        (plan_with({**SCHOOL, "role": "student"}), "role"),
        (plan_with({**SCHOOL, "level": "moon"}), "level"),
        (plan_with({**SCHOOL, "days": -1}), "days"),
        (plan_with({**SCHOOL, "days": True}), "days"),
        (plan_with({**SCHOOL, "days": 0, "overdue": "pass"}), "days"),
        (plan_with({**SCHOOL, "votes": 0}), "votes"),
        (plan_with({**SCHOOL, "when": {"field": "none", "is": 1}}), "when"),
        (plan_with({**SCHOOL, "when": {"field": "scope", "is": "校内"}}), "nobody"),
        (plan_with(SCHOOL, effects=[{"on": "never", "do": "x"}]), "effects"),
        (plan_with(SCHOOL, appeal={"days": 0, "step": COUNTY}), "appeal"),
        (plan_with(SCHOOL, appeal={"days": 5, "step": SCHOOL}), "twice"),
        (plan_with("school"), "not_a_step"),
    ],
)
def test_a_plan_that_does_not_hold_together_is_refused_with_where(data, why):
    with pytest.raises(BadPlan) as fault:
        read_plan(data, roles=ROLES, fields=FIELDS)
    assert fault.value.why == why


VERDICTS = st.lists(st.sampled_from(["approve", "return", "reject"]), max_size=8)


@drawn(VERDICTS, st.integers(1, 5))
def test_enough_who_agree_are_enough_and_the_first_who_does_not_ends_it(verdicts, votes):
    step = plan({**SCHOOL, "votes": votes}).steps[0]
    found = outcome(step, verdicts)
    other = next((one for one in verdicts if one != "approve"), None)
    if other:
        assert found is (Outcome.REFUSED if other == "reject" else Outcome.RETURNED)
    else:
        assert found is (Outcome.AGREED if len(verdicts) >= votes else Outcome.WAITS)


def test_the_demonstrations_form_is_one():
    assert len(read_fields(to_schema(FORM))) == 4
