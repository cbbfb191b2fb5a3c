"""What happens to applications, as facts for the data centre and for whoever tells people."""

from dataclasses import dataclass
from typing import ClassVar

from lantian.kernel.events import ACTIVITY_STREAMS, LANTIAN_VERBS, XAPI, Event, event


@event
@dataclass(frozen=True, kw_only=True)
class TaskOpened(Event):
    """Somebody has to decide. Object: the task; context: application, step, role."""

    name: ClassVar[str] = "workflow.task_opened"
    verb: ClassVar[str] = LANTIAN_VERBS + "assigned"
    object_type: ClassVar[str] = "workflow.task"


@event
@dataclass(frozen=True, kw_only=True)
class TaskOverdue(Event):
    """A decision is late; said once a working day. Object: the task; context: application, days (how many it is late)."""

    name: ClassVar[str] = "workflow.task_overdue"
    verb: ClassVar[str] = LANTIAN_VERBS + "announced"
    object_type: ClassVar[str] = "workflow.task"


@event
@dataclass(frozen=True, kw_only=True)
class ApplicationSubmitted(Event):
    """An application was handed in, for the first time or again. Object: the application; context: workflow, round."""

    name: ClassVar[str] = "workflow.application_submitted"
    verb: ClassVar[str] = ACTIVITY_STREAMS + "submit"
    object_type: ClassVar[str] = "workflow.application"


@event
@dataclass(frozen=True, kw_only=True)
class ApplicationReturned(Event):
    """It waits for its applicant again. Object: the application; context: step, words."""

    name: ClassVar[str] = "workflow.application_returned"
    verb: ClassVar[str] = LANTIAN_VERBS + "returned"
    object_type: ClassVar[str] = "workflow.application"


@event
@dataclass(frozen=True, kw_only=True)
class ApplicationSettled(Event):
    """It is decided for good, or withdrawn. Object: the application; result: state; context: workflow, words."""

    name: ClassVar[str] = "workflow.application_settled"
    verb: ClassVar[str] = XAPI + "completed"
    object_type: ClassVar[str] = "workflow.application"
