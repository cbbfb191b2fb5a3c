"""Which teacher teaches what in which class, from a day on. What was before stays, with its dates."""

from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lantian.kernel.events import acted_by, publish
from lantian.kernel.journal import services as journal
from lantian.kernel.rules import Actor, require
from lantian.people.roster import events
from lantian.people.roster.enums import MemberRole, Subject
from lantian.people.roster.errors import BadDates, ClassClosed, NotOfTheSchool, OneHomeroomTeacher
from lantian.people.roster.models import ClassGroup, Membership, Person, valid_on
from lantian.people.roster.queries.assignments import HOMEROOM, school_of, teachers_in, teachers_over_time
from lantian.people.roster.queries.visible import STAFF_ROLES
from lantian.people.roster.rules.assignments import may_assign_teachers


@transaction.atomic
def assign_teachers(
    class_group: ClassGroup, column: str, people: Sequence[UUID], *, by: Actor, on: date | None = None
) -> bool:
    """Let `people`, and nobody else, teach a Subject in a class (or, for HOMEROOM, be its homeroom teacher) from `on` (today).

    Who taught until then has the day before as last day; an assignment that had not begun before `on` never was. Who loses the
    last class still belongs to the school. Returns whether anything changed. Raises Denied, ClassClosed, NotOfTheSchool,
    OneHomeroomTeacher, BadDates (somebody there began after `on`); ValueError for an unknown column.
    """
    if column != HOMEROOM:
        Subject(column)
    group = ClassGroup.objects.select_for_update(of=("self",)).select_related("organization").get(pk=class_group.pk)
    require(may_assign_teachers, by, group.organization)
    if not group.is_active:
        raise ClassClosed
    wanted = list(dict.fromkeys(people))
    if column == HOMEROOM and len(wanted) > 1:
        raise OneHomeroomTeacher
    start = on or timezone.localdate()
    now = list(teachers_in(group, column, start).select_for_update(of=("self",)))
    if teachers_over_time(group, column).filter(valid_from__gt=start).exists():
        raise BadDates(_("这一天以后已经另有安排，请选更晚的日期。"), field="on")
    leaving = [row for row in now if row.person_id not in wanted]
    coming = [pk for pk in wanted if pk not in {row.person_id for row in now}]
    if not leaving and not coming:
        return False
    newcomers = _staff(group, coming)
    _end(leaving, start, by)
    _begin(group, column, newcomers, start, by)
    _keep_at_school(group, leaving, start)
    before, after = [row.person.name for row in now], [row.person.name for row in now if row not in leaving]
    journal.record(
        "roster.teachers_assigned",
        group,
        by=by,
        column=column,
        before=before,
        after=[*after, *(person.name for person in newcomers)],
        on=start,
    )
    return True


def _staff(group: ClassGroup, ids: list[UUID]) -> list[Person]:
    members = Membership.objects.filter(
        valid_on(timezone.localdate()),
        organization__path__within=school_of(group.organization).path,
        role__in=STAFF_ROLES,
        person__in=ids,
    )
    found = list(Person.objects.filter(pk__in=members.values("person"), merged_into__isnull=True))
    if len(found) != len(ids):
        raise NotOfTheSchool
    return found


def _end(rows: list[Membership], start: date, by: Actor) -> None:
    for row in rows:
        known_as = row.pk
        if row.valid_from >= start:  # corrected on the day it began: it lasted for no time at all
            row.delete()
        else:
            row.valid_to = start - timedelta(days=1)
            row.save(update_fields=["valid_to"])
        journal.record(
            "roster.membership_ended",
            row.person,
            by=by,
            organization=str(row.organization),
            role=row.role,
            subject=row.subject,
            valid_to=start - timedelta(days=1),
        )
        publish(
            events.MembershipEnded(
                object_id=known_as,
                organization_id=row.organization_id,
                person_id=row.person_id,
                ended_on=start - timedelta(days=1),
                **acted_by(by),
            )
        )


def _begin(group: ClassGroup, column: str, people: list[Person], start: date, by: Actor) -> None:
    role = MemberRole.HOMEROOM_TEACHER if column == HOMEROOM else MemberRole.TEACHER
    for person in people:
        row = Membership.objects.create(
            person=person,
            organization_id=group.organization_id,
            class_group=group,
            role=role,
            subject="" if column == HOMEROOM else column,
            valid_from=start,
        )
        journal.record(
            "roster.membership_begun",
            person,
            by=by,
            organization=f"{group.organization} {group}",
            role=role,
            subject=row.subject,
            valid_from=start,
        )
        publish(
            events.MembershipBegun(
                object_id=row.pk,
                organization_id=group.organization_id,
                person_id=person.pk,
                role=role,
                class_group_id=group.pk,
                **acted_by(by),
            )
        )


def _keep_at_school(group: ClassGroup, left: list[Membership], start: date) -> None:
    """Who gave up their last class here still belongs to the school, as its teacher without a class."""
    ids = {row.person_id for row in left}
    staying = Membership.objects.filter(valid_on(start), person__in=ids, organization=group.organization_id)
    for pk in ids - set(staying.exclude(role=MemberRole.STUDENT).values_list("person_id", flat=True)):
        Membership.objects.create(
            person_id=pk, organization_id=group.organization_id, role=MemberRole.TEACHER, valid_from=start
        )
