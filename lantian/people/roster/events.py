"""Facts of the roster."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar
from uuid import UUID

from lantian.kernel.events import ACTIVITY_STREAMS, LANTIAN_VERBS, XAPI, Event, event


@event
@dataclass(frozen=True, kw_only=True)
class OrganizationCreated(Event):
    name: ClassVar[str] = "roster.organization_created"
    verb: ClassVar[str] = ACTIVITY_STREAMS + "create"
    object_type: ClassVar[str] = "roster.organization"
    kind: str = ""
    parent_id: UUID | None = None


@event
@dataclass(frozen=True, kw_only=True)
class OrganizationsImported(Event):
    """Many at once; the object is the first of them."""

    name: ClassVar[str] = "roster.organizations_imported"
    verb: ClassVar[str] = XAPI + "imported"
    object_type: ClassVar[str] = "roster.organization"
    count: int = 0


@event
@dataclass(frozen=True, kw_only=True)
class OrganizationUpdated(Event):
    name: ClassVar[str] = "roster.organization_updated"
    verb: ClassVar[str] = ACTIVITY_STREAMS + "update"
    object_type: ClassVar[str] = "roster.organization"


@event
@dataclass(frozen=True, kw_only=True)
class OrganizationMoved(Event):
    name: ClassVar[str] = "roster.organization_moved"
    verb: ClassVar[str] = ACTIVITY_STREAMS + "update"
    object_type: ClassVar[str] = "roster.organization"
    old_parent_id: UUID | None = None
    new_parent_id: UUID | None = None


@event
@dataclass(frozen=True, kw_only=True)
class OrganizationDeactivated(Event):
    name: ClassVar[str] = "roster.organization_deactivated"
    verb: ClassVar[str] = ACTIVITY_STREAMS + "deactivate"
    object_type: ClassVar[str] = "roster.organization"


@event
@dataclass(frozen=True, kw_only=True)
class ClassGroupCreated(Event):
    name: ClassVar[str] = "roster.class_group_created"
    verb: ClassVar[str] = ACTIVITY_STREAMS + "create"
    object_type: ClassVar[str] = "roster.classgroup"


@event
@dataclass(frozen=True, kw_only=True)
class ClassGroupsImported(Event):
    """Many at once; the object is the first of them."""

    name: ClassVar[str] = "roster.class_groups_imported"
    verb: ClassVar[str] = XAPI + "imported"
    object_type: ClassVar[str] = "roster.classgroup"
    count: int = 0


@event
@dataclass(frozen=True, kw_only=True)
class PersonRegistered(Event):
    name: ClassVar[str] = "roster.person_registered"
    verb: ClassVar[str] = XAPI + "registered"
    object_type: ClassVar[str] = "roster.person"


@event
@dataclass(frozen=True, kw_only=True)
class PeopleImported(Event):
    """Many at once; the object is the first of them."""

    name: ClassVar[str] = "roster.people_imported"
    verb: ClassVar[str] = XAPI + "imported"
    object_type: ClassVar[str] = "roster.person"
    count: int = 0


@event
@dataclass(frozen=True, kw_only=True)
class PersonUpdated(Event):
    name: ClassVar[str] = "roster.person_updated"
    verb: ClassVar[str] = ACTIVITY_STREAMS + "update"
    object_type: ClassVar[str] = "roster.person"


@event
@dataclass(frozen=True, kw_only=True)
class PrivateFactRevealed(Event):
    """Somebody read an unmasked phone or citizen number; `what` says which, never the value."""

    name: ClassVar[str] = "roster.private_fact_revealed"
    verb: ClassVar[str] = XAPI + "experienced"
    object_type: ClassVar[str] = "roster.person"
    what: str = ""


@event
@dataclass(frozen=True, kw_only=True)
class MembershipBegun(Event):
    name: ClassVar[str] = "roster.membership_begun"
    verb: ClassVar[str] = ACTIVITY_STREAMS + "join"
    object_type: ClassVar[str] = "roster.membership"
    person_id: UUID | None = None
    role: str = ""
    class_group_id: UUID | None = None


@event
@dataclass(frozen=True, kw_only=True)
class MembershipEnded(Event):
    name: ClassVar[str] = "roster.membership_ended"
    verb: ClassVar[str] = ACTIVITY_STREAMS + "leave"
    object_type: ClassVar[str] = "roster.membership"
    person_id: UUID | None = None
    ended_on: date | None = None


@event
@dataclass(frozen=True, kw_only=True)
class GrantGiven(Event):
    name: ClassVar[str] = "roster.grant_given"
    verb: ClassVar[str] = ACTIVITY_STREAMS + "assign"
    object_type: ClassVar[str] = "roster.rolegrant"
    person_id: UUID | None = None
    role: str = ""


@event
@dataclass(frozen=True, kw_only=True)
class GrantRevoked(Event):
    name: ClassVar[str] = "roster.grant_revoked"
    verb: ClassVar[str] = ACTIVITY_STREAMS + "remove"
    object_type: ClassVar[str] = "roster.rolegrant"
    person_id: UUID | None = None
    role: str = ""


@event
@dataclass(frozen=True, kw_only=True)
class GrantExtended(Event):
    name: ClassVar[str] = "roster.grant_extended"
    verb: ClassVar[str] = ACTIVITY_STREAMS + "update"
    object_type: ClassVar[str] = "roster.rolegrant"
    person_id: UUID | None = None
    valid_to: date | None = None


@event
@dataclass(frozen=True, kw_only=True)
class GrantExpiring(Event):
    """A role ends within the month; announced once for each last day."""

    name: ClassVar[str] = "roster.grant_expiring"
    verb: ClassVar[str] = LANTIAN_VERBS + "expiring"
    object_type: ClassVar[str] = "roster.rolegrant"
    person_id: UUID | None = None
    role: str = ""
    valid_to: date | None = None


@event
@dataclass(frozen=True, kw_only=True)
class GrantExpired(Event):
    name: ClassVar[str] = "roster.grant_expired"
    verb: ClassVar[str] = LANTIAN_VERBS + "expired"
    object_type: ClassVar[str] = "roster.rolegrant"
    person_id: UUID | None = None
    role: str = ""


@event
@dataclass(frozen=True, kw_only=True)
class GuardianBound(Event):
    name: ClassVar[str] = "roster.guardian_bound"
    verb: ClassVar[str] = ACTIVITY_STREAMS + "make-friend"
    object_type: ClassVar[str] = "roster.guardianship"
    guardian_id: UUID | None = None
    student_id: UUID | None = None


@event
@dataclass(frozen=True, kw_only=True)
class GuardiansImported(Event):
    """Many at once; the object is the first tie."""

    name: ClassVar[str] = "roster.guardians_imported"
    verb: ClassVar[str] = XAPI + "imported"
    object_type: ClassVar[str] = "roster.guardianship"
    count: int = 0


@event
@dataclass(frozen=True, kw_only=True)
class GuardianReleased(Event):
    name: ClassVar[str] = "roster.guardian_released"
    verb: ClassVar[str] = ACTIVITY_STREAMS + "remove-friend"
    object_type: ClassVar[str] = "roster.guardianship"
    guardian_id: UUID | None = None
    student_id: UUID | None = None


@event
@dataclass(frozen=True, kw_only=True)
class SchoolPromoted(Event):
    """All classes of a school moved up a year; its last grades graduated."""

    name: ClassVar[str] = "roster.school_promoted"
    verb: ClassVar[str] = LANTIAN_VERBS + "promoted"
    object_type: ClassVar[str] = "roster.organization"
    promotion_id: UUID | None = None
    school_year: int = 0


@event
@dataclass(frozen=True, kw_only=True)
class PromotionUndone(Event):
    name: ClassVar[str] = "roster.promotion_undone"
    verb: ClassVar[str] = XAPI + "voided"
    object_type: ClassVar[str] = "roster.organization"
    promotion_id: UUID | None = None


@event
@dataclass(frozen=True, kw_only=True)
class StudentsMoved(Event):
    """Students of one class are in another of the same school from now on; the object is the new class."""

    name: ClassVar[str] = "roster.students_moved"
    verb: ClassVar[str] = LANTIAN_VERBS + "moved"
    object_type: ClassVar[str] = "roster.class_group"
    from_class_id: UUID | None = None
    count: int = 0


@event
@dataclass(frozen=True, kw_only=True)
class ClassGroupsUpdated(Event):
    """Many at once; the object is the first of them."""

    name: ClassVar[str] = "roster.class_groups_updated"
    verb: ClassVar[str] = ACTIVITY_STREAMS + "update"
    object_type: ClassVar[str] = "roster.classgroup"
    count: int = 0


@event
@dataclass(frozen=True, kw_only=True)
class PeopleUpdated(Event):
    """Many at once; the object is the first of them."""

    name: ClassVar[str] = "roster.people_updated"
    verb: ClassVar[str] = ACTIVITY_STREAMS + "update"
    object_type: ClassVar[str] = "roster.person"
    count: int = 0


@event
@dataclass(frozen=True, kw_only=True)
class MembershipsImported(Event):
    """Many at once; the object is the first of them."""

    name: ClassVar[str] = "roster.memberships_imported"
    verb: ClassVar[str] = XAPI + "imported"
    object_type: ClassVar[str] = "roster.membership"
    count: int = 0


@event
@dataclass(frozen=True, kw_only=True)
class MembershipsUpdated(Event):
    """Many at once; the object is the first of them."""

    name: ClassVar[str] = "roster.memberships_updated"
    verb: ClassVar[str] = ACTIVITY_STREAMS + "update"
    object_type: ClassVar[str] = "roster.membership"
    count: int = 0


@event
@dataclass(frozen=True, kw_only=True)
class MembershipsEnded(Event):
    """Many at once; the object is the first of them."""

    name: ClassVar[str] = "roster.memberships_ended"
    verb: ClassVar[str] = ACTIVITY_STREAMS + "leave"
    object_type: ClassVar[str] = "roster.membership"
    count: int = 0


@event
@dataclass(frozen=True, kw_only=True)
class PeopleMerged(Event):
    """Two records were one human being; whoever keeps ids of people elsewhere follows."""

    name: ClassVar[str] = "roster.people_merged"
    verb: ClassVar[str] = LANTIAN_VERBS + "merged"
    object_type: ClassVar[str] = "roster.person"
    dropped_id: UUID | None = None


@event
@dataclass(frozen=True, kw_only=True)
class PeopleUnmerged(Event):
    name: ClassVar[str] = "roster.people_unmerged"
    verb: ClassVar[str] = XAPI + "voided"
    object_type: ClassVar[str] = "roster.person"
    dropped_id: UUID | None = None


@event
@dataclass(frozen=True, kw_only=True)
class BatchDone(Event):
    """One action was done to many people; each act announces itself besides."""

    name: ClassVar[str] = "roster.batch_done"
    verb: ClassVar[str] = XAPI + "completed"
    object_type: ClassVar[str] = "roster.batch"
    action: str = ""
    count: int = 0
