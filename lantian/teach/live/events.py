"""What happens around live lessons, as facts for the data centre."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from lantian.kernel.events import ACTIVITY_STREAMS, LANTIAN_VERBS, XAPI, Event, event


@event
@dataclass(frozen=True, kw_only=True)
class LiveSessionStarted(Event):
    """The first picture arrived. Object: the session; context: lesson, title, subject, grade, receivers."""

    name: ClassVar[str] = "live.session_started"
    verb: ClassVar[str] = ACTIVITY_STREAMS + "start"
    object_type: ClassVar[str] = "live.livesession"
    lesson_id: UUID


@event
@dataclass(frozen=True, kw_only=True)
class LiveSessionEnded(Event):
    """Object: the session. Result: seconds recorded, reason, and xAPI `duration` (ISO 8601)."""

    name: ClassVar[str] = "live.session_ended"
    verb: ClassVar[str] = XAPI + "terminated"
    object_type: ClassVar[str] = "live.livesession"
    lesson_id: UUID


@event
@dataclass(frozen=True, kw_only=True)
class AttendanceClosed(Event):
    """A class or a person was there. Object: the session; actor: the person, or none for a class (named in context).

    Result: `duration` (ISO 8601), `completion` (at least 80 % of the lesson), seconds, planned_seconds, stalls.
    """

    name: ClassVar[str] = "live.attendance_closed"
    verb: ClassVar[str] = XAPI + "attended"
    object_type: ClassVar[str] = "live.livesession"
    lesson_id: UUID
    class_group_id: UUID | None = None


@event
@dataclass(frozen=True, kw_only=True)
class PagesUploaded(Event):
    """Object: the upload; result: pages."""

    name: ClassVar[str] = "live.pages_uploaded"
    verb: ClassVar[str] = LANTIAN_VERBS + "uploaded"
    object_type: ClassVar[str] = "live.pageupload"
