"""Facts of identity."""

from dataclasses import dataclass
from typing import ClassVar

from lantian.kernel.events import ACTIVITY_STREAMS, Event, event


@event
@dataclass(frozen=True, kw_only=True)
class AccountOpened(Event):
    name: ClassVar[str] = "identity.account_opened"
    verb: ClassVar[str] = ACTIVITY_STREAMS + "create"
    object_type: ClassVar[str] = "identity.account"
    kind: str = "person"


@event
@dataclass(frozen=True, kw_only=True)
class AccountsOpened(Event):
    """Many at once, by an import; the object is the first of them."""

    name: ClassVar[str] = "identity.accounts_opened"
    verb: ClassVar[str] = ACTIVITY_STREAMS + "create"
    object_type: ClassVar[str] = "identity.account"
    count: int = 0


@event
@dataclass(frozen=True, kw_only=True)
class AccountReset(Event):
    name: ClassVar[str] = "identity.account_reset"
    verb: ClassVar[str] = ACTIVITY_STREAMS + "update"
    object_type: ClassVar[str] = "identity.account"


@event
@dataclass(frozen=True, kw_only=True)
class AccountClosed(Event):
    name: ClassVar[str] = "identity.account_closed"
    verb: ClassVar[str] = ACTIVITY_STREAMS + "deactivate"
    object_type: ClassVar[str] = "identity.account"


@event
@dataclass(frozen=True, kw_only=True)
class AccountReopened(Event):
    name: ClassVar[str] = "identity.account_reopened"
    verb: ClassVar[str] = ACTIVITY_STREAMS + "update"
    object_type: ClassVar[str] = "identity.account"


@event
@dataclass(frozen=True, kw_only=True)
class PasswordSet(Event):
    name: ClassVar[str] = "identity.password_set"
    verb: ClassVar[str] = ACTIVITY_STREAMS + "update"
    object_type: ClassVar[str] = "identity.account"


@event
@dataclass(frozen=True, kw_only=True)
class SignedIn(Event):
    name: ClassVar[str] = "identity.signed_in"
    verb: ClassVar[str] = "https://w3id.org/xapi/adl/verbs/logged-in"
    object_type: ClassVar[str] = "identity.account"


@event
@dataclass(frozen=True, kw_only=True)
class UpstreamLinked(Event):
    """An account of another platform opens this one from now on."""

    name: ClassVar[str] = "identity.upstream_linked"
    verb: ClassVar[str] = ACTIVITY_STREAMS + "add"
    object_type: ClassVar[str] = "identity.account"


@event
@dataclass(frozen=True, kw_only=True)
class UpstreamUnlinked(Event):
    name: ClassVar[str] = "identity.upstream_unlinked"
    verb: ClassVar[str] = ACTIVITY_STREAMS + "remove"
    object_type: ClassVar[str] = "identity.account"


@event
@dataclass(frozen=True, kw_only=True)
class SessionsEnded(Event):
    name: ClassVar[str] = "identity.sessions_ended"
    verb: ClassVar[str] = "https://w3id.org/xapi/adl/verbs/logged-out"
    object_type: ClassVar[str] = "identity.account"
    count: int = 0


@event
@dataclass(frozen=True, kw_only=True)
class PasswordRecovered(Event):
    name: ClassVar[str] = "identity.password_recovered"
    verb: ClassVar[str] = ACTIVITY_STREAMS + "update"
    object_type: ClassVar[str] = "identity.account"
