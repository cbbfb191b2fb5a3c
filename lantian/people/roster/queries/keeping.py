"""What it takes to keep accounts: where people belong and what they hold, for one or for thousands at once."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from uuid import UUID

from django.utils import timezone

from lantian.people.roster.models import Guardianship, Membership, valid_on
from lantian.people.roster.queries.visible import live_grants


@dataclass(slots=True)
class Ties:
    """Today's ties of one person. Paths are ltree texts."""

    roles: set[str] = field(default_factory=set)  # of own memberships
    paths: set[str] = field(default_factory=set)  # of own memberships and those of children
    held: list[tuple[str, str]] = field(default_factory=list)  # (role, path) of grants
    wards: set[UUID] = field(default_factory=set)


def ties_of(people: Collection[UUID]) -> dict[UUID, Ties]:
    """The ties of each of `people`; four queries however many there are."""
    ids, found = list(people), defaultdict[UUID, Ties](Ties)
    for person, role, path in live_grants().filter(person__in=ids).values_list("person", "role", "organization__path"):
        found[person].held.append((role, path))
    today = Membership.objects.filter(valid_on(timezone.localdate()))
    for person, role, path in today.filter(person__in=ids).values_list("person", "role", "organization__path"):
        found[person].roles.add(role)
        found[person].paths.add(path)
    families = defaultdict[UUID, set[UUID]](set)
    for guardian, ward in Guardianship.objects.filter(guardian__in=ids).values_list("guardian", "student"):
        found[guardian].wards.add(ward)
        families[ward].add(guardian)
    if families:
        for ward, path in today.filter(person__in=list(families)).values_list("person", "organization__path"):
            for guardian in families[ward]:
                found[guardian].paths.add(path)
    return {pk: found[pk] for pk in ids}
