"""Alliances, rooms and lessons: what their services refuse, each in words, with nothing changed."""

from datetime import timedelta

import pytest
from django.utils import timezone

from lantian.kernel.journal.models import JournalEntry, OutboxEvent
from lantian.kernel.rules import SYSTEM, Denied
from lantian.people.identity.tests.factories import AccountFactory
from lantian.people.schedule import services
from lantian.people.schedule.enums import AlliancePart, LessonState
from lantian.people.schedule.errors import AlreadyThere, Clash, LessonInvalid, LessonNotPlanned, ScheduleError
from lantian.people.schedule.models import Alliance, Lesson, Room
from lantian.teach.live.tests.world import actor, class_group, organization, person

pytestmark = pytest.mark.django_db


def head_of(school):
    return actor(person("校长"), "school_head", school)


def found(world, **changes):
    facts = {
        "name": "物理联盟",
        "stage": "junior",
        "lead": world.sending,
        "starts_on": timezone.localdate(),
        "ends_on": timezone.localdate() + timedelta(days=100),
        "by": head_of(world.sending),
    }
    return services.create_alliance(**facts | changes)


def test_an_alliance_is_founded_once_and_ends_after_it_begins(world):
    found(world)
    assert OutboxEvent.objects.filter(name="schedule.alliance_created", context__name="物理联盟").count() == 1
    with pytest.raises(AlreadyThere):
        found(world)
    with pytest.raises(ScheduleError, match="结束日期"):
        found(world, name="另一个", ends_on=timezone.localdate() - timedelta(days=1))
    with pytest.raises(Denied):
        found(world, name="另一个", by=head_of(world.receiving[0]))
    assert Alliance.objects.exclude(pk=world.alliance.pk).count() == 1


def test_a_school_joins_an_alliance_once_and_nobody_elses_school_unasked(world):
    head = head_of(world.sending)
    school, campus = organization("新来的学校"), organization("东校区", "campus", world.sending)
    with pytest.raises(Denied):
        services.add_alliance_member(world.alliance, organization=school, part=AlliancePart.RECEIVING, by=head)
    services.add_alliance_member(world.alliance, organization=campus, part=AlliancePart.RECEIVING, by=head)
    services.add_alliance_member(world.alliance, organization=school, part=AlliancePart.RECEIVING, by=SYSTEM)
    with pytest.raises(AlreadyThere):
        services.add_alliance_member(world.alliance, organization=school, part=AlliancePart.SENDING, by=SYSTEM)
    assert world.alliance.members.get(organization=school).part == "receiving"


def test_a_room_holds_a_class_of_its_school_and_a_screens_account(world):
    school, other = world.receiving
    head = head_of(school)
    with pytest.raises(ScheduleError, match="班级不在"):
        services.create_room(organization=school, name="302", class_group=class_group(other, 3), by=head)
    someone = AccountFactory()
    with pytest.raises(ScheduleError, match="大屏账号"):
        services.create_room(organization=school, name="302", screen_account=someone, by=head)
    with pytest.raises(AlreadyThere):
        services.create_room(organization=school, name="录播教室", by=head)
    assert Room.objects.filter(organization=school).count() == 1


def test_a_room_is_renamed_unless_the_name_is_taken(world):
    school = world.receiving[0]
    head, room = head_of(school), world.rooms[0]
    services.create_room(organization=school, name="302", by=head)
    assert services.rename_room(room, name=" 301 ", by=head).name == "301"
    entry = JournalEntry.objects.get(action="schedule.room_renamed")
    assert (entry.data["before"], entry.data["after"]) == ("录播教室", "301")
    with pytest.raises(AlreadyThere):
        services.rename_room(room, name="302", by=head)
    with pytest.raises(Denied):
        services.rename_room(room, name="303", by=head_of(world.receiving[1]))
    assert Room.objects.get(pk=room.pk).name == "301"


def test_classes_join_a_planned_lesson_once_and_take_their_rooms(world):
    lesson = world.plan(receivers=world.groups[:1])
    added = services.add_receivers(lesson, class_groups=world.groups, by=world.teacher_actor)
    assert [row.class_group for row in added] == [world.groups[1]]
    assert lesson.occupancies.filter(room=world.rooms[1]).exists()
    assert services.add_receivers(lesson, class_groups=world.groups, by=world.teacher_actor) == []
    with pytest.raises(LessonInvalid, match="主讲班级"):
        services.add_receivers(lesson, class_groups=[world.group], by=world.teacher_actor)
    world.teacher, world.group = person("李明", world.sending), class_group(world.sending, 2)
    second = world.plan(receivers=())
    with pytest.raises(Clash):
        services.add_receivers(second, class_groups=world.groups, by=SYSTEM)
    assert not second.receivers.exists()


def test_a_lesson_moves_to_another_room_of_its_own_school_while_it_is_planned(world):
    lesson = world.plan()
    room = services.create_room(organization=world.sending, name="报告厅", by=SYSTEM)
    later = {"starts_at": lesson.ends_at, "ends_at": lesson.ends_at + timedelta(minutes=40), "by": SYSTEM}
    assert services.reschedule_lesson(lesson, room=room, **later).occupancies.filter(room=room).exists()
    with pytest.raises(LessonInvalid, match="这间教室"):
        services.reschedule_lesson(lesson, room=world.rooms[0], **later)
    services.start_lesson(lesson, by=SYSTEM)
    with pytest.raises(LessonNotPlanned):
        services.reschedule_lesson(lesson, **later)
    with pytest.raises(LessonNotPlanned):
        services.cancel_lesson(lesson, reason="太晚了", by=SYSTEM)


def test_only_a_running_lesson_is_made_longer(world):
    lesson = world.plan()
    with pytest.raises(LessonInvalid):
        services.extend_lesson(lesson, ends_at=lesson.ends_at + timedelta(minutes=5), by=world.teacher_actor)
    services.start_lesson(lesson, by=SYSTEM)
    with pytest.raises(LessonInvalid):
        services.extend_lesson(lesson, ends_at=lesson.ends_at, by=world.teacher_actor)


def test_a_lesson_ended_before_its_time_takes_up_nothing(world):
    lesson = world.plan(start=timezone.now() + timedelta(minutes=20))
    services.start_lesson(lesson, by=SYSTEM)
    assert services.end_lesson(lesson, by=SYSTEM).state == LessonState.ENDED
    assert not lesson.occupancies.exists()
    assert services.end_lesson(lesson, by=SYSTEM).state == LessonState.ENDED
    assert JournalEntry.objects.filter(action="schedule.lesson_ended").count() == 1


def test_teacher_class_and_room_belong_to_the_sending_school(world):
    at = timezone.now()
    facts = {
        "title": "压强", "subject": "physics", "stage": "junior", "grade": 8, "organization": world.sending,
        "starts_at": at, "ends_at": at + timedelta(minutes=40), "by": SYSTEM,
    }  # fmt: skip
    with pytest.raises(LessonInvalid, match="老师不在"):
        services.plan_lesson(teacher=person("外人", world.receiving[0]), **facts)
    with pytest.raises(LessonInvalid, match="主讲班级不在"):
        services.plan_lesson(teacher=world.teacher, class_group=world.groups[0], **facts)
    with pytest.raises(LessonInvalid, match="这间教室"):
        services.plan_lesson(teacher=world.teacher, room=world.rooms[0], **facts)
    assert not Lesson.objects.exists()
