"""A lesson lasts longer than planned, as far as nobody is needed elsewhere."""

import asyncio
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from lantian.kernel.rules import SYSTEM
from lantian.kernel.tests.verdicts import assert_allowed, assert_refused
from lantian.people.schedule import services as schedule
from lantian.teach.live import rules, services
from lantian.teach.live.enums import EndReason
from lantian.teach.live.errors import CannotExtend
from lantian.teach.live.models import LiveSession
from lantian.teach.live.tests.stage import Page, Teacher
from lantian.teach.live.tests.support import aside, lesson_chunks, open_for, sign_in
from lantian.teach.live.tests.world import actor, person

pytestmark = pytest.mark.django_db


def running(world, **plan):
    lesson, session, _ticket = open_for(world, **plan)
    services.mark_live(session.pk, started_at=timezone.now())
    lesson.refresh_from_db()
    session.refresh_from_db()
    return lesson, session


def test_the_teacher_alone_and_while_it_runs(world):
    lesson, session = running(world)
    colleague = actor(person("同事", world.sending), "teacher", world.sending)
    head = actor(person("校长"), "school_head", world.sending)
    assert_allowed(rules.may_extend_session, world.teacher_actor, session)
    for who in (colleague, head):
        assert_refused(rules.may_extend_session, who, session, because="任课教师")
    longer = services.extend_live_session(session.pk, minutes=5, by=world.teacher_actor)
    lesson.refresh_from_db()
    assert longer.planned_end == lesson.ends_at == session.planned_end + timedelta(minutes=5)
    for minutes in (0, -5, 31):
        with pytest.raises(CannotExtend):
            services.extend_live_session(session.pk, minutes=minutes, by=world.teacher_actor)
    ended = services.end_live_session(session.pk, reason=EndReason.TEACHER, by=world.teacher_actor)
    assert_refused(rules.may_extend_session, world.teacher_actor, ended, because="已经结束")


def test_not_before_it_began_and_not_into_somebodys_next_lesson(world):
    lesson, session, _ticket = open_for(world)
    with pytest.raises(CannotExtend, match="正在进行"):
        services.extend_live_session(session.pk, minutes=5, by=world.teacher_actor)
    services.mark_live(session.pk, started_at=timezone.now())
    other = person("李娜", world.sending)
    schedule.plan_lesson(
        title="下一节",
        subject="chinese",
        stage="junior",
        grade=8,
        teacher=other,
        organization=world.sending,
        alliance=world.alliance,
        receivers=world.groups[:1],
        starts_at=lesson.ends_at + timedelta(minutes=10),
        ends_at=lesson.ends_at + timedelta(minutes=50),
        by=SYSTEM,
    )
    assert services.extend_live_session(session.pk, minutes=10, by=world.teacher_actor)
    with pytest.raises(CannotExtend, match=r"不能延长到 \d\d:\d\d：.*已有别的课"):
        services.extend_live_session(session.pk, minutes=5, by=world.teacher_actor)


def test_one_that_is_over_its_time_already_lasts_so_long_from_now(world):
    start = timezone.now() - timedelta(minutes=50)
    lesson = world.plan(start=start, minutes=45)
    session = services.open_live_session(lesson, by=world.teacher_actor, now=start)
    services.mark_live(session.pk, started_at=start)
    longer = services.extend_live_session(session.pk, minutes=5, by=world.teacher_actor)
    assert timedelta(minutes=4) <= longer.planned_end - timezone.now() <= timedelta(minutes=5)


def test_the_page_asks_and_is_told_why_not(client, world):
    lesson, session = running(world)
    url = reverse("live_extend", args=[lesson.pk])
    sign_in(client, world.teacher)
    answer = client.post(url, {"minutes": "5"})
    assert answer.status_code == 200
    session.refresh_from_db()
    assert answer.json()["planned_end_ms"] == int(session.planned_end.timestamp() * 1000)
    for minutes in ("", "x", "-1", "500"):
        assert client.post(url, {"minutes": minutes}).json()["error"] == "cannot_extend"
    services.end_live_session(session.pk, reason=EndReason.TEACHER, by=SYSTEM)
    assert client.post(url, {"minutes": "5"}).json()["error"] == "ended"


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_everybody_in_the_room_hears_of_it(live, world):
    _lesson, session, ticket = open_for(world)
    screen = services.ticket_for_viewer(session, by=world.screen_actor())

    def extend():
        services.mark_live(session.pk, started_at=timezone.now())
        longer = services.extend_live_session(session.pk, minutes=5, by=world.teacher_actor)
        return int(longer.planned_end.timestamp() * 1000)

    async def story():
        async with Teacher(live, ticket) as teacher, Page(live, "/live/ws/watch", screen) as viewer:
            await teacher.hello()
            await teacher.send_all(lesson_chunks(5))
            await teacher.hear("ack")
            ends = await aside(extend)
            assert (await teacher.hear("planned"))["end_ms"] == ends
            await viewer.hear("state", where=lambda m: m["planned_end_ms"] == ends)

    asyncio.run(story())
    assert LiveSession.objects.get(pk=session.pk).is_open
