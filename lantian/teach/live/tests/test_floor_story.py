"""Polls and hands told to the real live process over real sockets, and what is left of them for the replay."""

import asyncio
import json

import pytest
from django.test import Client
from django.urls import reverse

from lantian.kernel.rules import ANONYMOUS
from lantian.teach.live import services
from lantian.teach.live.models import LessonEvent, LessonPoll
from lantian.teach.live.tests.stage import Page, Teacher
from lantian.teach.live.tests.support import do, lesson_chunks, open_for, settled, sign_in
from lantian.teach.live.tests.world import actor, person

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
ONE = {"type": "one", "question": "正还是负？", "options": ["正", "负"]}
WATCH = "/live/ws/watch"


def student_ticket(world, session, name="李明") -> tuple[object, str]:
    school, group = world.receiving[0], world.groups[0]
    someone = person(name, school, "student", group)
    who = actor(someone, "student", school, class_group_ids=frozenset({group.pk}))
    return someone, services.ticket_for_viewer(session, by=who)


def test_a_poll_is_asked_answered_once_each_shown_and_kept_for_the_replay(live, world):
    lesson, session, ticket = open_for(world)
    screen = services.ticket_for_viewer(session, by=world.screen_actor())
    someone, student = student_ticket(world, session)

    async def story():
        async with (
            Teacher(live, ticket) as teacher,
            Page(live, WATCH, screen) as panel,
            Page(live, WATCH, student) as phone,
            Page(live, WATCH, student) as tablet,
        ):
            await teacher.hello()
            assert (await teacher.hear("room"))["desk"] == {}
            await teacher.send_all(lesson_chunks(10), 0, 20)
            await panel.hear("state", where=lambda m: m["state"] == "live")
            opened = await do(teacher, "poll.open", **ONE)
            for page in (panel, phone, tablet):
                events = (await page.hear("events"))["events"]
                assert events[0]["set"]["poll"]["question"] == "正还是负？"
                assert 3 < events[0]["at"] < 12
            assert (await do(panel, "poll.answer", poll=opened["seq"], counts=[30, 12]))["t"] == "done"
            await do(phone, "poll.answer", poll=opened["seq"], choice=[0])
            await tablet.hear("you")
            await do(tablet, "poll.answer", poll=opened["seq"], choice=[1])
            assert (await do(panel, "poll.open", **ONE))["code"] == "forbidden"
            await teacher.hear("desk", where=lambda m: m["set"].get("tally", {}).get("votes") == [30, 13])
            school = (await teacher.hear("desk", where=lambda m: any(k.startswith("tally:") for k in m["set"])))["set"]
            assert next(v for k, v in school.items() if k.startswith("tally:"))["name"] == "梓潼一中"
            await do(teacher, "poll.close", poll=opened["seq"])
            await do(teacher, "poll.show", poll=opened["seq"], on=True)
            results = await panel.hear("events", where=lambda m: m["events"][-1]["set"]["poll"]["results"])
            assert results["events"][-1]["set"]["poll"]["results"]["votes"] == [30, 13]
            await do(phone, "hand.raise")
            await teacher.hear("desk", where=lambda m: m["set"].get("hands", {}).get("count") == 1)
            await do(teacher, "hand.word", key=f"person:{someone.pk}")
            assert (await phone.hear("you", where=lambda m: "word" in m["set"]))["set"]["hand"] is None
            drawn = await do(teacher, "lot.draw", among="classes")
            assert drawn["t"] == "done"
            await teacher.say(t="end")
            assert await teacher.closed() == 4010

    asyncio.run(story())
    settled(session)
    poll = LessonPoll.objects.get(session=session)
    assert (poll.votes, poll.people, poll.answers, poll.classes) == ([30, 13], 43, 2, 1)
    assert [row["name"] for row in poll.schools] == ["梓潼一中"]
    assert poll.closed is not None
    kept = list(LessonEvent.objects.filter(session=session).order_by("seq"))
    assert [row.seq for row in kept] == list(range(1, len(kept) + 1))
    answer = sign_in(Client(), world.teacher).get(reverse("live_events", args=[lesson.pk]))
    events = answer.json()["events"]
    assert [event["kind"] for event in events] == ["poll.open", "poll.close", "poll.show", "hand.word", "lot.draw"]
    assert [event["at"] for event in events] == sorted(event["at"] for event in events)
    assert "李明" in json.dumps(events, ensure_ascii=False)
    assert Client().get(reverse("live_events", args=[lesson.pk])).status_code == 404


def test_strangers_see_no_events_of_a_closed_lesson(client, world):
    lesson, _session, _ticket = open_for(world)
    assert client.get(reverse("live_events", args=[lesson.pk])).status_code == 404
    assert ANONYMOUS.is_anonymous
