"""Two live processes: the one that has the lesson is killed and stays dead, later the other one is drained, then one hangs;
teacher, class screen and student go from one to the other by themselves. `make test-live`, on a platform of its own."""

import contextlib
import fcntl
import json
import os
import signal
import time
from collections.abc import Callable, Iterator
from typing import Any

import psutil
import psycopg
import pytest

from runtime.postgres import EmbeddedPostgres
from tests.e2e.conftest import Instance, running_instance
from tests.e2e.live.cast import arrange
from tests.e2e.live.classroom import Teacher, Viewer, together, until
from tests.e2e.live.conftest import class_screen, closed_after_all
from tests.e2e.live.watching import restarts_of

pytestmark = [pytest.mark.shaped, pytest.mark.timeout(400)]
DEATH_S, DRAIN_S = (
    10.0,
    2.0,
)  # what is promised; other browsers share the cores here, so that twice that is held against it


@pytest.fixture
def spread() -> Iterator[Instance]:
    with closed_after_all(), running_instance(LANTIAN_LIVE_NODES="2") as instance:
        yield instance


class Place:
    """Where the lesson is, as the database has it."""

    def __init__(self, instance: Instance, lesson: str) -> None:
        self._url, self._lesson = EmbeddedPostgres(instance.home).url, lesson

    def ask(self, what: str) -> str:
        with psycopg.connect(self._url, autocommit=True) as database:
            row = database.execute(
                f"SELECT {what} FROM live_livesession s JOIN media_stream m ON m.id = s.stream_id"
                " WHERE s.lesson_id = %s",
                [self._lesson],
            ).fetchone()
        assert row is not None
        return str(row[0])

    @property
    def node(self) -> str:
        return self.ask("s.node")

    def serving(self) -> set[str]:
        with psycopg.connect(self._url, autocommit=True) as database:
            rows = database.execute(
                "SELECT name FROM live_livenode WHERE state = 'serving' AND seen_at > now() - interval '3 s'"
                " AND seen_at - steady_since > interval '6 s'"
            ).fetchall()
        return {row[0] for row in rows}


def service(node: str) -> str:
    """What the supervisor calls a node."""
    return "live" if node == "main" else f"live-{node}"


@contextlib.contextmanager
def dead(instance: Instance, node: str) -> Iterator[None]:
    """kill -9, and whoever is started in its place is not let in."""
    os.kill(instance.pid(service(node)), signal.SIGKILL)
    with (instance.home / service(node) / "lock").open("w") as lock:  # its folder is called as it is
        fcntl.flock(lock, fcntl.LOCK_EX)  # free as soon as the process is gone
        yield


def frozen_while(happens: Callable[[], object], *viewers: Viewer) -> list[float]:
    """For how long each picture stood, until some seconds after it is over."""

    def doing() -> None:
        try:
            happens()
            time.sleep(8)
        finally:
            together(*(viewer.enough for viewer in viewers))

    *seen, _ = together(*[lambda viewer=viewer: viewer.watch(90) for viewer in viewers], doing)
    return [frozen for frozen, _ages in seen]


def index_of(instance: Instance, token: str) -> list[dict[str, Any]]:
    lines = (instance.home / "media" / "streams" / token / "av" / "index.jsonl").read_text().splitlines()
    return [json.loads(line) for line in lines]


def test_a_lesson_goes_on_when_its_node_dies_and_when_its_node_is_drained(
    spread: Instance, capsys: pytest.CaptureFixture[str]
) -> None:
    cast = arrange(spread)
    teacher = Teacher(spread)
    screen, student = together(
        lambda: class_screen(spread, "screen"), lambda: Viewer.open(spread, "student", phone=True)
    )
    teacher.lesson = cast.lesson
    screen.page.click(".ls-tap-button")
    teacher.page.goto(f"{teacher.base}/live/lessons/{cast.lesson}/teach/")
    teacher.open_devices()
    teacher.go_live()
    student.page.goto(f"{spread.url}/live/lessons/{cast.lesson}/watch/")
    together(screen.wait_picture, student.wait_picture)
    place = Place(spread, cast.lesson)
    first, token = place.node, place.ask("m.token")
    until(lambda: place.serving() == {"main", "b"}, 30, "two nodes")
    took: list[float] = []

    def sends_on(node: str) -> None:
        began = time.monotonic()
        until(lambda: place.node not in ("", node), 20, "taken by the other node")
        before = len(index_of(spread, token))
        until(lambda: len(index_of(spread, token)) > before, 20, "the teacher sends there")
        took.append(time.monotonic() - began)
        teacher.wait_live()

    with dead(spread, first):
        frozen = frozen_while(lambda: sends_on(first), screen, student)
        second = place.node
    until(lambda: place.serving() == {"main", "b"}, 60, "the dead one is back")

    def drained() -> None:
        spread.sql("UPDATE live_livenode SET state = 'draining' WHERE name = %s", second)
        sends_on(second)

    calm = frozen_while(drained, screen, student)
    assert place.node == first
    spread.kill(service(second))  # started again, it is there for lessons
    until(lambda: place.serving() == {"main", "b"}, 60, "the drained one is back")

    def hangs() -> None:
        process = psutil.Process(spread.pid(service(first)))
        for each in (process, *process.children(recursive=True)):  # the server's own process is a child's
            each.suspend()
        sends_on(first)

    hung = frozen_while(hangs, screen, student)
    with capsys.disabled():
        print(  # noqa: T201 - figures
            f"\ndeath: sent on after {took[0]:.1f} s, stood {frozen}; drain: {took[1]:.1f} s, stood {calm};"
            f" hung: {took[2]:.1f} s, stood {hung}"
        )
    assert max(frozen) < 2 * DEATH_S
    assert max(hung) < 2 * DEATH_S
    assert max(calm) < 2 * DRAIN_S
    assert restarts_of(teacher) == 0, "the same recording went on"
    kept = index_of(spread, token)
    segments = [line["sequence"] for line in kept if line["t"] == "segment"]
    assert segments == list(range(len(segments)))
    assert len([line for line in kept if line["t"] == "epoch"]) == 1
    assert all(not line["jump"] for line in kept if line["t"] == "segment")
    teacher.end()
    until(lambda: place.ask("m.state") == "closed", 20, "its books are closed")
