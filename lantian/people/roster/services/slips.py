"""Slips for a class: user names and activation codes, printed and cut."""

from dataclasses import dataclass

from django.db import transaction

from lantian.kernel.journal import services as journal
from lantian.kernel.rules import Actor, check, require
from lantian.people.identity.services.accounts import reset_account
from lantian.people.roster.enums import MemberRole
from lantian.people.roster.models import ClassGroup, Person
from lantian.people.roster.queries import members_of_class
from lantian.people.roster.rules import may_issue_slips, may_keep_account_of
from lantian.people.roster.services.accounts import open_account_for, open_accounts


@dataclass(frozen=True)
class Slip:
    """What one student gets on paper."""

    name: str
    username: str
    code: str


@transaction.atomic
def issue_slips(class_group: ClassGroup, *, by: Actor) -> list[Slip]:
    """Accounts for the class's students who have none, new codes for those who never signed in; others keep theirs.

    The codes are shown once and not kept. Students whose account somebody else keeps are left out. Raises Denied.
    """
    require(may_issue_slips, by, class_group)
    rows = members_of_class(class_group, MemberRole.STUDENT).select_related("person__account")
    students = [row.person for row in rows if check(may_keep_account_of, by, row.person)]
    waiting = [person for person in students if person.account and person.account.must_set_password]
    new = [person for person in students if person.account is None]
    slips = [
        Slip(person.name, person.account.username, reset_account(person.account, by=by))
        for person in waiting
        if person.account
    ]
    for person, opened in zip(new, open_accounts(new, by=by), strict=True):
        person.save(update_fields=["account"])
        slips.append(Slip(person.name, opened.account.username, opened.code or ""))
    journal.record("roster.slips_issued", class_group, by=by, count=len(slips))
    order = {person.name: place for place, person in enumerate(students)}
    return sorted(slips, key=lambda slip: order[slip.name])


@transaction.atomic
def renew_code(person: Person, *, by: Actor) -> Slip:
    """A slip for one who has forgotten the password, or has no account yet; what there was stops working. Raises Denied."""
    require(may_keep_account_of, by, person)
    if person.account is None:
        opened = open_account_for(person, by=by)
        return Slip(person.name, opened.account.username, opened.code or "")
    return Slip(person.name, person.account.username, reset_account(person.account, by=by))
