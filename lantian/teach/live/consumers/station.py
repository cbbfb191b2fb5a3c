"""This live process among others: says every second that it is there, takes sessions that nobody has, lets go of those that
another one has by now, and hands its own on when it is to be stopped."""

import asyncio
import contextlib
import random
import time
from typing import TYPE_CHECKING
from uuid import uuid4

import structlog

from lantian.teach.live import queries, services
from lantian.teach.live.consumers.database import DatabaseAway
from lantian.teach.live.engine.protocol import dump
from lantian.teach.live.enums import NodeState, SessionState
from lantian.teach.live.errors import Outdated
from lantian.teach.live.queries import Place
from lantian.teach.live.services.nodes import UNSEEN_S

if TYPE_CHECKING:
    from lantian.teach.live.consumers.hub import Hub
    from lantian.teach.live.consumers.room import LiveRoom

log = structlog.get_logger("live")
EVERY_S = 1.0
PROBE_S = 1.0
APART_S = 0.3  # several who would take the same sessions do not all begin in one instant
TAKEN_S = 3.0  # so long a handed-on session is kept open for its pages while the other one loads it
SETTLED_S = 1.0
MOVED = 4021


class Elsewhere(Exception):
    """Another live process has this session."""


class Station:
    """One per hub. `several`: other nodes serve as well; what a page is told must then outlive this one."""

    def __init__(self, hub: "Hub", name: str, address: str = "") -> None:
        self._hub, self.name, self._address = hub, name, address
        self.generation = uuid4()
        self.several = False
        self.state = NodeState.SERVING
        self._known = False  # it stands in the database
        self._trying: set[str] = set()
        self._drained: asyncio.Task[None] | None = None

    # -- every second ------------------------------------------------------------------------------------------------------

    async def keep(self) -> None:
        """For ever."""
        while True:
            began = time.monotonic()
            try:
                await self.renew()
            except DatabaseAway:
                pass  # the books say so
            except Exception:
                log.exception("the node could not renew itself", node=self.name)
            await asyncio.sleep(max(0.1, EVERY_S - (time.monotonic() - began)))

    async def renew(self) -> None:
        """Be seen, and look who has what. Raises DatabaseAway."""
        hub = self._hub
        standing = await hub.database.run(
            services.renew_node,
            self.name,
            generation=self.generation,
            address=self._address,
            lessons=len(hub.rooms),
            sockets=len(hub.sockets),
        )
        self._known = True
        self._tell_several(standing.others > 0)
        if standing.state == NodeState.DRAINING:
            self.begin_draining()
        for place in await hub.database.run(queries.places, UNSEEN_S):
            self._look_at(place)

    def _tell_several(self, several: bool) -> None:
        if several == self.several:
            return
        self.several = several
        text = self.word()
        for outlet in list(self._hub.sockets):
            outlet.send(text)

    def word(self) -> str:
        """What a page is told of it: whether it is worth asking where a lesson is, when this node does not answer."""
        return dump({"t": "nodes", "several": self.several})

    def _look_at(self, place: Place) -> None:
        room = self._hub.rooms.get(place.session)
        if room is not None:
            if place.term > room.facts.term:
                self.lose(room, place.node)
        elif place.free and place.node != self.name and place.session not in self._trying and self._takes:
            self._trying.add(place.session)
            self._hub.spawn(self._take(place))

    @property
    def _takes(self) -> bool:
        return self.state == NodeState.SERVING and not self._hub.stopping

    async def _take(self, place: Place) -> None:
        """A session whose node is not seen: take it, if that node does not answer either (its line to the database alone may
        be cut, and its lessons go on)."""
        try:
            await asyncio.sleep(random.random() * APART_S)  # noqa: S311 - nothing to guess
            if place.address and await answers(place.address):
                return
            if place.session not in self._hub.rooms:
                await self._hub.look_after(place.session)
        finally:
            self._trying.discard(place.session)

    # -- taking and losing -------------------------------------------------------------------------------------------------

    async def claim(self, session: str) -> int:
        """The session's new term, once it is ours. Raises Elsewhere, DatabaseAway."""
        term = await self._hub.database.run(services.claim_session, session, node=self.name, generation=self.generation)
        if term is None:
            raise Elsewhere
        return term

    def lose(self, room: "LiveRoom", to: str | None = None) -> None:
        """Another node (`to`, if it is known) has the session: nothing of it is written here any more, and its pages go there."""
        hub = self._hub
        if hub.rooms.get(room.id) is not room:
            return
        log.info("session is elsewhere by now", session=room.id, term=room.facts.term)
        hub.pictures.drop(room.id)
        hub.sound.drop(room.id)
        hub.offsite.drop(room.id)
        hub.forget(room)
        room.leave_to_others(MOVED, "" if to is None else dump({"t": "moved", "home": queries.home_path(to)}))

    # -- handing on --------------------------------------------------------------------------------------------------------

    def begin_draining(self) -> None:
        """Take nothing new, and hand on what is here. Once is enough."""
        self.state = NodeState.DRAINING
        if self._drained is None:
            self._drained = asyncio.get_running_loop().create_task(self._drain())

    async def _drain(self) -> None:
        hub = self._hub
        log.info("handing lessons on", node=self.name, sessions=len(hub.rooms))
        for room in list(hub.rooms.values()):
            if room.state is not SessionState.ENDED:
                try:
                    await self._hand_on(room)
                except DatabaseAway:
                    log.warning("a lesson stays, the database is away", session=room.id)
                except Exception:
                    log.exception("a lesson could not be handed on", session=room.id)
        for waiting in list(hub.lobby.values()):
            for outlet in list(waiting):
                outlet.close(MOVED)

    async def _hand_on(self, room: "LiveRoom") -> None:
        """One lesson to the node that has the fewest. What its teacher has sent and is not in a segment yet is sent again."""
        hub = self._hub
        began = time.monotonic()
        target = await hub.database.run(services.choose_node, but=self.name)
        if not target:
            log.warning("no other node serves", session=room.id)
            return
        await hub.books.save(room)  # most of it while the lesson still goes on here
        await hub.spool.flush(hub.database)
        try:
            await room.halt()
            hub.pictures.drop(room.id)
            await asyncio.gather(hub.sound.leave(room.id, SETTLED_S), hub.books.save(room))
            if await hub.database.run(services.hand_session_on, room.id, term=room.facts.term, to=target):
                await self._until_taken(room)
        except Outdated:
            pass
        except BaseException:
            room.go_on()
            hub.sound.follow(room.id, room.folder, room.writer.keys)
            raise
        self.lose(room, target)
        log.info("lesson handed on", session=room.id, to=target, seconds=round(time.monotonic() - began, 2))

    async def _until_taken(self, room: "LiveRoom") -> None:
        until = time.monotonic() + TAKEN_S
        while time.monotonic() < until:
            facts = await self._hub.database.run(queries.session_facts, room.id)
            if facts is None or facts.term > room.facts.term:
                return
            await asyncio.sleep(0.05)

    async def leave(self, patience: float) -> None:
        """Before this process ends: hand on what others can take, and say goodbye. While all end together nobody can."""
        if not self._known:
            return
        with contextlib.suppress(DatabaseAway, TimeoutError):
            async with asyncio.timeout(patience):
                if self.several and self._hub.rooms:
                    await self._say(NodeState.DRAINING)
                    await asyncio.sleep(0.3)  # others that were told to end in this same moment have said so by now
                    self.begin_draining()
                if self._drained is not None:
                    await self._drained
        with contextlib.suppress(DatabaseAway, TimeoutError):
            async with asyncio.timeout(1):
                await self._say(NodeState.GONE)

    async def _say(self, state: NodeState) -> None:
        await self._hub.database.run(services.leave_node, self.name, generation=self.generation, state=state)


async def answers(address: str) -> bool:
    """Whether a live process that is well answers at `address` (unix:/path, or http://host:port)."""
    try:
        async with asyncio.timeout(PROBE_S):
            if address.startswith("unix:"):
                reader, writer = await asyncio.open_unix_connection(address.removeprefix("unix:"))
            else:
                host, _, port = address.removeprefix("http://").rstrip("/").rpartition(":")
                reader, writer = await asyncio.open_connection(host.strip("[]"), int(port))
            try:
                writer.write(b"GET /live/ws/health HTTP/1.1\r\nHost: live\r\nConnection: close\r\n\r\n")
                return b" 200 " in await reader.readline()
            finally:
                writer.close()
    except (OSError, ValueError, TimeoutError):
        return False
