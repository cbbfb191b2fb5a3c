"""Lists and counts that pages show."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from lantian.kernel.prepared import prepared
from lantian.people.roster.enums import MemberRole, OrganizationKind
from lantian.people.roster.models import ClassGroup, Guardianship, Membership, Organization, Person, valid_on
from lantian.people.roster.queries.visible import STAFF_ROLES


def class_groups_of_schools(organization_ids: Iterable[UUID]) -> QuerySet[ClassGroup]:
    """Active classes of schools and of their campuses and teaching points."""
    roots = [*Organization.objects.filter(pk__in=list(organization_ids)).values_list("path", flat=True)]
    return (
        ClassGroup.objects.filter(is_active=True, organization__path__within_any=roots)
        .select_related("organization")
        .order_by("organization__sort_key", "grade", "number")
    )


def members_of_class(class_group: ClassGroup, *roles: str) -> QuerySet[Membership]:
    """Today's memberships of a class with their people, students by pinyin."""
    rows = Membership.objects.filter(valid_on(timezone.localdate()), class_group=class_group)
    if roles:
        rows = rows.filter(role__in=roles)
    return rows.select_related("person").defer("person__search_text").order_by(*_IN_CLASS)


_IN_CLASS = ("role", "person__sort_key", "person_id")
_ON_LISTS = ("role", "subject", "person__name", "person__gender", "person__student_number", "person__account")


@prepared
def _members(class_group: UUID, day: date) -> QuerySet[Membership]:
    rows = Membership.objects.filter(valid_on(day), class_group=class_group).select_related("person")
    return rows.only(*_ON_LISTS).order_by(*_IN_CLASS)


def members_today(class_group: ClassGroup) -> list[Membership]:
    """All of `members_of_class`, with what a class list shows of them and no more: name, gender, student number, account."""
    return _members(class_group.pk, timezone.localdate())


def pupils_on(class_group_id: UUID, day: date) -> int:
    """How many pupils a class had on a day. One query."""
    rows = Membership.objects.filter(valid_on(day), class_group=class_group_id, role=MemberRole.STUDENT)
    return rows.values("person").distinct().count()


def staff_of(organization: Organization) -> QuerySet[Person]:
    """Teachers and other staff of a school (not of its campuses), once each."""
    members = Membership.objects.filter(valid_on(timezone.localdate()), organization=organization, role__in=STAFF_ROLES)
    return Person.objects.filter(pk__in=members.values("person")).order_by("sort_key", "id")


def taught_by(person_id: UUID, organization: Organization) -> list[tuple[str, UUID]]:
    """(subject, class) of what somebody teaches in a school today, in the order of its classes."""
    rows = Membership.objects.filter(
        valid_on(timezone.localdate()),
        person=person_id,
        role=MemberRole.TEACHER,
        class_group__organization__path__within=organization.path,
    ).exclude(subject="")
    order = ("class_group__organization__sort_key", "class_group__grade", "class_group__number", "subject")
    return list(rows.order_by(*order).values_list("subject", "class_group"))


def guardians_of(person: Person) -> QuerySet[Guardianship]:
    return Guardianship.objects.filter(student=person).select_related("guardian").order_by("created_at")


def wards_of(person: Person) -> QuerySet[Guardianship]:
    return Guardianship.objects.filter(guardian=person).select_related("student").order_by("created_at")


def figures_below(organization: Organization) -> dict[str, int]:
    """Counts within a subtree today: schools, campuses, teaching_points, classes, students, teachers. Three queries."""
    within = Q(path__within=organization.path, is_active=True)
    figures = Organization.objects.filter(within).aggregate(
        schools=Count("pk", filter=Q(kind=OrganizationKind.SCHOOL)),
        campuses=Count("pk", filter=Q(kind=OrganizationKind.CAMPUS)),
        teaching_points=Count("pk", filter=Q(kind=OrganizationKind.TEACHING_POINT)),
    )
    classes = ClassGroup.objects.filter(organization__path__within=organization.path, is_active=True)
    figures["classes"] = classes.count()
    figures |= Membership.objects.filter(
        valid_on(timezone.localdate()), organization__path__within=organization.path
    ).aggregate(
        students=Count("person", distinct=True, filter=Q(role=MemberRole.STUDENT)),
        teachers=Count("person", distinct=True, filter=Q(role__in=STAFF_ROLES)),
    )
    return figures
