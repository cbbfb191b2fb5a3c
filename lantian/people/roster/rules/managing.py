"""Who may change units, classes and people.

Officers act only below themselves: their own bureau is kept by the one above. Heads and school IT keep their own school.
"""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lantian.kernel.prepared import prepared
from lantian.kernel.rules import ALLOW, Actor, Verdict, deny, rule
from lantian.people.roster.enums import MemberRole, Role
from lantian.people.roster.models import ClassGroup, Guardianship, Membership, Organization, Person, valid_on
from lantian.people.roster.queries import visible
from lantian.people.roster.queries.keeping import Ties, ties_of
from lantian.people.roster.rules.holding import holds

SCHOOL_ROLES = (Role.SCHOOL_HEAD, Role.SCHOOL_IT)


def manages(actor: Actor, path: str) -> bool:
    """Officers strictly below themselves; heads and school IT at their school and within it."""
    if actor.has_role(Role.OFFICER):
        return actor.administers_below(path)
    return actor.has_role(*SCHOOL_ROLES) and actor.administers(path)


@rule("roster.create_organization")
def may_create_organization(actor: Actor, parent: Organization | None = None) -> Verdict:
    """Officers open units within their subtree. Asked without a parent: whether one may anywhere."""
    if not actor.has_role(Role.OFFICER):
        return deny(_("新建单位由教育局办理"))
    if parent is None or actor.administers(parent.path):
        return ALLOW
    return deny(_("只能在自己管辖的地区内新建单位"))


@rule("roster.update_organization")
def may_update_organization(actor: Actor, organization: Organization) -> Verdict:
    """Officers below themselves; heads and school IT their own school."""
    if manages(actor, organization.path):
        return ALLOW
    if actor.administers(organization.path):
        return deny(_("本单位的资料由上一级教育局维护"))
    return deny(_("这个单位不在您的管辖范围内"))


@rule("roster.move_organization")
def may_move_organization(actor: Actor, organization: Organization, parent: Organization | None = None) -> Verdict:
    """Officers, when both the unit and its new parent lie in their subtree. Asked without a parent: whether anywhere."""
    if not actor.has_role(Role.OFFICER) or not actor.administers_below(organization.path):
        return deny(_("只有上级教育局可以调整这个单位的隶属关系"))
    if parent is not None and not actor.administers(parent.path):
        return deny(_("新的上级单位不在您的管辖范围内，请由共同的上级办理"))
    return ALLOW


@rule("roster.deactivate_organization")
def may_deactivate_organization(actor: Actor, organization: Organization) -> Verdict:
    """Officers below themselves."""
    if actor.has_role(Role.OFFICER) and actor.administers_below(organization.path):
        return ALLOW
    return deny(_("只有上级教育局可以停用这个单位"))


@rule("roster.manage_classes")
def may_manage_classes(actor: Actor, organization: Organization) -> Verdict:
    """Make and change classes of a school."""
    return ALLOW if manages(actor, organization.path) else deny(_("只有本校管理人员和上级教育局可以编班"))


@rule("roster.manage_people")
def may_manage_people(actor: Actor, organization: Organization) -> Verdict:
    """Register people at a unit, and begin and end their memberships there."""
    if manages(actor, organization.path):
        return ALLOW
    return deny(_("只有本校管理人员和上级教育局可以登记人员"))


def _paths_of(person: Person) -> list[str]:
    """Where a person has to do with anything today: own memberships and those of their children."""
    wards = Guardianship.objects.filter(guardian=person).values("student")
    rows = Membership.objects.filter(Q(person=person) | Q(person__in=wards), valid_on(timezone.localdate()))
    return list(rows.values_list("organization__path", flat=True).distinct())


@rule("roster.update_person")
def may_update_person(actor: Actor, person: Person) -> Verdict:
    """Change a person's facts: whoever manages one of the units they belong to. Nobody their own."""
    if actor.person_id == person.pk:
        return deny(_("自己的登记资料请由学校或上级核对后修改"))
    if any(manages(actor, path) for path in _paths_of(person)):
        return ALLOW
    held = visible.live_grants().filter(person=person).values_list("role", "organization__path")
    if held and all(holds(actor, role, path) for role, path in held):  # bureau people belong to no school
        return ALLOW
    return deny(_("只有所在单位的管理人员可以修改这个人的资料"))


@rule("roster.bind_guardian")
def may_bind_guardian(actor: Actor, student: Person) -> Verdict:
    """Tie guardians to a student: the school's administration and the homeroom teacher."""
    if any(manages(actor, path) for path in _student_paths(student)):
        return ALLOW
    if actor.has_role(Role.HOMEROOM_TEACHER) and visible.homeroom_students(actor).filter(person=student).exists():
        return ALLOW
    return deny(_("只有班主任和本校管理人员可以登记监护人"))


def _student_paths(student: Person) -> list[str]:
    rows = Membership.objects.filter(valid_on(timezone.localdate()), person=student, role=MemberRole.STUDENT)
    return list(rows.values_list("organization__path", flat=True))


@rule("roster.reveal_private")
def may_reveal_private(actor: Actor, person: Person) -> Verdict:
    """Read an unmasked phone or citizen number: oneself, the administration, the homeroom teacher (guardians included)."""
    if actor.person_id == person.pk and not actor.is_anonymous:
        return ALLOW
    if actor.paths and visible.people_visible_to(actor).filter(pk=person.pk).exists():
        return ALLOW
    if actor.has_role(Role.HOMEROOM_TEACHER) and _in_my_homeroom(actor, person):
        return ALLOW
    return deny(_("您不需要查看这项隐私信息"))


def _in_my_homeroom(actor: Actor, person: Person) -> bool:
    if visible.homeroom_students(actor).filter(person=person).exists():
        return True
    return visible.guardians_of_homeroom(actor).filter(guardian=person).exists()


@rule("roster.keep_account")
def may_keep_account_of(actor: Actor, person: Person) -> Verdict:
    """Open, reset, close a person's account.

    Whoever can reset an account can act as its holder. So one must manage every unit the person (or a child of theirs)
    belongs to, and must be able to give every role that the person holds; homeroom teachers keep their students' and
    those students' guardians' accounts, unless these have more to do elsewhere.
    """
    return keeping_verdicts(actor, [person.pk])[person.pk]


def keeping_verdicts(actor: Actor, people: Collection[UUID]) -> dict[UUID, Verdict]:
    """`may_keep_account_of` for many at once: five queries however many there are."""
    if actor.is_system:
        return dict.fromkeys(people, ALLOW)
    mine: frozenset[UUID] = frozenset()
    if actor.has_role(Role.HOMEROOM_TEACHER):
        mine = frozenset(visible.homeroom_students(actor).values_list("person", flat=True))
    return {pk: _keeping(actor, pk, ties, mine) for pk, ties in ties_of(people).items()}


def _keeping(actor: Actor, person: UUID, ties: Ties, mine: frozenset[UUID]) -> Verdict:
    if actor.person_id == person:
        return deny(_("自己的账号请在“我的”页面管理"))
    if not all(holds(actor, role, path) for role, path in ties.held):
        return deny(_("这个人的职务高于您的授权范围，请由上级办理"))
    if not ties.paths and not ties.held:
        return deny(_("这个人不属于任何单位，请由上级办理"))
    if mine and _only_in_my_homeroom(person, ties, mine):
        return ALLOW
    if all(manages(actor, path) for path in ties.paths) and (actor.paths or ties.paths):
        return ALLOW
    return deny(_("这个人还属于您管辖范围以外的单位，请由共同的上级办理"))


def _only_in_my_homeroom(person: UUID, ties: Ties, mine: frozenset[UUID]) -> bool:
    """Whether the person is a student of the actor's class, or a guardian of such and of no others, and nothing besides."""
    if ties.roles - {MemberRole.STUDENT} or (ties.roles and person not in mine):
        return False
    return ties.wards <= mine and bool(ties.roles or ties.wards)


@prepared
def _minds(person: UUID, class_group: UUID, today: date) -> QuerySet[Membership]:
    return Membership.objects.filter(
        valid_on(today), person=person, class_group=class_group, role=MemberRole.HOMEROOM_TEACHER
    )


@rule("roster.issue_slips")
def may_issue_slips(actor: Actor, class_group: ClassGroup) -> Verdict:
    """Print a class's activation codes: its homeroom teacher and the administration."""
    if manages(actor, class_group.organization.path):
        return ALLOW
    if actor.has_role(Role.HOMEROOM_TEACHER) and _minds(actor.person_id, class_group.pk, timezone.localdate()):
        return ALLOW
    return deny(_("只有班主任和本校管理人员可以发放账号纸条"))
