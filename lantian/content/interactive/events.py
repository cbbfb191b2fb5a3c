"""What happens in interactive packages, as facts for the data centre."""

from dataclasses import dataclass
from typing import ClassVar

from lantian.kernel.events import XAPI, Event, event


@event
@dataclass(frozen=True, kw_only=True)
class InteractiveFinished(Event):
    """Somebody came to the end of a package for the first time in an attempt. Object: the resource; result: completion, success
    (where it says so), score (scaled to 1), duration in seconds; context: version, attempt."""

    name: ClassVar[str] = "interactive.finished"
    verb: ClassVar[str] = XAPI + "completed"
    object_type: ClassVar[str] = "resources.resource"
