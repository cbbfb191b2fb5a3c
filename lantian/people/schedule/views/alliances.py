"""Alliances: the list, one with its schools, a new one, a new member."""

from uuid import UUID

from django.contrib import messages
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from lantian.kernel.rules import check, require
from lantian.kernel.web.guards import acting, get_visible_or_404, guarded, guarded_by_object, signed_in
from lantian.kernel.web.lists import Column, Filter, ListPage
from lantian.kernel.web.once import once
from lantian.people.roster import queries as roster
from lantian.people.roster.enums import SCHOOL_KINDS, Stage
from lantian.people.schedule import queries, rules, services
from lantian.people.schedule.enums import AlliancePart
from lantian.people.schedule.errors import ScheduleError
from lantian.people.schedule.forms import AllianceForm, MemberForm
from lantian.people.schedule.models import Alliance


def _address(alliance: Alliance) -> str:
    from django.urls import reverse

    return reverse("schedule_alliance", args=[alliance.pk])


class AllianceList(ListPage[Alliance]):
    key = "alliances"
    title = pgettext_lazy("many", "联盟")
    unit = lazy("个联盟")
    columns = (
        Column("name", lazy("名称"), primary=True, sort="name", link=_address),
        Column("stage", lazy("学段"), value="get_stage_display"),
        Column("lead", lazy("牵头单位"), value=lambda row: str(row.lead)),
        Column("schools", pgettext_lazy("many", "学校"), value="schools", kind="number", sort="schools"),
        Column("ends_on", lazy("有效期至"), kind="date", sort="ends_on"),
        Column("state", lazy("状态"), value="get_state_display", kind="badge"),
    )
    filters = (Filter("stage", lazy("学段"), Stage.choices),)
    search = ("name", "lead__name")
    order = "name"
    empty_icon = "handshake"
    empty_title = lazy("还没有联盟")


@require_safe
@signed_in
def alliances(request: HttpRequest) -> HttpResponseBase:
    actor = acting(request)
    rows = queries.alliances_visible_to(actor).select_related("lead").annotate(schools=Count("members", distinct=True))
    context = {"may_create": bool(check(rules.may_manage_alliance, actor))}
    return AllianceList(request, rows).respond("schedule/alliances.html", context)


@require_http_methods(["GET", "POST"])
@guarded_by_object("schedule.view_alliance")
@once
def alliance(request: HttpRequest, alliance_id: UUID) -> HttpResponse:
    """Its schools by part; whoever manages it adds more."""
    actor = acting(request)
    found = get_visible_or_404(queries.alliances_visible_to(actor).select_related("lead"), pk=alliance_id)
    may_manage = bool(check(rules.may_manage_alliance, actor, found.lead))
    schools = roster.organizations_visible_to(actor).filter(kind__in=SCHOOL_KINDS, is_active=True).order_by("sort_key")
    form = MemberForm(request.POST or None, alliance=found, schools=schools) if may_manage else None
    if request.method == "POST":
        require(rules.may_manage_alliance, actor, found.lead)
    if form is not None and form.is_valid():
        data = form.cleaned_data
        try:
            services.add_alliance_member(found, organization=data["organization"], part=data["part"], by=actor)
        except ScheduleError as error:
            form.add_error(None, str(error.message))
        else:
            messages.success(request, _("学校已加入联盟"))
            return redirect("schedule_alliance", found.pk)
    members = list(found.members.select_related("organization").order_by("organization__sort_key"))
    context = {
        "alliance": found,
        "sending": [row for row in members if row.part == AlliancePart.SENDING],
        "receiving": [row for row in members if row.part == AlliancePart.RECEIVING],
        "form": form,
    }
    return render(request, "schedule/alliance.html", context)


@require_http_methods(["GET", "POST"])
@guarded("schedule.manage_alliance")
@once
def alliance_new(request: HttpRequest) -> HttpResponse:
    """An alliance led by one's own school or bureau."""
    actor = acting(request)
    if actor.grant is None:
        raise Http404
    lead = get_visible_or_404(roster.organizations_visible_to(actor), pk=actor.grant.organization_id)
    form = AllianceForm(request.POST or None)
    if form.is_valid():
        try:
            made = services.create_alliance(lead=lead, by=actor, **form.cleaned_data)
        except ScheduleError as error:
            form.add_error(None, str(error.message))
        else:
            messages.success(request, _("联盟已建立，请添加学校"))
            return redirect("schedule_alliance", made.pk)
    return render(request, "schedule/alliance_new.html", {"form": form, "lead": lead})
