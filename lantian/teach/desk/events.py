"""What is decided at the desk, as facts for the data centre and for whoever tells people."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from lantian.kernel.events import ACTIVITY_STREAMS, LANTIAN_VERBS, Event, event


@event
@dataclass(frozen=True, kw_only=True)
class AttendanceCorrected(Event):
    """A person put right whether a class was there. Object: the lesson; organisation: the class's school. Result: `completion`
    (true, false, or absent when the measured word holds again); context: class, reason."""

    name: ClassVar[str] = "desk.attendance_corrected"
    verb: ClassVar[str] = ACTIVITY_STREAMS + "update"
    object_type: ClassVar[str] = "schedule.lesson"
    class_group_id: UUID


@event
@dataclass(frozen=True, kw_only=True)
class HeadsCounted(Event):
    """The assistant confirmed how many pupils sat in the room. Object: the lesson; result: present, expected."""

    name: ClassVar[str] = "desk.heads_counted"
    verb: ClassVar[str] = LANTIAN_VERBS + "counted"
    object_type: ClassVar[str] = "schedule.lesson"
    class_group_id: UUID


@event
@dataclass(frozen=True, kw_only=True)
class TicketRaised(Event):
    """Somebody in a room reported a fault. Object: the ticket; organisation: the school. Context: kind, number, desk, lesson."""

    name: ClassVar[str] = "desk.ticket_raised"
    verb: ClassVar[str] = ACTIVITY_STREAMS + "flag"
    object_type: ClassVar[str] = "desk.ticket"


@event
@dataclass(frozen=True, kw_only=True)
class TicketMoved(Event):
    """Its state or its desk changed. Object: the ticket. Context: act, number, state, desk, raised_by (a person's id or none)."""

    name: ClassVar[str] = "desk.ticket_moved"
    verb: ClassVar[str] = ACTIVITY_STREAMS + "update"
    object_type: ClassVar[str] = "desk.ticket"
