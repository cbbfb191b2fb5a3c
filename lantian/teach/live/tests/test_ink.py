"""Writing and page turns as events of a lesson: checked, folded, told to who comes late, and kept for the replay."""

import asyncio
import json
from pathlib import Path
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from lantian.teach.live import services
from lantian.teach.live.engine.happenings import By, HappeningRoom, Refused, Scene, patched
from lantian.teach.live.engine.happenings.model import load_event
from lantian.teach.live.engine.strokes import pack
from lantian.teach.live.tests.stage import Page, Teacher
from lantian.teach.live.tests.support import do, lesson_chunks, open_for, settled, shown_by, sign_in

CASES = json.loads((Path(__file__).parent / "data" / "board.json").read_text())["cases"]
TEACHER, PUPIL = By("person:t", "teach"), By("class:c", "class")
CODES = {"bad": "bad_data", "full": "board_full", "unknown": "no_stroke", "gap": "gap"}
SHEET = str(uuid4())
STROKE = {"sheet": SHEET, "tool": "pen", "colour": "blue", "width": 2}
WATCH = "/live/ws/watch"


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_the_shared_cases_hold_as_events_and_after_a_restart(case):
    room, lines = HappeningRoom(), []
    for step in case["steps"]:
        if "fault" in step:
            with pytest.raises(Refused) as refused:
                room.propose(step["kind"], step["data"], TEACHER, Scene(room.ms + 1))
            # kinds that nobody knows are refused before their data are looked at
            assert refused.value.code == ("unknown" if step["kind"] == "ink.fly" else CODES[step["fault"]])
            continue
        event = room.propose(step["kind"], step["data"], TEACHER, Scene(room.ms + 1))
        lines.append(event.dump())
        assert room.fold(event).public == step["patch"]
    again, seen = HappeningRoom(), {}
    for line in lines:
        patched(seen, again.fold(load_event(line)).public)
    assert seen == room.public == again.public


def test_only_the_teacher_writes():
    for kind, data in (("page.turn", {"sheet": None}), ("ink.begin", STROKE | {"id": "a", "points": [1, 1]})):
        with pytest.raises(Refused, match="forbidden"):
            HappeningRoom().propose(kind, data, PUPIL, Scene(1))


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_stroke_is_seen_as_it_grows_by_who_comes_late_and_in_the_replay(live, world):
    lesson, session, ticket = open_for(world)
    screen = services.ticket_for_viewer(session, by=world.screen_actor())
    late = services.ticket_for_viewer(session, by=world.screen_actor(1))
    key, points = f"ink:{SHEET}:a", [100, 100, 900, 300, 1500, 2800]

    async def story():
        async with Teacher(live, ticket) as teacher, Page(live, WATCH, screen) as panel:
            await teacher.hello()
            await teacher.send_all(lesson_chunks(4), 0, 8)
            await panel.hear("state", where=lambda m: m["state"] == "live")
            await do(teacher, "page.turn", sheet=SHEET, form="page", name="课件", number=7)
            await do(teacher, "ink.begin", **STROKE, id="a", points=points[:2])
            assert (await do(teacher, "ink.begin", **STROKE, id="<svg>", points=[1, 1]))["code"] == "bad_data"
            await do(teacher, "ink.points", id="a", at=1, points=pack(points[2:]))
            await panel.hear("events", where=lambda m: f"{key}:1" in m["events"][-1]["set"])
            assert shown_by(panel.heard)["page:now"]["number"] == 7
            async with Page(live, WATCH, late) as other:
                await other.hear("events")
                assert list(shown_by(other.heard)) == ["page:now", key, f"{key}:1"]
                await do(teacher, "ink.end", id="a")
                ended = await other.hear("events", where=lambda m: key in m["events"][-1]["set"])
                assert ended["events"][-1]["set"][key]["points"] == pack(points)
            await teacher.say(t="end")
            assert await teacher.closed() == 4010

    asyncio.run(story())
    settled(session)
    answer = sign_in(Client(), world.teacher).get(reverse("live_events", args=[lesson.pk]))
    events = answer.json()["events"]
    assert [event["kind"] for event in events] == ["page.turn", "ink.begin", "ink.points", "ink.end"]
    replayed: dict[str, object] = {}
    for event in events:
        patched(replayed, event["set"])
    assert set(replayed) == {"page:now", key}
    assert replayed[key]["points"] == pack(points)
