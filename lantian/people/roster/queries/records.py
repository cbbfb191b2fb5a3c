"""Rows as they are, for whoever compares them with another system's: not narrowed by what an actor may see."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from lantian.people.roster.enums import MemberRole
from lantian.people.roster.models import ClassGroup, Guardianship, Membership, Organization, valid_on


def organizations_known(ids: Iterable[UUID], codes: Iterable[str] = ()) -> QuerySet[Organization]:
    """Units with one of these ids or codes."""
    return Organization.objects.filter(Q(pk__in=list(ids)) | Q(code__in=[code for code in codes if code]))


def class_groups_within(path: str) -> QuerySet[ClassGroup]:
    """Classes, past ones too, of the units at and below an ltree path."""
    return ClassGroup.objects.filter(organization__path__within=path)


def class_groups_known(ids: Iterable[UUID]) -> QuerySet[ClassGroup]:
    return ClassGroup.objects.filter(pk__in=list(ids))


def student_memberships() -> QuerySet[Membership]:
    """Today's places of students, whoever and wherever."""
    return Membership.objects.filter(valid_on(timezone.localdate()), role=MemberRole.STUDENT)


def wards_of_id(guardian: UUID) -> QuerySet[Guardianship]:
    """The children of a guardian of whom one has the id alone."""
    return Guardianship.objects.filter(guardian=guardian).select_related("student").order_by("created_at")
