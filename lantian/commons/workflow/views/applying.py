"""What one may apply for, an application from its first word to its end."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from lantian.commons.workflow import queries, rules, services
from lantian.commons.workflow.enums import WITH_APPLICANT, ApplicationState, Verdict
from lantian.commons.workflow.errors import BadAnswers, WorkflowError
from lantian.commons.workflow.forms import AnswersForm, WordsForm
from lantian.commons.workflow.models import Application
from lantian.kernel.rules import Denied, check, require
from lantian.kernel.web.guards import acting, get_visible_or_404, guarded_by_object, signed_in
from lantian.kernel.web.lists import Column, Filter, ListPage
from lantian.kernel.web.once import once

TONES = {
    ApplicationState.DRAFT: "neutral",
    ApplicationState.REVIEW: "info",
    ApplicationState.RETURNED: "warn",
    ApplicationState.APPROVED: "ok",
    ApplicationState.REJECTED: "error",
    ApplicationState.WITHDRAWN: "neutral",
}


def tone_of(row: Application) -> str:
    return TONES[ApplicationState(row.state)]


_COLUMNS = (
    Column("title", lazy("申请"), primary=True, sort="title", link=lambda row: f"/workflow/applications/{row.pk}/"),
    Column("number", lazy("编号"), kind="code", sort="number"),
    Column("workflow", lazy("事项"), value=lambda row: row.workflow.title, sort="workflow__title"),
    Column("state", lazy("状态"), value="get_state_display", kind="badge", tone=tone_of, sort="state"),
    Column("created", lazy("开始填写"), value="created_at", kind="datetime", sort="created_at"),
    Column("submitted", lazy("提交时间"), value="submitted_at", kind="datetime", sort="submitted_at"),
)
_SEARCH = ("title", "number", "workflow__title")


class ApplicationList(ListPage[Application]):
    key = "applications"
    title = lazy("我的申请")
    unit = lazy("份申请")
    columns = _COLUMNS
    filters = (Filter("state", lazy("状态"), ApplicationState.choices),)
    search = _SEARCH
    search_hint = lazy("名称、编号或事项")
    order = "-created"
    empty_icon = "file-text"
    empty_title = lazy("还没有申请")
    empty_text = lazy("在上面选一个事项，填好提交，走到哪一步这里都看得到。")


class NothingToApplyFor(ApplicationList):
    """Of those for whom no matter is open."""

    empty_text = lazy("有了可以申请的事项，会列在上面；申请走到哪一步，这里看得到。")


class ReviewedList(ListPage[Application]):
    key = "applications-below"
    title = lazy("收到的申请")
    columns = (
        *_COLUMNS[:2],
        Column("applicant", lazy("申请人"), value=lambda row: row.applicant.name, sort="applicant__sort_key"),
        Column("organization", lazy("单位"), value=lambda row: str(row.organization), sort="organization__sort_key"),
        *_COLUMNS[2:],
    )
    filters = (Filter("state", lazy("状态"), ApplicationState.choices),)
    search = (*_SEARCH, "applicant__name", "organization__name")
    search_hint = lazy("名称、编号或申请人")
    order = "-submitted"
    empty_icon = "inbox"
    empty_title = lazy("还没有申请")
    empty_text = lazy("本单位和下级提交的申请会出现在这里。")


@require_safe
@signed_in
def home(request: HttpRequest) -> HttpResponseBase:
    """What one may apply for, and one's applications."""
    actor = acting(request)
    context = {
        "matters": queries.open_to(actor),
        "waiting": queries.todo_of(actor).count(),
        "decides": bool(check(rules.may_delegate, actor)),
        "makes": bool(check(rules.may_define, actor)),
    }
    kind = ApplicationList if context["matters"] else NothingToApplyFor
    return kind(request, queries.applications_of(actor)).respond("workflow/home.html", context)


@require_safe
@signed_in
def applications(request: HttpRequest) -> HttpResponseBase:
    """Applications of others that one sees, whatever their state."""
    actor = acting(request)
    rows = queries.applications_visible_to(actor).exclude(applicant=actor.person_id).filter(round__gt=0)
    rows = rows.select_related("workflow", "applicant", "organization")
    return ReviewedList(request, rows).respond("workflow/list.html", {})


@never_cache
@require_http_methods(["GET", "POST"])
@guarded_by_object("workflow.apply")
@once
def matter(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What a matter is, what is asked and who decides; posted: begin an application."""
    actor = acting(request)
    rows = queries.workflows_visible_to(actor).select_related("organization")
    found = get_visible_or_404(rows, pk=pk)
    if request.method == "POST":
        made = services.begin_application(found, by=actor)
        return redirect("workflow_edit", made.pk)
    version = queries.version_in_force(found)
    context = {
        "matter": found,
        "questions": queries.form_of(version) if version else [],
        "steps": queries.plan_of(version).steps if version else [],
        "verdict": check(rules.may_apply, actor, found),
    }
    return render(request, "workflow/matter.html", context)


def _found(request: HttpRequest, pk: UUID) -> Application:
    rows = queries.applications_visible_to(acting(request))
    return get_visible_or_404(
        rows.select_related("workflow__organization", "version", "organization", "applicant"), pk=pk
    )


@never_cache
@require_http_methods(["GET", "POST"])
@guarded_by_object("workflow.change_application")
@once
def edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The form. `act=save`: keep what is there; else hand it in."""
    actor, found = acting(request), _found(request, pk)
    require(rules.may_change_application, actor, found)
    saving = request.POST.get("act") == "save"
    form = AnswersForm(
        request.POST or None, questions=queries.form_of(found.version), draft=saving, initial=found.answers
    )
    if form.is_valid() and _take(request, form, found, saving=saving):
        return redirect("workflow_application", pk)
    returned = found.lines.filter(what="returned").order_by("-id").first() if found.state == "returned" else None
    return render(request, "workflow/edit.html", {"form": form, "application": found, "returned": returned})


def _take(request: HttpRequest, form: AnswersForm, found: Application, *, saving: bool) -> bool:
    actor = acting(request)
    try:
        if saving:
            services.save_answers(found, form.answers, by=actor)
            messages.success(request, _("草稿存好了，想好了再提交。"))
        else:
            services.submit_application(found, answers=form.answers, by=actor)
            messages.success(request, _("提交了，办到哪一步这里都看得到。"))
    except BadAnswers as faults:
        for key, why in faults.faults.items():
            form.add_error(key if key in form.fields else None, why)
        return False
    except WorkflowError as error:
        form.add_error(None, str(error.message))
        return False
    except Denied as refused:
        form.add_error(None, refused.words)
        return False
    return True


@never_cache
@require_http_methods(["GET", "POST"])
@guarded_by_object("workflow.view_application")
@once
def application(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What was written, where it is, what happened; and what may be done: decide, withdraw, appeal."""
    actor, found = acting(request), _found(request, pk)
    form = WordsForm(request.POST or None)
    if form.is_valid() and _act(request, found, form):
        return redirect("workflow_application", pk)
    task = queries.open_task(found)
    step = queries.plan_of(found.version).step(task.step) if task else None
    subject = queries.SUBJECTS.get(found.workflow.about)
    context: dict[str, Any] = {
        "application": found,
        "tone": tone_of(found),
        "answers": queries.answers_in_words(found),
        "stops": queries.way_of(found),
        "lines": queries.lines_of(found),
        "form": form,
        "task": task,
        "step": step,
        "subject_url": subject.url(found.subject) if subject and found.subject else "",
        "said": list(task.decisions.select_related("person").order_by("made_at")) if task else [],
        "may_decide": task is not None and bool(check(rules.may_decide, actor, task)),
        "may_change": found.state in WITH_APPLICANT and bool(check(rules.may_change_application, actor, found)),
        "may_withdraw": bool(check(rules.may_withdraw, actor, found)),
        "may_appeal": bool(check(rules.may_appeal, actor, found)),
        "appeal_until": queries.appeal_until(found) if found.state == ApplicationState.REJECTED else None,
    }
    return render(request, "workflow/application.html", context)


def _act(request: HttpRequest, found: Application, form: WordsForm) -> bool:
    act, words, actor = request.POST.get("act", ""), form.cleaned_data["words"], acting(request)
    try:
        if act in Verdict.values:
            task = queries.open_task(found)
            if task is None or str(task.pk) != request.POST.get("task"):
                form.add_error(None, _("这一步已经办过了，请看看现在的情况。"))
                return False
            services.decide(task, verdict=act, words=words, by=actor)
            messages.success(request, _("办好了。"))
        elif act == "withdraw":
            services.withdraw_application(found, by=actor)
            messages.success(request, _("撤回了。"))
        elif act == "appeal":
            services.appeal(found, words=words, by=actor)
            messages.success(request, _("申诉提交了。"))
    except WorkflowError as error:
        form.add_error(error.field or None, str(error.message))
        return False
    except Denied as refused:
        form.add_error(None, refused.words)
        return False
    return True
