"""Moving classes up a year (preview, progress, taking back) and students to another class."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lantian.kernel.rules import check, require
from lantian.kernel.web.guards import acting, get_visible_or_404, guarded_by_object
from lantian.kernel.web.once import once
from lantian.people.roster import queries, rules, services
from lantian.people.roster.engine.promotion import Step
from lantian.people.roster.enums import SCHOOL_KINDS, MemberRole, PromotionState
from lantian.people.roster.errors import RosterError
from lantian.people.roster.forms import MoveStudentsForm, PromotionForm
from lantian.people.roster.models import Organization, Promotion, PromotionRun
from lantian.people.roster.queries.promotion import SchoolPlan
from lantian.people.roster.views.parts import done

NOBODY = UUID(int=0)
UNDER_WAY = (PromotionState.WAITING, PromotionState.RUNNING)


def _unit(request: HttpRequest, pk: UUID) -> Organization:
    return get_visible_or_404(queries.organizations_visible_to(acting(request)), pk=pk)


@require_http_methods(["GET", "POST"])
@guarded_by_object("roster.promote_classes")
@once
def plan(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What would become of every class (GET), and doing it (POST with the picked schools or classes)."""
    actor, unit = acting(request), _unit(request, pk)
    require(rules.may_promote_classes, actor, unit)
    form = PromotionForm(_asked(request))
    settled = form.cleaned_data if form.is_bound and form.is_valid() else form.defaults()
    plans = queries.plan_promotion(unit, school_year=settled["school_year"], carry_over=settled["carry_over"])
    one_school = len(plans) == 1 and unit.kind in SCHOOL_KINDS
    if request.method == "POST" and form.is_valid():
        run = done(
            request,
            form,
            lambda cleaned: services.start_promotion(
                unit, by=actor, left_out=_left_out(request, plans, classes=one_school), **cleaned
            ),
        )
        if run:
            return redirect("roster_promotion", run.pk)
    context = {
        "unit": unit,
        "form": form,
        "settled": settled,
        "rows": [] if one_school else _school_rows(sorted(plans, key=lambda one: one.ready), settled),
        "plans": plans,
        "steps": [_step_row(step) for step in plans[0].plan.steps] if one_school else None,
        "ready": [one for one in plans if one.ready],
        "total": _sums(plans),
        "runs": queries.promotion_runs_visible_to(actor)
        .filter(organization__path__within=unit.path)
        .select_related("organization", "created_by")
        .order_by("-created_at")[:10],
    }
    return render(request, "roster/promotion_plan.html", context)


def _asked(request: HttpRequest) -> dict[str, Any] | None:
    """What the form is given: a post as it is, an address with what it leaves out filled in, nothing for a bare address."""
    if request.method == "POST":
        return request.POST.dict()
    given = {key: value for key, value in request.GET.dict().items() if key in PromotionForm.base_fields}
    return {**PromotionForm.defaults(), **given} if given else None


def _left_out(request: HttpRequest, plans: list[SchoolPlan], *, classes: bool) -> list[UUID]:
    """What was shown and not picked. A pick of something that was not shown changes nothing."""
    picked = set(request.POST.getlist("pick"))
    shown = [step.old.id for one in plans for step in one.plan.steps] if classes else [one.school.pk for one in plans]
    return [pk for pk in shown if str(pk) not in picked]


def _sums(plans: list[SchoolPlan]) -> dict[str, int]:
    ready = [one.plan for one in plans if one.ready]
    return {
        "schools": len(ready),
        "up": sum(len(one.up) for one in ready),
        "ended": sum(len(one.ended) for one in ready),
        "students_up": sum(one.students_up for one in ready),
        "graduated": sum(one.students_graduated for one in ready),
        "held": sum(bool(one.plan.clashes) and not one.done for one in plans),
        "done": sum(one.done for one in plans),
    }


def _school_rows(plans: list[SchoolPlan], settled: dict[str, Any]) -> list[dict[str, Any]]:
    """One row a school, in plain words: a city has 1 149, and whatever the template asks there it asks as often."""
    asked = urlencode({"school_year": settled["school_year"], "last_day": settled["last_day"].isoformat()})
    address = reverse("roster_promotion_plan", args=[NOBODY]).replace(str(NOBODY), "%s")
    moved, held, ready = ("ok", _("已升级")), ("warn", _("班号冲突")), ("neutral", _("可以办理"))
    clash, between = _("%(grade)s %(number)s 班已经存在"), _("；")
    rows = []
    for one in plans:
        up, ended = one.plan.up, one.plan.ended
        clashes = () if one.done else one.plan.clashes
        rows.append(
            {
                "id": str(one.school.pk),
                "name": str(one.school),
                "url": f"{address % one.school.pk}?{asked}",
                "ready": one.ready,
                "up": len(up),
                "ended": len(ended),
                "graduated": sum(step.old.students for step in ended),
                "state": moved if one.done else held if clashes else ready if one.ready else None,
                "note": between.join(
                    clash % {"grade": queries.grade_words(grade), "number": number} for grade, number in clashes
                ),
            }
        )
    return rows


def _step_row(step: Step) -> dict[str, Any]:
    return {
        "id": step.old.id,
        "name": step.old.name,
        "grade": queries.grade_words(step.old.grade, step.old.stage),
        "students": step.old.students,
        "becomes": step.name,
        "ends": step.ends,
    }


def _find(request: HttpRequest, pk: UUID) -> PromotionRun:
    rows = queries.promotion_runs_visible_to(acting(request)).select_related("organization", "created_by")
    return get_visible_or_404(rows, pk=pk)


@never_cache
@require_safe
@guarded_by_object("roster.view_promotion")
def record(request: HttpRequest, pk: UUID) -> HttpResponse:
    """How far a run has come, and what became of each school. The part `?part=progress` asks for itself while it runs."""
    actor, run = acting(request), _find(request, pk)
    context: dict[str, Any] = {"run": run, "unit": run.organization, "under_way": run.state in UNDER_WAY}
    if request.GET.get("part") == "progress":
        if context["under_way"]:
            return render(request, "roster/_promotion_progress.html", context)
        return HttpResponse(headers={"HX-Refresh": "true"})  # it is over: the head of the page has changed as well
    rows = list(run.promotions.select_related("organization").order_by("organization__sort_key", "id"))
    may = bool(check(rules.may_promote_classes, actor, run.organization))
    context |= {
        "rows": rows,
        "moved": [row for row in rows if row.state == PromotionState.DONE],
        "may": may,
        "may_undo": may and run.state in (PromotionState.DONE, PromotionState.CANCELLED) and _moved(rows),
    }
    return render(request, "roster/promotion.html", context)


def _moved(rows: list[Promotion]) -> bool:
    return any(row.state == PromotionState.DONE for row in rows)


@require_POST
@guarded_by_object("roster.promote_classes")
def cancel(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Stop after the school that is under way."""
    run = _find(request, pk)
    services.cancel_promotion(run, by=acting(request))
    messages.info(request, _("正在停止：已经升级的学校保持不变，可以整体撤回。"))
    return redirect("roster_promotion", run.pk)


@require_POST
@guarded_by_object("roster.promote_classes")
def undo(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take a run back, all of it or nothing."""
    run = _find(request, pk)
    try:
        count = services.undo_promotion(run, by=acting(request))
    except RosterError as error:
        messages.error(request, str(error.message))
    else:
        messages.success(request, _("已撤回，%(count)s 所学校的班级恢复原样。") % {"count": count})
    return redirect("roster_promotion", run.pk)


@require_http_methods(["GET", "POST"])
@guarded_by_object("roster.manage_people")
@once
def move_students(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Students of a class to another class of the school."""
    actor = acting(request)
    group = get_visible_or_404(queries.class_groups_visible_to(actor).select_related("organization"), pk=pk)
    require(rules.may_manage_people, actor, group.organization)
    members = list(queries.members_of_class(group, MemberRole.STUDENT))
    form = MoveStudentsForm(request.POST or None, actor=actor, group=group, members=members)
    moved = done(
        request,
        form,
        lambda cleaned: services.move_students(
            [UUID(pk) for pk in cleaned["people"]],
            source=group,
            target=cleaned["target"],
            by=actor,
            reason=cleaned["reason"],
        ),
    )
    if moved:
        messages.success(request, _("已调班 %(count)s 人。") % {"count": moved})
        return redirect("roster_class_group", group.pk)
    context = {
        "form": form,
        "title": _("学生调班"),
        "over": group,
        "unit": group.organization,
        "back": reverse("roster_class_group", args=[group.pk]),
        "crumb": group.name,
        "submit": pgettext("verb", "调班"),
    }
    return render(request, "roster/form.html", context)
