"""Live ingest: CPU of the live process for 40 lessons at real pace; and the front door serving their segments.

`make bench B=live`. One operation is one second of one lesson (1.4 Mbit/s, four chunks a second) taken, cut, sealed and written.
`--lessons N` (40), `--seconds S` (30), `--aac 1` to have the second rendition made as well. The door's figures stand in `door`:
the same segment through the platform's Caddyfile and through a bare file server on the same machine in the same minute.
"""

import asyncio
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

from bench.run import Options, Result, Usage, percentile

ROOT = Path(__file__).resolve().parents[1]
CHUNKS_A_SECOND = 4
SEGMENT_BYTES = 375_000
WARM_SECONDS = 8.0
BUDGET = 0.005  # of a core for one lesson


def run(options: Options) -> Result:
    lessons = int(options.number("lessons", 40))
    seconds = max(options.seconds, 30.0)
    with tempfile.TemporaryDirectory(prefix="lantian-bench-") as folder:
        home = Path(folder)
        os.environ |= {
            "LANTIAN_HOME": str(home),
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "LANTIAN_DISK_RESERVE_MB": "64",
        }
        os.environ["LANTIAN_LIVE_AAC"] = options.more.get("aac", "")
        from runtime.postgres import EmbeddedPostgres

        server = EmbeddedPostgres(home, throwaway=True)
        server.start()
        try:
            os.environ["DATABASE_URL"] = server.url
            tickets = _sessions(lessons)
            result = _ingest(home, tickets, seconds)
        finally:
            server.stop()
        door = _door(home)
    more = result.more | {"door": door}
    return Result(
        **{field: getattr(result, field) for field in result.__dataclass_fields__ if field != "more"}, more=more
    )


# --- ingest -----------------------------------------------------------------------------------------------------


def _sessions(count: int) -> list[str]:
    """Plan and open `count` lessons of `count` teachers; their tickets."""
    import django

    django.setup()
    from datetime import timedelta

    from django.core.management import call_command
    from django.db import connection
    from django.utils import timezone

    call_command("migrate", verbosity=0)
    from lantian.kernel.rules import SYSTEM
    from lantian.teach.live import services
    from lantian.teach.live.tests.world import make_world, person

    world = make_world()
    tickets = []
    for number in range(count):
        world.teacher, world.group = person(f"教师{number}", world.sending), None  # type: ignore[no-untyped-call]  # tests' helpers are untyped
        lesson = world.plan(start=timezone.now() - timedelta(minutes=1), receivers=())
        session = services.open_live_session(lesson, by=SYSTEM)
        tickets.append(services.ticket_for_teacher(session, by=SYSTEM))
    connection.close()
    return tickets


def chunks_of_noise(seconds: int) -> list[bytes]:
    """A recording of 1.4 Mbit/s in four chunks a second: the synthetic lesson under noise, to cost what a camera does."""
    data = b"".join(data for _at, data in recording(seconds))
    size = len(data) // (CHUNKS_A_SECOND * seconds) + 1
    return [data[at : at + size] for at in range(0, len(data), size)]


def recording(seconds: int, bit_rate: int = 1_300_000) -> list[tuple[float, bytes]]:
    """Its chunks as they come, each with the second at which its recorder gives it."""
    import numpy as np
    from av.video.frame import VideoFrame

    from lantian.content.media.engine.lesson.source import LessonSource

    class Noisy(LessonSource):
        chance = np.random.default_rng(7)

        def _picture(self, at: float) -> Any:
            planes = super()._picture(at).to_ndarray(format="yuv420p")
            planes[: self.height] += self.chance.integers(0, 24, (self.height, self.width), dtype=np.uint8)
            return VideoFrame.from_ndarray(planes, format="yuv420p")

    start_ms = 1_790_000_000_000
    source = Noisy(bit_rate=bit_rate, start_ms=start_ms)
    return [((chunk.captured_ms - start_ms) / 1000, chunk.data) for chunk in source.chunks(seconds, paced=False)]


def _ingest(home: Path, tickets: list[str], seconds: float) -> Result:
    from lantian.teach.live.tests.stage import LiveProcess

    chunks = chunks_of_noise(int(seconds))
    live = LiveProcess(LANTIAN_HOME=str(home))
    live.start()
    assert live.process is not None
    try:
        delays: list[float] = []
        usage = Usage(live.process.pid)
        asyncio.run(_publish(live, tickets, chunks, delays, usage))
        media = len(tickets) * (len(chunks) / CHUNKS_A_SECOND - WARM_SECONDS)
        share = usage.cpu_seconds / media
        return Result(
            work=f"second of a running lesson ingested ({len(tickets)} at once)",
            count=round(media),
            seconds=usage.seconds,
            cpu_seconds=usage.cpu_seconds,
            peak_mb=usage.peak_mb,
            ratio_to=f"budget of {BUDGET:.1%} of a core a lesson",
            ratio=share / BUDGET,
            more={
                "percent_of_core_a_lesson": round(share * 100, 3),
                "mbit_a_lesson": round(sum(map(len, chunks)) * 8 / 1e6 / (len(chunks) / CHUNKS_A_SECOND), 2),
                "ack_ms_p50": round(percentile(delays, 0.5) * 1000, 1),
                "ack_ms_p95": round(percentile(delays, 0.95) * 1000, 1),
            },
        )
    finally:
        live.stop()


async def _publish(live: Any, tickets: list[str], chunks: list[bytes], delays: list[float], usage: Usage) -> None:
    """All lessons at real pace, begun spread over one second; counted once all have begun (a lesson begins but once).

    `delays`: from a chunk's sending to an ack that covers it.
    """
    from lantian.teach.live.tests.stage import Teacher

    async def one(number: int, ticket: str) -> None:
        await asyncio.sleep(number / len(tickets))
        async with Teacher(live, ticket, epoch=str(uuid4())) as teacher:
            await teacher.hello()
            begun, sent, acked = time.monotonic(), {}, -1
            for index, data in enumerate(chunks):
                await asyncio.sleep(max(0.0, begun + index / CHUNKS_A_SECOND - time.monotonic()))
                await teacher.send(index, data, last=index == len(chunks) - 1)
                sent[index] = time.monotonic()
                if teacher.acked > acked:
                    acked = teacher.acked
                    # seen at the next chunk at the latest, so these are upper bounds
                    delays.append(time.monotonic() - sent.get(acked, time.monotonic()))
            await teacher.hear("ack", where=lambda m: m["chunk"] == len(chunks) - 1, seconds=30)

    async def count() -> None:
        await asyncio.sleep(WARM_SECONDS)
        usage.__enter__()

    await asyncio.gather(count(), *(one(number, ticket) for number, ticket in enumerate(tickets)))
    usage.__exit__(None, None, None)


# --- front door ---------------------------------------------------------------------------------------------------


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _door(home: Path) -> dict[str, Any]:
    """Segments of 375 kB a second over 8 kept connections: by the platform's Caddyfile, and by a bare file server."""
    from runtime.caddy import caddy_binary, environment, write_caddyfile
    from runtime.home import make_home, read_instance

    port, bare_port = free_port(), free_port()
    os.environ["LANTIAN_PORT"] = str(port)
    instance = read_instance(os.environ | {"LANTIAN_BIND": "127.0.0.1"})
    make_home(home)
    folder = home / "media" / "streams" / ("0" * 32) / "av"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "000000-0000.m4s").write_bytes(os.urandom(SEGMENT_BYTES))
    bare = home / "Barefile"
    bare.write_text(
        "{\n\tadmin off\n\tauto_https off\n\tpersist_config off\n}\n"
        f'http://:{bare_port} {{\n\troot * "{home / "media"}"\n\tfile_server\n}}\n'
    )
    path = f"/streams/{'0' * 32}/av/000000-0000.m4s"
    figures = {}
    for name, config, where, url in (
        ("front_door", write_caddyfile(instance), port, "/media" + path),
        ("file_alone", bare, bare_port, path),
    ):
        process = subprocess.Popen(
            [caddy_binary(), "run", "--config", str(config), "--adapter", "caddyfile"],
            env=environment(instance),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            figures[name] = _load(where, url, process.pid)
        finally:
            process.terminate()
            process.wait()
    door, alone = figures["front_door"], figures["file_alone"]
    classes = door["rate"] * SEGMENT_BYTES * 8 / 1.55e6
    return {
        "segments_a_second": round(door["rate"]),
        "gbit_a_second": round(door["rate"] * SEGMENT_BYTES * 8 / 1e9, 2),
        "classes_a_core": round(door["rate"] * SEGMENT_BYTES * 8 / 1.55e6 / max(0.05, door["cores"])),
        "classes": round(classes),
        "ratio_to_file_alone": round(door["rate"] / alone["rate"], 3),
    }


def _load(port: int, path: str, pid: int, seconds: float = 6.0, connections: int = 8) -> dict[str, float]:
    """Requests a second, and cores the server used, with plain sockets in threads (reading releases the interpreter's lock)."""
    until_up = time.monotonic() + 15
    while time.monotonic() < until_up:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            break
        time.sleep(0.05)
    request = f"GET {path} HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n".encode()
    done, stop = [0] * connections, time.monotonic() + seconds

    def client(number: int) -> None:
        buffer = memoryview(bytearray(1 << 18))
        with socket.create_connection(("127.0.0.1", port), 5) as wire:
            while time.monotonic() < stop:
                wire.sendall(request)
                got = wire.recv_into(buffer)
                head = bytes(buffer[:got])
                if not head.startswith(b"HTTP/1.1 200"):
                    raise RuntimeError(head[:100])
                left = SEGMENT_BYTES - (got - head.index(b"\r\n\r\n") - 4)
                while left > 0:
                    left -= wire.recv_into(buffer)
                done[number] += 1

    threads = [threading.Thread(target=client, args=(number,)) for number in range(connections)]
    with Usage(pid) as usage:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    if not sum(done):
        print("the front door answered nothing", file=sys.stderr)
    return {"rate": max(1, sum(done)) / usage.seconds, "cores": usage.cpu_seconds / usage.seconds}
