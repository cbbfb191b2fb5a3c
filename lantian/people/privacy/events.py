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
