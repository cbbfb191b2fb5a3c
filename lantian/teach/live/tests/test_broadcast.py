"""The story of a broadcast, told to the real live process over real sockets."""

import asyncio
import json

import pytest

from lantian.kernel.rules import ANONYMOUS
from lantian.people.schedule.enums import LessonState
from lantian.teach.live import services
from lantian.teach.live.models import LiveSession
from lantian.teach.live.tests.stage import Page, Teacher
from lantian.teach.live.tests.support import decoded_frames, frames_of, lesson_chunks, open_for, settled

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def test_a_lesson_goes_live_is_watched_and_replays_whole(live, world):
    lesson, session, ticket = open_for(world)
    chunks = lesson_chunks(10)
    screen = services.ticket_for_viewer(session, by=world.screen_actor())

    async def story():
        async with Teacher(live, ticket) as teacher, Page(live, "/live/ws/watch", screen) as viewer:
            waiting = await viewer.hear("state")
            assert waiting["state"] == "waiting"
            assert waiting["master"] is None
            ready = await teacher.hello()
            assert (ready["next_chunk"], ready["skip"], ready["acked"]) == (0, 0, -1)
            await teacher.send_all(chunks)
            state = await viewer.hear("state", where=lambda m: m["state"] == "live")
            assert state["master"].endswith("/master.m3u8")
            assert len(state["keys"]) == 2
            await viewer.say(t="beat", pos=1.0, buffer=2.0, lag=2.4, stalls=0, stall_ms=0, dropped=0, playing=True)
            beat = await viewer.hear("beat")
            assert beat["viewers"] == 1
            # a board may have left between the viewer's coming and its first report
            board = await teacher.hear("viewers", where=lambda m: '"watching"' in json.dumps(m))
            states = {row["name"]: row["classes"][0]["state"] for row in board["schools"]}
            assert states == {"梓潼一中": "watching", "平武中学": "away"}
            await teacher.hear("ack", where=lambda m: m["chunk"] > len(chunks) - 10)
            await teacher.say(t="end")
            assert (await teacher.hear("ended"))["replay"] == f"/live/lessons/{lesson.pk}/watch/"
            assert (await viewer.hear("ended"))["replay"]
            assert await teacher.closed() == 4010
            assert await viewer.closed() == 4010

    asyncio.run(story())
    settled(session)
    lesson.refresh_from_db()
    assert lesson.state == LessonState.ENDED
    assert decoded_frames(session) == frames_of(chunks)
    assert LiveSession.objects.get(pk=session.pk).end_reason == "teacher"


def test_a_stranger_is_no_guest_of_a_closed_lesson(world):
    from lantian.kernel.rules import Denied

    _lesson, session, _ticket = open_for(world)
    with pytest.raises(Denied):
        services.ticket_for_viewer(session, by=ANONYMOUS)
