"""Who sees what: one's own subtree, one's own classes and children, and what is shared."""

from uuid import uuid4

import pytest
from django.db.models import Q

from lantian.kernel.rules import ANONYMOUS, SHARE_EDGES, SYSTEM, VISIBLE_PAIRS, check, share_edge
from lantian.kernel.tests.verdicts import assert_allowed, assert_refused
from lantian.people.roster import queries
from lantian.people.roster.models import ClassGroup, Organization, Person, RoleGrant
from lantian.people.roster.rules import (
    may_browse_organizations,
    may_browse_people,
    may_switch_role,
    may_view_class_group,
    may_view_grant,
    may_view_organization,
    may_view_person,
)

PAIRS = (
    (may_view_organization, queries.organizations_visible_to, Organization),
    (may_view_class_group, queries.class_groups_visible_to, ClassGroup),
    (may_view_person, queries.people_visible_to, Person),
    (may_view_grant, queries.grants_visible_to, RoleGrant),
)


@pytest.mark.parametrize(("rule", "visible_to", "model"), PAIRS, ids=[rule.__name__ for rule, _, _ in PAIRS])
def test_a_rule_and_its_queryset_give_the_same_answer_for_everybody_about_everything(world, rule, visible_to, model):
    actors = {"anonymous": ANONYMOUS, "system": SYSTEM} | world.actors
    everything = list(model.objects.all())
    for name, actor in actors.items():
        seen = set(visible_to(actor))
        for each in everything:
            assert bool(check(rule, actor, each)) == (each in seen), f"{name} and {each}"
    assert VISIBLE_PAIRS[rule.rule_name] is visible_to


def names(queryset) -> set[str]:
    return {str(each) for each in queryset}


def test_officers_see_their_county_and_nothing_beside_it(world):
    seen = names(queries.organizations_visible_to(world.act("officer")))
    assert seen == {"涪城区", "东小学", "西小学"}
    assert_allowed(may_view_organization, world.act("officer"), world.east)
    assert_refused(may_view_organization, world.act("officer"), world.hill)
    assert_refused(may_view_organization, world.act("officer"), world.city)


def test_teachers_see_the_classes_they_teach_and_these_students(world):
    teacher = world.act("teacher")
    assert names(queries.class_groups_visible_to(teacher)) == {"三年级1班", "三年级2班"}
    assert_allowed(may_view_person, teacher, world.jia)
    assert_allowed(may_view_person, teacher, world.homeroom)  # a colleague
    assert_refused(may_view_person, teacher, world.ding)
    assert_refused(may_view_person, teacher, world.mother)
    assert_refused(may_view_class_group, teacher, world.west1)


def test_homeroom_teachers_see_their_students_guardians(world):
    assert_allowed(may_view_person, world.act("homeroom", "homeroom_teacher"), world.mother)
    assert_refused(may_view_person, world.act("homeroom", "teacher"), world.mother)


def test_students_see_classmates_and_guardians_their_own_child_only(world):
    assert_allowed(may_view_person, world.act("jia"), world.yi)
    assert_refused(may_view_person, world.act("jia"), world.bing)
    assert_allowed(may_view_class_group, world.act("mother"), world.east1)
    assert_allowed(may_view_person, world.act("mother"), world.jia)
    assert_refused(may_view_person, world.act("mother"), world.yi)


def test_researchers_see_teachers_but_no_students(world):
    researcher = world.act("researcher")
    assert_allowed(may_view_person, researcher, world.teacher)
    assert_refused(may_view_person, researcher, world.jia)
    assert_allowed(may_view_class_group, researcher, world.west1)


def test_operators_see_units_but_no_people(world):
    operator = world.act("operator")
    assert_allowed(may_view_organization, operator, world.hill)
    assert_refused(may_view_person, operator, world.teacher)


def test_everybody_sees_themselves(world):
    for name in ("stranger", "jia", "operator", "mother"):
        assert_allowed(may_view_person, world.act(name), world.people[name])


def test_grants_are_seen_by_their_holder_and_from_above(world):
    grant = world.head.role_grants.get()
    assert_allowed(may_view_grant, world.act("head"), grant)
    assert_allowed(may_view_grant, world.act("officer"), grant)
    assert_refused(may_view_grant, world.act("other_officer"), grant)
    assert_refused(may_view_grant, world.act("teacher"), grant)


def test_an_ended_membership_takes_the_class_out_of_sight(world):
    from datetime import timedelta

    from django.utils import timezone

    row = world.teacher.memberships.get(class_group=world.east2)
    row.valid_from = row.valid_to = timezone.localdate() - timedelta(days=1)
    row.save()
    assert_refused(may_view_class_group, world.act("teacher"), world.east2)
    assert_refused(may_view_person, world.act("teacher"), world.bing)


def test_a_share_edge_makes_a_class_visible_to_those_it_names(world, monkeypatch):
    monkeypatch.setitem(SHARE_EDGES, "roster.class_group", [])

    @share_edge("roster.class_group")
    def lend(actor):
        return Q(pk=world.west1.pk) if actor.person_id == world.teacher.pk else Q(pk__in=[])

    assert_allowed(may_view_class_group, world.act("teacher"), world.west1)
    assert_refused(may_view_class_group, world.act("homeroom"), world.west1)


def test_who_may_browse(world):
    assert_allowed(may_browse_organizations, world.act("teacher"))
    assert_refused(may_browse_organizations, world.act("stranger"))
    assert_allowed(may_browse_people, world.act("researcher"))
    assert_refused(may_browse_people, world.act("mother"))


def test_one_switches_to_ones_own_roles_only(world):
    actor = world.act("homeroom")
    assert_allowed(may_switch_role, actor, actor.grants[-1].id)
    assert_refused(may_switch_role, actor, world.act("officer").grants[0].id)
    assert_refused(may_switch_role, actor, None)


@pytest.mark.parametrize("name", ["city_officer", "teacher", "homeroom", "mother", "jia", "researcher"])
def test_seeing_costs_a_fixed_number_of_queries(world, name, django_assert_num_queries):
    actor = world.act(name)
    for visible_to in (pair[1] for pair in PAIRS):
        with django_assert_num_queries(1):
            list(visible_to(actor))


def test_what_is_known_without_a_query_is_what_the_query_would_say(world):
    from lantian.people.roster.queries.visible import meets_whole_class, overlooks

    for name, actor in world.actors.items():
        visible = set(queries.people_visible_to(actor).values_list("pk", flat=True))
        for group in ClassGroup.objects.select_related("organization"):
            if meets_whole_class(actor, group):
                members = set(queries.members_of_class(group).values_list("person_id", flat=True))
                assert members <= visible, f"{name} and {group}"
        for unit in Organization.objects.all():
            if overlooks(actor, unit.path):
                assert unit in queries.organizations_visible_to(actor), f"{name} and {unit}"


def test_one_thing_looked_up_is_found_by_those_who_see_it_and_by_nobody_else(world):
    actors = {"anonymous": ANONYMOUS, "system": SYSTEM} | world.actors
    for name, actor in actors.items():
        units, groups = set(queries.organizations_visible_to(actor)), set(queries.class_groups_visible_to(actor))
        for unit in Organization.objects.all():
            assert queries.visible_organization(actor, unit.pk) == (unit if unit in units else None), f"{name}, {unit}"
        for group in ClassGroup.objects.all():
            assert queries.visible_class_group(actor, group.pk) == (group if group in groups else None), name
    assert queries.visible_organization(SYSTEM, uuid4()) is None
    assert queries.visible_class_group(SYSTEM, uuid4()) is None


def test_the_roots_of_what_one_sees_cover_it_once(world):
    for name, actor in world.actors.items():
        tops = queries.top_organizations(actor)
        seen = list(queries.organizations_visible_to(actor))
        for unit in seen:
            above = [top for top in tops if unit.path == top.path or unit.path.startswith(top.path + ".")]
            assert len(above) == 1, f"{name} and {unit}"
        for top in tops:
            assert top.has_children == queries.children_of(actor, top).exists(), f"{name} and {top}"
