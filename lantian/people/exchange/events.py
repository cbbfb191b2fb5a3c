"""Facts of the exchange."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from lantian.kernel.events import LANTIAN_VERBS, XAPI, Event, event


@event
@dataclass(frozen=True, kw_only=True)
class ImportApplied(Event):
    """A file's records are in the roster; `counts` per entity and action."""

    name: ClassVar[str] = "exchange.import_applied"
    verb: ClassVar[str] = XAPI + "imported"
    object_type: ClassVar[str] = "exchange.importrun"
    counts: Mapping[str, Any] = field(default_factory=dict)


@event
@dataclass(frozen=True, kw_only=True)
class ImportFailed(Event):
    """A file could not be taken in; nothing of it is in the roster. `fault`: why, by its code."""

    name: ClassVar[str] = "exchange.import_failed"
    verb: ClassVar[str] = LANTIAN_VERBS + "failed"
    object_type: ClassVar[str] = "exchange.importrun"
    fault: str = ""


@event
@dataclass(frozen=True, kw_only=True)
class RosterExported(Event):
    """Records left as a file; `counts` per entity."""

    name: ClassVar[str] = "exchange.roster_exported"
    verb: ClassVar[str] = XAPI + "shared"
    object_type: ClassVar[str] = "exchange.export"
    counts: Mapping[str, Any] = field(default_factory=dict)
