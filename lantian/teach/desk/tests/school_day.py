"""A school's day of eight periods in eight subjects' hours, its teachers, and one class far away that receives all of it."""

import asyncio
import contextlib
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from time import monotonic
from typing import Any

from django.utils import timezone
from playwright import sync_api as playwright

from lantian.kernel.rules import SYSTEM, Actor
from lantian.kernel.time.enums import DayKind
from lantian.kernel.time.models import AcademicSession, SpecialDay
from lantian.people.schedule import services as schedule
from lantian.people.schedule.models import Lesson, TimetableEntry
from lantian.people.schedule.services import EntryRow, PeriodRow
from lantian.teach.desk import services as desk
from lantian.teach.live import services as live
from lantian.teach.live.models import LiveSession
from lantian.teach.live.tests.stage import Teacher
from lantian.teach.live.tests.support import lesson_chunks
from lantian.teach.live.tests.world import World, actor, make_world, person
from tests.clock.served import Served

BELLS = ("0800", "0850", "0950", "1040", "1330", "1420", "1520", "1610")
SUBJECTS = {1: "chinese", 2: "maths", 3: "english", 4: "physics", 6: "biology", 7: "maths", 8: "music"}
MOVED = "history"  # on Wednesday by the week, today in the fifth period
PHONE = "0816-8220000"
PICTURE_SECONDS = 12
PAST = 5  # seconds past the minute: a screen knows the time to some tenths


def at(clock: str) -> time:
    return time(int(clock[:2]), int(clock[2:4]))


def moment(day: date, clock: str) -> datetime:
    """ "0805" of a day."""
    return timezone.make_aware(datetime.combine(day, at(clock)))


@dataclass
class SchoolDay:
    world: World
    day: date
    teachers: dict[str, Any]
    substitute: Any

    def moment(self, clock: str) -> datetime:
        return moment(self.day, clock)

    def lesson(self, period: int) -> Lesson:
        start = self.moment(BELLS[period - 1])
        return Lesson.objects.select_related("organization", "class_group", "teacher").get(
            starts_at=start, entry__isnull=False
        )

    def teacher(self, subject: str) -> Actor:
        return actor(self.teachers[subject], "teacher", self.world.sending)

    @property
    def substitute_actor(self) -> Actor:
        return actor(self.substitute, "teacher", self.world.sending)

    @property
    def head(self) -> Actor:
        return actor(person("周校长", self.world.sending, "teacher"), "school_head", self.world.sending)

    def change(self, entry: tuple[int, int], kind: str, **facts: Any) -> None:
        """Of the entry on (weekday, period)."""
        weekday, period = entry
        found = TimetableEntry.objects.get(weekday=weekday, period_no=period)
        day = self.day + timedelta(days=weekday)
        schedule.change_day(found, day, kind=kind, reason="校务安排", by=self.head, **facts)


def make_school_day(monday: date) -> SchoolDay:
    """Seven periods on Monday, the fifth of them free, and one on Wednesday; all are received by one class. The clock stands
    before that Monday."""
    world = make_world()
    first, last = monday - timedelta(days=14), monday + timedelta(days=60)
    AcademicSession.objects.all().delete()
    SpecialDay.objects.all().delete()
    AcademicSession.objects.create(
        school_year=monday.year if monday.month >= 8 else monday.year - 1,
        kind="autumn" if monday.month >= 8 or monday.month == 1 else "spring",
        starts_on=first,
        ends_on=last,
    )
    SpecialDay.objects.bulk_create(
        SpecialDay(date=day, kind=DayKind.WORKDAY, follows_weekday=day.weekday())
        for day in (monday + timedelta(days=offset) for offset in range(5))
    )
    periods = []
    for number, bell in enumerate(BELLS, start=1):
        ends = (datetime.combine(monday, at(bell)) + timedelta(minutes=40)).time()
        periods.append(PeriodRow(number, at(bell), ends))
    schedule.set_bells(world.county.parent, name="全市作息", first=first, last=None, periods=periods, by=SYSTEM)
    subjects = [*dict.fromkeys(SUBJECTS.values()), MOVED]
    teachers = {subject: person(f"{subject}老师", world.sending) for subject in subjects} | {"maths": world.teacher}
    rows = [(0, period, subject) for period, subject in SUBJECTS.items()] + [(2, 2, MOVED)]
    week = schedule.draft_timetable(world.sending, name="本学期", first=first, last=last, by=SYSTEM)
    entries = [
        EntryRow(weekday, period, world.group.pk, subject, teacher_id=teachers[subject].pk)
        for weekday, period, subject in rows
    ]
    schedule.set_entries(week, rows=entries, by=SYSTEM)
    schedule.publish_timetable(week, by=SYSTEM)
    for subject in subjects:
        schedule.pair_classes(
            world.alliance,
            subject=subject,
            sender=world.group,
            receiver=world.groups[0],
            first=world.alliance.starts_on,
            last=world.alliance.ends_on,
            by=SYSTEM,
        )
    desk.set_contact(world.county, phone=PHONE, by=SYSTEM)
    return SchoolDay(world, monday, teachers, person("代老师", world.sending))


class Broadcast:
    """A teacher's computer that sends a lesson at its true pace, in a thread of its own."""

    def __init__(self, platform: Served, session: LiveSession, by: Actor) -> None:
        self._platform = platform
        self._ticket = live.ticket_for_teacher(session, by=by)
        self._ending = threading.Event()
        self.heard: list[dict[str, Any]] = []
        self._thread = threading.Thread(target=lambda: asyncio.run(self._send()), daemon=True)
        self._thread.start()

    async def _send(self) -> None:
        chunks = lesson_chunks(PICTURE_SECONDS)
        async with Teacher(self._platform.live, self._ticket) as page:
            self.heard = page.heard
            await page.hello()
            for number, chunk in enumerate(chunks):
                if self._ending.is_set():
                    break
                await page.send(number, chunk)
                await asyncio.sleep(0.25)
            while not self._ending.is_set():
                await page.say(t="time", c=0)
                await asyncio.sleep(0.25)
            await page.say(t="end")
            with contextlib.suppress(TimeoutError):
                await page.closed(10)

    def end(self) -> None:
        """The bell rings."""
        self._ending.set()
        self._thread.join(20)
        assert not self._thread.is_alive()


class Screen:
    """The class screen, seen from the back of the room; its clock is set with the platform's."""

    def __init__(self, chromium: Any, platform: Served, school: SchoolDay) -> None:
        self._platform, self._school = platform, school
        self.context = chromium.new_context(
            viewport={"width": 1280, "height": 720}, locale="zh-CN", timezone_id="Asia/Shanghai"
        )
        self.page = self.context.new_page()
        self.page.clock.install(time=timezone.now())
        self.faults: list[str] = []
        self._asked = 0
        self.page.on("request", lambda request: self._count(request, 1))
        for done in ("requestfinished", "requestfailed"):
            self.page.on(done, lambda request: self._count(request, -1))
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))

    def sign_in(self, name: str, code: str) -> None:
        self.page.goto(f"{self._platform.url}/accounts/login/?next=/live/screen/")
        self.page.fill("[name=login]", name)
        self.page.fill("[name=password]", code)
        self.page.press("[name=password]", "Enter")
        self.page.wait_for_selector(".ls-next")
        if self.page.locator(".ls-tap-button").is_visible():  # this browser takes the Enter above for the tap
            self.page.click(".ls-tap-button")
        self.page.evaluate("window.sameAllDay = true")

    def _count(self, request: Any, by: int) -> None:
        if request.url.endswith("/live/screen/day/"):
            self._asked += by

    def leap(self, clock: str) -> None:
        """It is this late now, everywhere; what was due in between is done."""
        self._wait_moving()
        while self._asked:  # an answer of before, come after, would set the screen's clock wrong
            self.page.wait_for_timeout(20)
        then = self._school.moment(clock).timestamp() + PAST
        # a picture that hangs in this very instant would have hung for as long as is leapt over, and the page loads itself anew
        self.page.evaluate("at => sessionStorage.setItem('lantian-screen-reloaded', at)", str(round(then * 1000)))
        self.page.clock.fast_forward(round(self._platform.clock.set(then) * 1000))

    def _wait_moving(self) -> None:
        """A picture that stands for a moment as time is set forward would have stood for hours to the page, which then loads
        itself anew."""
        until = monotonic() + 15
        while self.now()["playing"]:
            before = self.page.evaluate(PLACE)
            self.page.wait_for_timeout(1200)  # the page looks once a second
            if self.page.evaluate(PLACE) - before > 0.9:
                return
            assert monotonic() < until, "the picture does not move"

    def now(self) -> dict[str, Any]:
        return dict(self.page.evaluate(LOOK))

    def sees(self, what: Callable[[dict[str, Any]], Any], seconds: float = 15) -> dict[str, Any]:
        """Wait until what the class sees is like that."""
        until = monotonic() + seconds
        seen = self.now()
        while not what(seen):
            assert monotonic() < until, seen
            self.page.wait_for_timeout(100)
            seen = self.now()
        return seen

    @property
    def standby(self) -> playwright.FrameLocator:
        return self.page.frame_locator(".ls-standby")


PLACE = "document.querySelector('.ls-video').currentTime"
LOOK = """() => {
    const root = document.querySelector(".lv-screen"), video = document.querySelector(".ls-video");
    const text = (name) => document.querySelector(name)?.textContent ?? "";
    const shown = (name) => { const found = document.querySelector(name); return !!found && !found.hidden; };
    const { task, state, overlay } = root.dataset;
    const moves = video.currentTime > 0 && video.videoWidth > 0 && !video.paused;
    return {
        task, state, overlay, playing: task === "lesson" && overlay === "none" && moves, muted: video.muted,
        clock: text(".ls-time"), label: text(".ls-label"), next: text(".ls-next"), facts: text(".ls-facts"),
        digits: text(".ls-digits"), lesson: text(".ls-lesson"), line: shown(".ls-line") ? text(".ls-line") : "",
        standby: shown(".ls-standby"), over: shown(".lv-over"),
        day: [...document.querySelectorAll(".ls-row")].map((row) => row.textContent),
    };
}"""
