"""Making definitions in the browser: facts, questions, steps, each on a page of its own; kept as a draft until published."""

from copy import deepcopy
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from lantian.commons.workflow import queries, rules, services
from lantian.commons.workflow.engine.plan import Level
from lantian.commons.workflow.engine.schema import Field, Kind, to_schema
from lantian.commons.workflow.enums import ApplicationState, WorkflowState
from lantian.commons.workflow.errors import WorkflowError
from lantian.commons.workflow.forms import AnswersForm, FieldForm, StepForm, WorkflowForm
from lantian.commons.workflow.models import Workflow, WorkflowVersion
from lantian.kernel.rules import Actor, require
from lantian.kernel.web.guards import acting, get_visible_or_404, guarded, guarded_by_object
from lantian.kernel.web.lists import Column, Filter, ListPage
from lantian.kernel.web.once import once
from lantian.people.roster import queries as roster
from lantian.people.roster.enums import Role

if TYPE_CHECKING:
    from lantian.people.roster.models import Organization

TONES = {WorkflowState.DRAFT: "neutral", WorkflowState.OPEN: "ok", WorkflowState.CLOSED: "warn"}
LATELY = timedelta(days=365)


def _tone(row: Workflow) -> str:
    return TONES[WorkflowState(row.state)]


class DefinitionList(ListPage[Workflow]):
    key = "workflow-definitions"
    title = lazy("事项设置")
    unit = lazy("个事项")
    columns = (
        Column("title", lazy("事项"), primary=True, sort="title", link=lambda row: f"/workflow/definitions/{row.pk}/"),
        Column("organization", lazy("单位"), value=lambda row: str(row.organization), sort="organization__sort_key"),
        Column("state", lazy("状态"), value="get_state_display", kind="badge", tone=_tone, sort="state"),
        Column("running", lazy("正在办理"), kind="number", sort="running"),
        Column("settled", lazy("已办结"), kind="number", sort="settled"),
    )
    filters = (Filter("state", lazy("状态"), WorkflowState.choices),)
    search = ("title", "words", "organization__name")
    search_hint = lazy("事项或单位")
    order = "title"
    empty_icon = "list-checks"
    empty_title = lazy("还没有事项")
    empty_text = lazy("把要申请、要审批的事做成表单和步骤，老师和家长在网上就能办。")


@require_safe
@guarded("workflow.define")
def definitions(request: HttpRequest) -> HttpResponseBase:
    """What can be applied for below one's unit, and how much there is of it."""
    ended = (ApplicationState.APPROVED, ApplicationState.REJECTED)
    rows = queries.workflows_made_by(acting(request)).select_related("organization")
    rows = rows.annotate(
        running=Count("applications", filter=Q(applications__state=ApplicationState.REVIEW)),
        settled=Count("applications", filter=Q(applications__state__in=ended)),
    )
    return DefinitionList(request, rows).respond("workflow/definitions.html", {})


def _own_unit(actor: Actor) -> "Organization":
    if actor.grant is None:
        raise Http404
    return get_visible_or_404(roster.organizations_visible_to(actor), pk=actor.grant.organization_id)


@never_cache
@require_http_methods(["GET", "POST"])
@guarded("workflow.define")
@once
def define(request: HttpRequest) -> HttpResponse:
    """Begin one at one's own unit, with one question and one step, to be changed."""
    actor = acting(request)
    unit = _own_unit(actor)
    form = WorkflowForm(request.POST or None, initial={"audience": [Role.TEACHER]})
    if form.is_valid():
        made = services.define_workflow(organization=unit, by=actor, **form.cleaned_data)
        services.save_draft(made, schema=_first_form(), plan=_first_plan(actor), by=actor)
        return redirect("workflow_definition", made.pk)
    return render(request, "workflow/facts.html", {"form": form, "unit": unit})


def _first_form() -> dict[str, Any]:
    return to_schema([Field("f1", _("申请说明"), Kind.TEXT)])


def _first_plan(actor: Actor) -> dict[str, Any]:
    step = {"key": "s1", "title": _("审批"), "role": actor.role, "level": Level.UNIT, "days": 5}
    return {
        "steps": [
            step | ({"level": actor.grant.organization_kind} if actor.grant and actor.role == Role.OFFICER else {})
        ]
    }


def _found(request: HttpRequest, pk: UUID) -> Workflow:
    actor = acting(request)
    found = get_visible_or_404(queries.workflows_made_by(actor).select_related("organization"), pk=pk)
    require(rules.may_change_definition, actor, found)
    return found


def _shown(found: Workflow) -> WorkflowVersion:
    """The draft, else what is in force."""
    version = queries.draft_of(found) or queries.version_in_force(found)
    if version is None:
        raise Http404
    return version


@never_cache
@require_http_methods(["GET", "POST"])
@guarded_by_object("workflow.change_definition")
@once
def definition(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A definition with its questions, steps and figures. `act`: publish, discard, open, close, or up/down/out of one row."""
    found = _found(request, pk)
    if request.method == "POST":
        try:
            _act(request, found)
        except WorkflowError as error:
            messages.error(request, str(error.message))
        return redirect("workflow_definition", pk)
    version, since = _shown(found), timezone.now() - LATELY
    questions, plan = queries.form_of(version), queries.plan_of(version)
    titles = {step.key: step.title for step in plan.steps}
    context = {
        "workflow": found,
        "tone": _tone(found),
        "draft": queries.draft_of(found),
        "published": queries.version_in_force(found),
        "questions": questions,
        "labels": {one.key: one.label for one in questions},
        "steps": plan.steps,
        "plan": plan,
        "preview": AnswersForm(questions=questions, auto_id="preview_%s"),
        "figures": queries.figures_of(found, since),
        "by_step": [
            {**row, "title": titles.get(row["step"], row["step"])} for row in queries.steps_figures(found, since)
        ],
        "audience": [str(Role(role).label) for role in found.audience],
    }
    return render(request, "workflow/definition.html", context)


def _act(request: HttpRequest, found: Workflow) -> None:
    actor, act = acting(request), request.POST.get("act", "")
    verbs = {
        "publish": services.publish_version,
        "discard": services.discard_draft,
        "open": services.open_workflow,
        "close": services.close_workflow,
    }
    if act in verbs:
        verbs[act](found, by=actor)
        messages.success(request, _("办好了。"))
        return
    kind, _colon, key = request.POST.get("row", "").partition(":")
    version = _shown(found)
    schema, plan = deepcopy(version.schema), deepcopy(version.plan)
    if kind == "field":
        schema["x-order"] = _moved(schema["x-order"], key, act)
        if act == "out":
            schema["properties"].pop(key, None)
            schema["required"] = [one for one in schema["required"] if one != key]
    elif kind == "step":
        order = _moved([one["key"] for one in plan["steps"]], key, act)
        steps = {one["key"]: one for one in plan["steps"]}
        plan["steps"] = [steps[one] for one in order]
    services.save_draft(found, schema=schema, plan=plan, by=actor)


def _moved(order: list[str], key: str, act: str) -> list[str]:
    """The order with one of its keys further up, down, or out of it."""
    if key not in order:
        return order
    place, rest = order.index(key), [one for one in order if one != key]
    if act == "out":
        return rest
    to = place + {"up": -1, "down": 1}.get(act, 0)
    return [*rest[: max(0, to)], key, *rest[max(0, to) :]]


@never_cache
@require_http_methods(["GET", "POST"])
@guarded_by_object("workflow.change_definition")
@once
def facts(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Its name, for whom, when."""
    found = _found(request, pk)
    names = ("title", "words", "audience", "opens_on", "closes_on")
    form = WorkflowForm(request.POST or None, initial={name: getattr(found, name) for name in names})
    if form.is_valid():
        services.set_workflow(found, by=acting(request), **form.cleaned_data)
        messages.success(request, _("已保存"))
        return redirect("workflow_definition", pk)
    return render(request, "workflow/facts.html", {"form": form, "unit": found.organization, "workflow": found})


@never_cache
@require_http_methods(["GET", "POST"])
@guarded_by_object("workflow.change_definition")
@once
def field(request: HttpRequest, pk: UUID, key: str = "") -> HttpResponse:
    """One question: a new one, or changed."""
    found = _found(request, pk)
    version = _shown(found)
    questions = {one.key: one for one in queries.form_of(version)}
    if key and key not in questions:
        raise Http404
    form = FieldForm(request.POST or None, initial=FieldForm.initial_of(questions[key]) if key else None)
    if form.is_valid():
        made = form.field(key or _next_key("f", questions))
        if key and questions[key].kind == made.kind:  # bounds that the page does not show stay
            made = Field(
                made.key,
                made.label,
                made.kind,
                made.required,
                made.help,
                made.choices,
                questions[key].least,
                questions[key].most,
            )
        if _saved(request, form, found, schema=to_schema([*{**questions, made.key: made}.values()]), plan=version.plan):
            return redirect("workflow_definition", pk)
    return render(request, "workflow/part.html", {"form": form, "workflow": found, "title": _("一项填写内容")})


@never_cache
@require_http_methods(["GET", "POST"])
@guarded_by_object("workflow.change_definition")
@once
def step(request: HttpRequest, pk: UUID, key: str = "") -> HttpResponse:
    """One step: a new one at the end, or changed."""
    found = _found(request, pk)
    version = _shown(found)
    steps = {one["key"]: one for one in version.plan["steps"]}
    if key and key not in steps:
        raise Http404
    form = StepForm(
        request.POST or None,
        questions=queries.form_of(version),
        initial=StepForm.initial_of(steps[key]) if key else {"role": acting(request).role},
    )
    if form.is_valid():
        made = form.step(key or _next_key("s", steps))
        plan = {**version.plan, "steps": [*{**steps, made["key"]: made}.values()]}
        if _saved(request, form, found, schema=version.schema, plan=plan):
            return redirect("workflow_definition", pk)
    return render(request, "workflow/part.html", {"form": form, "workflow": found, "title": _("一个审批步骤")})


def _next_key(letter: str, known: Any) -> str:
    number = 1
    while f"{letter}{number}" in known:
        number += 1
    return f"{letter}{number}"


def _saved(request: HttpRequest, form: Any, found: Workflow, *, schema: Any, plan: Any) -> bool:
    try:
        services.save_draft(found, schema=schema, plan=plan, by=acting(request))
    except WorkflowError as error:
        form.add_error(None, str(error.message))
        return False
    return True
