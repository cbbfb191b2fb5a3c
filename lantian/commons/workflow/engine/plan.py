"""How an application goes from step to step: a definition is data, and what comes next is a function of it and of the decisions.

{"steps": [{"key": "school", "title": "学校审核", "role": "school_head", "level": "school", "days": 5, "overdue": "remind",
            "votes": 1, "may_return": true, "when": {"field": "kind", "is": "…"}}],
 "checks": ["resources.not_there_already"],
 "effects": [{"on": "approved", "do": "resources.publish"}],
 "appeal": {"days": 10, "step": {…}}}
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from lantian.commons.workflow.engine.schema import KEY

MOST_STEPS, MOST_DAYS, MOST_VOTES = 12, 250, 15


class Level(StrEnum):
    """Where in the tree of units a step is decided. UNIT: at the application's own unit, whatever it is."""

    UNIT = "unit"
    SCHOOL = "school"
    COUNTY = "county"
    CITY = "city"
    PROVINCE = "province"


class Overdue(StrEnum):
    """What happens when a step's days are over: those who have to decide are reminded, the unit above decides, or it passes."""

    REMIND = "remind"
    MOVE = "move"
    PASS = "pass"  # noqa: S105 - it is let through; no secret


class Outcome(StrEnum):
    WAITS = "waits"
    AGREED = "agreed"
    RETURNED = "returned"
    REFUSED = "refused"


class BadPlan(ValueError):
    """Not a plan: `step` is the step's key (empty: the whole), `why` a word for the fault."""

    def __init__(self, why: str, step: str = "") -> None:
        super().__init__(f"{step}: {why}" if step else why)
        self.why, self.step = why, step


@dataclass(frozen=True, slots=True)
class Condition:
    """A step is for applications alone that answered so."""

    field: str
    value: Any

    def holds(self, answers: Mapping[str, Any]) -> bool:
        found = answers.get(self.field)
        return self.value in found if isinstance(found, list) else found == self.value


@dataclass(frozen=True, slots=True)
class Step:
    """One decision. `role` at the unit of `level` above the applicant; `days` are working days (0: as long as it takes); `votes`
    different people have to agree, one who does not is enough to refuse."""

    key: str
    title: str
    role: str
    level: Level
    days: int = 0
    overdue: Overdue = Overdue.REMIND
    votes: int = 1
    may_return: bool = True
    when: Condition | None = None


@dataclass(frozen=True, slots=True)
class Effect:
    """What is done when an application ends so (`on`: approved, rejected, withdrawn), by the name it is registered under."""

    on: str
    do: str


@dataclass(frozen=True, slots=True)
class Appeal:
    """Within so many working days after a refusal the applicant may ask for one more step."""

    days: int
    step: Step


@dataclass(frozen=True, slots=True)
class Plan:
    steps: tuple[Step, ...]
    checks: tuple[str, ...] = ()
    effects: tuple[Effect, ...] = ()
    appeal: Appeal | None = None

    def step(self, key: str) -> Step:
        """The step of that key; that of an appeal is one of them. Raises KeyError."""
        appeal = (self.appeal.step,) if self.appeal else ()
        found: dict[str, Step] = {step.key: step for step in (*self.steps, *appeal)}
        return found[key]

    def way(self, answers: Mapping[str, Any]) -> list[Step]:
        """The steps that an application with these answers goes through."""
        return [step for step in self.steps if step.when is None or step.when.holds(answers)]

    def after(self, key: str, answers: Mapping[str, Any]) -> Step | None:
        """The step after `key` ("": the first one); None at the end."""
        if not key:
            return next(iter(self.way(answers)), None)
        if self.appeal and key == self.appeal.step.key:
            return None
        place = [step.key for step in self.steps].index(key)
        return next((step for step in self.steps[place + 1 :] if step in self.way(answers)), None)


def outcome(step: Step, verdicts: Iterable[str]) -> Outcome:
    """How a step stands after these verdicts ("approve", "return", "reject"), one a person, in their order."""
    agreed = 0
    for verdict in verdicts:
        if verdict == "reject":
            return Outcome.REFUSED
        if verdict == "return":
            return Outcome.RETURNED
        agreed += 1
    return Outcome.AGREED if agreed >= step.votes else Outcome.WAITS


def read_plan(data: Mapping[str, Any], *, roles: Iterable[str], fields: Iterable[str]) -> Plan:
    """A plan from its JSON. `roles`: those that may decide; `fields`: keys of the form, for conditions. Raises BadPlan."""
    raw = data.get("steps")
    if not isinstance(raw, Sequence) or not 0 < len(raw) <= MOST_STEPS:
        raise BadPlan("steps")
    allowed, known = frozenset(roles), frozenset(fields)
    steps = tuple(_step(one, allowed, known) for one in raw)
    appeal = _appeal(data.get("appeal"), allowed, known)
    keys = [step.key for step in steps] + ([appeal.step.key] if appeal else [])
    if len(set(keys)) < len(keys):
        raise BadPlan("twice")
    if steps[0].when is not None and all(step.when for step in steps):
        raise BadPlan("nobody")  # somebody decides, whatever is answered
    return Plan(steps, tuple(map(str, data.get("checks", ()))), tuple(map(_effect, data.get("effects", ()))), appeal)


def _step(found: Any, roles: frozenset[str], fields: frozenset[str]) -> Step:
    if not isinstance(found, Mapping):
        raise BadPlan("not_a_step")
    key = str(found.get("key", ""))
    if not KEY.fullmatch(key):
        raise BadPlan("key", key)
    title = str(found.get("title", "")).strip()
    if not 0 < len(title) <= 40:
        raise BadPlan("title", key)
    if found.get("role") not in roles:
        raise BadPlan("role", key)
    try:
        level, overdue = Level(str(found.get("level"))), Overdue(found.get("overdue", Overdue.REMIND))
    except ValueError as error:
        raise BadPlan("level", key) from error
    days, votes = (
        _whole(found.get("days", 0), 0, MOST_DAYS, "days", key),
        _whole(found.get("votes", 1), 1, MOST_VOTES, "votes", key),
    )
    if overdue is not Overdue.REMIND and not days:
        raise BadPlan("days", key)
    return Step(
        key,
        title,
        str(found["role"]),
        level,
        days,
        overdue,
        votes,
        bool(found.get("may_return", True)),
        _condition(found.get("when"), fields, key),
    )


def _whole(value: Any, least: int, most: int, why: str, key: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise BadPlan(why, key)
    return value


def _condition(found: Any, fields: frozenset[str], key: str) -> Condition | None:
    if found is None:
        return None
    if not isinstance(found, Mapping) or found.get("field") not in fields or "is" not in found:
        raise BadPlan("when", key)
    return Condition(str(found["field"]), found["is"])


def _effect(found: Any) -> Effect:
    if not isinstance(found, Mapping) or found.get("on") not in ("approved", "rejected", "withdrawn"):
        raise BadPlan("effects")
    return Effect(str(found["on"]), str(found.get("do", "")))


def _appeal(found: Any, roles: frozenset[str], fields: frozenset[str]) -> Appeal | None:
    if found is None:
        return None
    if not isinstance(found, Mapping):
        raise BadPlan("appeal")
    return Appeal(_whole(found.get("days"), 1, MOST_DAYS, "appeal", ""), _step(found.get("step"), roles, fields))
