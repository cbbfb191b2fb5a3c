"""Lessons through their services: clashes, alliances, states, and the lesson of a room now."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from lantian.kernel.journal.models import JournalEntry, OutboxEvent
from lantian.kernel.rules import SYSTEM, Denied
from lantian.people.schedule import queries, services
from lantian.people.schedule.enums import LessonAccess, LessonState
from lantian.people.schedule.errors import (
    AllianceOver,
    Clash,
    LessonInvalid,
    LessonNotPlanned,
    NotInAlliance,
    RehearsalAlone,
)
from lantian.people.schedule.models import Alliance, Occupancy
from lantian.teach.live.tests.world import actor, class_group, organization, person

pytestmark = pytest.mark.django_db


def test_planning_writes_receivers_rooms_journal_and_event(world):
    lesson = world.plan()
    assert [(row.class_group, row.room) for row in lesson.receivers.order_by("class_group__organization__name")] == [
        (world.groups[1], world.rooms[1]),
        (world.groups[0], world.rooms[0]),
    ]
    assert lesson.occupancies.count() == 1 + 3 + 2  # teacher, classes, rooms
    assert JournalEntry.objects.filter(action="schedule.lesson_planned", object_id=lesson.pk).count() == 1
    fact = OutboxEvent.objects.get(name="schedule.lesson_planned")
    assert set(fact.context["receivers"]) == {str(group.pk) for group in world.groups}


def test_a_teacher_a_class_or_a_room_is_in_one_lesson_at_a_time(world):
    lesson = world.plan()
    with pytest.raises(Clash) as clash:
        world.plan(start=lesson.ends_at - timedelta(minutes=1), receivers=())
    assert clash.value.what == "teacher"
    other = person("李明", world.sending)
    world.teacher, teacher = other, world.teacher
    world.group, group = class_group(world.sending, 2), world.group
    with pytest.raises(Clash) as clash:
        world.plan(start=lesson.starts_at + timedelta(minutes=5))
    assert clash.value.what in {"class", "room"}
    world.teacher, world.group = teacher, group
    assert world.plan(start=lesson.ends_at)  # back to back is no overlap


def test_a_rehearsal_takes_no_class_and_counts_nowhere(world):
    for given in ({}, {"receivers": ()}):
        with pytest.raises(RehearsalAlone):
            world.plan(access=LessonAccess.REHEARSAL, **given)
    held = world.plan()
    group, world.group, alliance, world.alliance = world.group, None, world.alliance, None
    world.teacher = person("李明", world.sending)
    lesson = world.plan(access=LessonAccess.REHEARSAL, receivers=())  # while the class has its lesson
    assert lesson.occupancies.count() == 1
    with pytest.raises(RehearsalAlone):
        services.add_receivers(lesson, class_groups=world.groups, by=SYSTEM)
    assert list(queries.lessons_held_on(timezone.localdate(lesson.starts_at))) == [held]
    for taken in ({"class_group": group}, {"alliance": alliance}):
        with pytest.raises(IntegrityError), transaction.atomic():
            type(lesson).objects.filter(pk=lesson.pk).update(**taken)


def test_the_database_itself_refuses_an_overlap(world):
    lesson = world.plan()
    during = (lesson.starts_at, lesson.ends_at)
    with pytest.raises(IntegrityError), transaction.atomic():
        Occupancy.objects.create(lesson=lesson, room=world.rooms[0], during=during)


def test_cancelling_frees_the_time_and_is_told_once(world):
    lesson = world.plan()
    services.cancel_lesson(lesson, reason="教师生病", by=world.teacher_actor)
    services.cancel_lesson(lesson, reason="再一次", by=world.teacher_actor)
    assert OutboxEvent.objects.filter(name="schedule.lesson_cancelled").count() == 1
    assert world.plan(start=lesson.starts_at)
    with pytest.raises(Denied):
        services.reschedule_lesson(
            lesson, starts_at=lesson.ends_at, ends_at=lesson.ends_at + timedelta(minutes=40), by=world.teacher_actor
        )


def test_rescheduling_moves_everybody_or_nobody(world):
    first, second = world.plan(), world.plan(start=timezone.now() + timedelta(hours=3))
    with pytest.raises(Clash):
        services.reschedule_lesson(second, starts_at=first.starts_at, ends_at=first.ends_at, by=world.teacher_actor)
    second.refresh_from_db()
    assert second.starts_at > first.ends_at
    moved = services.reschedule_lesson(
        second, starts_at=first.ends_at, ends_at=first.ends_at + timedelta(minutes=40), by=world.teacher_actor
    )
    assert all(row.during.lower == first.ends_at for row in moved.occupancies.all())


def test_foreign_classes_odd_times_and_ended_alliances_are_refused(world):
    with pytest.raises(NotInAlliance):
        world.plan(receivers=[class_group(organization("外校"))])
    with pytest.raises(LessonInvalid):
        world.plan(minutes=2)
    with pytest.raises(LessonInvalid):
        world.plan(minutes=600)
    Alliance.objects.update(ends_on=timezone.localdate() - timedelta(days=1))
    world.alliance.refresh_from_db()
    with pytest.raises(AllianceOver):
        world.plan()


def test_a_lesson_goes_from_planned_to_live_to_ended_and_not_back(world):
    lesson = world.plan()
    assert services.start_lesson(lesson, by=world.teacher_actor).state == LessonState.LIVE
    assert services.start_lesson(lesson, by=world.teacher_actor).state == LessonState.LIVE
    longer = services.extend_lesson(lesson, ends_at=lesson.ends_at + timedelta(minutes=10), by=world.teacher_actor)
    assert longer.ends_at - lesson.ends_at == timedelta(minutes=10)
    assert services.end_lesson(lesson, by=world.teacher_actor).state == LessonState.ENDED
    with pytest.raises(LessonNotPlanned):
        services.start_lesson(lesson, by=SYSTEM)
    assert world.plan(start=timezone.now() + timedelta(seconds=1))  # free since the end
    with pytest.raises(Denied):
        services.end_lesson(lesson, by=actor(person("别人"), "teacher", world.sending))


def test_a_class_screen_finds_the_lesson_of_its_period(world):
    screen, now = world.screen_actor(0), timezone.now()
    assert queries.lesson_for_room(screen) is None
    lesson = world.plan(start=now + timedelta(minutes=9))
    later = world.plan(start=lesson.ends_at)
    assert queries.lesson_for_room(screen) == lesson
    assert queries.lesson_for_room(screen, now=now - timedelta(minutes=30)) is None
    services.start_lesson(lesson, by=SYSTEM)
    assert queries.lesson_for_room(screen, now=later.starts_at - timedelta(minutes=5)) == lesson
    assert queries.lesson_for_room(screen, now=later.starts_at + timedelta(seconds=1)) == later
    assert queries.lessons_on(timezone.localdate(lesson.starts_at), actor=screen).first() == lesson


def test_a_pupil_in_two_classes_has_the_lessons_of_both_and_each_of_them_once(world):
    first, second = world.groups
    pupil = person("转班生", first.organization, "student", first)
    pupil.memberships.model.objects.create(
        person=pupil, organization=second.organization, class_group=second, role="student", valid_from=date(2020, 1, 1)
    )
    both = actor(pupil, "student", first.organization, class_group_ids=frozenset({first.pk, second.pk}))
    start = timezone.now().replace(hour=2, minute=0, second=0, microsecond=0) + timedelta(days=2)
    shared_one = world.plan(start=start)
    own = world.plan(start=start + timedelta(hours=1), receivers=[first])
    other = world.plan(start=start + timedelta(hours=2), receivers=[second])
    day = timezone.localdate(start)
    assert list(queries.lessons_on(day, actor=both)) == [shared_one, own, other]
    assert queries.lessons_visible_to(both).filter(pk__in=[shared_one.pk, own.pk, other.pk]).count() == 3
