"""A teacher falls ill in the middle of a lesson; a colleague goes on with it from another computer."""

import asyncio

import pytest

from lantian.kernel.journal import services as outbox
from lantian.kernel.journal.models import JournalEntry, OutboxEvent
from lantian.kernel.rules import SYSTEM
from lantian.people.schedule import services as schedule
from lantian.teach.live import services
from lantian.teach.live.models import Attendance, LiveSession
from lantian.teach.live.tests.stage import Page, Teacher
from lantian.teach.live.tests.support import aside, decoded_frames, frames_of, lesson_chunks, open_for, settled, sign_in
from lantian.teach.live.tests.world import actor, person

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def test_a_colleague_takes_the_running_lesson_over_and_nobody_leaves(live, world, client):
    lesson, session, ticket = open_for(world)
    colleague = person("李娜", world.sending)
    chunks = lesson_chunks(5)
    screen = services.ticket_for_viewer(session, by=world.screen_actor())

    def hand_over():
        schedule.hand_over_lesson(lesson, teacher=colleague, reason="突发不适", by=SYSTEM)
        by = actor(colleague, "teacher", world.sending)
        taken = LiveSession.objects.select_related("lesson__organization", "publisher").get(pk=session.pk)
        return services.ticket_for_teacher(taken, by=by)

    async def story():
        async with Teacher(live, ticket) as ill, Page(live, "/live/ws/watch", screen) as viewer:
            await ill.hello()
            await ill.send_all(chunks, last=True)
            await ill.hear("ack", where=lambda m: m["chunk"] == len(chunks) - 1)
            theirs = await aside(hand_over)
            async with Teacher(live, theirs) as substitute:
                ready = await substitute.hello()  # no takeover is asked for: the lesson is theirs
                assert ready["epoch_no"] == 1
                await ill.hear("handed_over")
                assert (await ill.hear("refused"))["code"] == "handed_over"
                assert await ill.closed() == 4003
                async with Teacher(live, ticket) as again:
                    await again.say(t="hello", v=1, epoch=again.epoch, mime="video/mp4", takeover=True)
                    assert (await again.hear("refused"))["code"] == "handed_over"
                await substitute.send_all(chunks, last=True)
                await substitute.hear("ack", where=lambda m: m["chunk"] == len(chunks) - 1)
                await viewer.say(t="beat", pos=6.0, buffer=2.0, lag=2.4, stalls=0, stall_ms=0, dropped=0, playing=True)
                await viewer.hear("beat")
                assert viewer.code is None
                assert {m["state"] for m in viewer.heard if m["t"] == "state"} <= {"waiting", "live"}
                await substitute.say(t="end")
                assert await substitute.closed() == 4010

    asyncio.run(story())
    ended = settled(session)
    assert ended.publisher == colleague
    assert decoded_frames(session) == 2 * frames_of(chunks)
    assert Attendance.objects.get(session=session, kind="class").intervals.count() == 1
    taken = JournalEntry.objects.get(action="live.lesson_taken_over")
    assert taken.actor_name == "李娜"
    assert JournalEntry.objects.get(action="live.session_ended").actor_name == "李娜"
    page = sign_in(client, colleague).get(f"/live/lessons/{lesson.pk}/").content.decode()
    assert "接过了这节课" in page


def test_a_running_session_is_told_by_a_notice_of_the_worker(live, world):
    lesson, _session, ticket = open_for(world)
    colleague = person("李娜", world.sending)

    def hand_over():
        schedule.hand_over_lesson(lesson, teacher=colleague, reason="", by=SYSTEM)
        outbox.deliver(OutboxEvent.objects.filter(name="schedule.lesson_handed_over").latest("sequence").sequence)

    async def story():
        async with Teacher(live, ticket) as ill:
            await ill.hello()
            await ill.send_all(lesson_chunks(5))
            await ill.hear("ack")
            await aside(hand_over)
            await ill.hear("handed_over")
            assert ill.code is None  # until the other one comes, the picture goes on

    asyncio.run(story())
