"""Accounts of people: one each, for life."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.db import transaction

from lantian.kernel.crypto import KeyLost
from lantian.kernel.journal import services as journal
from lantian.kernel.rules import Actor, Verdict, deny, require
from lantian.people.identity import queries as identity_queries
from lantian.people.identity.enums import AccountKind, LoginKind
from lantian.people.identity.rules import KEEPERS
from lantian.people.identity.services.accounts import NewAccount, OpenedAccount, bulk_open_accounts
from lantian.people.roster.errors import AlreadyHasAccount
from lantian.people.roster.models import Person
from lantian.people.roster.rules import may_keep_account_of

if TYPE_CHECKING:
    from lantian.people.identity.models import Account
    from lantian.people.identity.services.passwords import SharedPassword


def _keeper_of_person(actor: Actor, account: "Account") -> Verdict:
    person = Person.objects.filter(account=account.pk).first()
    return may_keep_account_of(actor, person) if person else deny("")


def _phone_of_person(account: "Account") -> str:
    person = Person.objects.filter(account=account.pk).only("phone").first()
    try:
        return (person.phone or "") if person else ""
    except KeyLost:
        return ""


def keep_person_accounts() -> None:
    """Tell identity who keeps the accounts of people, and where they are called (once, when the app is ready)."""
    KEEPERS.register(AccountKind.PERSON, _keeper_of_person)
    identity_queries.PHONES.register(AccountKind.PERSON, _phone_of_person)


def _base_name(person: Person) -> str:
    """What a user name is made from when none is wanted: the pinyin of the name."""
    letters = "".join(char for char in person.sort_key if char.isascii() and char.isalnum())
    return (letters or "user")[:20]


def usernames_for(people: Sequence[Person], wanted: Sequence[str]) -> list[str]:
    """A free user name for each: the one wanted, else pinyin, with a number when it is taken.

    Never the student number: it has the citizen ID in it, and user names are shown.
    """
    bases = list(wanted)
    pinyin = {_base_name(person) for person, base in zip(people, bases, strict=True) if not base}
    used = identity_queries.usernames_like(pinyin) if pinyin else set()
    used |= {base.lower() for base in bases if base}
    names, tried = [], dict[str, int]()
    for person, base in zip(people, bases, strict=True):
        names.append(base or _next_free(_base_name(person), used, tried))
    return names


def _next_free(base: str, used: set[str], tried: dict[str, int]) -> str:
    """`tried`: the number of each base up to which all are used, so that thousands of one name are counted through once."""
    number = tried.get(base, 1)
    name = base if number == 1 and len(base) >= 3 else f"{base}{number}"
    while name in used:
        number += 1
        name = f"{base}{number}"
    tried[base] = number
    used.add(name)
    return name


def open_accounts(
    people: Sequence[Person],
    *,
    by: Actor,
    wanted: Sequence[str] | None = None,
    phones: Sequence[str | None] | None = None,
    shared_password: "str | SharedPassword | None" = None,
) -> list[OpenedAccount]:
    """Open accounts for people who have none, set `person.account` and leave saving to the caller, who has asked the rule.

    A phone that another account signs in with already is left out: families share phones, sign-in names are one's own.
    """
    names = usernames_for(people, wanted or [""] * len(people))
    numbers = [phone or "" for phone in (phones or [person.phone for person in people])]
    taken = identity_queries.taken_login_names([number for number in numbers if number])
    seen: set[str] = set(taken)
    rows = []
    for person, name, number in zip(people, names, numbers, strict=True):
        logins = []
        if number and number not in seen:
            seen.add(number)
            logins.append((LoginKind.PHONE, number))
        if person.student_number:
            logins.append((LoginKind.STUDENT_NUMBER, person.student_number))
        rows.append(NewAccount(username=name, display_name=person.name, login_names=logins))
    opened = bulk_open_accounts(rows, by=by, shared_password=shared_password)
    for person, one in zip(people, opened, strict=True):
        person.account = one.account
    return opened


@transaction.atomic
def open_account_for(person: Person, *, by: Actor, username: str = "", password: str | None = None) -> OpenedAccount:
    """Open a person's account: user name (student number or pinyin when not given), phone and student number sign in.

    Without `password` an activation code comes back for the slip. Raises Denied, AlreadyHasAccount, LoginNameTaken,
    BadLoginName.
    """
    row = Person.objects.select_for_update().get(pk=person.pk)
    require(may_keep_account_of, by, row)
    if row.account_id:
        raise AlreadyHasAccount
    opened = open_accounts([row], by=by, wanted=[username], shared_password=password)[0]
    row.save(update_fields=["account"])
    person.account = opened.account
    journal.record("roster.account_opened", row, by=by)
    return opened
