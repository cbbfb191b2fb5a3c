"""Who teaches what in which class of a school: on a day, and over time."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from lantian.people.roster.enums import ClassKind, MemberRole, OrganizationKind, Stage, Subject
from lantian.people.roster.models import ClassGroup, Membership, Organization, Person, valid_on
from lantian.people.roster.queries.visible import STAFF_ROLES, TEACHING_MEMBERS

HOMEROOM = "homeroom"  # stands for the homeroom teacher among the subjects
_PRIMARY = (
    Subject.CHINESE, Subject.MATHS, Subject.ENGLISH, Subject.MORALITY, Subject.SCIENCE, Subject.IT, Subject.MUSIC, Subject.ART,
    Subject.PE, Subject.LABOUR,
)  # fmt: skip
_SECONDARY = (
    Subject.CHINESE, Subject.MATHS, Subject.ENGLISH, Subject.MORALITY, Subject.HISTORY, Subject.GEOGRAPHY, Subject.PHYSICS,
    Subject.CHEMISTRY, Subject.BIOLOGY, Subject.IT, Subject.MUSIC, Subject.ART, Subject.PE,
)  # fmt: skip
_USUAL = {Stage.PRIMARY: _PRIMARY, Stage.JUNIOR: _SECONDARY, Stage.SENIOR: _SECONDARY, Stage.VOCATIONAL: _SECONDARY}


@dataclass(frozen=True, slots=True)
class Line:
    """One class and its teachers by column: HOMEROOM or a Subject."""

    group: ClassGroup
    teachers: dict[str, list[Membership]]


@dataclass(frozen=True, slots=True)
class Matrix:
    """The classes of a school against its subjects."""

    columns: list[str]
    lines: list[Line]
    open_places: int  # homeroom classes without a homeroom teacher


def assignments_on(organization: Organization, day: date) -> Matrix:
    """Classes of a school that existed on `day`, with their teachers then. Columns: usual subjects of the stages, and those
    taught. Two queries.
    """
    then = Q(is_active=True) | Q(ended_on__gte=day)
    groups = list(ClassGroup.objects.filter(then, organization=organization).order_by("grade", "number", "name"))
    rows = Membership.objects.filter(valid_on(day), class_group__in=groups, role__in=TEACHING_MEMBERS)
    found: dict[UUID, dict[str, list[Membership]]] = defaultdict(lambda: defaultdict(list))
    taught: set[str] = set()
    for row in rows.select_related("person").defer("person__search_text").order_by("valid_from", "person__sort_key"):
        column = HOMEROOM if row.role == MemberRole.HOMEROOM_TEACHER else row.subject
        if row.class_group_id and column:
            found[row.class_group_id][column].append(row)
            taught.add(column)
    usual = {str(subject) for stage in organization.stages for subject in _USUAL.get(Stage(stage), ())}
    columns = [HOMEROOM, *(subject for subject in Subject.values if subject in usual | taught)]
    lines = [Line(group, {key: list(each) for key, each in found[group.pk].items()}) for group in groups]
    open_places = sum(
        line.group.kind == ClassKind.HOMEROOM and line.group.is_active and not line.teachers.get(HOMEROOM)
        for line in lines
    )
    return Matrix(columns, lines, open_places)


def teachers_in(class_group: ClassGroup, column: str, day: date) -> QuerySet[Membership]:
    """Who teaches that subject (or is the homeroom teacher) in a class on `day`."""
    return _in_column(class_group, column).filter(valid_on(day)).order_by("valid_from", "person__sort_key")


def teachers_over_time(class_group: ClassGroup, column: str) -> QuerySet[Membership]:
    """All who ever did, the latest first."""
    return _in_column(class_group, column).order_by("-valid_from", "person__sort_key")


def _in_column(class_group: ClassGroup, column: str) -> QuerySet[Membership]:
    rows = Membership.objects.filter(class_group=class_group).select_related("person")
    if column == HOMEROOM:
        return rows.filter(role=MemberRole.HOMEROOM_TEACHER)
    return rows.filter(role=MemberRole.TEACHER, subject=column)


def school_of(organization: Organization) -> Organization:
    """The school that a campus or teaching point is part of, or the unit itself."""
    above = Organization.objects.filter(path__above=organization.path, kind=OrganizationKind.SCHOOL).first()
    return above or organization


def staff_to_choose(organization: Organization, subject: str = "") -> list[tuple[Person, bool]]:
    """All who teach or work in a school with its campuses today, those who teach `subject` anywhere in it first. Two queries."""
    rows = Membership.objects.filter(
        valid_on(timezone.localdate()), organization__path__within=school_of(organization).path, role__in=STAFF_ROLES
    )
    teach: set[UUID] = set()
    people: dict[UUID, Person] = {}
    for row in rows.select_related("person").defer("person__search_text").order_by("person__sort_key", "person_id"):
        people[row.person_id] = row.person
        if subject and row.subject == subject:
            teach.add(row.person_id)
    chosen = [(person, pk in teach) for pk, person in people.items()]
    return sorted(chosen, key=lambda pair: not pair[1])
