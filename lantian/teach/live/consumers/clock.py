"""The hub's clock: every second silence and ends, every other second the boards, now and then the disk."""

import asyncio
import time
from typing import TYPE_CHECKING

import structlog

from lantian.content.media import services as media
from lantian.teach.live.consumers import figures
from lantian.teach.live.engine.protocol import dump
from lantian.teach.live.enums import SessionState

if TYPE_CHECKING:
    from lantian.teach.live.consumers.hub import Hub

log = structlog.get_logger("live")
TICK_S, BOARD_S, DISK_S = 1.0, 2.0, 15.0


async def run_clock(hub: "Hub") -> None:
    """For ever."""
    boards = disks = 0.0
    while True:
        due = time.monotonic() + TICK_S
        await asyncio.sleep(TICK_S)
        now = time.monotonic()
        figures.LOOP_LAG.observe(max(0.0, now - due))
        try:
            _tick(hub)
            if now - boards >= BOARD_S:
                boards = now
                _send_boards(hub)
            if now - disks >= DISK_S:
                disks = now
                await _warn_of_disk(hub)
                await hub.on_disk(hub.offsite.measure)
        except Exception:  # the clock goes on: lessons end by it
            log.exception("the clock stumbled")


def _tick(hub: "Hub") -> None:
    hub.pictures.tick()
    for room in list(hub.rooms.values()):
        if room.state is SessionState.ENDED:
            continue
        room.tick()
        reason = room.overdue()
        if reason is not None and not room.finished:
            hub.spawn(hub.end(room, reason))


def _send_boards(hub: "Hub") -> None:
    for room in hub.rooms.values():
        for outlet, text in room.boards():
            outlet.send(text)


async def _warn_of_disk(hub: "Hub") -> None:
    space = await hub.on_disk(media.room_for_lesson, media.media_root(), hub.reserve_bytes)
    if not space.enough:
        text = dump({"t": "disk", "free_mb": space.free_bytes >> 20})
        for room in hub.rooms.values():
            if room.publisher is not None:
                room.publisher.outlet.send(text)
