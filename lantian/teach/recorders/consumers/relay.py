"""One lesson given by a recorder: its stream is read by a child, and published like a teacher's browser would."""

import asyncio
import contextlib
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import structlog
from django.utils import timezone

from lantian.teach.live.services.publishing import LOST, Greeting, Outbox, Refused, address_for, publish
from lantian.teach.recorders.consumers.child import HEIGHT, WIDTH, Source, frames, reading
from lantian.teach.recorders.enums import Fault

log = structlog.get_logger("recorders")
MIME = 'video/mp4;codecs="avc1.42e01f,mp4a.40.2"'  # what it really is stands in the init
PAUSE_S, LONGEST_PAUSE_S = 0.5, 10.0


class StandBy(Exception):
    """Somebody else gives this lesson: the teacher's own page."""


class Later(Exception):
    """The lesson cannot be begun at this moment, but perhaps in the next: the fault to show until then."""


class Over(Exception):
    """The lesson has ended, or is not to be given any more."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A chunk as the ingest takes it."""

    number: int
    captured_ms: int
    data: bytes = field(repr=False)
    last: bool = False


class Relay:
    """The lesson's way from the recorder to the live process, until `ends_at` or `stop`.

    `ticket()` gives a ticket for the session (in a thread; raises Over when there is none, Later while there is none yet).
    `tell(facts, fault)` hears how it goes.
    """

    def __init__(
        self,
        source: Source,
        ends_at: datetime,
        ticket: Callable[[], str],
        tell: Callable[[dict[str, Any] | None, str], None],
        address: str = "",
    ) -> None:
        self._source, self.ends_at, self._ticket, self._tell = source, ends_at, ticket, tell
        self._address = address
        self.sending = False

    async def run(self) -> None:
        """One child after the other, each a recorder of its own. Raises StandBy; returns when the lesson is over."""
        pause = PAUSE_S
        while not self._is_over():
            began = time.monotonic()
            try:
                fault = await self._once()
            except Over:
                return
            finally:
                self.sending = False
            self._tell(None, fault)
            pause = PAUSE_S if time.monotonic() - began > LONGEST_PAUSE_S else min(LONGEST_PAUSE_S, pause * 2)
            await asyncio.sleep(pause)

    def _is_over(self) -> bool:
        return timezone.now() >= self.ends_at

    async def _once(self) -> str:
        """One child from its start to its end, and why it ended."""
        outbox = Outbox()
        async with reading(self._source) as child:
            tasks = asyncio.ensure_future(self._read(child, outbox)), asyncio.ensure_future(self._publish(outbox))
            heard, published = tasks
            try:
                await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
                if published.done():
                    return published.result()
                fault = heard.result()
                with contextlib.suppress(TimeoutError):  # its last chunk is still on its way
                    await asyncio.wait_for(asyncio.shield(published), 5)
                return fault
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)

    async def _read(self, child: asyncio.subprocess.Process, outbox: Outbox) -> str:
        """What the child says, until it says no more: why."""
        number = 0
        async for letter, at_ms, data in frames(child):
            if letter in b"CL":
                outbox.put(Piece(number, at_ms, data, last=letter == b"L"))
                number += 1
            elif letter == b"F":
                self._tell(json.loads(data), "")
            elif letter == b"X":
                end = json.loads(data)
                log.info("recorder's stream ended", code=end["code"], detail=end["detail"])
                return str(end["code"])
        return str(Fault.UNREADABLE)  # it died of what it read

    async def _publish(self, outbox: Outbox) -> str:
        """Until the child's last chunk is taken, or its bytes are refused (the fault). Raises StandBy, Over."""
        pause = PAUSE_S
        await outbox.fresh.wait()
        while True:
            try:
                ticket = await asyncio.to_thread(self._ticket)
            except Later as later:
                return str(later)
            try:
                address = self._address or await asyncio.to_thread(address_for, ticket)
                ended = await publish(
                    address, ticket, outbox, Greeting(MIME, WIDTH, HEIGHT), over=self._is_over, hear=self._hear
                )
                if ended:
                    raise Over
                if outbox.done:
                    return ""
                pause = PAUSE_S
            except Refused as refused:
                code = str(refused)
                if code in {"other_publisher", "replaced"}:
                    raise StandBy from refused
                if code in {"ended", "unknown_session", "forbidden"}:
                    raise Over from refused
                if code not in {"handed_over", "key_lost", "no_key"}:
                    return str(Fault.FULL if code == "disk_full" else Fault.REFUSED)
            except LOST as error:
                log.info("line to the live process lost", error=type(error).__name__)
            self.sending = False
            await asyncio.sleep(pause)
            pause = min(LONGEST_PAUSE_S, pause * 2)

    def _hear(self, message: dict[str, Any]) -> None:
        if message["t"] == "ack":
            self.sending = True
        elif message["t"] in {"planned", "ready"}:
            moment = message.get("end_ms") or message.get("planned_end_ms")
            if moment:
                self.ends_at = datetime.fromtimestamp(moment / 1000, timezone.get_current_timezone())
