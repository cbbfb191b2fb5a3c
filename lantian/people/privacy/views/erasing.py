"""Erasure: a person's page, the list of requests, one request, a letter entered."""

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from lantian.kernel.rules import Actor, Denied, check, require
from lantian.kernel.web.dates import said_day
from lantian.kernel.web.guards import acting, get_visible_or_404, guarded, guarded_by_object
from lantian.kernel.web.lists import Column, Filter, ListPage
from lantian.kernel.web.once import once
from lantian.people.privacy import queries, rules, services
from lantian.people.privacy.enums import OPEN, ErasureState
from lantian.people.privacy.errors import NobodyFound, PrivacyError
from lantian.people.privacy.forms import AskForm, LetterForm, RefuseForm, StopForm
from lantian.people.privacy.models import Erasure
from lantian.people.privacy.views.parts import find_person

if TYPE_CHECKING:
    from lantian.people.roster.models import Person

TONES = {
    ErasureState.WAITING: "warn",
    ErasureState.APPROVED: "info",
    ErasureState.REFUSED: "error",
    ErasureState.WITHDRAWN: "neutral",
    ErasureState.STOPPED: "neutral",
    ErasureState.DONE: "ok",
}


def _narrow(rows: "QuerySet[Any]", value: str) -> "QuerySet[Any]":
    return rows.filter(state__in=OPEN) if value == "open" else rows.filter(state=value)


class ErasureList(ListPage[Erasure]):
    key = "erasures"
    title = gettext_lazy("删除申请")
    unit = gettext_lazy("件")
    columns = (
        Column(
            "name",
            gettext_lazy("姓名"),
            value="person.name",
            primary=True,
            link=lambda row: reverse("privacy_erasure", args=[row.pk]),
        ),
        Column(
            "state",
            gettext_lazy("状态"),
            value=lambda row: row.get_state_display(),
            kind="badge",
            tone=lambda row: TONES[ErasureState(row.state)],
        ),
        Column("cause", gettext_lazy("原因"), value=lambda row: row.get_cause_display()),
        Column("unit", gettext_lazy("受理单位"), value=lambda row: str(row.organization)),
        Column("at", gettext_lazy("提出时间"), value="requested_at", kind="datetime", sort="requested_at"),
        Column(
            "due",
            gettext_lazy("审核期限"),
            value=lambda row: row.decide_by if row.state == ErasureState.WAITING else None,
            kind="date",
            sort="decide_by",
        ),
    )
    filters = (
        Filter("state", gettext_lazy("状态"), (("open", gettext_lazy("办理中")), *ErasureState.choices), apply=_narrow),
    )
    search = ("person__name",)
    search_hint = gettext_lazy("姓名")
    order = "-at"
    empty_icon = "eraser"
    empty_title = gettext_lazy("没有删除申请")
    empty_text = gettext_lazy("本人或监护人在“隐私”里提出的申请、保存期满的删除，都列在这里。")


@require_safe
@guarded("privacy.list_erasures")
def erasures(request: HttpRequest) -> HttpResponse:
    """Requests that the units of one's subtree answer."""
    actor = acting(request)
    rows = queries.erasures_visible_to(actor).filter(organization__path__within_any=list(actor.paths))
    context = {"may_record": bool(check(rules.may_record_erasure, actor))}
    return ErasureList(request, rows.select_related("person", "organization")).respond("privacy/erasures.html", context)


def _steps(row: Erasure) -> list[tuple[str, str, str]]:
    """(name, state, note) of each station of a request."""
    asked = _("已提出")
    day = said_day(row.requested_at)
    if row.state == ErasureState.WAITING:
        return [
            (asked, "done", day),
            (_("审核"), "now", _("%(day)s以前") % {"day": said_day(row.decide_by)}),
            (_("冷静期"), "", ""),
            (_("删除"), "", _("%(day)s以前") % {"day": said_day(row.finish_by)}),
        ]
    if row.state == ErasureState.APPROVED and row.erase_on:
        return [
            (asked, "done", day),
            (_("已同意"), "done", said_day(row.decided_at) if row.decided_at else ""),
            (_("冷静期"), "now", _("可以撤回")),
            (_("删除"), "", _("%(day)s起，不能恢复") % {"day": said_day(row.erase_on)}),
        ]
    if row.state == ErasureState.DONE:
        return [(asked, "done", day), (_("已删除"), "done", said_day(row.done_at) if row.done_at else "")]
    return [(asked, "done", day), (str(row.get_state_display()), "blocked", "")]


def _about(row: Erasure) -> dict[str, Any]:
    return {"row": row, "tone": TONES[ErasureState(row.state)], "steps": _steps(row)}


@never_cache
@require_http_methods(["GET", "POST"])
@guarded_by_object("privacy.request_erasure")
@once
def ask(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What is held of a person, what erasing would do, and asking for it."""
    actor, person = acting(request), find_person(request, pk)
    require(rules.may_request_erasure, actor, person)
    form = AskForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            row = services.request_erasure(person, by=actor, reason=form.cleaned_data["reason"])
        except PrivacyError as error:
            messages.error(request, str(error.message))
        else:
            messages.success(request, _("已提出。%(day)s以前会有答复。") % {"day": said_day(row.decide_by)})
            return redirect("privacy_erasure", row.pk)
    row_open = queries.open_erasure_of(person)
    plan = queries.plan_of(queries.subject_of(person))
    context = {
        "person": person,
        "form": form,
        "open": _about(row_open) if row_open else None,
        "past": [_about(row) for row in queries.erasures_of(person).exclude(state__in=OPEN)[:5]],
        "going": [one for one in plan if one.goes],
        "staying": [one for one in plan if not one.goes],
    }
    return render(request, "privacy/ask.html", context)


@require_http_methods(["GET", "POST"])
@sensitive_post_parameters("number")
@guarded("privacy.record_erasure")
@once
def letter(request: HttpRequest) -> HttpResponse:
    """Enter a request that came on paper, about somebody who is or was here."""
    form = LetterForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            row = _record(acting(request), form)
        except (PrivacyError, Denied) as error:
            field = error.field if isinstance(error, PrivacyError) and error.field in form.fields else None
            form.add_error(field, str(error.message) if isinstance(error, PrivacyError) else error.words)
        else:
            messages.success(request, _("已登记，请校长或教育局审核。"))
            return redirect("privacy_erasure", row.pk)
    context = {
        "form": form,
        "title": _("登记书面删除申请"),
        "subtitle": _("登记的人不审核：由校长或教育局的另一位办理。"),
        "submit": _("登记"),
        "crumb": (reverse("privacy_erasures"), _("删除申请")),
        "back": reverse("privacy_erasures"),
    }
    return render(request, "privacy/form.html", context)


def _record(actor: Actor, form: Form) -> Erasure:
    person = queries.person_by_number(form.cleaned_data["name"], form.cleaned_data["number"])
    # whoever is not this unit's does not exist for it
    if person is None or not check(rules.may_record_erasure, actor, person):
        raise NobodyFound
    return services.record_erasure(person, reason=form.cleaned_data["reason"], by=actor)


def _find(request: HttpRequest, pk: UUID) -> Erasure:
    rows = queries.erasures_visible_to(acting(request))
    return get_visible_or_404(rows.select_related("person", "organization", "requested_by", "decided_by"), pk=pk)


@never_cache
@require_http_methods(["GET", "POST"])
@guarded_by_object("privacy.view_erasure")
@once
def erasure(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One request: where it stands, what would go and what would stay, and the word about it."""
    row, actor = _find(request, pk), acting(request)
    forms: dict[str, Form] = {
        "refuse": RefuseForm(request.POST if request.POST.get("do") == "refuse" else None),
        "stop": StopForm(request.POST if request.POST.get("do") == "stop" else None),
    }
    if request.method == "POST":
        said = _act(request, row, actor, forms)
        if said:
            messages.success(request, said)
            return redirect("privacy_erasure", row.pk)
        row = _find(request, pk)
    may_decide = row.is_open and bool(check(rules.may_decide_erasure, actor, row))
    plan = queries.plan_of(queries.subject_of(row.person)) if row.is_open else []
    context = _about(row) | {
        "going": [one for one in plan if one.goes],
        "staying": [one for one in plan if not one.goes],
        "refuse": forms["refuse"],
        "stop": forms["stop"],
        "may_decide": may_decide and row.state == ErasureState.WAITING,
        "may_stop": may_decide and row.state == ErasureState.APPROVED,
        "may_withdraw": row.is_open and bool(check(rules.may_withdraw_erasure, actor, row)),
        "may_list": bool(check(rules.may_list_erasures, actor)),
        "may_open": _opens(request, row.person),
        "outcome": queries.outcome_of(row),
    }
    return render(request, "privacy/erasure.html", context)


def _opens(request: HttpRequest, person: "Person") -> bool:
    """Whether the person's own page may be linked."""
    from lantian.people.roster.rules import may_view_person

    return bool(check(may_view_person, acting(request), person))


def _act(request: HttpRequest, row: Erasure, actor: Actor, forms: dict[str, Form]) -> str:
    """Do what the page's button says; what to tell, or "" when it was not done (the form or a message says why)."""
    wanted = request.POST.get("do", "")
    form = forms.get(wanted)
    if form is not None and not form.is_valid():
        return ""
    try:
        if wanted == "approve":
            services.approve_erasure(row, by=actor)
            return _("已同意。冷静期里可以中止，过后自动删除。")
        if wanted == "withdraw":
            services.withdraw_erasure(row, by=actor)
            return _("申请已撤回，什么都没有删除。")
        if wanted == "refuse" and form is not None:
            services.refuse_erasure(row, by=actor, **form.cleaned_data)
            return _("已答复申请人。")
        if wanted == "stop" and form is not None:
            services.stop_erasure(row, by=actor, **form.cleaned_data)
            return _("已中止，什么都没有删除。")
    except PrivacyError as error:
        if form is not None and error.field in form.fields:
            form.add_error(error.field, str(error.message))
        else:
            messages.error(request, str(error.message))
    return ""
