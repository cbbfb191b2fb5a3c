"""A lesson's floor alone: kept before it is acknowledged, told to those it concerns, and brought to the database once."""

import asyncio
import contextlib
import json
from dataclasses import dataclass, replace
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lantian.teach.live import queries, services
from lantian.teach.live.consumers import floor as floors
from lantian.teach.live.consumers.books import Books
from lantian.teach.live.consumers.database import DatabaseAway
from lantian.teach.live.consumers.eventlog import EventLog
from lantian.teach.live.consumers.floor import Floor, by_of
from lantian.teach.live.engine.happenings import Event, model, patched
from lantian.teach.live.engine.happenings.registry import VIEWS
from lantian.teach.live.engine.protocol import WireError
from lantian.teach.live.engine.tickets import Ticket
from lantian.teach.live.models import LessonEvent, LessonPoll
from lantian.teach.live.tests.support import open_for, shown_by

ONE = {"type": "one", "question": "正还是负？", "options": ["正", "负"]}


def ticket(role: str = "student", **extra) -> Ticket:
    made = {"p": str(uuid4())} if role in ("student", "teach") else {}
    if role == "class":
        made = {"c": str(uuid4()), "o": str(uuid4())}
    return Ticket(s=str(uuid4()), l=None, r=role, n="某人", on="第一中学", **{**made, **extra})


TEACHER = ticket("teach", p=None)  # nobody whom the database would have to know


class Ear:
    """An outlet that remembers what it was given."""

    def __init__(self) -> None:
        self.heard: list[dict] = []

    def send(self, text: str) -> bool:
        self.heard.append(json.loads(text))
        return True

    def of(self, kind: str) -> list[dict]:
        return [message for message in self.heard if message["t"] == kind]


@dataclass(eq=False)
class Somebody:
    ticket: Ticket
    outlet: Ear


class Stage:
    """A room with people in it, as far as the floor knows of one."""

    def __init__(self, path) -> None:
        self.id, self.finished = str(uuid4()), False
        self.facts = SimpleNamespace(public=False, words=("滚蛋",), term=0)
        self.halted = self.several = False
        self.viewers: set = set()
        self.devices: dict[str, set] = {}
        self.path = path / f"{self.id}.jsonl"
        self.clock = 1000
        self.floor = Floor(self, EventLog(self.path))
        self._number = 0

    def careful(self) -> bool:
        return self.several

    def bring(self) -> None:
        pass

    def moment(self):
        self.clock += 10
        return self.clock, self.clock / 1000

    def tell(self, text: str) -> None:
        for viewer in self.viewers:
            viewer.outlet.send(text)

    def enter(self, who: Ticket, have: int = 0):
        viewer = Somebody(who, Ear())
        self.viewers.add(viewer)
        self.devices.setdefault(by_of(who).key, set()).add(viewer)
        self.floor.welcome(viewer, have)
        return viewer

    def do(self, kind: str, who: Ticket = TEACHER, outlet=None, mark: str | None = None, **data):
        self._number += 1
        ear = outlet or Ear()
        self.floor.do({"t": "do", "id": mark or f"m{self._number}", "kind": kind, "data": data}, who, ear)
        return ear.heard[-1]

    def restart(self) -> None:
        """kill -9: what is in memory is gone."""
        self.floor.close()
        self.floor = Floor(self, EventLog(self.path))


def shown(viewer) -> dict:
    return shown_by(viewer.outlet.heard)


def on_stage(tmp_path, story, pause: float = 0.0):
    """Run a story of a stage on an event loop of its own."""

    async def run():
        stage = Stage(tmp_path)
        result = story(stage)
        if asyncio.iscoroutine(result):
            result = await result
        await asyncio.sleep(pause)
        stage.floor.close()
        return result

    return asyncio.run(run())


def test_what_is_sent_again_happens_once_also_after_a_restart(tmp_path):
    def story(stage):
        student = ticket()
        opened = stage.do("poll.open", **ONE)
        first = stage.do("poll.answer", student, mark="a", poll=opened["seq"], choice=[0])
        again = stage.do("poll.answer", student, mark="a", poll=opened["seq"], choice=[0])
        stage.restart()
        after = stage.do("poll.answer", student, mark="a", poll=opened["seq"], choice=[0])
        assert first["seq"] == again["seq"] == after["seq"] == 2
        assert after["you"]["answer"] == {"poll": 1, "choice": [0]}
        assert stage.do("poll.answer", ticket(), mark="a", poll=opened["seq"], choice=[0])["seq"] == 3
        assert stage.floor.room.seq == 3

    on_stage(tmp_path, story)


def test_a_refusal_says_why_and_leaves_nothing(tmp_path):
    def story(stage):
        answer = stage.do("poll.close", poll=1)
        assert (answer["t"], answer["code"]) == ("not", "no_poll")
        assert stage.do("poll.open", ticket(), **ONE)["code"] == "forbidden"
        assert stage.do("juggle")["code"] == "unknown"
        stage.finished = True
        assert stage.do("poll.open", **ONE)["code"] == "ended"
        assert stage.path.stat().st_size == 0
        for broken in ({"kind": "poll.open"}, {"id": "x" * 41, "kind": "poll.open"}, {"id": "a", "kind": 3}):
            with pytest.raises(WireError):
                stage.floor.do({"t": "do", **broken}, TEACHER, Ear())

    on_stage(tmp_path, story)


def test_a_disk_that_takes_no_more_refuses_instead_of_forgetting(tmp_path, monkeypatch):
    def story(stage):
        monkeypatch.setattr("lantian.teach.live.consumers.eventlog.MAX_BYTES", 10)
        assert stage.do("poll.open", **ONE)["code"] == "disk_full"
        assert stage.floor.room.seq == 0
        assert stage.floor.room.public == {}

    on_stage(tmp_path, story)


def test_everybody_is_told_and_who_comes_later_or_comes_back_knows_as_much(tmp_path):
    async def story(stage):
        early = stage.enter(ticket())
        assert early.outlet.heard == [{"t": "room", "seq": 0, "state": {}, "you": {}}]
        stage.do("poll.open", **ONE)
        stage.do("note.pin", text="预习第三节")
        await asyncio.sleep(floors.SOON_S * 2)
        (told,) = early.outlet.of("events")  # both in one
        assert [event["seq"] for event in told["events"]] == [1, 2]
        late = stage.enter(ticket())
        back = stage.enter(ticket(), have=1)
        current = stage.enter(ticket(), have=2)
        ahead = stage.enter(ticket(), have=99)
        assert shown(late) == shown(early) == shown(ahead) != {}
        assert [event["seq"] for event in back.outlet.heard[0]["events"]] == [2]
        assert current.outlet.heard == [{"t": "you", "set": {"*": None}}], "of itself alone"
        stage.restart()
        assert [e["seq"] for e in stage.enter(ticket(), have=1).outlet.heard[0]["events"]] == [2]

    on_stage(tmp_path, story)


def test_who_comes_late_is_not_ahead_of_a_picture_that_is_some_seconds_old(tmp_path):
    def story(stage):
        stage.do("poll.open", **ONE)
        opened = dict(stage.floor.room.public)
        stage.clock += floors.YOUNG_MS
        stage.do("poll.close", poll=1)
        stage.do("poll.show", poll=1, on=True)
        late = stage.enter(ticket())
        room, young, *_ = late.outlet.heard
        assert (room["seq"], room["state"]) == (1, json.loads(json.dumps(opened)))
        assert [event["seq"] for event in young["events"]] == [2, 3]
        assert shown(late) == json.loads(json.dumps(stage.floor.room.public))
        stage.clock += floors.YOUNG_MS
        later = stage.enter(ticket())
        assert [message["t"] for message in later.outlet.heard] == ["room"]
        assert shown(later) == shown(late)
        stage.restart()
        assert shown(stage.enter(ticket())) == shown(late)

    on_stage(tmp_path, story)


def test_what_was_hidden_is_in_nothing_that_a_latecomer_is_given(tmp_path):
    def story(stage):
        stage.do("chat.set", open=True, slow=0)
        said = [stage.do("chat.say", ticket(), text=text)["seq"] for text in ("老话", "新话")]
        stage.clock += floors.YOUNG_MS
        stage.enter(ticket())
        fresh = stage.do("chat.say", ticket(), text="刚说的")["seq"]
        for number in (said[0], fresh):
            stage.do("chat.hide", n=number)
        late = stage.enter(ticket())
        told = json.dumps(late.outlet.heard, ensure_ascii=False)
        assert "新话" in told
        assert "老话" not in told
        assert "刚说的" not in told
        assert list(shown(late)) == ["chat", f"chat:{said[1]}"]

    on_stage(tmp_path, story)


def test_who_missed_more_than_is_kept_singly_is_given_the_whole_room(tmp_path, monkeypatch):
    monkeypatch.setattr(floors, "RECENT", 3)

    def story(stage):
        for number in range(5):
            stage.do("caption.say", text=str(number))
        assert stage.enter(ticket(), have=1).outlet.heard[0]["t"] == "room"
        assert stage.enter(ticket(), have=2).outlet.heard[0]["t"] == "room"
        assert stage.enter(ticket(), have=3).outlet.heard[0]["t"] == "events"

    on_stage(tmp_path, story)


def test_ones_other_device_hears_of_ones_answer_and_nobody_else_does(tmp_path):
    def story(stage):
        student = ticket()
        phone, tablet, other = stage.enter(student), stage.enter(student), stage.enter(ticket())
        stage.do("hand.raise", student, phone.outlet)
        assert phone.outlet.of("you") == []
        assert phone.outlet.of("done")[0]["you"]["hand"] > 0
        assert tablet.outlet.of("you")[0]["set"]["hand"] > 0
        assert [m["t"] for m in other.outlet.heard] == ["room"]
        third = stage.enter(student, have=1)
        assert third.outlet.heard[0]["set"]["hand"] > 0

    on_stage(tmp_path, story)


def test_the_desk_is_told_differences_and_has_it_all(tmp_path, monkeypatch):
    monkeypatch.setattr(floors, "DESK_KEYS", 7)
    monkeypatch.setattr(floors, "DESK_S", 0.01)

    async def story(stage):
        desk, known = Ear(), {}
        stage.floor.seat(desk)
        opened = stage.do("poll.open", **ONE)
        screens = [ticket("class") for _ in range(30)]
        for number, screen in enumerate(screens):
            stage.do("poll.answer", screen, poll=opened["seq"], counts=[number, 40 - number])
            if number % 10 == 0:
                await asyncio.sleep(0.02)
        stage.do("hand.raise", screens[0])
        await asyncio.sleep(0.3)
        for message in desk.of("desk"):
            assert len(message["set"]) <= 7
            patched(known, message["set"])
        expected = {key: value for view in VIEWS.values() for key, value in view(stage.floor.room).items()}
        assert known == json.loads(json.dumps(expected))
        assert known["tally"]["votes"] == [sum(range(30)), 30 * 40 - sum(range(30))]
        newcomer = Ear()
        stage.floor.seat(newcomer)
        assert newcomer.heard[0]["desk"] == known
        stage.floor.leave(desk)
        before = len(desk.heard)
        stage.do("hand.clear")
        await asyncio.sleep(0.1)
        assert len(desk.heard) == before
        stage.floor.answer({"what": "hands", "from": 0}, newcomer)
        assert newcomer.of("told")[0]["rows"] == []

    on_stage(tmp_path, story)


# -- the database -------------------------------------------------------------------------------------------------------------


class Database:
    """Takes what it is given, but for the calls at which it is away; `torn`: it took it, and the answer was lost."""

    def __init__(self, troubles=()) -> None:
        self.troubles = list(troubles)

    async def run(self, function, *args, **kwargs):
        trouble = self.troubles.pop(0) if self.troubles else ""
        if trouble == "away":
            raise DatabaseAway
        await asyncio.to_thread(self._call, function, *args, **kwargs)
        if trouble == "torn":
            raise DatabaseAway

    @staticmethod
    def _call(function, *args, **kwargs) -> None:
        try:
            function(*args, **kwargs)
        finally:
            connection.close()


@pytest.fixture
def session(transactional_db, world):
    return open_for(world)[1]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    steps=st.lists(st.sampled_from(["answer", "save", "kill", "note"]), min_size=1, max_size=25),
    troubles=st.lists(st.sampled_from(["", "away", "torn"]), max_size=12),
)
def test_nothing_acknowledged_is_lost_or_counted_twice(session, tmp_path, monkeypatch, steps, troubles):
    monkeypatch.setattr(floors, "BATCH", 3)
    LessonEvent.objects.filter(session=session).delete()
    LessonPoll.objects.filter(session=session).delete()

    async def story():
        database = Database(troubles)
        stage = Stage(tmp_path)
        stage.id = str(session.pk)
        done = [stage.do("poll.open", **ONE)]
        for step in steps:
            if step == "answer":
                done.append(stage.do("poll.answer", ticket("student", p=None), poll=1, choice=[0]))
            elif step == "note":
                done.append(stage.do("caption.say", text="看黑板"))
            elif step == "kill":
                stage.restart()
            else:
                await save(stage, database)
        database.troubles.clear()
        await save(stage, database)
        return stage, [answer["seq"] for answer in done if answer["t"] == "done"]

    async def save(stage, database):
        with contextlib.suppress(DatabaseAway):
            await stage.floor.save(database)

    stage, acknowledged = asyncio.run(story())
    kept = list(LessonEvent.objects.filter(session=session).order_by("seq"))
    assert [row.seq for row in kept] == acknowledged
    assert LessonPoll.objects.get(session=session).people == sum(row.kind == "poll.answer" for row in kept)
    again = queries.events_after(session.pk, 0)
    assert again == EventLog(stage.path).found
    stage.floor.close()


def test_an_event_of_somebody_who_is_gone_stays_without_a_name(session, world):
    gone, known = by_of(ticket("teach")), by_of(ticket("teach", p=str(world.teacher.pk)))
    first = Event(1, "caption.say", 1.0, 1000, gone, {"text": "一"})
    second = replace(first, seq=2, by=known)
    services.save_events(session.pk, [(first, {}), (second, {"caption": {"text": "一"}})])
    rows = list(LessonEvent.objects.filter(session=session).order_by("seq"))
    assert [row.person_id for row in rows] == [None, world.teacher.pk]
    assert queries.replayed_events(session) == [
        {"seq": 2, "kind": "caption.say", "at": 1.0, "ms": 1000, "set": {"caption": {"text": "一"}}}
    ]
    services.save_events(uuid4(), [(first, {})])  # of a session that was deleted


def test_a_script_in_the_crowd_does_not_take_the_lesson_from_its_teacher(tmp_path, monkeypatch):
    monkeypatch.setattr(model, "MOST_EVENTS", 40)
    monkeypatch.setattr(model, "KEPT_FOR_TEACHING", 10)
    monkeypatch.setattr(model, "MOST_OF_ONE", 20)

    def story(stage):
        script, others = ticket(), [ticket(), ticket()]
        for _ in range(10):
            assert stage.do("hand.raise", script)["t"] == "done"
            assert stage.do("hand.lower", script)["t"] == "done"
        assert stage.do("hand.raise", script)["code"] == "full"
        assert stage.do("hand.raise", others[0])["t"] == "done", "one pupil's number is that pupil's alone"
        for _ in range(4):
            stage.do("hand.raise", others[1])
            stage.do("hand.lower", others[1])
        assert stage.do("poll.open", **ONE)["t"] == "done"
        assert stage.floor.room.seq == 30
        assert stage.do("poll.answer", others[1], poll=30, choice=[0])["code"] == "full"
        stage.restart()
        assert stage.do("hand.raise", script)["code"] == "full"
        assert stage.do("poll.close", poll=30)["t"] == "done", "the last ones are kept for the teaching"

    on_stage(tmp_path, story)


@pytest.mark.parametrize("mark", ["a\x00b", "\ud800", "一"])
def test_a_mark_that_the_database_would_refuse_is_none(tmp_path, mark):
    def story(stage):
        with pytest.raises(WireError):
            stage.do("poll.open", mark=mark, **ONE)
        assert stage.path.stat().st_size == 0

    on_stage(tmp_path, story)


def test_one_lesson_that_cannot_be_saved_keeps_no_other_waiting():
    saved = []

    class Room:
        floor = None

        def __init__(self, number: int) -> None:
            self.id = number

    class Some(Books):
        async def _save(self, room) -> None:
            if room.id == 1:
                raise ValueError("whatever it is")
            saved.append(room.id)

    async def run() -> None:
        some = Some(SimpleNamespace())
        for number in (1, 2):
            await some._save_all(Room(number))

    asyncio.run(run())
    assert saved == [2]


def test_who_comes_back_hears_that_the_own_hand_is_down(tmp_path):
    def story(stage):
        pupil = ticket()
        stage.do("note.pin", text="带尺子")
        stage.do("hand.raise", pupil)
        stage.do("hand.clear")
        viewer = stage.enter(pupil, have=1)
        assert viewer.outlet.of("you") == [{"t": "you", "set": {"*": None}}]

    on_stage(tmp_path, story)
