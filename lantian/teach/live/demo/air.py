"""The demonstration's synthetic lesson: always live, through the very ingest that teachers' browsers use.

`broadcast` runs beside the other processes of a demonstration. It finds or plans the open lesson of the present slot, opens
its session, and behaves like a page: numbered chunks, acknowledgements, reconnection from where the server asks, and at the
slot's end it dismisses the class and goes on with the next one.
"""

import asyncio
import contextlib
import json
import os
import threading
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import structlog
import websockets
from django.apps import apps
from django.conf import settings
from django.db import close_old_connections
from django.utils import timezone

from lantian.kernel.rules import SYSTEM
from lantian.people.schedule import services as schedule
from lantian.people.schedule.enums import LessonAccess, LessonState
from lantian.people.schedule.errors import ScheduleError
from lantian.teach.live import services
from lantian.teach.live.engine.protocol import build_chunk, dump
from lantian.teach.live.enums import EndReason
from lantian.teach.live.errors import LiveError

if TYPE_CHECKING:
    from lantian.content.media.engine.lesson.source import Chunk

log = structlog.get_logger("broadcast")
SLOT = timedelta(minutes=45)
TITLES = ("光的折射规律", "光的折射：从水里的筷子说起", "生活中的折射", "光的折射实验课", "光的折射：作图与应用")
SUMMARY = "演示课：由程序合成的画面、时钟和声音，走的是与教师浏览器相同的直播通道。"
KEPT_CHUNKS, KEPT_BYTES = 240, 64 << 20
SOCKET_PATH = "/live/ws/ingest?ticket="


class Refused(Exception):
    """The live process will not have us: `code` as on the wire."""


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


@dataclass
class Recorder:
    """The synthetic source in a thread of its own, and the chunks that are not acknowledged yet."""

    loop: asyncio.AbstractEventLoop
    epoch: str = field(default_factory=lambda: str(uuid4()))
    kept: "deque[Chunk]" = field(default_factory=deque)
    fresh: asyncio.Event = field(default_factory=asyncio.Event)
    stopped: threading.Event = field(default_factory=threading.Event)
    bytes: int = 0
    overflowed: bool = False

    def start(self) -> None:
        threading.Thread(target=self._run, name="synthetic-lesson", daemon=True).start()

    def _run(self) -> None:
        from lantian.content.media.engine.lesson.source import LessonSource  # codecs: not for every process

        for chunk in LessonSource().chunks(stop=self.stopped.is_set):
            with contextlib.suppress(RuntimeError):  # the loop is gone: so are we
                self.loop.call_soon_threadsafe(self._take, chunk)

    def _take(self, chunk: "Chunk") -> None:
        self.kept.append(chunk)
        self.bytes += len(chunk.data)
        while len(self.kept) > KEPT_CHUNKS or self.bytes > KEPT_BYTES:
            self.bytes -= len(self.kept.popleft().data)
            self.overflowed = True
        self.fresh.set()

    def acknowledge(self, number: int) -> None:
        while self.kept and self.kept[0].number <= number:
            self.bytes -= len(self.kept.popleft().data)

    def can_go_on_from(self, number: int) -> bool:
        """Whether the server's next chunk is still here (or not yet made)."""
        return not self.kept or self.kept[0].number <= number

    async def chunks_from(self, number: int) -> "AsyncIterator[Chunk]":
        """Chunks from `number` on, waiting for new ones."""
        while True:
            self.fresh.clear()
            for chunk in list(self.kept):
                if chunk.number >= number:
                    number = chunk.number + 1
                    yield chunk
                    if chunk.last:
                        return
            await self.fresh.wait()


def _connect(base_url: str, ticket: str) -> websockets.connect:
    """`base_url`: ws://host:port, http://host:port, or unix:/path/to/live.sock."""
    options: dict[str, Any] = {"compression": None, "max_size": 1 << 20, "open_timeout": 10, "ping_interval": None}
    if base_url.startswith("unix:"):
        return websockets.unix_connect(base_url.removeprefix("unix:"), f"ws://live{SOCKET_PATH}{ticket}", **options)
    address = base_url.replace("http://", "ws://", 1).replace("https://", "wss://", 1).rstrip("/")
    return websockets.connect(f"{address}{SOCKET_PATH}{ticket}", **options)


def _default_address() -> str:
    """The live process of this instance, by its socket."""
    socket = os.environ.get("LANTIAN_LIVE_SOCKET") or str(settings.LANTIAN_HOME / "run" / "live.sock")
    return f"unix:{socket}"


async def broadcast(base_url: str = "") -> None:
    """Keep the open lesson live until cancelled. `base_url`: see `_connect`; empty for this instance's own live process."""
    base_url = base_url or _default_address()
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
            except (OSError, websockets.WebSocketException, TimeoutError) as error:
                log.info("line lost", error=type(error).__name__)
            await asyncio.sleep(pause)
            pause = min(5.0, pause * 2)
        await asyncio.to_thread(dismiss, slot.session)
    finally:
        recorder.stopped.set()


async def _publish(base_url: str, slot: Slot, recorder: Recorder) -> bool:
    """Send over one connection. True when the lesson was ended, False when the line closed. Raises Refused."""
    from lantian.content.media.engine.lesson.source import MIME

    async with _connect(base_url, slot.ticket) as socket:
        await socket.send(
            dump(
                {
                    "t": "hello",
                    "v": 1,
                    "epoch": recorder.epoch,
                    "mime": MIME,
                    "width": 854,
                    "height": 480,
                    "takeover": True,
                    "after": None,
                }
            )
        )
        sender: asyncio.Task[None] | None = None
        try:
            async for text in socket:
                message = json.loads(text)
                kind = message["t"]
                if kind == "ready":
                    if not recorder.can_go_on_from(message["next_chunk"]):
                        raise Refused("overflow")
                    sender = asyncio.create_task(_send(socket, slot, recorder, message["next_chunk"]))
                elif kind == "ack":
                    recorder.acknowledge(message["chunk"])
                elif kind == "ended":
                    return True
                elif kind in {"refused", "replaced"} or (kind == "error" and message["code"] != "gap"):
                    raise Refused(message.get("code", kind))
        finally:
            if sender is not None:
                sender.cancel()
    return False


async def _send(socket: Any, slot: Slot, recorder: Recorder, number: int) -> None:
    async for chunk in recorder.chunks_from(number):
        await socket.send(build_chunk(chunk.number, chunk.captured_ms, chunk.data, last=chunk.last))
        if timezone.now() >= slot.ends_at:
            await socket.send(dump({"t": "end"}))
            return
