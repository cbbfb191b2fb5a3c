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
# the tree's branch); now it is one statement. Who is asked about is gathered first: "mine or my child's" in one condition read
# all memberships of a city, 40 ms a page. `live_grants` and `valid_on` say the same in the ORM's words.
_ROLES_SQL = """
    SELECT me.id, me.name, me.account_id, held.* FROM roster_person me LEFT JOIN LATERAL (
        SELECT NULL::uuid, m.person_id, m.role, m.class_group_id,
               o.id, COALESCE(NULLIF(o.short_name, ''), o.name), o.kind, o.path::text
          FROM (SELECT me.id AS id UNION
                SELECT f.student_id FROM roster_guardianship f WHERE f.guardian_id = me.id) who
          JOIN roster_membership m ON m.person_id = who.id AND (who.id = me.id OR m.role = 'student')
          JOIN roster_organization o ON o.id = m.organization_id AND o.is_active
         WHERE m.valid_from <= %(today)s AND (m.valid_to IS NULL OR m.valid_to >= %(today)s)
        UNION ALL
        SELECT g.id, g.person_id, g.role, NULL::uuid,
               o.id, COALESCE(NULLIF(o.short_name, ''), o.name), o.kind, o.path::text
          FROM roster_rolegrant g JOIN roster_organization o ON o.id = g.organization_id AND o.is_active
         WHERE g.person_id = me.id AND g.revoked_at IS NULL
           AND g.valid_from <= %(today)s AND (g.valid_to IS NULL OR g.valid_to >= %(today)s)
    ) AS held ON true
"""
_OF_PERSON = f"{_ROLES_SQL} WHERE me.id = %(key)s"
_OF_ACCOUNT = f"{_ROLES_SQL} WHERE me.account_id = %(key)s"


class _Held(NamedTuple):
    """What a person holds by one row of `_ROLES_SQL`: a grant, or (without `grant_id`) a membership, their own or a child's."""

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


class _Found(NamedTuple):
    """A person and all their roles today."""

    id: UUID
    name: str
    account_id: UUID | None
    roles: _Roles


def _find(sql: str, key: UUID) -> _Found | None:
    """The person of `key` (theirs or their account's); None when there is none. One query."""
    with connection.cursor() as cursor:
        cursor.execute(sql, {"key": key, "today": timezone.localdate()})
        rows = cursor.fetchall()
    if not rows:
        return None
    person_id, name, account_id = rows[0][:3]
    held = [_Held(*row[3:]) for row in rows if row[4] is not None]  # one empty row for a person without roles
    roles = _Roles(person_id)
    for row in held:
        if row.grant_id is None:
            roles.add_membership(row)
    roles.join_teaching()
    for row in held:
        if row.grant_id is not None:
            roles.add(row.grant(row.grant_id, row.role))
    return _Found(person_id, name, account_id, roles)


def _chosen(grants: tuple[Grant, ...], grant_id: UUID | str | None) -> Grant | None:
    wanted = str(grant_id or "")
    return next((grant for grant in grants if str(grant.id) == wanted), grants[0] if grants else None)


def _actor(found: _Found, grant_id: UUID | str | None) -> Actor:
    grants = found.roles.ordered()
    grant = _chosen(grants, grant_id)
    return Actor(
        kind=ActorKind.PERSON,
        name=found.name,
        account_id=found.account_id,
        person_id=found.id,
        grant=grant,
        grants=grants,
        class_group_ids=frozenset(found.roles.classes.get(grant.id, ())) if grant else frozenset(),
    )


def actor_of_person(person: Person, grant_id: UUID | str | None = None) -> Actor:
    """The actor a person is, in the role `grant_id` (kernel Grant id) or else the first they have. One query."""
    found = _find(_OF_PERSON, person.pk)
    if found is None:  # not saved yet, or gone: nobody holds anything
        return Actor(kind=ActorKind.PERSON, name=person.name, account_id=person.account_id, person_id=person.pk)
    return _actor(found, grant_id)


def actor_of_account(account: "Account", grant_id: UUID | str | None = None) -> Actor:
    """The actor behind a person's account: one query. An account without a person has no roles."""
    found = _find(_OF_ACCOUNT, account.pk)
    if found is None:
        return Actor(kind=ActorKind.PERSON, name=str(account), account_id=account.pk)
    return _actor(found, grant_id)


def current_grants_of(person: Person) -> list[RoleGrant]:
    """The roles that were given to a person and hold today."""
    return list(live_grants().filter(person=person).select_related("organization").order_by("organization__path"))
