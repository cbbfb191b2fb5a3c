"""Fault tickets: the list of a desk, one of them with all that was done, and the desk's telephone number."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from lantian.kernel.rules import Actor, check
from lantian.kernel.web.guards import acting, get_visible_or_404, guarded, guarded_by_object, signed_in
from lantian.kernel.web.lists import Column, Filter, ListPage
from lantian.kernel.web.once import once
from lantian.people.roster import queries as roster
from lantian.people.schedule import queries as schedule
from lantian.teach.desk import queries, rules, services
from lantian.teach.desk.enums import WAITING, Cause, FaultKind, TicketState
from lantian.teach.desk.errors import DeskError
from lantian.teach.desk.forms import ContactForm, SolveForm, WordsForm
from lantian.teach.desk.models import Ticket

TONES = {"open": "warn", "taken": "info", "solved": "ok", "closed": "neutral"}


def _where(request: HttpRequest) -> list[tuple[str, str]]:
    actor = acting(request)
    own = [(str(actor.grant.organization_id), _("在本级服务台"))] if actor.grant and actor.paths else []
    return [*own, ("late", _("已超时")), ("urgent", _("上课中报的")), ("escalated", _("转给过上级"))]


def _narrow(rows: Any, asked: str) -> Any:
    if asked == "late":
        return rows.filter(state__in=WAITING, due_at__lt=timezone.now())
    if asked in {"urgent", "escalated"}:
        return rows.filter(**{asked: True})
    return rows.filter(desk=asked, state__in=WAITING)


class TicketList(ListPage[Ticket]):
    key = "tickets"
    title = lazy("报修")
    unit = pgettext_lazy("tickets", "张")
    columns = (
        Column(
            "number",
            lazy("单号"),
            kind="code",
            primary=True,
            sort="number",
            link=lambda row: reverse("desk_ticket", args=[row.pk]),
        ),
        Column("kind", lazy("问题"), value="get_kind_display"),
        Column("school", lazy("学校"), value=lambda row: str(row.organization), sort="organization__sort_key"),
        Column("who", lazy("谁报的"), value="raised_as", page=False),
        Column("lesson", lazy("课程"), value=lambda row: row.lesson.title if row.lesson else ""),
        Column("desk", lazy("服务台"), value=lambda row: str(row.desk)),
        Column("taken_by", lazy("处理人"), value=lambda row: row.taken_by.name if row.taken_by else "", optional=True),
        Column("created_at", lazy("报告时间"), kind="datetime", sort="created_at"),
        Column("due_at", lazy("应解决"), kind="datetime", sort="due_at"),
        Column(
            "state",
            lazy("状态"),
            value="get_state_display",
            kind="badge",
            tone=lambda row: TONES[row.state],
            sort="state",
        ),
        Column("guess", lazy("原因"), value="get_guess_display"),
        Column("solution", lazy("怎么解决的"), page=False),
    )
    filters = (
        Filter("state", lazy("状态"), TicketState.choices),
        Filter("where", pgettext_lazy("tickets", "范围"), _where, apply=_narrow),
        Filter("kind", lazy("问题"), FaultKind.choices),
        Filter("guess", lazy("原因"), Cause.choices),
    )
    search = ("number", "organization__name", "raised_as", "words", "lesson__title")
    search_hint = lazy("单号、学校、课程、人名")
    order = "-created_at"
    empty_icon = "wrench"
    empty_title = lazy("没有报修")
    empty_text = lazy("课上出了问题，在班级大屏或课堂页点“报告故障”。")


@require_safe
@signed_in
def tickets(request: HttpRequest) -> HttpResponseBase:
    """What one may see, the newest first."""
    actor = acting(request)
    rows = queries.tickets_with_names(queries.tickets_visible_to(actor))
    context = {
        "may_raise": bool(check(rules.may_raise_ticket, actor)),
        "may_set_contact": bool(check(rules.may_set_contact, actor)),
    }
    return TicketList(request, rows).respond("desk/tickets.html", context)


@require_http_methods(["GET", "POST"])
@guarded_by_object("desk.view_ticket")
@once
def ticket(request: HttpRequest, ticket_id: UUID) -> HttpResponse:
    """One fault: what was known when it was raised, what was done, and the next thing to do."""
    actor = acting(request)
    found = get_visible_or_404(queries.tickets_with_names(queries.tickets_visible_to(actor)), pk=ticket_id)
    if request.method == "POST":
        if _act(request, found, actor):
            return redirect("desk_ticket", found.pk)
        found = get_visible_or_404(queries.tickets_with_names(queries.tickets_visible_to(actor)), pk=ticket_id)
    handles = bool(check(rules.may_handle_ticket, actor, found))
    waits, now = found.state in WAITING, timezone.now()
    context = {
        "ticket": found,
        # a class waits for it at this moment
        "in_lesson": waits and found.urgent and found.lesson is not None and now <= found.lesson.ends_at,
        "tone": TONES[found.state],
        "late": waits and found.due_at < now,
        "notes": found.notes.select_related("by").order_by("at"),
        "may_take": handles and waits and found.taken_by_id != actor.person_id,
        "may_solve": handles and waits,
        "may_hand_up": handles and waits and queries.desk_above(found.desk) is not None,
        "may_comment": bool(check(rules.may_comment_ticket, actor, found)),
        "may_confirm": bool(check(rules.may_confirm_ticket, actor, found)),
        "words_form": WordsForm(),
        "solve_form": SolveForm(initial={"cause": found.guess}),
        "line": found.facts.get("line", {}),
        "browser": found.facts.get("browser", {}),
        "lesson_url": schedule.lesson_url(found.lesson) if found.lesson else "",
    }
    return render(request, "desk/ticket.html", context)


def _act(request: HttpRequest, found: Ticket, actor: Actor) -> bool:
    """Do what the form asks; a form that is not filled in says so and changes nothing."""
    act = request.POST.get("act", "")
    form = SolveForm(request.POST) if act == "solve" else WordsForm(request.POST)
    if act not in {"take", "close"} and not form.is_valid():
        messages.error(request, _("请写几句话再提交"))
        return False
    words = form.cleaned_data["words"] if form.is_bound and form.is_valid() else ""
    try:
        if act == "take":
            services.take_ticket(found, by=actor)
        elif act == "close":
            services.close_ticket(found, by=actor)
        elif act == "solve":
            services.solve_ticket(found, solution=words, cause=form.cleaned_data["cause"], by=actor)
        elif act == "up":
            services.hand_up(found, reason=words, by=actor)
        elif act == "reopen":
            services.reopen_ticket(found, reason=words, by=actor)
        else:
            services.comment_ticket(found, words=words, by=actor)
    except DeskError as error:
        messages.error(request, str(error.message))
        return False
    messages.success(request, _("已记下"))
    return True


@require_http_methods(["GET", "POST"])
@guarded("desk.set_contact")
@once
def contact(request: HttpRequest) -> HttpResponse:
    """The number of one's own unit's desk."""
    actor = acting(request)
    own = get_visible_or_404(
        roster.organizations_visible_to(actor), pk=actor.grant.organization_id if actor.grant else None
    )
    known = queries.contact_for(own)
    is_own = known is not None and known.organization_id == own.pk
    initial = {"phone": known.phone, "hours": known.hours} if known and is_own else {}
    form = ContactForm(request.POST or None, initial=initial)
    if form.is_valid():
        services.set_contact(own, by=actor, **form.cleaned_data)
        messages.success(request, _("电话已更新，班级大屏随后显示"))
        return redirect("desk_tickets")
    return render(request, "desk/contact.html", {"form": form, "unit": own, "above": None if is_own else known})
