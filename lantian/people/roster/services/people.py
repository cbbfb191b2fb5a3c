"""People: registered once, changed with a record, their sealed facts read with a reason."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.utils import timezone

from lantian.kernel.events import acted_by, publish
from lantian.kernel.journal import services as journal
from lantian.kernel.rules import Actor, require
from lantian.people.identity.engine.names import normalise_phone
from lantian.people.identity.enums import LoginKind
from lantian.people.identity.rules import may_keep_account
from lantian.people.identity.services.accounts import add_login_name, drop_login_name, rename_account
from lantian.people.roster import events
from lantian.people.roster.engine.codes.citizen import CitizenIdError, birth_date_of, gender_of, normalise_citizen_id
from lantian.people.roster.engine.names import initials, search_text, sort_key
from lantian.people.roster.enums import Gender
from lantian.people.roster.errors import (
    BadCitizenId,
    BadDates,
    BadPhone,
    CitizenIdTaken,
    ReasonNeeded,
    StudentNumberTaken,
    WrongClass,
)
from lantian.people.roster.models import ClassGroup, Membership, Organization, Person
from lantian.people.roster.queries.finding import citizen_id_index, phone_index, student_number_index
from lantian.people.roster.rules import may_manage_people, may_reveal_private, may_update_person
from lantian.people.roster.services.accounts import open_accounts

if TYPE_CHECKING:
    from lantian.people.identity.models import Account
    from lantian.people.identity.services.passwords import SharedPassword

CHANGEABLE = ("name", "gender", "birth_date", "phone", "citizen_id", "student_number")
REVEALABLE = ("phone", "citizen_id", "student_number")


@dataclass(frozen=True)
class NewMembership:
    """Where a new person belongs."""

    organization: Organization
    role: str
    class_group: ClassGroup | None = None
    subject: str = ""
    valid_from: date | None = None
    valid_to: date | None = None


@dataclass(frozen=True)
class NewPerson:
    """A person to be registered. `organization` says who answers for them when they have no membership (guardians)."""

    name: str
    gender: str = Gender.UNKNOWN
    birth_date: date | None = None
    phone: str = ""
    citizen_id: str = ""
    student_number: str = ""
    memberships: Sequence[NewMembership] = ()
    organization: Organization | None = None
    account: bool = False
    username: str = ""
    id: UUID | None = None


@dataclass(frozen=True)
class CreatedPerson:
    """A registered person, their account if one was opened, and its activation code, which is shown once."""

    person: Person
    account: "Account | None" = None
    code: str | None = None


def _set_name(person: Person, name: str) -> None:
    person.name = " ".join(name.split())
    person.sort_key = sort_key(person.name, is_person=True)
    person.initials = initials(person.name, is_person=True)
    person.search_text = search_text(person.name, is_person=True)


def _set_phone(person: Person, typed: str) -> None:
    try:
        person.phone = normalise_phone(typed) if typed.strip() else None
    except ValueError as error:
        raise BadPhone from error
    person.phone_index = phone_index(person.phone) if person.phone else None


def _set_student_number(person: Person, typed: str) -> None:
    person.student_number = typed.strip() or None
    person.student_number_index = student_number_index(typed) if typed.strip() else None


def _set_citizen_id(person: Person, typed: str) -> None:
    try:
        number = normalise_citizen_id(typed) if typed.strip() else None
    except CitizenIdError as error:
        raise BadCitizenId(error.fault) from error
    person.citizen_id = number
    person.citizen_id_index = citizen_id_index(number) if number else None
    if number:
        person.birth_date = person.birth_date or birth_date_of(number)
        person.gender = gender_of(number) if person.gender == Gender.UNKNOWN else person.gender


def _build(row: NewPerson) -> Person:
    person = Person(id=row.id or uuid4(), gender=row.gender, birth_date=row.birth_date)
    _set_name(person, row.name)
    _set_phone(person, row.phone)
    _set_citizen_id(person, row.citizen_id)
    _set_student_number(person, row.student_number)
    return person


def _save_or_say(error: IntegrityError) -> None:
    if "person_citizen_id" in str(error):
        raise CitizenIdTaken from error
    if "person_student_number" in str(error):
        raise StudentNumberTaken from error
    raise error


def _insert(people: list[Person]) -> None:
    try:
        with transaction.atomic():
            Person.objects.bulk_create(people, batch_size=1000)
    except IntegrityError as error:
        _save_or_say(error)


def _memberships(row: NewPerson, person: Person, today: date) -> list[Membership]:
    made = []
    for item in row.memberships:
        if item.class_group is not None and item.class_group.organization_id != item.organization.pk:
            raise WrongClass
        start = item.valid_from or today
        if item.valid_to and item.valid_to < start:
            raise BadDates
        made.append(
            Membership(
                person=person,
                organization=item.organization,
                class_group=item.class_group,
                role=item.role,
                subject=item.subject,
                valid_from=start,
                valid_to=item.valid_to,
            )
        )
    return made


def _ask_everywhere(rows: Sequence[NewPerson], by: Actor) -> None:
    places: dict[UUID, Organization] = {}
    for row in rows:
        own = [item.organization for item in row.memberships] or ([row.organization] if row.organization else [])
        if not own:
            require(may_manage_people, by, _Nowhere())
        places.update({place.pk: place for place in own})
    for place in places.values():
        require(may_manage_people, by, place)


class _Nowhere:
    """A person who belongs to no unit is registered by the system alone."""

    path = ""


@transaction.atomic
def bulk_create_people(
    rows: Sequence[NewPerson], *, by: Actor, shared_password: "str | SharedPassword | None" = None
) -> list[CreatedPerson]:
    """Register many people with memberships and accounts, in the order given: a fixed number of statements per thousand.

    Accounts get activation codes; `shared_password` (demonstrations) is hashed once for all. Raises Denied, BadPhone,
    BadCitizenId, CitizenIdTaken, StudentNumberTaken, WrongClass, BadDates, LoginNameTaken (then none is registered).
    """
    if not rows:
        return []
    _ask_everywhere(rows, by)
    people = [_build(row) for row in rows]
    today = timezone.localdate()
    pairs = list(zip(rows, people, strict=True))
    holders = [(row, person) for row, person in pairs if row.account]
    opened = open_accounts(
        [person for _, person in holders],
        by=by,
        wanted=[row.username for row, _ in holders],
        shared_password=shared_password,
    )
    _insert(people)
    Membership.objects.bulk_create(
        [m for row, person in pairs for m in _memberships(row, person, today)], batch_size=1000
    )
    by_person = {person.pk: one for (_, person), one in zip(holders, opened, strict=True)}
    journal.record_many("roster.person_registered", people, by=by)
    if len(people) == 1:
        publish(events.PersonRegistered(object_id=people[0].pk, **acted_by(by)))
    else:
        publish(events.PeopleImported(object_id=people[0].pk, count=len(people), **acted_by(by)))
    return [_created(person, by_person) for person in people]


def _created(person: Person, opened: dict[UUID, Any]) -> CreatedPerson:
    one = opened.get(person.pk)
    return CreatedPerson(person, one.account, one.code) if one else CreatedPerson(person)


def create_person(
    *,
    by: Actor,
    name: str,
    gender: str = Gender.UNKNOWN,
    birth_date: date | None = None,
    phone: str = "",
    citizen_id: str = "",
    student_number: str = "",
    memberships: Sequence[NewMembership] = (),
    organization: Organization | None = None,
    account: bool = False,
    username: str = "",
    password: str | None = None,
    id: UUID | None = None,
) -> CreatedPerson:
    """Register one person, with memberships and (if `account`) an account. Raises as `bulk_create_people`."""
    row = NewPerson(
        name=name,
        gender=gender,
        birth_date=birth_date,
        phone=phone,
        citizen_id=citizen_id,
        student_number=student_number,
        memberships=memberships,
        organization=organization,
        account=account,
        username=username,
        id=id,
    )
    return bulk_create_people([row], by=by, shared_password=password)[0]


def _apply(person: Person, changes: dict[str, Any]) -> None:
    for name, value in changes.items():
        if name == "phone":
            _set_phone(person, value or "")
        elif name == "citizen_id":
            _set_citizen_id(person, value or "")
        elif name == "student_number":
            _set_student_number(person, value or "")
        elif name != "name":
            setattr(person, name, value)
    _set_name(person, changes.get("name", person.name))


@transaction.atomic
def update_person(person: Person, *, by: Actor, **changes: Any) -> Person:
    """Change name, gender, birth_date, phone, citizen_id or student_number; sign-in names follow.

    Name and numbers of somebody with an account are changed by whoever could keep that account: the numbers open it. The journal
    notes which facts changed, never the sealed values. Raises Denied, BadPhone, BadCitizenId, CitizenIdTaken,
    StudentNumberTaken, LoginNameTaken; TypeError for other fields.
    """
    unknown = set(changes) - set(CHANGEABLE)
    if unknown:
        raise TypeError(f"not changeable: {sorted(unknown)}")
    row = Person.objects.select_for_update(of=("self",)).select_related("account").get(pk=person.pk)
    require(may_update_person, by, row)
    before = {name: getattr(row, name) for name in changes}
    _apply(row, changes)
    changed = [name for name in changes if getattr(row, name) != before[name]]
    if not changed:
        return row
    try:
        with transaction.atomic():
            row.save(update_fields=[*changed, *_follows(changed)])
    except IntegrityError as error:
        _save_or_say(error)
    if row.account is not None:
        follow_account(row.account, row, changed, by=by)
    plain = [name for name in changed if name not in REVEALABLE]
    journal.record(
        "roster.person_updated",
        row,
        by=by,
        changed=changed,
        before={name: before[name] for name in plain},
        after={name: getattr(row, name) for name in plain},
    )
    publish(events.PersonUpdated(object_id=row.pk, context={"changed": changed}, **acted_by(by)))
    return row


def _follows(changed: list[str]) -> list[str]:
    """The columns that hang on what changed."""
    also = {"phone": ["phone_index"], "citizen_id": ["citizen_id_index", "birth_date", "gender"]}
    also["student_number"] = ["student_number_index"]
    columns = {"sort_key", "initials", "search_text"}.union(*(also.get(name, ()) for name in changed))
    return sorted(columns - set(changed))


def follow_account(account: "Account", person: Person, changed: list[str], *, by: Actor) -> None:
    """Keep the account's name and sign-in names in step with the person's facts. Raises Denied, LoginNameTaken."""
    kinds = {
        "phone": (LoginKind.PHONE, person.phone),
        "student_number": (LoginKind.STUDENT_NUMBER, person.student_number),
    }
    if "citizen_id" in changed:  # where another platform's word for it is believed, it opens the account
        require(may_keep_account, by, account)
    for name in changed:
        if name in kinds:
            kind, value = kinds[name]
            if value:
                add_login_name(account, kind=kind, name=value, by=by)
            else:
                drop_login_name(account, kind=kind, by=by)
    if "name" in changed:
        rename_account(account, display_name=person.name, by=by)


@transaction.atomic
def reveal_private(person: Person, *, what: str, reason: str, by: Actor) -> str:
    """Read a sealed fact: "phone", "citizen_id" or "student_number".

    Who, what and why are written down first; one's own needs no reason.

    Raises Denied, ReasonNeeded, KeyLost; ValueError for other facts.
    """
    if what not in REVEALABLE:
        raise ValueError(what)
    require(may_reveal_private, by, person)
    if by.person_id != person.pk and len(reason.strip()) < 4:
        raise ReasonNeeded
    journal.record("roster.private_fact_revealed", person, by=by, what=what, reason=reason.strip()[:200])
    publish(events.PrivateFactRevealed(object_id=person.pk, what=what, **acted_by(by)))
    return str(getattr(person, what) or "")
