"""Offering resources to a call, and saying yes or no to them."""

from collections.abc import Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lantian.content.resources.enums import ResourceState
from lantian.content.wanted import rules
from lantian.content.wanted.enums import AnswerState, CallState
from lantian.content.wanted.errors import AnsweredAlready, DecidedAlready, EnoughAccepted, NotComplete
from lantian.content.wanted.events import AnswerDecided, CallAnswered
from lantian.content.wanted.models import Answer, Call
from lantian.content.wanted.services.calling import end_if_fulfilled, locked
from lantian.kernel.events import acted_by, publish
from lantian.kernel.journal.services import record
from lantian.kernel.rules import Actor, require

if TYPE_CHECKING:
    from lantian.content.resources.models import Resource


@transaction.atomic
def answer_call(call: Call, resource: "Resource", *, words: str = "", by: Actor) -> Answer:
    """Offer a resource of one's own, in whatever state; it may answer other calls too. Raises Denied, AnsweredAlready."""
    call = locked(call.pk)
    require(rules.may_answer_call, by, call, resource)
    try:
        with transaction.atomic():
            made = Answer.objects.create(
                call=call, resource=resource, person_id=by.person_id, words=words.strip()[:300]
            )
    except IntegrityError as error:
        raise AnsweredAlready(field="resource") from error
    record("wanted.answered", call, by=by, title=resource.title, resource=resource.pk)
    facts = {"call": str(call.pk), "resource": str(resource.pk)}
    publish(CallAnswered(object_id=made.pk, organization_id=call.organization_id, context=facts, **acted_by(by)))
    return made


def _locked(answer: Answer) -> tuple[Call, Answer]:
    """The call and then the answer, both held: whoever decides and whoever takes back meet at the call."""
    call = locked(answer.call_id)
    rows = Answer.objects.select_for_update(of=("self",)).select_related("resource__organization")
    found = rows.filter(pk=answer.pk).first()
    if found is None:
        raise DecidedAlready(_("这个应征已经收回"))
    found.call = call
    return call, found


@transaction.atomic
def take_back_answer(answer: Answer, *, by: Actor) -> None:
    """Offer it no more, while nobody has said yes or no. Raises Denied, DecidedAlready."""
    call, answer = _locked(answer)
    require(rules.may_take_back, by, answer)
    answer.delete()
    record("wanted.taken_back", call, by=by, title=answer.resource.title)


@transaction.atomic
def decide_answer(answer: Answer, *, accept: bool, why: str = "", by: Actor) -> Answer:
    """Say yes, or no with the reason, which the one who offered it sees; a word may be changed while the call is open.

    No more are accepted than were asked for; those taken down make room. Raises Denied, NotComplete, EnoughAccepted,
    DecidedAlready.
    """
    call, answer = _locked(answer)
    require(rules.may_accept_answer if accept else rules.may_decide_answer, by, answer)
    state = AnswerState.ACCEPTED if accept else AnswerState.DECLINED
    if answer.state == state:
        raise DecidedAlready
    if not accept and not why.strip():
        raise NotComplete(_("请写明为什么不采用"), field="why")
    if accept and _accepted(call) >= call.number:
        raise EnoughAccepted
    answer.state, answer.why = state, "" if accept else why.strip()[:300]
    answer.decided_by_id, answer.decided_at = by.person_id, timezone.now()
    answer.save(update_fields=["state", "why", "decided_by", "decided_at"])
    act = "wanted.accepted" if accept else "wanted.declined"
    record(act, call, by=by, title=answer.resource.title, resource=answer.resource_id, why=answer.why)
    publish(
        AnswerDecided(
            object_id=answer.pk,
            organization_id=call.organization_id,
            result={"success": accept},
            context={"call": str(call.pk), "resource": str(answer.resource_id), "why": answer.why},
            **acted_by(by),
        )
    )
    end_if_fulfilled(call)
    return answer


def _accepted(call: Call) -> int:
    rows = call.answers.filter(state=AnswerState.ACCEPTED)
    return rows.exclude(resource__state=ResourceState.WITHDRAWN).count()


def settle_published(resource_ids: Sequence[UUID]) -> int:
    """Resources are out: calls that had accepted one may be fulfilled now. Returns how many are. Asks no rule: for a receiver."""
    accepted = Answer.objects.filter(resource__in=list(resource_ids), state=AnswerState.ACCEPTED)
    rows = Call.objects.filter(state=CallState.OPEN, pk__in=accepted.values("call"))
    ended = 0
    for pk in rows.order_by("pk").values_list("pk", flat=True):  # in this order: two who settle do not wait in a ring
        with transaction.atomic():
            ended += end_if_fulfilled(locked(pk))
    return ended
