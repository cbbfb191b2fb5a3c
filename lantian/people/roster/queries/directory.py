"""The list of people, narrowed by where they stand."""

from django.db.models import Q, QuerySet
from django.utils import timezone

from lantian.people.roster.enums import GRANTABLE, MemberRole, Role, Stage
from lantian.people.roster.models import Guardianship, Membership, Organization, Person, valid_on
from lantian.people.roster.queries.grades import grade_words
from lantian.people.roster.queries.visible import live_grants, stands_below

# First and last grade of each stage, as classes number them.
_GRADES = {
    Stage.KINDERGARTEN: (1, 3),
    Stage.PRIMARY: (1, 6),
    Stage.JUNIOR: (7, 9),
    Stage.SENIOR: (10, 12),
    Stage.VOCATIONAL: (10, 12),
    Stage.SPECIAL: (1, 9),
}


def grade_choices(stages: list[str] | None = None) -> list[tuple[str, str]]:
    """("primary.3", "三年级") for the grades of these stages; of the usual ones when none are given."""
    usual = [Stage.KINDERGARTEN, Stage.PRIMARY, Stage.JUNIOR, Stage.SENIOR]
    found = []
    for stage in [Stage(value) for value in stages or usual]:
        first, last = _GRADES[stage]
        found += [(f"{stage.value}.{grade}", grade_words(grade, stage)) for grade in range(first, last + 1)]
    return found


def standing(
    people: QuerySet[Person],
    *,
    unit: Organization | None = None,
    role: str = "",
    grade: str = "",
    class_group: str = "",
) -> QuerySet[Person]:
    """Those who are something today: `role` (a Role or MemberRole) at or below `unit`, in a grade ("primary.3"), in a class.

    All that is asked holds of one and the same membership: a teacher here who is a parent elsewhere is no parent here.
    Guardians stand where their children do. Offices know no grade and no class.
    """
    if not (role or grade or class_group):
        return people.filter(stands_below(unit.pk)) if unit else people
    today = valid_on(timezone.localdate())
    if role in GRANTABLE:
        grants = live_grants().filter(role=role)
        if unit:
            grants = grants.filter(organization__path__within=unit.path)
        return people.filter(pk__in=grants.values("person"))
    rows = Membership.objects.filter(today, _where(unit, grade, class_group))
    if role == Role.GUARDIAN:
        children = rows.filter(role=MemberRole.STUDENT).values("person")
        return people.filter(pk__in=Guardianship.objects.filter(student__in=children).values("guardian"))
    if role:
        rows = rows.filter(role=role)
    return people.filter(pk__in=rows.values("person"))


def _where(unit: Organization | None, grade: str, class_group: str) -> Q:
    q = Q()
    if unit:
        q &= Q(organization__path__within=unit.path)
    if grade:
        stage, number = grade.split(".")
        q &= Q(class_group__stage=stage, class_group__grade=int(number))
    if class_group:
        q &= Q(class_group=class_group)
    return q
