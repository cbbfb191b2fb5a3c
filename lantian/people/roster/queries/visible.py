"""What an actor may see: one's own subtree, one's own classes and children, and what is shared by a declared edge.

Each filter here is the one definition of its view rule (rules.py asks it about a single object), so the two cannot differ.
"""

from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from lantian.kernel.prepared import prepared
from lantian.kernel.rules import Actor, shared, within
from lantian.people.roster.enums import MemberRole, Role
from lantian.people.roster.models import (
    ClassGroup,
    Guardianship,
    Membership,
    Organization,
    Person,
    RoleGrant,
    valid_on,
)

NOTHING = Q(pk__in=[])
# They look at schools and classes of their subtree without administering them.
OVERLOOKING = (Role.RESEARCHER, Role.OPERATOR)
STAFF_ROLES = (MemberRole.TEACHER, MemberRole.HOMEROOM_TEACHER, MemberRole.STAFF)
TEACHING = (Role.TEACHER, Role.HOMEROOM_TEACHER)


def roots_of(actor: Actor) -> tuple[str, ...]:
    """Roots of the subtrees whose schools and classes the actor sees."""
    if actor.grant and actor.has_role(*OVERLOOKING):
        return (actor.grant.path,)
    return actor.paths


def organizations_visible_to(actor: Actor) -> QuerySet[Organization]:
    """One's subtree (officers, heads, school IT, researchers, operators) or one's own school, and shared ones."""
    if actor.is_system:
        return Organization.objects.all()
    if actor.is_anonymous:
        return Organization.objects.none()
    q = NOTHING
    roots = roots_of(actor)
    if roots:
        q |= Q(path__within_any=list(roots))
    elif actor.grant:
        q |= Q(pk=actor.grant.organization_id)
    if actor.organization_id:
        q |= Q(pk=actor.organization_id)
    return Organization.objects.filter(q | shared("roster.organization", actor))


def class_groups_visible_to(actor: Actor) -> QuerySet[ClassGroup]:
    """Classes of one's subtree, else those one teaches, learns in, has a child in, or (a screen) hangs in."""
    if actor.is_system:
        return ClassGroup.objects.all()
    if actor.is_anonymous:
        return ClassGroup.objects.none()
    q = Q(pk__in=actor.class_group_ids) if actor.class_group_ids else NOTHING
    roots = roots_of(actor)
    if roots:
        q |= Q(organization__path__within_any=list(roots))
    return ClassGroup.objects.filter(q | shared("roster.class_group", actor))


def overlooks(actor: Actor, path: str) -> bool:
    """Whether the unit at ltree `path` is seen without asking the database; a no may still be a yes by a share edge."""
    return any(within(path, root) for root in roots_of(actor))


@prepared
def _unit(id: UUID) -> QuerySet[Organization]:
    return Organization.objects.filter(pk=id).select_related("parent")


@prepared
def _class_group(id: UUID) -> QuerySet[ClassGroup]:
    return ClassGroup.objects.filter(pk=id).select_related("organization")


def visible_organization(actor: Actor, pk: UUID) -> Organization | None:
    """The one of `organizations_visible_to`, with its parent. What `overlooks` knows is not asked of the database."""
    unit = _unit.first(pk)
    if unit is None or overlooks(actor, unit.path) or organizations_visible_to(actor).filter(pk=pk).exists():
        return unit
    return None


def visible_class_group(actor: Actor, pk: UUID) -> ClassGroup | None:
    """The one of `class_groups_visible_to`, with its school; one's own classes and those of one's subtree are known."""
    group = _class_group.first(pk)
    known = group is None or pk in actor.class_group_ids or overlooks(actor, group.organization.path)
    if known or class_groups_visible_to(actor).filter(pk=pk).exists():
        return group
    return None


def _people_below(roots: tuple[str, ...]) -> Q:
    """Members of the subtrees, holders of roles there, and guardians of students there; today's facts only."""
    members = Membership.objects.filter(valid_on(timezone.localdate()), organization__path__within_any=list(roots))
    granted = live_grants().filter(organization__path__within_any=list(roots))
    students = members.filter(role=MemberRole.STUDENT)
    guardians = Guardianship.objects.filter(student__in=students.values("person"))
    return (
        Q(pk__in=members.values("person")) | Q(pk__in=granted.values("person")) | Q(pk__in=guardians.values("guardian"))
    )


def _people_of_classes(actor: Actor, roles: tuple[str, ...]) -> Q:
    members = Membership.objects.filter(
        valid_on(timezone.localdate()), class_group__in=actor.class_group_ids, role__in=roles
    )
    return Q(pk__in=members.values("person"))


def people_visible_to(actor: Actor) -> QuerySet[Person]:
    """Oneself always; then by the role acted in:

    administering roles their subtree's people; researchers its teachers; teachers their students (with homeroom teachers
    the students' guardians) and colleagues; students classmates and teachers; guardians their children and their teachers.
    """
    if actor.is_system:
        return Person.objects.all()
    if actor.is_anonymous or actor.is_screen:
        return Person.objects.filter(shared("roster.person", actor))
    q = Q(pk=actor.person_id) if actor.person_id else NOTHING
    if actor.grant:
        q |= _people_by_role(actor)
    return Person.objects.filter(q | shared("roster.person", actor))


def _people_by_role(actor: Actor) -> Q:
    assert actor.grant is not None
    today = timezone.localdate()
    if actor.paths:
        return _people_below(actor.paths)
    if actor.has_role(Role.RESEARCHER):
        staff = Membership.objects.filter(
            valid_on(today), organization__path__within=actor.grant.path, role__in=STAFF_ROLES
        )
        return Q(pk__in=staff.values("person"))
    if actor.has_role(*TEACHING):
        colleagues = Membership.objects.filter(
            valid_on(today), organization=actor.grant.organization_id, role__in=STAFF_ROLES
        )
        q = Q(pk__in=colleagues.values("person")) | _people_of_classes(actor, (MemberRole.STUDENT,))
        if actor.has_role(Role.HOMEROOM_TEACHER):
            q |= Q(pk__in=guardians_of_homeroom(actor).values("guardian"))
        return q
    if actor.has_role(Role.STUDENT):
        return _people_of_classes(actor, (MemberRole.STUDENT, MemberRole.TEACHER, MemberRole.HOMEROOM_TEACHER))
    if actor.has_role(Role.GUARDIAN):
        wards = Guardianship.objects.filter(guardian=actor.person_id)
        teachers = _people_of_classes(actor, (MemberRole.TEACHER, MemberRole.HOMEROOM_TEACHER))
        return Q(pk__in=wards.values("student")) | teachers
    return NOTHING


def meets_whole_class(actor: Actor, class_group: ClassGroup) -> bool:
    """Whether `people_visible_to` holds all students and teachers of a class, known without a query.

    So it is for those who administer the school, and for teachers in a class they teach.
    """
    if actor.administers(class_group.organization.path):
        return True
    own = actor.grant is not None and actor.grant.organization_id == class_group.organization_id
    return own and actor.has_role(*TEACHING) and class_group.pk in actor.class_group_ids


def homeroom_students(actor: Actor) -> QuerySet[Membership]:
    """Memberships of the students whose homeroom teacher the actor is now."""
    today = timezone.localdate()
    mine = Membership.objects.filter(
        valid_on(today), person=actor.person_id, role=MemberRole.HOMEROOM_TEACHER, class_group=OuterRef("class_group")
    )
    return Membership.objects.filter(valid_on(today), Exists(mine), role=MemberRole.STUDENT)


def guardians_of_homeroom(actor: Actor) -> QuerySet[Guardianship]:
    return Guardianship.objects.filter(student__in=homeroom_students(actor).values("person"))


def live_grants() -> QuerySet[RoleGrant]:
    """Grants that hold today: begun, not run out, not revoked, at a unit that still exists."""
    today = timezone.localdate()
    return RoleGrant.objects.filter(valid_on(today), revoked_at__isnull=True, organization__is_active=True)


def grants_visible_to(actor: Actor) -> QuerySet[RoleGrant]:
    """One's own grants, past ones too, and all of the subtree that one administers."""
    if actor.is_system:
        return RoleGrant.objects.all()
    if actor.is_anonymous or actor.is_screen:
        return RoleGrant.objects.none()
    q = Q(person=actor.person_id) if actor.person_id else NOTHING
    if actor.paths:
        q |= Q(organization__path__within_any=list(actor.paths))
    return RoleGrant.objects.filter(q | shared("roster.role_grant", actor))
