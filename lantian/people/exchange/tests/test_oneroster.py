"""The OneRoster definitions: words, dates, names and lists go both ways."""

import json
import os
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lantian.people.exchange.engine import oneroster
from lantian.people.exchange.engine.oneroster import values
from lantian.people.roster.enums import ClassKind, Gender, MemberRole, OrganizationKind, Role

HAN = st.text(st.sampled_from("王李欧阳司马伟芳娜·秀英诸葛亮"), min_size=1, max_size=6)


def test_every_word_of_ours_has_one_of_theirs() -> None:
    assert set(values.ORG_TYPES) == set(OrganizationKind.values)
    assert set(values.ROLE_WORDS) == {*Role.values, MemberRole.STAFF}
    assert set(values.ENROLLMENT_ROLES) == set(MemberRole.values)
    assert set(values.SEXES) == set(Gender.values)
    assert set(values.CLASS_TYPES) == set(ClassKind.values)
    allowed = oneroster.FILES["roles"].closed or {}
    for word in values.ROLE_WORDS.values():
        assert word in allowed["role"] or word.startswith("ext:")


@pytest.mark.parametrize("role", values.ROLE_WORDS)
def test_a_role_comes_back_as_one_that_gives_no_more(role: str) -> None:
    back = values.ROLE_MEANINGS[values.ROLE_WORDS[role]]
    assert back == {"homeroom_teacher": "teacher"}.get(role, role)


@pytest.mark.parametrize(
    ("name", "given_name", "family"),
    [
        ("王伟", "伟", "王"),
        ("欧阳修文", "修文", "欧阳"),
        ("欧阳", "阳", "欧"),
        ("买买提·艾力", "买买提", "艾力"),
        ("John  Smith", "John", "Smith"),
        ("丹", "丹", "丹"),
    ],
)
def test_names_part_by_their_family_name(name: str, given_name: str, family: str) -> None:
    assert oneroster.split_name(name) == (given_name, family)


@given(HAN)
def test_both_parts_of_a_name_are_never_empty(name: str) -> None:
    assert all(oneroster.split_name(name))


@given(st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=2, max_size=4))
def test_a_chinese_name_comes_back_from_its_parts(name: str) -> None:
    parts = oneroster.split_name(name)
    if parts[0] != parts[1]:
        assert oneroster.full_name(*parts) == name


def test_end_dates_are_excluded_there_and_included_here() -> None:
    assert oneroster.end_date(date(2026, 1, 20)) == "2026-01-21"
    assert oneroster.last_day(date(2026, 1, 21)) == date(2026, 1, 20)
    assert oneroster.end_date(None) == ""


def test_a_school_year_is_called_by_its_end_there_and_its_beginning_here() -> None:
    assert oneroster.school_year_end(2026) == "2027"
    assert oneroster.school_year_begin("2027") == 2026
    assert oneroster.school_year_begin("26/27") is None


@pytest.mark.parametrize(("stage", "grade"), [("kindergarten", 1), ("kindergarten", 3), ("primary", 6), ("senior", 12)])
def test_grades_go_both_ways(stage: str, grade: int) -> None:
    assert oneroster.grades_of(oneroster.grade_codes(stage, grade)) == (stage, grade)


@given(st.lists(st.text(st.characters(blacklist_categories=("Cs", "Cc")), min_size=1).filter(lambda t: t == t.strip())))
def test_lists_in_a_cell_go_both_ways(items: list[str]) -> None:
    kept = [item for item in items if item.strip()]
    assert oneroster.split_list(oneroster.join_list(kept)) == kept


def test_a_manifest_is_read_as_it_is_written() -> None:
    rows = oneroster.manifest_rows({"users": oneroster.Binding.BULK, "roles": oneroster.Binding.DELTA}, system="蓝天")
    read = oneroster.read_manifest([list(row) for row in rows])
    assert read.files["users"] == "bulk"
    assert read.files["roles"] == "delta"
    assert read.files["orgs"] == "absent"
    assert read.system == "蓝天"
    assert read.faults == ()


def test_a_manifest_of_another_version_is_a_fault() -> None:
    read = oneroster.read_manifest([["oneroster.version", "1.1"], ["file.users", "whole"]])
    assert [fault[0] for fault in read.faults] == ["manifest_version", "manifest_value"]


def test_closed_lists_of_the_reader_are_those_of_the_roster() -> None:
    from lantian.people.exchange.engine.oneroster import reading
    from lantian.people.roster.enums import EndReason, Relation, Setting, Stage, Subject

    assert tuple(Subject.values) == reading.SUBJECTS
    assert tuple(Stage.values) == reading.STAGES
    assert tuple(Relation.values) == reading.RELATIONS
    assert tuple(Setting.values) == reading.SETTINGS
    assert tuple(EndReason.values) == reading.END_REASONS


STANDARD = (
    Path(__file__).resolve().parents[5] / "shared" / "standards" / "onerosterv1p2rostersservice_openapi3_v1p0.json"
)


@pytest.mark.skipif(
    not STANDARD.exists() and not os.environ.get("CI"), reason="the published OpenAPI of OneRoster 1.2 is not at hand"
)
@pytest.mark.parametrize(
    ("model", "name", "entity", "column"),
    [
        ("OrgDType", "type", "orgs", "type"),
        ("AcademicSessionDType", "type", "academicSessions", "type"),
        ("ClassDType", "classType", "classes", "classType"),
        ("RoleDType", "role", "roles", "role"),
        ("RoleDType", "roleType", "roles", "roleType"),
        ("EnrollmentDType", "role", "enrollments", "role"),
        ("DemographicsDType", "sex", "demographics", "sex"),
    ],
)
def test_closed_words_are_those_of_the_standard(model: str, name: str, entity: str, column: str) -> None:
    schema = json.loads(STANDARD.read_text())["components"]["schemas"][model]["properties"][name]
    words = schema.get("enum") or schema["anyOf"][0]["enum"]
    assert set((oneroster.FILES[entity].closed or {})[column]) == set(words)
