"""Who may go live, watch, and see who was there; each rule allowed and refused."""

import pytest

from lantian.kernel.rules import ANONYMOUS, SYSTEM
from lantian.kernel.tests.verdicts import assert_allowed, assert_refused
from lantian.people.schedule.enums import LessonAccess
from lantian.teach.live import queries, rules, services
from lantian.teach.live.models import Attendance
from lantian.teach.live.tests.support import open_for
from lantian.teach.live.tests.world import actor, organization, person

pytestmark = pytest.mark.django_db


def test_opening_is_for_the_lessons_teacher(world):
    lesson = world.plan()
    colleague = actor(person("同事", world.sending), "teacher", world.sending)
    assert_allowed(rules.may_open_session, world.teacher_actor, lesson)
    assert_allowed(rules.may_manage_pages, world.teacher_actor, lesson)
    for rule in (rules.may_open_session, rules.may_manage_pages):
        assert not rule(colleague, lesson)
    assert_refused(rules.may_open_session, colleague, lesson)
    assert_refused(rules.may_manage_pages, colleague, lesson)
    lesson.state = "ended"
    assert_refused(rules.may_open_session, world.teacher_actor, lesson, because="已经结束")


def test_watching_follows_the_lesson(world):
    _lesson, session, _ticket = open_for(world)
    assert_allowed(rules.may_view_session, world.screen_actor(), session)
    assert_refused(rules.may_view_session, ANONYMOUS, session)
    assert session in queries.sessions_visible_to(world.screen_actor())
    assert session not in queries.sessions_visible_to(ANONYMOUS)
    session.lesson.access = LessonAccess.PUBLIC
    session.lesson.save()
    assert_allowed(rules.may_view_session, ANONYMOUS, session)


def test_a_left_over_session_may_be_ended_by_the_school(world):
    _lesson, session, _ticket = open_for(world)
    assert_allowed(rules.may_end_session, world.teacher_actor, session)
    assert_allowed(rules.may_end_session, actor(person("校长"), "school_head", world.sending), session)
    assert_refused(rules.may_end_session, actor(person("外人"), "school_head", world.receiving[0]), session)


def test_attendance_is_seen_by_the_teacher_and_by_each_school_for_itself(world):
    lesson, session, _ticket = open_for(world)
    rows = [
        Attendance.objects.create(
            session=session,
            kind="class",
            viewer=f"class:{group.pk}",
            class_group=group,
            organization=group.organization,
            first_seen=session.opened_at,
            last_seen=session.opened_at,
        )
        for group in world.groups
    ]
    own, other = rows
    head = actor(person("校长"), "school_head", world.receiving[0])
    stranger = organization("外校")
    assert_allowed(rules.may_view_attendance, world.teacher_actor, other)
    assert_allowed(rules.may_view_attendance, head, own)
    assert_refused(rules.may_view_attendance, head, other)
    assert_refused(rules.may_view_attendance, ANONYMOUS, own)
    assert set(queries.attendances_visible_to(head)) == {own}
    assert_allowed(rules.may_read_attendance, world.teacher_actor, lesson)
    assert_allowed(rules.may_read_attendance, head, lesson)
    assert_refused(rules.may_read_attendance, actor(person("外人", stranger), "teacher", stranger), lesson)


def test_the_screen_room_is_for_screens(world):
    assert_allowed(rules.may_use_screen, world.screen_actor())
    assert_refused(rules.may_use_screen, world.teacher_actor, because="班级大屏")


def test_tickets_say_in_which_part_one_watches(world):
    _lesson, session, teacher = open_for(world)
    group = world.groups[0]
    pupil = person("学生", group.organization, "student", group)
    student = actor(pupil, "student", group.organization, class_group_ids=frozenset({group.pk}))
    head = actor(person("校长"), "school_head", world.receiving[0])

    def read(by):
        return services.verify_ticket(services.ticket_for_viewer(session, by=by))

    assert (read(world.screen_actor()).r, read(world.screen_actor()).c) == ("class", str(group.pk))
    assert (read(student).r, read(student).p, read(student).c) == ("student", str(pupil.pk), str(group.pk))
    assert read(head).r == "observe"
    assert services.verify_ticket(teacher).r == "teach"
    assert services.ticket_for_lobby(world.rooms[0], by=world.screen_actor())
    assert services.end_live_session(session.pk, reason="teacher", by=SYSTEM).state == "ended"
