"""One unit: its record, and the forms that make, change, move and close it."""

from itertools import groupby
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Count, Q
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from lantian.kernel.rules import Actor, check, require
from lantian.kernel.web.guards import acting, found_or_404, get_visible_or_404, guarded_by_object
from lantian.kernel.web.once import once
from lantian.people.roster import queries, rules, services
from lantian.people.roster.enums import REGION_KINDS, MemberRole, Stage
from lantian.people.roster.forms import OrganizationForm, ReasonForm
from lantian.people.roster.models import Organization
from lantian.people.roster.queries.visible import live_grants
from lantian.people.roster.views.parts import done

STAFF_SHOWN = 60
CHILDREN_SHOWN = 60


def _find(request: HttpRequest, pk: UUID) -> Organization:
    return found_or_404(queries.visible_organization(acting(request), pk))


@require_safe
@guarded_by_object("roster.view_organization")
def record(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A region: figures and what stands below. A school: facts, classes by grade, staff, grants, panels of other apps."""
    actor, unit = acting(request), _find(request, pk)
    is_region = unit.kind in REGION_KINDS
    governs = actor.administers(unit.path)
    context: dict[str, Any] = {
        "unit": unit,
        "is_region": is_region,
        "crumbs": queries.breadcrumbs(actor, unit),
        "children": list(queries.children_of(actor, unit)[:CHILDREN_SHOWN]),
        "figures": queries.figures_below(unit) if is_region or governs else None,
        "more_children": CHILDREN_SHOWN,
        "panels": queries.panels_of_organization(actor, unit),
        "stages": _("、").join(str(dict(Stage.choices).get(stage, stage)) for stage in unit.stages),
        "history": queries.history_lines(unit) if governs else None,
        "may": _may(actor, unit),
    }
    if governs:
        context["grants"] = list(
            live_grants().filter(organization=unit).select_related("person").order_by("role", "person__sort_key")
        )
    if not is_region:
        context |= _school(actor, unit)
    return render(request, "roster/organization.html", context)


def _may(actor: Actor, unit: Organization) -> dict[str, bool]:
    return {
        "create": bool(check(rules.may_create_organization, actor, unit)) and unit.kind != "teaching_point",
        "update": bool(check(rules.may_update_organization, actor, unit)),
        "move": bool(check(rules.may_move_organization, actor, unit)) and unit.parent_id is not None,
        "close": bool(check(rules.may_deactivate_organization, actor, unit)),
        "classes": unit.kind not in REGION_KINDS and bool(check(rules.may_manage_classes, actor, unit)),
        "people": bool(check(rules.may_manage_people, actor, unit)),
        "assignments": unit.kind not in REGION_KINDS and bool(check(rules.may_see_assignments, actor, unit)),
        "promote": bool(check(rules.may_promote_classes, actor, unit)),
        "grant": any(rules.holds(actor, role, unit.path) for role in rules.roles_at(unit.kind)),
    }


def _school(actor: Actor, unit: Organization) -> dict[str, Any]:
    today = timezone.localdate()
    students = Count("memberships", filter=valid_on_membership(today) & Q(memberships__role=MemberRole.STUDENT))
    groups = (
        queries.class_groups_visible_to(actor)
        .filter(organization=unit, is_active=True)
        .annotate(students=students)
        .order_by("grade", "number", "name")
    )
    by_grade = [
        (queries.grade_words(grade, stage), list(rows))
        for (stage, grade), rows in groupby(groups, key=lambda row: (row.stage, row.grade))
    ]
    staff = queries.people_visible_to(actor).filter(pk__in=queries.staff_of(unit).values("pk"))
    people = list(staff.order_by("sort_key", "id")[: STAFF_SHOWN + 1])
    return {"grades": by_grade, "staff": people[:STAFF_SHOWN], "more_staff": len(people) > STAFF_SHOWN}


def valid_on_membership(today: Any) -> Q:
    """`valid_on` seen from a class."""
    return Q(memberships__valid_from__lte=today) & (
        Q(memberships__valid_to__isnull=True) | Q(memberships__valid_to__gte=today)
    )


@require_http_methods(["GET", "POST"])
@guarded_by_object("roster.create_organization")
@once
def create(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A new unit below this one."""
    actor, parent = acting(request), _find(request, pk)
    require(rules.may_create_organization, actor, parent)
    form = OrganizationForm(request.POST or None, parent=parent)
    unit = done(request, form, lambda cleaned: services.create_organization(by=actor, parent=parent, **cleaned))
    if unit:
        messages.success(request, _("已新建“%(name)s”。") % {"name": unit.name})
        return redirect("roster_organization", unit.pk)
    title = _("在“%(name)s”下新建单位") % {"name": parent}
    return render(request, "roster/form.html", {"form": form, "title": title, "unit": parent, "submit": _("新建")})


@require_http_methods(["GET", "POST"])
@guarded_by_object("roster.update_organization")
@once
def edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Change a unit's facts; name and code only by the bureau above."""
    actor, unit = acting(request), _find(request, pk)
    require(rules.may_update_organization, actor, unit)
    names = ["name", "short_name", "code", "stages", "setting"]
    form = OrganizationForm(request.POST or None, initial={name: getattr(unit, name) for name in names})
    if not check(rules.may_deactivate_organization, actor, unit):
        for name in ("name", "code"):
            form.fields[name].disabled = True
            form.fields[name].help_text = _("由上一级修改。")
    if done(request, form, lambda cleaned: services.update_organization(unit, by=actor, **cleaned)):
        messages.success(request, _("已保存。"))
        return redirect("roster_organization", unit.pk)
    title = _("修改“%(name)s”的资料") % {"name": unit}
    return render(request, "roster/form.html", {"form": form, "title": title, "unit": unit})


@require_http_methods(["GET", "POST"])
@guarded_by_object("roster.move_organization")
@once
def move(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Hang a unit below another: first the new parent is found (`q`), then the move is confirmed."""
    actor, unit = acting(request), _find(request, pk)
    require(rules.may_move_organization, actor, unit)
    kinds = rules.kinds_above(unit.kind)
    possible = (
        queries.organizations_visible_to(actor).filter(kind__in=kinds, is_active=True).exclude(path__within=unit.path)
    )
    if unit.parent_id:  # it is under it already
        possible = possible.exclude(pk=unit.parent_id)
    context: dict[str, Any] = {"unit": unit, "title": _("调整“%(name)s”的上级单位") % {"name": unit}}
    chosen = request.POST.get("parent") or request.GET.get("parent")
    if not chosen:
        typed = request.GET.get("q", "").strip()[:60]
        rows = queries.find(possible, typed).select_related("parent").order_by("sort_key")[:40]
        return render(request, "roster/move.html", {**context, "q": typed, "rows": rows})
    parent = get_visible_or_404(possible, pk=chosen)
    form = Form(request.POST or None)
    if done(request, form, lambda _cleaned: services.move_organization(unit, parent=parent, by=actor)):
        messages.success(request, _("“%(name)s”现在归“%(parent)s”管理。") % {"name": unit, "parent": parent})
        return redirect("roster_organization", unit.pk)
    return render(request, "roster/move.html", {**context, "parent": parent, "form": form})


@require_http_methods(["GET", "POST"])
@guarded_by_object("roster.deactivate_organization")
@once
def close(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Put an empty unit out of use."""
    actor, unit = acting(request), _find(request, pk)
    require(rules.may_deactivate_organization, actor, unit)
    form = ReasonForm(request.POST or None)
    if done(request, form, lambda cleaned: services.deactivate_organization(unit, by=actor, reason=cleaned["reason"])):
        messages.success(request, _("“%(name)s”已停用，历史记录都还在。") % {"name": unit})
        return redirect("roster_tree")
    context = {
        "form": form,
        "title": _("停用“%(name)s”") % {"name": unit},
        "unit": unit,
        "submit": _("停用"),
        "variant": "danger",
        "warning": _("停用后不再出现在名册里，不能再编班、登记人员；以前的记录都保留。"),
    }
    return render(request, "roster/form.html", context)
