"""A school that sends by its timetable: bells, a published week, pairings."""

from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Any

from django.utils import timezone

from lantian.kernel.rules import SYSTEM
from lantian.people.schedule import services
from lantian.people.schedule.models import Timetable
from lantian.people.schedule.services import EntryRow, PeriodRow
from lantian.teach.live.tests.world import World, make_world

PERIODS = [
    PeriodRow(number, time(8 + number, 0), time(8 + number, 40)) for number in range(1, 8)
]  # 9:00, 10:00 … 15:00


def next_monday(day: date) -> date:
    return day + timedelta(days=7 - day.weekday())


def an_ordinary_monday() -> date:
    """In a term that the test sets itself, far from any public holiday that is known."""
    return next_monday(timezone.localdate() + timedelta(days=7))


@dataclass
class Weeks:
    world: World
    monday: date  # a Monday to come, in term, of an ordinary week
    timetable: Timetable

    @property
    def sunday(self) -> date:
        return self.monday + timedelta(days=6)

    def make(self, weeks: int = 1) -> services.Made:
        return services.make_lessons(self.monday, self.monday + timedelta(days=7 * weeks - 1))


def entry(world: World, weekday: int, period: int, **facts: Any) -> EntryRow:
    defaults = {"subject": "maths", "teacher_id": world.teacher.pk, "class_group_id": world.group.pk}
    return EntryRow(weekday=weekday, period_no=period, **(defaults | facts))


def make_weeks(monday: date, *, published: bool = True, pair: bool = True) -> Weeks:
    """Maths on Monday (period 1), Wednesday (3), and Friday (2) of odd weeks; both receiving classes are paired."""
    world = make_world()
    first, last = monday - timedelta(days=14), monday + timedelta(days=60)
    services.set_bells(world.county.parent, name="全市作息", first=first, last=None, periods=PERIODS, by=SYSTEM)
    timetable = services.draft_timetable(world.sending, name="本学期", first=first, last=last, by=SYSTEM)
    rows = [entry(world, 0, 1), entry(world, 2, 3), entry(world, 4, 2, weeks="odd")]
    services.set_entries(timetable, rows=rows, by=SYSTEM)
    if published:
        timetable = services.publish_timetable(timetable, by=SYSTEM)
    if pair:
        for group in world.groups:
            services.pair_classes(
                world.alliance,
                subject="maths",
                sender=world.group,
                receiver=group,
                first=world.alliance.starts_on,
                last=world.alliance.ends_on,
                by=SYSTEM,
            )
    return Weeks(world, monday, timetable)
