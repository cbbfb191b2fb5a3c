"""What a change of the calendar would do to lessons is said before it is made, and lessons follow when it is."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from lantian.kernel.journal.models import JournalEntry, OutboxEvent
from lantian.kernel.journal.services import deliver
from lantian.kernel.rules import SYSTEM
from lantian.kernel.time.enums import DayKind
from lantian.kernel.time.models import SpecialDay
from lantian.kernel.time.services import clear_special_days, rehearse, set_special_days
from lantian.people.schedule.models import Lesson, Occupancy
from lantian.people.schedule.services import plan_lesson
from lantian.people.schedule.tests.weeks import Weeks

pytestmark = pytest.mark.django_db


def would(weeks: Weeks, change: Callable[[], object], days: int = 1, offset: int = 0) -> list[str]:
    """What is said about a change of some days from the Monday on."""
    first = weeks.monday + timedelta(days=offset)
    return [str(words) for words in rehearse(change, path="", first=first, last=first + timedelta(days=days - 1))]


def everything() -> tuple[object, ...]:
    return (
        list(SpecialDay.objects.order_by("pk").values()),
        list(Lesson.objects.order_by("pk").values()),
        Occupancy.objects.count(),
        OutboxEvent.objects.count(),
        JournalEntry.objects.count(),
    )


def test_a_day_off_says_what_falls_out_and_nothing_of_it_stays(weeks: Weeks) -> None:
    weeks.make()
    before = everything()
    monday = weeks.monday
    said = would(weeks, lambda: set_special_days(monday, monday, kind=DayKind.HOLIDAY, by=SYSTEM))
    assert said == ["1 所学校的课表受影响。", "课表里 1 节课这样就不上了。", "取消 1 节排好的直播课。"]
    assert everything() == before


def test_a_shifted_saturday_says_what_comes_in(weeks: Weeks) -> None:
    saturday = weeks.monday + timedelta(days=5)

    def change() -> object:
        return set_special_days(saturday, saturday, kind=DayKind.WORKDAY, follows_weekday=2, by=SYSTEM)

    said = would(weeks, change, offset=5)
    assert said == ["1 所学校的课表受影响。", "课表里 1 节课这样要上。", "新排 1 节直播课。"]


def test_what_is_the_same_afterwards_affects_nobody(weeks: Weeks) -> None:
    tuesday = weeks.monday + timedelta(days=1)

    def change() -> object:
        return set_special_days(tuesday, tuesday, kind=DayKind.HOLIDAY, by=SYSTEM)

    assert would(weeks, change, offset=1) == ["没有学校的课表受影响。"]  # nobody has lessons on Tuesdays


def test_a_receiving_school_alone_at_home_changes_the_lesson(weeks: Weeks) -> None:
    weeks.make()
    closed = weeks.world.receiving[0]

    def change() -> object:
        return set_special_days(weeks.monday, weeks.monday, kind=DayKind.HOLIDAY, organization_id=closed.pk, by=SYSTEM)

    said = rehearse(change, path=str(closed.path), first=weeks.monday, last=weeks.monday)
    assert [str(words) for words in said] == ["1 节直播课换时间或者换接收班。"]


def test_lessons_planned_by_hand_are_named_because_they_stay(weeks: Weeks) -> None:
    weeks.make()
    lesson = Lesson.objects.order_by("starts_at").first()
    assert lesson is not None
    plan_lesson(
        organization=weeks.world.sending,
        teacher=weeks.world.teacher,
        title="公开课",
        subject="maths",
        stage="junior",
        grade=8,
        starts_at=lesson.starts_at + timedelta(hours=7),
        ends_at=lesson.ends_at + timedelta(hours=7),
        by=SYSTEM,
    )
    said = would(weeks, lambda: set_special_days(weeks.monday, weeks.monday, kind=DayKind.HOLIDAY, by=SYSTEM))
    assert said[-1] == "另有 1 节手工安排的课不会跟着变，要停的请自己取消。"


def test_far_days_speak_of_the_timetable_alone(weeks: Weeks) -> None:
    far = weeks.monday + timedelta(days=35)
    said = would(weeks, lambda: set_special_days(far, far, kind=DayKind.HOLIDAY, by=SYSTEM), offset=35)
    assert said == [
        "1 所学校的课表受影响。",
        "课表里 1 节课这样就不上了。",
        "三周以后的直播课还没有排，到时候按改过的校历排。",
    ]


@pytest.mark.parametrize("verb", [set_special_days, clear_special_days])
def test_lessons_follow_in_the_background(weeks: Weeks, verb: Callable[..., object]) -> None:
    ProcrastinateJob.objects.all().delete()
    facts = {"kind": DayKind.HOLIDAY} if verb is set_special_days else {}
    verb(weeks.monday, weeks.monday, by=SYSTEM, **facts)
    fact = OutboxEvent.objects.filter(name="time.calendar_changed").latest("sequence")
    deliver(fact.sequence)
    assert ProcrastinateJob.objects.filter(task_name="schedule.make_lessons").exists()
    assert fact.context["first"] == weeks.monday.isoformat()
