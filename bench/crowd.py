"""One lesson watched by all: 1 149 class screens and 2 000 students on their sockets, reporting every ten seconds; no pictures.

`make bench B=crowd`. One operation is one viewer's report, answered. `--classes N` (1149), `--students N` (2000),
`--seconds S` (at least 40). The lesson is live (one publisher at real pace), so its ingest is in the figure.
"""

import asyncio
import os
import random
import resource
import tempfile
import time
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from bench.live import chunks_of_noise
from bench.run import Options, Result, Usage, percentile

BEAT_SECONDS = 10.0
JOIN_SECONDS = 20.0
SETTLE_SECONDS = 12.0
BUDGET = 0.10  # of a core for all of them


@dataclass
class Tally:
    delays: list[float] = field(default_factory=list)
    counting: bool = False
    lost: int = 0
    board_bytes: int = 0
    boards: int = 0


def run(options: Options) -> Result:
    classes, students = int(options.number("classes", 1149)), int(options.number("students", 2000))
    seconds = max(40.0, options.seconds)
    _want_files(2 * (classes + students) + 500)
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
            teacher, viewers = _tickets(classes, students)
            return _watch(folder, server.pid or 0, teacher, viewers, seconds)
        finally:
            server.stop()


def _want_files(count: int) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, max(soft, count)), hard))


def _tickets(classes: int, students: int) -> tuple[str, list[str]]:
    """The teacher's ticket and the viewers', of one lesson that all of these classes receive."""
    import django

    django.setup()
    from django.apps import apps
    from django.core.management import call_command
    from django.db import connection
    from django.utils import timezone

    call_command("migrate", verbosity=0)
    from lantian.kernel.rules import SYSTEM
    from lantian.people.schedule import services as schedule
    from lantian.people.schedule.enums import AlliancePart
    from lantian.teach.live import services
    from lantian.teach.live.tests.world import class_group, make_world, organization

    world = make_world()
    schools = [organization(f"第{number}中学", parent=world.county) for number in range(classes)]  # type: ignore[no-untyped-call]  # tests' helpers are untyped
    groups = [class_group(school) for school in schools]  # type: ignore[no-untyped-call]  # likewise
    for school in schools:
        schedule.add_alliance_member(world.alliance, organization=school, part=AlliancePart.RECEIVING, by=SYSTEM)  # type: ignore[arg-type]  # a tests' world
    people = apps.get_model("roster", "Person").objects.bulk_create(
        apps.get_model("roster", "Person")(name=f"学生{number}") for number in range(students)
    )
    lesson = world.plan(start=timezone.now() - timedelta(minutes=1), receivers=groups)
    session = services.open_live_session(lesson, by=SYSTEM)
    shared: dict[str, Any] = {"session_id": session.pk, "lesson_id": lesson.pk}
    viewers = [
        services.make_ticket(
            role="class", class_group=group, organization=school, name=str(group), account_id=uuid4(), **shared
        )
        for group, school in zip(groups, schools, strict=True)
    ]
    viewers += [
        services.make_ticket(
            role="student",
            person_id=person.pk,
            organization=schools[number % len(schools)],
            name=person.name,
            account_id=uuid4(),
            **shared,
        )
        for number, person in enumerate(people)
    ]
    ticket = services.ticket_for_teacher(session, by=SYSTEM)
    connection.close()
    return ticket, viewers


def _watch(home: str, postgres: int, teacher: str, viewers: list[str], seconds: float) -> Result:
    from lantian.teach.live.tests.stage import LiveProcess

    chunks = chunks_of_noise(15)
    live = LiveProcess(LANTIAN_HOME=home)
    live.start()
    assert live.process is not None
    try:
        tally, usage, database = Tally(), Usage(live.process.pid), Usage(postgres)
        wrote = asyncio.run(_lesson(live, teacher, viewers, chunks, seconds, tally, usage, database))
    finally:
        live.stop()
    beats, share = len(tally.delays), usage.cpu_seconds / usage.seconds
    return Result(
        work=f"viewer's report answered ({len(viewers)} viewers of one lesson)",
        count=beats,
        seconds=usage.seconds,
        cpu_seconds=usage.cpu_seconds,
        peak_mb=usage.peak_mb,
        ratio_to=f"budget of {BUDGET:.0%} of a core for all",
        ratio=share / BUDGET,
        more={
            "percent_of_core": round(share * 100, 2),
            "database_percent_of_core": round(database.cpu_seconds / database.seconds * 100, 2),
            "rows_a_second": round(wrote["rows"] / usage.seconds, 1),
            "transactions_a_second": round(wrote["transactions"] / usage.seconds, 2),
            "answer_ms_p50": round(percentile(tally.delays, 0.5) * 1000, 1),
            "answer_ms_p95": round(percentile(tally.delays, 0.95) * 1000, 1),
            "board_kb_a_second": round(tally.board_bytes / usage.seconds / 1024, 1),
            "viewers_lost": tally.lost,
        },
    )


async def _lesson(
    live: Any,
    ticket: str,
    viewers: list[str],
    chunks: list[bytes],
    seconds: float,
    tally: Tally,
    usage: Usage,
    database: Usage,
) -> dict[str, int]:
    """The lesson with everybody in it; what the database was given in the counted seconds."""
    from lantian.teach.live.tests.stage import Teacher

    whole = JOIN_SECONDS + SETTLE_SECONDS + seconds
    over = asyncio.Event()

    async def publish() -> None:
        """Fifteen seconds of recording, again and again: a new recorder each time."""
        async with Teacher(live, ticket) as teacher:
            while not over.is_set():
                teacher.epoch = str(uuid4())
                await teacher.hello(changes=True)
                began = time.monotonic()
                for index, data in enumerate(chunks):
                    await asyncio.sleep(max(0.0, began + index / 4 - time.monotonic()))
                    await teacher.send(index, data, last=index == len(chunks) - 1)
                    for message in teacher.heard:
                        if message["t"] in ("viewers", "viewers_change") and tally.counting:
                            tally.boards += 1
                            tally.board_bytes += len(str(message))
                    teacher.heard.clear()
                    if over.is_set():
                        return

    crowd = [asyncio.ensure_future(publish())]
    await asyncio.sleep(2)
    crowd += [
        asyncio.ensure_future(_viewer(live, one, JOIN_SECONDS * number / len(viewers), over, tally))
        for number, one in enumerate(random.Random(7).sample(viewers, len(viewers)))
    ]
    await asyncio.sleep(JOIN_SECONDS + SETTLE_SECONDS)
    before = await asyncio.to_thread(_written)
    tally.counting = True
    with usage, database:
        await asyncio.sleep(seconds)
    tally.counting = False
    after = await asyncio.to_thread(_written)
    over.set()
    await asyncio.wait(crowd, timeout=whole)
    return {name: after[name] - before[name] for name in before}


async def _viewer(live: Any, ticket: str, wait: float, over: asyncio.Event, tally: Tally) -> None:
    """A player's manners: joins, reports every ten seconds, and waits for each answer."""
    import websockets

    await asyncio.sleep(wait)
    chance = random.Random(ticket)
    try:
        async with live.connect("/live/ws/watch", ticket) as wire:
            due, position = time.monotonic(), 0.0
            while not over.is_set():
                sent = time.monotonic()
                lag = 2.2 + chance.random() / 3
                await wire.send(
                    f'{{"t":"beat","pos":{position:.2f},"buffer":2.1,"lag":{lag:.2f},"stalls":0,"stall_ms":0,"dropped":0,'
                    '"playing":true,"visible":true,"error":null,"head_count":null}'
                )
                while '"t":"beat"' not in str(await asyncio.wait_for(wire.recv(), 30)):
                    pass
                if tally.counting:
                    tally.delays.append(time.monotonic() - sent)
                due, position = due + BEAT_SECONDS, position + BEAT_SECONDS
                await asyncio.sleep(max(0.0, due - time.monotonic()))
    except (OSError, TimeoutError, websockets.WebSocketException):
        tally.lost += 1


def _written() -> dict[str, int]:
    """Rows written and transactions committed so far, by PostgreSQL's own count."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tup_inserted + tup_updated, xact_commit FROM pg_stat_database WHERE datname = current_database()"
        )
        rows, transactions = cursor.fetchone()
    connection.close()
    return {"rows": rows, "transactions": transactions}
