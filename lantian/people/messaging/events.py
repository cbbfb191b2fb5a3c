"""Facts about notices."""

from dataclasses import dataclass
from typing import ClassVar

from lantian.kernel.events import LANTIAN_VERBS, Event, event


@event
@dataclass(frozen=True, kw_only=True)
class NoticeSent(Event):
    """Somebody told an audience something. Organisation: in whose name. Context: category, urgency."""

    name: ClassVar[str] = "messaging.notice_sent"
    verb: ClassVar[str] = LANTIAN_VERBS + "notified"
    object_type: ClassVar[str] = "messaging.notice"
