"""A hand that writes before a crowd: how long a portion of a stroke takes from the teacher's socket to everybody's.

`make bench B=board`. One operation is one viewer's receipt of one portion. `--viewers N` (300; beyond that the server tells less
often), `--seconds S`. The browsers' own part is not in it: they send every 80 ms and look every 80 ms.
"""

import asyncio
import json
import math
import os
import re
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

from bench.crowd import _tickets, _want_files
from bench.live import chunks_of_noise
from bench.run import Options, Result, Usage, percentile

PORTION_S = 0.08
STROKE = 12  # portions; a second of writing, then half a second of none
BUDGET_MS = 300.0
_SEQ = re.compile(r'\{"seq":(\d+),"kind":"(?:ink|page)')


@dataclass
class Tally:
    sent: dict[int, float] = field(default_factory=dict)  # by number of the event
    delays: list[float] = field(default_factory=list)
    bytes: int = 0
    counting: bool = False
    refused: int = 0
    snapshot: int = 0


def run(options: Options) -> Result:
    viewers = int(options.number("viewers", 300))
    _want_files(4 * viewers + 500)
    with tempfile.TemporaryDirectory(prefix="lantian-bench-") as folder:
        os.environ |= {
            "LANTIAN_HOME": folder,
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "LANTIAN_DISK_RESERVE_MB": "64",
            "LANTIAN_LIVE_AAC": "",
        }
        from runtime.postgres import EmbeddedPostgres

        server = EmbeddedPostgres(Path(folder), throwaway=True)
        server.start()
        try:
            os.environ["DATABASE_URL"] = server.url
            teacher, tickets = _tickets(viewers, 0)
            return _measure(folder, teacher, tickets, max(10.0, options.seconds))
        finally:
            server.stop()


def _measure(home: str, teacher: str, tickets: list[str], seconds: float) -> Result:
    from lantian.teach.live.tests.stage import LiveProcess

    live = LiveProcess(LANTIAN_HOME=home)
    live.start()
    assert live.process is not None
    tally, usage = Tally(), Usage(live.process.pid)
    try:
        asyncio.run(_lesson(live, teacher, tickets, chunks_of_noise(15), seconds, tally, usage))
    finally:
        live.stop()
    p95 = percentile(tally.delays, 0.95) * 1000
    return Result(
        work=f"portion of a stroke told ({len(tickets)} viewers, a hand that writes two thirds of the time)",
        count=len(tally.delays),
        seconds=usage.seconds,
        cpu_seconds=usage.cpu_seconds,
        peak_mb=usage.peak_mb,
        ratio_to=f"{BUDGET_MS:.0f} ms, less 160 ms of the browsers",
        ratio=p95 / (BUDGET_MS - 160),
        more={
            "ms_p50": round(percentile(tally.delays, 0.5) * 1000, 1),
            "ms_p95": round(p95, 1),
            "percent_of_core": round(usage.cpu_seconds / usage.seconds * 100, 1),
            "kbit_a_second_each": round(tally.bytes * 8 / 1000 / usage.seconds / len(tickets), 1),
            "late_joiner_kb": round(tally.snapshot / 1024, 1),
            "refused": tally.refused,
        },
    )


async def _lesson(
    live: Any, ticket: str, tickets: list[str], chunks: list[bytes], seconds: float, tally: Tally, usage: Usage
) -> None:
    from lantian.teach.live.tests.stage import Teacher

    over = asyncio.Event()
    async with Teacher(live, ticket) as teacher:
        await teacher.hello()
        await teacher.send_all(chunks, 0, 8)
        crowd = [asyncio.ensure_future(_viewer(live, one, over, tally)) for one in tickets]
        await asyncio.sleep(3 + len(tickets) / 100)
        writing = asyncio.ensure_future(_write(teacher, over, tally))
        tally.counting = True
        with usage:
            await asyncio.sleep(seconds)
        tally.counting = False
        over.set()
        await writing
        async with live.connect("/live/ws/watch", tickets[0]) as late:
            while '"t":"room"' not in (text := str(await asyncio.wait_for(late.recv(), 30))):
                pass
            tally.snapshot = len(text) + len(str(await asyncio.wait_for(late.recv(), 30)))  # and what is young yet
        await asyncio.wait(crowd, timeout=30)


async def _write(teacher: Any, over: asyncio.Event, tally: Tally) -> None:
    """Strokes across a sheet, a portion every 80 ms, each of five points."""
    sheet, number, seq = str(uuid4()), 0, 0

    async def do(kind: str, **data: object) -> None:
        nonlocal seq
        seq += 1
        tally.sent[seq] = time.monotonic()
        await teacher.say(t="do", id=f"m{seq}", kind=kind, data=data)

    while not over.is_set():
        number += 1
        x, y = 500 + (number * 331) % 14_000, 800 + (number * 517) % 7_000
        await do("ink.begin", sheet=sheet, id=f"s{number}", tool="pen", colour="blue", width=2, points=[x, y])
        for portion in range(STROKE):
            await asyncio.sleep(PORTION_S)
            steps = [value for _ in range(4) for value in (20, round(30 * math.sin(portion)))]
            at = (x + 80 * portion + 20, y + portion)
            await do("ink.points", id=f"s{number}", at=1 + 5 * portion, points=[*at, *steps])
        await do("ink.end", id=f"s{number}")
        tally.refused += sum(1 for message in teacher.heard if message["t"] == "not")
        teacher.heard.clear()
        await asyncio.sleep(0.5)


async def _viewer(live: Any, ticket: str, over: asyncio.Event, tally: Tally) -> None:
    import websockets

    try:
        async with live.connect("/live/ws/watch", ticket) as wire:
            while not over.is_set():
                try:
                    text = str(await asyncio.wait_for(wire.recv(), 1))
                except TimeoutError:
                    continue
                now = time.monotonic()
                if not tally.counting or not text.startswith('{"t":"events"'):
                    continue
                tally.bytes += len(text)
                tally.delays += [now - tally.sent[seq] for seq in map(int, _SEQ.findall(text)) if seq in tally.sent]
    except (OSError, websockets.WebSocketException, json.JSONDecodeError):
        return
