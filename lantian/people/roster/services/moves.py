"""Students from one class of a school to another."""

from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from lantian.kernel.events import acted_by, publish
from lantian.kernel.journal import services as journal
from lantian.kernel.rules import Actor, require
from lantian.people.roster import events
from lantian.people.roster.enums import EndReason, MemberRole, OrganizationKind
from lantian.people.roster.errors import AlreadyMember, NobodyPicked, WrongClass
from lantian.people.roster.models import ClassGroup, Membership, Organization, valid_on
from lantian.people.roster.rules import may_manage_people


def _same_school(one: Organization, other: Organization) -> bool:
    """Whether both are the same unit, or lie in one school with its campuses and teaching points."""
    if one.pk == other.pk:
        return True
    schools = Organization.objects.filter(kind=OrganizationKind.SCHOOL)
    return schools.filter(path__above=one.path).filter(path__above=other.path).exists()


@transaction.atomic
def move_students(
    people: Sequence[UUID], *, source: ClassGroup, target: ClassGroup, by: Actor, reason: str = ""
) -> int:
    """Move students of `source` to `target`, from today on; returns how many. Who began only today is moved without a trace.

    Raises Denied, WrongClass (another school's, or one that is closed), NobodyPicked, AlreadyMember (then nobody moves).
    """
    require(may_manage_people, by, source.organization)
    require(may_manage_people, by, target.organization)
    if source.pk == target.pk or not target.is_active or not _same_school(source.organization, target.organization):
        raise WrongClass
    today = timezone.localdate()
    rows = list(
        Membership.objects.select_for_update(of=("self",))
        .filter(valid_on(today), class_group=source, role=MemberRole.STUDENT, person__in=list(people))
        .select_related("person")
        .order_by("pk")
    )
    if not rows:
        raise NobodyPicked
    fresh = [row for row in rows if row.valid_from >= today]
    older = [row for row in rows if row.valid_from < today]
    try:
        with transaction.atomic():
            _rebook(fresh, target)
            _end_yesterday(older, today)
            Membership.objects.bulk_create(
                [
                    Membership(
                        person_id=row.person_id,
                        organization_id=target.organization_id,
                        class_group=target,
                        role=MemberRole.STUDENT,
                        valid_from=today,
                    )
                    for row in older
                ],
                batch_size=1000,
            )
    except IntegrityError as error:
        raise AlreadyMember from error
    journal.record_many(
        "roster.student_moved",
        [row.person for row in rows],
        by=by,
        source=str(source),
        target=str(target),
        reason=reason.strip()[:200],
    )
    publish(
        events.StudentsMoved(
            object_id=target.pk,
            organization_id=target.organization_id,
            from_class_id=source.pk,
            count=len(rows),
            **acted_by(by),
        )
    )
    return len(rows)


def _rebook(rows: list[Membership], target: ClassGroup) -> None:
    Membership.objects.filter(pk__in=[row.pk for row in rows]).update(
        class_group=target, organization_id=target.organization_id
    )


def _end_yesterday(rows: list[Membership], today: date) -> None:
    Membership.objects.filter(pk__in=[row.pk for row in rows]).update(
        valid_to=today - timedelta(days=1), end_reason=EndReason.MOVED
    )
