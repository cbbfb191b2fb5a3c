"""Those who are asked, who asks and who answers are told; a call is over by itself when enough has come."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy

from lantian.content.resources.events import ResourcePublished
from lantian.content.wanted import queries, services
from lantian.content.wanted.enums import CallState
from lantian.content.wanted.events import AnswerDecided, CallAnswered, CallEnded, CallExtended, CallOpened
from lantian.content.wanted.models import Call
from lantian.kernel.events import Event, receiver_of_many
from lantian.people.messaging.enums import Category, Group
from lantian.people.messaging.queries import Kind, Telling, day_words
from lantian.people.messaging.services import Audience, subscribe

ASKED = (Group.TEACHER, Group.HOMEROOM)


@receiver_of_many(ResourcePublished)
def settle(facts: Sequence[ResourcePublished]) -> None:
    """What was accepted beforehand counts once it is out."""
    services.settle_published([fact.object_id for fact in facts])


def _call(fact: Event) -> Call | None:
    return Call.objects.select_related("organization", "alliance").filter(pk=fact.object_id).first()


def _with_day(facts: Mapping[str, Any]) -> Mapping[str, Any]:
    return {**facts, "day": day_words(facts.get("due_on"))}


def _to_asked(fact: CallOpened | CallExtended) -> Telling | None:
    call = _call(fact)
    if call is None or not call.is_open:
        return None
    return Telling(
        audience=Audience.of(units=queries.units_told(call), to=ASKED),
        facts={"title": call.title, "unit": call.organization.name, "number": call.number, "due_on": call.due_on},
        subject=f"wanted:{call.pk}",
        link=reverse("wanted_call", args=[call.pk]),
        organization_id=call.organization_id,
    )


def _to_answering(fact: CallEnded) -> Telling | None:
    """Those who had offered something, and who had asked; not the one who ended it."""
    call = _call(fact)
    if call is None or call.state == CallState.OPEN:
        return None
    people = {call.made_by_id, *call.answers.values_list("person", flat=True)} - {fact.actor_id, None}
    return Telling(
        audience=Audience.of(people=people),
        facts={"title": call.title, "state": str(call.state), "why": call.why},
        subject=f"wanted:ended:{call.pk}",
        link=reverse("wanted_call", args=[call.pk]),
        organization_id=call.organization_id,
    )


def _with_state(facts: Mapping[str, Any]) -> Mapping[str, Any]:
    why = facts.get("why")
    reason = gettext("原因：%(why)s") % {"why": why} if why else ""
    return {**facts, "how": str(CallState(facts["state"]).label), "reason": reason}


def _to_asking(fact: CallAnswered) -> Telling | None:
    answer = queries.answer_known(fact.object_id)
    if answer is None or answer.call.made_by_id == fact.actor_id:
        return None
    call = answer.call
    return Telling(
        audience=Audience.of(people=[call.made_by_id]),
        facts={"title": call.title, "count": call.answers.count()},
        subject=f"wanted:answers:{call.pk}",
        link=reverse("wanted_call", args=[call.pk]),
        organization_id=call.organization_id,
    )


def _to_offering(fact: AnswerDecided) -> Telling | None:
    answer = queries.answer_known(fact.object_id)
    if answer is None:
        return None
    return Telling(
        audience=Audience.of(people=[answer.person_id]),
        facts={
            "title": answer.call.title,
            "resource": answer.resource.title,
            "accepted": bool(fact.result.get("success")),
            "why": answer.why,
        },
        subject=f"wanted:answer:{answer.pk}",
        link=reverse("wanted_call", args=[answer.call_id]),
        organization_id=answer.call.organization_id,
    )


def _with_verdict(facts: Mapping[str, Any]) -> Mapping[str, Any]:
    if facts.get("accepted"):
        said = gettext("采用了。没有发布的，发布以后才算数。")
    else:
        said = gettext("没有采用。原因：%(why)s") % {"why": facts.get("why", "")}
    return {**facts, "said": said}


for key, event in (("wanted.opened", CallOpened), ("wanted.extended", CallExtended)):
    subscribe(
        Kind(
            key=key,
            event=event,
            category=Category.WORKFLOW,
            title=gettext_lazy("征集资源：%(title)s"),
            body=gettext_lazy("%(unit)s征集 %(number)s 个资源，%(day)s截止。"),
            tell=_to_asked,
            words=_with_day,
        )
    )
subscribe(
    Kind(
        key="wanted.ended",
        event=CallEnded,
        category=Category.WORKFLOW,
        title=gettext_lazy("%(how)s：%(title)s"),
        body=gettext_lazy("这个征集不再收资源了。%(reason)s"),
        tell=_to_answering,
        words=_with_state,
    )
)
subscribe(
    Kind(
        key="wanted.answered",
        event=CallAnswered,
        category=Category.WORKFLOW,
        title=gettext_lazy("有人应征：%(title)s"),
        body=gettext_lazy("一共有 %(count)s 个资源应征。"),
        tell=_to_asking,
    )
)
subscribe(
    Kind(
        key="wanted.decided",
        event=AnswerDecided,
        category=Category.WORKFLOW,
        title=gettext_lazy("您应征的资源有了答复：%(resource)s"),
        body=gettext_lazy("征集“%(title)s”：%(said)s"),
        tell=_to_offering,
        words=_with_verdict,
    )
)
