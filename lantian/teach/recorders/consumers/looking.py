"""What a recorder sends is looked at before it has to give a lesson.

So what is wrong with it, or should be set otherwise, is known while somebody still stands before the device; and a camera, from
which is only fetched, is known to be there.
"""

import asyncio
import contextlib
import json
import time
from collections.abc import Callable
from typing import Any
from uuid import UUID

import structlog

from lantian.teach.recorders.consumers.child import Source, frames, reading
from lantian.teach.recorders.enums import Fault

log = structlog.get_logger("recorders")
MOST = 2  # at once: lessons under way need the machine, and a camera that does not answer must not hold up all others
AGAIN_S, SOON_S = 1800.0, 60.0  # after a look that went well, and after one that did not
LONGEST_S = 60.0
LOOKED = "looked"  # how the child's look ends when all is well
Told = Callable[[dict[str, Any] | None, str], None]


class Looks:
    """Looks under way, and when the next ones are due."""

    def __init__(self) -> None:
        self._tasks: dict[UUID, asyncio.Task[None]] = {}
        self._next: dict[UUID, float] = {}

    def want(self, recorder: UUID, source: Source, tell: Told) -> None:
        """Look, when it is time and there is room. `tell(facts, fault)` hears what was found."""
        self._tasks = {pk: task for pk, task in self._tasks.items() if not task.done()}
        due = time.monotonic() >= self._next.get(recorder, 0.0)
        if due and recorder not in self._tasks and len(self._tasks) < MOST:
            self._tasks[recorder] = asyncio.create_task(self._look(recorder, source, tell))

    def forget(self, recorder: UUID) -> None:
        """It went, or has a lesson to give: a look under way ends, and the next is due as soon as it is wanted."""
        self._next.pop(recorder, None)
        if recorder in self._tasks:
            self._tasks[recorder].cancel()

    async def close(self) -> None:
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    async def _look(self, recorder: UUID, source: Source, tell: Told) -> None:
        self._next[recorder] = time.monotonic() + SOON_S
        fault = str(Fault.UNREADABLE)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LONGEST_S):
                fault = await _seen(source, tell)
        if fault == LOOKED:
            self._next[recorder] = time.monotonic() + AGAIN_S
        tell(None, "" if fault == LOOKED else fault)


async def _seen(source: Source, tell: Told) -> str:
    """How the child's look ends."""
    async with reading(source) as child:
        async for letter, _at, data in frames(child):
            if letter == b"F":
                tell(json.loads(data), "")
            elif letter == b"X":
                end = json.loads(data)
                log.info("looked at a recorder", code=end["code"], detail=end["detail"])
                return str(end["code"])
    return str(Fault.UNREADABLE)  # it died of what it read
