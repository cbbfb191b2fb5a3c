"""What happens in a lesson when the live process dies: nothing that was acknowledged is lost, and nothing happens twice."""

import asyncio

import pytest

from lantian.teach.live import services
from lantian.teach.live.models import LessonEvent, LessonPoll
from lantian.teach.live.tests.stage import Page, Teacher
from lantian.teach.live.tests.support import do, lesson_chunks, open_for, settled

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
ONE = {"type": "one", "question": "正还是负？", "options": ["正", "负"]}
WATCH = "/live/ws/watch"


def test_kill_9_between_answers_loses_none_and_doubles_none(own_live, world):
    _lesson, session, ticket = open_for(world)
    screen = services.ticket_for_viewer(session, by=world.screen_actor())

    async def before() -> Teacher:
        async with Teacher(own_live, ticket) as teacher, Page(own_live, WATCH, screen) as panel:
            await teacher.hello()
            await teacher.send_all(lesson_chunks(10), 0, 8)
            opened = await do(teacher, "poll.open", **ONE)
            await do(panel, "poll.answer", mark="once", poll=opened["seq"], counts=[20, 22])
            own_live.kill()
            return teacher

    async def after(epoch: str) -> None:
        async with Page(own_live, WATCH, screen + "&have=1") as panel:
            again = await do(panel, "poll.answer", mark="once", poll=1, counts=[20, 22])
            assert again["seq"] == 2
            assert (await panel.hear("you"))["set"]["answer"]["counts"] == [20, 22]
            async with Teacher(own_live, ticket, epoch=epoch) as teacher:
                await teacher.hello()
                room = await teacher.hear("room")
                assert room["seq"] == 2
                assert room["desk"]["tally"]["votes"] == [20, 22]
                await do(teacher, "poll.close", poll=1)
                await teacher.say(t="end")
                await teacher.closed()

    teacher = asyncio.run(before())
    own_live.start()
    asyncio.run(after(teacher.epoch))
    settled(session)
    assert list(LessonEvent.objects.filter(session=session).order_by("seq").values_list("seq", "kind")) == [
        (1, "poll.open"), (2, "poll.answer"), (3, "poll.close"),
    ]  # fmt: skip
    assert LessonPoll.objects.get(session=session).people == 42
