"""Who may see, plan, teach and change what; each rule allowed and refused."""

import pytest

from lantian.kernel.rules import ANONYMOUS, SYSTEM
from lantian.kernel.tests.verdicts import assert_allowed, assert_refused
from lantian.people.schedule import queries, rules, services
from lantian.people.schedule.enums import LessonAccess
from lantian.people.schedule.queries.lessons import concerns
from lantian.teach.live.tests.world import actor, class_group, organization, person

pytestmark = pytest.mark.django_db


def student_of(group):
    return actor(
        person("学生", group.organization, "student", group),
        "student",
        group.organization,
        class_group_ids=frozenset({group.pk}),
    )


def test_a_lesson_is_seen_by_those_it_concerns_and_no_others(world):
    lesson = world.plan(receivers=world.groups[:1])
    county_officer = actor(person("县干部"), "officer", world.county)
    strange = organization("外校")
    seen_by = [
        world.teacher_actor,
        world.screen_actor(0),
        student_of(world.groups[0]),
        student_of(world.group),
        county_officer,
        actor(person("校长"), "school_head", world.sending),
        actor(person("同事", world.receiving[0]), "teacher", world.receiving[0]),
    ]
    hidden_from = [
        ANONYMOUS,
        world.screen_actor(1),
        student_of(world.groups[1]),
        actor(person("外校老师", strange), "teacher", strange),
        actor(person("外校校长"), "school_head", strange),
    ]
    for one in seen_by:
        assert_allowed(rules.may_view_lesson, one, lesson)
        assert lesson in queries.lessons_visible_to(one)
    for one in hidden_from:
        assert_refused(rules.may_view_lesson, one, lesson)
        assert lesson not in queries.lessons_visible_to(one)
    public = world.plan(start=lesson.ends_at, access=LessonAccess.PUBLIC, receivers=())
    assert_allowed(rules.may_view_lesson, ANONYMOUS, public)
    elsewhere = world.plan(start=public.ends_at, receivers=world.groups[1:])
    for each in (lesson, public, elsewhere):
        for one in seen_by + hidden_from:
            by_query = queries.lessons_visible_to(one).filter(pk=each.pk).exists()
            assert (queries.visible_lesson(one, each.pk) is not None) == by_query
            assert concerns(one, each, list(each.receivers.all())) == by_query, "nothing is shared here"


def test_a_rehearsal_is_seen_by_the_schools_staff_alone(world):
    parent = actor(
        person("家长"), "guardian", world.sending, class_group_ids=frozenset({world.group.pk, world.groups[0].pk})
    )
    group, world.group, world.alliance = world.group, None, None
    lesson = world.plan(access=LessonAccess.REHEARSAL, receivers=())
    type(lesson).objects.filter(pk=lesson.pk).update(room=world.rooms[0])  # whose screen stands there
    for one in (
        world.teacher_actor,
        actor(person("同事", world.sending), "teacher", world.sending),
        actor(person("校长"), "school_head", world.sending),
    ):
        assert_allowed(rules.may_view_lesson, one, lesson)
    for one in (
        ANONYMOUS,
        student_of(group),
        student_of(world.groups[0]),
        parent,
        world.screen_actor(0),
        actor(person("同事", world.receiving[0]), "teacher", world.receiving[0]),
    ):
        assert_refused(rules.may_view_lesson, one, lesson)
        assert lesson not in queries.lessons_of(one)
        assert queries.visible_lesson(one, lesson.pk) is None


def test_planning_is_for_teachers_of_the_school_and_those_above(world):
    far = world.receiving[0]
    assert_allowed(rules.may_plan_lesson, world.teacher_actor, world.sending)
    assert_allowed(rules.may_plan_lesson, world.teacher_actor)
    assert_refused(rules.may_plan_lesson, world.teacher_actor, far, because="自己任教")
    assert_allowed(rules.may_plan_lesson, actor(person("干部"), "officer", world.county), far)
    assert_refused(
        rules.may_plan_lesson, actor(person("干部"), "officer", world.county), world.sending, because="管理范围"
    )
    assert_refused(rules.may_plan_lesson, student_of(world.group), world.sending)


def test_only_the_teacher_teaches_and_only_before_the_end_it_changes(world):
    lesson = world.plan()
    colleague = actor(person("同事", world.sending), "teacher", world.sending)
    head = actor(person("校长"), "school_head", world.sending)
    assert_allowed(rules.may_teach_lesson, world.teacher_actor, lesson)
    assert_refused(rules.may_teach_lesson, colleague, lesson, because="任课教师")
    assert_allowed(rules.may_change_lesson, head, lesson)
    assert_refused(rules.may_change_lesson, colleague, lesson)
    services.start_lesson(lesson, by=SYSTEM)
    lesson.refresh_from_db()
    assert_refused(rules.may_change_lesson, head, lesson, because="已经开始")
    cancelled = world.plan(start=lesson.ends_at)
    services.cancel_lesson(cancelled, reason="停电", by=head)
    cancelled.refresh_from_db()
    assert_refused(rules.may_teach_lesson, world.teacher_actor, cancelled, because="已取消")


def test_alliances_belong_to_their_members_and_to_those_above(world):
    stranger = organization("外校")
    member = actor(person("师", world.receiving[0]), "teacher", world.receiving[0])
    assert_allowed(rules.may_view_alliance, member, world.alliance)
    assert_allowed(rules.may_view_alliance, actor(person("干部"), "officer", world.county), world.alliance)
    assert_refused(rules.may_view_alliance, actor(person("师", stranger), "teacher", stranger), world.alliance)
    assert_refused(rules.may_view_alliance, ANONYMOUS, world.alliance)
    assert_allowed(rules.may_manage_alliance, actor(person("校长"), "school_head", world.sending), world.sending)
    assert_refused(rules.may_manage_alliance, actor(person("干部"), "officer", world.county), world.sending)
    assert_refused(rules.may_manage_alliance, world.teacher_actor)


def test_rooms_are_managed_by_the_school_and_seen_by_its_people(world):
    room = world.rooms[0]
    head = actor(person("校长"), "school_head", world.receiving[0])
    other = actor(person("校长"), "school_head", world.receiving[1])
    assert_allowed(rules.may_manage_rooms, head, room.organization)
    assert_refused(rules.may_manage_rooms, other, room.organization)
    assert_refused(rules.may_manage_rooms, world.teacher_actor)
    assert_allowed(rules.may_view_room, head, room)
    assert_allowed(rules.may_view_room, world.screen_actor(0), room)
    assert_refused(rules.may_view_room, world.screen_actor(1), room)
    assert_refused(rules.may_view_room, other, room)


def test_schools_of_ones_alliance_are_known_by_name(world):
    from lantian.kernel.rules import shared
    from lantian.people.roster.models import Organization

    mine = actor(person("师", world.receiving[0]), "teacher", world.receiving[0])
    names = set(Organization.objects.filter(shared("roster.organization", mine)).values_list("name", flat=True))
    assert names == {"涪城中学", "梓潼一中", "平武中学"}
    assert not Organization.objects.filter(shared("roster.organization", ANONYMOUS)).exists()
    assert class_group(world.sending, 9)
