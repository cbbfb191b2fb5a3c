"""Listening to PostgreSQL's NOTIFY on a connection of its own, which comes back whenever it was lost."""

import asyncio
import json
from typing import Any

import psycopg
import structlog
from django.db import connection

from lantian.teach.live.consumers.hub import Hub
from lantian.teach.live.services.notices import CHANNEL

log = structlog.get_logger("live")
LONGEST_PAUSE = 5.0


def _parameters() -> dict[str, Any]:
    """How Django connects, for a psycopg connection of our own."""
    known = connection.get_connection_params()
    wanted = ("dbname", "user", "password", "host", "port")
    return {key: known[key] for key in wanted if known.get(key)}


async def listen(hub: Hub) -> None:
    """For ever: hear what other processes say, and after every gap look at what may have been missed."""
    pause = 0.2
    while True:
        try:
            async with await psycopg.AsyncConnection.connect(
                **_parameters(), autocommit=True, connect_timeout=5, application_name="lantian-live-listen"
            ) as listener:
                await listener.execute(f"LISTEN {CHANNEL}")
                pause = 0.2
                if hub.ready:
                    await hub.resync()
                async for note in listener.notifies():
                    await _hear(hub, note.payload)
        except (psycopg.Error, OSError) as error:
            log.warning("not listening to the database", error=type(error).__name__, detail=str(error)[:200])
        await asyncio.sleep(pause)
        pause = min(LONGEST_PAUSE, pause * 2)


async def _hear(hub: Hub, payload: str) -> None:
    try:
        message = json.loads(payload)
    except ValueError:
        return
    if isinstance(message, dict) and hub.ready:
        try:
            await hub.notice(message)
        except Exception:
            log.exception("notice failed")
