"""Lessons made from the timetable: what is made, what follows a change, and what is left alone."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lantian.kernel.journal.models import OutboxEvent
from lantian.kernel.rules import SYSTEM
from lantian.kernel.time.enums import DayKind
from lantian.kernel.time.services import set_special_day
from lantian.people.schedule import services
from lantian.people.schedule.enums import LessonState, Settlement
from lantian.people.schedule.models import Lesson, LessonReceiver, Occupancy, TimetableEntry
from lantian.people.schedule.tests.weeks import Weeks, entry
from lantian.teach.live.tests.world import class_group, person

pytestmark = pytest.mark.django_db


def planned() -> list[Lesson]:
    return list(Lesson.objects.filter(state=LessonState.PLANNED).order_by("starts_at"))


def at(lesson: Lesson) -> tuple[int, str]:
    local = timezone.localtime(lesson.starts_at)
    return local.weekday(), local.strftime("%H:%M")


def test_a_week_has_its_lessons_at_the_bells_with_all_receivers(weeks: Weeks) -> None:
    made = weeks.make()
    assert (made.made, made.changed, made.cancelled, made.left_out) == (3, 0, 0, [])
    assert [at(lesson) for lesson in planned()] == [(0, "09:00"), (2, "11:00"), (4, "10:00")]
    for lesson in planned():
        assert {row.class_group_id for row in lesson.receivers.all()} == {group.pk for group in weeks.world.groups}
        assert {row.room_id for row in lesson.receivers.all()} == {room.pk for room in weeks.world.rooms}
        assert lesson.occupancies.count() == 1 + 1 + 2 + 2  # teacher, own class, two classes in two rooms
        assert (lesson.alliance, lesson.title, lesson.grade) == (weeks.world.alliance, "数学", 8)


def test_again_does_nothing(weeks: Weeks) -> None:
    weeks.make()
    before = set(Occupancy.objects.values_list("pk", flat=True))
    facts = OutboxEvent.objects.count()
    made = weeks.make()
    assert (made.made, made.changed, made.cancelled, made.revived) == (0, 0, 0, 0)
    assert set(Occupancy.objects.values_list("pk", flat=True)) == before
    assert OutboxEvent.objects.count() == facts


def test_even_weeks_have_no_lesson_of_odd_ones(weeks: Weeks) -> None:
    weeks.make(2)
    second = [at(lesson)[0] for lesson in planned() if lesson.entry_day > weeks.sunday]
    assert second == [0, 2]


def test_a_holiday_set_yesterday_takes_its_lessons_away_and_gives_them_back(weeks: Weeks) -> None:
    weeks.make()
    set_special_day(weeks.monday, kind=DayKind.HOLIDAY, by=SYSTEM, name="运动会")
    made = weeks.make()
    assert made.cancelled == 1
    cancelled = Lesson.objects.get(state=LessonState.CANCELLED)
    assert cancelled.entry_day == weeks.monday
    assert not cancelled.occupancies.exists()
    assert OutboxEvent.objects.filter(name="schedule.lesson_cancelled").count() == 1
    set_special_day(weeks.monday, kind=DayKind.WORKDAY, follows_weekday=0, by=SYSTEM)
    assert weeks.make().revived == 1
    cancelled.refresh_from_db()
    assert cancelled.state == LessonState.PLANNED
    assert cancelled.occupancies.count() == 6


def test_a_shifted_saturday_runs_the_weekday_it_stands_for(weeks: Weeks) -> None:
    saturday = weeks.monday + timedelta(days=5)
    set_special_day(saturday, kind=DayKind.WORKDAY, follows_weekday=2, by=SYSTEM)
    weeks.make()
    assert [at(lesson) for lesson in planned()][-1] == (5, "11:00")


def test_a_receiving_school_on_holiday_is_left_out_and_the_others_are_not(weeks: Weeks) -> None:
    closed = weeks.world.receiving[0]
    set_special_day(weeks.monday, kind=DayKind.HOLIDAY, organization_id=closed.pk, by=SYSTEM)
    weeks.make()
    first = planned()[0]
    assert [row.class_group_id for row in first.receivers.all()] == [weeks.world.groups[1].pk]


def test_a_change_of_one_day_is_followed(weeks: Weeks) -> None:
    weeks.make()
    monday, wednesday = TimetableEntry.objects.order_by("weekday")[:2]
    other = person("李强", weeks.world.sending)
    services.change_day(monday, weeks.monday, kind="substitute", teacher=other, reason="生病", by=SYSTEM)
    day = weeks.monday + timedelta(days=2)
    services.change_day(
        wednesday, day, kind="moved", to_day=day + timedelta(days=1), to_period=5, reason="听课", by=SYSTEM
    )
    made = weeks.make()
    assert (made.changed, made.cancelled, made.made) == (2, 0, 0)
    first, second, _third = planned()
    assert first.teacher == other
    assert first.occupancies.filter(teacher=other).exists()
    assert not first.occupancies.filter(teacher=weeks.world.teacher).exists()
    assert at(second) == (3, "13:00")
    services.change_day(monday, weeks.monday, kind="cancelled", reason="停电", by=SYSTEM)
    assert weeks.make().cancelled == 1
    services.take_back_change(monday.changes.get(), by=SYSTEM)
    assert weeks.make().revived == 1
    assert planned()[0].teacher == weeks.world.teacher


def test_what_a_person_changed_is_left_alone(weeks: Weeks) -> None:
    weeks.make()
    moved, cancelled, _ = planned()
    later = moved.starts_at + timedelta(hours=8)
    services.reschedule_lesson(moved, starts_at=later, ends_at=later + timedelta(minutes=40), by=SYSTEM)
    services.cancel_lesson(cancelled, reason="停电", by=SYSTEM)
    set_special_day(weeks.monday, kind=DayKind.HOLIDAY, by=SYSTEM)
    made = weeks.make()
    assert (made.made, made.changed, made.cancelled, made.revived) == (0, 0, 0, 0)
    moved.refresh_from_db()
    assert moved.starts_at == later


def test_what_has_begun_is_left_alone(weeks: Weeks) -> None:
    weeks.make()
    first = planned()[0]
    services.start_lesson(first, by=SYSTEM)
    services.withdraw_timetable(weeks.timetable, by=SYSTEM, reason="换课表")
    made = services.make_lessons(weeks.monday, weeks.sunday, now=first.starts_at + timedelta(minutes=5))
    assert made.cancelled == 2
    first.refresh_from_db()
    assert first.state == LessonState.LIVE


def test_a_teacher_who_is_elsewhere_then_gets_no_lesson_and_it_is_told(weeks: Weeks) -> None:
    start = timezone.make_aware(datetime.combine(weeks.monday, datetime.min.time())) + timedelta(hours=9, minutes=10)
    weeks.world.plan(start=start, receivers=())
    made = weeks.make()
    assert made.made == 2
    assert {problem.kind for problem in made.left_out} <= {"teacher", "class"}
    assert [problem.day for problem in made.left_out] == [weeks.monday]


def test_a_class_that_would_receive_two_subjects_at_once_receives_one_and_it_is_told(weeks: Weeks) -> None:
    world = weeks.world
    second, teacher = class_group(world.sending, 2), person("何老师", world.sending)
    services.withdraw_timetable(weeks.timetable, by=SYSTEM, reason="加课")
    draft = services.draft_timetable(
        world.sending, name="加了物理", first=weeks.monday, last=weeks.sunday, like=weeks.timetable, by=SYSTEM
    )
    physics = entry(world, 0, 1, subject="physics", class_group_id=second.pk, teacher_id=teacher.pk)
    services.set_entries(draft, rows=[physics], by=SYSTEM)
    services.publish_timetable(draft, by=SYSTEM)
    services.pair_classes(
        world.alliance,
        subject="physics",
        sender=second,
        receiver=world.groups[0],
        first=weeks.monday,
        last=weeks.sunday,
        by=SYSTEM,
    )
    made = weeks.make()
    assert len(made.left_out) == 1
    assert (made.left_out[0].kind, made.left_out[0].day) in {("class", weeks.monday), ("room", weeks.monday)}
    assert made.left_out[0].class_group_id == world.groups[0].pk
    on_monday = LessonReceiver.objects.filter(lesson__entry_day=weeks.monday, lesson__state=LessonState.PLANNED)
    assert on_monday.filter(class_group=world.groups[0]).count() == 1
    assert on_monday.filter(class_group=world.groups[1]).count() == 1


def test_what_was_settled_otherwise_is_not_received(weeks: Weeks) -> None:
    pairing = weeks.world.groups[0].receiving_pairings.get()
    services.settle(pairing, weekday=0, period_no=1, settlement=Settlement.REPLAY, by=SYSTEM)
    weeks.make()
    first, second, _ = planned()
    assert {row.class_group_id for row in first.receivers.all()} == {weeks.world.groups[1].pk}
    assert second.receivers.count() == 2
    services.settle(pairing, weekday=0, period_no=1, settlement=Settlement.RECEIVE, by=SYSTEM)
    assert weeks.make().changed == 1
    assert planned()[0].receivers.count() == 2


def test_a_pairing_that_ends_and_a_school_that_leaves_receive_no_more(weeks: Weeks) -> None:
    weeks.make(2)
    pairing = weeks.world.groups[0].receiving_pairings.get()
    services.end_pairing(pairing, last=weeks.sunday, by=SYSTEM)
    weeks.world.alliance.members.filter(organization=weeks.world.receiving[1]).delete()
    weeks.make(2)
    in_first = LessonReceiver.objects.filter(lesson__entry_day__lte=weeks.sunday, lesson__state=LessonState.PLANNED)
    assert set(in_first.values_list("class_group_id", flat=True)) == {weeks.world.groups[0].pk}
    # nobody receives in the second week: nothing is sent
    assert not Lesson.objects.filter(entry_day__gt=weeks.sunday, state=LessonState.PLANNED).exists()


def test_without_bells_the_lesson_is_not_made_and_that_is_told(weeks: Weeks) -> None:
    from lantian.people.schedule.models import BellSchedule

    BellSchedule.objects.all().delete()
    made = weeks.make()
    assert made.made == 0
    assert {problem.kind for problem in made.left_out} == {"no_bell"}


def test_a_new_week_takes_the_place_of_the_old_one(weeks: Weeks) -> None:
    weeks.make(2)
    second_monday = weeks.monday + timedelta(days=7)
    draft = services.draft_timetable(
        weeks.world.sending, name="新课表", first=second_monday, last=weeks.monday + timedelta(days=40), by=SYSTEM
    )
    services.set_entries(draft, rows=[entry(weeks.world, 1, 4)], by=SYSTEM)
    services.publish_timetable(draft, by=SYSTEM)
    made = weeks.make(2)
    assert (made.made, made.cancelled) == (1, 2)
    assert [at(lesson) for lesson in planned()] == [(0, "09:00"), (2, "11:00"), (4, "10:00"), (1, "12:00")]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(
            st.integers(0, 2), st.sampled_from(["cancelled", "moved", "back", "holiday", "workday"]), st.integers(1, 7)
        ),
        max_size=6,
    )
)
def test_however_it_was_changed_the_lessons_are_what_the_week_says(
    weeks: Weeks, acts: list[tuple[int, str, int]]
) -> None:
    """After any history the result is the same as from an empty table, and nobody is in two lessons."""
    entries = list(TimetableEntry.objects.order_by("weekday"))
    weeks.make()
    for number, act, period in acts:
        row = entries[number]
        day = weeks.monday + timedelta(days=row.weekday)
        try:
            if act == "cancelled":
                services.change_day(row, day, kind="cancelled", reason="x", by=SYSTEM)
            elif act == "moved":
                services.change_day(row, day, kind="moved", to_day=day, to_period=period, reason="x", by=SYSTEM)
            elif act == "back":
                for change in row.changes.all():
                    services.take_back_change(change, by=SYSTEM)
            else:
                set_special_day(day, kind=act, follows_weekday=day.weekday() if act == "workday" else None, by=SYSTEM)
        except services.timetables.TimetableInvalid:
            pass
        weeks.make()
    grown = {(row.entry_id, row.entry_day, row.starts_at, row.teacher_id) for row in planned()}
    Lesson.objects.all().delete()
    weeks.make()
    fresh = {(row.entry_id, row.entry_day, row.starts_at, row.teacher_id) for row in planned()}
    assert grown == fresh
