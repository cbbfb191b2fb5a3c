"""One live session in memory: its writer, its publisher, its viewers. Everything here can be rebuilt from disk and database."""

import asyncio
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar
from uuid import UUID

import structlog

from lantian.content.media.engine.crypto import ContentKey
from lantian.content.media.errors import KeyLost, StaleEpoch
from lantian.content.media.services import EpochStart, Fed, SegmentRecord, SegmentWriter
from lantian.teach.live.consumers import figures
from lantian.teach.live.consumers.board import Board
from lantian.teach.live.consumers.floor import Floor, by_of
from lantian.teach.live.consumers.holding import Holding
from lantian.teach.live.consumers.outlet import Outlet
from lantian.teach.live.engine.presence import Presence
from lantian.teach.live.engine.protocol import Beat, Chunk, Hello, dump
from lantian.teach.live.engine.tickets import Ticket
from lantian.teach.live.enums import EndReason, SessionState
from lantian.teach.live.queries import GRACE, SessionFacts

log = structlog.get_logger("live")
T = TypeVar("T")
SILENT_S = 5.0  # without a chunk for so long the picture counts as interrupted
DEAD_S = 10.0  # a publisher silent for so long may be replaced without being asked
GONE_MS = 10 * 60 * 1000  # publisher away this long past the planned end: the lesson is over
GRACE_MS = int(GRACE.total_seconds() * 1000)
STALL_SHOWN_S = 6.0  # a class whose picture stands for less is not worth a teacher's look
JOIN_S = 20.0  # as long may a first picture take
KEY_WINDOW_US = 60_000_000
AHEAD_S = 10.0  # a recorder that has not been heard of for so long will not fill the gap any more
LARGE_CHUNK = 256 << 10  # a quarter of a second at 8 Mbit/s


def now_ms() -> int:
    return time.time_ns() // 1_000_000


@dataclass(eq=False, slots=True)
class Viewer:
    """One watching connection."""

    ticket: Ticket
    outlet: Outlet
    presence: Presence
    lag: float | None = None
    stalls: int = 0
    playing: bool = False
    played: bool = False  # at any time since it connected
    still_since: float = field(default_factory=time.monotonic)  # while it does not play
    last_beat: float = 0.0

    @property
    def state(self) -> str:
        """`joining` until the first picture, `stalled` once that or a stall takes too long; shorter stalls are not told."""
        if self.playing:
            return "watching"
        still = time.monotonic() - self.still_since
        if self.played:
            return "watching" if still < STALL_SHOWN_S else "stalled"
        return "joining" if still < JOIN_S else "stalled"


@dataclass(eq=False, slots=True)
class Publisher:
    """The connection that may send. `broken`: its recorder's bytes were refused; it has to greet again. `changes`: the page
    takes changes of the board instead of all of it."""

    outlet: Outlet
    ticket: Ticket
    epoch: str = ""
    broken: bool = False
    changes: bool = False
    last_chunk: float = field(default_factory=time.monotonic)


class OtherPublisher(Exception):
    """Somebody else sends already, and is alive."""


class HandedOver(Exception):
    """Somebody else teaches this lesson by now."""


class SessionOver(Exception):
    """The session has ended; `lesson` says where its replay is."""

    def __init__(self, lesson: str) -> None:
        super().__init__(lesson)
        self.lesson = lesson


class UnknownSession(Exception):
    """Nobody has ever opened this session."""


class LiveRoom:
    """State changes go through methods here; sockets live in `ingest` and `watch`."""

    def __init__(
        self,
        facts: SessionFacts,
        writer: SegmentWriter,
        disk: Executor,
        wrote: Callable[[SegmentRecord | None], None] = lambda _last: None,
    ) -> None:
        """`disk`: threads for the writer. `wrote` is told of each new segment, and with None of the end."""
        self.facts, self.writer = facts, writer
        self._disk, self._tell_of = disk, wrote
        self._turn = asyncio.Lock()  # the writer takes one call at a time
        self.publisher: Publisher | None = None
        self.published_by: str | None = None  # the person who sat there last
        self.viewers: set[Viewer] = set()
        self.devices: dict[str, set[Viewer]] = {}  # of each class and person
        self.floor: Floor | None = None
        self.made: tuple[str, ...] = ()  # what there is for weak lines
        self.poster = ""
        self.need_small: Callable[[], None] = lambda: None
        self.holding: Holding | None = None  # acknowledgements wait for the S3
        self.careful: Callable[[], bool] = lambda: False  # an event is acknowledged once the database has it
        self.bring: Callable[[], None] = lambda: None  # what the floor holds, there
        self.folder = Path()  # of its pictures
        self.door = ""  # stands before their addresses, when another machine's front door has them
        self.halted = False  # it is being handed on
        self.finished = False
        segments = writer.history.segments
        self.started_ms: int | None = segments[0].wall_ms if segments else facts.started_ms
        self.last_chunk_ms: int | None = None
        self.last_heard = time.monotonic()
        self.state: SessionState = SessionState.INTERRUPTED if segments else SessionState.WAITING
        if writer.ended or facts.state == SessionState.ENDED:
            self.state = SessionState.ENDED
        self.end_reason: EndReason | None = None
        self.ended_ms: int | None = None
        self.marked_live = False
        self.saved: tuple[object, ...] = ()
        self.saved_at = 0.0
        self.remembered: tuple[object, ...] = ()
        self._boards: dict[Outlet, Board] = {}
        self._keys: list[dict[str, str]] = []
        self._keys_mark: tuple[int, ...] = (-1,)
        self._warned_end = False
        self.disk_low = False

    # -- what everybody may know ------------------------------------------------------------------------------------------

    @property
    def id(self) -> str:
        return self.facts.id

    @property
    def master(self) -> str | None:
        return f"{self._at}/master.m3u8" if self.writer.segments else None

    @property
    def _at(self) -> str:
        return f"{self.door}/media/streams/{self.facts.token}"

    @property
    def replay(self) -> str:
        return f"/live/lessons/{self.facts.lesson}/watch/"

    def keys(self) -> list[dict[str, str]]:
        """Keys of the segments a player may meet now, the one in use and the next. Worked out once a segment: thousands ask."""
        mark = (self.writer.segments, *(key.number for key in self.writer.keys.handed_out()))
        if mark != self._keys_mark:
            self._keys_mark, self._keys = mark, self._find_keys()
        return self._keys

    def _find_keys(self) -> list[dict[str, str]]:
        ring = self.writer.keys
        wanted: dict[UUID, ContentKey | bytes] = {}
        reach = 0
        for record in reversed(self.writer.history.segments):
            if reach > KEY_WINDOW_US:
                break
            reach += record.duration_us
            key_id = UUID(record.key)
            if key_id not in wanted:
                try:
                    wanted[key_id] = ring.secret(key_id)
                except KeyLost:
                    continue
        result = [{"id": str(key), "key": secret.hex()} for key, secret in wanted.items() if isinstance(secret, bytes)]
        return result + [
            {"id": str(key.id), "key": key.secret.hex()} for key in ring.handed_out() if key.id not in wanted
        ]

    def state_message(self) -> str:
        ended = self.state is SessionState.ENDED
        return dump(
            {
                "t": "state",
                "state": str(self.state),
                "master": self.master,
                "replay": self.replay if ended else None,
                "keys": self.keys(),
                "server_ms": now_ms(),
                "started_ms": self.started_ms,
                "planned_end_ms": self.facts.planned_end_ms,
                **self._for_weak_lines(),
            }
        )

    def _for_weak_lines(self) -> dict[str, object]:
        at = self._at
        return {
            "ladder": f"{at}/ladder.m3u8" if self.writer.segments else None,
            "made": list(self.made),
            "poster": f"{at}/{self.poster}" if self.poster else None,
        }

    def learn_made(self, made: tuple[str, ...], poster: str) -> None:
        """What there is for weak lines by now (`small`, `sound`), and the file of the newest still picture."""
        if (made, poster) == (self.made, self.poster) or self.state is SessionState.ENDED:
            return
        self.made, self.poster = made, poster
        self.tell(dump({"t": "made", **self._for_weak_lines()}))

    def tell(self, text: str) -> None:
        """To every viewer; whoever cannot keep up is dropped by the own outlet."""
        for viewer in list(self.viewers):
            viewer.outlet.send(text)

    def _become(self, state: SessionState) -> None:
        if state is self.state:
            return
        log.info("session state", session=self.id, before=str(self.state), now=str(state))
        self.state = state
        if state is SessionState.LIVE:  # what stood still until now waited for the teacher
            for viewer in self.viewers:
                viewer.still_since = time.monotonic()
                viewer.presence.begin_anew(now_ms())
        self.tell(self.state_message())

    def learn(self, facts: SessionFacts) -> bool:
        """What the database says by now. True when the lesson ends at another time than was known: everybody is told."""
        before, self.facts = self.facts, facts
        seat = self.publisher
        if facts.teacher != before.teacher and seat is not None and not self.teaches(seat.ticket):
            seat.outlet.send(dump({"t": "handed_over"}))
        if facts.planned_end_ms == before.planned_end_ms:
            return False
        self._warned_end = False
        self.tell(self.state_message())
        if seat is not None:
            seat.outlet.send(dump({"t": "planned", "end_ms": facts.planned_end_ms}))
        return True

    def teaches(self, ticket: Ticket) -> bool:
        """Whether it is the ticket of whoever teaches the lesson now; somebody may have taken it over since it was given."""
        return ticket.p is None or ticket.p == self.facts.teacher

    # -- publishing ---------------------------------------------------------------------------------------------------------

    def claim(self, hello: Hello, outlet: Outlet, ticket: Ticket) -> Publisher:
        """Take the publisher's seat. Whoever the lesson was handed over to takes it from the one before.

        Raises HandedOver for whoever it was taken from, OtherPublisher when one of the same person sits there alive and no
        takeover was asked for.
        """
        sitting = self.publisher
        if sitting is not None and sitting.outlet is outlet:
            sitting.epoch, sitting.broken = hello.epoch, False
            return sitting
        if not self.teaches(ticket):
            raise HandedOver
        if sitting is not None and not sitting.outlet.closing:
            self._unseat(sitting, hello)
        self.publisher = Publisher(outlet, ticket, hello.epoch)
        return self.publisher

    def _unseat(self, sitting: Publisher, hello: Hello) -> None:
        if not self.teaches(sitting.ticket):
            sitting.outlet.send(dump({"t": "refused", "code": "handed_over", "message": ""}))
            sitting.outlet.close(4003)
            log.info("lesson taken over", session=self.id)
            return
        same = sitting.epoch in {hello.epoch, hello.after}
        dead = time.monotonic() - sitting.last_chunk > DEAD_S
        if not (same or dead or hello.takeover):
            raise OtherPublisher
        sitting.outlet.send(dump({"t": "replaced"}))
        sitting.outlet.close(4001)
        log.info("publisher replaced", session=self.id, takeover=hello.takeover)

    def vacate(self, outlet: Outlet) -> None:
        """The publisher's connection is gone; its recorder may come back and go on."""
        if self.floor is not None:
            self.floor.leave(outlet)
        if self.publisher is not None and self.publisher.outlet is outlet:
            self.publisher = None

    async def greet(self, hello: Hello) -> EpochStart:
        """Open or resume the recorder's epoch. Raises MediaError, MediaFault."""
        async with self._turn:
            return await self._in_thread(lambda: self.writer.open_epoch(hello.epoch, hello.mime))

    def safely_acked(self, start: EpochStart) -> int:
        """Up to which chunk of a recorder that greets again everything is safe: on the disk, or, where acknowledgements wait for
        it, in the S3."""
        holding = self.holding
        if holding is None or not holding.holds:
            return start.acked
        for record in reversed(self.writer.history.segments):
            if record.epoch != start.number:
                break
            if record.sequence <= holding.up_to:
                return min(start.acked, record.chunk - 1)
        return -1

    async def feed(self, publisher: Publisher, chunk: Chunk) -> Fed:
        """Write one chunk. Raises ChunkGap, MediaFault, MediaError; StaleEpoch when the seat was lost meanwhile."""
        arrived = time.monotonic()
        async with self._turn:
            if publisher is not self.publisher:
                raise StaleEpoch
            if self.halted:  # never acknowledged, it is sent again to whoever has the lesson then
                return Fed(-1, chunk.number + 1, ())
            if len(chunk.payload) > LARGE_CHUNK:  # could hold many small boxes: not while everybody waits
                fed = await self._in_thread(lambda: self.writer.feed(chunk.number, chunk.payload))
            else:
                parts = self.writer.cut(chunk.number, chunk.payload)
                # three chunks in four end no segment: nothing for a thread to do
                fed = await self._in_thread(lambda: self.writer.store(parts)) if parts else self.writer.store(parts)
        publisher.last_chunk = self.last_heard = time.monotonic()
        self.last_chunk_ms = now_ms()
        if fed.segments:
            figures.SEGMENT_SECONDS.observe(time.monotonic() - arrived)
            self._wrote(fed.segments)
        return fed

    async def close_epoch(self, publisher: Publisher) -> bool:
        """The recorder said that this was its last chunk. False when somebody else sends by now: the epoch is theirs."""
        async with self._turn:
            if publisher is not self.publisher or self.halted:
                return False
            written = await self._in_thread(self.writer.close_epoch)
        if written:
            self._wrote(written)
        return True

    def _wrote(self, segments: Sequence[SegmentRecord]) -> None:
        figures.SEGMENTS.inc(len(segments))
        self._tell_of(segments[-1])
        if self.started_ms is None:
            self.started_ms = self.writer.history.segments[0].wall_ms
        if self.state in (SessionState.WAITING, SessionState.INTERRUPTED):
            self._become(SessionState.LIVE)

    async def _in_thread(self, function: Callable[[], T]) -> T:
        """Run on a disk thread. Being cancelled does not let go of the writer before that thread has."""
        work = asyncio.get_running_loop().run_in_executor(self._disk, function)
        try:
            return await asyncio.shield(work)
        except asyncio.CancelledError:
            await asyncio.wait({work})
            raise

    # -- watching -----------------------------------------------------------------------------------------------------------

    def join(self, ticket: Ticket, outlet: Outlet, have: int = 0, *, device: str = "") -> Viewer:
        """Somebody comes to watch; `have`: the newest event that the page knows already; `device`: what they watch with."""
        kind, mark = _attendance(ticket)
        group = ticket.c if ticket.r in ("class", "student") else None  # an assistant is not the class
        presence = Presence(
            session=self.id,
            kind=kind,
            viewer=mark,
            class_group=group,
            person=ticket.p,
            organization=ticket.o,
            device=device,
        )
        viewer = Viewer(ticket, outlet, presence)
        self.viewers.add(viewer)
        self.devices.setdefault(by_of(ticket).key, set()).add(viewer)
        outlet.send(self.state_message())
        if self.floor is not None:
            self.floor.welcome(viewer, have)
            if ticket.d:
                self.floor.seat_beside(viewer)
        return viewer

    def leave(self, viewer: Viewer) -> None:
        """A connection is gone."""
        self.viewers.discard(viewer)
        if self.floor is not None:
            self.floor.leave(viewer.outlet)
        key = by_of(viewer.ticket).key
        others = self.devices.get(key, set())
        others.discard(viewer)
        if not others:
            self.devices.pop(key, None)

    def moment(self) -> tuple[int, float]:
        """Now: Unix ms, and media seconds on the stream's timeline as the teacher has it, who is ahead of what is written."""
        now = now_ms()
        segments = self.writer.history.segments
        if not segments:
            return now, 0.0
        ahead = (now - segments[-1].wall_ms) / 1000 - segments[-1].duration_us / 1e6
        return now, self.writer.seconds + (min(AHEAD_S, max(0.0, ahead)) if self.state is SessionState.LIVE else 0.0)

    def heard(self, viewer: Viewer, beat: Beat) -> None:
        """Take in what a viewer reports of itself."""
        viewer.last_beat = time.monotonic()
        if beat.stalls > viewer.stalls:
            figures.STALLS.inc(beat.stalls - viewer.stalls)
        if viewer.playing and not beat.playing:
            viewer.still_since = viewer.last_beat
        viewer.stalls, viewer.lag, viewer.playing = beat.stalls, beat.lag, beat.playing
        viewer.played = viewer.played or beat.playing
        if beat.wants_small:
            self.need_small()

    def boards(self) -> list[tuple[Outlet, str]]:
        """Who is there, by school, for the teacher's page and those of assistants beside; a page that knows it is left out."""
        pages = {outlet: True for outlet, seat in self.floor.desks.items() if seat.part == "host"} if self.floor else {}
        if self.publisher is not None:
            pages[self.publisher.outlet] = self.publisher.changes
        self._boards = {page: self._boards.get(page) or Board() for page in pages}
        texts = [
            (page, board.message(page, self.facts, self.viewers, changes=pages[page]))
            for page, board in self._boards.items()
        ]
        return [(page, text) for page, text in texts if text is not None]

    # -- the clock ----------------------------------------------------------------------------------------------------------

    def overdue(self) -> EndReason | None:
        """Why the session should end by itself now, if it should."""
        late = now_ms() - self.facts.planned_end_ms
        if late > GRACE_MS:
            return EndReason.PLANNED
        away = (time.monotonic() - self.last_heard) * 1000
        if late > GONE_MS and away > GONE_MS:
            return EndReason.SILENT
        return None

    def tick(self) -> None:
        """Every second: notice silence, warn of the end."""
        if self.state is SessionState.LIVE and time.monotonic() - self.last_heard > SILENT_S:
            self._become(SessionState.INTERRUPTED)
        if not self._warned_end and self.publisher is not None and now_ms() > self.facts.planned_end_ms:
            self._warned_end = True
            self.publisher.outlet.send(dump({"t": "ending", "at_ms": self.facts.planned_end_ms + GRACE_MS}))
        if self.floor is not None:
            self.floor.stage.tick(time.monotonic())
        if self.holding is not None and self.holding.tick(time.monotonic()):
            figures.ACKS_BY_DISK.inc()
            log.warning("the S3 does not answer: acknowledgements go by the disk", session=self.id)

    # -- for others to go on with ------------------------------------------------------------------------------------------

    async def halt(self) -> None:
        """From here on nothing is written and nothing happens; what comes is not acknowledged. Waits for what is under way."""
        self.halted = True
        async with self._turn:
            pass

    def go_on(self) -> None:
        """It stays after all. Whoever sends greets anew, for what it has sent meanwhile was not taken."""
        self.halted = False
        if self.publisher is not None:
            self.publisher.outlet.close(1012)

    def leave_to_others(self, code: int, word: str = "") -> None:
        """Everybody goes elsewhere; `word` says where, if that is known."""
        self.halted = True
        outlets = [viewer.outlet for viewer in self.viewers]
        if self.publisher is not None:
            outlets.append(self.publisher.outlet)
        for outlet in outlets:
            if word:
                outlet.send(word)
            outlet.close(code)

    # -- the end ------------------------------------------------------------------------------------------------------------

    async def finish(self, reason: EndReason, ended_ms: int | None = None) -> bool:
        """Finish the files and tell everybody. False when that was done before. Raises OSError when the disk takes no more."""
        if self.finished:
            return False
        self.finished = True
        self.end_reason, self.ended_ms = reason, ended_ms or now_ms()
        try:
            async with self._turn:
                await self._in_thread(self.writer.finish)
        except BaseException:
            self.finished = False
            raise
        self._tell_of(None)
        if self.floor is not None:
            self.floor.stage.close()
        self._become(SessionState.ENDED)
        goodbye = dump({"t": "ended", "replay": self.replay})
        self.tell(goodbye)
        for outlet in self._outlets():
            outlet.close(4010)
        return True

    def _outlets(self) -> list[Outlet]:
        outlets = [viewer.outlet for viewer in self.viewers]
        if self.publisher is not None:
            self.publisher.outlet.send(dump({"t": "ended", "replay": self.replay}))
            outlets.append(self.publisher.outlet)
        return outlets


def _attendance(ticket: Ticket) -> tuple[str, str]:
    """Kind of attendance, and whose it is: a class's screens and a person's devices are one each."""
    if ticket.r == "class" and ticket.c:
        return "class", f"class:{ticket.c}"
    if ticket.r == "student" and ticket.p:
        return "person", f"person:{ticket.p}"
    if ticket.p:
        return "observer", f"person:{ticket.p}"
    return "guest", f"guest:{ticket.j}"
