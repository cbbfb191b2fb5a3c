"""A region out as files and into an empty one: the same there, field by field, `metadata.cn.*` included (property-tested)."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from lantian.kernel import files
from lantian.kernel.rules import SYSTEM
from lantian.kernel.time.models import AcademicSession
from lantian.people.exchange import services
from lantian.people.exchange.enums import Entity
from lantian.people.exchange.models import Export, ImportRun, SourceKey
from lantian.people.exchange.queries.oneroster import Scope, stream
from lantian.people.roster import services as roster
from lantian.people.roster.engine.codes.citizen import make_citizen_id
from lantian.people.roster.models import ClassGroup, Guardianship, Membership, Organization, Person
from lantian.people.schedule.models import Course, CourseOffering

pytestmark = pytest.mark.django_db
STARTED = date(2025, 9, 1)
NAMES = st.one_of(
    st.sampled_from(
        ["王小明", "欧阳兰", "李思雨", "单于", "阿依古丽·买买提", "=1+1", '"引号", 逗号', "Anna Maria Li", "诸葛"]
    ),
    st.text("王李欧阳司马明兰·, \"'=+-@甲乙丙", min_size=1, max_size=8).filter(lambda text: bool(text.strip())),
)
SPAN = st.tuples(st.integers(0, 200), st.one_of(st.none(), st.integers(1, 300)))


class Back(Exception):
    """Ends an example's transaction without a trace."""


def region(data: st.DataObject) -> Organization:
    """A county with what hypothesis draws in it."""
    draw = data.draw
    province = roster.create_organization(by=SYSTEM, name="省", kind="province")
    county = roster.create_organization(by=SYSTEM, name="县", kind="county", code="510703", parent=province)
    AcademicSession.objects.create(
        school_year=2026,
        kind="autumn",
        starts_on=date(2026, 9, 1),
        ends_on=date(2027, 1, 20),
        organization_id=county.pk,
    )
    schools = [
        roster.create_organization(
            by=SYSTEM, name=f"第{n}小学", kind="school", parent=county, stages=["primary"],
            short_name=draw(st.sampled_from(["", "小"])), setting=draw(st.sampled_from(["", "urban", "rural"])),
        )
        for n in range(draw(st.integers(1, 2)))
    ]  # fmt: skip
    campus = roster.create_organization(by=SYSTEM, name="校区", kind="campus", parent=schools[0], stages=["primary"])
    groups = [
        roster.create_class_group(
            organization=unit, stage="primary", grade=draw(st.integers(1, 6)), number=1, by=SYSTEM
        )
        for unit in (*schools, campus)
    ]
    course = Course.objects.create(
        organization=schools[0], title="合唱", code="HC", subjects=["music", "art"], grades=[3, 4]
    )
    taught = roster.create_class_group(
        organization=schools[0], kind="teaching", stage="primary", grade=3, name="合唱队", by=SYSTEM
    )
    CourseOffering.objects.create(course=course, class_group=taught)
    people = [
        roster.create_person(by=SYSTEM, name=name.strip(), **more).person
        for name, more in zip(
            draw(st.lists(NAMES, min_size=2, max_size=5)),
            (
                {"citizen_id": make_citizen_id("510703", date(2016, 1, 1), 2)},
                {"phone": "13900000002", "gender": "1"},
                {"birth_date": date(2015, 5, 5)},
                {},
                {},
            ),
            strict=False,
        )
    ]
    for person in people:
        _join(draw, person, [*groups, taught], schools)
    students = Membership.objects.filter(role="student").values_list("person", flat=True).distinct()
    for student in students:
        for guardian in draw(st.lists(st.sampled_from(people), max_size=2, unique_by=lambda one: one.pk)):
            if guardian.pk != student:
                relation = draw(st.sampled_from(["mother", "father", "grandparent", "other"]))
                Guardianship.objects.create(guardian=guardian, student_id=student, relation=relation)
    return county


def _join(draw: Any, person: Person, groups: list[ClassGroup], schools: list[Organization]) -> None:
    """Memberships in classes, or at a school without one; some with an end to come."""
    met = set()
    for _ in range(draw(st.integers(1, 3))):
        role = draw(st.sampled_from(["student", "teacher", "homeroom_teacher", "staff"]))
        subject = draw(st.sampled_from(["", "maths", "music"])) if role == "teacher" else ""
        group = draw(st.sampled_from([*groups, None]))
        unit = group.organization if group else draw(st.sampled_from(schools))
        if group and (role == "staff" or (role == "homeroom_teacher" and group.kind != "homeroom")):
            continue
        key = (unit.pk, group and group.pk, role, subject)
        if key in met:
            continue
        met.add(key)
        first, last = draw(SPAN)
        Membership.objects.create(
            person=person, organization=unit, class_group=group, role=role, subject=subject,
            valid_from=STARTED + timedelta(days=first),
            valid_to=timezone.localdate() + timedelta(days=last) if last else None,
        )  # fmt: skip


def state(county: Organization) -> dict[str, list[dict[str, Any]]]:
    """All records of a region as they would be exported, times left out."""
    scope = Scope((county.path,), sensitive=True)
    found = {}
    for entity in Entity:
        rows = [dict(flat) for flat in stream(entity.value, scope)]
        for row in rows:
            row.pop("dateLastModified")
            if "roles" in row:
                row["roles"] = [{k: v for k, v in role.items() if k != "dateLastModified"} for role in row["roles"]]
            # the order of guardians means nothing
            for name in ("agentSourcedIds", "metadata.cn.relations"):
                if name in row:
                    row[name] = sorted(row[name])
        found[entity.value] = sorted(rows, key=lambda row: row["sourcedId"])
    return found


def emptied() -> Organization:
    """Nobody and nothing but a county of the same id and code."""
    county = Organization.objects.get(kind="county")
    for model in (Guardianship, Membership, CourseOffering, Course, ClassGroup, Person, SourceKey, AcademicSession):
        model.objects.all().delete()
    for unit in Organization.objects.exclude(kind__in=["province", "county"]).order_by("-path"):
        unit.delete()
    return county


@settings(
    max_examples=12, deadline=None, database=None, derandomize=True, phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
@given(data=st.data())
def test_a_region_out_and_into_an_empty_one_is_the_same(db, data: st.DataObject) -> None:
    try:
        with transaction.atomic():
            _there_and_back(region(data))
            raise Back
    except Back:
        pass


def _there_and_back(county: Organization) -> None:
    before = state(county)
    export = services.start_export(county, by=SYSTEM, sensitive=True, purpose="x")
    services.run_export(export.pk)
    stored = Export.objects.get(pk=export.pk).stored_name
    there = emptied()
    with files.path_of(stored).open("rb") as content:
        run = services.start_import([("roster.zip", content)], organization=there, source="x", by=SYSTEM)
    services.proceed(run.pk)
    run = ImportRun.objects.get(pk=run.pk)
    said = list(run.findings.filter(severity="error").values_list("code", "file", "row_no", "params"))
    assert (run.state, said) == ("checked", [])
    services.confirm_import(run, by=SYSTEM)
    services.proceed(run.pk)
    assert ImportRun.objects.get(pk=run.pk).state == "applied"
    after = state(there)
    for entity, rows in before.items():
        assert after[entity] == rows, entity


def test_the_same_without_hypothesis_finds_a_difference_where_there_is_one(db) -> None:
    """The comparison is not blind: a changed name and a lost membership show."""
    province = roster.create_organization(by=SYSTEM, name="省", kind="province")
    county = roster.create_organization(by=SYSTEM, name="县", kind="county", parent=province)
    school = roster.create_organization(by=SYSTEM, name="校", kind="school", parent=county, stages=["primary"])
    person = roster.create_person(by=SYSTEM, name="王小明").person
    roster.add_membership(person=person, organization=school, role="student", by=SYSTEM)
    before = state(county)
    Person.objects.update(name="王大明")
    assert state(county)["users"] != before["users"]
    Membership.objects.update(valid_from=date(2020, 1, 1))
    assert state(county)["roles"] != before["roles"]
