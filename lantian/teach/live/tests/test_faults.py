"""Things that break in mid-lesson: the process, the database, the disk, the keys."""

import asyncio
import contextlib
import json
import os
import shutil
import tempfile
from types import SimpleNamespace
from urllib.parse import urlparse

import psycopg
import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.urls import reverse

from lantian.content.media.engine.lesson.source import MIME
from lantian.content.media.services import space
from lantian.kernel import crypto
from lantian.teach.live import services
from lantian.teach.live.errors import NoRoom
from lantian.teach.live.models import AttendanceInterval, LiveSession
from lantian.teach.live.tests.stage import LiveProcess, Page, Teacher
from lantian.teach.live.tests.support import (
    config,
    decoded_frames,
    frames_of,
    frames_under,
    lesson_chunks,
    open_for,
    settled,
    sign_in,
    until,
)
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
    assert own_live.process.returncode == 0
    assert AttendanceInterval.objects.filter(attendance__session=session).count() == 1  # what was in memory is written


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


def test_the_page_gets_the_refusal_of_a_nearly_full_disk_in_words(client, world, monkeypatch):
    lesson = world.plan()
    sign_in(client, world.teacher)
    monkeypatch.setattr(space.shutil, "disk_usage", lambda _path: SimpleNamespace(free=3 << 28))
    answer = client.post(reverse("live_open", args=[lesson.pk]))
    assert (answer.status_code, answer.json()["error"]) == (507, "disk_full")
    assert "请联系平台管理员" in answer.json()["message"]


@contextlib.contextmanager
def live_with_reserve(share: float):
    """A live process that must keep so many times the disk's present free space free."""
    free_mb = shutil.disk_usage(tempfile.gettempdir()).free >> 20
    process = LiveProcess(LANTIAN_LIVE_AAC="", LANTIAN_DISK_RESERVE_MB=str(int(free_mb * share)))
    process.start()
    try:
        yield process
    finally:
        process.stop()


def test_a_disk_nearly_full_warns_the_running_lesson_and_lets_it_go_on(transactional_db, world):
    _lesson, session, ticket = open_for(world)
    chunks = lesson_chunks(5)

    async def story(process: LiveProcess) -> None:
        async with Teacher(process, ticket) as teacher:
            await teacher.hello()
            await teacher.send_all(chunks, 0, 12)
            assert (await teacher.hear("disk", seconds=25))["free_mb"] > 0
            await teacher.send_all(chunks, 12, last=True)
            await teacher.hear("ack", where=lambda m: m["chunk"] == len(chunks) - 1)
            await teacher.say(t="end")
            assert await teacher.closed() == 4010

    with live_with_reserve(2) as process:
        asyncio.run(story(process))
        settled(session)
    assert decoded_frames(session) == frames_of(chunks)


def test_a_disk_that_is_full_stops_recording_with_a_reason(transactional_db, world):
    _lesson, _session, ticket = open_for(world)

    async def story(process: LiveProcess) -> None:
        async with Teacher(process, ticket) as teacher:
            await teacher.say(t="hello", v=1, epoch=teacher.epoch, mime=MIME)
            assert (await teacher.hear("refused"))["code"] == "disk_full"
            assert await teacher.closed() == 4013

    with live_with_reserve(8) as process:
        asyncio.run(story(process))


def test_lost_keys_lose_the_recording_so_far_but_not_the_lesson(own_live, world, client):
    """In mid-lesson the live process dies, and when it is back nothing opens the keys of what was recorded."""
    lesson, session, ticket = open_for(world)
    screen = services.ticket_for_viewer(session, by=world.screen_actor())
    chunks = lesson_chunks(5)

    async def before() -> None:
        async with Teacher(own_live, ticket) as teacher:
            await teacher.hello()
            await teacher.send_all(chunks, last=True)
            await teacher.hear("ack", where=lambda m: m["chunk"] == len(chunks) - 1)

    async def after() -> dict:
        async with Teacher(own_live, ticket) as teacher, Page(own_live, "/live/ws/watch", screen) as viewer:
            await teacher.hello()
            await teacher.send_all(chunks, last=True)
            await teacher.hear("ack", where=lambda m: m["chunk"] == len(chunks) - 1)
            state = await viewer.hear("state", where=lambda m: m["state"] == "live")
            await teacher.say(t="end")
            assert await teacher.closed() == 4010
            return state

    asyncio.run(before())
    own_live.kill()
    lost = {str(key.pk) for key in session.stream.keys.all()}
    session.stream.keys.update(sealed=b"\x01" + os.urandom(60))
    (settings.LANTIAN_HOME / "live" / "sessions" / f"{session.pk}.json").unlink()
    with pytest.raises(crypto.KeyLost):
        crypto.decrypt(bytes(session.stream.keys.first().sealed))
    own_live.start()
    state = asyncio.run(after())
    assert state["keys"]
    assert not lost & {key["id"] for key in state["keys"]}
    settled(session)
    # the replay's page hands out the keys there are, and says of the others that they are lost
    sign_in(client, world.teacher)
    replay = config(client.get(reverse("live_watch", args=[lesson.pk])), "watch-config")["replay"]
    assert replay["keys"]
    assert not lost & {key["id"] for key in replay["keys"]}
    used = next(
        str(key.pk) for key in session.stream.keys.all() if str(key.pk) in lost
    )  # spare ones go with the lesson
    for answer in (
        client.get(reverse("live_key", args=[used])),
        Client().get(reverse("live_key", args=[used]), {"ticket": screen}),
    ):
        assert (answer.status_code, answer.json()["error"]) == (410, "key_lost")
    # what was recorded under the fresh key is whole
    assert frames_under(session, {key["id"]: key["key"] for key in replay["keys"]}) == frames_of(chunks)


def test_the_session_file_on_disk_holds_no_open_key(own_live, world):
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
