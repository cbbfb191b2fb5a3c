"""Who teaches what in which class: settled from a day on, with all that was before kept."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from lantian.kernel.journal.models import JournalEntry, OutboxEvent
from lantian.kernel.rules import SYSTEM, Denied
from lantian.kernel.tests.verdicts import assert_allowed, assert_refused
from lantian.people.roster import rules, services
from lantian.people.roster.errors import BadDates, ClassClosed, NotOfTheSchool, OneHomeroomTeacher
from lantian.people.roster.models import ClassGroup, Membership, Person
from lantian.people.roster.queries.assignments import HOMEROOM, assignments_on, teachers_in, teachers_over_time
from lantian.people.roster.tests.factories import ClassGroupFactory, MembershipFactory, PersonFactory, with_account

TODAY = timezone.localdate()
BEFORE = TODAY - timedelta(days=40)


@pytest.fixture(autouse=True)
def demo(settings):
    """The second factor has tests of its own."""
    settings.LANTIAN_DEMO = True


@pytest.fixture(autouse=True)
def long_since(world):
    Membership.objects.update(valid_from=BEFORE)


@pytest.fixture
def as_(world):
    def enter(name: str, **headers: str) -> Client:
        client = Client(headers={"X-Forwarded-For": "10.0.0.1", **headers})
        person = Person.objects.select_related("account").get(pk=world.people[name].pk)
        client.force_login(person.account or with_account(person))
        return client

    return enter


def assign(world, column: str, *people: Person, group: str = "east1", who: str = "school_it", **more: object) -> bool:
    return services.assign_teachers(
        world.classes[group], column, [person.pk for person in people], by=world.act(who), **more
    )


def taught(world, column: str, day=None, group: str = "east1") -> list[str]:
    return [row.person.name for row in teachers_in(world.classes[group], column, day or timezone.localdate())]


def test_who_sees_and_who_settles(world):
    for name in ("officer", "head", "school_it", "researcher", "teacher", "homeroom"):
        assert_allowed(rules.may_see_assignments, world.act(name), world.east)
    for name in ("jia", "mother", "west_teacher", "other_head", "other_officer", "expert"):
        assert_refused(rules.may_see_assignments, world.act(name), world.east)
    for name in ("officer", "city_officer", "head", "school_it"):
        assert_allowed(rules.may_assign_teachers, world.act(name), world.east)
    for name in ("teacher", "homeroom", "researcher", "other_head"):
        assert_refused(rules.may_assign_teachers, world.act(name), world.east)


def test_a_new_teacher_takes_over_and_the_one_before_keeps_the_dates(world):
    assert assign(world, "maths", world.homeroom)
    assert taught(world, "maths") == [world.homeroom.name]
    assert taught(world, "maths", TODAY - timedelta(days=1)) == [world.teacher.name]
    new, old = teachers_over_time(world.east1, "maths")
    assert (old.valid_from, old.valid_to, new.valid_from, new.valid_to) == (
        BEFORE,
        TODAY - timedelta(days=1),
        TODAY,
        None,
    )
    entry = JournalEntry.objects.get(action="roster.teachers_assigned")
    assert (entry.data["before"], entry.data["after"]) == ([world.teacher.name], [world.homeroom.name])
    assert OutboxEvent.objects.filter(name="roster.membership_begun", object_id=new.pk).exists()
    assert OutboxEvent.objects.get(name="roster.membership_ended").object_id == old.pk
    assert not assign(world, "maths", world.homeroom), "the same again changes nothing"


def test_corrected_on_the_same_day_leaves_no_trace_of_the_slip(world):
    third = PersonFactory(name="第三位")
    MembershipFactory(person=third, organization=world.east, role="staff")
    assign(world, "maths", world.homeroom)
    assign(world, "maths", third)
    assert taught(world, "maths") == ["第三位"]
    assert [row.person.name for row in teachers_over_time(world.east1, "maths")] == ["第三位", world.teacher.name]
    assert JournalEntry.objects.filter(action="roster.teachers_assigned").count() == 2


def test_a_change_can_be_settled_ahead_and_backdated_but_not_before_what_began_since(world):
    monday = TODAY + timedelta(days=5)
    assign(world, "maths", world.homeroom, on=monday)
    assert taught(world, "maths") == [world.teacher.name]
    assert taught(world, "maths", monday) == [world.homeroom.name]
    with pytest.raises(BadDates):
        assign(world, "maths", on=TODAY)
    assign(world, HOMEROOM, world.teacher, on=TODAY - timedelta(days=10))
    assert taught(world, HOMEROOM, TODAY - timedelta(days=11)) == [world.homeroom.name]


def test_two_may_share_a_subject_but_not_a_class_as_homeroom_teachers(world):
    assign(world, "maths", world.teacher, world.homeroom)
    assert set(taught(world, "maths")) == {world.teacher.name, world.homeroom.name}
    with pytest.raises(OneHomeroomTeacher):
        assign(world, HOMEROOM, world.teacher, world.homeroom)


def test_who_gives_up_the_last_class_stays_at_the_school(world):
    assign(world, "maths")
    assign(world, "maths", group="east2")
    live = Membership.objects.filter(person=world.teacher, valid_to__isnull=True)
    assert [(row.organization, row.class_group, row.role) for row in live] == [(world.east, None, "teacher")]
    assert taught(world, "maths") == []


def test_strangers_closed_classes_and_unknown_subjects_are_refused(world):
    with pytest.raises(NotOfTheSchool):
        assign(world, "maths", world.west_teacher)
    with pytest.raises(NotOfTheSchool):
        assign(world, "maths", world.jia)
    with pytest.raises(Denied):
        assign(world, "maths", world.homeroom, who="teacher")
    with pytest.raises(ValueError, match="alchemy"):
        assign(world, "alchemy", world.homeroom)
    services.update_class_group(world.east2, by=SYSTEM, is_active=False)
    with pytest.raises(ClassClosed):
        assign(world, "maths", world.homeroom, group="east2")
    assert taught(world, "maths") == [world.teacher.name]


def test_teachers_of_a_campus_are_the_schools(world):
    group = ClassGroupFactory(organization=world.point, stage="primary", grade=2, number=1)
    MembershipFactory(person=world.stranger, organization=world.hill, role="staff")
    services.assign_teachers(group, "maths", [world.stranger.pk], by=world.act("other_officer"))
    assert Membership.objects.get(class_group=group).organization == world.point


def test_the_matrix_of_forty_classes_costs_two_queries(world, django_assert_num_queries):
    for number in range(3, 41):
        group = ClassGroupFactory(organization=world.east, number=number)
        MembershipFactory(
            person=world.teacher, organization=world.east, class_group=group, role="teacher", subject="it"
        )
    with django_assert_num_queries(2):
        found = assignments_on(world.east, TODAY)
        names = {row.person.name for line in found.lines for rows in line.teachers.values() for row in rows}
    assert len(found.lines) == 40
    assert names == {world.teacher.name, world.homeroom.name}
    assert found.open_places == 39


# Through HTTP -------------------------------------------------------------------------------------------------------
def where(world) -> str:
    return f"/organizations/{world.east.pk}/assignments/"


def test_a_teacher_reads_what_the_administration_changes(as_, world):
    page = as_("school_it").get(where(world)).content.decode()
    assert "还有 1 个班没有班主任" in page
    assert f"/classes/{world.east1.pk}/assignments/maths/" in page
    seen = as_("teacher").get(where(world)).content.decode()
    assert world.homeroom.name in seen
    assert "/assignments/maths/" not in seen
    assert as_("teacher").get(f"/classes/{world.east1.pk}/assignments/maths/").status_code == 403
    assert as_("jia").get(where(world)).status_code == 403
    assert as_("other_head").get(where(world)).status_code == 404
    assert as_("officer").get(f"/organizations/{world.fucheng.pk}/assignments/").status_code == 404


def test_a_cell_is_changed_in_place(as_, world):
    client = as_("school_it", **{"HX-Request": "true"})
    cell = f"/classes/{world.east1.pk}/assignments/maths/"
    form = client.get(cell).content.decode()
    assert "<html" not in form
    assert "autofocus" in form
    answer = client.post(cell, {"teacher0": world.homeroom.pk, "teacher1": "", "on": ""}).content.decode()
    assert world.homeroom.name in answer
    assert "<form" not in answer
    refused = client.post(cell, {"teacher0": world.homeroom.pk, "on": "2020-01-01"}).content.decode()
    assert "field-error" in refused
    assert world.homeroom.name in client.get(cell, {"show": "1"}).content.decode()
    assert client.get(f"/classes/{world.east1.pk}/assignments/alchemy/").status_code == 404


def test_without_script_a_cell_is_a_page_that_shows_who_was_before(as_, world):
    client = as_("head")
    cell = f"/classes/{world.east1.pk}/assignments/{HOMEROOM}/"
    assert client.post(cell, {"teacher0": world.teacher.pk})["Location"] == where(world)
    page = client.get(cell).content.decode()
    assert world.homeroom.name in page
    assert "历任" in page
    assert (
        f"班主任由{world.homeroom.name}改为{world.teacher.name}"
        in client.get(f"/classes/{world.east1.pk}/").content.decode()
    )


def test_the_past_is_read_and_not_changed(as_, world):
    assign(world, "maths", world.homeroom)
    yesterday = TODAY - timedelta(days=1)
    page = as_("head").get(where(world), {"on": yesterday.isoformat()}).content.decode()
    assert "/assignments/maths/" not in page
    assert world.teacher.name in page
    assert as_("head").get(where(world), {"on": "2026-99-99"}).status_code == 200


def test_a_class_that_has_ended_is_in_the_matrix_of_its_days(world):
    ClassGroup.objects.filter(pk=world.east2.pk).update(is_active=False, ended_on=TODAY - timedelta(days=3))
    assert len(assignments_on(world.east, TODAY).lines) == 1
    assert len(assignments_on(world.east, TODAY - timedelta(days=5)).lines) == 2
