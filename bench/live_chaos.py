"""Everything that a lesson stands on is killed in turn while it runs: for how long pictures stand, and what is lost.

`make bench B=live-chaos`. A demonstration platform of its own with two live processes; a lesson is taught by a program, four
pages without a screen play it through the front door and raise and lower hands all the time. In turn: the lesson's node (kept
dead), a live process that is started again, front door, database, worker, recorders' gateway; at last a drain.
"""

import asyncio
import contextlib
import fcntl
import json
import os
import signal
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from bench.players import BEHIND, Clock
from bench.run import Options, Result, Usage

SETTLE_S, AFTER_S = 3.0, 12.0
ASK_S, BEAT_S, HAND_S = 1.2, 5.0, 0.4
MOVED = 4021


@dataclass
class Fault:
    """One thing killed: when, until when it was watched, and what came of it."""

    name: str
    began: float = 0.0
    ended: float = 0.0
    stood: float = 0.0
    quiet: float = 0.0  # the longest time without an answer to an event
    facts: dict[str, float] = field(default_factory=dict)


class Pages:
    """What a page knows of its lesson, and how it finds it again."""

    def __init__(self, instance: Any, session: str) -> None:
        self.port, self.session, self.home = instance.port, session, ""

    def address(self, path: str, ticket: str, scheme: str = "ws") -> str:
        return f"{scheme}://127.0.0.1:{self.port}{path}?ticket={ticket}"

    async def ask(self, client: Any, ticket: str) -> None:
        """Where the lesson is by now, if anybody says so."""
        with contextlib.suppress(Exception):
            answer = await client.get(self.address(f"/live/tickets/{self.session}/", ticket, "http"), timeout=4)
            self.home = answer.json()["home"]


class Watcher:
    """One class: plays by the list as hls.js does, reports itself, and raises its hand again and again."""

    def __init__(self, pages: Pages, ticket: str, number: int) -> None:
        self.pages, self.ticket, self.number = pages, ticket, number
        self.clock, self.master, self.last = Clock(), "", ""
        self.sent, self.done = 0, dict[str, int]()
        self.answered, self.quiet = time.monotonic(), 0.0
        self._known: asyncio.Event = asyncio.Event()

    async def watch(self, client: Any) -> None:
        """The socket, for ever."""
        import websockets

        while True:
            try:
                address = self.pages.address(f"{self.pages.home}/live/ws/watch", self.ticket)
                async with websockets.connect(address, compression=None, ping_interval=None, open_timeout=3) as wire:
                    reading = asyncio.ensure_future(self._read(wire))
                    try:
                        await self._speak(wire, reading)
                    finally:
                        reading.cancel()
            except (OSError, websockets.WebSocketException, TimeoutError):
                pass
            await asyncio.sleep(ASK_S / 2)
            await self.pages.ask(client, self.ticket)

    async def _speak(self, wire: Any, reading: "asyncio.Future[None]") -> None:
        beat = 0.0
        while not reading.done():
            if time.monotonic() - beat > BEAT_S:
                beat = time.monotonic()
                facts = {"pos": round(self.clock.there, 2), "buffer": 2, "lag": 2.3, "stalls": 0, "stall_ms": 0}
                await wire.send(json.dumps({"t": "beat", **facts, "dropped": 0, "playing": True, "visible": True}))
            mark = f"{self.number}-{self.sent}"
            if mark in self.done:
                self.sent += 1
                mark = f"{self.number}-{self.sent}"
            kind = "hand.lower" if self.sent % 2 else "hand.raise"
            await wire.send(json.dumps({"t": "do", "id": mark, "kind": kind, "data": {}}))
            await asyncio.sleep(HAND_S)

    async def _read(self, wire: Any) -> None:
        async for text in wire:
            said = json.loads(text)
            if said["t"] in ("done", "not"):
                self.done[said["id"]] = said.get("seq", 0)
                self.quiet = max(self.quiet, time.monotonic() - self.answered)
                self.answered = time.monotonic()
            elif said["t"] == "moved":
                self.pages.home = said["home"]
            elif said.get("master"):
                self.master = said["master"]
                self._known.set()

    async def play(self, client: Any) -> None:
        """The list, and each segment that is new in it."""
        await self._known.wait()
        base = self.master.rsplit("/", 1)[0] + "/av/"
        while True:
            with contextlib.suppress(Exception):
                answer = await client.get(f"http://127.0.0.1:{self.pages.port}{base}live.m3u8", timeout=4)
                await self._take(client, base, answer.text if answer.status_code == 200 else "")
            await asyncio.sleep(0.3)

    async def _take(self, client: Any, base: str, listed: str) -> None:
        lines = listed.splitlines()
        entries = [(float(a[8:].rstrip(",")), b) for a, b in pairwise(lines) if a.startswith("#EXTINF:")]
        names = [name for _seconds, name in entries]
        fresh = entries[names.index(self.last) + 1 :] if self.last in names else entries[-BEHIND:]
        for seconds, name in fresh:
            segment = await client.get(f"http://127.0.0.1:{self.pages.port}{base}{name}", timeout=4)
            if segment.status_code == 200:
                self.clock.arrived(seconds, time.monotonic())
                self.last = name


async def _teach(pages: Pages, ticket: str, client: Any) -> None:
    """A recorder that finds its lesson wherever it goes on."""
    from lantian.content.media.engine.lesson.source import MIME
    from lantian.teach.live.demo.air import Recorder
    from lantian.teach.live.services.publishing import LOST, Greeting, publish

    recorder = Recorder(asyncio.get_running_loop())
    recorder.start()
    try:
        while True:
            with contextlib.suppress(*LOST):
                where = f"http://127.0.0.1:{pages.port}{pages.home}"
                await publish(where, ticket, recorder, Greeting(MIME, 854, 480, takeover=True), over=lambda: False)
            await asyncio.sleep(0.3)
            await pages.ask(client, ticket)
    finally:
        recorder.stopped.set()


# -- what is done to it -------------------------------------------------------------------------------------------------------


class Chaos:
    """Kills, on this platform."""

    def __init__(self, instance: Any, session: str) -> None:
        self.instance, self.session = instance, session

    def ask(self, what: str) -> Any:
        import psycopg

        from runtime.postgres import EmbeddedPostgres

        with psycopg.connect(EmbeddedPostgres(self.instance.home).url, autocommit=True) as database:
            return database.execute(what, {"session": self.session}).fetchall()

    @property
    def node(self) -> str:
        return str(self.ask("SELECT node FROM live_livesession WHERE id = %(session)s")[0][0])

    @property
    def service(self) -> str:
        return "live" if self.node == "main" else f"live-{self.node}"

    def all_steady(self) -> bool:
        return len(self.ask(
            "SELECT 1 FROM live_livenode WHERE state = 'serving' AND seen_at > now() - interval '3 s'"
            " AND seen_at - steady_since > interval '6 s'"
        )) == 2  # fmt: skip

    @contextlib.asynccontextmanager
    async def dead_node(self) -> AsyncIterator[None]:
        """The lesson's node, and nobody in its place until some seconds later."""
        folder, pid = self.instance.home / self.service, self.instance.pid(self.service)
        os.kill(pid, signal.SIGKILL)
        with (folder / "lock").open("w") as lock:
            await asyncio.to_thread(fcntl.flock, lock, fcntl.LOCK_EX)
            yield

    @contextlib.asynccontextmanager
    async def drain(self) -> AsyncIterator[None]:
        command = f"from django.core.management import call_command; call_command('drain', '{self.node}')"
        draining = asyncio.create_task(asyncio.to_thread(self.instance.shell, command))
        yield
        await draining

    def killed(self, service: str) -> Callable[[], Any]:
        @contextlib.asynccontextmanager
        async def kill() -> AsyncIterator[None]:
            name = service or self.service
            os.kill(self.instance.pid(name), signal.SIGKILL)
            yield

        return kill


async def _story(instance: Any, opened: dict[str, Any], repeat: int) -> tuple[list[Fault], list[Watcher]]:
    import httpx

    pages, chaos = Pages(instance, opened["session"]), Chaos(instance, opened["session"])
    watchers = [Watcher(pages, ticket, number) for number, ticket in enumerate(opened["classes"])]
    async with httpx.AsyncClient(trust_env=False, limits=httpx.Limits(max_connections=50)) as client:
        tasks = [asyncio.create_task(_teach(pages, opened["teacher"], client))]
        tasks += [asyncio.create_task(work(client)) for each in watchers for work in (each.watch, each.play)]
        await asyncio.sleep(SETTLE_S + 4)
        faults = []
        for name, kill in _faults(chaos) * repeat:
            await _until(chaos.all_steady)
            await asyncio.sleep(SETTLE_S)
            faults.append(await _suffer(name, kill, watchers))
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    return faults, watchers


def _faults(chaos: Chaos) -> list[tuple[str, Callable[[], Any]]]:
    return [
        ("node, and it stays dead", chaos.dead_node),
        ("live process, started again", chaos.killed("")),
        ("front door", chaos.killed("caddy")),
        ("database", chaos.killed("postgres")),
        ("worker", chaos.killed("worker")),
        ("recorders' gateway", chaos.killed("recorders")),
        ("node drained", chaos.drain),
    ]


async def _suffer(name: str, kill: Callable[[], Any], watchers: list[Watcher]) -> Fault:
    before = [each.clock.stood for each in watchers]
    for each in watchers:
        each.quiet, each.answered = 0.0, time.monotonic()
    fault = Fault(name, began=time.time())
    async with kill():
        await asyncio.sleep(AFTER_S)
    fault.ended = time.time()
    late = [
        max(0.0, each.clock.there and time.monotonic() - each.clock.began - each.clock.stood - each.clock.there)
        for each in watchers
    ]
    fault.stood = max(each.clock.stood - was + more for each, was, more in zip(watchers, before, late, strict=True))
    fault.quiet = max(each.quiet for each in watchers)
    return fault


async def _until(true: Callable[[], bool], seconds: float = 90) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        with contextlib.suppress(Exception):
            if await asyncio.to_thread(true):
                return
        await asyncio.sleep(0.3)
    raise RuntimeError("two live processes are not there")


# -- what was lost ------------------------------------------------------------------------------------------------------------

_OPEN = """
import json
from lantian.kernel.rules import SYSTEM
from lantian.people.schedule.models import Lesson
from lantian.teach.live import services
lesson = Lesson.objects.get(pk="LESSON")
session = services.open_live_session(lesson, by=SYSTEM)
groups = [row.class_group for row in lesson.receivers.select_related("class_group__organization")][:4]
made = [
    services.make_ticket(
        role="class", session_id=session.pk, lesson_id=lesson.pk, class_group=group, organization=group.organization, name="大屏"
    )
    for group in groups
]
print(json.dumps({
    "session": str(session.pk), "token": session.stream.token, "classes": made,
    "teacher": services.ticket_for_teacher(session, by=SYSTEM),
}))
"""


def _weigh(instance: Any, chaos: Chaos, token: str, faults: list[Fault], watchers: list[Watcher]) -> dict[str, Any]:
    lines = [json.loads(line) for line in (instance.home / "media" / "streams" / token / "av" / "index.jsonl").open()]
    segments = [line for line in lines if line["t"] == "segment"]
    stretches = chaos.ask(
        "SELECT a.viewer, extract(epoch FROM i.started_at)::float, extract(epoch FROM i.ended_at)::float"
        " FROM live_attendanceinterval i JOIN live_attendance a ON a.id = i.attendance_id WHERE a.session_id = %(session)s"
    )
    for fault in faults:
        fault.facts = {
            "freeze_s": round(fault.stood, 2),
            "events_wait_s": round(fault.quiet, 2),
            "media_lost_s": round(_holes(segments, fault), 2),
            "presence_lost_s": round(_absent(stretches, fault), 1),
        }
    kept = {
        row[0]: row[1] for row in chaos.ask("SELECT mark, seq FROM live_lessonevent WHERE session_id = %(session)s")
    }
    told = {mark: seq for each in watchers for mark, seq in each.done.items() if seq}
    return {
        "segments": len(segments),
        "segments_out_of_order": sum(line["sequence"] != number for number, line in enumerate(segments)),
        "recorders_begun": len([line for line in lines if line["t"] == "epoch"]),
        "events_acknowledged": len(told),
        "events_lost": sum(kept.get(mark) != seq for mark, seq in told.items()),
    }


def _holes(segments: list[dict[str, Any]], fault: Fault) -> float:
    """Seconds of the lesson that no segment has."""
    near = [(a, b) for a, b in pairwise(segments) if fault.began < b["wall_ms"] / 1000 < fault.ended]
    same = [(b["start_us"] - a["end_us"]) / 1e6 for a, b in near if a["epoch"] == b["epoch"]]
    other = [(b["wall_ms"] - a["wall_ms"]) / 1000 - a["duration_us"] / 1e6 for a, b in near if a["epoch"] != b["epoch"]]
    return float(sum(max(0.0, hole) for hole in [*same, *other]))


def _absent(stretches: list[tuple[str, float, float]], fault: Fault) -> float:
    """Seconds of the fault's time that the attendance of the class that lost most does not have."""
    worst = 0.0
    for viewer in {row[0] for row in stretches}:
        there, reached = 0.0, fault.began
        for _viewer, start, end in sorted((row for row in stretches if row[0] == viewer), key=lambda row: row[1]):
            there += max(0.0, min(end, fault.ended) - max(start, reached))
            reached = max(reached, min(end, fault.ended))
        worst = max(worst, fault.ended - fault.began - there)
    return worst


def run(options: Options) -> Result:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
    from tests.e2e.conftest import running_instance
    from tests.e2e.live.cast import arrange

    with running_instance(LANTIAN_LIVE_NODES="2") as instance:
        lesson = arrange(instance).lesson
        opened = json.loads(instance.shell(_OPEN.replace("LESSON", lesson)).strip().splitlines()[-1])
        began = time.monotonic()
        with Usage(instance.pid("live"), instance.pid("caddy")) as usage:
            faults, watchers = asyncio.run(_story(instance, opened, int(options.number("repeat", 1))))
        seconds = time.monotonic() - began
        time.sleep(8)  # what is under way to the database
        lost = _weigh(instance, Chaos(instance, opened["session"]), opened["token"], faults, watchers)
    for fault in faults:
        print(f"{fault.name:30}", *(f"{name} {value}" for name, value in fault.facts.items()))
    more = {fault.name: fault.facts for fault in faults}
    return Result("faults", len(faults), seconds, usage.cpu_seconds, usage.peak_mb, more={**lost, **more})
