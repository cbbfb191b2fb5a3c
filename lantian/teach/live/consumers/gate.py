"""What both kinds of socket share: the ticket at the door, limits of connections, and the life of a connection."""

import asyncio
import math
from collections.abc import Coroutine
from typing import Any

from starlette.websockets import WebSocket

from lantian.teach.live import services
from lantian.teach.live.consumers import figures
from lantian.teach.live.consumers.hub import Hub
from lantian.teach.live.consumers.outlet import Outlet
from lantian.teach.live.engine.protocol import dump
from lantian.teach.live.engine.tickets import Ticket
from lantian.teach.live.errors import BadTicket

CONNECTIONS_A_TICKET = 4
CONNECTIONS = 20_000
# Teachers are never kept out by a crowd; guests make their own tickets, and must not fill the house.
CONNECTIONS_OF: dict[str, float] = {"teach": math.inf, "guest": CONNECTIONS // 2}


def refuse(outlet: Outlet, code: str, message: str, close: int) -> None:
    """Say why, then close. Close codes of 4000 and above are final for the page."""
    outlet.send(dump({"t": "refused", "code": code, "message": message}))
    outlet.close(close)


def admit(socket: WebSocket, outlet: Outlet, hub: Hub) -> Ticket | None:
    """The ticket of an accepted socket; None when it was refused (the outlet then carries the answer)."""
    if not hub.ready or hub.stopping:
        outlet.close(1013)
        return None
    try:
        ticket = services.verify_ticket(socket.query_params.get("ticket", ""))
    except BadTicket as error:
        figures.REFUSED.labels("forbidden").inc()
        refuse(outlet, "forbidden", str(error.message), 4003)
        return None
    if hub.shuts_out(ticket):
        figures.REFUSED.labels("forbidden").inc()
        refuse(outlet, "forbidden", str(BadTicket.message), 4003)
        return None
    if len(hub.sockets) >= CONNECTIONS_OF.get(ticket.r, CONNECTIONS):
        figures.REFUSED.labels("full").inc()
        outlet.close(1013)
        return None
    if hub.tickets[ticket.j] >= CONNECTIONS_A_TICKET:
        figures.REFUSED.labels("too_many").inc()
        refuse(outlet, "too_many", "同一页面打开得太多了，请关闭其他窗口", 4029)  # i18n: data
        return None
    return ticket


async def say_goodbye(outlet: Outlet) -> None:
    """Send what a refused socket is to hear, and close it."""
    await outlet.run()
    await outlet.finish()


async def serve(hub: Hub, outlet: Outlet, ticket: Ticket, reading: Coroutine[Any, Any, None]) -> None:
    """Read and write until either side is done. The reader is cancelled before the socket is closed: granian's close waits
    for a receive that is under way."""
    hub.tickets[ticket.j] += 1
    hub.sockets[outlet] = ticket
    if hub.station.several:
        outlet.send(hub.station.word())
    reader = asyncio.ensure_future(reading)
    writer = asyncio.ensure_future(outlet.run())
    try:
        await asyncio.wait({reader, writer}, return_when=asyncio.FIRST_COMPLETED)
        if outlet.closing and not writer.done():
            await asyncio.wait({writer}, timeout=5)
        for task in (reader, writer):
            task.cancel()
        results = await asyncio.gather(reader, writer, return_exceptions=True)
        await outlet.finish()
    finally:
        hub.sockets.pop(outlet, None)
        hub.tickets[ticket.j] -= 1
        if hub.tickets[ticket.j] <= 0:
            del hub.tickets[ticket.j]
    for result in results:
        if isinstance(result, Exception):
            raise result
