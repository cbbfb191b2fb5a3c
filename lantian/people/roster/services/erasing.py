"""Erasing what the roster holds of a person. No rule is asked: for the service that erases people (people/privacy), which did,
and in whose transaction all of this runs. Each function returns how many things went.
"""

from django.utils import timezone

from lantian.kernel.holdings import Subject
from lantian.kernel.rules import SYSTEM
from lantian.people.identity.enums import LoginKind
from lantian.people.identity.services.accounts import drop_login_name
from lantian.people.roster.enums import Gender
from lantian.people.roster.models import Person, PersonMerge
from lantian.people.roster.queries import holding


def erase_facts(subject: Subject) -> int:
    """The record and its merged duplicates become an id and a pseudonym: nobody can be told from them, found or brought back."""
    gone = holding.count_facts(subject)
    Person.objects.filter(pk__in=subject.person_ids).update(
        name=subject.pseudonym,
        sort_key="",
        initials="",
        search_text="",
        gender=Gender.UNKNOWN,
        birth_date=None,
        citizen_id=None,
        citizen_id_index=None,
        student_number=None,
        student_number_index=None,
        erased_at=timezone.now(),
    )
    return gone


def erase_phones(subject: Subject) -> int:
    """The phones, and signing in by them."""
    for person in Person.objects.filter(pk__in=subject.person_ids, account__isnull=False).select_related("account"):
        assert person.account is not None
        drop_login_name(person.account, kind=LoginKind.PHONE, by=SYSTEM)
    rows = Person.objects.filter(pk__in=subject.person_ids, phone_index__isnull=False)
    return rows.update(phone=None, phone_index=None)


def erase_reasons(subject: Subject) -> int:
    """Why a role was taken back: words that somebody typed. The office and its time stay, without a name."""
    return holding.grants_of(subject).exclude(reason="").update(reason="")


def erase_bonds(subject: Subject) -> int:
    """Who is whose guardian, and codes with which a family ties itself to the child."""
    return holding.codes_of(subject).delete()[0] + holding.bonds_of(subject).delete()[0]


def erase_doubts(subject: Subject) -> int:
    """What was found out about duplicates: words that somebody typed, and pairs. A merge is no longer taken back."""
    merges = PersonMerge.objects.filter(pk__in=holding.merges_with(subject).values("pk")).update(reason="", moved={})
    return merges + holding.doubts_about(subject).delete()[0]


def erase_batch_items(subject: Subject) -> int:
    """The person's lines of actions on many people, with what was said about them."""
    return int(holding.batch_items_of(subject).delete()[0])
