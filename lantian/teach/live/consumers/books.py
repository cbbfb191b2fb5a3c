"""What the database is told of running sessions: presence, progress, the picture's beginning, and the closed books of an end.

Whatever it cannot take now is tried again: files are the truth meanwhile.
"""

import asyncio
import contextlib
import time
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import structlog
from django.core.exceptions import ObjectDoesNotExist

from lantian.kernel.rules import SYSTEM
from lantian.teach.live import services
from lantian.teach.live.consumers import figures
from lantian.teach.live.consumers.database import DatabaseAway
from lantian.teach.live.consumers.room import LiveRoom
from lantian.teach.live.enums import SessionState
from lantian.teach.live.errors import Outdated

if TYPE_CHECKING:
    from lantian.teach.live.consumers.hub import Hub

log = structlog.get_logger("live")
FLUSH_S, PROGRESS_S = 5.0, 15.0
BRING_S = 2.0  # after so long events are acknowledged by the file alone
CROWD, CROWD_FLUSH_S = 300, 30.0  # so many stretches of presence at once may wait so long: their file is safe already


class Books:
    """One per hub."""

    def __init__(self, hub: "Hub") -> None:
        self._hub = hub
        self._bringing: set[str] = set()

    async def keep(self) -> None:
        """For ever: every five seconds presence into the database in one batch, and of each session what is new since 15
        seconds. A crowd's presence, which grows by a report every ten seconds and viewer, goes there every half minute."""
        hub = self._hub
        flushed = 0.0
        while True:
            await asyncio.sleep(FLUSH_S)
            try:
                if len(hub.spool) < CROWD or time.monotonic() - flushed >= CROWD_FLUSH_S:
                    if not await hub.spool.flush(hub.database):
                        log.warning("database away", presence_waiting=len(hub.spool))
                        continue
                    flushed = time.monotonic()
                for room in list(hub.rooms.values()):
                    await self._save_all(room)
            except DatabaseAway:
                log.warning("database away", presence_waiting=len(hub.spool))
            except Exception:
                log.exception("books could not be written")
            figures.PRESENCE_WAITING.set(len(hub.spool))
            figures.DATABASE_UP.set(hub.database.answers)

    async def _save_all(self, room: LiveRoom) -> None:
        """One lesson's picture and floor. Raises DatabaseAway; whatever else is wrong with one keeps no other lesson waiting."""
        for save in (self._save, self._save_floor):
            try:
                await save(room)
            except DatabaseAway:
                raise
            except Outdated:
                self._hub.station.lose(room)
                return
            except Exception:
                log.exception("books could not be written", session=room.id)

    async def save(self, room: LiveRoom) -> None:
        """All of one lesson, now. Raises DatabaseAway, Outdated."""
        room.saved_at = 0.0
        await self._save(room)
        await self._save_floor(room)

    def bring(self, room: LiveRoom) -> None:
        """Events that are acknowledged once the database has them: as soon as it can, all that wait in one batch."""
        if room.id not in self._bringing:
            self._bringing.add(room.id)
            self._hub.spawn(self._bring(room))

    async def _bring(self, room: LiveRoom) -> None:
        floor = room.floor
        try:
            while floor is not None and floor.holds:
                try:
                    async with asyncio.timeout(BRING_S):
                        await floor.save(self._hub.database)
                except Outdated:
                    self._hub.station.lose(room)
                    return
                except Exception as error:  # the file has them; when the database is back it is given them
                    if not isinstance(error, DatabaseAway | TimeoutError):
                        log.exception("events could not be brought", session=room.id)
                    await floor.release()
        finally:
            self._bringing.discard(room.id)

    async def _save_floor(self, room: LiveRoom) -> None:
        if room.floor is not None:
            await room.floor.save(self._hub.database)

    def picture_came(self, room: LiveRoom) -> None:
        """The first segment is there: say so at once; `keep` tries again if the database is away."""

        async def say() -> None:
            with contextlib.suppress(DatabaseAway, Outdated):  # who is outdated learns it in a second
                await self._mark_live(room)

        self._hub.spawn(say())

    def publisher_came(self, room: LiveRoom, person: str | None) -> None:
        """Somebody has taken the seat: another person than before is kept at once, or when the database is back."""
        room.published_by = person
        if person is not None and person != room.facts.publisher:

            async def say() -> None:
                with contextlib.suppress(DatabaseAway, Outdated):
                    await self._note_publisher(room)

            self._hub.spawn(say())

    async def _note_publisher(self, room: LiveRoom) -> None:
        person = room.published_by
        if person is None or person == room.facts.publisher:
            return
        await self._hub.database.run(services.note_publisher, room.id, person=person, term=room.facts.term)
        room.facts = replace(room.facts, publisher=person)

    async def _mark_live(self, room: LiveRoom) -> None:
        if room.started_ms is None or room.marked_live:
            return
        started = datetime.fromtimestamp(room.started_ms / 1000, UTC)
        await self._hub.database.run(services.mark_live, room.id, started_at=started, term=room.facts.term)
        room.marked_live = True
        self._hub.call_lobby(room.facts)

    async def _save(self, room: LiveRoom) -> None:
        if room.state is SessionState.ENDED:
            return
        await self._mark_live(room)
        await self._note_publisher(room)
        writer = room.writer
        now = time.monotonic()
        state = (str(room.state), room.started_ms)
        if (*state, writer.segments) == room.saved or (state == room.saved[:2] and now - room.saved_at < PROGRESS_S):
            return
        chunk_at = datetime.fromtimestamp(room.last_chunk_ms / 1000, UTC) if room.last_chunk_ms else None
        await self._hub.database.run(
            services.save_progress,
            room.id,
            stream_id=room.facts.stream,
            state=str(room.state),
            last_chunk_at=chunk_at,
            seconds=writer.seconds,
            segments=writer.segments,
            size=writer.bytes,
            poster=self._hub.sound.poster(room.id),
            term=room.facts.term,
        )
        room.saved, room.saved_at = (*state, writer.segments), now
        known = (len(writer.keys.all()), room.started_ms, room.facts)
        if known != room.remembered:
            await self._hub.remember(room)
            room.remembered = known

    async def settle(self, room: LiveRoom) -> None:
        """After the end: as soon as the database answers, close the session's books; then let go of it."""
        assert room.ended_ms is not None
        assert room.end_reason is not None
        hub = self._hub
        pause = 0.5
        while True:
            try:
                await self._mark_live(room)
                await self._note_publisher(room)
                await hub.database.run(
                    services.end_live_session,
                    room.id,
                    reason=room.end_reason,
                    by=SYSTEM,
                    ended_at=datetime.fromtimestamp(room.ended_ms / 1000, UTC),
                    term=room.facts.term,
                )
                if room.floor is not None:
                    await room.floor.save(hub.database)
                if await hub.spool.flush(hub.database):
                    await hub.database.run(services.settle_live_session, room.id, term=room.facts.term)
                    break
            except DatabaseAway:
                log.warning("session waits for the database to be settled", session=room.id)
            except ObjectDoesNotExist:
                hub.sound.drop(room.id)  # the session was deleted
                break
            except Outdated:
                hub.station.lose(room)
                return
            except Exception:  # whatever it was, the books are open still
                log.exception("session could not be settled", session=room.id)
            await asyncio.sleep(pause)
            pause = min(10.0, pause * 2)
        await hub.sound.finished(room.id)
        hub.forget(room)
        log.info("session settled", session=room.id, segments=room.writer.segments)
