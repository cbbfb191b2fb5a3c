"""Rows as they are, for whoever compares them with another system's: not narrowed by what an actor may see."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from lantian.kernel.rules import Actor, shared
from lantian.people.roster.engine.ages import CONSENT_AGE, is_under
from lantian.people.roster.enums import MemberRole, Stage
from lantian.people.roster.models import ClassGroup, Guardianship, Membership, Organization, Person, valid_on

# Of whom we do not know the birth date, these stages say enough.
YOUNG_STAGES = (Stage.KINDERGARTEN, Stage.PRIMARY)


def organizations_known(ids: Iterable[UUID], codes: Iterable[str] = ()) -> QuerySet[Organization]:
    """Units with one of these ids or codes."""
    return Organization.objects.filter(Q(pk__in=list(ids)) | Q(code__in=[code for code in codes if code]))


def class_groups_within(path: str) -> QuerySet[ClassGroup]:
    """Classes, past ones too, of the units at and below an ltree path."""
    return ClassGroup.objects.filter(organization__path__within=path)


def class_groups_known(ids: Iterable[UUID]) -> QuerySet[ClassGroup]:
    return ClassGroup.objects.filter(pk__in=list(ids))


def every_organization() -> QuerySet[Organization]:
    """All units, whoever asks: for building an index."""
    return Organization.objects.all()


def every_class_group() -> QuerySet[ClassGroup]:
    """All classes, whoever asks: for building an index."""
    return ClassGroup.objects.all()


def organizations_shared_with(actor: Actor) -> list[UUID]:
    """Ids of units that are seen by a share edge alone. One query."""
    rows = Organization.objects.filter(shared("roster.organization", actor))
    return list(rows.order_by().values_list("pk", flat=True))


def student_memberships() -> QuerySet[Membership]:
    """Today's places of students, whoever and wherever."""
    return Membership.objects.filter(valid_on(timezone.localdate()), role=MemberRole.STUDENT)


def memberships_of_id(person: UUID) -> QuerySet[Membership]:
    """Today's places of a person of whom one has the id alone, with unit and class, at units that are there."""
    rows = Membership.objects.filter(valid_on(timezone.localdate()), person=person, organization__is_active=True)
    return rows.select_related("organization", "class_group").order_by("organization__path", "role", "class_group_id")


def is_under_consent_age(student: Person) -> bool:
    """Under fourteen (个人信息保护法 art. 31); without a birth date: a pupil of a kindergarten or primary school."""
    under = is_under(CONSENT_AGE, student.birth_date, timezone.localdate())
    if under is not None:
        return under
    return student_memberships().filter(person=student, class_group__stage__in=YOUNG_STAGES).exists()


def person_of_id(person: UUID) -> Person | None:
    """The record of a person of whom one has the id alone."""
    return Person.objects.filter(pk=person).first()


def wards_of_id(guardian: UUID) -> QuerySet[Guardianship]:
    """The children of a guardian of whom one has the id alone."""
    return Guardianship.objects.filter(guardian=guardian).select_related("student").order_by("created_at")
