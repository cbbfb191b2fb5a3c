"""Timetables from spreadsheets: sent, shown as read with what is wrong in which cell, made into a draft."""

from typing import TYPE_CHECKING
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from lantian.kernel.errors import Refusal
from lantian.kernel.rules import Actor, check, require
from lantian.kernel.web.guards import acting, get_visible_or_404, guarded, guarded_by_object
from lantian.kernel.web.once import once
from lantian.people.exchange import queries, rules, services
from lantian.people.exchange.engine.sheets.grids import MAX_FILE
from lantian.people.exchange.errors import ExchangeError
from lantian.people.exchange.forms import WeekForm
from lantian.people.exchange.models import WeekImport
from lantian.people.roster import queries as roster
from lantian.people.schedule import queries as schedule

if TYPE_CHECKING:
    from lantian.people.roster.models import Organization


def _school(request: HttpRequest) -> "Organization":
    """The school in the address, else one's own unit; one whose timetable the actor keeps."""
    actor = acting(request)
    asked = request.GET.get("school", "")
    own = actor.grant.organization_id if actor.grant else None
    found = get_visible_or_404(roster.organizations_visible_to(actor), pk=asked or own)
    require(rules.may_import_week, actor, found)
    return found


@require_http_methods(["GET", "POST"])
@guarded("exchange.import_week")
@once
def new_week(request: HttpRequest) -> HttpResponse:
    """Send a file; it is read at once, and nothing of the timetable changes."""
    school = _school(request)
    offered = schedule.usual_timetable(school, timezone.localdate())
    form = WeekForm(request.POST or None, request.FILES or None, initial=offered)
    if form.is_valid():
        data = form.cleaned_data
        upload = data["upload"]
        try:
            made = services.read_week(
                upload.read(MAX_FILE + 1),
                organization=school,
                title=upload.name or "",
                name=data["name"],
                first=data["first"],
                last=data["last"],
                by=acting(request),
            )
        except ExchangeError as error:
            form.add_error("upload", str(error.message))
        else:
            return redirect("exchange_week", made.pk)
    return render(request, "exchange/week_new.html", {"form": form, "school": school})


def _may(actor: Actor, found: WeekImport) -> bool:
    return bool(check(rules.may_import_week, actor, found.organization))


@require_http_methods(["GET", "POST"])
@guarded_by_object("exchange.view_week")
@once
def week(request: HttpRequest, week_id: UUID) -> HttpResponse:
    """What was read, class by class, and what was not, cell by cell; posting makes the draft."""
    actor = acting(request)
    visible = queries.week_imports_visible_to(actor).select_related("organization", "timetable")
    found = get_visible_or_404(visible, pk=week_id)
    if request.method == "POST":
        try:
            made = services.draft_week(found, by=actor)
        except Refusal as error:
            messages.error(request, str(error.message))
        else:
            messages.success(request, _("草稿做好了。有冲突的地方改好以后再发布。"))
            return redirect("schedule_timetable", made.pk)
    context = {
        "week": found,
        "classes": queries.week_classes(found),
        "faults": queries.week_faults(found),
        "more": found.wrong - len(found.faults),
        "may_draft": found.timetable is None
        and bool(found.rows)
        and bool(check(rules.may_import_week, actor, found.organization)),
    }
    return render(request, "exchange/week.html", context)
