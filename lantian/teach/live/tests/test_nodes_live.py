"""Two live processes for real, over one database and one media folder: one dies, the database is away, one is drained."""

import asyncio
import time

import pytest
from django.core.management import call_command
from django.db import connection

from lantian.teach.live import services
from lantian.teach.live.consumers.station import MOVED
from lantian.teach.live.models import Attendance, LessonEvent, LiveNode, LiveSession
from lantian.teach.live.tests.stage import LiveProcess, Page, Teacher
from lantian.teach.live.tests.support import (
    aside,
    decoded_frames,
    do,
    frames_of,
    lesson_chunks,
    open_for,
    settled,
    shown_by,
)
from lantian.teach.live.tests.test_faults import database_away

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.deep]
WATCH = "/live/ws/watch"
BEAT = {"pos": 3.0, "buffer": 2, "lag": 2, "stalls": 0, "stall_ms": 0, "dropped": 0, "playing": True}


@pytest.fixture
def two(transactional_db):
    """(main, b), both ready and known to each other."""
    made = [LiveProcess(LANTIAN_LIVE_AAC="", LANTIAN_NODE=name) for name in ("main", "b")]
    for process in made:
        process.environment["LANTIAN_LIVE_ADDRESS"] = f"unix:{process.socket}"
    try:
        for process in made:
            process.start(wait=False)
        for process in made:
            process.wait_ready()
        yield made
    finally:
        for process in made:
            process.stop()


def node_of(session) -> str:
    return LiveSession.objects.values_list("node", flat=True).get(pk=session.pk)


async def taken_by(node: str, session, seconds: float = 12) -> float:
    """Seconds until the session is another node's."""
    began = time.monotonic()
    while await aside(node_of, session) != node:
        assert time.monotonic() - began < seconds, "nobody took the session"
        await asyncio.sleep(0.05)
    return time.monotonic() - began


async def steady(seconds: float = 15) -> None:
    """Until every node has renewed itself for so long that it may take what another one leaves."""
    until = time.monotonic() + seconds

    def all_are() -> bool:
        rows = list(LiveNode.objects.all())
        return len(rows) == 2 and all((row.seen_at - row.steady_since).total_seconds() > 5 for row in rows)

    while not await aside(all_are):
        assert time.monotonic() < until
        await asyncio.sleep(0.1)


def test_a_node_is_killed_and_its_lesson_goes_on_at_the_other_one_with_all_that_was_acknowledged(two, world):
    main, b = two
    _lesson, session, ticket = open_for(world)
    LiveSession.objects.filter(pk=session.pk).update(node="main")
    screen = services.ticket_for_viewer(session, by=world.screen_actor())
    chunks = lesson_chunks(10)

    async def before() -> tuple[Teacher, list]:
        await steady()
        async with Page(b, WATCH, screen) as lost:  # who comes to the wrong one is sent on
            assert await lost.closed() == MOVED
        async with Teacher(main, ticket) as teacher, Page(main, WATCH, screen) as viewer:
            assert (await viewer.hear("nodes"))["several"] is True
            await teacher.hello()
            await teacher.send_all(chunks, 0, 22)
            await teacher.hear("ack", where=lambda m: m["chunk"] >= 12)
            done = [await do(teacher, "note.pin", mark=f"n{number}", text=f"第 {number} 条") for number in range(3)]
            await viewer.say(t="beat", **BEAT)
            await viewer.hear("beat")
            main.kill()  # whatever was acknowledged is in the database by now
            return teacher, done

    async def after(first: Teacher, done: list) -> float:
        took = await taken_by("b", session)
        async with Page(b, WATCH, screen) as viewer, Teacher(b, ticket, epoch=first.epoch) as teacher:
            ready = await teacher.hello()
            assert ready["epoch_no"] == 0  # the same recorder goes on
            assert first.acked + 1 <= ready["next_chunk"] <= 22
            again = await do(
                teacher, "note.pin", mark="n2", text="第 2 条"
            )  # its answer may have been lost with the line
            assert again["seq"] == done[2]["seq"]
            assert len(shown_by([await teacher.hear("room")])) >= 3
            await viewer.hear("state")
            await viewer.say(t="beat", **BEAT)
            await teacher.send_all(chunks, ready["next_chunk"], last=True)
            await teacher.hear("ack", where=lambda m: m["chunk"] == len(chunks) - 1)
            await teacher.say(t="end")
            await teacher.closed()
        return took

    first, done = asyncio.run(before())
    took = asyncio.run(after(first, done))
    settled(session)
    assert took < 16
    assert decoded_frames(session) == frames_of(chunks)
    assert list(LessonEvent.objects.filter(session=session).values_list("mark", flat=True)) == ["n0", "n1", "n2"]
    assert Attendance.objects.filter(session=session, kind="class").count() == 1
    main.start()  # what it still had of the viewers before it was killed
    assert Attendance.objects.filter(session=session, kind="class").count() == 1


def test_while_the_database_is_away_no_node_takes_the_others_lessons(two, world):
    main, b = two
    _lesson, session, ticket = open_for(world)
    LiveSession.objects.filter(pk=session.pk).update(node="main")
    chunks = lesson_chunks(10)

    async def story() -> None:
        await steady()
        async with Teacher(main, ticket) as teacher:
            await teacher.hello()
            await teacher.send_all(chunks, 0, 12)
            await teacher.hear("ack")
            with database_away():
                for number in range(12, 36):
                    await teacher.send(number, chunks[number])
                    await asyncio.sleep(0.3)
                await teacher.hear("ack", where=lambda m: m["chunk"] >= 24)
                assert (await do(teacher, "note.pin", text="照常"))["t"] == "done"  # by the file alone
            await asyncio.sleep(7)
            assert await aside(node_of, session) == "main"
            await teacher.send_all(chunks, 36, last=True)
            await teacher.hear("ack", where=lambda m: m["chunk"] == len(chunks) - 1)
            await teacher.say(t="end")
            await teacher.closed()

    asyncio.run(story())
    connection.close()  # which was cut as all others
    settled(session)
    assert b.get("/live/ws/health").json()["sessions"] == 0
    assert decoded_frames(session) == frames_of(chunks)
    assert LessonEvent.objects.filter(session=session).count() == 1


def test_a_node_is_drained_and_its_pages_are_sent_on_within_two_seconds(two, world):
    main, b = two
    _lesson, session, ticket = open_for(world)
    LiveSession.objects.filter(pk=session.pk).update(node="main")
    screen = services.ticket_for_viewer(session, by=world.screen_actor())
    chunks = lesson_chunks(10)

    async def story() -> float:
        await steady()
        async with Teacher(main, ticket) as teacher, Page(main, WATCH, screen) as viewer:
            await teacher.hello()
            await teacher.send_all(chunks, 0, 22)
            await teacher.hear("ack", where=lambda m: m["chunk"] >= 12)
            await do(teacher, "note.pin", mark="one", text="先记着")
            began = time.monotonic()
            await aside(call_command, "drain", "main")
            assert await teacher.closed() == MOVED
            assert await viewer.closed() == MOVED
            assert (await viewer.hear("moved"))["home"] == "/n/b"
        assert await aside(node_of, session) == "b"
        async with Teacher(b, ticket, epoch=teacher.epoch) as again:
            ready = await again.hello()
            took = time.monotonic() - began
            assert ready["epoch_no"] == 0
            assert len(shown_by([await again.hear("room")])) >= 1
            await again.send_all(chunks, ready["next_chunk"], last=True)
            await again.hear("ack", where=lambda m: m["chunk"] == len(chunks) - 1)
            await again.say(t="end")
            await again.closed()
        return took

    took = asyncio.run(story())
    settled(session)
    assert took < 4
    assert decoded_frames(session) == frames_of(chunks)
    assert services.choose_node() == "b"
    assert b.get("/live/ws/health").json()["state"] == "serving"


def test_a_node_that_is_told_to_stop_hands_its_lessons_on_first(two, world):
    main, b = two
    _lesson, session, ticket = open_for(world)
    LiveSession.objects.filter(pk=session.pk).update(node="b")

    async def story() -> None:
        await steady()
        async with Teacher(b, ticket) as teacher:
            await teacher.hello()
            await teacher.send_all(lesson_chunks(10), 0, 12)
            await teacher.hear("ack")
            stopping = asyncio.create_task(asyncio.to_thread(b.stop))
            assert await teacher.closed() == MOVED
            await stopping
        async with Teacher(main, ticket, epoch=teacher.epoch) as again:
            assert (await again.hello())["epoch_no"] == 0

    asyncio.run(story())
    assert node_of(session) == "main"
    assert LiveNode.objects.get(pk="b").state == "gone"
