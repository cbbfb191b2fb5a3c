"""Facts about consent and copies."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from lantian.kernel.events import LANTIAN_VERBS, Event, event


@event
@dataclass(frozen=True, kw_only=True)
class ConsentGiven(Event):
    """A guardian agreed for a child to a version of the text."""

    name: ClassVar[str] = "privacy.consent_given"
    verb: ClassVar[str] = LANTIAN_VERBS + "consented"
    object_type: ClassVar[str] = "roster.person"
    guardian_id: UUID
    version: str
    way: str


@event
@dataclass(frozen=True, kw_only=True)
class ConsentWithdrawn(Event):
    """No consent stands for this child any more."""

    name: ClassVar[str] = "privacy.consent_withdrawn"
    verb: ClassVar[str] = LANTIAN_VERBS + "withdrew-consent"
    object_type: ClassVar[str] = "roster.person"


@event
@dataclass(frozen=True, kw_only=True)
class DataExported(Event):
    """Somebody took a copy of all that is held about a person."""

    name: ClassVar[str] = "privacy.data_exported"
    verb: ClassVar[str] = LANTIAN_VERBS + "exported"
    object_type: ClassVar[str] = "roster.person"


@event
@dataclass(frozen=True, kw_only=True)
class ErasureRequested(Event):
    """Somebody asked that a person's data be erased."""

    name: ClassVar[str] = "privacy.erasure_requested"
    verb: ClassVar[str] = LANTIAN_VERBS + "asked-to-erase"
    object_type: ClassVar[str] = "roster.person"
    erasure_id: UUID


@event
@dataclass(frozen=True, kw_only=True)
class ErasureDecided(Event):
    """A request was approved, refused, withdrawn or stopped; `state` says which."""

    name: ClassVar[str] = "privacy.erasure_decided"
    verb: ClassVar[str] = LANTIAN_VERBS + "decided-on-erasing"
    object_type: ClassVar[str] = "roster.person"
    erasure_id: UUID
    state: str


@event
@dataclass(frozen=True, kw_only=True)
class PersonErased(Event):
    """What could be erased of a person is gone. `whole`: nothing but an id and a pseudonym is left; else the record had to stay.

    Whoever keeps data about people elsewhere erases theirs.
    """

    name: ClassVar[str] = "privacy.person_erased"
    verb: ClassVar[str] = LANTIAN_VERBS + "erased"
    object_type: ClassVar[str] = "roster.person"
    erasure_id: UUID
    whole: bool


@event
@dataclass(frozen=True, kw_only=True)
class RetentionSet(Event):
    """How long a kind of thing is kept was changed; the object is the unit of the officer who did."""

    name: ClassVar[str] = "privacy.retention_set"
    verb: ClassVar[str] = LANTIAN_VERBS + "set-retention"
    object_type: ClassVar[str] = "roster.organization"
    key: str
    amount: int
