"""Who teaches what: classes against subjects, changed in place; and one cell with all who ever were in it."""

from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from lantian.kernel.rules import check, require
from lantian.kernel.web.guards import acting, found_or_404, guarded_by_object
from lantian.people.roster import queries, rules, services
from lantian.people.roster.enums import SCHOOL_KINDS, Subject
from lantian.people.roster.forms import AssignmentForm
from lantian.people.roster.models import ClassGroup
from lantian.people.roster.queries.assignments import (
    HOMEROOM,
    assignments_on,
    staff_to_choose,
    teachers_in,
    teachers_over_time,
)
from lantian.people.roster.views.parts import done


def _column_words(column: str) -> str:
    return _("班主任") if column == HOMEROOM else str(Subject(column).label)


def _day(request: HttpRequest) -> date:
    try:
        return parse_date(request.GET.get("on", "")) or timezone.localdate()
    except ValueError:
        return timezone.localdate()


@require_safe
@guarded_by_object("roster.see_assignments")
def matrix(request: HttpRequest, pk: UUID) -> HttpResponse:
    """All classes of a school on a day (`on`); today's can be changed by those who may."""
    actor = acting(request)
    unit = found_or_404(queries.visible_organization(actor, pk))
    if unit.kind not in SCHOOL_KINDS:
        raise Http404
    require(rules.may_see_assignments, actor, unit)
    day, today = _day(request), timezone.localdate()
    found = assignments_on(unit, day)
    may = day == today and bool(check(rules.may_assign_teachers, actor, unit))
    context = {
        "unit": unit,
        "columns": [(column, _column_words(column)) for column in found.columns],
        "lines": [
            (line.group, [(key, _column_words(key), line.teachers.get(key, [])) for key in found.columns])
            for line in found.lines
        ],
        "open_places": found.open_places,
        "day": day,
        "today": today,
        "may": may,
        "cells": reverse("roster_assignments", args=[unit.pk]),
    }
    return render(request, "roster/assignments.html", context)


def _group(request: HttpRequest, pk: UUID) -> ClassGroup:
    return found_or_404(queries.visible_class_group(acting(request), pk))


@require_http_methods(["GET", "POST"])
@guarded_by_object("roster.assign_teachers")
def cell(request: HttpRequest, pk: UUID, column: str) -> HttpResponse:
    """One class and subject: who teaches it, who did, and the change; asked for by a cell of the matrix only the form."""
    actor, group = acting(request), _group(request, pk)
    if column != HOMEROOM and column not in Subject.values:
        raise Http404
    require(rules.may_assign_teachers, actor, group.organization)
    in_place = bool(request.headers.get("HX-Request"))
    today = timezone.localdate()
    now = list(teachers_in(group, column, today))
    back = reverse("roster_assignments", args=[group.organization_id])
    context: dict[str, Any] = {
        "group": group,
        "column": column,
        "words": _column_words(column),
        "back": back,
        "today": today,
    }
    if in_place and request.GET.get("show"):
        return _shown(request, context, now)
    staff = staff_to_choose(group.organization, "" if column == HOMEROOM else column)
    form = AssignmentForm(
        request.POST if request.method == "POST" else None, staff=staff, now=now, several=column != HOMEROOM
    )
    changed = done(
        request,
        form,
        lambda cleaned: (services.assign_teachers(group, column, form.people(), by=actor, on=cleaned["on"]),),
    )
    if changed and in_place:
        return _shown(request, context, list(teachers_in(group, column, today)))
    if changed:
        words = _("%(group)s的%(what)s已安排。") % {"group": group, "what": _column_words(column)}
        messages.success(request, words)
        return redirect(back)
    context |= {"form": form, "history": list(teachers_over_time(group, column)[:30]) if not in_place else []}
    return render(request, "roster/_assignment_form.html" if in_place else "roster/assignment.html", context)


def _shown(request: HttpRequest, context: dict[str, Any], teachers: list[Any]) -> HttpResponse:
    """The inside of a cell, with the focus on it again."""
    return render(
        request, "roster/_assignment_cell.html", {**context, "teachers": teachers, "may": True, "focus": True}
    )
