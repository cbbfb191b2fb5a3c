"""Publishing a lesson without a browser: the wire of the ingest, spoken from Python (recorder boxes, the synthetic lesson).

It behaves like a page: numbered chunks, kept until they are acknowledged, and sent again from where the server asks.
"""

import asyncio
import contextlib
import json
import os
from collections import deque
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any, Protocol
from uuid import uuid4

import websockets
from django.conf import settings
from django.db import DatabaseError, InterfaceError, close_old_connections, connection

from lantian.teach.live import queries
from lantian.teach.live.engine.protocol import build_chunk, dump
from lantian.teach.live.errors import BadTicket
from lantian.teach.live.services.tickets import verify_ticket

KEPT_CHUNKS, KEPT_BYTES = 480, 64 << 20
SOCKET_PATH = "/live/ws/ingest?ticket="
LOST = (OSError, websockets.WebSocketException, TimeoutError)


class Refused(Exception):
    """The live process will not have us: `code` as on the wire, or `overflow` when what it asks for is not kept any more."""


class Chunk(Protocol):
    """What a recorder gives: its number, the wall clock (Unix ms) when it was given, its bytes; `last` after the final one."""

    @property
    def number(self) -> int: ...
    @property
    def captured_ms(self) -> int: ...
    @property
    def data(self) -> bytes: ...
    @property
    def last(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Greeting:
    """What a recorder is: its MIME type with codecs, its picture in pixels; `takeover`: whoever sends now is replaced."""

    mime: str
    width: int
    height: int
    takeover: bool = False


@dataclass
class Outbox:
    """The chunks of one recorder that are not acknowledged yet. Used on one event loop."""

    epoch: str = field(default_factory=lambda: str(uuid4()))
    kept: deque[Chunk] = field(default_factory=deque)
    fresh: asyncio.Event = field(default_factory=asyncio.Event)
    bytes: int = 0
    closed: bool = False  # its last chunk was put in

    @property
    def done(self) -> bool:
        """Everything was sent and acknowledged, the last chunk too."""
        return self.closed and not self.kept

    def put(self, chunk: Chunk) -> None:
        """A new one. Of too many the oldest are let go: whoever asks for them has to begin a new recorder."""
        self.kept.append(chunk)
        self.bytes += len(chunk.data)
        self.closed = self.closed or chunk.last
        while len(self.kept) > KEPT_CHUNKS or self.bytes > KEPT_BYTES:
            self.bytes -= len(self.kept.popleft().data)
        self.fresh.set()

    def acknowledge(self, number: int) -> None:
        while self.kept and self.kept[0].number <= number:
            self.bytes -= len(self.kept.popleft().data)

    def can_go_on_from(self, number: int) -> bool:
        """Whether the server's next chunk is still here (or not yet made)."""
        return not self.kept or self.kept[0].number <= number

    async def chunks_from(self, number: int) -> AsyncIterator[Chunk]:
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


def live_address() -> str:
    """The first live process of this instance, by its socket."""
    socket = os.environ.get("LANTIAN_LIVE_SOCKET") or str(settings.LANTIAN_HOME / "run" / "live.sock")
    return f"unix:{socket}"


def address_for(ticket: str) -> str:
    """The live process that has a ticket's session; this instance's first one while that is not known. In a thread: database."""
    close_old_connections()
    try:
        session = verify_ticket(ticket).s
        return (queries.address_of(session) if session else "") or live_address()
    except (BadTicket, DatabaseError, InterfaceError):
        return live_address()
    finally:
        connection.close()


def _connect(address: str, ticket: str) -> websockets.connect:
    """`address`: ws://host:port, http://host:port, or unix:/path/to/live.sock."""
    options: dict[str, Any] = {"compression": None, "max_size": 1 << 20, "open_timeout": 10, "ping_interval": None}
    if address.startswith("unix:"):
        return websockets.unix_connect(address.removeprefix("unix:"), f"ws://live{SOCKET_PATH}{ticket}", **options)
    base = address.replace("http://", "ws://", 1).replace("https://", "wss://", 1).rstrip("/")
    return websockets.connect(f"{base}{SOCKET_PATH}{ticket}", **options)


async def publish(
    address: str,
    ticket: str,
    outbox: Outbox,
    greeting: Greeting,
    *,
    over: Callable[[], bool],
    hear: Callable[[dict[str, Any]], None] = lambda _message: None,
) -> bool:
    """Send over one connection until `over()` says after a chunk that the lesson is to end. `hear` gets every message.

    True when the lesson was ended, False when the line closed or the recorder's last chunk was sent. Raises Refused, and `LOST`
    when the server cannot be reached.
    """
    async with _connect(address, ticket) as socket:
        hello = {"t": "hello", "v": 1, "epoch": outbox.epoch, "mime": greeting.mime, "width": greeting.width}
        hello |= {"height": greeting.height, "takeover": greeting.takeover, "after": None}
        await socket.send(dump(hello))
        sender: asyncio.Task[None] | None = None
        try:
            async for text in socket:
                message = json.loads(text)
                hear(message)
                kind = message["t"]
                if kind == "ready":
                    if not outbox.can_go_on_from(message["next_chunk"]):
                        raise Refused("overflow")
                    sender = asyncio.create_task(_send(socket, outbox, message["next_chunk"], over))
                elif kind == "ack":
                    outbox.acknowledge(message["chunk"])
                    if outbox.done:
                        return False
                elif kind == "ended":
                    return True
                elif kind in {"refused", "replaced"} or (kind == "error" and message["code"] != "gap"):
                    raise Refused(message.get("code", kind))
        finally:
            if sender is not None:
                sender.cancel()
                with contextlib.suppress(asyncio.CancelledError, *LOST):
                    await sender
    return False


async def _send(socket: Any, outbox: Outbox, number: int, over: Callable[[], bool]) -> None:
    async for chunk in outbox.chunks_from(number):
        await socket.send(build_chunk(chunk.number, chunk.captured_ms, chunk.data, last=chunk.last))
        if over():
            await socket.send(dump({"t": "end"}))
            return
