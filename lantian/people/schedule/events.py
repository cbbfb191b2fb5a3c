"""What happens to alliances and lessons."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from lantian.kernel.events import ACTIVITY_STREAMS, LANTIAN_VERBS, Event, event


@event
@dataclass(frozen=True, kw_only=True)
class AllianceCreated(Event):
    """Object: the alliance; organisation: its lead."""

    name: ClassVar[str] = "schedule.alliance_created"
    verb: ClassVar[str] = ACTIVITY_STREAMS + "create"
    object_type: ClassVar[str] = "schedule.alliance"


@event
@dataclass(frozen=True, kw_only=True)
class AllianceJoined(Event):
    """Object: the alliance; organisation: the school that came in. Context: part."""

    name: ClassVar[str] = "schedule.alliance_joined"
    verb: ClassVar[str] = ACTIVITY_STREAMS + "join"
    object_type: ClassVar[str] = "schedule.alliance"


@event
@dataclass(frozen=True, kw_only=True)
class LessonPlanned(Event):
    """Object: the lesson. Context: title, subject, grade, starts_at, ends_at, receivers (class ids)."""

    name: ClassVar[str] = "schedule.lesson_planned"
    verb: ClassVar[str] = LANTIAN_VERBS + "planned"
    object_type: ClassVar[str] = "schedule.lesson"
    teacher_id: UUID


@event
@dataclass(frozen=True, kw_only=True)
class LessonRescheduled(Event):
    """Object: the lesson. Context: old and new starts_at, ends_at."""

    name: ClassVar[str] = "schedule.lesson_rescheduled"
    verb: ClassVar[str] = ACTIVITY_STREAMS + "update"
    object_type: ClassVar[str] = "schedule.lesson"


@event
@dataclass(frozen=True, kw_only=True)
class LessonHandedOver(Event):
    """Another teacher teaches it from now on. Object: the lesson. Context: before (who taught it), teacher, running (its
    state), reason."""

    name: ClassVar[str] = "schedule.lesson_handed_over"
    verb: ClassVar[str] = LANTIAN_VERBS + "handed-over"
    object_type: ClassVar[str] = "schedule.lesson"
    teacher_id: UUID


@event
@dataclass(frozen=True, kw_only=True)
class LessonCancelled(Event):
    """Object: the lesson. Context: reason (BY_TIMETABLE: the timetable did it); alliance, when that has ended or was left."""

    name: ClassVar[str] = "schedule.lesson_cancelled"
    verb: ClassVar[str] = ACTIVITY_STREAMS + "cancel"
    object_type: ClassVar[str] = "schedule.lesson"


@event
@dataclass(frozen=True, kw_only=True)
class LessonsMade(Event):
    """Object: the sending school whose lessons were made or followed its timetable. Context: first, last, lessons (how many)."""

    name: ClassVar[str] = "schedule.lessons_made"
    verb: ClassVar[str] = LANTIAN_VERBS + "planned"
    object_type: ClassVar[str] = "roster.organization"


@event
@dataclass(frozen=True, kw_only=True)
class TimetablePublished(Event):
    """Object: the timetable; organisation: its school. Context: first, last day."""

    name: ClassVar[str] = "schedule.timetable_published"
    verb: ClassVar[str] = ACTIVITY_STREAMS + "create"
    object_type: ClassVar[str] = "schedule.timetable"


@event
@dataclass(frozen=True, kw_only=True)
class TimetableChanged(Event):
    """Object: the change of one day; organisation: its school. Context: kind (ChangeKind, or TAKEN_BACK), day, entry, period,
    class, subject, teacher (who had it), substitute, to_day, to_period, reason."""

    name: ClassVar[str] = "schedule.timetable_changed"
    verb: ClassVar[str] = ACTIVITY_STREAMS + "update"
    object_type: ClassVar[str] = "schedule.timetablechange"


@event
@dataclass(frozen=True, kw_only=True)
class ClassesPaired(Event):
    """Object: the alliance; organisation: the receiving class's school. Context: subject, sender, receiver (class ids)."""

    name: ClassVar[str] = "schedule.classes_paired"
    verb: ClassVar[str] = ACTIVITY_STREAMS + "add"
    object_type: ClassVar[str] = "schedule.alliance"


@event
@dataclass(frozen=True, kw_only=True)
class SchoolInvited(Event):
    """A school is asked to join. Object: the invitation; organisation: the school asked.

    Context: alliance, name, part, deadline."""

    name: ClassVar[str] = "schedule.school_invited"
    verb: ClassVar[str] = ACTIVITY_STREAMS + "invite"
    object_type: ClassVar[str] = "schedule.invitation"


@event
@dataclass(frozen=True, kw_only=True)
class InvitationAnswered(Event):
    """Accepted, declined, expired or taken back. Object: the invitation; organisation: the alliance's lead.

    Context: alliance, name, school, state, reason."""

    name: ClassVar[str] = "schedule.invitation_answered"
    verb: ClassVar[str] = LANTIAN_VERBS + "answered"
    object_type: ClassVar[str] = "schedule.invitation"


@event
@dataclass(frozen=True, kw_only=True)
class AllianceLeft(Event):
    """A school leaves. Object: the alliance; organisation: the school. Context: name, last (day), reason, lessons (cancelled),
    classes, teachers and heads (ids of those concerned)."""

    name: ClassVar[str] = "schedule.alliance_left"
    verb: ClassVar[str] = ACTIVITY_STREAMS + "leave"
    object_type: ClassVar[str] = "schedule.alliance"


@event
@dataclass(frozen=True, kw_only=True)
class AllianceEnded(Event):
    """An alliance ends, before its time or with it. Object: the alliance; organisation: its lead. Context: name, last, reason,
    lessons (cancelled); before its time also classes, teachers and heads (ids of those concerned)."""

    name: ClassVar[str] = "schedule.alliance_ended"
    verb: ClassVar[str] = ACTIVITY_STREAMS + "terminate"
    object_type: ClassVar[str] = "schedule.alliance"
