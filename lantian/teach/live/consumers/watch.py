"""The viewers' socket: state and keys out, reports of presence and quality in. Pictures never pass through here."""

import time
from typing import Any

import structlog
from starlette.websockets import WebSocket, WebSocketDisconnect

from lantian.content.media.errors import MediaError
from lantian.teach.live import services
from lantian.teach.live.consumers import figures
from lantian.teach.live.consumers.database import DatabaseAway
from lantian.teach.live.consumers.floor import by_of
from lantian.teach.live.consumers.gate import admit, refuse, say_goodbye, serve
from lantian.teach.live.consumers.hub import Hub
from lantian.teach.live.consumers.outlet import Allowance, Outlet, Patience
from lantian.teach.live.consumers.room import LiveRoom, SessionOver, UnknownSession, Viewer, now_ms
from lantian.teach.live.consumers.station import MOVED, Elsewhere
from lantian.teach.live.consumers.switchboard import STAGE_WORDS
from lantian.teach.live.engine.devices import device_of
from lantian.teach.live.engine.presence import Totals
from lantian.teach.live.engine.protocol import WireError, dump, parse_beat, parse_have, parse_text
from lantian.teach.live.engine.tickets import Ticket
from lantian.teach.live.services.tickets import renew

log = structlog.get_logger("live")
SILENCE_SECONDS = 90.0
MESSAGES_A_SECOND, MESSAGES_AT_ONCE = 4.0, 30.0
# A class that takes a call greets and answers each other end, twice in a row if the relay dies just then.
CLASS_A_SECOND, CLASS_AT_ONCE = 10.0, 120.0


async def watch(socket: WebSocket) -> None:
    """/live/ws/watch?ticket=…"""
    hub: Hub = socket.app.state.hub
    await socket.accept()
    outlet = Outlet(socket)
    ticket = admit(socket, outlet, hub)
    if ticket is None:
        await say_goodbye(outlet)
        return
    figures.VIEWERS.labels(ticket.r).inc()
    try:
        if ticket.r == "lobby" or ticket.s is None:
            await _wait_in_lobby(hub, socket, outlet, ticket)
        else:
            await _watch_room(hub, socket, outlet, ticket, ticket.s)
    finally:
        figures.VIEWERS.labels(ticket.r).dec()


async def _wait_in_lobby(hub: Hub, socket: WebSocket, outlet: Outlet, ticket: Ticket) -> None:
    waiting = hub.lobby.setdefault(ticket.c or "", set())
    waiting.add(outlet)
    try:
        await serve(hub, outlet, ticket, Watch(hub, socket, outlet, ticket, None, None).read())
    finally:
        waiting.discard(outlet)
        if not waiting:
            hub.lobby.pop(ticket.c or "", None)


async def _watch_room(hub: Hub, socket: WebSocket, outlet: Outlet, ticket: Ticket, session: str) -> None:
    room = await _find(hub, outlet, session)
    if room is None:
        await say_goodbye(outlet)
        return
    device = device_of(socket.headers.get("user-agent", ""))
    viewer = room.join(ticket, outlet, parse_have(socket.query_params.get("have")), device=device)
    hub.spool.note(viewer.presence.sign(now_ms()))
    try:
        await serve(hub, outlet, ticket, Watch(hub, socket, outlet, ticket, room, viewer).read())
    finally:
        room.leave(viewer)
        stretch = viewer.presence.leave(now_ms())
        if stretch is not None:
            hub.spool.note(stretch)


async def _find(hub: Hub, outlet: Outlet, session: str) -> LiveRoom | None:
    """The room, or None with the answer put into the outlet."""
    try:
        return await hub.room(session)
    except SessionOver as over:
        replay = f"/live/lessons/{over.lesson}/watch/"
        state: dict[str, Any] = {
            "t": "state",
            "state": "ended",
            "master": None,
            "replay": replay,
            "keys": [],
            "server_ms": now_ms(),
        }
        outlet.send(dump(state | {"started_ms": None, "planned_end_ms": None}))
        outlet.send(dump({"t": "ended", "replay": replay}))
        outlet.close(4010)
    except Elsewhere:
        outlet.close(MOVED)
    except UnknownSession:
        refuse(outlet, "unknown_session", "没有找到这场直播", 4004)  # i18n: data
    except (DatabaseAway, MediaError):
        outlet.close(1013)
    return None


class Watch:
    """One watching (or waiting) connection."""

    def __init__(
        self, hub: Hub, socket: WebSocket, outlet: Outlet, ticket: Ticket, room: LiveRoom | None, viewer: Viewer | None
    ) -> None:
        self._hub, self._socket, self._outlet, self._ticket = hub, socket, outlet, ticket
        self._room, self._viewer = room, viewer
        limits = (CLASS_A_SECOND, CLASS_AT_ONCE) if ticket.r == "class" else (MESSAGES_A_SECOND, MESSAGES_AT_ONCE)
        self._allowance = Allowance(*limits, time.monotonic())

    async def read(self) -> None:
        patience = Patience(self._outlet, SILENCE_SECONDS, 1013)
        try:
            while True:
                try:
                    message = await self._socket.receive()
                except (WebSocketDisconnect, RuntimeError):
                    return
                if message["type"] == "websocket.disconnect":
                    return
                now = time.monotonic()
                patience.heard(now)
                if not self._allowance.take(now):
                    self._outlet.close(4008)
                    return
                try:
                    self._take(message)
                except WireError as error:
                    log.info("viewer broke the wire", role=self._ticket.r, code=error.code)
                    self._outlet.close(4008)
        finally:
            patience.end()

    def _take(self, message: Any) -> None:
        text = message.get("text")
        if text is None:
            raise WireError("forbidden", "viewers send no pictures")
        word = parse_text(text)
        if word["t"] == "beat":
            self._beat(word)
        elif word["t"] == "time":
            self._outlet.send(dump({"t": "time", "c": word.get("c"), "s": now_ms()}))
        elif word["t"] == "do" and self._room is not None and self._room.floor is not None:
            self._room.floor.do(word, self._ticket, self._outlet)
        elif word["t"] in STAGE_WORDS and self._room is not None and self._room.floor is not None:
            self._room.floor.stage.take(word, by_of(self._ticket).key, self._outlet)

    def _beat(self, word: dict[str, Any]) -> None:
        figures.BEATS.inc()
        room, viewer = self._room, self._viewer
        answer: dict[str, Any] = {"t": "beat", "keys": [], "viewers": 0, "ticket": None, "server_ms": now_ms()}
        if room is not None and viewer is not None:
            beat = parse_beat(word)
            room.heard(viewer, beat)
            self._hub.spool.note(
                viewer.presence.sign(
                    now_ms(),
                    totals=Totals(beat.stalls, beat.stall_ms, beat.dropped),
                    pos=beat.pos,
                    lag=beat.lag,
                    error=beat.error,
                    head_count=beat.head_count,
                    playing=beat.playing,
                    rendition=beat.rendition,
                    kbps=beat.kbps,
                )
            )
            answer |= {"keys": room.keys(), "viewers": len(room.viewers)}
        if self._ticket.stale(time.time()):
            text = renew(self._ticket)
            self._ticket = services.verify_ticket(text)
            answer["ticket"] = text
        self._outlet.send(dump(answer))
