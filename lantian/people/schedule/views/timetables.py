"""Timetables of a school: the list, a new draft, its grid, and publishing."""

from collections.abc import Iterable
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lantian.kernel.rules import check, require
from lantian.kernel.web.guards import acting, get_visible_or_404, guarded, guarded_by_object, signed_in
from lantian.kernel.web.lists import Column, Filter, ListPage
from lantian.kernel.web.once import once
from lantian.kernel.web.shell import place
from lantian.people.roster import queries as roster
from lantian.people.schedule import queries, rules, services
from lantian.people.schedule.engine.week import Clash
from lantian.people.schedule.enums import TimetableState
from lantian.people.schedule.errors import ScheduleError
from lantian.people.schedule.forms import BellsForm, CellForm, DraftForm
from lantian.people.schedule.models import Timetable, TimetableEntry

if TYPE_CHECKING:
    from lantian.people.roster.models import ClassGroup, Organization

TONES = {"draft": "neutral", "published": "ok", "withdrawn": "warn"}
SHOWN_CLASHES = 50


class TimetableList(ListPage[Timetable]):
    key = "timetables"
    title = pgettext_lazy("many", "学校课表")
    unit = lazy("份课表")
    columns = (
        Column(
            "name",
            lazy("名称"),
            primary=True,
            sort="name",
            link=lambda row: reverse("schedule_timetable", args=[row.pk]),
        ),
        Column("organization", lazy("学校"), value=lambda row: str(row.organization), sort="organization__sort_key"),
        Column("first", lazy("开始"), value=lambda row: row.during.lower, kind="date", sort="during"),
        Column("last", lazy("结束"), value=lambda row: row.during.upper - timedelta(days=1), kind="date"),
        Column("entries", lazy("每周节数"), value="periods", kind="number", sort="periods"),
        Column("state", lazy("状态"), value="get_state_display", kind="badge", tone=lambda row: TONES[row.state]),
    )
    filters = (Filter("state", lazy("状态"), TimetableState.choices),)
    search = ("name", "organization__name")
    search_hint = lazy("课表或学校")
    order = "organization"
    empty_icon = "calendar-days"
    empty_title = lazy("还没有课表")
    empty_text = lazy("先设置作息时间，再建一份草稿，填好后发布。")


@require_safe
@signed_in
def timetables(request: HttpRequest) -> HttpResponseBase:
    actor = acting(request)
    entries = TimetableEntry.objects.filter(timetable=OuterRef("pk")).order_by().values("timetable")
    rows = queries.timetables_visible_to(actor).select_related("organization")
    rows = rows.annotate(periods=Coalesce(Subquery(entries.annotate(n=Count("pk")).values("n")), 0))
    context = {
        "may_manage": bool(check(rules.may_manage_timetable, actor)),
        "import_url": place("timetable_import"),  # the app above that reads spreadsheets
    }
    return TimetableList(request, rows).respond("schedule/timetables.html", context)


def _school(request: HttpRequest) -> "Organization":
    """The unit in the address, or the actor's own; one that the actor manages the timetable of."""
    actor = acting(request)
    visible = roster.organizations_visible_to(actor)
    asked = request.GET.get("school", "")
    if not asked and actor.grant is None:
        raise Http404
    found = get_visible_or_404(visible, pk=asked or (actor.grant.organization_id if actor.grant else None))
    require(rules.may_manage_timetable, actor, found)
    return found


@require_http_methods(["GET", "POST"])
@guarded("schedule.manage_timetable")
@once
def timetable_new(request: HttpRequest) -> HttpResponse:
    """A draft, empty or with the entries of a former one."""
    actor, school = acting(request), _school(request)
    offered = queries.usual_timetable(school, timezone.localdate())
    form = DraftForm(request.POST or None, organization=school, initial=offered)
    if form.is_valid():
        try:
            made = services.draft_timetable(school, by=actor, **form.cleaned_data)
        except ScheduleError as error:
            form.add_error(None, str(error.message))
        else:
            return redirect("schedule_timetable", made.pk)
    return render(request, "schedule/timetable_new.html", {"form": form, "school": school})


@require_http_methods(["GET", "POST"])
@guarded("schedule.manage_timetable")
@once
def bells(request: HttpRequest) -> HttpResponse:
    """The times of the day of one's school or bureau."""
    actor, school = acting(request), _school(request)
    today = timezone.localdate()
    known = queries.periods_on(school, today)
    form = BellsForm(request.POST or None, initial=BellsForm.initial_of(known, today))
    if form.is_valid():
        data = form.cleaned_data
        try:
            services.set_bells(
                school, name=data["name"], first=data["first"], last=data["last"], periods=data["periods"], by=actor
            )
        except ScheduleError as error:
            form.add_error(None, str(error.message))
        else:
            messages.success(request, _("作息时间已保存"))
            return redirect(f"{reverse('schedule_bells')}?school={school.pk}")
    return render(request, "schedule/bells.html", {"form": form, "school": school, "periods": known})


def _found(request: HttpRequest, pk: UUID) -> Timetable:
    visible = queries.timetables_visible_to(acting(request)).select_related("organization")
    return get_visible_or_404(visible, pk=pk)


@require_safe
@guarded_by_object("schedule.view_timetable")
def timetable(request: HttpRequest, timetable_id: UUID) -> HttpResponse:
    """The week of one class of it, what clashes, and what can be done with it."""
    actor, found = acting(request), _found(request, timetable_id)
    entries = queries.entries_visible_to(actor, found)
    manages = bool(check(rules.may_manage_timetable, actor, found.organization))
    editable = manages and found.state == TimetableState.DRAFT
    shown = queries.timetable_classes(found.organization).order_by("grade", "number")
    classes = list(shown if editable else shown.filter(pk__in=entries.values("class_group")))
    group = _chosen(request, classes)
    day = found.during.lower
    periods = queries.periods_on(found.organization, day)
    clashes = queries.clashes_of(found) if editable else []
    context = {
        "timetable": found,
        "last": found.during.upper - timedelta(days=1),
        "classes": classes,
        "group": group,
        "rows": _grid(entries.filter(class_group=group) if group else [], [p.number for p in periods] or range(1, 9)),
        "periods": {period.number: period for period in periods},
        "weekdays": range(5),
        "manages": manages,
        "editable": editable,
        "clashes": [_clash_words(clash) for clash in clashes[:SHOWN_CLASHES]],
        "clash_count": len(clashes),
    }
    return render(request, "schedule/timetable.html", context)


def _chosen(request: HttpRequest, classes: "list[ClassGroup]") -> "ClassGroup | None":
    asked = request.GET.get("class", "")
    return next((group for group in classes if str(group.pk) == asked), classes[0] if classes else None)


def _grid(entries: Iterable[TimetableEntry], numbers: Iterable[int]) -> list[dict[str, Any]]:
    """Rows by period, each with what stands on Monday to Sunday; the weekend is shown only when something stands there."""
    rows = list(entries)
    days = range(7) if any(row.weekday > 4 for row in rows) else range(5)
    known = sorted({*numbers, *(row.period_no for row in rows)})
    return [
        {
            "number": number,
            "cells": [
                {"weekday": day, "entries": [row for row in rows if (row.weekday, row.period_no) == (day, number)]}
                for day in days
            ],
        }
        for number in known
    ]


def _clash_words(clash: Clash) -> dict[str, Any]:
    first: Any = clash.first.key
    second: Any = clash.second.key
    what = {"teacher": second.teacher, "room": second.room, "class": second.class_group}[clash.kind]
    return {
        "weekday": second.weekday,
        "period": second.period_no,
        "what": what,
        "first": first,
        "second": second,
        "elsewhere": first.timetable.organization if first.timetable_id != second.timetable_id else None,
    }


@require_http_methods(["GET", "POST"])
@guarded_by_object("schedule.manage_timetable")
@once
def cell(request: HttpRequest, timetable_id: UUID, class_id: UUID, weekday: int, period: int) -> HttpResponse:
    """One period of a class in a draft: what is taught, by whom, where; or nothing."""
    actor, found = acting(request), _found(request, timetable_id)
    require(rules.may_manage_timetable, actor, found.organization)
    if weekday > 6 or not 1 <= period <= 20:
        raise Http404
    group = get_visible_or_404(queries.timetable_classes(found.organization), pk=class_id)
    here = found.entries.filter(class_group=group, weekday=weekday, period_no=period)
    form = CellForm(request.POST or None, organization=found.organization, initial=CellForm.initial_of(here.first()))
    if form.is_valid():
        try:
            _put(found, here, form, group, weekday, period, actor)
        except ScheduleError as error:
            form.add_error(None, str(error.message))
        else:
            return redirect(f"{reverse('schedule_timetable', args=[found.pk])}?class={group.pk}")
    context = {"timetable": found, "group": group, "weekday": weekday, "period": period, "form": form, "here": here}
    return render(request, "schedule/cell.html", context)


def _put(
    found: Timetable, here: Any, form: CellForm, group: "ClassGroup", weekday: int, period: int, actor: Any
) -> None:
    data = form.cleaned_data
    weeks = data["weeks"]
    # what holds every week leaves no room for another, and the other way round
    gone = here if weeks == "every" or not data["subject"] else here.filter(weeks__in=("every", weeks))
    for entry in gone.select_related("timetable"):
        services.clear_entry(entry, by=actor)
    if data["subject"]:
        services.set_entries(
            found,
            rows=[
                services.EntryRow(
                    weekday=weekday,
                    period_no=period,
                    class_group_id=group.pk,
                    subject=data["subject"],
                    teacher_id=data["teacher"].pk if data["teacher"] else None,
                    room_id=data["room"].pk if data["room"] else None,
                    weeks=weeks,
                )
            ],
            by=actor,
        )


@require_POST
@guarded_by_object("schedule.manage_timetable")
@once
def timetable_act(request: HttpRequest, timetable_id: UUID) -> HttpResponse:
    """Publish a draft, or withdraw what was published."""
    actor, found = acting(request), _found(request, timetable_id)
    try:
        if request.POST.get("act") == "publish":
            services.publish_timetable(found, by=actor)
            messages.success(request, _("课表已发布，联盟里的课随后按它排好"))
        else:
            services.withdraw_timetable(found, by=actor, reason=request.POST.get("reason", "")[:200])
            messages.success(request, _("课表已撤下，还没上的课随后取消"))
    except ScheduleError as error:
        messages.error(request, str(error.message))
    return redirect("schedule_timetable", found.pk)
