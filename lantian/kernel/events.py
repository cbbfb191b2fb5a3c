"""Facts that happened, announced with the transaction that made them true.

An event carries what an xAPI statement (IEEE 9274.1.1) needs: actor, verb, object, result, context, time. `publish`
writes it to the outbox (plugged in by `journal`) inside the caller's transaction; receivers run afterwards, in the worker,
at least once and in any number of tries, so each receiver must bear a repeat.
"""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, TypeVar
from uuid import UUID, uuid4

from django.utils import timezone

from lantian.kernel.registry import Registry
from lantian.kernel.rules import Actor

XAPI = "http://adlnet.gov/expapi/verbs/"
ACTIVITY_STREAMS = "https://w3id.org/xapi/activity-streams/verbs/"
LANTIAN_VERBS = "urn:lantian:verb:"


@dataclass(frozen=True, kw_only=True)
class Event:
    """Base of all facts. Subclasses set `name` ("app.past_tense"), `verb` (an xAPI verb IRI) and may add plain fields.

    `actor_id` is a person's or an account's id (None: the system), `object_type` "app.model", `result` and `context` are JSON.
    """

    name: ClassVar[str]
    verb: ClassVar[str]
    object_type: ClassVar[str]

    object_id: UUID
    actor_id: UUID | None = None
    actor_kind: str = "system"
    organization_id: UUID | None = None
    result: Mapping[str, Any] = field(default_factory=dict)
    context: Mapping[str, Any] = field(default_factory=dict)
    occurred_at: datetime = field(default_factory=timezone.now)
    id: UUID = field(default_factory=uuid4)

    def extras(self) -> dict[str, Any]:
        """The fields that a subclass added, for the outbox's JSON."""
        base = {f.name for f in dataclasses.fields(Event)}
        return {f.name: getattr(self, f.name) for f in dataclasses.fields(self) if f.name not in base}


def acted_by(actor: Actor) -> dict[str, Any]:
    """The actor's part of an event, to be spread into its constructor."""
    return {
        "actor_id": actor.person_id or actor.account_id,
        "actor_kind": str(actor.kind),
    }


EVENTS: Registry[type[Event]] = Registry("events")
E = TypeVar("E", bound=Event)


def event(cls: type[E]) -> type[E]:
    """Class decorator: make the event known by its name, so that the outbox can be read back."""
    EVENTS.register(cls.name, cls)
    return cls


Receiver = Callable[[Any], None]
RECEIVERS: dict[str, dict[str, Receiver]] = {}
# Those of them that take many facts at once.
TOGETHER: set[str] = set()


def _key(function: Callable[..., Any]) -> str:
    return f"{function.__module__}.{function.__qualname__}"


def receiver(event_class: type[E]) -> Callable[[Callable[[E], None]], Callable[[E], None]]:
    """Run the function for every such event, later, in the worker. It may run twice for one event."""

    def declare(function: Callable[[E], None]) -> Callable[[E], None]:
        RECEIVERS.setdefault(event_class.name, {})[_key(function)] = function
        return function

    return declare


def receiver_of_many(event_class: type[E]) -> Callable[[Callable[[Sequence[E]], None]], Callable[[Sequence[E]], None]]:
    """`receiver` for what is dealt with in a fixed number of statements: the function is given facts that were published together
    as a sequence, in one transaction; one alone as a sequence of one.
    """

    def declare(function: Callable[[Sequence[E]], None]) -> Callable[[Sequence[E]], None]:
        TOGETHER.add(_key(function))
        RECEIVERS.setdefault(event_class.name, {})[_key(function)] = function
        return function

    return declare


Outbox = Callable[[Sequence[Event]], None]
_outbox: list[Outbox] = []


def plug_outbox(outbox: Outbox) -> None:
    """Called once by `journal`: from then on published events are stored there."""
    _outbox[:] = [outbox]


def publish(fact: Event) -> None:
    """Announce a fact inside the running transaction. Raises RuntimeError when no outbox is plugged in."""
    publish_many([fact])


def publish_many(facts: Sequence[Event]) -> None:
    """Announce facts that became true together, in a fixed number of statements a thousand. Raises RuntimeError as `publish`."""
    if not _outbox:
        raise RuntimeError("no outbox is plugged in: is lantian.kernel.journal installed?")
    _outbox[0](facts)
