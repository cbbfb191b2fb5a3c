"""What happens to resources, as facts for the data centre and for whoever tells people."""

from dataclasses import dataclass
from typing import ClassVar

from lantian.kernel.events import ACTIVITY_STREAMS, LANTIAN_VERBS, XAPI, Event, event


@event
@dataclass(frozen=True, kw_only=True)
class ResourceSubmitted(Event):
    """A version was handed in. Object: the resource; context: version (its number), reach, kind."""

    name: ClassVar[str] = "resources.submitted"
    verb: ClassVar[str] = ACTIVITY_STREAMS + "submit"
    object_type: ClassVar[str] = "resources.resource"


@event
@dataclass(frozen=True, kw_only=True)
class ResourcePublished(Event):
    """A version is there for those whom it is for. Object: the resource; context: version, reach, kind, title."""

    name: ClassVar[str] = "resources.published"
    verb: ClassVar[str] = ACTIVITY_STREAMS + "share"
    object_type: ClassVar[str] = "resources.resource"


@event
@dataclass(frozen=True, kw_only=True)
class ResourceWithdrawn(Event):
    """It was taken down. Object: the resource; context: words (why)."""

    name: ClassVar[str] = "resources.withdrawn"
    verb: ClassVar[str] = ACTIVITY_STREAMS + "unshare"
    object_type: ClassVar[str] = "resources.resource"


@event
@dataclass(frozen=True, kw_only=True)
class ResourceDownloaded(Event):
    """Somebody took the file away. Object: the resource; context: version."""

    name: ClassVar[str] = "resources.downloaded"
    verb: ClassVar[str] = "http://id.tincanapi.com/verb/downloaded"
    object_type: ClassVar[str] = "resources.resource"


@event
@dataclass(frozen=True, kw_only=True)
class ResourceRated(Event):
    """Somebody said what it is worth. Object: the resource; result: score (scaled to 1)."""

    name: ClassVar[str] = "resources.rated"
    verb: ClassVar[str] = "http://id.tincanapi.com/verb/rated"
    object_type: ClassVar[str] = "resources.resource"


@event
@dataclass(frozen=True, kw_only=True)
class FaultReported(Event):
    """Somebody said what is wrong with it. Object: the fault; context: resource, kind."""

    name: ClassVar[str] = "resources.fault_reported"
    verb: ClassVar[str] = LANTIAN_VERBS + "reported"
    object_type: ClassVar[str] = "resources.fault"


@event
@dataclass(frozen=True, kw_only=True)
class UploadSettled(Event):
    """A file that was sent has been looked at. Object: the upload; result: state, kind."""

    name: ClassVar[str] = "resources.upload_settled"
    verb: ClassVar[str] = XAPI + "completed"
    object_type: ClassVar[str] = "resources.upload"
