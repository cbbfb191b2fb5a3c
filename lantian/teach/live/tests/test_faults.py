"""Things that break in mid-lesson: the process, the database, the disk, the keys."""

import asyncio
import contextlib
import json
import os
from types import SimpleNamespace
from urllib.parse import urlparse

import psycopg
import pytest
from django.db import connection

from lantian.content.media.services import space
from lantian.kernel import crypto
from lantian.teach.live import services
from lantian.teach.live.errors import NoRoom
from lantian.teach.live.models import AttendanceInterval, LiveSession
from lantian.teach.live.tests.stage import Page, Teacher
from lantian.teach.live.tests.support import decoded_frames, frames_of, lesson_chunks, open_for, settled, until
from tests.harness import database_url

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def test_kill_9_in_mid_lesson_the_page_resumes_and_nothing_received_is_lost(own_live, world):
    _lesson, session, ticket = open_for(world)
    screen = services.ticket_for_viewer(session, by=world.screen_actor())
    chunks = lesson_chunks(10)

    async def before() -> Teacher:
        async with Teacher(own_live, ticket) as teacher, Page(own_live, "/live/ws/watch", screen) as viewer:
            await teacher.hello()
            await teacher.send_all(chunks, 0, 22)
            await teacher.hear("ack", where=lambda m: m["chunk"] >= 12)
            await viewer.say(t="beat", pos=3.0, buffer=2, lag=2, stalls=0, stall_ms=0, dropped=0, playing=True)
            await viewer.hear("beat")
            own_live.kill()
            return teacher

    async def after(epoch: str) -> None:
        async with Page(own_live, "/live/ws/watch", screen) as viewer:
            assert (await viewer.hear("state"))["master"]
            async with Teacher(own_live, ticket, epoch=epoch) as teacher:
                ready = await teacher.hello()
                assert ready["epoch_no"] == 0
                assert 12 <= ready["next_chunk"] <= 22
                await teacher.send_all(chunks, ready["next_chunk"], last=True)
                await teacher.hear("ack", where=lambda m: m["chunk"] == len(chunks) - 1)
                await teacher.say(t="end")
                await teacher.closed()

    first = asyncio.run(before())
    own_live.start()
    asyncio.run(after(first.epoch))
    settled(session)
    assert decoded_frames(session) == frames_of(chunks)
    # the beat before the kill was in no database yet
    assert AttendanceInterval.objects.filter(attendance__session=session).count() == 2


def test_a_clean_stop_tells_everybody_to_come_back(own_live, world):
    _lesson, session, ticket = open_for(world)
    screen = services.ticket_for_viewer(session, by=world.screen_actor())

    async def story():
        async with Teacher(own_live, ticket) as teacher, Page(own_live, "/live/ws/watch", screen) as viewer:
            await teacher.hello()
            await viewer.hear("state")
            await asyncio.to_thread(own_live.stop)
            await viewer.hear("restart")
            await teacher.hear("restart")
            assert await viewer.closed() == 1012
            assert await teacher.closed() == 1012

    asyncio.run(story())


@contextlib.contextmanager
def database_away():
    """Nobody is let into the test's database, and whoever was inside is thrown out."""
    name = urlparse(os.environ["DATABASE_URL"]).path.lstrip("/")
    with psycopg.connect(database_url("postgres", superuser=True), autocommit=True) as admin:
        admin.execute(f'ALTER DATABASE "{name}" WITH ALLOW_CONNECTIONS false')
        admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
        try:
            yield
        finally:
            admin.execute(f'ALTER DATABASE "{name}" WITH ALLOW_CONNECTIONS true')


def test_a_database_away_for_ten_seconds_costs_neither_picture_nor_presence(own_live, world):
    _lesson, session, ticket = open_for(world)
    screen = services.ticket_for_viewer(session, by=world.screen_actor())
    late = services.ticket_for_viewer(session, by=world.screen_actor(1))
    chunks = lesson_chunks(10)

    async def story():
        async with Teacher(own_live, ticket) as teacher, Page(own_live, "/live/ws/watch", screen) as viewer:
            await teacher.hello()
            await teacher.send_all(chunks, 0, 10)
            await teacher.hear("ack")
            with database_away():
                for number in range(10, 30):
                    await teacher.send(number, chunks[number])
                    await asyncio.sleep(0.35)
                await teacher.hear("ack", where=lambda m: m["chunk"] >= 20)
                await viewer.say(t="beat", pos=4.0, buffer=2, lag=2, stalls=0, stall_ms=0, dropped=0, playing=True)
                assert (await viewer.hear("beat"))["keys"]
                async with Page(own_live, "/live/ws/watch", late) as second:  # a class that comes while it is away
                    assert (await second.hear("state"))["state"] == "live"
                    own_live.kill()  # and, of all moments, now
                    await asyncio.to_thread(own_live.start)
                async with Teacher(own_live, ticket, epoch=teacher.epoch) as again:
                    ready = await again.hello()
                    assert ready["acked"] >= 20
                    await again.send_all(chunks, ready["next_chunk"], last=True)
                    await again.hear("ack", where=lambda m: m["chunk"] == len(chunks) - 1)
                    await again.say(t="end")
                    await again.closed()

    asyncio.run(story())
    connection.close()  # this test's own was thrown out, too
    connection.close_pool()
    settled(session, 40)
    assert decoded_frames(session) == frames_of(chunks)
    seen = AttendanceInterval.objects.filter(attendance__session=session).values_list("attendance__viewer", flat=True)
    assert {f"class:{group.pk}" for group in world.groups} <= set(seen)


def test_a_disk_nearly_full_refuses_new_lessons_early_and_in_words(world, monkeypatch):
    lesson = world.plan()
    usage = SimpleNamespace(total=10**12, used=10**12, free=3 << 28)
    monkeypatch.setattr(space.shutil, "disk_usage", lambda _path: usage)
    with pytest.raises(NoRoom) as refused:
        services.open_live_session(lesson, by=world.teacher_actor)
    assert "存储空间不足" in str(refused.value.message)
    assert not LiveSession.objects.exists()


def test_lost_keys_lose_the_recording_so_far_but_not_the_lesson(own_live, world):
    """The stored keys of a session cannot be opened any more: the lesson goes on under a fresh key."""
    _lesson, session, ticket = open_for(world)
    session.stream.keys.update(sealed=b"\x01" + os.urandom(60))
    with pytest.raises(crypto.KeyLost):
        crypto.decrypt(bytes(session.stream.keys.first().sealed))
    chunks = lesson_chunks(5)

    async def story():
        async with Teacher(own_live, ticket) as teacher:
            await teacher.hello()
            await teacher.send_all(chunks, last=True)
            await teacher.hear("ack", where=lambda m: m["chunk"] == len(chunks) - 1)

    asyncio.run(story())
    assert session.stream.keys.count() >= 3


def test_the_session_file_on_disk_holds_no_open_key(own_live, world, settings):
    _lesson, session, ticket = open_for(world)

    async def story():
        async with Teacher(own_live, ticket) as teacher:
            await teacher.hello()

    asyncio.run(story())
    path = settings.LANTIAN_HOME / "live" / "sessions" / f"{session.pk}.json"
    until(path.exists)
    content = json.loads(path.read_text())
    from lantian.content.media.services import stream_keys

    keys, _lost = stream_keys(session.stream_id)
    assert keys
    assert all(key.secret.hex() not in path.read_text() for key in keys)
    assert {key["id"] for key in content["keys"]} == {str(key.id) for key in keys}
    assert oct(path.stat().st_mode)[-3:] == "600"
