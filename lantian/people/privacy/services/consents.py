"""Consent given, entered from paper, and withdrawn."""

from datetime import date, datetime, time
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils import timezone

from lantian.kernel.events import acted_by, publish
from lantian.kernel.journal import services as journal
from lantian.kernel.rules import Actor, require
from lantian.people.privacy import events
from lantian.people.privacy.engine.consent_texts import current_version
from lantian.people.privacy.enums import ConsentWay
from lantian.people.privacy.errors import (
    AlreadyGiven,
    DayAhead,
    DayLongAgo,
    NotAGuardian,
    NothingToWithdraw,
    NotTheCurrentText,
    WhyNeeded,
)
from lantian.people.privacy.models import Consent
from lantian.people.privacy.rules import may_give_consent, may_record_paper_consent, may_withdraw_consent
from lantian.people.roster import queries as roster

if TYPE_CHECKING:
    from lantian.people.roster.models import Person

MIN_REASON = 4
EARLIEST = date(2000, 1, 1)  # nothing was signed before


def _save(consent: Consent, *, by: Actor) -> Consent:
    try:
        with transaction.atomic():
            consent.save(force_insert=True)
    except IntegrityError as error:
        raise AlreadyGiven from error
    journal.record(
        "privacy.consent_given",
        consent.student,
        by=by,
        people=[consent.guardian_id],
        guardian=consent.guardian.name,
        version=consent.version,
        way=consent.way,
    )
    fact = events.ConsentGiven(
        object_id=consent.student_id,
        guardian_id=consent.guardian_id,
        version=consent.version,
        way=str(consent.way),
        **acted_by(by),
    )
    publish(fact)
    return consent


@transaction.atomic
def give_consent(student: "Person", *, version: str, by: Actor) -> Consent:
    """A guardian agrees in the app to the `version` that was read. Raises Denied, NotTheCurrentText, NotAGuardian,
    AlreadyGiven."""
    require(may_give_consent, by, student)
    if version != current_version(timezone.localdate()):
        raise NotTheCurrentText
    bond = roster.guardians_of(student).filter(guardian=by.person_id).first()
    if bond is None:  # the system may do much, but it is nobody's parent
        raise NotAGuardian
    return _save(Consent(student=student, guardian=bond.guardian, version=version, way=ConsentWay.IN_APP), by=by)


@transaction.atomic
def record_paper_consent(
    student: "Person", *, guardian: "Person", signed_on: date, by: Actor, version: str = ""
) -> Consent:
    """Enter a signed paper (of the text in force unless `version` says another). Raises Denied, NotAGuardian, DayAhead,
    DayLongAgo, AlreadyGiven."""
    require(may_record_paper_consent, by, student)
    if not roster.guardians_of(student).filter(guardian=guardian).exists():
        raise NotAGuardian
    if signed_on > timezone.localdate():
        raise DayAhead
    if signed_on < EARLIEST:
        raise DayLongAgo
    consent = Consent(
        student=student,
        guardian=guardian,
        version=version or current_version(timezone.localdate()),
        way=ConsentWay.PAPER,
        given_at=timezone.make_aware(datetime.combine(signed_on, time())),
        recorded_by_id=by.person_id,
    )
    return _save(consent, by=by)


@transaction.atomic
def withdraw_consent(student: "Person", *, by: Actor, reason: str = "") -> int:
    """End all that stands for a child, whichever guardian gave it: one guardian's no is enough. Returns how many ended.

    A guardian needs no reason; who enters a guardian's word says whence it came. Raises Denied, WhyNeeded, NothingToWithdraw.
    """
    require(may_withdraw_consent, by, student)
    reason = reason.strip()[:200]
    if not may_give_consent(by, student) and len(reason) < MIN_REASON:
        raise WhyNeeded
    standing = Consent.objects.filter(student=student, withdrawn_at__isnull=True)
    ended = standing.update(withdrawn_at=timezone.now(), withdrawn_by=by.person_id)
    if not ended:
        raise NothingToWithdraw
    journal.record("privacy.consent_withdrawn", student, by=by, reason=reason)
    publish(events.ConsentWithdrawn(object_id=student.pk, **acted_by(by)))
    return ended
