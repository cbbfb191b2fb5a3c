"""The publisher's socket: greeting, chunks, acknowledgements. Everything that comes is bounded before it is believed."""

import time
from functools import partial
from typing import Any

import structlog
from starlette.websockets import WebSocket, WebSocketDisconnect

from lantian.content.media.engine.model import ChunkGap, MediaFault
from lantian.content.media.errors import MediaError, StaleEpoch, StreamTaken, StreamTooLong
from lantian.content.media.services import Fed
from lantian.teach.live.consumers import figures
from lantian.teach.live.consumers.database import DatabaseAway
from lantian.teach.live.consumers.gate import admit, refuse, say_goodbye, serve
from lantian.teach.live.consumers.hub import Hub
from lantian.teach.live.consumers.outlet import Allowance, Outlet, Patience
from lantian.teach.live.consumers.room import (
    HandedOver,
    LiveRoom,
    OtherPublisher,
    Publisher,
    SessionOver,
    UnknownSession,
    now_ms,
)
from lantian.teach.live.consumers.station import MOVED, Elsewhere
from lantian.teach.live.consumers.switchboard import STAGE_WORDS
from lantian.teach.live.engine.happenings.kinds.stage import TEACHER
from lantian.teach.live.engine.protocol import Chunk, WireError, dump, parse_chunk, parse_hello, parse_text
from lantian.teach.live.engine.tickets import Ticket
from lantian.teach.live.enums import EndReason

log = structlog.get_logger("live")
HELLO_SECONDS, SILENCE_SECONDS = 10.0, 20.0
SKEW_MS = 2000
SLOW_MS = 1000
MESSAGES_A_SECOND, MESSAGES_AT_ONCE = 60.0, 1200.0
CHUNKS_TAKEN = figures.CHUNKS.labels("taken")  # looked up once: it is counted four times a second and lesson
CLOSE_CODES = {
    "other_publisher": 4009,
    "handed_over": 4003,
    "ended": 4010,
    "forbidden": 4003,
    "disk_full": 4013,
    "stale": 4001,
    "bad_hello": 4008,
    "key_lost": 4011,
    "no_key": 1013,
    "too_long": 4010,
    "unknown_session": 4004,
}
REFUSALS = {OtherPublisher: "other_publisher", HandedOver: "handed_over", UnknownSession: "unknown_session"}
# Pages say these in their own words and language, by the code.
MESSAGES = {
    "other_publisher": "另一个页面正在直播这节课",  # i18n: data
    "handed_over": "这节课已由代课老师接着上",  # i18n: data
    "ended": "这节课已经结束",  # i18n: data
    "forbidden": "入场凭证无效，请刷新页面",  # i18n: data
    "bad_hello": "页面与服务器版本不一致，请刷新页面",  # i18n: data
    "unknown_session": "没有找到这场直播",  # i18n: data
}


async def ingest(socket: WebSocket) -> None:
    """/live/ws/ingest?ticket=…"""
    hub: Hub = socket.app.state.hub
    await socket.accept()
    outlet = Outlet(socket, limit=256)
    ticket = admit(socket, outlet, hub)
    if ticket is not None and (ticket.r != "teach" or ticket.s is None):
        refuse(outlet, "forbidden", MESSAGES["forbidden"], 4003)
        ticket = None
    if ticket is None:
        await say_goodbye(outlet)
        return
    figures.PUBLISHERS.inc()
    connection = Ingest(hub, socket, outlet, ticket)
    try:
        await serve(hub, outlet, ticket, connection.read())
    finally:
        figures.PUBLISHERS.dec()
        connection.leave()


class Ingest:
    """One publishing connection."""

    def __init__(self, hub: Hub, socket: WebSocket, outlet: Outlet, ticket: Ticket) -> None:
        self._hub, self._socket, self._outlet, self._ticket = hub, socket, outlet, ticket
        self._room: LiveRoom | None = None
        self._seat: Publisher | None = None
        self._allowance = Allowance(MESSAGES_A_SECOND, MESSAGES_AT_ONCE, time.monotonic())
        self._gap_told = 0.0
        self._acked = -1
        self._clock_told = False
        self._slow_told = 0.0

    def leave(self) -> None:
        if self._room is not None:
            self._room.vacate(self._outlet)

    def _refuse(self, code: str, message: object = "") -> None:
        figures.REFUSED.labels(code).inc()
        refuse(self._outlet, code, str(message or MESSAGES.get(code, "")), CLOSE_CODES.get(code, 4008))

    # -- reading ------------------------------------------------------------------------------------------------------------

    async def read(self) -> None:
        """Until the peer leaves or breaks the rules."""
        patience = Patience(self._outlet, HELLO_SECONDS, 4008)
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
                    await self._take(message)
                except WireError as error:
                    self._broken(error)
                if self._room is not None:
                    patience.seconds, patience.code = SILENCE_SECONDS, 1013
        finally:
            patience.end()

    def _broken(self, error: WireError) -> None:
        log.info("publisher broke the wire", session=self._ticket.s, code=error.code)
        if error.code == "bad_hello":
            self._refuse("bad_hello")
        else:
            self._outlet.send(dump({"t": "error", "code": error.code, "message": ""}))
            self._outlet.close(4008)

    async def _take(self, message: Any) -> None:
        data = message.get("bytes")
        if data is not None:
            await self._chunk(parse_chunk(data))
            return
        word = parse_text(message.get("text") or "")
        kind = word["t"]
        if kind == "hello":
            await self._hello(word)
        elif kind == "time":
            self._outlet.send(dump({"t": "time", "c": word.get("c"), "s": now_ms()}))
        elif self._room is not None and self._seat is self._room.publisher:
            self._command(self._room, word)

    def _command(self, room: LiveRoom, word: dict[str, Any]) -> None:
        """From whoever has the publisher's seat."""
        if room.halted:
            return
        if word["t"] == "end":
            self._hub.spawn(self._hub.end(room, EndReason.TEACHER))
        elif room.floor is None:
            return
        elif word["t"] == "do":
            room.floor.do(word, self._ticket, self._outlet)
        elif word["t"] == "ask":
            room.floor.answer(word, self._outlet)
        elif word["t"] in STAGE_WORDS:
            room.floor.stage.take(word, TEACHER, self._outlet)

    # -- greeting -----------------------------------------------------------------------------------------------------------

    async def _hello(self, word: dict[str, Any]) -> None:
        hello = parse_hello(word)
        try:
            assert self._ticket.s is not None
            room = self._room or await self._hub.room(self._ticket.s)
            await self._may_sit(room)
            self._seat = room.claim(hello, self._outlet, self._ticket)
            self._seat.changes = word.get("changes") is True
            self._room = room
            start = await room.greet(hello)
        except (OtherPublisher, HandedOver, UnknownSession) as refused:
            self._refuse(REFUSALS[type(refused)])
        except SessionOver as over:
            self._outlet.send(dump({"t": "ended", "replay": f"/live/lessons/{over.lesson}/watch/"}))
            self._refuse("ended")
        except (Elsewhere, StreamTaken):
            self._taken_away()
        except DatabaseAway:
            self._outlet.close(1013)
        except MediaFault as fault:
            self._fault(fault)
        except MediaError as error:
            self._refuse(error.code, error.message)
        else:
            self._acked = safe = room.safely_acked(start)
            if room.floor is not None and self._outlet not in room.floor.desks:
                room.floor.seat(self._outlet)
            self._outlet.send(
                dump(
                    {
                        "t": "ready",
                        "epoch_no": start.number,
                        "next_chunk": start.next_chunk,
                        "skip": start.skip,
                        "acked": safe,
                        "server_ms": now_ms(),
                        "state": str(room.state),
                        "planned_end_ms": room.facts.planned_end_ms,
                    }
                )
            )
            if safe < start.acked:
                self._ack(start.acked)
            self._hub.books.publisher_came(room, self._ticket.p)
            log.info(
                "publisher ready", session=room.id, epoch=start.number, resumed=start.resumed, chunk=start.next_chunk
            )

    async def _may_sit(self, room: LiveRoom) -> None:
        if self._room is not None and self._seat is not room.publisher:
            raise StaleEpoch
        if not room.teaches(self._ticket):
            await self._hub.ask_again(room)  # it may be this person who has just been asked to teach

    # -- chunks -------------------------------------------------------------------------------------------------------------

    async def _chunk(self, chunk: Chunk) -> None:
        room, seat = self._room, self._seat
        if room is None or seat is None:
            raise WireError("bad_chunk", "chunk before hello")
        if seat.broken:
            return  # what was under way when its recorder was refused
        arrived = time.monotonic()
        self._check_clock(chunk)
        waiting = room.started_ms is None
        try:
            fed = await room.feed(seat, chunk)
        except ChunkGap as gap:
            self._tell_gap(gap, arrived)
        except MediaFault as fault:
            self._fault(fault)
        except StreamTaken:
            self._taken_away()
        except StreamTooLong:
            self._hub.spawn(self._hub.end(room, EndReason.LIMIT))
        except MediaError as error:  # stale, ended, disk full
            figures.CHUNKS.labels(error.code).inc()
            self._refuse(error.code, error.message)
        else:
            await self._taken(room, seat, chunk, fed)
            if waiting and room.started_ms is not None:
                self._hub.books.picture_came(room)
            self._check_pace(arrived)

    def _taken_away(self) -> None:
        if self._room is not None:
            self._hub.station.lose(self._room)
        self._outlet.close(MOVED)

    async def _taken(self, room: LiveRoom, seat: Publisher, chunk: Chunk, fed: Fed) -> None:
        CHUNKS_TAKEN.inc()
        figures.INGEST_BYTES.inc(len(chunk.payload))
        if chunk.last:
            if await room.close_epoch(seat):
                self._ack(chunk.number)
        elif fed.acked > self._acked or chunk.number + 1 < fed.next_chunk:
            self._ack(fed.acked, chunk.client_ms)

    def _tell_gap(self, gap: ChunkGap, arrived: float) -> None:
        figures.CHUNKS.labels("gap").inc()
        if arrived - self._gap_told > 1:
            self._gap_told = arrived
            self._outlet.send(dump({"t": "error", "code": "gap", "next_chunk": gap.next_chunk}))

    def _ack(self, chunk: int, client_ms: int | None = None) -> None:
        """All up to this chunk is on the disk. `client_ms`: when the newest was captured, by the publisher's clock."""
        assert self._room is not None
        self._acked = chunk
        segment = self._room.writer.segments - 1
        if self._room.holding is None:
            self._tell_ack(chunk, segment, client_ms)
        else:
            self._room.holding.when(segment, partial(self._tell_ack, chunk, segment, client_ms))

    def _tell_ack(self, chunk: int, segment: int, client_ms: int | None) -> None:
        self._outlet.send(dump({"t": "ack", "chunk": chunk, "segment": segment}))
        if client_ms is not None:
            figures.ACK_DELAY.observe(max(0.0, (now_ms() - client_ms) / 1000))

    def _fault(self, fault: MediaFault) -> None:
        """The recorder's bytes cannot be taken: it has to be started anew, on this same socket."""
        figures.CHUNKS.labels(fault.code).inc()
        log.info("recorder refused", session=self._ticket.s, code=fault.code, detail=fault.detail)
        if self._seat is not None:
            self._seat.broken = True
        words = "录制数据无法识别，正在重新开始录制"  # i18n: data
        self._outlet.send(dump({"t": "error", "code": fault.code, "message": words}))

    def _check_clock(self, chunk: Chunk) -> None:
        offset = chunk.client_ms - now_ms()
        # chunks sent again after a cut are old by right: only a clock that runs ahead, or the first fresh chunk, tells
        if not self._clock_told and (offset > SKEW_MS or (chunk.number == 0 and abs(offset) > SKEW_MS)):
            self._clock_told = True
            self._outlet.send(dump({"t": "clock", "offset_ms": max(-(10**13), min(10**13, offset))}))

    def _check_pace(self, arrived: float) -> None:
        took = (time.monotonic() - arrived) * 1000
        if took > SLOW_MS and arrived - self._slow_told > 15:
            self._slow_told = arrived
            self._outlet.send(dump({"t": "segment_slow", "ms": round(took)}))
