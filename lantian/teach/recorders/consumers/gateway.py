"""Who sends, which lesson is due, and a relay between the two.

Every two seconds: the door says who is there, the database which recorders there are and which lessons are due in their rooms.
A lesson that is due and a recorder that is there begin a relay; it ends with the lesson. Nothing is kept that could not be found
anew.
"""

import asyncio
import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import structlog
from django.db import close_old_connections
from django.db.utils import DatabaseError, InterfaceError
from django.utils import timezone

from lantian.kernel.rules import SYSTEM
from lantian.teach.live import services as live
from lantian.teach.live.enums import EndReason
from lantian.teach.live.errors import LiveError, NoRoom
from lantian.teach.live.queries import open_session
from lantian.teach.recorders import queries, services
from lantian.teach.recorders.consumers.child import Source
from lantian.teach.recorders.consumers.door import APPLICATION, Arriving, Door, Hook
from lantian.teach.recorders.consumers.looking import Looks
from lantian.teach.recorders.consumers.relay import Later, Over, Relay, StandBy
from lantian.teach.recorders.consumers.whip import Whip
from lantian.teach.recorders.consumers.whip_door import Door as WhipDoor
from lantian.teach.recorders.consumers.whip_door import No, WhipServer
from lantian.teach.recorders.enums import Fault, Happened, State, Way

if TYPE_CHECKING:
    from lantian.people.schedule.models import Lesson
    from lantian.teach.recorders.models import Recorder

log = structlog.get_logger("recorders")
EVERY_S = 2.0
TELL_S = 15.0  # how it stands is written this often, and when it changes
STAND_BY_S = 30.0
QUIET = timedelta(seconds=20)  # a lesson that nobody sends for so long may be sent by its recorder


@dataclass
class Giving:
    """One lesson under way."""

    lesson: UUID
    relay: Relay
    task: "asyncio.Task[None]"


@dataclass
class Known:
    """What this process remembers of a recorder between two looks."""

    there: bool = False
    seen: bool = False  # its picture was, by a look or in a lesson
    fault: str = ""
    facts: dict[str, Any] | None = None
    told: tuple[object, ...] = ()
    told_at: float = 0.0
    bytes: int = 0
    bytes_at: float = 0.0
    stands_by_until: float = 0.0
    over: set[UUID] = field(default_factory=set)  # lessons that are not to be begun again
    began: set[UUID] = field(default_factory=set)  # those whose first picture is in the log
    stood: set[UUID] = field(default_factory=set)  # those that a page was found to give


class Gateway:
    def __init__(
        self, folder: Path, *, user: str = "-", rtmp_port: int = 0, whip: Whip | None = None, live_address: str = ""
    ) -> None:
        """`folder`: of the sockets to and from the doors. `user`: whom children become when we are root. No port: no door for
        RTMP; no `whip`: none for that."""
        self._door = Door(folder / "rtmp.sock") if rtmp_port else None
        self._folder, self._port, self._user, self._live = folder, rtmp_port, user, live_address
        self._whip = whip
        self._known: dict[UUID, Known] = {}
        self._looks = Looks()
        self.giving: dict[UUID, Giving] = {}

    async def run(self) -> None:
        """Until cancelled."""
        servers: list[Hook | WhipServer] = []
        if self._door is not None:
            servers.append(Hook(self._folder / "hook.sock", self.admit))
        keeping = None
        if self._whip is not None:
            keeping = asyncio.create_task(self._whip.run())
            door = WhipDoor(self._whip, self.admit_whip)
            servers.append(WhipServer(self._folder / "whip.sock", door, asyncio.get_running_loop()))
        for server in servers:
            server.start()
        try:
            while True:
                try:
                    await self.look()
                except (DatabaseError, InterfaceError) as error:
                    log.info("database away", error=type(error).__name__)
                await asyncio.sleep(EVERY_S)
        finally:
            await self._looks.close()
            for giving in self.giving.values():
                giving.task.cancel()
            await asyncio.gather(*(giving.task for giving in self.giving.values()), return_exceptions=True)
            for server in servers:
                await asyncio.to_thread(server.shutdown)
                server.server_close()
            if keeping is not None:
                keeping.cancel()
                await asyncio.gather(keeping, return_exceptions=True)

    # -- who comes ----------------------------------------------------------------------------------------------------------

    def admit(self, key: str, address: str) -> UUID | None:
        """Asked by the door, in a thread of its own."""
        found = _connected(self._admitted, key, address)
        return found.pk if found is not None else None

    @staticmethod
    def _of_key(key: str, address: str) -> "Recorder | None":
        """Whose key it is; that somebody tried one of a recorder that was stopped stands in its log."""
        found = queries.recorder_of_key(key) if key else None
        if found is None:
            log.info("a recorder with an unknown key", address=address)
        elif not found.is_active:
            services.note(found.pk, Happened.REFUSED, address=address)
        return found

    def _admitted(self, key: str, address: str) -> "Recorder | None":
        found = self._of_key(key, address)
        if found is None or not found.is_active:
            return None
        known = self._known.get(found.pk)
        by_whip = self._whip is not None and self._whip.is_there(found.pk)
        if by_whip or (known is not None and known.there):
            services.note(found.pk, Happened.SECOND, address=address)
        return None if by_whip else found  # of two by RTMP the door refuses the second

    async def admit_whip(self, key: str, address: str) -> UUID:
        """Asked by the address for WHIP, in the loop. Raises No."""
        try:
            found = await _in_thread(self._of_key, key, address)
        except (DatabaseError, InterfaceError) as error:
            raise No(503, "Not now.", Retry_After="5") from error
        if found is None:
            raise No(401, "Nobody's key.", WWW_Authenticate='Bearer error="invalid_token"')
        if not found.is_active:
            raise No(403, "This recorder was stopped.")
        if self._whip is not None and (self._whip.is_there(found.pk) or found.pk in await self._by_rtmp()):
            await _in_thread(services.note, found.pk, Happened.SECOND, address=address)
            raise No(409, "Another source sends with this key.")
        return UUID(str(found.pk))

    # -- looking ------------------------------------------------------------------------------------------------------------

    async def look(self) -> None:
        """One round."""
        arriving = await self._arriving()
        recorders, due = await _in_thread(_state_of_things)
        for recorder in recorders:
            await self._take(recorder, arriving.get(recorder.pk), due.get(recorder.room_id))
        gone = set(self._known) - {recorder.pk for recorder in recorders}
        for pk in gone:
            del self._known[pk]
            self._looks.forget(pk)
            if pk in self.giving:
                self.giving.pop(pk).task.cancel()
        for pk in set(arriving) - {recorder.pk for recorder in recorders}:
            await self._send_away(pk)

    async def _arriving(self) -> dict[UUID, Arriving]:
        return {**await self._by_rtmp(), **(self._whip.arriving() if self._whip is not None else {})}

    async def _by_rtmp(self) -> dict[UUID, Arriving]:
        if self._door is None:
            return {}
        try:
            return await asyncio.to_thread(self._door.arriving)
        except (OSError, ValueError) as error:  # it is being restarted, and the boxes will come back
            log.info("door away", error=type(error).__name__)
            return {}

    async def _send_away(self, pk: UUID) -> None:
        if self._whip is not None:
            self._whip.end(pk, "sent away")
        if self._door is not None:
            with contextlib.suppress(OSError):
                await asyncio.to_thread(self._door.send_away, pk)

    async def _take(self, recorder: "Recorder", stream: Arriving | None, lesson: "Lesson | None") -> None:
        known = self._known.setdefault(recorder.pk, Known())
        if stream is not None and self._has_old_key(recorder, stream):
            await self._send_away(recorder.pk)
            stream = None
        # a camera is there when it has answered
        there = stream is not None or (recorder.way == Way.RTSP and known.seen and known.fault != Fault.NO_ANSWER)
        if recorder.way == Way.RTMP and there != known.there:
            self._looks.forget(recorder.pk)
            known.fault = ""  # of another connection
            await _in_thread(services.note, recorder.pk, Happened.CAME if there else Happened.WENT)
        known.there = there
        if stream is not None:
            self._reckon(known, stream)
        giving = self.giving.get(recorder.pk)
        if giving is not None and giving.task.done():
            del self.giving[recorder.pk]
            giving = None
        if (
            giving is None
            and lesson is not None
            and recorder.follows
            and self._may_begin(known, recorder, stream, lesson)
        ):
            self._looks.forget(recorder.pk)
            self._begin(recorder, lesson, known)
        elif giving is None and (there or recorder.way == Way.RTSP):
            self._looks.want(recorder.pk, self._source(recorder, look=True), self._hearing(recorder, known))
        await self._tell(recorder, known)

    @staticmethod
    def _has_old_key(recorder: "Recorder", stream: Arriving) -> bool:
        made = recorder.key_made_at
        return made is not None and timezone.now() - timedelta(seconds=stream.seconds) < made - timedelta(seconds=2)

    @staticmethod
    def _reckon(known: Known, stream: Arriving) -> None:
        """What the box says of itself, and its bit rate, from one look to the next."""
        now = time.monotonic()
        if known.bytes and stream.bytes >= known.bytes and now > known.bytes_at:
            kbps = round((stream.bytes - known.bytes) * 8 / 1000 / (now - known.bytes_at))
            known.facts = {
                **(known.facts or {}),
                **{key: value for key, value in stream.facts.items() if value},
                "kbps": kbps,
            }
        known.bytes, known.bytes_at = stream.bytes, now

    @staticmethod
    def _may_begin(known: Known, recorder: "Recorder", stream: Arriving | None, lesson: "Lesson") -> bool:
        if lesson.pk in known.over or time.monotonic() < known.stands_by_until:
            return False
        return stream is not None or recorder.way == Way.RTSP

    # -- giving ---------------------------------------------------------------------------------------------------------------

    def _source(self, recorder: "Recorder", *, look: bool = False) -> Source:
        box = f"rtmp://127.0.0.1:{self._port}/{APPLICATION}/{recorder.pk.hex}"
        if recorder.way == Way.RTSP:
            return Source(recorder.address or "", user=self._user, look=look)
        tap = partial(self._whip.tap, recorder.pk) if self._whip is not None else None
        return Source(box, user=self._user, look=look, tap=tap)

    @staticmethod
    def _hearing(recorder: "Recorder", known: Known) -> Callable[[dict[str, Any] | None, str], None]:
        def tell(facts: dict[str, Any] | None, fault: str) -> None:
            if facts is not None:
                known.facts, known.seen = {**(known.facts or {}), **facts}, True
            # of a box that sends, nobody has an address that could be wrong
            known.fault = Fault.GONE if fault == Fault.NO_ANSWER and recorder.way == Way.RTMP else fault

        return tell

    def _begin(self, recorder: "Recorder", lesson: "Lesson", known: Known) -> None:
        relay = Relay(
            self._source(recorder),
            lesson.ends_at,
            lambda: str(_connected(ticket_of, lesson)),
            self._hearing(recorder, known),
            self._live,
        )
        task = asyncio.create_task(self._give(recorder.pk, lesson, relay, known))
        self.giving[recorder.pk] = Giving(lesson.pk, relay, task)

    async def _give(self, pk: UUID, lesson: "Lesson", relay: Relay, known: Known) -> None:
        known.fault = ""
        try:
            if lesson.pk in known.stood and await _in_thread(_is_given, lesson):
                raise StandBy
            await relay.run()
        except StandBy:
            known.stands_by_until = time.monotonic() + STAND_BY_S
            if lesson.pk not in known.stood:
                known.stood.add(lesson.pk)
                await _in_thread(services.note, pk, Happened.STOOD_BY, lesson_id=lesson.pk)
            return
        except Exception:  # one lesson's trouble must not cost the others theirs
            log.exception("a recorder's lesson broke off", recorder=str(pk))
            known.stands_by_until = time.monotonic() + STAND_BY_S
            await _in_thread(services.note, pk, Happened.BROKE, lesson_id=lesson.pk)
            return
        known.over.add(lesson.pk)
        known.fault = ""
        await _in_thread(_end, lesson)
        await _in_thread(services.note, pk, Happened.ENDED, lesson_id=lesson.pk)

    async def _tell(self, recorder: "Recorder", known: Known) -> None:
        """Write how it stands, when that changed or was written long ago."""
        giving = self.giving.get(recorder.pk)
        lesson = giving.lesson if giving is not None else None
        if recorder.way == Way.RTSP and giving is None and not known.seen and not known.fault:
            return  # a camera that has not been looked at since we began stands as it stood
        away = recorder.way == Way.RTMP and not known.there
        if known.fault and known.fault != Fault.JUMP and not away:
            state = State.FAULTY
        elif giving is not None and giving.relay.sending:
            state = State.ON_AIR
            if giving.lesson not in known.began:
                known.began.add(giving.lesson)
                await _in_thread(services.note, recorder.pk, Happened.BEGAN, lesson_id=giving.lesson)
        else:
            state = State.READY if known.there else State.OFFLINE
        told = (state, known.fault, lesson)
        now = time.monotonic()
        if told == known.told and now - known.told_at < TELL_S:
            return
        if lesson is not None and known.fault and known.fault != (known.told[1] if known.told else ""):
            await _in_thread(services.note, recorder.pk, Happened.BROKE, lesson_id=lesson, fault=known.fault)
        known.told, known.told_at = told, now
        await _in_thread(services.saw, recorder.pk, state=state, facts=known.facts, fault=known.fault, lesson_id=lesson)


def _connected(function: Any, *args: Any, **kwargs: Any) -> Any:
    """In a thread that lives on: with a connection that is alive, and not kept."""
    close_old_connections()
    try:
        return function(*args, **kwargs)
    finally:
        close_old_connections()


async def _in_thread(function: Any, *args: Any, **kwargs: Any) -> Any:
    return await asyncio.to_thread(_connected, function, *args, **kwargs)


def _state_of_things() -> "tuple[list[Recorder], dict[UUID, Lesson]]":
    recorders = queries.in_use()
    return recorders, queries.lessons_due([row.room_id for row in recorders if row.follows])


def ticket_of(lesson: "Lesson") -> str:
    """A ticket to give the lesson; opens its session. Raises Over (it is over, or cancelled), Later (no room)."""
    lesson.refresh_from_db(fields=["state", "teacher", "starts_at", "ends_at"])
    try:
        session = live.open_live_session(lesson, by=SYSTEM)
    except NoRoom as error:
        raise Later(str(Fault.FULL)) from error
    except LiveError as error:
        log.info("a recorder's lesson cannot be opened", lesson=str(lesson.pk), error=type(error).__name__)
        raise Over from error
    session.lesson = lesson
    return live.ticket_for_teacher(session, by=SYSTEM)


def _is_given(lesson: "Lesson") -> bool:
    """Whether somebody sends it at this moment."""
    session = open_session(lesson)
    return session is not None and session.last_chunk_at is not None and timezone.now() - session.last_chunk_at < QUIET


def _end(lesson: "Lesson") -> None:
    """The lesson is over when its time is, also if that could not be said over the wire."""
    session = open_session(lesson)
    if session is not None and timezone.now() >= session.planned_end:
        live.end_live_session(session.pk, reason=EndReason.PLANNED, by=SYSTEM)
