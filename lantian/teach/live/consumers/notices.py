"""Word from outside: PostgreSQL's NOTIFY on a connection of its own, which comes back whenever it was lost, and after every
gap, or every 30 s in any case, a look at what may have been missed."""

import asyncio
import contextlib
import json
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import psycopg
import structlog
from django.db import connection

from lantian.teach.live import queries
from lantian.teach.live.consumers.database import DatabaseAway
from lantian.teach.live.consumers.eventlog import LogFull
from lantian.teach.live.engine.happenings import Refused
from lantian.teach.live.engine.tickets import LIFETIME_S
from lantian.teach.live.enums import EndReason, SessionState
from lantian.teach.live.queries import SessionFacts
from lantian.teach.live.services.notices import CHANNEL

if TYPE_CHECKING:
    from lantian.teach.live.consumers.hub import Hub
    from lantian.teach.live.consumers.room import LiveRoom

log = structlog.get_logger("live")
LONGEST_PAUSE, RESYNC_S = 5.0, 30.0


def _parameters() -> dict[str, Any]:
    """How Django connects, for a psycopg connection of our own."""
    known = connection.get_connection_params()
    wanted = ("dbname", "user", "password", "host", "port")
    return {key: known[key] for key in wanted if known.get(key)}


async def listen(hub: "Hub") -> None:
    """For ever: hear what other processes say."""
    pause = 0.2
    while True:
        try:
            async with await psycopg.AsyncConnection.connect(
                **_parameters(), autocommit=True, connect_timeout=5, application_name="lantian-live-listen"
            ) as listener:
                await listener.execute(f"LISTEN {CHANNEL}")
                pause = 0.2
                if hub.ready:
                    await resync(hub)
                async for note in listener.notifies():
                    await _hear(hub, note.payload)
        except (psycopg.Error, OSError) as error:
            log.warning("not listening to the database", error=type(error).__name__, detail=str(error)[:200])
        await asyncio.sleep(pause)
        pause = min(LONGEST_PAUSE, pause * 2)


async def resync_forever(hub: "Hub") -> None:
    """Every 30 s, more often while the database is away."""
    while True:
        await resync(hub)
        await asyncio.sleep(RESYNC_S if hub.database.answers else 2.0)


async def resync(hub: "Hub") -> None:
    """Compare with the database: what was missed while nobody listened, accounts that were shut out, sessions left over."""
    try:
        since = datetime.fromtimestamp(time.time() - LIFETIME_S, UTC)
        for account, at in await hub.database.run(queries.shut_out_since, since):
            hub.shut_out(account, at)
        found = await hub.database.run(queries.unsettled_sessions)
    except DatabaseAway:
        return
    for facts in found:
        try:
            await _compare(hub, facts)
        except Exception:  # one session's trouble must not cost the others their end
            log.exception("session could not be compared", session=facts.id)


async def _compare(hub: "Hub", facts: SessionFacts) -> None:
    room = hub.rooms.get(facts.id)
    if room is None:
        if facts.node in ("", hub.station.name):
            await hub.look_after(facts.id)
        return
    if facts.state == SessionState.ENDED and room.state is not SessionState.ENDED:
        await hub.end(room, EndReason.TEACHER)
        return
    await hub.learn(room, facts)


async def _hear(hub: "Hub", payload: str) -> None:
    try:
        message = json.loads(payload)
    except ValueError:
        return
    if isinstance(message, dict) and hub.ready:
        try:
            await _take(hub, message)
        except Exception:
            log.exception("notice failed")


async def _take(hub: "Hub", message: dict[str, Any]) -> None:
    kind, session = message.get("t"), message.get("session")
    if kind == "blocked":
        gone = hub.shut_out(str(message.get("account")), float(message.get("at") or time.time()))
        log.info("account shut out", sockets=gone)
        return
    if kind == "drain" and message.get("node") == hub.station.name:
        hub.station.begin_draining()
        return
    if not isinstance(session, str):
        return
    with contextlib.suppress(DatabaseAway):
        facts = await hub.database.run(queries.session_facts, session)
        if facts is None:
            return
        await _compare(hub, facts)
        room = hub.rooms.get(session)
        # class screens wait at one node, lessons are anywhere
        if kind == "opened" or (kind in ("live", "ended") and room is None):
            hub.call_lobby(facts)
        if room is not None and kind == "heads":
            _enter_heads(room, message)


def _enter_heads(room: "LiveRoom", message: dict[str, Any]) -> None:
    """A head count was confirmed while the lesson runs: the sending side sees it."""
    row = next((row for row in room.facts.receivers if row[0] == message.get("class")), None)
    if room.floor is None or row is None or room.finished:
        return
    figures = {name: int(message[name]) for name in ("present", "expected")}
    with contextlib.suppress(Refused, LogFull):
        room.floor.enter("side.heads", {"class": row[0], "name": row[1][:40], "school": row[3][:40], **figures})
