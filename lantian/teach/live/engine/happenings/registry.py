"""Kinds of events, declared where they are; and views, which the teaching side's desk is made of."""

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from lantian.teach.live.engine.happenings.model import By, Effects, Event, HappeningRoom, Scene

Check = Callable[[dict[str, Any], By, HappeningRoom, Scene], dict[str, Any]]
Fold = Callable[[Event, HappeningRoom], Effects]

TEACH = frozenset({"teach"})
PUPILS = frozenset({"class", "student"})  # those the lesson is for
HOSTS = frozenset({"teach", "host"})  # the sending side: the teacher and those on duty with her
SYSTEM = frozenset({"system"})  # the platform itself
DATA_BYTES = 4096


@dataclass(frozen=True, slots=True)
class Kind:
    """`check(data, by, room, scene)`: the data as they are kept, or Refused; `fold(event, room)`: what it changes.
    `roles`: roles and duties that may. `grows`: it may add to the map that everybody sees. `limit`: bytes of data as JSON.
    `replayed`: a replay shows it at its moment. `now`: a live page shows it at once, whatever picture it has, and a crowd
    is told of it with a second's rest."""

    name: str
    roles: frozenset[str]
    check: Check
    fold: Fold
    grows: bool
    limit: int
    replayed: bool
    now: bool


@dataclass(frozen=True, slots=True)
class Seat:
    """Where somebody of the teaching side sits: `part` teach, host, or room (with the class's id as `group`)."""

    part: str
    group: str | None = None


def _teachers(_key: str, seat: Seat) -> bool:
    return seat.part == "teach"


@dataclass(frozen=True, slots=True)
class View:
    """A part of the desk: a flat map made of the room, and which of its keys are for which seat."""

    make: Callable[[HappeningRoom], dict[str, Any]]
    seen: Callable[[str, Seat], bool]

    def __call__(self, room: HappeningRoom) -> dict[str, Any]:
        return self.make(room)


KINDS: dict[str, Kind] = {}
VIEWS: dict[str, View] = {}


def kind(
    name: str,
    *,
    roles: frozenset[str],
    check: Check,
    fold: Fold,
    grows: bool = False,
    limit: int = DATA_BYTES,
    replayed: bool = True,
    now: bool = False,
) -> None:
    """Declare a kind of event. Names are `family.verb`."""
    assert name not in KINDS, name
    KINDS[name] = Kind(name, roles, check, fold, grows, limit, replayed, now)


Make = Callable[[HappeningRoom], dict[str, Any]]


def view(name: str, *, seen: Callable[[str, Seat], bool] = _teachers) -> Callable[[Make], Make]:
    """Declare a part of the teaching side's desk: a function of the room that gives a flat map. It is worked out again,
    and what has changed is sent, when an event said that it is stale; at most a few times a second however many events
    there are. `seen` says which keys are for a seat; the teacher's alone, if nothing is said."""

    def declare(function: Make) -> Make:
        assert name not in VIEWS, name
        VIEWS[name] = View(function, seen)
        return function

    return declare


def nothing(data: dict[str, Any], _by: By, _room: HappeningRoom, _scene: Scene) -> dict[str, Any]:
    """For kinds without data."""
    return {}


def load_kinds() -> None:
    """Import all that declares kinds."""
    from lantian.teach.live.engine.happenings import kinds

    for module in pkgutil.iter_modules(kinds.__path__):
        importlib.import_module(f"{kinds.__name__}.{module.name}")
