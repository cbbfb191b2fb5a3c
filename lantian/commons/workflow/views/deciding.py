"""What waits for a decision, and who stands in for whom."""

from uuid import UUID

from django.contrib import messages
from django.db.models import F
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lantian.commons.workflow import queries, rules, services
from lantian.commons.workflow.forms import StandInForm
from lantian.commons.workflow.models import Task
from lantian.kernel.rules import require
from lantian.kernel.web.guards import acting, get_visible_or_404, guarded, guarded_by_object, signed_in
from lantian.kernel.web.lists import Column, Filter, ListPage
from lantian.kernel.web.once import once
from lantian.people.roster import queries as roster

LATE = "late"


def _state(row: Task) -> str:
    return _("超期") if row.due_at and row.due_at < timezone.now() else _("待办")


def _in_time(rows: object, value: str) -> object:
    now = timezone.now()
    return rows.filter(due_at__lt=now) if value == LATE else rows  # type: ignore[attr-defined]  # a queryset


class TodoList(ListPage[Task]):
    key = "workflow-todo"
    title = lazy("待办")
    unit = lazy("件")
    columns = (
        Column(
            "title",
            lazy("申请"),
            value=lambda row: row.application.title,
            primary=True,
            sort="application__title",
            link=lambda row: f"/workflow/applications/{row.application_id}/",
        ),
        Column(
            "number",
            lazy("编号"),
            value=lambda row: row.application.number,
            kind="code",
            sort="application__number",
        ),
        Column("applicant", lazy("申请人"), value=lambda row: row.application.applicant.name),
        Column("organization", lazy("单位"), value=lambda row: str(row.application.organization)),
        Column("workflow", lazy("事项"), value=lambda row: row.application.workflow.title),
        Column("opened", lazy("送到时间"), value="opened_at", kind="datetime", sort="opened_at"),
        Column("due", lazy("期限"), value="due_at", kind="datetime", sort="due_at"),
        Column(
            "state",
            lazy("状态"),
            value=_state,
            kind="badge",
            tone=lambda row: "error" if row.due_at and row.due_at < timezone.now() else "info",
        ),
    )
    filters = (Filter("state", lazy("状态"), ((LATE, lazy("超期")),), apply=_in_time),)  # type: ignore[arg-type]  # a queryset goes in and out
    search = (
        "application__title",
        "application__number",
        "application__applicant__name",
        "application__workflow__title",
    )
    search_hint = lazy("名称、编号或申请人")
    order = "due"
    empty_icon = "circle-check"
    empty_title = lazy("都办完了")
    empty_text = lazy("有要您审批的申请时会出现在这里，消息里也会提醒。")


@require_safe
@signed_in
def todo(request: HttpRequest) -> HttpResponseBase:
    """What waits for one's decision, the soonest due first."""
    rows = queries.todo_of(acting(request)).order_by(F("due_at").asc(nulls_last=True))
    return TodoList(request, rows).respond("workflow/todo.html", {})


@never_cache
@require_http_methods(["GET", "POST"])
@guarded("workflow.delegate")
@once
def stand_in(request: HttpRequest) -> HttpResponse:
    """Who decides in one's place, and for whom one does; one more."""
    actor = acting(request)
    assert actor.grant is not None and actor.person_id is not None  # noqa: PT018 - no test: the rule asked for both
    unit = roster.organizations_known([actor.grant.organization_id]).get()
    people = roster.staff_of(unit).exclude(pk=actor.person_id).order_by("sort_key")
    form = StandInForm(request.POST or None, people=people)
    if form.is_valid():
        facts = form.cleaned_data
        services.delegate(taker=facts["taker"], first=facts["first"], last=facts["last"], by=actor)
        messages.success(request, _("委托好了。"))
        return redirect("workflow_stand_in")
    context = {"form": form, "given": queries.delegations_of(actor), "people": people.exists()}
    return render(request, "workflow/stand_in.html", context)


@never_cache
@require_POST
@guarded_by_object("workflow.end_delegation")
def stand_in_end(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = acting(request)
    found = get_visible_or_404(queries.delegations_of(actor), pk=pk)
    require(rules.may_end_delegation, actor, found)
    services.end_delegation(found, by=actor)
    messages.success(request, _("委托结束了。"))
    return redirect("workflow_stand_in")
