"""The index follows whatever is committed, is built anew while it is read, and loses nothing by kill -9 at any moment."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from lantian.commons.search import queries, services
from lantian.commons.search.models import Copy, Mark
from lantian.commons.search.queries import Asked, reading
from lantian.commons.search.services import Keeper, Locked, build, copies, keeping
from lantian.kernel.rules import ANONYMOUS
from lantian.people.schedule.models import Lesson
from lantian.portal.home.tests.support import Region, make_region

ROOT = Path(__file__).resolve().parents[4]


def titles(typed: str = "") -> set[str]:
    found = queries.find(ANONYMOUS, Asked(typed, "lesson", most=100))
    return {hit.title for *_, hit in queries.draw(ANONYMOUS, found.ids)}


def truth() -> set[str]:
    return set(Lesson.objects.filter(access="public").values_list("title", flat=True))


class Killed:
    """Processes that die at the moment that is named."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self._made = subprocess.Popen(
            [sys.executable, "-m", "lantian.commons.search.tests.killed"],
            cwd=ROOT,
            env=os.environ | {"LANTIAN_TEST_HARNESS": "0"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def at(self, moment: str) -> None:
        assert self._made.stdin is not None
        assert self._made.stdout is not None
        self._made.stdin.write(f"{self.home} {moment.partition(':')[0]} {moment}\n")
        self._made.stdin.flush()
        assert self._made.stdout.readline() == f"{-signal.SIGKILL}\n", moment

    def go(self) -> None:
        self._made.communicate()


@pytest.fixture
def killed(home: Path) -> Iterator[Killed]:
    found = Killed(home)
    yield found
    found.go()
    reading.forget_open()


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_kill_9_at_any_moment_loses_nothing(killed: Killed, home: Path) -> None:
    region = make_region()
    region.lesson("起初", access="public")
    copies.begin(0)
    for moment in ("build:adding", "build:added", "build:committed", "build:closed", "build:ready"):
        killed.at(moment)
        region.lesson(f"建的时候 {moment}", access="public")
    for moment in ("switch:begun", "switch:named", "turn:applied", "turn:committed", "turn:over"):
        Lesson.objects.filter(title="起初").update(summary=moment)
        region.lesson(f"后来 {moment}", access="public")
        killed.at(moment)
        if moment.startswith("turn"):  # what is read is what was committed last, and never half of it
            assert titles() <= truth()
    region.lesson("最后", access="public")
    keeper = Keeper()
    keeper.turn()
    assert titles() == truth()
    assert len(truth()) == 12
    keeper.switched_at = 0
    keeper.turn()
    left = [path.name for path in reading.folders().root.iterdir() if path.is_dir()]
    assert left == [queries.current()], "what the killed ones left is swept away"
    keeper.close()
    _transactions_that_end_in_another_order(region)


def _transactions_that_end_in_another_order(region: Region) -> None:
    """A transaction that marked first and commits last is not overlooked."""
    keeper = Keeper()
    marked, go = threading.Event(), threading.Event()

    def slow() -> None:
        with transaction.atomic():
            region.lesson("先写后交", access="public")
            marked.set()
            go.wait(20)
        connection.close()

    thread = threading.Thread(target=slow)
    thread.start()
    assert marked.wait(20)
    region.lesson("后写先交", access="public")
    keeper.turn()
    assert "后写先交" in titles()
    assert "先写后交" not in titles()
    assert keeper.turn() == 0, "what came later than the open transaction is not done again and again"
    go.set()
    thread.join()
    keeper.turn()
    assert titles() == truth()
    assert services.forget_old_marks() > 0
    region.lesson("再来", access="public")
    keeper.turn()
    assert "再来" in titles()
    keeper.close()


def test_a_new_generation_takes_over_while_the_old_one_is_read(region: Region, home: Path) -> None:
    region.lesson("甲课", access="public")
    keeper = Keeper()
    build()
    keeper.turn()
    first = queries.current()
    reader = reading.searcher()
    region.lesson("乙课", access="public")
    build()
    region.lesson("丙课", access="public")
    assert titles() == {"甲课"}
    keeper.turn()
    assert queries.current() != first
    assert titles() == {"甲课", "乙课", "丙课"}
    assert reader.num_docs > 0, "whoever reads the old one reads on"
    keeper.close()
    reading.forget_open()


def test_one_writes_and_the_others_wait(region: Region, home: Path) -> None:
    keeper = Keeper()
    with pytest.raises(Locked):
        Keeper()
    build()
    keeper.turn()
    with pytest.raises(Locked):
        services.Writer(reading.folders(), queries.current())
    keeper.close()
    Keeper().close()
    reading.forget_open()


def test_an_index_that_does_not_fit_is_built_anew(region: Region, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    class Builder:
        def poll(self) -> int:
            return 0

    monkeypatch.setattr(keeping, "_builder", lambda: asked.append("built") or Builder())
    keeper = Keeper()
    keeper.turn()
    assert asked == ["built"], "there was none"
    build()
    keeper.turn()
    keeper.close()
    keeper = Keeper()
    keeper.turn()
    assert asked == ["built"], "one that fits is gone on with"
    keeper.close()
    Copy.objects.all().delete()
    keeper = Keeper()
    keeper.turn()
    assert asked == ["built"] * 2, "marks that it lacks may be gone"
    keeper.close()
    reading.folders().upto(queries.current()).write_text('{"upto": 1, "make": "another"}')
    keeper = Keeper()
    keeper.turn()
    assert asked == ["built"] * 3, "it is of another make"
    keeper.close()
    assert queries.find(ANONYMOUS, Asked("", "lesson")).total == 0
    reading.forget_open()


def test_the_command_builds_and_says_how_it_is(region: Region, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    region.lesson("甲课", access="public")
    call_command("search", "rebuild")
    assert queries.state().documents > 1
    said = capsys.readouterr().out
    assert queries.current() in said
    assert f"{queries.state().documents}" in said
    assert titles("甲课") == {"甲课"}
    reading.forget_open()


def test_marks_are_written_by_the_transaction_that_changes_something(region: Region) -> None:
    Mark.objects.all().delete()
    lesson = region.lesson("甲课")
    Mark.objects.all().delete()
    Lesson.objects.filter(pk=lesson.pk).update(by_hand=True)
    assert not Mark.objects.exists(), "what is not in the document marks nothing"
    undone = transaction.savepoint()
    Lesson.objects.filter(pk=lesson.pk).update(title="乙课")
    assert Mark.objects.get().ids == [lesson.pk]
    transaction.savepoint_rollback(undone)
    assert not Mark.objects.exists(), "an undone change marks nothing"
