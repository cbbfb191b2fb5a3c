"""Families tie themselves to their child with a code on paper, which the school gives out.

The code alone is 49 random bits; the child's name is asked besides, so that a slip found in the street is not enough, and five
wrong names end it. A new family member never becomes somebody registered already by name and phone alone: nobody has shown that
the phone is theirs. Such doubles are merged by the school.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from lantian.kernel import crypto
from lantian.kernel.journal import services as journal
from lantian.kernel.rules import SYSTEM, Actor, check, require
from lantian.people.identity.engine.names import normalise_phone
from lantian.people.identity.queries import account_by_login
from lantian.people.identity.services.passwords import new_code, plain_code
from lantian.people.roster.enums import MemberRole
from lantian.people.roster.errors import BadPhone, BindingCodeWrong, PhoneHasAccount
from lantian.people.roster.models import BindingCode, ClassGroup, Guardianship, Person
from lantian.people.roster.queries import members_of_class
from lantian.people.roster.rules import may_bind_guardian, may_issue_slips, may_redeem_binding_code
from lantian.people.roster.services.guardians import bulk_bind_guardians
from lantian.people.roster.services.people import CreatedPerson, create_person

PURPOSE = "roster.binding_code"
VALID = timedelta(days=60)
USES = 2
MOST_FAILURES = 5
MOST_GUARDIANS = 6


@dataclass(frozen=True)
class FamilySlip:
    """What one family gets on paper."""

    student: Person
    code: str


def _index(code: str) -> bytes:
    return crypto.blind_index(plain_code(code), purpose=PURPOSE)


def _issue(students: Sequence[Person], by: Actor) -> list[FamilySlip]:
    """New codes; a child's older ones are good no longer."""
    BindingCode.objects.filter(student__in=students).delete()
    slips = [FamilySlip(student, new_code()) for student in students]
    BindingCode.objects.bulk_create(
        [
            BindingCode(
                student=slip.student,
                index=_index(slip.code),
                uses_left=USES,
                expires_at=timezone.now() + VALID,
                issued_by_id=by.person_id,
            )
            for slip in slips
        ],
        batch_size=1000,
    )
    journal.record_many("roster.binding_code_issued", students, by=by)
    return slips


@transaction.atomic
def issue_family_slips(class_group: ClassGroup, *, by: Actor) -> list[FamilySlip]:
    """A code for the family of each student of a class who has no guardian yet. Shown once. Raises Denied."""
    require(may_issue_slips, by, class_group)
    students = [row.person for row in members_of_class(class_group, MemberRole.STUDENT)]
    bound = set(Guardianship.objects.filter(student__in=students).values_list("student_id", flat=True))
    free = [one for one in students if one.pk not in bound and check(may_bind_guardian, by, one)]
    return _issue(free, by)


@transaction.atomic
def issue_binding_code(student: Person, *, by: Actor) -> FamilySlip:
    """A code for one child's family, whether or not somebody is bound already. Raises Denied."""
    require(may_bind_guardian, by, student)
    return _issue([student], by)[0]


def _redeemable(code: str, child_name: str) -> BindingCode:
    """The code, locked, if it is good and the name is right. Wrong names are counted, whatever becomes of the transaction."""
    row = (
        BindingCode.objects.select_for_update(of=("self",))
        .select_related("student")
        .filter(index=_index(code), uses_left__gt=0, failures__lt=MOST_FAILURES, expires_at__gt=timezone.now())
        .first()
    )
    if row is None or Guardianship.objects.filter(student=row.student).count() >= MOST_GUARDIANS:
        raise BindingCodeWrong
    if "".join(child_name.split()) != "".join(row.student.name.split()):
        raise _WrongName(row)
    return row


class _WrongName(Exception):
    def __init__(self, row: BindingCode) -> None:
        super().__init__()
        self.row = row


def _count_failure(row: BindingCode) -> None:
    BindingCode.objects.filter(pk=row.pk).update(failures=F("failures") + 1)
    journal.record("roster.binding_failed", row.student, by=Actor(kind=SYSTEM.kind, name=SYSTEM.name))


def redeem_binding_code(*, code: str, child_name: str, relation: str, by: Actor) -> Guardianship:
    """Tie oneself, signed in, to the child of a code. Raises Denied, BindingCodeWrong, AlreadyGuardian, NotAStudent."""
    require(may_redeem_binding_code, by)
    try:
        with transaction.atomic():
            row = _redeemable(code, child_name)
            assert by.person_id is not None  # the rule has seen to it
            guardian = Person.objects.get(pk=by.person_id)
            bond = bulk_bind_guardians([(guardian, row.student, relation)], by=SYSTEM)[0]
            _use(row, guardian, by)
            return bond
    except _WrongName as error:
        _count_failure(error.row)
        raise BindingCodeWrong from error


def register_with_binding_code(*, code: str, child_name: str, name: str, phone: str, relation: str) -> CreatedPerson:
    """A family member without an account gets one that waits for its password, tied to the child of a code.

    Raises BindingCodeWrong, BadPhone, PhoneHasAccount (they sign in first and use the code then), NotAStudent.
    """
    try:
        number = normalise_phone(phone)
    except ValueError as error:
        raise BadPhone from error
    try:
        with transaction.atomic():
            row = _redeemable(code, child_name)
            if account_by_login(number) is not None:
                raise PhoneHasAccount
            made = create_person(by=SYSTEM, name=name, phone=number, account=True)
            bulk_bind_guardians([(made.person, row.student, relation)], by=SYSTEM)
            _use(row, made.person, SYSTEM)
            return made
    except _WrongName as error:
        _count_failure(error.row)
        raise BindingCodeWrong from error


def _use(row: BindingCode, guardian: Person, by: Actor) -> None:
    BindingCode.objects.filter(pk=row.pk).update(uses_left=F("uses_left") - 1)
    journal.record("roster.binding_code_used", row.student, by=by, people=[guardian.pk], guardian=guardian.name)
