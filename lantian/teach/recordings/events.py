"""What happens to recordings, as facts for the data centre and for whoever tells people."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from lantian.kernel.events import ACTIVITY_STREAMS, LANTIAN_VERBS, Event, event


@event
@dataclass(frozen=True, kw_only=True)
class RecordingPublished(Event):
    """Others than its classes may see it. Object: the recording; context: lesson, title, audience, region."""

    name: ClassVar[str] = "recordings.published"
    verb: ClassVar[str] = ACTIVITY_STREAMS + "share"
    object_type: ClassVar[str] = "recordings.recording"
    lesson_id: UUID


@event
@dataclass(frozen=True, kw_only=True)
class RecordingWithdrawn(Event):
    """Nobody but those who manage it sees it any more. Object: the recording; context: lesson, title, reason."""

    name: ClassVar[str] = "recordings.withdrawn"
    verb: ClassVar[str] = ACTIVITY_STREAMS + "unshare"
    object_type: ClassVar[str] = "recordings.recording"
    lesson_id: UUID


@event
@dataclass(frozen=True, kw_only=True)
class RecordingMade(Event):
    """Something was made of it. Object: the recording; result: work, seconds, bytes."""

    name: ClassVar[str] = "recordings.made"
    verb: ClassVar[str] = LANTIAN_VERBS + "processed"
    object_type: ClassVar[str] = "recordings.recording"
