"""Roles are given only below oneself, only out of what one holds, never to oneself, never for longer."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from lantian.kernel.journal.models import OutboxEvent
from lantian.kernel.journal.queries import history_of
from lantian.kernel.rules import SYSTEM, Denied, check
from lantian.kernel.tests.verdicts import assert_allowed, assert_refused
from lantian.kernel.web.dates import said_day
from lantian.people.roster import services
from lantian.people.roster.enums import GRANTABLE
from lantian.people.roster.errors import AlreadyEnded, AlreadyGranted, BadDates, ReasonNeeded
from lantian.people.roster.models import Organization, RoleGrant
from lantian.people.roster.queries import actor_of_person
from lantian.people.roster.rules import may_grant, may_revoke_grant, may_see_grants
from lantian.people.roster.rules.holding import PLACES
from lantian.people.roster.tests.factories import PersonFactory, RoleGrantFactory

TODAY = timezone.localdate()


def test_an_officer_appoints_heads_and_school_it_below(world):
    for role in ("school_head", "school_it"):
        assert_allowed(may_grant, world.act("officer"), world.teacher, role, world.east)


def test_an_officer_makes_no_officer_at_the_own_bureau_but_researchers_and_experts(world):
    colleague = world.researcher
    assert_refused(may_grant, world.act("officer"), colleague, "officer", world.fucheng, because="上一级")
    assert_allowed(may_grant, world.act("officer"), colleague, "expert", world.fucheng)


def test_an_officer_reaches_neither_up_nor_aside(world):
    for where in (world.city, world.province, world.beichuan, world.hill):
        for role in GRANTABLE:
            if where.kind in PLACES[role]:
                assert_refused(may_grant, world.act("officer"), world.teacher, role, where)


def test_a_city_officer_makes_county_officers(world):
    assert_allowed(may_grant, world.act("city_officer"), world.teacher, "officer", world.beichuan)


def test_a_head_gives_school_it_at_the_own_school_and_nothing_else(world):
    assert_allowed(may_grant, world.act("head"), world.teacher, "school_it", world.east)
    assert_refused(may_grant, world.act("head"), world.teacher, "school_head", world.east)
    assert_refused(may_grant, world.act("head"), world.west_teacher, "school_it", world.west)


def test_school_it_teachers_and_parents_give_nothing(world):
    for name in ("school_it", "teacher", "mother", "researcher", "expert", "stranger"):
        assert_refused(may_grant, world.act(name), world.yi, "school_it", world.east)


def test_operators_are_made_by_operators_above_only(world):
    assert_refused(may_grant, world.act("city_officer"), world.teacher, "operator", world.fucheng)
    assert_refused(may_grant, world.act("operator"), world.operator, "operator", world.fucheng, because="给自己")


def test_nobody_gives_to_oneself(world):
    assert_refused(may_grant, world.act("city_officer"), world.city_officer, "officer", world.fucheng, because="给自己")


def test_students_get_no_office_and_derived_roles_are_not_given(world):
    assert_refused(may_grant, world.act("officer"), world.jia, "school_it", world.east, because="学生")
    assert_refused(may_grant, world.act("officer"), world.teacher, "teacher", world.east, because="不能单独授予")


def test_people_out_of_sight_are_not_appointed(world):
    assert_refused(may_grant, world.act("officer"), world.stranger, "school_it", world.east, because="看到")


def test_no_actor_ever_gives_a_role_it_could_not_have_been_given_power_over(world):
    """For everybody, every role and every unit: yes only strictly below an officer, or school IT of one's own school."""
    target = PersonFactory()
    for actor in world.actors.values():
        for where in Organization.objects.all():
            for role in GRANTABLE:
                if check(may_grant, actor, target, role, where):
                    assert actor.grant is not None
                    below = where.path.startswith(actor.grant.path + ".")
                    assert below or role in {"researcher", "expert", "school_it"}
                    assert actor.role in {"officer", "school_head", "operator"}


@pytest.fixture
def passing_officer(world):
    """An officer until the end of next month."""
    person = PersonFactory(name="挂职")
    RoleGrantFactory(person=person, role="officer", organization=world.fucheng, valid_to=TODAY + timedelta(days=40))
    return actor_of_person(person)


def test_a_grant_does_not_outlive_the_givers_own(world, passing_officer):
    end = TODAY + timedelta(days=40)
    args = (passing_officer, world.teacher, "school_it", world.east)
    assert_refused(may_grant, *args, because=said_day(end))
    assert_refused(may_grant, *args, end + timedelta(days=1))
    assert_allowed(may_grant, *args, end)


def test_a_role_out_of_a_revoked_grant_is_not_given(world, passing_officer):
    grant = RoleGrant.objects.get(pk=passing_officer.grant.id)
    services.revoke_role(grant, by=SYSTEM, reason="挂职结束了")
    with pytest.raises(Denied, match="到期或被撤销"):
        services.grant_role(
            by=passing_officer, person=world.teacher, role="school_it", organization=world.east, valid_to=TODAY
        )


def test_expiry_ends_the_role_by_itself(world):
    person = PersonFactory()
    grant = RoleGrantFactory(person=person, role="officer", organization=world.fucheng, valid_to=TODAY)
    assert [g.role for g in actor_of_person(person).grants] == ["officer"]
    grant.valid_from = grant.valid_to = TODAY - timedelta(days=1)
    grant.save()
    assert actor_of_person(person).grants == ()
    grant.valid_from, grant.valid_to = TODAY + timedelta(days=1), None
    grant.save()
    assert actor_of_person(person).grants == ()


def test_giving_is_written_down_and_announced(world):
    row = services.grant_role(by=world.act("officer"), person=world.teacher, role="school_it", organization=world.east)
    assert row.granted_by == world.officer
    entry = history_of(row).get()
    assert (entry.action, entry.person_id, entry.role) == ("roster.grant_given", world.officer.pk, "officer")
    fact = OutboxEvent.objects.filter(name="roster.grant_given").latest("sequence")
    assert fact.object_id == row.pk
    assert fact.verb.startswith("https://")


def test_the_same_role_is_not_given_twice(world):
    given = {"person": world.teacher, "role": "school_it", "organization": world.east}
    services.grant_role(by=world.act("officer"), **given)
    with pytest.raises(AlreadyGranted):
        services.grant_role(by=world.act("officer"), valid_to=TODAY + timedelta(days=9), **given)


def test_days_must_be_in_order(world):
    with pytest.raises(BadDates):
        services.grant_role(
            by=world.act("officer"),
            person=world.teacher,
            role="school_it",
            organization=world.east,
            valid_from=date(2026, 2, 1),
            valid_to=date(2026, 1, 1),
        )


def test_revoking_needs_a_reason_and_keeps_it(world):
    grant = world.head.role_grants.get()
    with pytest.raises(ReasonNeeded):
        services.revoke_role(grant, by=world.act("officer"), reason="  ")
    done = services.revoke_role(grant, by=world.act("officer"), reason="调到别的学校")
    assert (done.revoked_by, done.reason) == (world.officer, "调到别的学校")
    assert world.act("head").grants == ()
    with pytest.raises(AlreadyEnded):
        services.revoke_role(grant, by=world.act("officer"), reason="再来一次")


def test_who_may_revoke(world):
    grant = world.head.role_grants.get()
    assert_allowed(may_revoke_grant, world.act("officer"), grant)
    assert_refused(may_revoke_grant, world.act("head"), grant, because="自己")
    assert_refused(may_revoke_grant, world.act("other_officer"), grant)
    assert_refused(may_revoke_grant, world.act("officer"), world.officer.role_grants.get(), because="自己")
    assert_allowed(may_revoke_grant, world.act("city_officer"), world.officer.role_grants.get())


def test_who_sees_the_page_of_grants(world):
    assert_allowed(may_see_grants, world.act("head"))
    assert_refused(may_see_grants, world.act("teacher"))


def test_a_role_is_not_extended_into_the_days_for_which_it_was_given_anew(world):
    today = timezone.localdate()
    first = RoleGrantFactory(
        person=world.teacher, role="school_it", organization=world.east, valid_to=today + timedelta(days=10)
    )
    services.grant_role(
        by=world.act("officer"), person=world.teacher, role="school_it", organization=world.east,
        valid_from=today + timedelta(days=20),
    )  # fmt: skip
    services.extend_role(first, valid_to=today + timedelta(days=19), by=world.act("officer"))
    for last in (today + timedelta(days=20), None):
        with pytest.raises(AlreadyGranted):
            services.extend_role(first, valid_to=last, by=world.act("officer"))
