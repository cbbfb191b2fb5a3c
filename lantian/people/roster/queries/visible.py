"""What an actor may see: one's own subtree, one's own classes and children, and what is shared by a declared edge.

Each filter here is the one definition of its view rule (rules.py asks it about a single object), so the two cannot differ.
"""

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import BooleanField, DateField, Exists, F, Func, OuterRef, Q, QuerySet, UUIDField, Value
from django.utils import timezone

from lantian.kernel.prepared import prepared
from lantian.kernel.rules import SHARE_EDGES, Actor, shared, within
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
TEACHING_MEMBERS = (MemberRole.TEACHER, MemberRole.HOMEROOM_TEACHER)
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
    q = Q(pk__among=actor.class_group_ids) if actor.class_group_ids else NOTHING
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


def stands_below(root: UUID, *, as_staff: bool = False, of: str = "search__") -> Q:
    """Those who have to do with the subtree of the unit `root` today: its members, holders of offices, guardians of students.

    `as_staff`: only those who teach or work there. Read off `PersonSearch`, which is reached by `of`; where a row is not sure of
    today, the truth is asked.
    """
    today = timezone.localdate()
    truth = Func(
        F(f"{of}person"),
        Value(root, output_field=UUIDField()),
        Value(today, output_field=DateField()),
        Value(as_staff),
        function="roster_stands_below",
        output_field=BooleanField(),
    )
    place = {f"{of}staff_places__contains" if as_staff else f"{of}places__contains": [root]}
    return Q(**place) & (Q(**{f"{of}sure__contains": today}) | Q(truth))


def subtree_of(actor: Actor) -> UUID | None:
    """The unit whose subtree is all that the actor sees of people; None when it is something else, or more by a share edge."""
    if actor.grant and actor.paths and not SHARE_EDGES.get("roster.person"):
        return actor.grant.organization_id
    return None


def people_visible_to(actor: Actor) -> QuerySet[Person]:
    """Oneself always; then by the role acted in:

    administering roles their subtree's people; researchers its teachers; teachers their students (with homeroom teachers
    the students' guardians) and colleagues; students classmates and teachers; guardians their children and their teachers.
    Duplicates that were merged are nobody's to see.
    """
    if actor.is_system:
        return Person.objects.all()
    q = NOTHING if actor.is_anonymous or actor.is_screen else _people_of(actor)
    return Person.objects.filter(q | shared("roster.person", actor), merged_into__isnull=True)


def _people_of(actor: Actor) -> Q:
    """Either a condition on `PersonSearch` (large subtrees) or one list of ids (a school's, a class's): both led by an index.

    An OR of the two, or of several lists, would be asked of every person there is.
    """
    if actor.grant and actor.paths:  # who administers a unit has an office there, so sees oneself among its people
        return stands_below(actor.grant.organization_id)
    if actor.grant and actor.has_role(Role.RESEARCHER):
        return Q(search__person=actor.person_id) | stands_below(actor.grant.organization_id, as_staff=True)
    if actor.person_id is None:
        return NOTHING
    oneself = Person.objects.filter(pk=actor.person_id).values("pk")
    others = _lists_of(actor) if actor.grant else []
    return Q(pk__in=oneself.union(*others, all=True) if others else oneself)


def _lists_of(actor: Actor) -> list[QuerySet[Any, Any]]:
    """Ids of the people that a role without a subtree has to do with."""
    assert actor.grant is not None
    members = Membership.objects.filter(valid_on(timezone.localdate()))
    classmates = members.filter(class_group__in=actor.class_group_ids)
    if actor.has_role(*TEACHING):
        colleagues = members.filter(organization=actor.grant.organization_id, role__in=STAFF_ROLES)
        lists: list[QuerySet[Any, Any]] = [
            colleagues.values("person"),
            classmates.filter(role=MemberRole.STUDENT).values("person"),
        ]
        if actor.has_role(Role.HOMEROOM_TEACHER):
            lists.append(guardians_of_homeroom(actor).values("guardian"))
        return lists
    if actor.has_role(Role.STUDENT):
        return [classmates.filter(role__in=(MemberRole.STUDENT, *TEACHING_MEMBERS)).values("person")]
    if actor.has_role(Role.GUARDIAN):
        wards = Guardianship.objects.filter(guardian=actor.person_id)
        return [wards.values("student"), classmates.filter(role__in=TEACHING_MEMBERS).values("person")]
    return []


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


def heads_of(units: Iterable[UUID]) -> set[UUID]:
    """Who leads these very units today, schools and offices: person ids. One query."""
    rows = live_grants().filter(organization__in=list(units), role__in=(Role.SCHOOL_HEAD, Role.OFFICER))
    return set(rows.values_list("person_id", flat=True))


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


def grants_running_out(actor: Actor, until: date) -> QuerySet[RoleGrant]:
    """Grants among the visible ones that hold today and end by `until` (that day included)."""
    today = timezone.localdate()
    rows = grants_visible_to(actor).filter(valid_on(today), revoked_at__isnull=True, valid_to__lte=until)
    return rows.order_by("valid_to")
