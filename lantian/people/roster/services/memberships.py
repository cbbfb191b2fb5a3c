"""Belonging to a school and its classes, from a day to a day."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from lantian.kernel.events import acted_by, publish
from lantian.kernel.journal import services as journal
from lantian.kernel.rules import Actor, require
from lantian.people.roster import events
from lantian.people.roster.errors import AlreadyEnded, AlreadyMember, AlreadyMerged, BadDates, WrongClass
from lantian.people.roster.models import ClassGroup, Membership, Organization, Person
from lantian.people.roster.rules import may_manage_people


def not_merged(people: Iterable[UUID]) -> None:
    """Asked after a row that names these people was written. Raises AlreadyMerged.

    The new row's key holds theirs: a merge that was under way is over by now, and one to come waits and takes the row along.
    """
    if Person.objects.filter(pk__in=list(people), merged_into__isnull=False).exists():
        raise AlreadyMerged


@transaction.atomic
def add_membership(
    *,
    by: Actor,
    person: Person,
    organization: Organization,
    role: str,
    class_group: ClassGroup | None = None,
    subject: str = "",
    valid_from: date | None = None,
    valid_to: date | None = None,
) -> Membership:
    """Let a person belong to a unit (and a class of it) from `valid_from` (today) to `valid_to` (open), both included.

    Raises Denied, WrongClass, BadDates, AlreadyMember, AlreadyMerged.
    """
    require(may_manage_people, by, organization)
    if class_group is not None and class_group.organization_id != organization.pk:
        raise WrongClass
    start = valid_from or timezone.localdate()
    if valid_to and valid_to < start:
        raise BadDates
    try:
        with transaction.atomic():
            row = Membership.objects.create(
                person=person,
                organization=organization,
                class_group=class_group,
                role=role,
                subject=subject,
                valid_from=start,
                valid_to=valid_to,
            )
    except IntegrityError as error:
        raise AlreadyMember from error
    not_merged([person.pk])
    journal.record(
        "roster.membership_begun", person, by=by, organization=str(organization), role=role, valid_from=start
    )
    publish(
        events.MembershipBegun(
            object_id=row.pk,
            organization_id=organization.pk,
            person_id=person.pk,
            role=role,
            class_group_id=class_group.pk if class_group else None,
            **acted_by(by),
        )
    )
    return row


@transaction.atomic
def end_membership(
    membership: Membership, *, by: Actor, on: date | None = None, reason: str = "", end_reason: str = ""
) -> Membership:
    """End a membership with the day `on` (today) as its last. `reason` is in words, `end_reason` an EndReason.

    Raises Denied, AlreadyEnded, BadDates.
    """
    row = (
        Membership.objects.select_for_update(of=("self",))
        .select_related("organization", "person")
        .get(pk=membership.pk)
    )
    require(may_manage_people, by, row.organization)
    last = on or timezone.localdate()
    if row.valid_to and row.valid_to <= last:
        raise AlreadyEnded
    if last < row.valid_from:
        raise BadDates
    row.valid_to, row.end_reason = last, end_reason
    row.save(update_fields=["valid_to", "end_reason"])
    journal.record(
        "roster.membership_ended",
        row.person,
        by=by,
        organization=str(row.organization),
        role=row.role,
        valid_to=last,
        reason=reason,
    )
    publish(
        events.MembershipEnded(
            object_id=row.pk,
            organization_id=row.organization_id,
            person_id=row.person_id,
            ended_on=last,
            **acted_by(by),
        )
    )
    return row
