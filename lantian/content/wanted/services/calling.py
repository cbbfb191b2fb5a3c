"""Calling for resources, going on with a call, ending it. Every verb holds the call until it is done."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lantian.content.resources.enums import Purpose
from lantian.content.wanted import queries, rules
from lantian.content.wanted.enums import CallState
from lantian.content.wanted.errors import DecidedAlready, NotComplete, TooManyCalls, WrongDay
from lantian.content.wanted.events import CallEnded, CallExtended, CallOpened
from lantian.content.wanted.models import Call, CallNode
from lantian.kernel.events import acted_by, publish
from lantian.kernel.journal.services import record
from lantian.kernel.rules import SYSTEM, Actor, require
from lantian.people.roster import queries as roster

if TYPE_CHECKING:
    from lantian.content.taxonomy.models import Node

MOST_OPEN = 30  # of one unit at a time
MOST_NODES = 60  # of one call
MOST = 200  # resources
LONGEST = timedelta(days=366)
FACTS = ("title", "words", "purposes", "number", "due_on", "alliance")


def locked(pk: UUID) -> Call:
    """The call as it is now, held until the transaction ends."""
    return Call.objects.select_for_update(of=("self",)).select_related("organization", "alliance__lead").get(pk=pk)


def _day(due_on: date | None) -> date:
    today = timezone.localdate()
    if due_on is None or not today < due_on <= today + LONGEST:
        raise WrongDay(field="due_on")
    return due_on


def _number(number: int | None) -> int:
    if number is None or not 1 <= number <= MOST:
        raise NotComplete(_("需要几个？1 到 200"), field="number")
    return number


@transaction.atomic
def open_call(nodes: "Sequence[Node]", *, facts: Mapping[str, Any], by: Actor) -> Call:
    """Ask for resources on some nodes of one subject, in the name of the unit that one acts at; those asked are told.

    Raises Denied, NotComplete, WrongDay, TooManyCalls.
    """
    alliance = facts.get("alliance")
    require(rules.may_make_call, by, alliance)
    if by.grant is None:  # the system is at no unit
        raise NotComplete
    title, chosen = str(facts.get("title") or "").strip(), {node.pk: node for node in nodes}
    if not title:
        raise NotComplete(_("请填写名称"), field="title")
    subjects = {str(node.framework.subject) for node in chosen.values()}
    if len(subjects) != 1 or len(chosen) > MOST_NODES:
        raise NotComplete(_("请选择同一学科的知识点或章节，最多 60 个"), field="nodes")
    unit = roster.organizations_known([by.grant.organization_id]).select_for_update(of=("self",)).get()
    if Call.objects.filter(organization=unit, state=CallState.OPEN).count() >= MOST_OPEN:
        raise TooManyCalls
    made = Call(organization=unit, alliance=alliance, title=title[:80], subject=subjects.pop(), made_by_id=by.person_id)
    made.words = str(facts.get("words") or "").strip()[:2000]
    made.purposes = [value for value in Purpose.values if value in facts.get("purposes", ())]
    made.number, made.due_on = _number(facts.get("number")), _day(facts.get("due_on"))
    made.save(force_insert=True)
    CallNode.objects.bulk_create(CallNode(call=made, node=node) for node in chosen.values())
    said: dict[str, Any] = {"title": made.title, "number": made.number, "due_on": str(made.due_on)}
    record("wanted.opened", made, by=by, points=len(chosen), **said)
    context = said | {"subject": made.subject, "points": [str(pk) for pk in chosen]}
    publish(CallOpened(object_id=made.pk, organization_id=unit.pk, context=context, **acted_by(by)))
    return made


@transaction.atomic
def extend_call(call: Call, *, due_on: date | None, number: int | None, by: Actor) -> Call:
    """Go on until a later day or with another number; a call that had ended is open again. Not one that was withdrawn.

    Raises Denied, NotComplete, WrongDay, DecidedAlready.
    """
    call = locked(call.pk)
    require(rules.may_manage_call, by, call)
    if call.state == CallState.WITHDRAWN:
        raise DecidedAlready(_("撤回的征集不能再开"))
    call.due_on, call.number = _day(due_on), _number(number)
    if queries.served(call) >= call.number:
        raise NotComplete(_("已经征集到这么多了，请填更大的数量"), field="number")
    call.state, call.ended_at, call.why = CallState.OPEN, None, ""
    call.save(update_fields=["due_on", "number", "state", "ended_at", "why"])
    said: dict[str, Any] = {"title": call.title, "number": call.number, "due_on": str(call.due_on)}
    record("wanted.extended", call, by=by, **said)
    publish(CallExtended(object_id=call.pk, organization_id=call.organization_id, context=said, **acted_by(by)))
    return call


@transaction.atomic
def close_call(call: Call, *, why: str, by: Actor) -> Call:
    """Say that it is over, and why; what was accepted stays so. Raises Denied, NotComplete, DecidedAlready."""
    return _ended(call, CallState.CLOSED, "wanted.closed", why, by)


@transaction.atomic
def withdraw_call(call: Call, *, why: str, by: Actor) -> Call:
    """Take back what should not have been asked: those asked see it no more, but those who had answered. Raises as above."""
    return _ended(call, CallState.WITHDRAWN, "wanted.withdrawn", why, by)


def _ended(call: Call, state: CallState, act: str, why: str, by: Actor) -> Call:
    call = locked(call.pk)
    require(rules.may_manage_call, by, call)
    if call.state != CallState.OPEN:
        raise DecidedAlready
    if not why.strip():
        raise NotComplete(_("请写明为什么"), field="why")
    return end(call, state, act, why.strip()[:300], by=by)


def end(call: Call, state: CallState, act: str, why: str, *, by: Actor) -> Call:
    """What every end of a call is; the caller holds it. Asks no rule: the verbs do."""
    call.state, call.why, call.ended_at = state, why, timezone.now()
    call.save(update_fields=["state", "why", "ended_at"])
    record(act, call, by=by, title=call.title, number=call.number, why=why)
    facts = {"title": call.title, "state": str(state), "why": why}
    publish(CallEnded(object_id=call.pk, organization_id=call.organization_id, context=facts, **acted_by(by)))
    return call


def end_if_fulfilled(call: Call) -> bool:
    """A call is over by itself when enough answers count; the caller holds it. Asks no rule: it follows from what was done."""
    if call.state != CallState.OPEN or queries.served(call) < call.number:
        return False
    end(call, CallState.FULFILLED, "wanted.fulfilled", "", by=SYSTEM)
    return True
