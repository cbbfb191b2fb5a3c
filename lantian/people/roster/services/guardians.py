"""Guardians and their children."""

from collections.abc import Sequence
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from lantian.kernel.events import acted_by, publish
from lantian.kernel.journal import services as journal
from lantian.kernel.rules import SYSTEM, Actor, require
from lantian.people.identity.engine.names import normalise_phone
from lantian.people.roster import events
from lantian.people.roster.enums import MemberRole, Relation
from lantian.people.roster.errors import AlreadyGuardian, BadPhone, NotAStudent
from lantian.people.roster.models import Guardianship, Membership, Person, valid_on
from lantian.people.roster.queries.finding import phone_index
from lantian.people.roster.rules import may_bind_guardian
from lantian.people.roster.services.memberships import not_merged
from lantian.people.roster.services.people import CreatedPerson, create_person


@transaction.atomic
def bulk_bind_guardians(rows: Sequence[tuple[Person, Person, str]], *, by: Actor) -> list[Guardianship]:
    """Tie guardians to students: (guardian, student, relation) each.

    Raises Denied, NotAStudent, AlreadyGuardian, AlreadyMerged.
    """
    students: dict[UUID, Person] = {student.pk: student for _, student, _ in rows}
    enrolled = set(
        Membership.objects.filter(
            valid_on(timezone.localdate()), person__in=list(students), role=MemberRole.STUDENT
        ).values_list("person_id", flat=True)
    )
    if enrolled != set(students):
        raise NotAStudent
    if not by.is_system:
        for student in students.values():
            require(may_bind_guardian, by, student)
    made = [Guardianship(guardian=guardian, student=student, relation=how) for guardian, student, how in rows]
    try:
        with transaction.atomic():
            Guardianship.objects.bulk_create(made, batch_size=1000)
    except IntegrityError as error:
        raise AlreadyGuardian from error
    not_merged(person.pk for guardian, student, _ in rows for person in (guardian, student))
    journal.record_many("roster.guardian_bound", students.values(), by=by)
    if len(made) == 1:
        one = made[0]
        fact = events.GuardianBound(
            object_id=one.pk, guardian_id=one.guardian_id, student_id=one.student_id, **acted_by(by)
        )
        publish(fact)
    elif made:
        publish(events.GuardiansImported(object_id=made[0].pk, count=len(made), **acted_by(by)))
    return made


def bind_guardian(*, by: Actor, guardian: Person, student: Person, relation: str = Relation.OTHER) -> Guardianship:
    """Tie one guardian to one student. Raises Denied, NotAStudent, AlreadyGuardian."""
    return bulk_bind_guardians([(guardian, student, relation)], by=by)[0]


@transaction.atomic
def release_guardian(guardianship: Guardianship, *, by: Actor, reason: str = "") -> None:
    """Untie a guardian from a student; the journal keeps that it was so. Raises Denied."""
    row = (
        Guardianship.objects.select_for_update(of=("self",))
        .select_related("student", "guardian")
        .get(pk=guardianship.pk)
    )
    require(may_bind_guardian, by, row.student)
    journal.record(
        "roster.guardian_released",
        row.student,
        by=by,
        people=[row.guardian_id],
        guardian=row.guardian.name,
        reason=reason,
    )
    publish(
        events.GuardianReleased(
            object_id=row.pk, guardian_id=row.guardian_id, student_id=row.student_id, **acted_by(by)
        )
    )
    row.delete()


@transaction.atomic
def register_guardian(
    *, by: Actor, student: Person, name: str, phone: str, relation: str, account: bool = False
) -> CreatedPerson:
    """Tie a guardian to a student; the one with this name and phone if registered already, else a new person.

    Raises Denied, BadPhone, NotAStudent, AlreadyGuardian, LoginNameTaken.
    """
    require(may_bind_guardian, by, student)
    try:
        number = normalise_phone(phone)
    except ValueError as error:
        raise BadPhone from error
    same = Person.objects.filter(phone_index=phone_index(number), name=" ".join(name.split()))
    known = same.filter(merged_into__isnull=True).order_by("created_at").first()
    # the rule has been asked about the student; whoever answers for the student registers the guardian
    made = CreatedPerson(known) if known else create_person(by=SYSTEM, name=name, phone=number, account=account)
    bulk_bind_guardians([(made.person, student, relation)], by=by)
    if known is None:
        journal.record("roster.person_registered", made.person, by=by)
    return made
