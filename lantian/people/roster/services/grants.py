"""Roles given and taken."""

from datetime import date

from django.db import IntegrityError, transaction
from django.utils import timezone

from lantian.kernel.events import acted_by, publish
from lantian.kernel.journal import services as journal
from lantian.kernel.rules import Actor, require
from lantian.people.roster import events
from lantian.people.roster.errors import AlreadyEnded, AlreadyGranted, BadDates, ReasonNeeded
from lantian.people.roster.models import Organization, Person, RoleGrant
from lantian.people.roster.rules import may_grant, may_revoke_grant

SHORTEST_REASON = 4


def _hold_own_grant(by: Actor) -> None:
    """Keep the grant acted under from being revoked until this transaction ends: a role is not given out of a lost one."""
    if by.grant is not None:
        list(RoleGrant.objects.select_for_update(of=("self",)).filter(pk=by.grant.id))


@transaction.atomic
def grant_role(
    *,
    by: Actor,
    person: Person,
    role: str,
    organization: Organization,
    valid_from: date | None = None,
    valid_to: date | None = None,
) -> RoleGrant:
    """Give `role` at `organization` from `valid_from` (today) to `valid_to` (open), both days included.

    Raises Denied with the reason, BadDates, AlreadyGranted.
    """
    _hold_own_grant(by)
    # one person's grants are given one after another, so that a second click finds the first one's
    Person.objects.select_for_update().get(pk=person.pk)
    place = Organization.objects.get(pk=organization.pk)
    require(may_grant, by, person, role, place, valid_to)
    today = timezone.localdate()
    start = valid_from or today
    if valid_to and (valid_to < start or valid_to < today):
        raise BadDates
    same = RoleGrant.objects.filter(person=person, role=role, organization=place, revoked_at__isnull=True)
    if same.exclude(valid_to__lt=start).exists():
        raise AlreadyGranted
    try:
        with transaction.atomic():
            row = RoleGrant.objects.create(
                person=person,
                role=role,
                organization=place,
                valid_from=start,
                valid_to=valid_to,
                granted_by_id=by.person_id,
            )
    except IntegrityError as error:
        raise AlreadyGranted from error
    journal.record(
        "roster.grant_given",
        row,
        by=by,
        people=[person.pk],
        person=person.name,
        role=role,
        organization=place.name,
        valid_to=valid_to,
    )
    journal.record("roster.grant_given", person, by=by, role=role, organization=place.name, valid_to=valid_to)
    publish(
        events.GrantGiven(object_id=row.pk, organization_id=place.pk, person_id=person.pk, role=role, **acted_by(by))
    )
    return row


@transaction.atomic
def revoke_role(grant: RoleGrant, *, by: Actor, reason: str) -> RoleGrant:
    """Take a role back at once; who, when and why stay on record. Raises Denied, ReasonNeeded, AlreadyEnded."""
    if len(reason.strip()) < SHORTEST_REASON:
        raise ReasonNeeded
    _hold_own_grant(by)
    row = RoleGrant.objects.select_for_update(of=("self",)).select_related("organization", "person").get(pk=grant.pk)
    require(may_revoke_grant, by, row)
    if row.revoked_at is not None or (row.valid_to and row.valid_to < timezone.localdate()):
        raise AlreadyEnded
    row.revoked_at = timezone.now()
    row.revoked_by_id = by.person_id
    row.reason = reason.strip()[:200]
    row.save(update_fields=["revoked_at", "revoked_by", "reason"])
    journal.record("roster.grant_revoked", row, by=by, reason=row.reason)
    journal.record(
        "roster.grant_revoked", row.person, by=by, role=row.role, organization=row.organization.name, reason=row.reason
    )
    publish(
        events.GrantRevoked(
            object_id=row.pk,
            organization_id=row.organization_id,
            person_id=row.person_id,
            role=row.role,
            **acted_by(by),
        )
    )
    return row
