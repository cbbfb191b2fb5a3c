"""Two records of one human being become one, and can be taken apart again.

Everything that names the dropped person as whom it is about (memberships, roles, families, lessons of the apps above …) is
re-pointed, found through Django's own relations, so that an app above need not be known here. Relations without a reverse name
("+") say who once did something; those keep pointing at the dropped record, which stays.
"""

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import IntegrityError, models, transaction
from django.db.models import Q
from django.utils import timezone

from lantian.kernel.crypto import KeyLost
from lantian.kernel.events import acted_by, publish
from lantian.kernel.journal import services as journal
from lantian.kernel.rules import Actor, require
from lantian.people.identity.enums import LoginKind
from lantian.people.identity.errors import LoginNameTaken
from lantian.people.identity.services.accounts import add_login_name, drop_login_name
from lantian.people.identity.services.joining import Absorbed, absorb_account, release_account
from lantian.people.roster import events
from lantian.people.roster.enums import EndReason, Gender
from lantian.people.roster.errors import (
    AlreadyMerged,
    CannotUnmerge,
    OneIsTheOthersGuardian,
    ReasonNeeded,
    TwoCitizenIds,
)
from lantian.people.roster.models import Guardianship, Membership, NotDuplicates, Person, PersonMerge, RoleGrant
from lantian.people.roster.rules import may_merge_people

if TYPE_CHECKING:
    from lantian.people.identity.models import Account

SEALED = ("phone", "citizen_id", "student_number")
PLAIN = ("birth_date", "gender")
SIGN_IN_FACTS = {"phone": LoginKind.PHONE, "student_number": LoginKind.STUDENT_NUMBER}


@dataclass
class _Moved:
    """What a merge did, as it is kept (JSON)."""

    relations: dict[str, list[str]] = field(default_factory=dict)
    facts: list[str] = field(default_factory=list)
    marks: dict[str, str] = field(default_factory=dict)  # blind indexes (hex) of the sealed facts that went over
    ended: list[list[Any]] = field(default_factory=list)  # memberships left behind: [id, valid_to as it was]
    revoked: list[str] = field(default_factory=list)
    removed: list[list[str]] = field(default_factory=list)  # guardianships both had: [guardian, student, relation]
    account: str = ""  # "", "moved" (kept had none) or "absorbed"
    login_names: list[str] = field(default_factory=list)
    upstream: list[int] = field(default_factory=list)  # ties to other platforms that changed hands
    was_active: bool = False
    signs_in: list[str] = field(default_factory=list)  # facts by which the kept account signs in from now on


def _lock(*ids: UUID) -> dict[UUID, Person]:
    rows = Person.objects.select_for_update(of=("self",)).select_related("account").filter(pk__in=ids).order_by("pk")
    return {row.pk: row for row in rows}


def _check(kept: Person, dropped: Person) -> None:
    if kept.pk == dropped.pk or kept.merged_into_id or dropped.merged_into_id or kept.erased_at or dropped.erased_at:
        raise AlreadyMerged
    if kept.citizen_id_index and dropped.citizen_id_index and kept.citizen_id_index != dropped.citizen_id_index:
        raise TwoCitizenIds
    family = Q(guardian=kept, student=dropped) | Q(guardian=dropped, student=kept)
    if Guardianship.objects.filter(family).exists():
        raise OneIsTheOthersGuardian


@transaction.atomic
def merge_people(kept: Person, dropped: Person, *, reason: str, by: Actor) -> PersonMerge:
    """Make `dropped` part of `kept`: facts that `kept` lacks, account, memberships, roles, family, all that is about them.

    What both have stays as `kept` has it. Raises Denied, ReasonNeeded, AlreadyMerged, TwoCitizenIds (two different ones are
    two people), OneIsTheOthersGuardian.
    """
    rows = _lock(kept.pk, dropped.pk)
    one, other = rows[kept.pk], rows[dropped.pk]
    # asked of the locked rows: an office that was just given to one of them counts
    require(may_merge_people, by, one, other)
    if len(reason.strip()) < 4:
        raise ReasonNeeded
    _check(one, other)
    moved = _Moved()
    _join_accounts(one, other, by, reason, moved)
    _join_facts(one, other, moved)
    _sign_in_by(one, moved, by)
    for relation in _relations():
        _repoint(relation, one, other, moved)
    _close_leftovers(other, moved)
    Person.objects.filter(pk=other.pk).update(merged_into=one)
    merge = PersonMerge.objects.create(
        kept=one, dropped=other, reason=reason.strip()[:200], moved=vars(moved), merged_by_id=by.person_id
    )
    journal.record(
        "roster.people_merged",
        one,
        by=by,
        people=[other.pk],
        other=other.name,
        other_id=other.pk,
        reason=reason.strip()[:200],
    )
    journal.record("roster.person_merged_away", other, by=by, people=[one.pk], into=one.name, into_id=one.pk)
    publish(events.PeopleMerged(object_id=one.pk, dropped_id=other.pk, **acted_by(by)))
    return merge


def _join_accounts(kept: Person, dropped: Person, by: Actor, reason: str, moved: _Moved) -> None:
    if dropped.account is None:
        return
    if kept.account is None:
        account = dropped.account
        Person.objects.filter(pk=dropped.pk).update(account=None)
        Person.objects.filter(pk=kept.pk).update(account=account)
        kept.account, dropped.account = account, None
        moved.account = "moved"
        return
    absorbed = absorb_account(kept.account, dropped.account, by=by, reason=reason)
    moved.account, moved.login_names, moved.was_active = "absorbed", absorbed.login_names, absorbed.was_active
    moved.upstream = absorbed.upstream


def _join_facts(kept: Person, dropped: Person, moved: _Moved) -> None:
    """Facts that only `dropped` has go over, sealed as they are: nobody reads them for this."""
    columns: dict[str, Any] = {}
    for name in SEALED:
        if getattr(kept, f"{name}_index") is None and getattr(dropped, f"{name}_index") is not None:
            columns |= _sealed(dropped, name)
            moved.facts.append(name)
            moved.marks[name] = bytes(getattr(dropped, f"{name}_index")).hex()
    if moved.facts:  # unique: they leave one row before they stand in the other
        Person.objects.filter(pk=dropped.pk).update(**dict.fromkeys(columns))
    empty = {"birth_date": None, "gender": Gender.UNKNOWN}
    for name in PLAIN:
        if getattr(kept, name) == empty[name] and getattr(dropped, name) != empty[name]:
            columns[name] = getattr(dropped, name)
            moved.facts.append(name)  # a copy: the dropped record keeps its own
    if columns:
        Person.objects.filter(pk=kept.pk).update(**columns)


def _sign_in_by(kept: Person, moved: _Moved, by: Actor) -> None:
    """A phone or student number that came from a record without an account signs in to the kept account, unless it is taken."""
    if kept.account is None or moved.account:
        return  # an account that came along brought its names
    row = Person.objects.get(pk=kept.pk)
    for name, kind in SIGN_IN_FACTS.items():
        if name not in moved.facts or kept.account.login_names.filter(kind=kind).exists():
            continue
        with suppress(LoginNameTaken, KeyLost):
            add_login_name(kept.account, kind=kind, name=getattr(row, name), by=by)
            moved.signs_in.append(name)


def _sealed(person: Person, name: str) -> dict[str, Any]:
    """The two columns of a sealed fact as they lie in the database, unopened."""
    return {name: person.__dict__[name], f"{name}_index": getattr(person, f"{name}_index")}


def _relations() -> list[Any]:
    """Relations of other tables to a person as whom the row is about."""
    return [
        relation
        for relation in Person._meta.related_objects
        if relation.related_model is not Person and relation.concrete is False and relation.field.concrete
    ]


def _key(relation: Any) -> str:
    return f"{relation.related_model._meta.label_lower}.{relation.field.name}"


def _repoint(relation: Any, kept: Person, dropped: Person, moved: _Moved) -> None:
    model: type[models.Model] = relation.related_model
    name = relation.field.name
    rows = list(model._base_manager.filter(**{name: dropped}).values_list("pk", flat=True))
    done: list[str] = []
    try:
        with transaction.atomic():
            model._base_manager.filter(pk__in=rows).update(**{name: kept})
        done = [str(pk) for pk in rows]
    except IntegrityError:  # both have some of the same: one by one, and what both have stays behind
        for pk in rows:
            try:
                with transaction.atomic():
                    model._base_manager.filter(pk=pk).update(**{name: kept})
                done.append(str(pk))
            except IntegrityError:
                continue
    if done:
        moved.relations[_key(relation)] = done


def _close_leftovers(dropped: Person, moved: _Moved) -> None:
    """What both had is still the dropped one's: it must not go on living there."""
    today = timezone.localdate()
    alive = Q(valid_to__isnull=True) | Q(valid_to__gte=today)
    for row in Membership.objects.select_for_update().filter(alive, person=dropped):
        moved.ended.append([str(row.pk), row.valid_to.isoformat() if row.valid_to else None])
        row.valid_to = max(row.valid_from, today - timedelta(days=1))
        row.end_reason = EndReason.MERGED
        row.save(update_fields=["valid_to", "end_reason"])
    grants = RoleGrant.objects.filter(person=dropped, revoked_at__isnull=True)
    moved.revoked = [str(pk) for pk in grants.values_list("pk", flat=True)]
    grants.update(revoked_at=timezone.now())
    bonds = Guardianship.objects.filter(Q(guardian=dropped) | Q(student=dropped))
    moved.removed = [[str(row.guardian_id), str(row.student_id), row.relation] for row in bonds]
    bonds.delete()


@transaction.atomic
def unmerge_people(merge: PersonMerge, *, by: Actor) -> Person:
    """Take a merge back: all that went over and is still there returns. Returns the person who is one of their own again.

    Raises Denied, CannotUnmerge (undone already, or the kept record was itself merged or erased since).
    """
    row = PersonMerge.objects.select_for_update(of=("self",)).select_related("kept", "dropped").get(pk=merge.pk)
    people = _lock(row.kept_id, row.dropped_id)
    kept, dropped = people[row.kept_id], people[row.dropped_id]
    require(may_merge_people, by, kept, kept)
    if row.undone_at or kept.erased_at or kept.merged_into_id or dropped.merged_into_id != kept.pk:
        raise CannotUnmerge
    moved = _Moved(**row.moved)
    Person.objects.filter(pk=dropped.pk).update(merged_into=None)
    _part_facts(kept, dropped, moved)
    for relation in _relations():
        model, name = relation.related_model, relation.field.name
        ids = moved.relations.get(_key(relation), [])
        model._base_manager.filter(pk__in=ids, **{name: kept}).update(**{name: dropped})
    _revive_leftovers(moved)
    # last: only once the person belongs somewhere again is the account anybody's to keep
    _part_accounts(kept, dropped, by, moved)
    PersonMerge.objects.filter(pk=row.pk).update(undone_at=timezone.now(), undone_by=by.person_id)
    journal.record("roster.people_unmerged", kept, by=by, people=[dropped.pk], other=dropped.name)
    journal.record("roster.people_unmerged", dropped, by=by, people=[kept.pk], other=kept.name)
    publish(events.PeopleUnmerged(object_id=kept.pk, dropped_id=dropped.pk, **acted_by(by)))
    dropped.refresh_from_db()
    return dropped


def _part_facts(kept: Person, dropped: Person, moved: _Moved) -> None:
    """What went over goes back; what was changed meanwhile is the kept one's own, and stays."""
    sealed = [name for name in moved.facts if name in SEALED and _is_as_it_came(kept, name, moved)]
    columns: dict[str, Any] = {}
    for name in sealed:
        columns |= _sealed(kept, name)
    if columns:
        Person.objects.filter(pk=kept.pk).update(**dict.fromkeys(columns))
        Person.objects.filter(pk=dropped.pk).update(**columns)
    copied = [name for name in moved.facts if name in PLAIN and getattr(kept, name) == getattr(dropped, name)]
    empty: dict[str, Any] = {"birth_date": None, "gender": Gender.UNKNOWN}
    if copied:
        Person.objects.filter(pk=kept.pk).update(**{name: empty[name] for name in copied})


def _is_as_it_came(kept: Person, name: str, moved: _Moved) -> bool:
    now = getattr(kept, f"{name}_index")
    if now is None or name not in moved.marks:  # a merge from before marks were kept: as it was done then
        return now is not None
    return bytes(now).hex() == moved.marks[name]


def _part_accounts(kept: Person, dropped: Person, by: Actor, moved: _Moved) -> None:
    if moved.account == "moved" and kept.account is not None:
        account = kept.account
        Person.objects.filter(pk=kept.pk).update(account=None)
        Person.objects.filter(pk=dropped.pk).update(account=account)
        _sign_in_by_own(account, dropped, by)
    elif moved.signs_in and kept.account is not None:
        for name in moved.signs_in:
            if _is_as_it_came(kept, name, moved):
                drop_login_name(kept.account, kind=SIGN_IN_FACTS[name], by=by)
    elif moved.account == "absorbed" and kept.account is not None and dropped.account is not None:
        absorbed = Absorbed(moved.login_names, moved.was_active, moved.upstream)
        release_account(kept.account, dropped.account, by=by, absorbed=absorbed)


def _sign_in_by_own(account: "Account", person: Person, by: Actor) -> None:
    """An account that comes back signs in by its holder's own facts: those changed meanwhile are the other one's."""
    row = Person.objects.get(pk=person.pk)
    for name, kind in SIGN_IN_FACTS.items():
        with suppress(LoginNameTaken, KeyLost):
            if own := getattr(row, name):
                add_login_name(account, kind=kind, name=own, by=by)
            else:
                drop_login_name(account, kind=kind, by=by)


def _revive_leftovers(moved: _Moved) -> None:
    for pk, valid_to in moved.ended:
        Membership.objects.filter(pk=pk, end_reason=EndReason.MERGED).update(valid_to=valid_to, end_reason="")
    RoleGrant.objects.filter(pk__in=moved.revoked).update(revoked_at=None)
    Guardianship.objects.bulk_create(
        [
            Guardianship(guardian_id=UUID(guardian), student_id=UUID(student), relation=relation)
            for guardian, student, relation in moved.removed
        ],
        ignore_conflicts=True,
    )


@transaction.atomic
def mark_not_duplicates(one: Person, other: Person, *, by: Actor) -> None:
    """Remember that these are two people, so that they are not proposed again. Safe to repeat. Raises Denied."""
    require(may_merge_people, by, one, other)
    low, high = sorted((one, other), key=lambda person: person.pk)
    _, first = NotDuplicates.objects.get_or_create(low=low, high=high, defaults={"decided_by_id": by.person_id})
    if first:
        journal.record("roster.not_duplicates", one, by=by, people=[other.pk], other=other.name)
