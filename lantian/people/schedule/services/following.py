"""What a change of the calendar does to timetables and lessons, told before it is made."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lantian.kernel.time.queries import Calendars
from lantian.people.schedule import queries
from lantian.people.schedule.enums import LessonState, TimetableState
from lantian.people.schedule.models import Lesson, TimetableEntry
from lantian.people.schedule.services.making import AHEAD, make_lessons

if TYPE_CHECKING:
    from lantian.kernel.rules import Text

Week = dict[tuple[int, str], int]


@dataclass
class Running:
    """The weeks of schools, and on which of some days which weekday's week runs. `weeks`: periods by weekday and kind of week."""

    weeks: dict[UUID, list[tuple[DateRange, Week]]] = field(default_factory=dict)
    days: dict[tuple[UUID, date], tuple[int, bool]] = field(default_factory=dict)

    def periods(self, school: UUID, day: date) -> int:
        """How many periods the school's classes have on that day."""
        runs = self.days.get((school, day))
        if runs is None:
            return 0
        weekday, odd = runs
        kinds = ("every", "odd" if odd else "even")
        weeks = (week for during, week in self.weeks[school] if day in during)
        return sum(week.get((weekday, kind), 0) for week in weeks for kind in kinds)


def watch_calendar(path: str, first: date, last: date) -> "Callable[[], list[Text]]":
    """The follower of calendars (`kernel.time.services.CALENDAR_FOLLOWERS`): what is, and then what became of it, in words."""
    today = timezone.localdate()
    near = (max(first, today), min(last, today + AHEAD))
    if near[0] <= near[1]:
        make_lessons(*near)  # so that only the change makes a difference
    before = _running(path, first, last)

    def tell() -> "list[Text]":
        after = _running(path, first, last)
        said = _words_of_periods(before, after)
        if near[0] <= near[1]:
            said += _words_of_lessons(*near)
            said += _words_of_own(before, after)
        if near[1] < last and said:
            said.append(_("三周以后的直播课还没有排，到时候按改过的校历排。"))
        return said or [_("没有学校的课表受影响。")]

    return tell


def _running(path: str, first: date, last: date) -> Running:
    """Of all schools at and below a path (empty: of all). Four queries."""
    during = DateRange(first, last, "[]")
    entries = TimetableEntry.objects.filter(
        timetable__state=TimetableState.PUBLISHED, timetable__during__overlap=during
    )
    if path:
        entries = entries.filter(timetable__organization__path__within=path)
    found = Running()
    paths: dict[UUID, str] = {}
    known: dict[UUID, Week] = {}
    rows = entries.order_by().values_list(
        "timetable_id", "timetable__organization_id", "timetable__organization__path", "timetable__during",
        "weekday", "weeks",
    )  # fmt: skip
    for timetable, school, place, stretch, weekday, weeks, count in rows.annotate(count=Count("pk")):
        if timetable not in known:
            known[timetable] = {}
            found.weeks.setdefault(school, []).append((stretch, known[timetable]))
        known[timetable][weekday, str(weeks)] = count
        paths[school] = str(place)
    calendars = Calendars(first, last)
    for school, place in paths.items():
        for day in calendars.timetable_days(place):
            found.days[school, day.day] = (day.weekday, day.week % 2 == 1)
    return found


def _changed(before: Running, after: Running) -> list[tuple[UUID, date]]:
    places = set(before.days) | set(after.days)
    return [place for place in places if before.days.get(place) != after.days.get(place)]


def _words_of_periods(before: Running, after: Running) -> "list[Text]":
    changed = [
        (school, before.periods(school, day), after.periods(school, day)) for school, day in _changed(before, after)
    ]
    schools = len({school for school, off, on in changed if off or on})
    if not schools:
        return []
    said: list[Text] = [ngettext("%(n)s 所学校的课表受影响。", "%(n)s 所学校的课表受影响。", schools) % {"n": schools}]
    off, on = sum(row[1] for row in changed), sum(row[2] for row in changed)
    if off:
        said.append(ngettext("课表里 %(n)s 节课这样就不上了。", "课表里 %(n)s 节课这样就不上了。", off) % {"n": off})
    if on:
        said.append(ngettext("课表里 %(n)s 节课这样要上。", "课表里 %(n)s 节课这样要上。", on) % {"n": on})
    return said


def _words_of_lessons(first: date, last: date) -> "list[Text]":
    made = make_lessons(first, last)
    new = made.made + made.revived
    said: list[Text] = []
    if made.cancelled:
        words = ngettext("取消 %(n)s 节排好的直播课。", "取消 %(n)s 节排好的直播课。", made.cancelled)
        said.append(words % {"n": made.cancelled})
    if new:
        said.append(ngettext("新排 %(n)s 节直播课。", "新排 %(n)s 节直播课。", new) % {"n": new})
    if made.changed:
        words = ngettext("%(n)s 节直播课换时间或者换接收班。", "%(n)s 节直播课换时间或者换接收班。", made.changed)
        said.append(words % {"n": made.changed})
    return said


def _words_of_own(before: Running, after: Running) -> "list[Text]":
    """Lessons that people planned themselves, on days that end: these stay until somebody cancels them."""
    ended = [place for place in before.days if place not in after.days]
    if not ended:
        return []
    starts, ends = min(day for _school, day in ended), max(day for _school, day in ended)
    lessons = Lesson.objects.filter(
        state=LessonState.PLANNED,
        organization__in={school for school, _day in ended},
        starts_at__range=(queries.day_bounds(starts)[0], queries.day_bounds(ends)[1]),
    )
    own = lessons.filter(entry__isnull=True) | lessons.filter(by_hand=True)
    places = set(ended)
    count = sum(
        (school, timezone.localtime(at).date()) in places
        for school, at in own.values_list("organization_id", "starts_at")
    )
    if not count:
        return []
    words = ngettext(
        "另有 %(n)s 节手工安排的课不会跟着变，要停的请自己取消。",
        "另有 %(n)s 节手工安排的课不会跟着变，要停的请自己取消。",
        count,
    )
    return [words % {"n": count}]
