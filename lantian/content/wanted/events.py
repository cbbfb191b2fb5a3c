"""What happens to calls for resources, as facts for the data centre and for whoever tells people."""

from dataclasses import dataclass
from typing import ClassVar

from lantian.kernel.events import ACTIVITY_STREAMS, LANTIAN_VERBS, Event, event


@event
@dataclass(frozen=True, kw_only=True)
class CallOpened(Event):
    """Resources are asked for. Object: the call; context: title, subject, points, number, due_on."""

    name: ClassVar[str] = "wanted.opened"
    verb: ClassVar[str] = ACTIVITY_STREAMS + "request"
    object_type: ClassVar[str] = "wanted.call"


@event
@dataclass(frozen=True, kw_only=True)
class CallExtended(Event):
    """It goes on until a later day, or for more. Object: the call; context: title, number, due_on."""

    name: ClassVar[str] = "wanted.extended"
    verb: ClassVar[str] = ACTIVITY_STREAMS + "update"
    object_type: ClassVar[str] = "wanted.call"


@event
@dataclass(frozen=True, kw_only=True)
class CallEnded(Event):
    """It was fulfilled, closed or withdrawn. Object: the call; context: title, state, why."""

    name: ClassVar[str] = "wanted.ended"
    verb: ClassVar[str] = LANTIAN_VERBS + "ended"
    object_type: ClassVar[str] = "wanted.call"


@event
@dataclass(frozen=True, kw_only=True)
class CallAnswered(Event):
    """A resource was offered. Object: the answer; context: call, resource."""

    name: ClassVar[str] = "wanted.answered"
    verb: ClassVar[str] = "http://adlnet.gov/expapi/verbs/answered"
    object_type: ClassVar[str] = "wanted.answer"


@event
@dataclass(frozen=True, kw_only=True)
class AnswerDecided(Event):
    """It was accepted or declined. Object: the answer; result: success; context: call, resource, why."""

    name: ClassVar[str] = "wanted.decided"
    verb: ClassVar[str] = LANTIAN_VERBS + "decided"
    object_type: ClassVar[str] = "wanted.answer"
