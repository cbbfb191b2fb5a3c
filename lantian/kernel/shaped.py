"""Reads that depend on who asks, made into SQL once for each shape of an actor.

What somebody may see is decided by the role they act in and by which ids they have at all; the ids themselves are parameters.
So the SQL of `x_visible_to(actor)` is the same for all teachers, and for all officers:

    @shaped
    def _coming(actor: Actor, now: Any) -> QuerySet[Lesson]:
        return lessons_visible_to(actor).filter(ends_at__gt=now).order_by("starts_at")[:8]

    found = _coming(actor, timezone.now())  # a list
    known = _coming.any(actor, timezone.now())

The function gets an actor of the same shape (kind, role, kind of unit, which ids there are, whether there are classes) with
stand-ins for all else, and stand-ins for its arguments (None stays None: which arguments there are is part of the shape). A
stand-in can be handed to the database and nothing more: comparing it, printing it, walking through it, looking it up in a set or
a dictionary raises, and so does asking whether an argument is empty, asking the database, or a moment or an id that did not come
from a stand-in. Then the read is not fit to be shaped; it is made anew each time, as it would be without this module, and that is
logged. What is worked out of a value in Python goes through `derived`. Days are those of today: the SQL is made anew each day.
What nobody can see is a number or a word that was worked out of the time or of a setting: such things must be arguments.
"""

import sys
from collections.abc import Callable
from dataclasses import fields
from datetime import date, datetime
from inspect import signature
from typing import Any, Generic, NamedTuple, TypeVar

import structlog
from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import QuerySet, Value
from django.db.models.expressions import BaseExpression
from django.utils import timezone

from lantian.kernel.prepared import FIXED, Compiled
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


def _django_asks() -> bool:
    """Whether the one who asks a stand-in is Django, which compares and hashes expressions while it makes SQL."""
    return str(sys._getframe(2).f_globals.get("__name__", "")).startswith("django.")


class StandIn(Value):
    """For a value that is there (never None) and that only the database may look at."""

    def __init__(self, get: Get) -> None:
        super().__init__(_Place(get))

    def __eq__(self, other: object) -> bool:
        if not _django_asks():
            raise NotShaped("compared")
        return isinstance(other, BaseExpression) and bool(super().__eq__(other))

    def __hash__(self) -> int:
        if not _django_asks():
            raise NotShaped("looked up")
        return super().__hash__()

    def __bool__(self) -> bool:
        if not _django_asks():
            raise NotShaped("asked whether it is empty")
        return True

    def __str__(self) -> str:
        raise NotShaped("printed")

    def __repr__(self) -> str:
        if not _django_asks():
            raise NotShaped("printed")
        return "a stand-in"

    def __format__(self, spec: str) -> str:
        raise NotShaped("printed")


class _Derived(StandIn):
    def _combine(self, other: Any, connector: str, reversed: bool) -> Any:
        raise NotShaped("reckoned with")


class _OfActor(_Derived):
    def __bool__(self) -> bool:
        return True  # the shape says that it is there, and not empty


class _Nothing:
    """For what no read may ask for: every use raises."""

    def __getattribute__(self, name: str) -> Any:
        raise NotShaped("asked for what is not part of a shape")

    def _refuse(self, *_: Any) -> Any:
        raise NotShaped("asked for what is not part of a shape")

    __bool__ = __iter__ = __len__ = __contains__ = __eq__ = __hash__ = __str__ = __repr__ = _refuse


def derived(work: Callable[[Any], Any], value: Any) -> Any:
    """`work(value)`, never None; for a stand-in a stand-in of it. For a list of ids `__among` takes it, `__in` does not."""
    if isinstance(value, StandIn):
        get: Get = value.value.get
        return _Derived(lambda call: work(get(call)))
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
        tuple((target, *edges) for target, edges in SHARE_EDGES.items()),
    )


def _of_grant(read: Callable[[Grant], Any]) -> Any:
    return _OfActor(lambda call: read(call.actor.grant))  # type: ignore[arg-type]  # the shape says that there is one


def _standing_for(actor: Actor) -> Actor:
    """An actor of the same shape, without a value of this one's."""
    grant = actor.grant and _with(
        Grant,
        role=actor.grant.role,
        organization_kind=actor.grant.organization_kind,
        id=_of_grant(lambda grant: grant.id),
        organization_id=_of_grant(lambda grant: grant.organization_id),
        path=_of_grant(lambda grant: grant.path) if actor.grant.path else "",
    )
    ids: dict[str, Get] = {
        "person_id": lambda call: call.actor.person_id,
        "account_id": lambda call: call.actor.account_id,
        "room_id": lambda call: call.actor.room_id,
        "organization_id": lambda call: call.actor.organization_id,
    }
    known: dict[str, Any] = {
        name: _OfActor(get) if getattr(actor, name) is not None else None for name, get in ids.items()
    }
    known["class_group_ids"] = frozenset()
    if actor.class_group_ids:
        known["class_group_ids"] = _OfActor(lambda call: list(call.actor.class_group_ids))
    standing: Actor = _with(Actor, kind=actor.kind, grant=grant, **known)
    return standing


def _with(made: Any, **known: Any) -> Any:
    """What is not `known` (names, the other roles, a field that somebody adds) raises when a read looks at it."""
    return made(**{field.name: _Nothing() for field in fields(made)} | known)


def _refuse_queries(*_: Any) -> Any:
    raise NotShaped("asked the database while it was made")


def _place_of(param: Any) -> Get | None:
    """How a parameter is got when the SQL runs; None for one that is the same each time."""
    if isinstance(param, StandIn):  # wrapped in a Value of its own
        param = param.value
    if isinstance(param, _Place):
        return param.get
    if isinstance(param, (list, tuple)):
        gets = [_place_of(each) for each in param]
        if not any(gets):
            return None
        filled = [get or _constant(each) for get, each in zip(gets, param, strict=True)]
        return lambda call: [get(call) for get in filled]
    if isinstance(param, datetime) or not isinstance(param, (date, *FIXED)):
        raise NotShaped(f"has something in it that is no argument: {type(param).__name__}")
    return None


def _constant(value: Any) -> Get:
    return lambda _: value


class _Made:
    """The SQL for one shape, and where its parameters come from."""

    def __init__(self, compiled: Compiled) -> None:
        if " IN %s" in compiled.sql:
            raise NotShaped("has a list for __in, which takes none here; __among does")
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
        self._made: dict[tuple[Any, ...], Any] = {}
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
        given = tuple([value is not None for value in values])
        key = (_shape_of(actor), exists, given)
        try:
            return self._made[key]
        except KeyError:
            if len(self._made) >= MOST:  # days gone by
                self._made.clear()
            made = self._made[key] = self._make(actor, given, exists=exists)
            return made

    def _make(self, actor: Actor, given: tuple[bool, ...], *, exists: bool) -> Any:
        arguments = [StandIn(_argument(number)) if there else None for number, there in enumerate(given)]
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
