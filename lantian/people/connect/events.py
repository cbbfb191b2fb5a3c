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
class ClientChanged(Event):
    """What it may have, or where it may send people back to, is another."""

    name: ClassVar[str] = "connect.client_changed"
    verb: ClassVar[str] = ACTIVITY_STREAMS + "update"
    object_type: ClassVar[str] = "connect.client"


@event
@dataclass(frozen=True, kw_only=True)
class SignedOn(Event):
    """A person went to other software as who they are here."""

    name: ClassVar[str] = "connect.signed_on"
    verb: ClassVar[str] = "https://w3id.org/xapi/adl/verbs/logged-in"
    object_type: ClassVar[str] = "connect.client"


@event
@dataclass(frozen=True, kw_only=True)
class ClientStopped(Event):
    """It is let in no more."""

    name: ClassVar[str] = "connect.client_stopped"
    verb: ClassVar[str] = ACTIVITY_STREAMS + "deny"
    object_type: ClassVar[str] = "connect.client"
