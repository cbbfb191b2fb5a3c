"""From an account to an actor: which roles a person has today, and in which one of them they act."""

from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID, uuid5

from django.db import connection
from django.utils import timezone

from lantian.kernel.rules import Actor, ActorKind, Grant
from lantian.people.roster.enums import MemberRole, Role
from lantian.people.roster.models import Person, RoleGrant
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


# Every page builds an actor. Through the ORM, compiling two querysets with their joins was 31 % of a small page's CPU (profile of
# the tree's branch); now it is one statement. `live_grants` and `valid_on` say the same in the ORM's words.
_ROLES_SQL = """
    SELECT NULL::uuid, m.person_id, m.role, m.class_group_id,
           o.id, COALESCE(NULLIF(o.short_name, ''), o.name), o.kind, o.path::text
      FROM roster_membership m JOIN roster_organization o ON o.id = m.organization_id AND o.is_active
     WHERE (m.person_id = %(person)s OR (m.role = 'student' AND m.person_id IN
               (SELECT student_id FROM roster_guardianship WHERE guardian_id = %(person)s)))
       AND m.valid_from <= %(today)s AND (m.valid_to IS NULL OR m.valid_to >= %(today)s)
    UNION ALL
    SELECT g.id, g.person_id, g.role, NULL::uuid,
           o.id, COALESCE(NULLIF(o.short_name, ''), o.name), o.kind, o.path::text
      FROM roster_rolegrant g JOIN roster_organization o ON o.id = g.organization_id AND o.is_active
     WHERE g.person_id = %(person)s AND g.revoked_at IS NULL
       AND g.valid_from <= %(today)s AND (g.valid_to IS NULL OR g.valid_to >= %(today)s)
"""


class _Held(NamedTuple):
    """One row of `_ROLES_SQL`: a grant, or (without `grant_id`) a membership of the person or of a child."""

    grant_id: UUID | None
    person_id: UUID
    role: str
    class_group_id: UUID | None
    organization_id: UUID
    organization_name: str
    organization_kind: str
    path: str

    def grant(self, id: UUID, role: str) -> Grant:
        return Grant(
            id=id,
            role=str(role),
            organization_id=self.organization_id,
            organization_name=self.organization_name,
            organization_kind=self.organization_kind,
            path=self.path,
        )

    def derived(self, person_id: UUID, role: str) -> Grant:
        return self.grant(uuid5(DERIVED, f"{person_id}:{role}:{self.organization_id}"), role)


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

    def add_membership(self, row: _Held) -> None:
        if row.person_id != self.person_id:  # a child's: it makes one a guardian at the child's school
            self.add(row.derived(self.person_id, Role.GUARDIAN), row.class_group_id)
        elif role := _FROM_MEMBERSHIP.get(MemberRole(row.role)):
            self.add(row.derived(self.person_id, role), row.class_group_id)

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
    with connection.cursor() as cursor:
        cursor.execute(_ROLES_SQL, {"person": person_id, "today": timezone.localdate()})
        rows = [_Held(*row) for row in cursor.fetchall()]
    for row in rows:
        if row.grant_id is None:
            roles.add_membership(row)
    roles.join_teaching()
    for row in rows:
        if row.grant_id is not None:
            roles.add(row.grant(row.grant_id, row.role))
    return roles


def _chosen(grants: tuple[Grant, ...], grant_id: UUID | str | None) -> Grant | None:
    wanted = str(grant_id or "")
    return next((grant for grant in grants if str(grant.id) == wanted), grants[0] if grants else None)


def actor_of_person(person: Person, grant_id: UUID | str | None = None) -> Actor:
    """The actor a person is, in the role `grant_id` (kernel Grant id) or else the first they have. One query."""
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
    """The actor behind a person's account: two queries. An account without a person has no roles."""
    person = Person.objects.filter(account=account.pk).only("id", "name", "account_id").first()
    if person is None:
        return Actor(kind=ActorKind.PERSON, name=str(account), account_id=account.pk)
    return actor_of_person(person, grant_id)


def current_grants_of(person: Person) -> list[RoleGrant]:
    """The roles that were given to a person and hold today."""
    return list(live_grants().filter(person=person).select_related("organization").order_by("organization__path"))
