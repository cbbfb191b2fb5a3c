"""Outcomes: settled at the end, made anew from what is known, corrected with a reason, never counted twice."""

from datetime import timedelta

import pytest
from django.utils import timezone

from lantian.kernel.journal.models import JournalEntry, OutboxEvent
from lantian.kernel.rules import SYSTEM, Denied
from lantian.people.schedule import services as schedule
from lantian.teach.desk import services
from lantian.teach.desk.errors import CountImpossible
from lantian.teach.desk.models import Correction, HeadCount, Outcome
from lantian.teach.desk.receivers import settle_ended
from lantian.teach.desk.tests.stories import hold, moment
from lantian.teach.live.events import LiveSessionEnded
from lantian.teach.live.models import Attendance, QualityReport
from lantian.teach.live.tests.world import actor, person

pytestmark = pytest.mark.django_db


def by_class(lesson):
    return {row.class_group_id: row for row in Outcome.objects.filter(lesson=lesson)}


def day_of(lesson):
    return timezone.localdate(lesson.starts_at)


def test_a_lesson_that_ended_is_settled_class_by_class(world):
    here, away = world.groups
    lesson = world.plan(start=moment(), minutes=40)
    session = hold(world, lesson, came=[(here, 0, 40, "")])
    settle_ended(LiveSessionEnded(object_id=session.pk, lesson_id=lesson.pk))
    rows = by_class(lesson)
    assert (rows[here.pk].held, rows[here.pk].attended, rows[here.pk].cause) == (True, True, "")
    assert (rows[away.pk].held, rows[away.pk].attended, rows[away.pk].cause) == (True, False, "no_screen")
    assert rows[here.pk].seconds == pytest.approx(2400, abs=15)
    assert (rows[here.pk].planned_seconds, rows[here.pk].sender_id) == (2400, world.sending.pk)
    assert rows[here.pk].organization_id == here.organization_id


def test_what_nobody_opened_what_was_cancelled_and_what_the_timetable_took_back(world):
    never = world.plan(start=moment(hour=8), minutes=40)
    cancelled = world.plan(start=moment(hour=9), minutes=40)
    taken_back = world.plan(start=moment(hour=11), minutes=40)
    to_come = world.plan(start=timezone.now() + timedelta(hours=2), minutes=40)
    schedule.cancel_lesson(cancelled, reason="停电", by=SYSTEM)
    type(taken_back).objects.filter(pk=taken_back.pk).update(state="cancelled", by_hand=False)
    services.settle_days(day_of(never), timezone.localdate())
    assert {row.cause for row in by_class(never).values()} == {"never_opened"}
    assert {row.cause for row in by_class(cancelled).values()} == {"cancelled"}
    assert by_class(taken_back) == {}
    assert by_class(to_come) == {}


def test_settling_again_writes_nothing_and_follows_what_changed(world):
    here, late = world.groups
    lesson = world.plan(start=moment(), minutes=40)
    hold(world, lesson, came=[(here, 0, 40, ""), (late, 15, 40, "")])
    day = day_of(lesson)
    assert services.settle_days(day, day) == 2
    assert services.settle_days(day, day) == 0
    assert services.settle_lessons([lesson.pk]) == 0
    assert by_class(lesson)[late.pk].cause == "came_late"
    lesson.receivers.filter(class_group=late).delete()
    assert services.settle_days(day, day) == 1
    assert set(by_class(lesson)) == {here.pk}
    earlier = lesson.starts_at - timedelta(days=1)
    type(lesson).objects.filter(pk=lesson.pk).update(starts_at=earlier, ends_at=earlier + timedelta(minutes=40))
    services.settle_days(day, day)
    assert by_class(lesson)[here.pk].day == day - timedelta(days=1)


def test_a_cause_stays_when_the_players_reports_are_forgotten(world):
    here, weak = world.groups
    lesson = world.plan(start=moment(), minutes=40)
    hold(world, lesson, came=[(here, 0, 40, ""), (weak, 0, 10, "fragLoadTimeOut")])
    services.settle_lessons([lesson.pk])
    assert by_class(lesson)[weak.pk].cause == "class_line"
    QualityReport.objects.all().delete()
    services.settle_lessons([lesson.pk])
    assert by_class(lesson)[weak.pk].cause == "class_line"


def test_an_attendance_is_put_right_with_a_reason_and_stays_right_however_often_it_is_settled(world):
    here, away = world.groups
    lesson = world.plan(start=moment(), minutes=40)
    hold(world, lesson, came=[(here, 0, 40, "")])
    services.settle_lessons([lesson.pk])
    head = actor(person("校长"), "school_head", away.organization)
    row = by_class(lesson)[away.pk]
    with pytest.raises(Denied):
        services.correct_attendance(row, word="attended", reason="我看着呢", by=world.teacher_actor)
    services.correct_attendance(row, word="attended", reason="在多媒体教室看的", by=head)
    for _again in range(2):
        services.settle_days(day_of(lesson), day_of(lesson))
        row.refresh_from_db()
        assert (row.attended, row.corrected, row.cause) == (True, True, "")
    services.correct_attendance(row, word="missed", cause="platform", reason="平台查过了", by=head)
    row.refresh_from_db()
    assert (row.attended, row.cause) == (False, "platform")
    services.correct_attendance(row, word="measured", reason="写错了班", by=head)
    row.refresh_from_db()
    assert (row.attended, row.corrected, row.cause) == (False, False, "no_screen")
    assert Correction.objects.count() == 3
    entries = JournalEntry.objects.filter(action="desk.attendance_corrected").order_by("at")
    assert [entry.data["reason"] for entry in entries] == ["在多媒体教室看的", "平台查过了", "写错了班"]
    told = OutboxEvent.objects.filter(name="desk.attendance_corrected").order_by("sequence")
    assert [row.result for row in told] == [{"completion": True}, {"completion": False}, {}]
    assert not Attendance.objects.filter(class_group=away).exists()  # what was measured is left as it was


def test_the_assistant_counts_heads_and_the_newest_count_holds(world):
    here = world.groups[0]
    for number in range(3):
        person(f"生{number}", here.organization, "student", here)
    lesson = world.plan(start=moment(), minutes=40)
    hold(world, lesson, came=[(here, 0, 40, "")])
    receiver = lesson.receivers.select_related("class_group__organization", "lesson").get(class_group=here)
    assistant = actor(
        person("助教", here.organization), "teacher", here.organization, class_group_ids=frozenset({here.pk})
    )
    services.confirm_heads(receiver, present=2, by=assistant, note="一人请假")
    services.confirm_heads(receiver, present=3, by=assistant)
    count = HeadCount.objects.get()
    assert (count.present, count.expected, count.note) == (3, 3, "")
    assert by_class(lesson)[here.pk].head_count == 3
    assert JournalEntry.objects.filter(action="desk.heads_counted").count() == 2
    with pytest.raises(CountImpossible):
        services.confirm_heads(receiver, present=60, by=assistant)
    with pytest.raises(Denied):
        services.confirm_heads(receiver, present=3, by=world.teacher_actor)
