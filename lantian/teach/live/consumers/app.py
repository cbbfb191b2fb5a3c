"""The live process as one Starlette application."""

import asyncio
import os
import signal
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from django.conf import settings
from django.utils.crypto import constant_time_compare
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute

from lantian.teach.live.consumers import figures
from lantian.teach.live.consumers.hub import Hub
from lantian.teach.live.consumers.ingest import ingest
from lantian.teach.live.consumers.watch import watch
from lantian.teach.live.queries import MAIN


def make_app(*, hold_acks: bool = False) -> Starlette:
    """`hold_acks`: as the hub's.

    Settings read: LANTIAN_HOME, LANTIAN_DISK_RESERVE_BYTES, LANTIAN_LIVE_AAC (the second rendition), LANTIAN_METRICS_TOKEN."""

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        node = os.environ.get("LANTIAN_NODE", "") or MAIN
        hub = Hub(
            node_folder(Path(settings.LANTIAN_HOME), node),
            sound=getattr(settings, "LANTIAN_LIVE_AAC", True),
            reserve_bytes=settings.LANTIAN_DISK_RESERVE_BYTES,
            hold_acks=hold_acks,
            node=node,
            address=os.environ.get("LANTIAN_LIVE_ADDRESS", ""),
            remote=bool(os.environ.get("LANTIAN_NODE_REMOTE")),
        )
        app.state.hub = hub
        await hub.start()
        if threading.current_thread() is threading.main_thread():  # as in granian's worker; signals come nowhere else
            _leave_politely(hub)
        yield
        await hub.stop()

    return Starlette(
        routes=[
            Route("/live/ws/health", health),
            Route("/live/ws/metrics", metrics),
            WebSocketRoute("/live/ws/ingest", ingest),
            WebSocketRoute("/live/ws/watch", watch),
        ],
        lifespan=lifespan,
    )


def node_folder(home: Path, node: str) -> Path:
    """A live process's own files; those of the first one are where they always were."""
    return home / ("live" if node == MAIN else f"live-{node}")


def _leave_politely(hub: Hub) -> None:
    """granian cuts its sockets before it ends the lifespan. So the signals that stop it are taken over: everybody is told to
    come back, what is in memory goes to disk, and then the process ends by the signal as if nobody had caught it."""
    loop = asyncio.get_running_loop()
    leaving: asyncio.Task[None] | None = None

    async def leave(number: signal.Signals) -> None:
        try:
            await hub.stop()
        finally:
            loop.remove_signal_handler(number)
            signal.signal(number, signal.SIG_DFL)
            signal.raise_signal(number)

    def hear(number: signal.Signals) -> None:
        nonlocal leaving
        if leaving is None:
            leaving = loop.create_task(leave(number))

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, hear, number)


async def health(request: Request) -> Response:
    """200 once this process may take sockets; the database may be away, lessons go on without it."""
    hub: Hub = request.app.state.hub
    content = {
        "ready": hub.ready,
        "database": hub.database.answers,
        "node": hub.station.name,
        "state": str(hub.station.state),
        "sessions": len(hub.rooms),
        "sockets": len(hub.sockets),
        "presence_waiting": len(hub.spool) if hub.ready else 0,
    }
    return JSONResponse(content, status_code=200 if hub.ready and not hub.stopping else 503)


async def metrics(request: Request) -> Response:
    """Prometheus figures, to those who speak to the socket directly or show LANTIAN_METRICS_TOKEN."""
    token = settings.LANTIAN_METRICS_TOKEN
    given = request.headers.get("authorization", "").removeprefix("Bearer ")
    direct = "x-forwarded-for" not in request.headers
    if not direct and not (token and constant_time_compare(given, token)):
        return PlainTextResponse("", status_code=403)
    hub: Hub = request.app.state.hub
    figures.SESSIONS.clear()
    for room in hub.rooms.values():
        figures.SESSIONS.labels(str(room.state)).inc()
    return Response(generate_latest(figures.REGISTRY), media_type=CONTENT_TYPE_LATEST)
