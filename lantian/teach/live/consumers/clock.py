"""The hub's clock: every second silence and ends, every other second the teachers' boards, now and then the disk."""

import asyncio
import time
from typing import TYPE_CHECKING

from lantian.content.media import services as media
from lantian.teach.live.consumers import figures
from lantian.teach.live.engine.protocol import dump
from lantian.teach.live.enums import SessionState

if TYPE_CHECKING:
    from lantian.teach.live.consumers.hub import Hub

BOARD_S, DISK_S = 2.0, 15.0


async def run_clock(hub: "Hub") -> None:
    """For ever."""
    boards = disks = 0.0
    while True:
        due = time.monotonic() + 1
        await asyncio.sleep(1)
        now = time.monotonic()
        figures.LOOP_LAG.observe(max(0.0, now - due))
        for room in list(hub.rooms.values()):
            if room.state is SessionState.ENDED:
                continue
            room.tick()
            reason = room.overdue()
            if reason is not None:
                hub.spawn(hub.end(room, reason))
        if now - boards >= BOARD_S:
            boards = now
            _send_boards(hub)
        if now - disks >= DISK_S:
            disks = now
            await _warn_of_disk(hub)


def _send_boards(hub: "Hub") -> None:
    for room in hub.rooms.values():
        if room.publisher is not None:
            text = room.board()
            if text is not None:
                room.publisher.outlet.send(text)


async def _warn_of_disk(hub: "Hub") -> None:
    space = await hub.on_disk(media.room_for_lesson, media.media_root(), hub.reserve_bytes)
    if not space.enough:
        text = dump({"t": "disk", "free_mb": space.free_bytes >> 20})
        for room in hub.rooms.values():
            if room.publisher is not None:
                room.publisher.outlet.send(text)
