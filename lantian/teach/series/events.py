"""What happens to series, as facts for the data centre and for whoever tells people."""

from dataclasses import dataclass
from typing import ClassVar

from lantian.kernel.events import ACTIVITY_STREAMS, LANTIAN_VERBS, Event, event


@event
@dataclass(frozen=True, kw_only=True)
class SeriesPublished(Event):
    """A series can be followed. Object: the series; context: title, kind, access, lessons (how many)."""

    name: ClassVar[str] = "series.published"
    verb: ClassVar[str] = ACTIVITY_STREAMS + "share"
    object_type: ClassVar[str] = "series.series"


@event
@dataclass(frozen=True, kw_only=True)
class SeriesClosed(Event):
    """It was taken down. Object: the series."""

    name: ClassVar[str] = "series.closed"
    verb: ClassVar[str] = ACTIVITY_STREAMS + "unshare"
    object_type: ClassVar[str] = "series.series"


@event
@dataclass(frozen=True, kw_only=True)
class LessonSoon(Event):
    """A lesson of a series begins in a moment. Object: the lesson's place in the series."""

    name: ClassVar[str] = "series.lesson_soon"
    verb: ClassVar[str] = LANTIAN_VERBS + "announced"
    object_type: ClassVar[str] = "series.serieslesson"


@event
@dataclass(frozen=True, kw_only=True)
class LessonChanged(Event):
    """A lesson of published series is not held, or not when its followers thought. Object: the lesson; context: before (when it
    was to begin; None: not at all), reason, classes_told (whether its classes are told of it by the timetable)."""

    name: ClassVar[str] = "series.lesson_changed"
    verb: ClassVar[str] = ACTIVITY_STREAMS + "update"
    object_type: ClassVar[str] = "schedule.lesson"
