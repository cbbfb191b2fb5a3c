"""The demonstration's synthetic lesson: always live, through the very ingest that teachers' browsers use.

`broadcast` runs beside the other processes of a demonstration. It finds or plans the open lesson of the present slot, opens
its session, and behaves like a page: numbered chunks, acknowledgements, reconnection from where the server asks, and at the
slot's end it dismisses the class and goes on with the next one.
"""

import asyncio
import contextlib
import threading
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.apps import apps
from django.db import close_old_connections
from django.utils import timezone

from lantian.kernel.rules import SYSTEM
from lantian.people.schedule import services as schedule
from lantian.people.schedule.enums import LessonAccess, LessonState
from lantian.people.schedule.errors import ScheduleError
from lantian.teach.live import services
from lantian.teach.live.enums import EndReason
from lantian.teach.live.errors import LiveError
from lantian.teach.live.queries.summaries import SYNTHETIC
from lantian.teach.live.services.publishing import LOST, Greeting, Outbox, Refused, address_for, publish

log = structlog.get_logger("broadcast")
SLOT = timedelta(minutes=45)
TITLES = ("光的折射规律", "光的折射：从水里的筷子说起", "生活中的折射", "光的折射实验课", "光的折射：作图与应用")
SUMMARY = SYNTHETIC


@dataclass(frozen=True, slots=True)
class Slot:
    """What to broadcast into: the session, its ticket, and until when."""

    session: str
    ticket: str
    ends_at: datetime


def present_slot(now: datetime) -> tuple[datetime, datetime]:
    """The 45-minute slot `now` lies in; slots are counted from midnight."""
    midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    begin = midnight + SLOT * ((now - midnight) // SLOT)
    return begin, begin + SLOT


def free_teacher() -> Any:
    """Who gives the open lesson: a teacher of a sending school who is in no other lesson of the demonstration."""
    alliances = apps.get_model("schedule", "AllianceMember").objects.filter(part="sending")
    memberships = apps.get_model("roster", "Membership").objects.filter(
        organization__in=alliances.values("organization"), role__in=("teacher", "homeroom_teacher"), valid_to=None
    )
    busy = apps.get_model("schedule", "Lesson").objects.exclude(title__in=TITLES).values("teacher")
    found = memberships.exclude(person__in=busy).select_related("person", "organization")
    return found.order_by("organization__sort_key", "person__sort_key", "person_id").first()


def prepare(now: datetime | None = None) -> Slot | None:
    """The present open lesson, planned and opened if need be; None while there is nobody to give one."""
    close_old_connections()
    try:
        moment = now or timezone.now()
        begin, end = present_slot(moment)
        lesson = _present_lesson(begin, end, moment)
        if lesson is None:
            return None
        session = services.open_live_session(lesson, by=SYSTEM, now=moment)
        session.lesson = lesson
        return Slot(str(session.pk), services.ticket_for_teacher(session, by=SYSTEM), lesson.ends_at)
    except (ScheduleError, LiveError) as error:
        log.warning("no slot", error=type(error).__name__)
        return None
    finally:
        close_old_connections()


def _present_lesson(begin: datetime, end: datetime, now: datetime) -> Any:
    lessons = apps.get_model("schedule", "Lesson").objects.filter(
        title__in=TITLES,
        access=LessonAccess.PUBLIC,
        state__in=(LessonState.PLANNED, LessonState.LIVE),
        starts_at__lte=now,
        ends_at__gt=now + timedelta(seconds=20),
    )
    found = lessons.select_related("organization", "class_group", "teacher").order_by("-starts_at").first()
    if found is not None:
        return found
    membership = free_teacher()
    if membership is None:
        return None
    ended = apps.get_model("schedule", "Lesson").objects.filter(title__in=TITLES, starts_at__lt=end, ends_at__gt=begin)
    start = now.replace(microsecond=0) if ended.exists() else begin  # the slot's first lesson was ended by hand
    if end - start < timedelta(minutes=6):
        end += SLOT
    return schedule.plan_lesson(
        title=TITLES[int(begin.timestamp() // SLOT.total_seconds()) % len(TITLES)],
        subject="physics",
        stage="junior",
        grade=8,
        teacher=membership.person,
        organization=membership.organization,
        starts_at=start,
        ends_at=end,
        access=LessonAccess.PUBLIC,
        summary=SUMMARY,
        by=SYSTEM,
    )


def dismiss(session: str) -> None:
    """End the slot's session when that could not be said over the socket."""
    close_old_connections()
    try:
        services.end_live_session(session, reason=EndReason.PLANNED, by=SYSTEM)
    finally:
        close_old_connections()


class Recorder(Outbox):
    """The synthetic source in a thread of its own, and its chunks that are not acknowledged yet."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__()
        self._loop, self.stopped = loop, threading.Event()

    def start(self) -> None:
        threading.Thread(target=self._run, name="synthetic-lesson", daemon=True).start()

    def _run(self) -> None:
        from lantian.content.media.engine.lesson.source import LessonSource  # codecs: not for every process

        for chunk in LessonSource().chunks(stop=self.stopped.is_set):
            with contextlib.suppress(RuntimeError):  # the loop is gone: so are we
                self._loop.call_soon_threadsafe(self.put, chunk)


async def broadcast(base_url: str = "") -> None:
    """Keep the open lesson live until cancelled. `base_url`: as `publishing.publish` takes it; empty for this instance's own."""
    while True:
        slot = await asyncio.to_thread(prepare)
        if slot is None:
            await asyncio.sleep(5)
            continue
        log.info("slot", session=slot.session, until=timezone.localtime(slot.ends_at).isoformat(timespec="minutes"))
        await _give(base_url, slot)


async def _give(base_url: str, slot: Slot) -> None:
    """One lesson from now to its end; a lost line is taken up again, a lost recorder is replaced."""
    recorder = Recorder(asyncio.get_running_loop())
    recorder.start()
    pause = 0.3
    try:
        while timezone.now() < slot.ends_at:
            try:
                if await _publish(base_url, slot, recorder):
                    return
                pause = 0.3
            except Refused as refused:
                log.info("refused", code=str(refused))
                if str(refused) in {"ended", "unknown_session", "forbidden"}:
                    await asyncio.sleep(2)
                    return
                recorder.stopped.set()
                recorder = Recorder(asyncio.get_running_loop())
                recorder.start()
            except LOST as error:
                log.info("line lost", error=type(error).__name__)
            await asyncio.sleep(pause)
            pause = min(5.0, pause * 2)
        await asyncio.to_thread(dismiss, slot.session)
    finally:
        recorder.stopped.set()


async def _publish(base_url: str, slot: Slot, recorder: Recorder) -> bool:
    """Send over one connection. True when the lesson was ended, False when the line closed. Raises Refused."""
    from lantian.content.media.engine.lesson.source import MIME

    greeting = Greeting(MIME, 854, 480, takeover=True)
    address = base_url or await asyncio.to_thread(address_for, slot.ticket)
    return await publish(address, slot.ticket, recorder, greeting, over=lambda: timezone.now() >= slot.ends_at)
