"""The list of calls, and one."""

from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_safe

from lantian.content.resources.enums import Purpose
from lantian.content.wanted import queries, rules
from lantian.content.wanted.enums import AnswerState, CallState
from lantian.content.wanted.models import Answer, Call
from lantian.kernel.rules import check
from lantian.kernel.web.guards import acting, get_visible_or_404, guarded, guarded_by_object
from lantian.kernel.web.lists import Column, Filter, ListPage
from lantian.people.roster.enums import Subject

TONES = {
    CallState.OPEN: "info",
    CallState.FULFILLED: "ok",
    CallState.CLOSED: "neutral",
    CallState.WITHDRAWN: "neutral",
}
ANSWER_TONES = {AnswerState.WAITING: "warn", AnswerState.ACCEPTED: "ok", AnswerState.DECLINED: "neutral"}
OPEN, OVER, WAITING = "open", "over", "waiting"


def state_words(row: Call) -> str:
    """An open call whose last day is over says so."""
    return _("已截止") if row.state == CallState.OPEN and not row.is_open else str(row.get_state_display())


def state_tone(row: Call) -> str:
    return "warn" if row.state == CallState.OPEN and not row.is_open else TONES[CallState(row.state)]


def _by_state(rows: QuerySet[Call], value: str) -> QuerySet[Call]:
    running = rows.filter(state=CallState.OPEN, due_on__gte=timezone.localdate())
    return running if value == OPEN else rows.exclude(pk__in=running.values("pk"))


def _with_answers_waiting(rows: QuerySet[Call], value: str) -> QuerySet[Call]:
    waiting = Answer.objects.filter(call=OuterRef("pk"), state=AnswerState.WAITING)
    return rows.filter(Exists(waiting), state=CallState.OPEN) if value == WAITING else rows


class Calls(ListPage[Call]):
    key = "calls-for-resources"
    title = lazy("征集")
    unit = lazy("个征集")
    columns = (
        Column(
            "title", lazy("名称"), primary=True, sort="title", link=lambda row: reverse("wanted_call", args=[row.pk])
        ),
        Column("subject", lazy("学科"), value=lambda row: row.get_subject_display()),
        Column("unit", lazy("征集单位"), value="organization.name"),
        Column("due", lazy("截止日期"), value="due_on", kind="date", sort="due_on"),
        Column("come", lazy("征集到"), value="served", kind="number", sort="served"),
        Column("number", lazy("需要"), kind="number", sort="number"),
        Column("state", lazy("状态"), value=state_words, kind="badge", tone=state_tone),
    )
    filters = (
        Filter("state", lazy("状态"), ((OPEN, lazy("可以应征")), (OVER, lazy("已经结束"))), _by_state),
        Filter("subject", lazy("学科"), Subject.choices),
        Filter("whose", lazy("应征"), ((WAITING, lazy("等待答复")),), _with_answers_waiting),
    )
    search = ("title", "words", "organization__name")
    search_hint = lazy("名称、要求或单位")
    order = "-due"
    empty_icon = "megaphone"
    empty_title = lazy("还没有征集")
    empty_text = lazy("教育局和教研室缺哪些知识点的资源，会在这里征集。")


@require_safe
@guarded("wanted.list_calls")
def calls(request: HttpRequest) -> HttpResponseBase:
    """What one is asked for, has answered, or manages."""
    actor = acting(request)
    page = Calls(request, queries.with_figures(queries.calls_visible_to(actor)))
    return page.respond("wanted/list.html", {"may_make": bool(check(rules.may_make_call, actor))})


def found_call(request: HttpRequest, pk: UUID) -> Call:
    """One that the actor sees; others are not there."""
    return get_visible_or_404(queries.with_figures(queries.calls_visible_to(acting(request))), pk=pk)


@require_safe
@guarded_by_object("wanted.view_call")
def call(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What is asked for, how far it is, and what came."""
    actor, found = acting(request), found_call(request, pk)
    manages = bool(check(rules.may_manage_call, actor, found))
    purposes = dict(Purpose.choices)
    offered = queries.answers_for(actor, found, manages=manages)
    for one in offered:
        one.answer.call = found
        one.answer.tone = ANSWER_TONES[AnswerState(one.answer.state)]  # type: ignore[attr-defined]  # for the page
    context: dict[str, Any] = {
        "call": found,
        "state": state_words(found),
        "tone": state_tone(found),
        "places": queries.places_of_call(found),
        "purposes": [purposes[value] for value in found.purposes if value in purposes],
        "offered": [
            (one, manages and bool(check(rules.may_decide_answer, actor, one.answer)), _mine(actor.person_id, one))
            for one in offered
        ],
        "may_manage": manages,
        "may_answer": bool(check(rules.may_answer_call, actor, found)),
        "history": queries.history_of_call(found) if manages else [],
    }
    return render(request, "wanted/call.html", context)


def _mine(person_id: UUID | None, one: Any) -> bool:
    return person_id is not None and one.answer.person_id == person_id
