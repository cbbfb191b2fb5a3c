"""What somebody has done is kept: in order, on any machine, for themselves alone."""

from typing import Any

import pytest

from lantian.content.interactive import queries, rules, services
from lantian.content.interactive.engine import summing
from lantian.content.interactive.errors import NothingBegun, OpenedElsewhere, TooMuch
from lantian.content.interactive.models import RunState
from lantian.content.interactive.tests import packages
from lantian.content.resources import services as resources
from lantian.content.resources.tests.shelf import Shelf
from lantian.kernel.journal.models import OutboxEvent
from lantian.kernel.rules import ANONYMOUS, SYSTEM
from lantian.kernel.tests.verdicts import assert_allowed, assert_refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def version(shelf: Shelf) -> Any:
    return published(shelf, packages.scorm_2004())


def published(shelf: Shelf, data: bytes, **facts: Any) -> Any:
    made = shelf.make(data=data, name="a.zip", **facts)
    resources.publish_version(made.versions.get(), by=SYSTEM)
    found = made.versions.select_related("resource", "blob").get()
    services.ask_package(found.blob_id, found.blob.kind)
    services.unpack(found.blob_id)
    return found


def save(version: Any, run: RunState, by: Any, seq: int, part: str = "a", **said: Any) -> RunState:
    told = {"attempt": run.attempt, "opening": run.opening, "seq": seq, "part": part, "state": {"p": seq}, "seconds": 5}
    return services.save_run(version, told | said, by=by)


def test_who_may_open_keep_and_count(shelf: Shelf, version: Any) -> None:
    pupil, author = shelf.acting("pupil"), shelf.acting("teacher")
    assert_allowed(rules.may_run, ANONYMOUS, version)
    assert_refused(rules.may_keep, ANONYMOUS, version)
    assert_allowed(rules.may_keep, pupil, version)
    assert_refused(rules.may_keep, pupil, published(shelf, packages.pages()))
    assert_refused(rules.may_count_runs, pupil, version.resource)
    assert_allowed(rules.may_count_runs, author, version.resource)
    school = published(shelf, packages.scorm_12(), reach="school")
    assert_refused(rules.may_run, shelf.acting("far"), school)
    resources.withdraw_resource(version.resource, words="有错", by=author)
    version.resource.refresh_from_db()
    assert_refused(rules.may_run, author, version)


def test_an_older_save_never_overwrites_a_newer_one(shelf: Shelf, version: Any) -> None:
    by = shelf.acting("pupil")
    run = services.open_run(version, by=by)
    save(version, run, by, 3)
    assert save(version, run, by, 2).data["a"]["state"] == {"p": 3}
    assert save(version, run, by, 3, state={"p": "again"}).data["a"]["state"] == {"p": 3}, "the same again"
    elsewhere = services.open_run(version, by=by)
    assert elsewhere.data["a"]["state"] == {"p": 3}, "it goes on where it was"
    with pytest.raises(OpenedElsewhere):
        save(version, run, by, 4)
    assert save(version, elsewhere, by, 1).data["a"]["state"] == {"p": 1}
    assert RunState.objects.count() == 1


def test_another_attempt_begins_with_nothing_and_the_old_one_stays(shelf: Shelf, version: Any) -> None:
    by = shelf.acting("pupil")
    first = services.open_run(version, by=by)
    assert services.open_run(version, again=True, by=by).attempt == 1, "nothing was done in it"
    first = services.open_run(version, by=by)
    save(version, first, by, 1)
    services.open_run(version, by=by)  # looked at again first
    second = services.open_run(version, again=True, by=by)
    assert (second.attempt, second.data) == (2, {})
    assert queries.last_run(by, version) == second
    with pytest.raises(NothingBegun):
        save(version, RunState(attempt=9, opening=1), by, 1)


@pytest.mark.parametrize(
    "wrong",
    [{"part": "unknown"}, {"part": "unit"}, {"part": ["a"]}, {"state": "x" * 400_000}, {"state": "\0"}],
)
def test_what_is_too_much_or_of_no_part_is_not_kept(shelf: Shelf, version: Any, wrong: dict[str, Any]) -> None:
    by = shelf.acting("pupil")
    run = services.open_run(version, by=by)
    with pytest.raises(TooMuch):
        save(version, run, by, 1, **wrong)
    run.refresh_from_db()
    assert run.data == {}


@pytest.mark.parametrize("wrong", [{"seq": "1"}, {"seq": 0}, {"seq": True}, {"attempt": None}, {"opening": 2**40}])
def test_numbers_that_are_none_are_refused(shelf: Shelf, version: Any, wrong: dict[str, Any]) -> None:
    by = shelf.acting("pupil")
    run = services.open_run(version, by=by)
    with pytest.raises(NothingBegun):
        services.save_run(version, {"attempt": 1, "opening": run.opening, "seq": 1, "part": "a"} | wrong, by=by)


def test_the_whole_is_done_when_each_part_is_and_it_is_told_once(shelf: Shelf, version: Any) -> None:
    by = shelf.acting("pupil")
    run = services.open_run(version, by=by)
    assert save(version, run, by, 1, status="completed", scaled=0.5).status == "begun"
    done = save(version, run, by, 2, part="b", status="passed", raw=9, most=10)
    assert (done.status, done.score, done.seconds) == ("passed", 0.7, 10)
    assert done.finished_at is not None
    save(version, run, by, 3, part="b", status="passed", raw=10, most=10)
    fact = OutboxEvent.objects.get(name="interactive.finished")
    assert fact.result["score"] == {"scaled": 0.7}
    counts = queries.counts_of(version.resource)
    assert (counts.people, counts.done, counts.passed, counts.score) == (1, 1, 1, 0.75)


def test_what_is_kept_of_somebody_is_given_out_and_goes(shelf: Shelf, version: Any) -> None:
    by = shelf.acting("pupil")
    save(version, services.open_run(version, by=by), by, 1)
    assert services.forget_runs((shelf.teacher.pk,)) == 0
    assert services.forget_runs((shelf.pupil.pk,)) == 1
    assert not RunState.objects.exists()


@pytest.mark.parametrize(
    ("told", "score"),
    [
        ({"scaled": 0.3}, 0.3),
        ({"scaled": 7}, 1.0),
        ({"raw": 5, "least": 0, "most": 10}, 0.5),
        ({"raw": 80}, 0.8),
        ({"raw": 3, "least": 5, "most": 5}, None),
        ({"raw": "80"}, None),
        ({"scaled": float("nan")}, None),
        ({"scaled": True}, None),
        ({}, None),
    ],
)
def test_scores_come_in_many_ways(told: dict[str, Any], score: float | None) -> None:
    assert summing.scaled(told) == score
