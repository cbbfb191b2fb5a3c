"""kill -9 at any moment: nothing is half done, and whoever takes the run up again brings it to the same end."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection, connections, transaction
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from lantian.people.exchange import services
from lantian.people.exchange.models import ImportRun, StagedRow
from lantian.people.exchange.services.runs import _wait_for_scope
from lantian.people.exchange.tests.files import oneroster_zip, small_region
from lantian.people.roster.models import Membership, Person
from lantian.people.roster.tests.world import make_world

pytestmark = pytest.mark.django_db(transaction=True)
ROOT = Path(__file__).resolve().parents[4]


class Workers:
    """They die at the moment that is named."""

    def __init__(self) -> None:
        self._made = subprocess.Popen(
            [sys.executable, "-m", "lantian.people.exchange.tests.killed"],
            cwd=ROOT,
            env=os.environ | {"LANTIAN_TEST_HARNESS": "0"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def die(self, run: ImportRun, moment: str) -> None:
        assert self._made.stdin is not None
        assert self._made.stdout is not None
        self._made.stdin.write(f"{run.pk} {moment}\n")
        self._made.stdin.flush()
        assert self._made.stdout.readline() == f"{-signal.SIGKILL}\n"

    def go(self) -> None:
        self._made.communicate()


@pytest.fixture
def workers() -> Iterator[Workers]:
    found = Workers()
    yield found
    found.go()


def test_a_run_killed_in_every_phase_comes_to_the_same_end(workers: Workers) -> None:
    world = make_world()
    officer = world.act("officer")
    people, members = Person.objects.count(), Membership.objects.count()
    rows = small_region(str(world.fucheng.pk))
    run = services.start_import(
        [("roster.zip", oneroster_zip(rows))], organization=world.fucheng, source="教务", by=officer
    )
    for moment in ("read:orgs", "read:users", "check:orgs", "check:users", "check:difference"):
        workers.die(run, moment)
        run.refresh_from_db()
        assert run.state in {"reading", "checking"}
        assert Person.objects.count() == people
    services.proceed(run.pk)
    run.refresh_from_db()
    assert (run.state, run.errors) == ("checked", 0)
    # nothing was staged twice on the way
    assert StagedRow.objects.filter(run=run).count() == sum(len(content) for content in rows.values())
    services.confirm_import(run, by=officer)
    for moment in ("apply:orgs", "apply:names", "apply:enrollments", "apply:end"):
        workers.die(run, moment)
        run.refresh_from_db()
        assert run.state == "applying"
        assert (Person.objects.count(), Membership.objects.count()) == (people, members)
    assert services.resume() == 1  # whoever is killed leaves no job behind: the minute's round takes the run up
    job = ProcrastinateJob.objects.filter(task_name="exchange.proceed").latest("id")
    app.tasks[job.task_name].func(**job.args)
    run.refresh_from_db()
    assert run.state == "applied"
    assert Person.objects.count() == people + 4
    assert Membership.objects.count() == members + 4


def test_two_imports_whose_units_overlap_are_applied_one_after_the_other() -> None:
    world = make_world()
    first = ImportRun(organization=world.fucheng)
    second = ImportRun(organization=world.east)
    beside = ImportRun(organization=world.beichuan)
    waited = threading.Event()
    got = threading.Event()

    class Told:
        def tell(self, phase: str, done: int, total: int, *, now: bool = False) -> None:
            assert phase == "apply:wait"
            waited.set()

    def apply_second() -> None:
        try:
            with transaction.atomic():
                _wait_for_scope(second, Told())  # type: ignore[arg-type]
                got.set()
        finally:
            connections.close_all()

    with transaction.atomic():
        _wait_for_scope(first, Told())  # type: ignore[arg-type]
        thread = threading.Thread(target=apply_second)
        thread.start()
        assert waited.wait(20)
        assert not got.is_set()
    assert got.wait(20)
    thread.join(20)
    with transaction.atomic():
        _wait_for_scope(first, Told())  # type: ignore[arg-type]

        def elsewhere() -> None:
            try:
                with transaction.atomic():
                    _wait_for_scope(beside, Told())  # type: ignore[arg-type]
                    waited.clear()
            finally:
                connections.close_all()

        thread = threading.Thread(target=elsewhere)
        thread.start()
        thread.join(20)
        assert not waited.is_set()


def test_a_run_is_cancelled_while_it_is_worked_at() -> None:
    world = make_world()
    officer = world.act("officer")
    rows = small_region(str(world.fucheng.pk))
    run = services.start_import(
        [("roster.zip", oneroster_zip(rows))], organization=world.fucheng, source="教务", by=officer
    )
    services.cancel_import(run, by=officer)
    services.proceed(run.pk)
    run.refresh_from_db()
    assert (run.state, run.stored_name, run.rows.count()) == ("cancelled", "", 0)


def test_what_changed_since_the_check_is_compared_anew_and_shown_again() -> None:
    world = make_world()
    officer = world.act("officer")
    rows = small_region(str(world.fucheng.pk))
    made = [
        services.start_import([("a.zip", oneroster_zip(rows))], organization=world.fucheng, source="教务", by=officer)
        for _ in range(2)
    ]
    for run in made:
        services.proceed(run.pk)
    for run in made:
        services.confirm_import(run, by=officer)
        services.proceed(run.pk)
        run.refresh_from_db()
    assert (made[0].state, made[1].state, made[1].fault) == ("applied", "checked", "changed_meanwhile")
    assert made[1].counts["users"] == {"leave": 4}
    assert connection.in_atomic_block is False
