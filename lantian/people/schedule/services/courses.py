"""Courses and who takes them, as another system's files bring them."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from lantian.kernel.journal import services as journal
from lantian.kernel.rules import Actor, require
from lantian.people.roster import queries as roster
from lantian.people.roster import rules as roster_rules
from lantian.people.schedule.models import Course, CourseOffering


@dataclass(frozen=True)
class CourseRow:
    """A course to be made or changed; None says nothing: what is known stays."""

    id: UUID
    organization_id: UUID
    title: str | None = None
    code: str | None = None
    subjects: Sequence[str] | None = None
    grades: Sequence[int] | None = None
    is_active: bool = True


@transaction.atomic
def save_courses(rows: Sequence[CourseRow], *, by: Actor) -> None:
    """Make and change courses, a fixed number of statements per thousand. Raises Denied, IntegrityError for a code used twice."""
    for unit in roster.organizations_known({row.organization_id for row in rows}):
        require(roster_rules.may_manage_classes, by, unit)
    known = Course.objects.in_bulk([row.id for row in rows])
    made: list[Course] = []
    changed: list[Course] = []
    for row in rows:
        course = known.get(row.id) or Course(id=row.id, organization_id=row.organization_id)
        course.title = course.title if row.title is None else row.title
        course.code = course.code if row.code is None else row.code
        course.subjects = course.subjects if row.subjects is None else list(row.subjects)
        course.grades = course.grades if row.grades is None else list(row.grades)
        course.is_active = row.is_active
        (changed if row.id in known else made).append(course)
    Course.objects.bulk_create(made, batch_size=1000)
    Course.objects.bulk_update(changed, ["title", "code", "subjects", "grades", "is_active"], batch_size=1000)
    journal.record_many("schedule.course_created", made, by=by)
    journal.record_many("schedule.course_updated", changed, by=by)


@transaction.atomic
def close_courses(ids: Sequence[UUID], *, by: Actor) -> None:
    """Courses that are given no more. Raises Denied."""
    rows = list(Course.objects.filter(pk__in=ids).select_related("organization"))
    for unit in {row.organization_id: row.organization for row in rows}.values():
        require(roster_rules.may_manage_classes, by, unit)
    Course.objects.filter(pk__in=ids).update(is_active=False)
    journal.record_many("schedule.course_updated", rows, by=by, is_active=False)


@transaction.atomic
def offer_courses(rows: Sequence[tuple[UUID, UUID, UUID | None]], *, by: Actor) -> None:
    """Let classes take courses: (course, class, term or None) each; what stands already is left. Raises Denied."""
    classes = roster.class_groups_known({row[1] for row in rows}).select_related("organization")
    for unit in {group.organization_id: group.organization for group in classes}.values():
        require(roster_rules.may_manage_classes, by, unit)
    offers = [CourseOffering(course_id=c, class_group_id=g, session_id=term) for c, g, term in rows]
    CourseOffering.objects.bulk_create(offers, batch_size=1000, ignore_conflicts=True)
