"""What a publisher may and may not do on the wire."""

import asyncio
import json
import os
import time
from uuid import uuid4

import pytest

from lantian.teach.live import services
from lantian.teach.live.engine.protocol import CHUNK_BYTES, HEADER
from lantian.teach.live.models import LiveSession
from lantian.teach.live.tests.stage import Page, Teacher
from lantian.teach.live.tests.support import decoded_frames, frames_of, lesson_chunks, open_for, settled

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def test_a_cut_loses_nothing_and_repeats_are_acknowledged_again(live, world):
    _lesson, session, ticket = open_for(world)
    chunks = lesson_chunks(10)

    async def story():
        async with Teacher(live, ticket) as first:
            await first.hello()
            await first.send_all(chunks, 0, 17)
            await first.hear("ack", where=lambda m: m["chunk"] >= 8)
            acked = first.acked
            first.cut()
        async with Teacher(live, ticket, epoch=first.epoch) as second:
            ready = await second.hello()
            assert acked <= ready["acked"] < ready["next_chunk"] <= 17
            assert ready["skip"] == 0
            again = ready["acked"] - 2
            await second.send(again, chunks[again])  # a repeat of what is on disk
            await second.hear("ack", where=lambda m: m["chunk"] == ready["acked"])
            await second.send_all(chunks, ready["next_chunk"], last=True)
            await second.hear("ack", where=lambda m: m["chunk"] == len(chunks) - 1)
            await second.say(t="end")
            assert await second.closed() == 4010

    asyncio.run(story())
    settled(session)
    assert decoded_frames(session) == frames_of(chunks)


def test_a_reload_begins_a_new_epoch_and_both_are_in_the_replay(live, world):
    _lesson, session, ticket = open_for(world)
    chunks = lesson_chunks(5)

    async def story():
        async with Teacher(live, ticket) as before:
            await before.hello()
            await before.send_all(chunks)
            await before.hear("ack", where=lambda m: m["chunk"] >= len(chunks) - 8)
            await asyncio.sleep(0.3)
            async with Teacher(live, ticket) as after:  # the old socket still looks alive
                ready = await after.hello(after=before.epoch)
                assert (ready["epoch_no"], ready["next_chunk"]) == (1, 0)
                assert await before.closed() == 4001
                await after.send_all(chunks, last=True)
                await after.hear("ack", where=lambda m: m["chunk"] == len(chunks) - 1)
                await after.say(t="end")
                await after.closed()

    asyncio.run(story())
    settled(session)
    assert session.stream.epochs.count() == 2
    # the first recorder never said goodbye: what it held back of its last second is the only thing missing
    assert 2 * frames_of(chunks) - 13 <= decoded_frames(session) <= 2 * frames_of(chunks)


def test_two_publishers_one_asks_and_then_takes_over_and_the_stale_tab_stays_out(live, world):
    _lesson, _session, ticket = open_for(world)
    chunks = lesson_chunks(5)

    async def story():
        async with Teacher(live, ticket) as first:
            await first.hello()
            await first.send_all(chunks)
            await first.hear("ack")
            async with Teacher(live, ticket) as second:
                await second.say(t="hello", v=1, epoch=second.epoch, mime="video/mp4", takeover=False)
                assert (await second.hear("refused"))["code"] == "other_publisher"
                assert await second.closed() == 4009
            async with Teacher(live, ticket) as third:
                await third.hello(takeover=True)
                await first.hear("replaced")
                assert await first.closed() == 4001
                await third.send_all(chunks)
                await third.hear("ack")
                async with Teacher(live, ticket, epoch=first.epoch) as stale:
                    await stale.say(t="hello", v=1, epoch=first.epoch, mime="video/mp4", takeover=True)
                    assert (await stale.hear("refused"))["code"] == "stale"
                    assert await stale.closed() == 4001

    asyncio.run(story())


def test_students_and_class_screens_cannot_publish_nor_can_forged_tickets(live, world):
    _lesson, session, ticket = open_for(world)
    screen = services.ticket_for_viewer(session, by=world.screen_actor())
    body, mark = ticket.split(".")

    async def story():
        for text in (screen, f"{body[:-2]}AA.{mark}", "nonsense", ""):
            async with Page(live, "/live/ws/ingest", text) as page:
                assert (await page.hear("refused"))["code"] == "forbidden"
                assert await page.closed() == 4003
        async with Page(live, "/live/ws/watch", screen) as viewer:
            await viewer.hear("state")
            await viewer.socket.send(b"LT pictures from a viewer")
            assert await viewer.closed() == 4008

    asyncio.run(story())


def test_gaps_are_named_and_malformed_boxes_ask_for_a_new_recorder(live, world):
    _lesson, session, ticket = open_for(world)
    chunks = lesson_chunks(5)

    async def story():
        async with Teacher(live, ticket) as teacher:
            await teacher.hello()
            await teacher.send_all(chunks, 0, 5)
            await teacher.send(9, chunks[9])
            gap = await teacher.hear("error")
            assert (gap["code"], gap["next_chunk"]) == ("gap", 5)
            await teacher.send_all(chunks, 5)
            await teacher.hear("ack")
            await teacher.send(len(chunks), b"\x00\x00\x00\x10evil" + os.urandom(64))
            assert (await teacher.hear("error", where=lambda m: m["code"] != "gap"))["code"] == "malformed"
            await teacher.send(len(chunks) + 1, chunks[1])  # under way still: dropped without a word
            teacher.epoch = str(uuid4())
            ready = await teacher.hello()
            assert ready["next_chunk"] == 0
            position = len(teacher.heard)
            await teacher.send_all(chunks, last=True)
            await teacher.hear("ack", after=position, where=lambda m: m["chunk"] == len(chunks) - 1)
            await teacher.say(t="end")
            await teacher.closed()

    asyncio.run(story())
    settled(session)
    assert session.stream.epochs.count() == 2


def test_oversize_and_broken_messages_close_the_socket(live, world):
    _lesson, _session, ticket = open_for(world)

    async def breaking(send, code=4008):
        async with Teacher(live, ticket) as teacher:
            await teacher.hello(takeover=True)
            await send(teacher)
            assert await teacher.closed() == code

    async def story():
        await breaking(lambda t: t.socket.send(HEADER.pack(b"LT", 1, 0, 0, 0) + bytes(CHUNK_BYTES + 1)))
        await breaking(lambda t: t.socket.send(b"XX" + bytes(20)))
        await breaking(lambda t: t.socket.send(b"LT"))
        await breaking(lambda t: t.socket.send("{not json"))
        await breaking(lambda t: t.socket.send(json.dumps({"t": "x", "pad": "x" * 20_000})))
        async with Teacher(live, ticket) as teacher:
            await teacher.say(t="hello", v=1, epoch="not a uuid", mime="video/mp4")
            assert (await teacher.hear("refused"))["code"] == "bad_hello"
            assert await teacher.closed() == 4008

    asyncio.run(story())


def test_a_box_that_claims_to_be_huge_and_a_foreign_codec_are_refused(live, world):
    _lesson, _session, ticket = open_for(world)

    async def story():
        async with Teacher(live, ticket) as teacher:
            await teacher.hello()
            await teacher.send(0, b"\x7f\xff\xff\xffftypiso5")
            assert (await teacher.hear("error"))["code"] == "oversize"
            teacher.epoch = str(uuid4())
            await teacher.say(t="hello", v=1, epoch=teacher.epoch, mime="video/webm;codecs=vp9,opus")
            found = await teacher.hear("error", where=lambda m: m["code"] == "unsupported_codec")
            assert found["message"]

    asyncio.run(story())


def test_a_wrong_clock_is_told_and_does_no_harm(live, world):
    _lesson, session, ticket = open_for(world)
    chunks = lesson_chunks(5)
    tomorrow = int(time.time() * 1000) + 86_400_000

    async def story():
        async with Teacher(live, ticket) as teacher:
            await teacher.hello()
            for number, data in enumerate(chunks):
                await teacher.send(number, data, client_ms=tomorrow + number, last=number == len(chunks) - 1)
            clock = await teacher.hear("clock")
            assert abs(clock["offset_ms"] - 86_400_000) < 5000
            await teacher.say(t="time", c=17)
            answer = await teacher.hear("time")
            assert answer["c"] == 17
            assert abs(answer["s"] - time.time() * 1000) < 5000
            await teacher.hear("ack", where=lambda m: m["chunk"] == len(chunks) - 1)
            await teacher.say(t="end")
            await teacher.closed()

    asyncio.run(story())
    done = settled(session)
    assert abs(done.started_at.timestamp() - time.time()) < 60


def test_an_ended_session_refuses_publishers_and_sends_viewers_to_the_replay(live, world):
    lesson, session, ticket = open_for(world)
    viewer_ticket = services.ticket_for_viewer(session, by=world.screen_actor())

    async def story():
        async with Page(live, "/live/ws/watch", viewer_ticket) as viewer:
            await viewer.hear("state")
            await asyncio.to_thread(end_by_page, session, world)  # over NOTIFY
            assert (await viewer.hear("ended"))["replay"] == f"/live/lessons/{lesson.pk}/watch/"
            assert await viewer.closed() == 4010
        async with Teacher(live, ticket) as teacher:
            await teacher.say(t="hello", v=1, epoch=teacher.epoch, mime="video/mp4")
            assert (await teacher.hear("refused"))["code"] == "ended"
            assert await teacher.closed() == 4010
        async with Page(live, "/live/ws/watch", viewer_ticket) as late:
            assert (await late.hear("state"))["state"] == "ended"
            assert await late.closed() == 4010

    asyncio.run(story())
    settled(session)


def end_by_page(session, world) -> None:
    from django.db import connection

    services.end_live_session(session.pk, reason="teacher", by=world.teacher_actor)
    connection.close()


def test_a_session_past_its_end_and_grace_ends_by_itself(live, world):
    _lesson, session, ticket = open_for(world)

    async def story():
        async with Teacher(live, ticket) as teacher:
            await teacher.hello()
            await asyncio.to_thread(pass_time, session)
            assert (await teacher.hear("ended", seconds=15))["replay"]

    asyncio.run(story())
    assert settled(session).end_reason == "planned"


def pass_time(session) -> None:
    from datetime import timedelta

    from django.db import connection, transaction
    from django.utils import timezone

    from lantian.teach.live.services.notices import announce

    with transaction.atomic():
        LiveSession.objects.filter(pk=session.pk).update(planned_end=timezone.now() - timedelta(minutes=16))
        announce("changed", session=str(session.pk))
    connection.close()


def test_a_closed_account_is_shown_out(live, world):
    from lantian.teach.live.services.notices import announce

    _lesson, session, _ticket = open_for(world)
    actor = world.screen_actor()
    ticket = services.ticket_for_viewer(session, by=actor)

    def close_account() -> None:
        from django.db import connection

        announce("blocked", account=str(actor.account_id))
        connection.close()

    async def story():
        async with Page(live, "/live/ws/watch", ticket) as viewer:
            await viewer.hear("state")
            await asyncio.to_thread(close_account)
            assert await viewer.closed() == 4003

    asyncio.run(story())
