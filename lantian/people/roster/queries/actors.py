"""From an account to an actor: which roles a person has today, and in which one of them they act."""

from typing import TYPE_CHECKING
from uuid import UUID, uuid5

from django.db.models import Q
from django.utils import timezone

from lantian.kernel.rules import Actor, ActorKind, Grant
from lantian.people.roster.enums import MemberRole, Role
from lantian.people.roster.models import Guardianship, Membership, Organization, Person, RoleGrant, valid_on
from lantian.people.roster.queries.visible import live_grants

if TYPE_CHECKING:
    from lantian.people.identity.models import Account

# Names of roles that follow from a membership or a child are derived within this namespace, so that they stay the same.
DERIVED = UUID("6f1d4f0e-3f0f-4a52-9f55-6d0b6c6f3a10")

ACTING_AS = "acting_as"  # the session key that keeps the role acted in

# With several roles and none chosen, one acts in the first of these.
ORDER = (
    Role.OFFICER,
    Role.SCHOOL_HEAD,
    Role.HOMEROOM_TEACHER,
    Role.TEACHER,
    Role.SCHOOL_IT,
    Role.RESEARCHER,
    Role.EXPERT,
    Role.OPERATOR,
    Role.STUDENT,
    Role.GUARDIAN,
)
_FROM_MEMBERSHIP = {
    MemberRole.STUDENT: Role.STUDENT,
    MemberRole.TEACHER: Role.TEACHER,
    MemberRole.HOMEROOM_TEACHER: Role.HOMEROOM_TEACHER,
}


def _kernel_grant(id: UUID, role: str, organization: Organization) -> Grant:
    return Grant(
        id=id,
        role=str(role),
        organization_id=organization.pk,
        organization_name=str(organization),
        organization_kind=str(organization.kind),
        path=organization.path,
    )


def _derived(person_id: UUID, role: str, organization: Organization) -> Grant:
    return _kernel_grant(uuid5(DERIVED, f"{person_id}:{role}:{organization.pk}"), role, organization)


class _Roles:
    """All roles of a person today, each with the classes that belong to it."""

    def __init__(self, person_id: UUID) -> None:
        self.person_id = person_id
        self.grants: dict[UUID, Grant] = {}
        self.classes: dict[UUID, set[UUID]] = {}

    def add(self, grant: Grant, class_group_id: UUID | None = None) -> None:
        self.grants.setdefault(grant.id, grant)
        if class_group_id:
            self.classes.setdefault(grant.id, set()).add(class_group_id)

    def add_membership(self, row: Membership) -> None:
        if row.person_id != self.person_id:  # a child's: it makes one a guardian at the child's school
            self.add(_derived(self.person_id, Role.GUARDIAN, row.organization), row.class_group_id)
        elif role := _FROM_MEMBERSHIP.get(MemberRole(row.role)):
            self.add(_derived(self.person_id, role, row.organization), row.class_group_id)

    def join_teaching(self) -> None:
        """A homeroom teacher's and a teacher's classes at one school are the same: all that one meets there."""
        at: dict[UUID, set[UUID]] = {}
        teaching = [g for g in self.grants.values() if g.role in {Role.TEACHER, Role.HOMEROOM_TEACHER}]
        for grant in teaching:
            at.setdefault(grant.organization_id, set()).update(self.classes.get(grant.id, ()))
        for grant in teaching:
            self.classes[grant.id] = at[grant.organization_id]

    def ordered(self) -> tuple[Grant, ...]:
        places = {str(role): place for place, role in enumerate(ORDER)}
        return tuple(sorted(self.grants.values(), key=lambda g: (places[g.role], g.path)))


def _roles_of(person_id: UUID) -> _Roles:
    roles = _Roles(person_id)
    wards = Guardianship.objects.filter(guardian=person_id).values("student")
    memberships = Membership.objects.filter(
        Q(person=person_id) | Q(person__in=wards, role=MemberRole.STUDENT),
        valid_on(timezone.localdate()),
        organization__is_active=True,
    ).select_related("organization")
    for row in memberships:
        roles.add_membership(row)
    roles.join_teaching()
    for granted in live_grants().filter(person=person_id).select_related("organization"):
        roles.add(_kernel_grant(granted.pk, granted.role, granted.organization))
    return roles


def _chosen(grants: tuple[Grant, ...], grant_id: UUID | str | None) -> Grant | None:
    wanted = str(grant_id or "")
    return next((grant for grant in grants if str(grant.id) == wanted), grants[0] if grants else None)


def actor_of_person(person: Person, grant_id: UUID | str | None = None) -> Actor:
    """The actor a person is, in the role `grant_id` (kernel Grant id) or else the first they have. Two queries."""
    roles = _roles_of(person.pk)
    grants = roles.ordered()
    grant = _chosen(grants, grant_id)
    return Actor(
        kind=ActorKind.PERSON,
        name=person.name,
        account_id=person.account_id,
        person_id=person.pk,
        grant=grant,
        grants=grants,
        class_group_ids=frozenset(roles.classes.get(grant.id, ())) if grant else frozenset(),
    )


def actor_of_account(account: "Account", grant_id: UUID | str | None = None) -> Actor:
    """The actor behind a person's account: at most three queries. An account without a person has no roles."""
    person = Person.objects.filter(account=account.pk).only("id", "name", "account_id").first()
    if person is None:
        return Actor(kind=ActorKind.PERSON, name=str(account), account_id=account.pk)
    return actor_of_person(person, grant_id)


def current_grants_of(person: Person) -> list[RoleGrant]:
    """The roles that were given to a person and hold today."""
    return list(live_grants().filter(person=person).select_related("organization").order_by("organization__path"))
