"""Reads that depend on who asks, made into SQL once for each shape of an actor.

What somebody may see is decided by the role they act in and by which ids they have at all; the ids themselves are parameters.
So the SQL of `x_visible_to(actor)` is the same for all teachers, and for all officers:

    @shaped
    def _coming(actor: Actor, now: Any) -> QuerySet[Lesson]:
        return lessons_visible_to(actor).filter(ends_at__gt=now).order_by("starts_at")[:8]

    found = _coming(actor, timezone.now())  # a list
    known = _coming.any(actor, timezone.now())

The function gets an actor of the same shape (kind, role, kind of unit, which ids there are, whether there are classes) with
stand-ins for all else, and stand-ins for its arguments. A stand-in can be handed to the database and nothing more: comparing it,
printing it, walking through it or putting it into a set of values raises, as does asking the database, or a moment or an id that
did not come from a stand-in. Then the read is not fit to be shaped; it is made anew each time, as it would be without this
module, and that is logged. What is worked out of a value in Python goes through `derived`. Days are those of today: the SQL is
made anew each day.
"""

from collections.abc import Callable
from datetime import date, datetime
from inspect import signature
from typing import Any, Generic, NamedTuple, TypeVar
from uuid import UUID

import structlog
from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import QuerySet, Value
from django.db.models.expressions import BaseExpression
from django.utils import timezone

from lantian.kernel.prepared import Compiled
from lantian.kernel.rules import SHARE_EDGES, Actor, Grant

M = TypeVar("M")
log = structlog.get_logger("kernel")


class _Call(NamedTuple):
    """What a read was called with."""

    actor: Actor
    values: tuple[Any, ...]


Get = Callable[[_Call], Any]
# Shapes of one read that are kept in a process; there are some dozens of shapes.
MOST = 500


class NotShaped(Exception):
    """The function looked at a value instead of handing it to the database."""


class _Place:
    """Where a parameter of the SQL comes from when it runs."""

    def __init__(self, get: Get) -> None:
        self.get = get


class StandIn(Value):
    """For a value that is there (never None, never empty) and that only the database may look at."""

    def __init__(self, get: Get) -> None:
        super().__init__(_Place(get))

    def __eq__(self, other: object) -> bool:
        if isinstance(other, BaseExpression):  # Django's own question, whether two conditions are one
            return bool(super().__eq__(other))
        if isinstance(other, str) and not other:  # Django asks this too, for the sake of Oracle
            return False
        raise NotShaped("compared")

    __hash__ = Value.__hash__

    def __str__(self) -> str:
        raise NotShaped("printed")

    def __format__(self, spec: str) -> str:
        raise NotShaped("printed")


class _OfActor(StandIn):
    def _combine(self, other: Any, connector: str, reversed: bool) -> Any:
        raise NotShaped("reckoned with")


class _Nothing:
    """For what no read may ask for: every use raises."""

    def __getattribute__(self, name: str) -> Any:
        raise NotShaped("asked for what is not part of a shape")

    def _refuse(self, *_: Any) -> Any:
        raise NotShaped("asked for what is not part of a shape")

    __bool__ = __iter__ = __len__ = __contains__ = __eq__ = __hash__ = __str__ = _refuse


def derived(work: Callable[[Any], Any], value: Any) -> Any:
    """`work(value)`; for a stand-in a stand-in of it. For a list of ids `__among` takes it, `__in` does not."""
    if isinstance(value, StandIn):
        get: Get = value.value.get
        return _OfActor(lambda call: work(get(call)))
    return work(value)


class _Shape(NamedTuple):
    """All that a read may decide by; and what `shared` asks, because tests and apps may add to it."""

    kind: str
    person: bool
    account: bool
    room: bool
    organization: bool
    classes: bool
    role: str | None
    unit_kind: str
    path: bool
    day: date
    edges: tuple[tuple[Any, ...], ...]


def _shape_of(actor: Actor) -> _Shape:
    grant = actor.grant
    return _Shape(
        actor.kind,
        actor.person_id is not None,
        actor.account_id is not None,
        actor.room_id is not None,
        actor.organization_id is not None,
        bool(actor.class_group_ids),
        None if grant is None else grant.role,
        "" if grant is None else grant.organization_kind,
        bool(grant and grant.path),
        timezone.localdate(),
        tuple(map(tuple, SHARE_EDGES.values())),
    )


def _of_grant(read: Callable[[Grant], Any]) -> Any:
    return _OfActor(lambda call: read(call.actor.grant))  # type: ignore[arg-type]  # the shape says that there is one


def _standing_for(actor: Actor) -> Actor:
    """An actor of the same shape, without a value of this one's."""
    grant: Any = actor.grant and Grant(
        id=_of_grant(lambda grant: grant.id),
        role=actor.grant.role,
        organization_id=_of_grant(lambda grant: grant.organization_id),
        organization_name=_Nothing(),  # type: ignore[arg-type]  # raises when a read looks at it
        organization_kind=actor.grant.organization_kind,
        path=_of_grant(lambda grant: grant.path) if actor.grant.path else "",
    )
    ids: dict[str, Any] = {
        "person_id": lambda call: call.actor.person_id,
        "account_id": lambda call: call.actor.account_id,
        "room_id": lambda call: call.actor.room_id,
        "organization_id": lambda call: call.actor.organization_id,
    }
    known: dict[str, Any] = {name: _OfActor(get) for name, get in ids.items() if getattr(actor, name) is not None}
    if actor.class_group_ids:
        known["class_group_ids"] = _OfActor(lambda call: list(call.actor.class_group_ids))
    return Actor(kind=actor.kind, name=_Nothing(), grant=grant, grants=_Nothing(), **known)  # type: ignore[arg-type]  # as above


def _refuse_queries(*_: Any) -> Any:
    raise NotShaped("asked the database while it was made")


def _place_of(param: Any) -> Get | None:
    """How a parameter is got when the SQL runs; None for one that is the same each time."""
    if isinstance(param, StandIn):  # wrapped in a Value of its own
        param = param.value
    if isinstance(param, _Place):
        return param.get
    if isinstance(param, (list, tuple)) and any(isinstance(each, (StandIn, _Place)) for each in param):
        gets = [_place_of(each) or _constant(each) for each in param]
        return lambda call: [get(call) for get in gets]
    for each in param if isinstance(param, (list, tuple)) else [param]:
        if isinstance(each, (UUID, datetime)):
            raise NotShaped("has a moment or an id in it that is no argument")
    return None


def _constant(value: Any) -> Get:
    return lambda _: value


class _Made:
    """The SQL for one shape, and where its parameters come from."""

    def __init__(self, compiled: Compiled) -> None:
        self.compiled = compiled
        self.fixed = list(compiled.params)
        places = [(number, _place_of(param)) for number, param in enumerate(self.fixed)]
        self.places = [(number, get) for number, get in places if get is not None]

    def params(self, actor: Actor, values: tuple[Any, ...]) -> list[Any]:
        call, filled = _Call(actor, values), self.fixed.copy()
        for number, get in self.places:
            filled[number] = get(call)
        return filled


_EMPTY = object()  # no row of any actor of the shape can match: nothing is asked


class Shaped(Generic[M]):
    """Called with an actor and the function's other arguments, in order; answers a list. One query."""

    def __init__(self, build: Callable[..., QuerySet[Any, M]]) -> None:
        self._build = build
        self._arguments = len(signature(build).parameters) - 1
        self._made: dict[tuple[_Shape, bool], Any] = {}
        self.__doc__, self.__name__ = build.__doc__, build.__name__

    def __call__(self, actor: Actor, *values: Any) -> list[M]:
        made = self._of(actor, values, exists=False)
        if made is None:
            return list(self._build(actor, *values))
        return [] if made is _EMPTY else made.compiled.run(made.params(actor, values))

    def any(self, actor: Actor, *values: Any) -> bool:
        """Whether there is one at all."""
        made = self._of(actor, values, exists=True)
        if made is None:
            return bool(self._build(actor, *values).exists())
        return made is not _EMPTY and bool(made.compiled.any(made.params(actor, values)))

    def plain(self, actor: Actor, *values: Any) -> QuerySet[Any, M]:
        """The same as a queryset, made now."""
        return self._build(actor, *values)

    def is_shaped_for(self, actor: Actor, *values: Any) -> bool:
        """Whether the SQL for actors of this shape is kept: tests ask."""
        return self._of(actor, values, exists=False) is not None

    def _of(self, actor: Actor, values: tuple[Any, ...], *, exists: bool) -> Any:
        if len(values) != self._arguments:
            raise TypeError(f"{self.__name__} takes an actor and {self._arguments} arguments, not {len(values)}")
        key = (_shape_of(actor), exists)
        try:
            return self._made[key]
        except KeyError:
            if len(self._made) >= MOST:  # days gone by
                self._made.clear()
            made = self._made[key] = self._make(actor, exists=exists)
            return made

    def _make(self, actor: Actor, *, exists: bool) -> Any:
        arguments = [StandIn(_argument(number)) for number in range(self._arguments)]
        try:
            with connections[DEFAULT_DB_ALIAS].execute_wrapper(_refuse_queries):
                return _Made(Compiled(self._build(_standing_for(actor), *arguments), exists=exists))
        except EmptyResultSet:
            return _EMPTY
        except Exception as fault:  # noqa: BLE001 - whatever it is, the plain read works, or says it in its own words
            log.warning("read_not_shaped", read=self.__name__, role=actor.role, reason=str(fault))
            return None


def _argument(number: int) -> Get:
    return lambda call: call.values[number]


def shaped(build: Callable[..., QuerySet[Any, M]]) -> Shaped[M]:
    """See the module."""
    return Shaped(build)
