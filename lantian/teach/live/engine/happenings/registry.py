"""Kinds of events, declared where they are; and views, which the teaching side's desk is made of."""

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from lantian.teach.live.engine.happenings.model import By, Effects, Event, HappeningRoom, Scene

Check = Callable[[dict[str, Any], By, HappeningRoom, Scene], dict[str, Any]]
Fold = Callable[[Event, HappeningRoom], Effects]
View = Callable[[HappeningRoom], dict[str, Any]]

TEACH = frozenset({"teach"})
PUPILS = frozenset({"class", "student"})  # those the lesson is for
DATA_BYTES = 4096


@dataclass(frozen=True, slots=True)
class Kind:
    """`check(data, by, room, scene)`: the data as they are kept, or Refused; `fold(event, room)`: what it changes. `grows`: it
    may add to the map that everybody sees. `limit`: bytes of data as JSON. `replayed`: a replay shows it at its moment."""

    name: str
    roles: frozenset[str]
    check: Check
    fold: Fold
    grows: bool
    limit: int
    replayed: bool


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
) -> None:
    """Declare a kind of event. Names are `family.verb`."""
    assert name not in KINDS, name
    KINDS[name] = Kind(name, roles, check, fold, grows, limit, replayed)


def view(name: str) -> Callable[[View], View]:
    """Declare a part of the teaching side's desk: a function of the room that gives a flat map. It is worked out again, and what
    has changed is sent, when an event said that it is stale; at most a few times a second however many events there are."""

    def declare(function: View) -> View:
        assert name not in VIEWS, name
        VIEWS[name] = function
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
