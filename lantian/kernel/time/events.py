"""What happens to calendars."""

from dataclasses import dataclass
from typing import ClassVar

from lantian.kernel.events import ACTIVITY_STREAMS, Event, event


@event
@dataclass(frozen=True, kw_only=True)
class CalendarChanged(Event):
    """Terms, holidays or shifted working days of an organisation (None: of the nation) were set or taken back.

    Object: a row of it. Context: first, last (the days concerned).
    """

    name: ClassVar[str] = "time.calendar_changed"
    verb: ClassVar[str] = ACTIVITY_STREAMS + "update"
    object_type: ClassVar[str] = "time.calendar"
