"""Chat on the floor: hidden words reach nobody any more, each seat is given its part of the desk, the database has it all."""

import asyncio

import pytest

from lantian.teach.live import queries
from lantian.teach.live.consumers import floor as floors
from lantian.teach.live.engine.happenings import Refused, patched
from lantian.teach.live.models import LessonEvent
from lantian.teach.live.services import save_events
from lantian.teach.live.tests.support import open_for
from lantian.teach.live.tests.test_floor import TEACHER, Ear, on_stage, ticket

GROUP = "7d1f0e60-0000-4000-8000-000000000000"


def texts(ear) -> str:
    return "".join(str(message) for message in ear.heard)


def sit(stage, **extra):
    """Somebody on duty comes to watch."""
    who = ticket("observe", p=None, **extra)
    viewer = stage.enter(who)
    stage.floor.seat_beside(viewer)
    return who, viewer


def test_a_hidden_message_reaches_nobody_who_comes_later_comes_back_or_was_about_to_be_told(tmp_path):
    async def story(stage):
        early = stage.enter(ticket())
        stage.do("chat.set", open=True, slow=0)
        await asyncio.sleep(floors.SOON_S * 2)
        n = stage.do("chat.say", ticket(), text="不该说的话")["seq"]
        stage.do("chat.hide", n=n)
        await asyncio.sleep(floors.SOON_S * 2)
        late, back = stage.enter(ticket()), stage.enter(ticket(), have=1)
        for viewer in (early, late, back):
            assert "不该说的话" not in texts(viewer.outlet)
        known: dict = {}
        for message in early.outlet.of("events"):
            for event in message["events"]:
                assert event["now"] is True
                patched(known, event["set"])
        assert known == stage.floor.room.public == {"chat": {"open": True, "slow": 0}}
        stage.restart()
        assert "不该说的话" not in texts(stage.enter(ticket(), have=1).outlet)

    on_stage(tmp_path, story)


def test_each_seat_is_given_its_own_part_of_the_desk(tmp_path, monkeypatch):
    monkeypatch.setattr(floors, "DESK_S", 0.01)

    async def story(stage):
        teacher = Ear()
        stage.floor.seat(teacher)
        host, beside = sit(stage, d="host")
        assistant, room = sit(stage, d="room", c=GROUP)
        _other, elsewhere = sit(stage, d="room", c=GROUP[:-1] + "1")
        pupil = stage.enter(ticket())
        stage.do("chat.set", host, open=True, slow=0)
        n = stage.do("chat.say", ticket(), text="难听")["seq"]
        stage.do("chat.report", ticket(), n=n, why="骂人")
        stage.do("side.say", assistant, text="投影黑了")
        stage.do("hand.raise", ticket())
        await asyncio.sleep(0.1)
        heard = {}
        for name, ear in (
            ("teacher", teacher),
            ("host", beside.outlet),
            ("room", room.outlet),
            ("else", elsewhere.outlet),
        ):
            known = heard[name] = {}
            for message in ear.of("desk"):
                patched(known, message["set"])
        assert {"hands", "reports"} < set(heard["teacher"])
        assert set(heard["host"]) == set(heard["teacher"]) - {"hands"}
        assert [key.split(":")[0] for key in heard["room"]] == ["side"]
        assert heard["else"] == {}
        assert "骂人" not in texts(pupil.outlet)
        assert "投影" not in texts(pupil.outlet)
        back = stage.enter(assistant)
        stage.floor.seat_beside(back)
        assert back.outlet.of("desk")[-1]["set"] == {"*": None, **heard["room"]}
        stage.floor.leave(room.outlet)
        before = len(room.outlet.of("desk"))
        stage.do("side.say", host, text="重启一下")
        await asyncio.sleep(0.1)
        assert len(room.outlet.of("desk")) == before

    on_stage(tmp_path, story)


def test_the_words_that_hold_for_the_lesson_are_asked_at_each_message(tmp_path):
    def story(stage):
        stage.do("chat.set", open=True, slow=0)
        assert stage.do("chat.say", ticket(), text="滚 蛋")["code"] == "word"
        stage.facts.words = ()
        assert stage.do("chat.say", ticket(), text="滚 蛋")["t"] == "done"

    on_stage(tmp_path, story)


def test_a_message_sent_again_stands_once(tmp_path):
    def story(stage):
        stage.do("chat.set", open=True, slow=0)
        pupil = ticket()
        first = stage.do("chat.say", pupil, mark="a", text="听懂了")
        assert stage.do("chat.say", pupil, mark="a", text="听懂了")["seq"] == first["seq"]
        assert sum(key.startswith("chat:") for key in stage.floor.room.public) == 1

    on_stage(tmp_path, story)


def test_a_crowd_is_told_of_chat_with_a_rest_and_of_all_else_as_before(tmp_path, monkeypatch):
    monkeypatch.setattr(floors, "CROWD", 0)

    async def story(stage):
        viewer = stage.enter(ticket())
        stage.do("chat.set", open=True, slow=0)
        await asyncio.sleep(floors.SOON_S * 1.5)
        told = len(viewer.outlet.of("events"))
        for _ in range(3):
            stage.do("chat.say", ticket(), text="听懂了")
            await asyncio.sleep(0.1)
        assert len(viewer.outlet.of("events")) == told  # they wait for one another
        stage.do("note.pin", text="预习第三节")
        await asyncio.sleep(floors.CROWD_S)
        assert [event["kind"] for event in viewer.outlet.of("events")[-1]["events"]] == ["chat.say"] * 3 + ["note.pin"]

    on_stage(tmp_path, story)


def test_the_platform_may_say_what_nobody_else_may(tmp_path):
    def story(stage):
        count = {"class": GROUP, "name": "八年级（1）班", "school": "第一中学", "present": 40, "expected": 43}
        stage.floor.enter("side.heads", count)
        assert stage.floor.room.seq == 1
        with pytest.raises(Refused):
            stage.floor.enter("chat.say", {"text": "我"})

    on_stage(tmp_path, story)


@pytest.mark.django_db
def test_a_replay_has_the_chat_at_its_moments_without_what_was_hidden(world, tmp_path):
    _lesson, session, _ticket = open_for(world)

    def story(stage):
        stage.do("chat.set", open=True, slow=0)
        first, second = (stage.do("chat.say", ticket(p=None), text=text)["seq"] for text in ("听懂了", "不该说的话"))
        stage.do("chat.report", ticket(p=None), n=first)
        stage.do("side.say", TEACHER, text="只给助教")
        stage.do("chat.hide", n=second)
        return first, second, list(stage.floor.waiting)

    first, second, waiting = on_stage(tmp_path, story)
    save_events(session.pk, waiting)
    replayed = queries.replayed_events(session)
    assert [event["seq"] for event in replayed] == [1, first, second, 6]
    assert "不该说的话" not in str(replayed)
    assert "只给助教" not in str(replayed)
    assert replayed[1]["set"][f"chat:{first}"]["text"] == "听懂了"
    kept = {row.seq: (row.hidden, row.reports) for row in queries.chat_of(session.lesson)}
    assert kept == {first: (False, 1), second: (True, 0)}
    assert LessonEvent.objects.filter(kind="side.say").exists()
