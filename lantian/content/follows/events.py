"""What happens with what people follow, as facts."""

from dataclasses import dataclass
from typing import ClassVar

from lantian.kernel.events import LANTIAN_VERBS, Event, event


@event
@dataclass(frozen=True, kw_only=True)
class NewsGathered(Event):
    """A day's news for a part of those who follow something. Object: the gathering; context: part, parts. Names nobody."""

    name: ClassVar[str] = "follows.gathered"
    verb: ClassVar[str] = LANTIAN_VERBS + "gathered"
    object_type: ClassVar[str] = "follows.gathering"
