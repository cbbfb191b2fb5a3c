"""Roles given and taken."""

from datetime import date, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from lantian.kernel.events import acted_by, publish
from lantian.kernel.journal import services as journal
from lantian.kernel.rules import SYSTEM, Actor, require
from lantian.people.roster import events
from lantian.people.roster.errors import AlreadyEnded, AlreadyGranted, BadDates, ReasonNeeded
from lantian.people.roster.models import Organization, Person, RoleGrant
from lantian.people.roster.rules import may_grant, may_revoke_grant

SHORTEST_REASON = 4
NEAR = timedelta(days=30)  # how long before its end a role is announced


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


@transaction.atomic
def extend_role(grant: RoleGrant, *, valid_to: date | None, by: Actor) -> RoleGrant:
    """Let a role end on another day (None: open), later or earlier but not before today. Who could give it anew may.

    Raises Denied, AlreadyEnded, BadDates, AlreadyGranted (the role is given anew within those days).
    """
    _hold_own_grant(by)
    row = RoleGrant.objects.select_for_update(of=("self",)).select_related("organization", "person").get(pk=grant.pk)
    today = timezone.localdate()
    if row.revoked_at is not None or (row.valid_to and row.valid_to < today):
        raise AlreadyEnded  # said first: whose only office has ended is nobody's to see, which would be no help
    require(may_grant, by, row.person, row.role, row.organization, valid_to)
    if valid_to and (valid_to < today or valid_to < row.valid_from):
        raise BadDates
    others = RoleGrant.objects.filter(person=row.person_id, role=row.role, organization=row.organization_id)
    later = others.filter(revoked_at__isnull=True, valid_from__gt=row.valid_from).exclude(pk=row.pk)
    if (later.filter(valid_from__lte=valid_to) if valid_to else later).exists():
        raise AlreadyGranted
    before, row.valid_to = row.valid_to, valid_to
    row.save(update_fields=["valid_to"])
    for about in (row, row.person):
        journal.record(
            "roster.grant_extended",
            about,
            by=by,
            role=row.role,
            organization=row.organization.name,
            before=before,
            valid_to=valid_to,
        )
    publish(
        events.GrantExtended(
            object_id=row.pk,
            organization_id=row.organization_id,
            person_id=row.person_id,
            valid_to=valid_to,
            **acted_by(by),
        )
    )
    return row


def watch_grants() -> tuple[int, int]:
    """Announce roles that end within the month (once for each last day) and those that have ended. Safe to repeat.

    A role ends by its date alone, whether this runs or not; this says so. Returns how many were announced, how many ended.
    """
    today = timezone.localdate()
    running = RoleGrant.objects.filter(revoked_at__isnull=True, expired_at__isnull=True, valid_to__isnull=False)
    near = running.filter(valid_to__range=(today, today + NEAR)).exclude(announced_for=F("valid_to"))
    over = running.filter(valid_to__lt=today)
    announced = [pk for pk in near.values_list("pk", flat=True) if _announce(pk, today)]
    ended = [pk for pk in over.values_list("pk", flat=True) if _announce(pk, today)]
    return len(announced), len(ended)


@transaction.atomic
def _announce(pk: UUID, today: date) -> bool:
    row = RoleGrant.objects.select_for_update(of=("self",)).select_related("person", "organization").get(pk=pk)
    last = row.valid_to
    if row.revoked_at or row.expired_at or last is None or last > today + NEAR:
        return False  # changed since it was found
    facts = {
        "object_id": row.pk,
        "organization_id": row.organization_id,
        "person_id": row.person_id,
        "role": row.role,
        **acted_by(SYSTEM),
    }
    if last < today:
        row.expired_at = timezone.now()
        publish(events.GrantExpired(**facts))
        action = "roster.grant_expired"
    else:
        row.announced_for = last
        publish(events.GrantExpiring(valid_to=last, **facts))
        action = "roster.grant_expiring"
    row.save(update_fields=["expired_at", "announced_for"])
    journal.record(action, row.person, by=SYSTEM, role=row.role, organization=row.organization.name, valid_to=last)
    return True
