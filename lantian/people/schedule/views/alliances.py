"""Alliances: the list, one with its schools, a new one, a new member."""

from datetime import date, timedelta
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from lantian.kernel.rules import check, require
from lantian.kernel.time.queries import term_on
from lantian.kernel.web.guards import acting, get_visible_or_404, guarded, guarded_by_object, signed_in
from lantian.kernel.web.lists import Column, Filter, ListPage
from lantian.kernel.web.once import once
from lantian.people.roster import queries as roster
from lantian.people.roster.enums import SCHOOL_KINDS, Stage
from lantian.people.roster.queries.history import history_lines
from lantian.people.schedule import queries, rules, services
from lantian.people.schedule.enums import ALLIANCE_WORDS, AllianceKind, AlliancePart, AllianceState
from lantian.people.schedule.errors import ScheduleError
from lantian.people.schedule.forms import AllianceForm, MembersForm
from lantian.people.schedule.models import Alliance, AllianceMember

SENTENCES = {
    "schedule.alliance_created": lazy("建立联盟，由%(lead)s牵头"),
    "schedule.alliance_joined": lazy("%(organization)s加入"),
    "schedule.school_invited": lazy("邀请%(organization)s"),
    "schedule.invitation_accepted": lazy("%(organization)s同意加入"),
    "schedule.invitation_declined": lazy("%(organization)s没有同意：%(reason)s"),
    "schedule.invitation_expired": lazy("%(organization)s过期没有答复"),
    "schedule.invitation_withdrawn": lazy("收回对%(organization)s的邀请"),
    "schedule.alliance_left": lazy("%(organization)s退出，最后一天 %(last)s：%(reason)s"),
    "schedule.alliance_ended": lazy("提前结束，最后一天 %(last)s：%(reason)s"),
    "schedule.alliance_over": lazy("有效期到 %(last)s，已结束"),
}


def _address(alliance: Alliance) -> str:
    from django.urls import reverse

    return reverse("schedule_alliance", args=[alliance.pk])


class AllianceList(ListPage[Alliance]):
    key = "alliances"
    title = pgettext_lazy("many", "联盟")
    unit = lazy("个联盟")
    columns = (
        Column("name", lazy("名称"), primary=True, sort="name", link=_address),
        Column("kind", lazy("类型"), value="get_kind_display", sort="kind"),
        Column("stage", lazy("学段"), value="get_stage_display"),
        Column("lead", lazy("牵头单位"), value=lambda row: str(row.lead)),
        Column("schools", pgettext_lazy("many", "学校"), value="schools", kind="number", sort="schools"),
        Column("ends_on", lazy("有效期至"), kind="date", sort="ends_on"),
        Column(
            "state",
            lazy("状态"),
            value="get_state_display",
            kind="badge",
            tone=lambda row: "ok" if row.state == "active" else "neutral",
        ),
    )
    filters = (
        Filter("kind", lazy("类型"), AllianceKind.choices),
        Filter("stage", lazy("学段"), Stage.choices),
        Filter("state", lazy("状态"), AllianceState.choices),
    )
    search = ("name", "lead__name")
    search_hint = lazy("联盟或牵头单位")
    order = "name"
    empty_icon = "handshake"
    empty_title = lazy("还没有联盟")


@require_safe
@signed_in
def alliances(request: HttpRequest) -> HttpResponseBase:
    actor = acting(request)
    stays = queries.not_left(timezone.localdate())
    members = AllianceMember.objects.filter(stays, alliance=OuterRef("pk")).order_by().values("alliance")
    schools = Coalesce(Subquery(members.annotate(n=Count("pk")).values("n")), 0)
    rows = queries.alliances_visible_to(actor).select_related("lead").annotate(schools=schools)
    context = {
        "may_create": bool(check(rules.may_manage_alliance, actor)),
        "invitations": queries.invitations_to_answer(actor, timezone.localdate()),
    }
    return AllianceList(request, rows).respond("schedule/alliances.html", context)


@require_safe
@guarded_by_object("schedule.view_alliance")
def alliance(request: HttpRequest, alliance_id: UUID) -> HttpResponse:
    """Its schools by part; whoever manages it adds more."""
    actor = acting(request)
    found = get_visible_or_404(queries.alliances_visible_to(actor).select_related("lead"), pk=alliance_id)
    may_manage = bool(check(rules.may_manage_alliance, actor, found.lead))
    today = timezone.localdate()
    monday = today - timedelta(days=today.weekday())
    members = queries.members_of(found)
    for row in members:
        row.alliance = found  # not asked for again, row by row
    invitations = queries.invitations_visible_to(actor).filter(alliance=found).select_related("organization")
    runs = found.state == AllianceState.ACTIVE
    context = {
        "alliance": found,
        "words": ALLIANCE_WORDS[AllianceKind(found.kind)],
        "today": today,
        "sending": [row for row in members if row.part == AlliancePart.SENDING],
        "receiving": [row for row in members if row.part == AlliancePart.RECEIVING],
        "may_leave": {row.pk for row in members if check(rules.may_leave_alliance, actor, row)},
        "pairings": queries.pairings_of(found, min(max(today, found.starts_on), found.ends_on)).count(),
        "lessons": queries.lessons_of_alliance(found, monday, monday + timedelta(days=6)),
        "invitations": list(invitations.order_by("-invited_at")[:20]),
        "may_invite": runs and bool(check(rules.may_invite_school, actor, found)),
        "may_end": runs and may_manage,
        "may_add": runs and may_manage,
        "panels": queries.panels_of_alliance(actor, found),
        "history": history_lines(found, sentences=SENTENCES) if may_manage else [],
    }
    return render(request, "schedule/alliance.html", context)


@require_http_methods(["GET", "POST"])
@guarded_by_object("schedule.manage_alliance")
@once
def alliance_add(request: HttpRequest, alliance_id: UUID) -> HttpResponse:
    """Let schools in that one administers oneself, as many as are ticked; others are invited."""
    actor = acting(request)
    found = get_visible_or_404(queries.alliances_visible_to(actor).select_related("lead"), pk=alliance_id)
    require(rules.may_manage_alliance, actor, found.lead)
    own = roster.organizations_visible_to(actor).filter(path__within_any=actor.paths)
    schools = own.filter(kind__in=SCHOOL_KINDS, is_active=True).order_by("sort_key")
    form = MembersForm(request.POST or None, alliance=found, schools=schools)
    if form.is_valid() and _add(request, found, form):
        return redirect("schedule_alliance", found.pk)
    return render(request, "schedule/alliance_add.html", {"alliance": found, "form": form})


def _add(request: HttpRequest, alliance: Alliance, form: MembersForm) -> bool:
    """All of them or none; the form says which one could not join."""
    chosen, part = form.chosen(), AlliancePart(form.cleaned_data["part"])
    school = None
    try:
        with transaction.atomic():
            for school in chosen:
                services.add_alliance_member(alliance, organization=school, part=part, by=acting(request))
    except ScheduleError as error:
        form.add_error("schools", f"{school}：{error.message}")  # i18n: data
        return False
    told = ngettext("%(n)s 所学校已加入联盟", "%(n)s 所学校已加入联盟", len(chosen))
    messages.success(request, told % {"n": len(chosen)})
    return True


@require_http_methods(["GET", "POST"])
@guarded("schedule.manage_alliance")
@once
def alliance_new(request: HttpRequest) -> HttpResponse:
    """An alliance led by one's own school or bureau."""
    actor = acting(request)
    if actor.grant is None:
        raise Http404
    lead = get_visible_or_404(roster.organizations_visible_to(actor), pk=actor.grant.organization_id)
    form = AllianceForm(request.POST or None, initial=_this_term(str(lead.path)))
    if form.is_valid():
        try:
            made = services.create_alliance(lead=lead, by=actor, **form.cleaned_data)
        except ScheduleError as error:
            form.add_error(None, str(error.message))
        else:
            messages.success(request, _("联盟已建立，请添加学校"))
            return redirect("schedule_alliance_add", made.pk)
    return render(request, "schedule/alliance_new.html", {"form": form, "lead": lead})


def _this_term(path: str) -> dict[str, date]:
    """From today to the end of the term that runs, or of the school year between terms."""
    today = timezone.localdate()
    term = term_on(today, path=path)
    return {"starts_on": today, "ends_on": term.ends_on if term else today + timedelta(days=180)}
