"""What people have done in a package is kept: often, in order, and never an older state over a newer one."""

import json
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from lantian.content.interactive import queries, rules
from lantian.content.interactive.engine import summing
from lantian.content.interactive.enums import FINISHED, RunStatus
from lantian.content.interactive.errors import NothingBegun, OpenedElsewhere, TooMuch
from lantian.content.interactive.events import InteractiveFinished
from lantian.content.interactive.models import RunState
from lantian.kernel.events import acted_by, publish
from lantian.kernel.rules import Actor, require

PART_MOST, WHOLE_MOST = 300_000, 2_000_000  # characters of JSON
SEQ_MOST, ATTEMPTS_MOST = 2**31 - 1, 1000


@transaction.atomic
def open_run(version: Any, *, again: bool = False, by: Actor) -> RunState:
    """Go on with one's last attempt, or begin another one; from now on what older windows save is not taken. Raises Denied."""
    require(rules.may_keep, by, version)
    assert by.person_id is not None  # the rule asked for a person
    mine = RunState.objects.select_for_update().filter(version=version.pk, person=by.person_id)
    last = mine.order_by("-attempt").first()
    if last is None or (again and last.data and last.attempt < ATTEMPTS_MOST):
        number = last.attempt + 1 if last else 1
        RunState.objects.bulk_create(  # two windows at once make one
            [RunState(version_id=version.pk, person_id=by.person_id, attempt=number)], ignore_conflicts=True
        )
        last = mine.get(attempt=number)
    last.opening, last.seq = last.opening + 1, 0
    last.save(update_fields=["opening", "seq"])
    return last


@transaction.atomic
def save_run(version: Any, said: dict[str, Any], *, by: Actor) -> RunState:
    """Keep what one part says now: `attempt`, `opening` and `seq` (1, 2, …) say what it is newer than; the same again changes
    nothing. Raises Denied, NothingBegun, OpenedElsewhere, TooMuch.
    """
    require(rules.may_keep, by, version)
    attempt, opening, seq = (_whole(said.get(name)) for name in ("attempt", "opening", "seq"))
    mine = RunState.objects.select_for_update().filter(version=version.pk, person=by.person_id, attempt=attempt)
    run = mine.first()
    if run is None:
        raise NothingBegun
    if opening != run.opening:
        raise OpenedElsewhere
    if seq <= run.seq:
        return run
    parts = queries.parts_of(version)
    part = said.get("part")
    if part not in (parts or [""]):
        raise TooMuch
    run.data[part] = _part(said)
    if len(json.dumps(run.data)) > WHOLE_MOST:
        raise TooMuch
    _sum(run, parts, by)
    run.seq, run.place, run.saved_at = seq, part, timezone.now()
    run.save()
    return run


def _whole(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value <= SEQ_MOST:
        raise NothingBegun
    return value


def _part(said: dict[str, Any]) -> dict[str, Any]:
    """What is kept of a part: what it wants to find again, and what it says of the learner, each held to its kind."""
    state, status, seconds = said.get("state"), said.get("status"), summing.number(said.get("seconds"))
    kept: dict[str, Any] = {"state": state, "seconds": int(min(max(seconds or 0, 0), summing.SECONDS_MOST))}
    if status in summing.DONE:
        kept["status"] = status
    score = summing.scaled(said)
    if score is not None:
        kept["score"] = score
    text = json.dumps(kept)
    if len(text) > PART_MOST or "\\u0000" in text:
        raise TooMuch
    return kept


def _sum(run: RunState, parts: list[str], by: Actor) -> None:
    found = summing.summed(run.data, parts)
    run.status, run.score, run.seconds = RunStatus(found.status), found.score, found.seconds
    if run.status in FINISHED and run.finished_at is None:
        run.finished_at = timezone.now()
        _tell(run, by)


def _tell(run: RunState, by: Actor) -> None:
    version = run.version
    result: dict[str, Any] = {"completion": True, "duration": run.seconds}
    if run.status in (RunStatus.PASSED, RunStatus.FAILED):
        result["success"] = run.status == RunStatus.PASSED
    if run.score is not None:
        result["score"] = {"scaled": run.score}
    publish(
        InteractiveFinished(
            object_id=version.resource_id,
            organization_id=version.resource.organization_id,
            result=result,
            context={"version": version.number, "attempt": run.attempt},
            **acted_by(by),
        )
    )


def forget_runs(person_ids: tuple[UUID, ...]) -> int:
    """What is kept of somebody who is erased goes."""
    return int(RunState.objects.filter(person__in=person_ids).delete()[0])


def forget_old(before: Any) -> int:
    """What nobody went on with since."""
    return int(RunState.objects.filter(saved_at__lt=before).delete()[0])
