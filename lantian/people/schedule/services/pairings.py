"""Tie classes together, subject by subject, and settle what does not fit."""

from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone
from django.utils.translation import gettext as _

from lantian.kernel.events import acted_by, publish
from lantian.kernel.journal.services import record
from lantian.kernel.rules import Actor, require
from lantian.people.schedule import queries, rules
from lantian.people.schedule.enums import AllianceState, Weeks
from lantian.people.schedule.errors import AllianceOver, AlreadyThere, LessonInvalid, NotInAlliance
from lantian.people.schedule.events import ClassesPaired
from lantian.people.schedule.models import Alliance, Pairing, PairingChoice
from lantian.people.schedule.services.timetables import check_days, follow_up

if TYPE_CHECKING:
    from lantian.people.roster.models import ClassGroup


@transaction.atomic
def pair_classes(
    alliance: Alliance,
    *,
    subject: str,
    sender: "ClassGroup",
    receiver: "ClassGroup",
    first: date,
    last: date,
    by: Actor,
) -> Pairing:
    """Let a class receive a subject from a class of a sending school, from `first` to `last`.

    Raises Denied, TimetableInvalid, AllianceOver, NotInAlliance, LessonInvalid (another grade), AlreadyThere (the subject comes
    from elsewhere).
    """
    require(rules.may_manage_alliance, by, alliance.lead)
    check_days(first, last)
    if alliance.state != AllianceState.ACTIVE or first < alliance.starts_on or last > alliance.ends_on or last < first:
        raise AllianceOver
    if not queries.sends_in(alliance, sender) or not queries.receives_in(alliance, receiver):
        raise NotInAlliance
    if (sender.stage, sender.grade) != (receiver.stage, receiver.grade):
        raise LessonInvalid(_("两个班不是同一个年级"))
    try:
        with transaction.atomic():
            made = Pairing.objects.create(
                alliance=alliance,
                subject=subject,
                sender=sender,
                receiver=receiver,
                during=DateRange(first, last, "[]"),
            )
    except IntegrityError as error:
        raise AlreadyThere(_("%(group)s在这段时间已经从别的班接收这门课") % {"group": receiver}) from error
    record("schedule.classes_paired", made, by=by, subject=subject, sender=str(sender), receiver=str(receiver))
    publish(
        ClassesPaired(
            object_id=alliance.pk,
            organization_id=receiver.organization_id,
            context={"subject": subject, "sender": sender.pk, "receiver": receiver.pk},
            **acted_by(by),
        )
    )
    follow_up()
    return made


@transaction.atomic
def end_pairing(pairing: Pairing, *, last: date, by: Actor) -> None:
    """The class receives no more after `last`; a pairing that has not begun is removed. Raises Denied."""
    pairing = Pairing.objects.select_for_update(of=("self",)).select_related("alliance__lead").get(pk=pairing.pk)
    require(rules.may_manage_alliance, by, pairing.alliance.lead)
    record("schedule.pairing_ended", pairing, by=by, last=last, subject=pairing.subject)
    if last < pairing.during.lower:
        pairing.delete()
    elif last + timedelta(days=1) < pairing.during.upper:
        pairing.during = DateRange(pairing.during.lower, last, "[]")
        pairing.save(update_fields=["during"])
    follow_up()


@transaction.atomic
def settle(
    pairing: Pairing,
    *,
    weekday: int,
    period_no: int,
    settlement: str,
    by: Actor,
    weeks: str = Weeks.EVERY,
    note: str = "",
) -> PairingChoice:
    """Say what the receiving class does about one period of its pairing (`Settlement`). Raises Denied.

    The receiving school decides about its own class's day, the alliance's managers about all.
    """
    require(rules.may_settle_pairing, by, pairing)
    choice, _created = PairingChoice.objects.update_or_create(
        pairing=pairing,
        weekday=weekday,
        period_no=period_no,
        weeks=weeks,
        defaults={
            "settlement": settlement,
            "note": note.strip(),
            "decided_by_id": by.person_id,
            "decided_at": timezone.now(),
        },
    )
    record("schedule.pairing_settled", choice, by=by, weekday=weekday, period=period_no, settlement=settlement)
    follow_up()
    return choice
