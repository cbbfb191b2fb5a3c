"""A floor whose lesson may have to go on at another node: nobody hears of what the database does not have."""

import asyncio

import pytest

from lantian.teach.live.consumers.books import Books
from lantian.teach.live.consumers.database import DatabaseAway
from lantian.teach.live.consumers.eventlog import EventLog
from lantian.teach.live.consumers.floor import Floor
from lantian.teach.live.consumers.outlet import Outlet
from lantian.teach.live.errors import Outdated
from lantian.teach.live.tests.test_floor import TEACHER, Ear, Stage, on_stage, ticket
from lantian.teach.live.tests.test_hub import comes_true


class Slow:
    """A database that answers when told to: "" takes it, otherwise the trouble is raised."""

    def __init__(self) -> None:
        self.answer: asyncio.Queue[type[Exception] | None] = asyncio.Queue()
        self.brought: list[list[int]] = []
        self.answers = True

    async def run(self, function, _session, batch, *, term):
        if function.__name__ != "save_events":
            return
        trouble = await self.answer.get()
        if trouble is not None:
            raise trouble
        self.brought.append([event.seq for event, _patch in batch])


class Hub:
    def __init__(self, database) -> None:
        self.database, self.lost, self.tasks = database, [], set()
        self.station = self

    def lose(self, room) -> None:
        self.lost.append(room)

    def spawn(self, work) -> None:
        task = asyncio.ensure_future(work)
        self.tasks.add(task)


def carefully(stage: Stage) -> tuple[Slow, Hub]:
    database = Slow()
    hub = Hub(database)
    books = Books(hub)
    stage.several = True
    stage.bring = lambda: books.bring(stage)
    return database, hub


def say(stage: Stage, ear: Ear, mark: str, who=TEACHER) -> None:
    stage.floor.do({"t": "do", "id": mark, "kind": "caption.say", "data": {"text": mark}}, who, ear)


def test_an_event_is_told_and_acknowledged_when_the_database_has_it_and_all_that_waited_go_in_one_batch(tmp_path):
    async def story(stage):
        database, _hub = carefully(stage)
        viewer, ear = stage.enter(ticket("student")), Ear()
        for mark in ("a", "b", "c"):
            say(stage, ear, mark)
            await asyncio.sleep(0.02)
        say(stage, ear, "a")  # sent again: no earlier answer either
        await asyncio.sleep(0.3)
        assert ear.of("done") == []
        assert viewer.outlet.of("events") == []
        database.answer.put_nowait(None)
        await comes_true(lambda: len(ear.of("done")) >= 1)
        assert [done["seq"] for done in ear.of("done")] == [1]
        database.answer.put_nowait(None)
        await comes_true(lambda: len(ear.of("done")) == 4)
        assert [done["id"] for done in ear.of("done")] == ["a", "b", "c", "a"]
        assert database.brought == [[1], [2, 3]]
        await comes_true(
            lambda: [event["seq"] for told in viewer.outlet.of("events") for event in told["events"]] == [1, 2, 3]
        )

    on_stage(tmp_path, story)


@pytest.mark.parametrize("trouble", [DatabaseAway, ValueError])
def test_while_the_database_does_not_take_it_the_file_alone_must_do(tmp_path, trouble):
    async def story(stage):
        database, hub = carefully(stage)
        ear = Ear()
        say(stage, ear, "a")
        database.answer.put_nowait(trouble)
        await comes_true(lambda: ear.of("done"))
        assert hub.lost == []
        assert [event.seq for event, _patch in stage.floor.waiting] == [1]  # and is brought when it is back

    on_stage(tmp_path, story)


def test_what_another_node_has_overtaken_is_not_acknowledged(tmp_path):
    async def story(stage):
        database, hub = carefully(stage)
        ear = Ear()
        say(stage, ear, "a")
        database.answer.put_nowait(Outdated)
        await comes_true(lambda: hub.lost)
        await asyncio.sleep(0.05)
        assert hub.lost == [stage]
        assert ear.of("done") == []

    on_stage(tmp_path, story)


def test_a_thousand_events_that_waited_drop_nobody_who_reads(tmp_path):
    async def story(stage):
        database, _hub = carefully(stage)
        heard: list[str] = []

        class Wire:
            async def send_text(self, text: str) -> None:
                heard.append(text)

        desk = Outlet(Wire(), limit=256)
        reading = asyncio.ensure_future(desk.run())
        stage.floor.seat(desk)
        for number in range(1000):
            stage.floor.do(
                {"t": "do", "id": f"e{number}", "kind": "caption.say", "data": {"text": "字"}}, TEACHER, desk
            )
        for _ in range(3):
            database.answer.put_nowait(None)
        await comes_true(lambda: sum('"done"' in text for text in heard) == 1000)
        assert not desk.closing
        reading.cancel()

    on_stage(tmp_path, story)


def test_what_came_from_the_database_does_not_go_there_again_before_the_first_answer(tmp_path):
    async def story(stage):
        for mark in ("a", "b", "c"):
            say(stage, Ear(), mark)
        there = [event for event, _patch in stage.floor.waiting]
        stage.floor.forget()
        stage.floor.close()
        log = EventLog(stage.path)
        log.catch_up(there)
        stage.floor = Floor(stage, log)
        assert stage.floor.room.seq == 3
        assert not stage.floor.waiting
        database, _hub = carefully(stage)
        ear = Ear()
        say(stage, ear, "d")
        database.answer.put_nowait(None)
        await comes_true(lambda: ear.of("done"))
        assert database.brought == [[4]]

    on_stage(tmp_path, story)


def test_a_lesson_that_is_being_handed_on_answers_nothing(tmp_path):
    async def story(stage):
        stage.halted = True
        ear = Ear()
        say(stage, ear, "a")
        assert ear.heard == []
        assert stage.floor.room.seq == 0

    on_stage(tmp_path, story)
