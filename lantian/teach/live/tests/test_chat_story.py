"""Chat and side channel told to the real live process over real sockets; a confirmed head count arrives there."""

import asyncio

import pytest
from django.test import Client
from django.urls import reverse

from lantian.teach.live import services
from lantian.teach.live.models import LessonEvent
from lantian.teach.live.tests.stage import Page, Teacher
from lantian.teach.live.tests.support import aside, do, lesson_chunks, open_for, settled, shown_by, sign_in
from lantian.teach.live.tests.test_floor_story import WATCH, student_ticket
from lantian.teach.live.tests.world import actor, person

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def test_a_chat_is_opened_used_moderated_and_kept_and_the_rooms_assistant_reports_her_class(live, world):
    lesson, session, ticket = open_for(world)
    group, school = world.groups[0], world.receiving[0]
    colleague = person("李老师", school, "teacher", group)
    who = actor(colleague, "teacher", school, class_group_ids=frozenset({group.pk}))
    assistant = services.ticket_for_viewer(session, by=who)
    beside = person("周老师", world.sending, "teacher", world.group)
    beside = actor(beside, "teacher", world.sending, class_group_ids=frozenset({world.group.pk}))
    host_ticket = services.ticket_for_viewer(session, by=beside)
    _someone, student = student_ticket(world, session)
    _another, second = student_ticket(world, session, "张伟")
    client = sign_in(Client(headers={"accept": "application/json"}), colleague)
    heads = reverse("desk_heads", args=[lesson.pk, group.pk])

    async def story():
        async with (
            Teacher(live, ticket) as teacher,
            Page(live, WATCH, assistant) as room,
            Page(live, WATCH, student) as phone,
            Page(live, WATCH, second) as other,
            Page(live, WATCH, host_ticket) as host,
        ):
            await teacher.hello()
            await teacher.send_all(lesson_chunks(10), 0, 20)
            await phone.hear("state", where=lambda m: m["state"] == "live")
            assert (await do(phone, "chat.say", text="在吗"))["code"] == "chat_closed"
            await do(teacher, "chat.set", open=True, slow=0)
            said = await do(phone, "chat.say", text="老师我没听懂")
            assert (await do(phone, "chat.say", text="你 傻 逼"))["code"] in ("slow", "word")
            await other.hear("events", where=lambda m: any(f"chat:{said['seq']}" in e["set"] for e in m["events"]))
            assert (await do(other, "chat.hide", n=said["seq"]))["code"] == "forbidden"
            await do(other, "chat.report", n=said["seq"])
            reported = await teacher.hear("desk", where=lambda m: "reports" in m["set"])
            assert reported["set"]["reports"]["first"][0]["n"] == said["seq"]
            await do(room, "side.say", text="投影有点暗")
            await teacher.hear("desk", where=lambda m: any(key.startswith(f"side:{group.pk}") for key in m["set"]))
            answer = await aside(client.post, heads, {"present": 3})
            assert answer.json()["present"] == 3
            for page in (teacher, room):
                counted = await page.hear("desk", where=lambda m: f"heads:{group.pk}" in m["set"])
                assert counted["set"][f"heads:{group.pk}"]["present"] == 3
            await do(teacher, "chat.hide", n=said["seq"])
            boards = [await page.hear("viewers") for page in (teacher, host)]
            assert (
                {row["name"] for row in boards[1]["schools"]} >= {row["name"] for row in boards[0]["schools"]} != set()
            )
            assert not any(message["t"].startswith("viewers") for page in (room, phone) for message in page.heard)
            async with Page(live, WATCH, second) as late:
                await late.hear("events")
                assert [key for key in shown_by(late.heard) if key.startswith("chat")] == ["chat"]
            assert not any(message["t"] == "desk" for message in phone.heard + other.heard)
            await teacher.say(t="end")
            await phone.hear("ended")

    asyncio.run(story())
    settled(session)
    assert set(LessonEvent.objects.filter(session=session).values_list("kind", flat=True)) == {
        "chat.set", "chat.say", "chat.report", "chat.hide", "side.say", "side.heads",
    }  # fmt: skip
    sign_in(client, world.teacher)
    assert "没听懂" not in client.get(reverse("live_events", args=[lesson.pk])).content.decode()
