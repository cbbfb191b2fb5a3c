"""A thousand classrooms on one node: 40 lessons live, 1 149 classes play them through the front door, as their players would.

`make bench B="live-scale --seconds 300"`. One operation is one second of one class's lesson (playlist, segment, key,
report). `--classes N` (1149), `--lessons N` (40), `--mbit R` (1.5), `--aac ""` for lessons without second sound. Everything runs
on this machine, the players too: `lateness_ms_p99` says how late their own loop was, and so how far stalls are to be believed.
"""

import asyncio
import multiprocessing
import os
import tempfile
import time
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from bench import players
from bench.crowd import _want_files
from bench.live import _door, free_port, recording
from bench.run import Options, Result, Usage, percentile

JOIN_S, SETTLE_S = 30.0, 15.0
SPARE_S = 60.0  # of recording beyond what is counted: publishers are there before the players are
STALL_BOUND = 0.001
CARD_USE = 0.8  # of a card's rate that may be planned for
CARDS_GBIT = (1, 10)


def run(options: Options) -> Result:
    classes, lessons = int(options.number("classes", 1149)), int(options.number("lessons", 40))
    seconds, mbit = max(options.seconds, 20.0), options.number("mbit", 1.5)
    _want_files(4 * classes + 500)
    # One recorder from beginning to end, as in a lesson: one anew each minute comes later by its own beginning every time.
    chunks = recording(int(JOIN_S + SETTLE_S + seconds + SPARE_S), int(mbit * 1e6) - 90_000)
    with tempfile.TemporaryDirectory(prefix="lantian-bench-") as folder:
        home = Path(folder)
        home.chmod(0o755)
        os.environ |= {
            "LANTIAN_HOME": folder,
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "LANTIAN_DISK_RESERVE_MB": "64",
            "LANTIAN_LIVE_AAC": options.more.get("aac", "1"),
        }
        from runtime.postgres import EmbeddedPostgres

        server = EmbeddedPostgres(home, throwaway=True)
        server.start()
        try:
            os.environ["DATABASE_URL"] = server.url
            teachers, viewers = _tickets(lessons, classes)
            found = _serve(home, server.pid or 0, teachers, viewers, chunks, seconds)
        finally:
            server.stop()
        door = _door(home)
    return _result(found, door, classes, lessons)


def _tickets(lessons: int, classes: int) -> tuple[list[str], list[str]]:
    """The teachers' tickets, and those of the classes, spread evenly over the lessons."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection
    from django.utils import timezone

    call_command("migrate", verbosity=0)
    from lantian.kernel.rules import SYSTEM
    from lantian.people.schedule import services as schedule
    from lantian.people.schedule.enums import AlliancePart
    from lantian.teach.live import services
    from lantian.teach.live.tests.world import class_group, make_world, organization, person

    world = make_world()
    schools = [organization(f"第{number}中学", parent=world.county) for number in range(classes)]  # type: ignore[no-untyped-call]  # tests' helpers are untyped
    for school in schools:
        schedule.add_alliance_member(world.alliance, organization=school, part=AlliancePart.RECEIVING, by=SYSTEM)  # type: ignore[arg-type]  # a tests' world
    groups = [class_group(school) for school in schools]  # type: ignore[no-untyped-call]  # likewise
    teachers, viewers = [], []
    for number in range(lessons):
        world.teacher, world.group = person(f"教师{number}", world.sending), None  # type: ignore[no-untyped-call]  # likewise
        own = groups[number::lessons]
        lesson = world.plan(start=timezone.now() - timedelta(minutes=1), receivers=own)
        session = services.open_live_session(lesson, by=SYSTEM)
        teachers.append(services.ticket_for_teacher(session, by=SYSTEM))
        viewers += [
            services.make_ticket(
                role="class",
                class_group=group,
                organization=group.organization,
                name=str(group),
                account_id=uuid4(),
                session_id=session.pk,
                lesson_id=lesson.pk,
            )
            for group in own
        ]
    connection.close()
    return teachers, viewers


def _serve(
    home: Path,
    postgres: int,
    teachers: list[str],
    viewers: list[str],
    chunks: list[tuple[float, bytes]],
    seconds: float,
) -> dict[str, Any]:
    """The live process and the front door with everybody in them; CPU by process, and what each player met."""
    import subprocess

    from lantian.teach.live.tests.stage import LiveProcess
    from runtime.caddy import caddy_binary, environment, write_caddyfile
    from runtime.home import make_home, read_instance

    os.environ["LANTIAN_PORT"] = str(free_port())
    make_home(home)
    instance = read_instance(os.environ | {"LANTIAN_BIND": "127.0.0.1"})
    live = LiveProcess(LANTIAN_HOME=str(home))
    live.socket = instance.live_socket
    live.start()
    door = subprocess.Popen(
        [caddy_binary(), "run", "--config", str(write_caddyfile(instance)), "--adapter", "caddyfile"],
        env=environment(instance),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    here, there = multiprocessing.get_context("spawn").Pipe()
    crowd = multiprocessing.get_context("spawn").Process(
        target=players.main, args=(instance.port, viewers, JOIN_S, SETTLE_S, seconds, there)
    )
    assert live.process is not None
    pids = {"live": live.process.pid, "door": door.pid, "database": postgres, "teachers": os.getpid()}
    try:
        return asyncio.run(_lessons(live, teachers, chunks, crowd, here, pids, seconds))
    finally:
        if crowd.is_alive():
            crowd.kill()
        live.stop()
        door.terminate()
        door.wait()


async def _lessons(
    live: Any,
    teachers: list[str],
    chunks: list[tuple[float, bytes]],
    crowd: Any,
    pipe: Any,
    pids: dict[str, int],
    seconds: float,
) -> dict[str, Any]:
    over = asyncio.Event()
    lessons = [asyncio.ensure_future(_teach(live, ticket, chunks, over)) for ticket in teachers]
    await asyncio.sleep(4)
    crowd.start()
    for word in ("begun", "counting"):
        said = await asyncio.to_thread(pipe.recv)
        assert said == word, said
    with ExitStack() as stack:
        usages: dict[str, Usage] = {name: stack.enter_context(_OneProcess(pid, name)) for name, pid in pids.items()}
        usages["players"] = stack.enter_context(Usage(crowd.pid))
        told = await asyncio.to_thread(pipe.recv)
    over.set()
    await asyncio.wait(lessons, timeout=20)
    failed = [str(lesson.exception()) for lesson in lessons if lesson.done() and lesson.exception()]
    return {"told": told, "usages": usages, "failed": failed, "seconds": seconds}


class _OneProcess(Usage):
    """As Usage; `teachers` is this very process without the children it started."""

    def __init__(self, pid: int, name: str) -> None:
        super().__init__(pid)
        self._alone = name == "teachers"

    def _sample(self, *, opening: bool = False) -> None:
        if not self._alone:
            super()._sample(opening=opening)
            return
        times = os.times()
        if opening:
            self._first[self.pids[0]] = times.user + times.system
        self._last[self.pids[0]] = times.user + times.system


async def _teach(live: Any, ticket: str, chunks: list[tuple[float, bytes]], over: asyncio.Event) -> None:
    """The recording at real pace; once it is at its end, again, by a new recorder."""
    from lantian.teach.live.tests.stage import Teacher

    await asyncio.sleep(hash(ticket) % 1000 / 1000)
    async with Teacher(live, ticket) as teacher:
        while not over.is_set():
            teacher.epoch = str(uuid4())
            await teacher.hello(changes=True)
            began = time.monotonic()
            for index, (at, data) in enumerate(chunks):
                await asyncio.sleep(max(0.0, began + at - time.monotonic()))
                await teacher.send(index, data, last=index == len(chunks) - 1)
                teacher.heard.clear()
                if over.is_set():
                    return


def _result(found: dict[str, Any], door: dict[str, Any], classes: int, lessons: int) -> Result:
    *told, own = found["told"]
    usages = found["usages"]
    played = sum(one["seconds"] for one in told)
    stood = sum(one["stood"] for one in told)
    size, window = sum(one["bytes"] for one in told), told[0]["seconds"]
    cores = {name: round(usage.cpu_seconds / usage.seconds, 3) for name, usage in usages.items()}
    wrong: dict[str, int] = {}
    for what in [*found["failed"], *(what for one in told for what in one["wrong"])]:
        wrong[what] = wrong.get(what, 0) + 1
    gbit = size * 8 / 1e9 / window
    return Result(
        work=f"second of a class's lesson played ({classes} classes, {lessons} lessons)",
        count=round(played),
        seconds=window,
        cpu_seconds=usages["live"].cpu_seconds + usages["door"].cpu_seconds + usages["database"].cpu_seconds,
        peak_mb=usages["live"].peak_mb + usages["door"].peak_mb,
        ratio_to=f"stall rate of {STALL_BOUND:.1%}",
        ratio=stood / played / STALL_BOUND,
        more={
            "stall_percent": round(100 * stood / played, 4),
            "classes_that_stalled": sum(1 for one in told if one["stalls"]),
            "never_played": sum(1 for one in told if not one["played"]),
            "wrong": wrong,
            "gbit_a_second": round(gbit, 3),
            "mbit_a_class": round(gbit * 1000 / classes, 3),
            "segments": sum(one["segments"] for one in told),
            "playlists": sum(one["playlists"] for one in told),
            "playlists_unchanged": sum(one["unchanged"] for one in told),
            "lateness_ms_p99": round(percentile(own["lateness"], 0.99) * 1000, 1),
            "lateness_ms_longest": round(own["lateness"][-1] * 1000, 1),
            "cores": cores,
            "door": door,
            "projection": [_projection(card, cores, gbit, classes, lessons) for card in CARDS_GBIT],
        },
    )


def _projection(card: int, cores: dict[str, float], gbit: float, classes: int, lessons: int) -> dict[str, Any]:
    """What a card of `card` Gbit/s carries at 80 %, and the cores for it: the door's go by bytes, the rest by classes."""
    share = card * CARD_USE / gbit
    return {
        "card_gbit": card,
        "classes": int(classes * share),
        "lessons": round(lessons * share, 1),
        "door_cores": round(cores["door"] * share, 2),
        "live_cores": round(cores["live"] * share, 2),
        "database_cores": round(cores["database"] * share, 2),
    }
