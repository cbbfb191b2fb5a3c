"""All sessions of this process: loading them from database or disk, ending them, and the threads they share.

Its clock is in `clock`, what the database is told in `books`, what other processes say in `notices`, the second sound in
`sound`.
"""

import asyncio
import contextlib
import fcntl
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import IO, Any, ParamSpec, TypeVar
from uuid import UUID

import structlog

from lantian.content.media import services as media
from lantian.content.media.engine.crypto import ContentKey
from lantian.content.media.errors import StreamTaken
from lantian.content.media.queries import segments_noted
from lantian.kernel.bucket import BucketError
from lantian.teach.live import queries, services
from lantian.teach.live.consumers.books import Books
from lantian.teach.live.consumers.clock import run_clock
from lantian.teach.live.consumers.database import Database, DatabaseAway
from lantian.teach.live.consumers.eventlog import EventLog
from lantian.teach.live.consumers.floor import Floor
from lantian.teach.live.consumers.holding import Holding
from lantian.teach.live.consumers.notices import listen, resync_forever
from lantian.teach.live.consumers.offsite import Offsite
from lantian.teach.live.consumers.outlet import Outlet
from lantian.teach.live.consumers.pictures import Pictures
from lantian.teach.live.consumers.records import Record, Records
from lantian.teach.live.consumers.room import LiveRoom, SessionOver, UnknownSession
from lantian.teach.live.consumers.sound import Followed, Sound
from lantian.teach.live.consumers.spool import Spool
from lantian.teach.live.consumers.station import Elsewhere, Station
from lantian.teach.live.consumers.switchboard import line_to_janus
from lantian.teach.live.engine.protocol import dump
from lantian.teach.live.engine.tickets import LIFETIME_S, Ticket
from lantian.teach.live.enums import EndReason, SessionState

log = structlog.get_logger("live")
P = ParamSpec("P")
T = TypeVar("T")
DISK_THREADS = 2
END_AGAIN_S = 5.0
LEAVE_S = 5.0  # for lessons to be handed on before this process ends


class Hub:
    """One per process. With an S3 publishers are told that something is safe when it is there, as long as other nodes serve that
    may have to go on with the lesson; `hold_acks`: always."""

    def __init__(
        self,
        folder: Path,
        *,
        sound: bool = True,
        reserve_bytes: int = 1 << 30,
        node: str = queries.MAIN,
        address: str = "",
        remote: bool = False,
        hold_acks: bool = False,
    ) -> None:
        """`folder` is this process's own. `node`: its name among others; `address`: where those beside it reach it; `remote`: on
        a machine of its own, whose disk the front door does not see."""
        self._folder, self.reserve_bytes, self.hold_acks = folder, reserve_bytes, hold_acks
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.database = Database()
        self._disk = ThreadPoolExecutor(DISK_THREADS, "live-disk")
        self.sound = Sound(folder, wanted=sound, rested=self._rested)
        self.pictures = Pictures(folder, self.sound, self._show_made)
        self.offsite = Offsite(folder, self._safe)
        self.books = Books(self)
        self.station = Station(self, node, address)
        self._door = queries.home_path(node) if remote else ""
        self.janus = line_to_janus(node)
        self.rooms: dict[str, LiveRoom] = {}
        self.lobby: dict[str, set[Outlet]] = {}
        self.tickets: Counter[str] = Counter()
        self.sockets: dict[Outlet, Ticket] = {}
        self.blocked: dict[str, float] = {}  # accounts shut out, and since when (Unix s)
        self._loading: dict[str, asyncio.Task[LiveRoom]] = {}
        self._ending_again: set[str] = set()
        self._remembering = asyncio.Lock()
        self._tasks: set[asyncio.Task[Any]] = set()
        self._lock: IO[str] | None = None
        self.ready = False
        self.stopping = False

    # -- life ------------------------------------------------------------------------------------------------------------

    async def start(self) -> None:
        """Begin at once; what an earlier process left is taken over in the background, disk first, database when it answers."""
        self.spawn(self._take_over())
        self.spawn(listen(self))
        if self.janus is not None:
            self.spawn(self.janus.keep())

    async def _take_over(self) -> None:
        await self._only_one()
        self.records = Records(self._folder / "sessions")
        self.spool = Spool(self._folder / "presence", services.save_presence)
        self.offsite.start()
        self.ready = True
        for session in self.records.all():
            await self.look_after(session)
        self.spawn(run_clock(self))
        self.spawn(self.books.keep())
        self.spawn(self.station.keep())
        self.spawn(resync_forever(self))
        if self._door:
            self.spawn(self.offsite.tidy_forever(self.database))
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
        goodbye = dump({"t": "restart"})
        for outlet in list(self.sockets):
            outlet.send(goodbye)
            outlet.close(1012)
        until = time.monotonic() + 1.5
        while self.sockets and time.monotonic() < until:  # noqa: ASYNC110 - the sockets leave one by one
            await asyncio.sleep(0.02)

    async def stop(self) -> None:
        """Put what is in memory where the next process finds it. Once is enough."""
        if self.stopping:
            return
        self.stopping = True
        await self.station.leave(LEAVE_S)
        await self.farewell()
        await self.pictures.stop()
        await self.sound.stop()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.sleep(0.05)
        if self.ready:
            with contextlib.suppress(Exception):
                await asyncio.wait_for(self.spool.flush(self.database), 3)
            self.spool.close()
            for room in self.rooms.values():
                if room.floor is not None:
                    room.floor.close()
        await self.on_disk(self.offsite.stop)
        self.database.close()
        self._disk.shutdown(wait=False)

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
        """The session's room, loaded when needed. Raises SessionOver, UnknownSession, Elsewhere, DatabaseAway, media's errors."""
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

    async def look_after(self, session: str) -> None:
        """Load a session nobody has asked for, or end it. Whatever it meets (a folder that cannot be read) costs no other."""
        try:
            await self.room(session)
        except (SessionOver, UnknownSession, Elsewhere, DatabaseAway):
            pass
        except Exception:
            log.exception("session could not be loaded", session=session)

    async def _load(self, session: str) -> LiveRoom:
        record = self.records.load(session)
        trusted = True
        if record is None or (record.ended_ms is None and self.database.answers):
            try:
                known, record = record, await self._ask(session, record)
            except Elsewhere:
                self.records.remove(session)  # so that a start without a database does not go on with it
                raise
            trusted = (known.facts.term if known else 0) + 1 >= record.facts.term  # nobody else had it since
        facts = record.facts
        if facts.state == SessionState.ENDED and not facts.stream_open:
            self.records.remove(session)
            raise SessionOver(facts.lesson)
        try:
            room = await self._build(record, trusted=trusted)
        except StreamTaken as taken:
            self.records.remove(session)
            raise Elsewhere from taken
        self.rooms[session] = room
        await self.remember(room)
        if record.ended_ms is not None or facts.state == SessionState.ENDED or room.writer.ended:
            reason = EndReason(record.reason) if record.reason else EndReason.TEACHER
            await self.end(room, reason, ended_ms=record.ended_ms)
            raise SessionOver(facts.lesson)
        log.info("session loaded", session=session, segments=room.writer.segments, state=str(room.state))
        return room

    async def ask_again(self, room: LiveRoom) -> None:
        """What the database says of a running session by now; while it is away, nothing new. Tells who is concerned."""
        with contextlib.suppress(DatabaseAway):
            facts = await self.database.run(queries.session_facts, room.id)
            if facts is not None:
                await self.learn(room, facts)

    async def learn(self, room: LiveRoom, facts: queries.SessionFacts) -> None:
        """What the database says of a session that is here; somebody else may have it by now."""
        if facts.term > room.facts.term:
            self.station.lose(room)
        elif room.learn(replace(facts, state=room.facts.state, node=room.facts.node, term=room.facts.term)):
            await self.remember(room)

    async def _ask(self, session: str, known: Record | None) -> Record:
        """Facts and keys from the database, where the session is made ours; or, while that is away, what the disk knows."""
        try:
            facts = await self.database.run(queries.session_facts, session)
            if facts is None:
                raise UnknownSession(session)
            if facts.state != SessionState.ENDED or facts.stream_open:
                term = await self.station.claim(session)
                facts = await self.database.run(queries.session_facts, session) or facts
                facts = replace(facts, node=self.station.name, term=term)
            keys, _lost = await self.database.run(media.stream_keys, UUID(facts.stream))
            if not keys and facts.state != SessionState.ENDED:
                keys = [await self.database.run(media.make_key, UUID(facts.stream))]
        except DatabaseAway:
            if known is None:
                raise
            return known
        return Record(facts, keys, known.ended_ms if known else None, known.reason if known else "")

    async def _build(self, record: Record, *, trusted: bool) -> LiveRoom:
        facts = record.facts
        folder = media.stream_folder(media.media_root(), facts.token)
        supply = partial(media.make_key_in_thread, UUID(facts.stream))
        bounds = media.StreamLimits(reserve_bytes=self.reserve_bytes)

        def open_files() -> media.SegmentWriter:
            ring = media.KeyRing(
                record.keys, used=media.used_keys(folder), supply=supply, executor=self.database.threads
            )
            return media.open_writer(folder, ring, bounds=bounds, term=facts.term)

        if not trusted:
            await self._fetch(facts.token)
        writer = await self.on_disk(open_files)
        self.sound.follow(facts.id, folder.path, writer.keys)
        self.offsite.follow(facts.id, facts.token)
        room = LiveRoom(facts, writer, self._disk, partial(self._wrote, facts.id))
        if self.offsite.wanted:
            several = lambda: self.hold_acks or self.station.several  # noqa: E731 - asked for each segment
            room.holding = Holding(self.offsite.durable_up_to(facts.id), several)
        room.need_small = partial(self.pictures.need, facts.id)
        room.careful = lambda: self.station.several and self.database.answers
        room.bring = partial(self.books.bring, room)
        room.folder, room.door = folder.path, self._door
        room.floor = await self._floor(room, trusted=trusted)
        return room

    async def _fetch(self, token: str) -> None:
        """Another node had the session: what it wrote may be on another disk, and is in the S3 then. Where that does not answer
        the session waits, unless our disk has what the database knows of (nodes may share one). Raises DatabaseAway."""
        try:
            await self.on_disk(media.offsite.restore, token)
        except (BucketError, media.offsite.JournalBroken) as error:
            folder = media.stream_folder(media.media_root(), token)
            here = await self.on_disk(lambda: folder.av.load().next_sequence)
            if here < await self.database.run(segments_noted, token):
                raise DatabaseAway("the S3 does not answer") from error
            log.warning("the S3 does not answer, the disk has to do", segments=here)

    # -- renditions --------------------------------------------------------------------------------------------------------

    def _wrote(self, session: str, last: media.SegmentRecord | None) -> None:
        """A segment is on disk, or (None) the end is."""
        if last is None:
            self.pictures.drop(session)
        self.sound.wrote(session, last)
        self.offsite.look(session)

    def _safe(self, session: str, segment: int) -> None:
        """The stream is in the S3 up to this segment."""
        room = self.rooms.get(session)
        if room is not None and room.holding is not None:
            room.holding.learn(segment)

    def _rested(self, lesson: Followed) -> None:
        """The AAC rendition has a segment more: the small picture is made of it."""
        self.offsite.look(lesson.session)
        room = self.rooms.get(lesson.session)
        if room is not None and room.writer.history.segments:
            self.pictures.wrote(lesson.session, room.writer.history.segments[-1].key)
        self._show_made(lesson)

    def _show_made(self, lesson: Followed) -> None:
        """Tell viewers what there is by now for weak lines."""
        room = self.rooms.get(lesson.session)
        sound = self.sound.followed(lesson.session)
        if room is None or sound is None:
            return
        made = [name for name, there in (("small", self.pictures.made(room.id)), ("sound", sound.made)) if there]
        room.learn_made(tuple(made), sound.poster)

    async def _floor(self, room: LiveRoom, *, trusted: bool) -> Floor:
        """What has happened in the session: from its file, and what the database knows beyond it. A file that was left here
        before somebody else had the session is none."""
        path = self._folder / "events" / f"{UUID(room.id)}.jsonl"
        if not trusted:
            await self.on_disk(path.unlink, missing_ok=True)
        events = await self.on_disk(EventLog, path)
        if self.database.answers:
            with contextlib.suppress(DatabaseAway):
                beyond = await self.database.run(queries.events_after, room.id, len(events.found))
                await self.on_disk(events.catch_up, beyond)
        return Floor(room, events, self.janus)

    async def on_disk(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run on one of the threads that may wait for the disk."""
        return await asyncio.get_running_loop().run_in_executor(self._disk, partial(function, *args, **kwargs))

    async def remember(self, room: LiveRoom) -> None:
        """Keep the session's small file true. One at a time: the end of a session must not be overtaken by its running state."""
        async with self._remembering:
            keys: list[ContentKey] = list(room.writer.keys.all())
            facts = replace(room.facts, started_ms=room.started_ms)
            record = Record(facts, keys, room.ended_ms, str(room.end_reason or ""))
            await self.on_disk(self.records.save, record)

    def forget(self, room: LiveRoom) -> None:
        """Its books are closed: nothing of it stays with this process."""
        if room.floor is not None:
            room.floor.forget()
        self.offsite.close(room.id)
        self.records.remove(room.id)
        self.rooms.pop(room.id, None)

    # -- the end ---------------------------------------------------------------------------------------------------------

    async def end(self, room: LiveRoom, reason: EndReason, *, ended_ms: int | None = None) -> None:
        """End a session: files and viewers now, the database as soon as it answers.

        While the disk does not take even the last line, the session stays and is ended again a little later.
        """
        try:
            if not await room.finish(reason, ended_ms):
                return
        except Exception:
            log.exception("session could not be ended", session=room.id)
            if room.id not in self._ending_again:
                self._ending_again.add(room.id)
                self.spawn(self._end_again(room, reason, ended_ms))
            return
        with contextlib.suppress(OSError):  # the database learns of the end all the same
            await self.remember(room)
        self.call_lobby(room.facts)
        self.spawn(self.books.settle(room))

    async def _end_again(self, room: LiveRoom, reason: EndReason, ended_ms: int | None) -> None:
        await asyncio.sleep(END_AGAIN_S)
        self._ending_again.discard(room.id)
        await self.end(room, reason, ended_ms=ended_ms)

    # -- shutting out ----------------------------------------------------------------------------------------------------

    def shut_out(self, account: str, since: float) -> int:
        """An account was closed or reset at `since` (Unix s): its sockets go, and tickets made before let nobody in any more."""
        now = time.time()
        if self.blocked.get(account, 0.0) >= since:
            return 0
        self.blocked = {known: at for known, at in self.blocked.items() if now - at < LIFETIME_S}
        self.blocked[account] = since
        gone = [outlet for outlet, ticket in self.sockets.items() if self.shuts_out(ticket)]
        for outlet in gone:
            outlet.drop(4003)
        return len(gone)

    def shuts_out(self, ticket: Ticket) -> bool:
        """Whether this ticket was made before its account was closed or reset."""
        return ticket.a is not None and ticket.issued <= self.blocked.get(ticket.a, 0.0)

    def call_lobby(self, facts: queries.SessionFacts) -> None:
        """Class screens waiting for this lesson look at their day again."""
        text = dump({"t": "day"})
        for class_id, *_rest in facts.receivers:
            for outlet in list(self.lobby.get(class_id, ())):
                outlet.send(text)
