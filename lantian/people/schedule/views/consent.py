"""Joining by invitation, leaving, and ending before the time: each shown with what it means before it is done."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from lantian.kernel.rules import check, require
from lantian.kernel.web.guards import acting, get_visible_or_404, guarded_by_object
from lantian.kernel.web.once import once
from lantian.people.schedule import queries, rules, services
from lantian.people.schedule.enums import ALLIANCE_WORDS, AllianceKind, InvitationState
from lantian.people.schedule.errors import ScheduleError
from lantian.people.schedule.forms import AnswerForm, InviteForm, LastDayForm
from lantian.people.schedule.models import Alliance, AllianceMember

ANSWER_DAYS = 14
FAR = timedelta(days=3660)


def _alliance(request: HttpRequest, alliance_id: UUID) -> Alliance:
    return get_visible_or_404(queries.alliances_visible_to(acting(request)).select_related("lead"), pk=alliance_id)


@require_http_methods(["GET", "POST"])
@guarded_by_object("schedule.invite_school")
@once
def invite(request: HttpRequest, alliance_id: UUID) -> HttpResponse:
    """Ask a school to join, from a day on, to be answered until another."""
    actor, found = acting(request), _alliance(request, alliance_id)
    require(rules.may_invite_school, actor, found)
    today = timezone.localdate()
    initial = {"joins_on": max(today, found.starts_on), "deadline": today + timedelta(days=ANSWER_DAYS)}
    form = InviteForm(request.POST or None, initial=initial)
    if form.is_valid():
        data = dict(form.cleaned_data)
        try:
            services.invite_school(found, organization=data.pop("school"), by=actor, **data)
        except ScheduleError as error:
            form.add_error(error.field if error.field in form.fields else None, str(error.message))
        else:
            messages.success(request, _("邀请已发出，等对方校长答复"))
            return redirect("schedule_alliance", found.pk)
    return render(request, "schedule/invite.html", {"alliance": found, "form": form})


@require_http_methods(["GET", "POST"])
@guarded_by_object("schedule.view_invitation")
@once
def invitation(request: HttpRequest, invitation_id: UUID) -> HttpResponse:
    """What the school is asked; its head accepts or declines, whoever sent it may take it back."""
    actor = acting(request)
    visible = queries.invitations_visible_to(actor).select_related("alliance__lead", "organization", "invited_by")
    found = get_visible_or_404(visible, pk=invitation_id)
    waits = found.state == InvitationState.SENT and found.deadline >= timezone.localdate()
    form = AnswerForm(request.POST if request.method == "POST" and "answer" in request.POST else None)
    if request.method == "POST":
        done = _answer(request, found, form)
        if done:
            return redirect("schedule_alliances")
    context = {
        "invitation": found,
        "alliance": found.alliance,
        "words": ALLIANCE_WORDS[AllianceKind(found.alliance.kind)],
        "form": form,
        "may_answer": waits and bool(check(rules.may_answer_invitation, actor, found)),
        "may_withdraw": waits and bool(check(rules.may_invite_school, actor, found.alliance)),
    }
    return render(request, "schedule/invitation.html", context)


def _answer(request: HttpRequest, found: Any, form: AnswerForm) -> bool:
    actor = acting(request)
    try:
        if "withdraw" in request.POST:
            services.withdraw_invitation(found, by=actor)
            messages.success(request, _("邀请已收回"))
            return True
        if not form.is_valid():
            return False
        if form.cleaned_data["answer"] == "accept":
            services.accept_invitation(found, by=actor)
            messages.success(request, _("已加入联盟"))
        else:
            services.decline_invitation(found, reason=form.cleaned_data["reason"], by=actor)
            messages.success(request, _("已答复，对方会看到原因"))
    except ScheduleError as error:
        messages.error(request, str(error.message))
        return False
    return True


def _last_day(request: HttpRequest, usual: date) -> date:
    """The day that the page is asked about; nonsense means the usual one."""
    try:
        day = date.fromisoformat(request.GET.get("last", ""))
    except ValueError:
        return usual
    return day if abs(day - usual) < FAR else usual


@require_http_methods(["GET", "POST"])
@guarded_by_object("schedule.manage_alliance")
@once
def alliance_end(request: HttpRequest, alliance_id: UUID) -> HttpResponse:
    """End an alliance before its time. `?last=` shows what that would stop; posting does it."""
    actor, found = acting(request), _alliance(request, alliance_id)
    require(rules.may_manage_alliance, actor, found.lead)
    form = LastDayForm(request.POST or None, initial={"last": _last_day(request, timezone.localdate())})
    if form.is_valid():
        try:
            cancelled = services.end_alliance(found, by=actor, **form.cleaned_data)
        except ScheduleError as error:
            form.add_error(error.field if error.field in form.fields else None, str(error.message))
        else:
            messages.success(request, _("联盟结束了，取消了 %(n)s 节课") % {"n": cancelled})
            return redirect("schedule_alliance", found.pk)
    day = _last_day(request, timezone.localdate())
    context = {"alliance": found, "school": None, "form": form, "day": day, "stops": queries.ending(found, day)}
    return render(request, "schedule/ending.html", context)


@require_http_methods(["GET", "POST"])
@guarded_by_object("schedule.leave_alliance")
@once
def alliance_leave(request: HttpRequest, member_id: UUID) -> HttpResponse:
    """A school leaves. `?last=` shows what that would stop; posting does it."""
    actor = acting(request)
    mine = AllianceMember.objects.filter(alliance__in=queries.alliances_visible_to(actor))
    member = get_visible_or_404(mine.select_related("alliance__lead", "organization"), pk=member_id)
    require(rules.may_leave_alliance, actor, member)
    day = _last_day(request, timezone.localdate())
    form = LastDayForm(request.POST or None, initial={"last": day})
    if form.is_valid():
        try:
            cancelled = services.leave_alliance(member, by=actor, **form.cleaned_data)
        except ScheduleError as error:
            form.add_error(error.field if error.field in form.fields else None, str(error.message))
        else:
            messages.success(request, _("已办理退出，取消了 %(n)s 节课") % {"n": cancelled})
            return redirect("schedule_alliance", member.alliance_id)
    context = {
        "alliance": member.alliance,
        "school": member.organization,
        "form": form,
        "day": day,
        "stops": queries.ending(member.alliance, day, member.organization),
    }
    return render(request, "schedule/ending.html", context)
