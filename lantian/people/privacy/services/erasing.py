"""Erasure: asked for, decided, stopped, done.

A request is answered by the unit that answers for the person: by its head, or an officer above. There are `DECIDE_DAYS` working
days for the word and `GRACE_DAYS` in which it can be taken back, together the fifteen working days that users of software are
promised in China (《App违法违规收集使用个人信息行为认定方法》 art. 6). Then the worker erases, one transaction a person, from
the uppermost app down, and nothing brings it back.
"""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import structlog
from django.db import IntegrityError, transaction
from django.utils import timezone

from lantian.kernel import jobs
from lantian.kernel.events import acted_by, publish
from lantian.kernel.holdings import HOLDINGS, Subject
from lantian.kernel.journal import services as journal
from lantian.kernel.rules import SYSTEM, Actor, require
from lantian.kernel.time.queries import working_day_after
from lantian.people.privacy import events, queries
from lantian.people.privacy.enums import ErasureCause, ErasureState, RefusalGround
from lantian.people.privacy.errors import (
    AnswerNeeded,
    ErasureNotOpen,
    ErasureUnderWay,
    NobodyAnswers,
    WhyNeeded,
)
from lantian.people.privacy.models import Erasure
from lantian.people.privacy.rules import (
    may_decide_erasure,
    may_record_erasure,
    may_request_erasure,
    may_withdraw_erasure,
)
from lantian.people.roster import queries as roster
from lantian.people.roster.queries.holding import gone_before

if TYPE_CHECKING:
    from collections.abc import Callable

    from lantian.kernel.rules import Verdict
    from lantian.people.roster.models import Person

log = structlog.get_logger("privacy")
DECIDE_DAYS, GRACE_DAYS = 10, 5
MIN_WORDS = 4
MOST_A_NIGHT = 2000
ERASE = "privacy.erase"


@transaction.atomic
def request_erasure(person: "Person", *, by: Actor, reason: str = "") -> Erasure:
    """Ask that one's own data, or one's child's, be erased; no reason is needed.

    Raises Denied, ErasureUnderWay, NobodyAnswers.
    """
    require(may_request_erasure, by, person)
    return _ask(person, by=by, reason=reason, on_paper=False)


@transaction.atomic
def record_erasure(person: "Person", *, reason: str, by: Actor) -> Erasure:
    """Enter a request that came on paper; `reason` says from whom and how. Who enters it does not decide it.

    Raises Denied, WhyNeeded, ErasureUnderWay, NobodyAnswers.
    """
    require(may_record_erasure, by, person)
    if len(reason.strip()) < MIN_WORDS:
        raise WhyNeeded
    return _ask(person, by=by, reason=reason, on_paper=True)


def _ask(person: "Person", *, by: Actor, reason: str, on_paper: bool) -> Erasure:
    unit = queries.answering_unit(queries.subject_of(person))
    if unit is None:
        raise NobodyAnswers
    today = timezone.localdate()
    row = Erasure(
        person=person,
        organization=unit,
        cause=ErasureCause.REQUEST,
        reason=reason.strip()[:500],
        requested_by_id=by.person_id,
        on_paper=on_paper,
        decide_by=working_day_after(today, DECIDE_DAYS, path=unit.path),
        finish_by=working_day_after(today, DECIDE_DAYS + GRACE_DAYS, path=unit.path),
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        raise ErasureUnderWay from error
    journal.record("privacy.erasure_requested", person, by=by, organization=unit.name)
    publish(events.ErasureRequested(object_id=person.pk, organization_id=unit.pk, erasure_id=row.pk, **acted_by(by)))
    return row


def _locked(erasure: Erasure, rule: "Callable[..., Verdict]", by: Actor, *states: ErasureState) -> Erasure:
    rows = Erasure.objects.select_for_update(of=("self",)).select_related("person", "organization")
    row = rows.get(pk=erasure.pk)
    require(rule, by, row)
    if row.state not in states:
        raise ErasureNotOpen
    return row


def _settle(row: Erasure, state: ErasureState, action: str, by: Actor) -> Erasure:
    row.state = state
    row.save()
    journal.record(action, row.person, by=by, organization=row.organization.name, ground=row.ground, reason=row.answer)
    fact = events.ErasureDecided(
        object_id=row.person_id,
        organization_id=row.organization_id,
        erasure_id=row.pk,
        state=str(state),
        **acted_by(by),
    )
    publish(fact)
    return row


@transaction.atomic
def approve_erasure(erasure: Erasure, *, by: Actor) -> Erasure:
    """Agree: after the days of grace what no law wants kept is erased for good. Raises Denied, ErasureNotOpen."""
    row = _locked(erasure, may_decide_erasure, by, ErasureState.WAITING)
    row.decided_by_id, row.decided_at = by.person_id, timezone.now()
    grace = working_day_after(timezone.localdate(), GRACE_DAYS, path=row.organization.path)
    row.erase_on = grace + timedelta(days=1)
    return _settle(row, ErasureState.APPROVED, "privacy.erasure_approved", by)


@transaction.atomic
def refuse_erasure(erasure: Erasure, *, ground: str, answer: str, by: Actor) -> Erasure:
    """Say no, on a ground that the law knows, with an answer in writing (未成年人网络保护条例 art. 34).

    Raises Denied, ErasureNotOpen, AnswerNeeded; ValueError for a ground that is none.
    """
    row = _locked(erasure, may_decide_erasure, by, ErasureState.WAITING)
    row.ground, row.answer = RefusalGround(ground), answer.strip()[:500]
    if len(row.answer) < MIN_WORDS:
        raise AnswerNeeded
    row.decided_by_id, row.decided_at = by.person_id, timezone.now()
    return _settle(row, ErasureState.REFUSED, "privacy.erasure_refused", by)


@transaction.atomic
def withdraw_erasure(erasure: Erasure, *, by: Actor) -> Erasure:
    """The family thinks better of it, in the days of grace too. Raises Denied, ErasureNotOpen (too late)."""
    row = _locked(erasure, may_withdraw_erasure, by, ErasureState.WAITING, ErasureState.APPROVED)
    return _settle(row, ErasureState.WITHDRAWN, "privacy.erasure_withdrawn", by)


@transaction.atomic
def stop_erasure(erasure: Erasure, *, answer: str, by: Actor) -> Erasure:
    """Take an approval back in the days of grace, saying why. Raises Denied, ErasureNotOpen (too late), AnswerNeeded."""
    row = _locked(erasure, may_decide_erasure, by, ErasureState.APPROVED)
    row.answer = answer.strip()[:500]
    if len(row.answer) < MIN_WORDS:
        raise AnswerNeeded
    return _settle(row, ErasureState.STOPPED, "privacy.erasure_stopped", by)


# The worker's part ------------------------------------------------------------------------------------------------------------
def erase_due() -> int:
    """Give every approved request whose days of grace are over a job of its own. Safe to repeat. Returns how many."""
    rows = queries.erasures_due(timezone.localdate()).values_list("pk", flat=True)
    return sum(jobs.enqueue(ERASE, erasure=str(pk), lock=f"{ERASE}.{pk}", once=f"{ERASE}.{pk}") for pk in rows)


@transaction.atomic
def run_erasure(erasure_id: UUID | str) -> bool:
    """Erase what an approved request is about; a request that was taken back meanwhile is left alone. One transaction: killed in
    between, nothing has happened. Returns whether it erased."""
    row = Erasure.objects.select_for_update(of=("self",)).select_related("person").filter(pk=erasure_id).first()
    if row is None or row.state != ErasureState.APPROVED or not row.erase_on or row.erase_on > timezone.localdate():
        return False
    _erase(row)
    return True


def _erase(row: Erasure) -> None:
    """Everything that may go goes, the uppermost app first."""
    people = roster.people_visible_to(SYSTEM).select_for_update(of=("self",)).select_related("account")
    person = people.get(pk=row.person_id)
    subject = queries.subject_of(person)
    row.outcome = erase_holdings(subject)
    row.state, row.done_at = ErasureState.DONE, timezone.now()
    row.reason = row.answer = ""
    row.save()
    whole = not subject.kept_as
    done = sum(went for went, _stayed in row.outcome.values())
    journal.record("privacy.person_erased", person, by=SYSTEM, count=done)
    publish(events.PersonErased(object_id=person.pk, erasure_id=row.pk, whole=whole, **acted_by(SYSTEM)))
    log.info("person_erased", erasure=str(row.pk), whole=whole, count=done)


def erase_holdings(subject: Subject) -> dict[str, list[int]]:
    """Erase every holding that does not have to stay. Returns, by holding, how many things went and how many stayed.

    Asks no rule: the caller's transaction is a decided request's or a retention rule's.
    """
    outcome = {}
    for key, held in reversed(HOLDINGS.items()):
        if held.erase is None or held.stays(subject):
            outcome[key] = [0, held.count(subject)]
        else:
            outcome[key] = [held.erase(subject), 0]
    return outcome


def erase_gone(who: str, before: datetime) -> int:
    """Retention: erase those who left before a moment (see `gone_before`), at most `MOST_A_NIGHT`, each in a transaction of their
    own. Returns how many."""
    ids = list(gone_before(who, before).order_by("created_at").values_list("pk", flat=True)[:MOST_A_NIGHT])
    return sum(_erase_one(who, before, pk) for pk in ids)


@transaction.atomic
def _erase_one(who: str, before: datetime, pk: UUID) -> bool:
    people = roster.people_visible_to(SYSTEM).select_for_update(of=("self",))
    person = people.get(pk=pk)
    if not gone_before(who, before).filter(pk=pk).exists():  # came back since the list was made
        return False
    unit = queries.answering_unit(queries.subject_of(person))
    if unit is None:
        return False
    today = timezone.localdate()
    Erasure.objects.filter(person=person, state__in=(ErasureState.WAITING, ErasureState.APPROVED)).update(
        state=ErasureState.STOPPED
    )
    row = Erasure(
        person=person,
        organization=unit,
        cause=ErasureCause.RETENTION,
        state=ErasureState.APPROVED,
        decide_by=today,
        finish_by=today,
        erase_on=today,
    )
    row.save(force_insert=True)
    _erase(row)
    return True


def erase_requests(subject: Subject) -> int:
    """What families wrote in requests for erasure, and what they were answered. Called by the registry of holdings."""
    rows = Erasure.objects.filter(person__in=subject.person_ids).exclude(reason="", answer="")
    return rows.update(reason="", answer="")
