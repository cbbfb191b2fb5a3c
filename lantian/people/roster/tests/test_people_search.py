"""The row by which people are found: kept by the database whoever writes, true on every day, and meaning what `names` says."""

from datetime import date, timedelta
from types import SimpleNamespace
from uuid import UUID

import pytest
from django.db import connection
from django.db.models import Q
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from lantian.kernel.rules import SYSTEM
from lantian.people.roster import queries, services
from lantian.people.roster.engine.names import answers
from lantian.people.roster.models import (
    Guardianship,
    Membership,
    Organization,
    Person,
    PersonSearch,
    RoleGrant,
    valid_on,
)
from lantian.people.roster.tests.factories import (
    MembershipFactory,
    PersonFactory,
    RoleGrantFactory,
)
from lantian.people.roster.tests.world import make_world

QUICK = (Phase.explicit, Phase.reuse, Phase.generate)  # each example is hundreds of statements: no shrinking
STAFF = ("teacher", "homeroom_teacher", "staff")


def truth_below(root: Organization, day: date, *, as_staff: bool = False) -> set:
    """Who has to do with a subtree on a day, asked of the tables themselves, table by table."""
    inside = Q(organization__path__within=Organization.objects.get(pk=root.pk).path)
    members = Membership.objects.filter(valid_on(day), inside)
    if as_staff:
        return set(members.filter(role__in=STAFF).values_list("person", flat=True))
    students = members.filter(role="student").values("person")
    offices = RoleGrant.objects.filter(valid_on(day), inside, revoked_at__isnull=True, organization__is_active=True)
    guardians = Guardianship.objects.filter(student__in=students)
    found = {*members.values_list("person", flat=True), *offices.values_list("person", flat=True)}
    return found | set(guardians.values_list("guardian", flat=True))


def seen_below(root: Organization, day: date, *, as_staff: bool = False) -> set:
    from lantian.people.roster.queries import visible

    original = visible.timezone
    visible.timezone = SimpleNamespace(localdate=lambda: day)
    try:
        rows = Person.objects.filter(visible.stands_below(root.pk, as_staff=as_staff))
        return set(rows.values_list("pk", flat=True))
    finally:
        visible.timezone = original


# What happens to a region, as numbers: (act, whom, where, from, until), each taken modulo what there is.
ACTS = st.lists(st.tuples(*(st.integers(0, 11) for _ in range(5))), min_size=1, max_size=8)


class WhateverHappens(TestCase):
    """The row is what the tables say, after any course of events, on any day from today on."""

    @classmethod
    def setUpTestData(cls) -> None:
        cls.world = make_world()

    @settings(max_examples=12, deadline=None, phases=QUICK, suppress_health_check=list(HealthCheck))
    @given(ACTS, st.integers(0, 9))
    def test_the_row_is_what_the_tables_say(self, acts: list[tuple[int, ...]], later: int) -> None:
        for act in acts:
            self.happen(*act)
        day = timezone.localdate() + timedelta(days=later)
        for root in Organization.objects.all():
            for as_staff in (False, True):
                assert seen_below(root, day, as_staff=as_staff) == truth_below(root, day, as_staff=as_staff), root.name

    def happen(self, act: int, whom: int, where: int, begin: int, length: int) -> None:
        people, units = list(Person.objects.order_by("id")), list(Organization.objects.order_by("id"))
        what = SimpleNamespace(person=people[whom % len(people)], other=people[where % len(people)])
        what.unit, what.whom, what.where, what.begin = units[where % len(units)], whom, where, begin
        start = timezone.localdate() + timedelta(days=begin - 6)
        what.days = {"valid_from": start, "valid_to": start + timedelta(days=length) if length else None}
        HAPPENINGS[act % len(HAPPENINGS)](what)


def pick(model, number: int):
    """One row of a table by number; the empty queryset when there is none."""
    keys = list(model.objects.order_by("id").values_list("pk", flat=True))
    return model.objects.filter(pk__in=[keys[number % len(keys)]] if keys else [])


def joins(what) -> None:
    role = ("student", "teacher", "homeroom_teacher", "staff")[(what.whom + what.where) % 4]
    place = {"person": what.person, "organization": what.unit, "class_group": None, "role": role, "subject": ""}
    if not Membership.objects.filter(**place).exists():
        Membership.objects.create(**place, **what.days)


def is_given_an_office(what) -> None:
    place = {"person": what.person, "role": "expert", "organization": what.unit}
    if not RoleGrant.objects.filter(**place).exists():
        RoleGrant.objects.create(**place, **what.days)


def has_a_child(what) -> None:
    if what.person != what.other:
        Guardianship.objects.get_or_create(guardian=what.person, student=what.other)


def school_moves(what) -> None:
    schools = Organization.objects.filter(kind="school").order_by("id")
    counties = Organization.objects.filter(kind="county", is_active=True).order_by("id")
    if counties:
        services.move_organization(schools[what.whom % 3], parent=counties[what.where % len(counties)], by=SYSTEM)


def goes_over_to_another(what) -> None:
    """As in a merge."""
    for row in pick(Membership, what.where):
        same = Membership.objects.filter(person=what.person, organization=row.organization_id, role=row.role)
        if not same.exists():
            Membership.objects.filter(pk=row.pk).update(person=what.person)


HAPPENINGS = (
    joins,
    joins,
    has_a_child,
    is_given_an_office,
    school_moves,
    goes_over_to_another,
    lambda what: pick(Membership, what.whom).update(**what.days),
    lambda what: pick(Membership, what.whom).delete(),
    lambda what: pick(RoleGrant, what.whom).update(revoked_at=timezone.now()),
    lambda what: pick(RoleGrant, what.whom).update(**what.days),
    lambda what: pick(Guardianship, what.whom).delete(),
    lambda what: pick(Organization, what.where).update(is_active=bool(what.begin % 2)),
)


@pytest.mark.django_db
class TestWhoeverWrites:
    def test_many_rows_are_one_statement_however_many(self, django_assert_num_queries):
        unit = MembershipFactory().organization
        people = [PersonFactory() for _ in range(30)]
        today = timezone.localdate()
        rows = [Membership(person=each, organization=unit, role="teacher", valid_from=today) for each in people]
        with django_assert_num_queries(1):
            Membership.objects.bulk_create(rows)
        assert PersonSearch.objects.filter(places__contains=[unit.pk], staff_places__contains=[unit.pk]).count() == 31

    def test_copy_keeps_it_too(self):
        unit, person = MembershipFactory().organization, PersonFactory(name="王小明")
        with (
            connection.cursor() as cursor,
            cursor.copy(
                "COPY roster_membership (id, person_id, organization_id, role, subject, valid_from, end_reason) FROM STDIN"
            ) as copy,
        ):
            copy.write_row((person.pk, person.pk, unit.pk, "student", "", "2026-09-01", ""))
        row = PersonSearch.objects.get(person=person)
        assert "王小" in row.keys
        assert set(row.places) == {unit.pk, unit.parent_id}
        assert row.staff_places == []

    def test_a_new_name_is_found_at_once_and_the_old_no_more(self, world):
        services.update_person(world.jia, by=SYSTEM, name="欧阳小春")
        officer = world.act("officer")
        assert [each.pk for each in queries.find(queries.people_visible_to(officer), "oyxc")] == [world.jia.pk]

    def test_the_daily_job_forgets_what_is_over(self, world):
        row = Membership.objects.get(person=world.jia)
        with connection.cursor() as cursor:  # as if the last days had passed by themselves, without a write
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("ALTER TABLE roster_membership DISABLE TRIGGER USER")
            Membership.objects.filter(pk=row.pk).update(
                valid_from=timezone.localdate() - timedelta(days=9), valid_to=timezone.localdate() - timedelta(days=3)
            )
            cursor.execute("ALTER TABLE roster_membership ENABLE TRIGGER USER")
            PersonSearch.objects.filter(person__in=[world.jia, world.mother]).update(
                sure=(timezone.localdate() - timedelta(days=9), timezone.localdate() - timedelta(days=2))
            )
        officer = world.act("officer")
        assert world.jia not in queries.people_visible_to(officer)  # the truth was asked
        assert services.refresh_people_search() == 2
        assert PersonSearch.objects.get(person=world.jia).places == []
        assert PersonSearch.objects.get(person=world.mother).places == []
        assert services.refresh_people_search() == 0


NAMES = (
    "王小明", "王明", "王晓梅", "单小红", "仇英", "解放军", "曾国强", "欧阳春", "尉迟恭", "阿依古丽·买买提", "李丽", "Li Lei",
    "吕布", "王", "学生12", "诸葛亮", "王小明明",
)  # fmt: skip
TYPED = (
    "王", "小明", "王小明", "wang", "wangx", "wangxiaoming", "wang xiaoming", "wxm", "xm", "w", "wangxm", "王xm", "shan", "dan",
    "sxh", "qiu", "xie", "zeng", "ouyang", "oyc", "阿依古丽买买提", "阿依古丽·买", "maimaiti", "li", "lei", "LI  LEI", "lv",
    "学生12", "12", "ＷＸＭ", "明明", "王 明", "不在", "zz", "wangxiaomingming", "%", "_", "'", "|", "wan\\", "·",
)  # fmt: skip


@pytest.mark.django_db
def test_what_is_found_is_what_answers(world):
    for name in NAMES:
        MembershipFactory(person=PersonFactory(name=name), organization=world.east)
    MembershipFactory(person=PersonFactory(name="王小明"), organization=world.hill)
    visible = queries.people_visible_to(world.act("officer"))
    everyone = list(visible)
    for typed in TYPED:
        found = list(queries.find(visible, typed))
        assert {each.pk for each in found} == {each.pk for each in everyone if answers(each.name, typed)}, typed
        assert [each.sort_key for each in found] == sorted(each.sort_key for each in found), typed


class AnyName(TestCase):
    @settings(max_examples=25, deadline=None, phases=QUICK, suppress_health_check=list(HealthCheck))
    @given(
        st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=12),
        st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=8),
        st.integers(0, 11),
        st.integers(1, 12),
    )
    def test_a_name_is_found_by_itself_and_by_nothing_that_does_not_answer(
        self, name: str, other: str, start: int, length: int
    ) -> None:
        person = MembershipFactory(person=PersonFactory(name=f"王{name}")).person
        for typed in (person.name[start : start + length], other):
            if queries.finding.number_in(typed):
                continue
            found = queries.find(Person.objects.filter(pk=person.pk), typed).exists()
            assert found == answers(person.name, typed), (person.name, typed)


@pytest.mark.django_db
class TestNumbers:
    def test_a_whole_number_finds_its_holder_and_a_part_nobody(self, world):
        services.update_person(
            world.jia, by=SYSTEM, citizen_id="11010519491231002X", student_number="G11010519491231002X"
        )
        services.update_person(world.mother, by=SYSTEM, phone="13912345678")
        officer = queries.people_visible_to(world.act("officer"))
        for typed in (
            "11010519491231002x",
            " 110105 19491231 002X ",
            "G11010519491231002X",
            "１１０１０５１９４９１２３１００２Ｘ",
        ):
            assert [each.pk for each in queries.find(officer, typed)] == [world.jia.pk], typed
        for typed in ("13912345678", "139 1234 5678", "+86 13912345678"):
            assert [each.pk for each in queries.find(officer, typed)] == [world.mother.pk], typed
        for typed in ("1391234567", "5678", "11010519491231", "2345678"):
            assert not queries.find(officer, typed), typed

    def test_the_number_of_somebody_out_of_sight_finds_nothing(self, world):
        services.update_person(world.ding, by=SYSTEM, student_number="G11010519491231002X")
        for name in ("head", "other_officer", "teacher", "mother"):
            assert not queries.find(queries.people_visible_to(world.act(name)), "G11010519491231002X"), name


@pytest.mark.django_db
def test_merged_duplicates_are_nobodys_to_see(world):
    Person.objects.filter(pk=world.jia.pk).update(merged_into=world.yi)
    for name, actor in world.actors.items():
        if name != "jia.student":
            assert world.jia not in queries.people_visible_to(actor), name


@pytest.mark.django_db
def test_an_office_ends_what_it_showed(world):
    person = PersonFactory(name="曾一天")
    grant = RoleGrantFactory(person=person, role="expert", organization=world.east)
    head = world.act("head")
    assert person in queries.people_visible_to(head)
    services.revoke_role(grant, by=SYSTEM, reason="任期已满")
    assert person not in queries.people_visible_to(head)


@pytest.mark.django_db
def test_rows_of_more_people_than_one_slice_holds_are_all_written_anew() -> None:
    make_world()
    before = dict(PersonSearch.objects.values_list("person", "places"))
    assert len(before) > 3
    first, last = min(before), max(before)
    PersonSearch.objects.update(places=[], staff_places=[])
    # in the order of ids the known ones stand before, between and behind thousands that nobody has
    others = [UUID(int=n) for n in range(first.int + 1, first.int + 10_001)]
    with connection.cursor() as cursor:
        cursor.execute("SELECT roster_refresh_search(%s::uuid[])", [[last, *others, *before]])
    assert dict(PersonSearch.objects.values_list("person", "places")) == before
