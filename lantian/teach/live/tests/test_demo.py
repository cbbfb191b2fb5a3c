"""The demonstration's synthetic lesson through the real ingest."""

import asyncio
import contextlib
from datetime import timedelta

import pytest
from django.utils import timezone

from lantian.people.schedule import queries as schedule
from lantian.teach.live import demo
from lantian.teach.live.models import LiveSession
from lantian.teach.live.tests.support import until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def test_slots_follow_one_another_without_a_gap():
    moment = timezone.now().replace(hour=3, minute=50, second=7)
    begin, end = demo.present_slot(moment)
    assert begin <= moment < end
    assert demo.present_slot(end) == (end, end + timedelta(minutes=45))


def test_the_open_lesson_is_on_the_air_and_survives_a_killed_live_process(own_live, world):
    async def story():
        task = asyncio.create_task(demo.broadcast(f"unix:{own_live.socket}"))
        try:
            await asyncio.to_thread(until, lambda: segments() >= 2, 40)
            before = await asyncio.to_thread(segments)
            own_live.kill()
            await asyncio.to_thread(own_live.start)
            await asyncio.to_thread(until, lambda: segments() >= before + 3, 40)
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    def segments() -> int:
        from django.db import connection

        from lantian.teach.live.tests.stage import media_folder

        try:
            session = LiveSession.objects.select_related("stream").first()
            if session is None:
                return 0
            index = media_folder(session.stream.token) / "av" / "index.jsonl"
            return index.read_text().count('"t":"segment"') if index.exists() else 0
        finally:
            connection.close()

    asyncio.run(story())
    lesson = schedule.public_lessons_live().get()
    assert lesson.title in demo.TITLES
    session = LiveSession.objects.get()
    assert session.stream.epochs.count() <= 1  # one recorder all the time: it was resumed, not begun anew
