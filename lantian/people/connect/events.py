"""Facts of connect."""

from dataclasses import dataclass
from typing import ClassVar

from lantian.kernel.events import ACTIVITY_STREAMS, Event, event


@event
@dataclass(frozen=True, kw_only=True)
class ClientRegistered(Event):
    """Other software was let in."""

    name: ClassVar[str] = "connect.client_registered"
    verb: ClassVar[str] = ACTIVITY_STREAMS + "authorize"
    object_type: ClassVar[str] = "connect.client"


@event
@dataclass(frozen=True, kw_only=True)
class ClientStopped(Event):
    """It is let in no more."""

    name: ClassVar[str] = "connect.client_stopped"
    verb: ClassVar[str] = ACTIVITY_STREAMS + "deny"
    object_type: ClassVar[str] = "connect.client"
