"""All sessions of this process: loading them from database or disk, the clock that drives them, word from outside."""

import asyncio
import contextlib
import fcntl
import os
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import IO, Any
from uuid import UUID

import structlog
from django.core.exceptions import ObjectDoesNotExist

from lantian.content.media import services as media
from lantian.content.media.engine.crypto import ContentKey
from lantian.kernel.rules import SYSTEM
from lantian.teach.live import queries, services
from lantian.teach.live.consumers import figures
from lantian.teach.live.consumers.database import Database, DatabaseAway
from lantian.teach.live.consumers.outlet import Outlet
from lantian.teach.live.consumers.records import Record, Records
from lantian.teach.live.consumers.room import LiveRoom
from lantian.teach.live.consumers.spool import Spool
from lantian.teach.live.engine.protocol import dump
from lantian.teach.live.enums import EndReason, SessionState
from lantian.teach.live.queries import SessionFacts

log = structlog.get_logger("live")
BOARD_S, FLUSH_S, PROGRESS_S, RESYNC_S = 2.0, 5.0, 15.0, 30.0
DISK_THREADS, SOUND_THREADS = 2, 2


class SessionOver(Exception):
    """The session has ended; `lesson` says where its replay is."""

    def __init__(self, lesson: str) -> None:
        super().__init__(lesson)
        self.lesson = lesson


class UnknownSession(Exception):
    """Nobody has ever opened this session."""


def _be_nice() -> None:
    """The AAC rendition is worth having, but never before the picture: its threads come last on this machine."""
    with contextlib.suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), 10)


class Hub:
    """One per process."""

    def __init__(self, folder: Path, *, sound: bool = True, reserve_bytes: int = 1 << 30) -> None:
        self._folder, self._sound, self._reserve = folder, sound, reserve_bytes
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.database = Database()
        self._disk = ThreadPoolExecutor(DISK_THREADS, "live-disk")
        self._sounds = ThreadPoolExecutor(SOUND_THREADS, "live-sound", initializer=_be_nice)
        self.rooms: dict[str, LiveRoom] = {}
        self.lobby: dict[str, set[Outlet]] = {}
        self.tickets: Counter[str] = Counter()
        self.sockets: set[Outlet] = set()
        self._loading: dict[str, asyncio.Task[LiveRoom]] = {}
        self._tasks: set[asyncio.Task[Any]] = set()
        self._lock: IO[str] | None = None
        self.ready = False
        self.stopping = False
        self.farewell_task: asyncio.Task[None] | None = None

    # -- life ------------------------------------------------------------------------------------------------------------

    async def start(self) -> None:
        """Begin at once; what an earlier process left is taken over in the background, disk first, database when it answers."""
        self.spawn(self._take_over())

    async def _take_over(self) -> None:
        await self._only_one()
        self.records = Records(self._folder / "sessions")
        self.spool = Spool(self._folder / "presence", services.save_presence)
        self.ready = True
        for session in self.records.all():
            with contextlib.suppress(SessionOver, UnknownSession, DatabaseAway):
                await self.room(session)
        self.spawn(self._clock())
        self.spawn(self._books())
        self.spawn(self._resync_forever())
        log.info("live process ready", sessions=len(self.rooms))

    async def _only_one(self) -> None:
        """Two processes must never write one stream: wait until a former one is gone."""
        self._lock = (self._folder / "lock").open("w")
        while True:
            try:
                fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            except BlockingIOError:
                await asyncio.sleep(0.1)

    async def farewell(self) -> None:
        """Tell everybody to come back, and give them a moment to hear it."""
        self.stopping = True
        goodbye = dump({"t": "restart"})
        for outlet in list(self.sockets):
            outlet.send(goodbye)
            outlet.close(1012)
        until = time.monotonic() + 1.5
        while self.sockets and time.monotonic() < until:  # noqa: ASYNC110 - the sockets leave one by one
            await asyncio.sleep(0.02)

    async def stop(self) -> None:
        """Put what is in memory where the next process finds it."""
        await self.farewell()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.sleep(0.05)
        if self.ready:
            with contextlib.suppress(Exception):
                await asyncio.wait_for(self.spool.flush(self.database), 3)
            self.spool.close()
        self.database.close()
        self._disk.shutdown(wait=False)
        self._sounds.shutdown(wait=False, cancel_futures=True)

    def spawn(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: "asyncio.Task[Any]") -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            log.error("background task failed", exc_info=task.exception())

    # -- rooms -----------------------------------------------------------------------------------------------------------

    async def room(self, session: str) -> LiveRoom:
        """The session's room, loaded when needed. Raises SessionOver, UnknownSession, DatabaseAway, media's errors."""
        found = self.rooms.get(session)
        if found is not None:
            if found.state is SessionState.ENDED:
                raise SessionOver(found.facts.lesson)
            return found
        task = self._loading.get(session)
        if task is None:
            task = self._loading[session] = asyncio.get_running_loop().create_task(self._load(session))
            task.add_done_callback(lambda _task: self._loading.pop(session, None))
        return await asyncio.shield(task)

    async def _load(self, session: str) -> LiveRoom:
        record = self.records.load(session)
        if record is None or (record.ended_ms is None and self.database.answers):
            record = await self._ask(session, record)
        facts = record.facts
        if facts.state == SessionState.ENDED and not facts.stream_open:
            self.records.remove(session)
            raise SessionOver(facts.lesson)
        room = await self._build(record)
        self.rooms[session] = room
        await self._remember(room)
        if record.ended_ms is not None or facts.state == SessionState.ENDED or room.writer.ended:
            reason = EndReason(record.reason) if record.reason else EndReason.TEACHER
            await self.end(room, reason, ended_ms=record.ended_ms)
            raise SessionOver(facts.lesson)
        self.spawn(self._follow(room))
        log.info("session loaded", session=session, segments=room.writer.segments, state=str(room.state))
        return room

    async def _ask(self, session: str, known: Record | None) -> Record:
        """Facts and keys from the database, or, while that is away, what the disk knows."""
        try:
            facts = await self.database.run(queries.session_facts, session)
            if facts is None:
                raise UnknownSession(session)
            keys, _lost = await self.database.run(media.stream_keys, UUID(facts.stream))
            if not keys and facts.state != SessionState.ENDED:
                keys = [await self.database.run(media.make_key, UUID(facts.stream))]
        except DatabaseAway:
            if known is None:
                raise
            return known
        return Record(facts, keys, known.ended_ms if known else None, known.reason if known else "")

    async def _build(self, record: Record) -> LiveRoom:
        facts = record.facts
        folder = media.stream_folder(media.media_root(), facts.token)
        supply = partial(media.make_key_in_thread, UUID(facts.stream))
        bounds = media.StreamLimits(reserve_bytes=self._reserve)

        def open_files() -> tuple[media.SegmentWriter, media.StreamFollower | None]:
            ring = media.KeyRing(
                record.keys, used=media.used_keys(folder), supply=supply, executor=self.database.threads
            )
            writer = media.open_writer(folder, ring, bounds=bounds)
            return writer, media.StreamFollower(folder, ring.secret) if self._sound else None

        writer, follower = await asyncio.get_running_loop().run_in_executor(self._disk, open_files)
        return LiveRoom(facts, writer, follower, self._disk)

    async def _remember(self, room: LiveRoom) -> None:
        """Keep the session's small file true."""
        keys: list[ContentKey] = list(room.writer.keys.all())
        facts = replace(room.facts, started_ms=room.started_ms)
        record = Record(facts, keys, room.ended_ms, str(room.end_reason or ""))
        await asyncio.get_running_loop().run_in_executor(self._disk, self.records.save, record)

    async def _follow(self, room: LiveRoom) -> None:
        """Let the AAC rendition follow its segments, in a thread of low priority."""
        if room.follower is None or room.followed:
            return
        room.followed = True  # one task alone: codecs bear no two threads
        loop = asyncio.get_running_loop()
        while not room.follower.ended:
            try:
                await loop.run_in_executor(self._sounds, room.follower.step)
            except Exception:
                log.warning("follower failed", session=room.id, exc_info=True)
                await asyncio.sleep(5)
            room.segment_written.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(room.segment_written.wait(), 2)

    # -- the end ---------------------------------------------------------------------------------------------------------

    async def end(self, room: LiveRoom, reason: EndReason, *, ended_ms: int | None = None) -> None:
        """End a session: files and viewers now, the database as soon as it answers."""
        if not await room.finish(reason, ended_ms):
            return
        await self._remember(room)
        self._call_lobby(room)
        self.spawn(self._follow(room))
        self.spawn(self._settle(room))

    async def _settle(self, room: LiveRoom) -> None:
        assert room.ended_ms is not None
        assert room.end_reason is not None
        pause = 0.5
        while True:
            try:
                await self._mark_live(room)
                await self.database.run(
                    services.end_live_session,
                    room.id,
                    reason=room.end_reason,
                    by=SYSTEM,
                    ended_at=datetime.fromtimestamp(room.ended_ms / 1000, UTC),
                )
                if await self.spool.flush(self.database):
                    await self.database.run(services.settle_live_session, room.id)
                    break
            except DatabaseAway:
                log.warning("session waits for the database to be settled", session=room.id)
            except ObjectDoesNotExist:
                break  # the session was deleted
            await asyncio.sleep(pause)
            pause = min(10.0, pause * 2)
        while room.follower is not None and not room.follower.ended:  # noqa: ASYNC110 - a thread ends it
            await asyncio.sleep(0.5)
        self.records.remove(room.id)
        self.rooms.pop(room.id, None)
        log.info("session settled", session=room.id, segments=room.writer.segments)

    def _call_lobby(self, room: LiveRoom) -> None:
        """Class screens waiting for this lesson look at their day again."""
        text = dump({"t": "day"})
        for class_id, *_rest in room.facts.receivers:
            for outlet in list(self.lobby.get(class_id, ())):
                outlet.send(text)

    # -- clocks ----------------------------------------------------------------------------------------------------------

    async def _clock(self) -> None:
        """Every second: silence, ends, the teachers' boards, warnings."""
        boards = disks = 0.0
        while True:
            due = time.monotonic() + 1
            await asyncio.sleep(1)
            now = time.monotonic()
            figures.LOOP_LAG.observe(max(0.0, now - due))
            for room in list(self.rooms.values()):
                if room.state is SessionState.ENDED:
                    continue
                room.tick()
                reason = room.overdue()
                if reason is not None:
                    self.spawn(self.end(room, reason))
            if now - boards >= BOARD_S:
                boards = now
                self._send_boards()
            if now - disks >= 15:
                disks = now
                await self._warn_of_disk()

    def _send_boards(self) -> None:
        for room in self.rooms.values():
            if room.publisher is not None:
                text = room.board()
                if text is not None:
                    room.publisher.outlet.send(text)

    async def _warn_of_disk(self) -> None:
        loop = asyncio.get_running_loop()
        space = await loop.run_in_executor(self._disk, media.room_for_lesson, media.media_root(), self._reserve)
        if not space.enough:
            text = dump({"t": "disk", "free_mb": space.free_bytes >> 20})
            for room in self.rooms.values():
                if room.publisher is not None:
                    room.publisher.outlet.send(text)

    async def _books(self) -> None:
        """Every five seconds: presence into the database in one batch, and of each session what is new since 15 seconds."""
        while True:
            await asyncio.sleep(FLUSH_S)
            try:
                if not await self.spool.flush(self.database):
                    log.warning("database away", presence_waiting=len(self.spool))
                    continue
                for room in list(self.rooms.values()):
                    await self._save(room)
            except DatabaseAway:
                log.warning("database away", presence_waiting=len(self.spool))
            except Exception:
                log.exception("books could not be written")
            figures.PRESENCE_WAITING.set(len(self.spool))
            figures.DATABASE_UP.set(self.database.answers)

    async def _mark_live(self, room: LiveRoom) -> None:
        if room.started_ms is None or room.marked_live:
            return
        started = datetime.fromtimestamp(room.started_ms / 1000, UTC)
        await self.database.run(services.mark_live, room.id, started_at=started)
        room.marked_live = True
        self._call_lobby(room)

    def picture_came(self, room: LiveRoom) -> None:
        """The first segment is there: say so at once; the books try again if the database is away."""

        async def say() -> None:
            with contextlib.suppress(DatabaseAway):
                await self._mark_live(room)

        self.spawn(say())

    async def _save(self, room: LiveRoom) -> None:
        if room.state is SessionState.ENDED:
            return
        await self._mark_live(room)
        writer = room.writer
        now = time.monotonic()
        state = (str(room.state), room.started_ms)
        if (*state, writer.segments) == room.saved or (state == room.saved[:2] and now - room.saved_at < PROGRESS_S):
            return
        chunk_at = datetime.fromtimestamp(room.last_chunk_ms / 1000, UTC) if room.last_chunk_ms else None
        await self.database.run(
            services.save_progress,
            room.id,
            stream_id=room.facts.stream,
            state=str(room.state),
            last_chunk_at=chunk_at,
            seconds=writer.seconds,
            segments=writer.segments,
            size=writer.bytes,
            poster=room.follower.poster if room.follower else "",
        )
        room.saved, room.saved_at = (*state, writer.segments), now
        known = (len(writer.keys.all()), room.started_ms, room.facts)
        if known != room.remembered:
            await self._remember(room)
            room.remembered = known

    # -- word from outside -----------------------------------------------------------------------------------------------

    async def _resync_forever(self) -> None:
        while True:
            await self.resync()
            await asyncio.sleep(RESYNC_S if self.database.answers else 2.0)

    async def resync(self) -> None:
        """Compare with the database: what was missed while nobody listened, and sessions left by a former process."""
        try:
            for facts in await self.database.run(queries.unsettled_sessions):
                await self._compare(facts)
        except DatabaseAway:
            return

    async def _compare(self, facts: SessionFacts) -> None:
        room = self.rooms.get(facts.id)
        if room is None:
            with contextlib.suppress(SessionOver, UnknownSession):
                await self.room(facts.id)
            return
        if facts.state == SessionState.ENDED and room.state is not SessionState.ENDED:
            await self.end(room, EndReason.TEACHER)
            return
        room.facts = replace(facts, state=room.facts.state)

    async def notice(self, message: dict[str, Any]) -> None:
        """A NOTIFY from another process."""
        kind, session = message.get("t"), message.get("session")
        if kind == "blocked":
            gone = sum(room.dismiss(str(message.get("account"))) for room in self.rooms.values())
            log.info("account dismissed", sockets=gone)
            return
        if not isinstance(session, str):
            return
        with contextlib.suppress(DatabaseAway):
            facts = await self.database.run(queries.session_facts, session)
            if facts is None:
                return
            await self._compare(facts)
            room = self.rooms.get(session)
            if room is not None and kind == "opened":
                self._call_lobby(room)
