"""Recorders: the list, one with its log, setting one up."""

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import pgettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lantian.kernel.rules import check, require
from lantian.kernel.web.guards import acting, get_visible_or_404, guarded, guarded_by_object
from lantian.kernel.web.lists import Column, Filter, ListPage
from lantian.kernel.web.once import once
from lantian.people.roster import queries as roster
from lantian.people.roster.queries.history import history_lines
from lantian.people.schedule import queries as schedule
from lantian.teach.recorders import queries, rules, services
from lantian.teach.recorders.enums import Fault, State, Way
from lantian.teach.recorders.errors import RecorderError
from lantian.teach.recorders.forms import ChangeForm, RegisterForm
from lantian.teach.recorders.models import Recorder

if TYPE_CHECKING:
    from lantian.kernel.rules import Actor
    from lantian.people.roster.models import Organization

TONES = {State.OFFLINE: "neutral", State.READY: "ok", State.ON_AIR: "live", State.FAULTY: "error"}
SENTENCES = {
    "recorders.recorder_registered": lazy("登记了设备"),
    "recorders.key_renewed": lazy("换了新的推流密钥"),
    "recorders.recorder_changed": lazy("修改了登记"),
    "recorders.recorder_stopped": lazy("停用了设备"),
    "recorders.recorder_resumed": lazy("恢复使用"),
}
STOPPED = "stopped"
MOST_SCHOOLS = 2000


def state_words(row: Recorder) -> str:
    return str(row.get_state_display()) if row.is_active else _("已停用")


def tone(row: Recorder) -> str:
    return TONES[State(row.state)] if row.is_active else "neutral"


def _of_state(rows: Any, asked: str) -> Any:
    return rows.filter(is_active=False) if asked == STOPPED else rows.filter(is_active=True, state=asked)


class RecorderList(ListPage[Recorder]):
    key = "recorders"
    title = lazy("录播设备")
    unit = lazy("台设备")
    columns = (
        Column(
            "name",
            lazy("设备"),
            primary=True,
            sort="name",
            link=lambda row: reverse("recorders_recorder", args=[row.pk]),
        ),
        Column("state", lazy("状态"), value=state_words, kind="badge", tone=tone, sort="state"),
        Column("room", pgettext_lazy("one", "教室"), value=lambda row: row.room.name),
        Column("school", lazy("学校"), value=lambda row: str(row.organization), sort="organization__sort_key"),
        Column("picture", lazy("画面"), value=queries.picture_words),
        Column("make", lazy("厂家和型号"), value="make"),
        Column("seen", lazy("最近在线"), value="seen_at", kind="datetime", sort="seen_at"),
    )
    filters = (
        Filter("state", lazy("状态"), [*State.choices, (STOPPED, lazy("已停用"))], apply=_of_state),
        Filter("way", lazy("接入"), Way.choices),
    )
    search = ("name", "make", "room__name", "organization__name")
    search_hint = lazy("设备、教室或学校")
    order = "school"
    empty_icon = "video"
    empty_title = lazy("还没有录播设备")
    empty_text = lazy("登记以后，教室里的录播主机或摄像机到点就把课送上来，不用老师动手。")


@require_safe
@guarded("recorders.list_recorders")
def recorders(request: HttpRequest) -> HttpResponseBase:
    """Those that one may see, with how they stand now."""
    actor = acting(request)
    page = RecorderList(request, queries.with_names(queries.recorders_visible_to(actor)))
    return page.respond(
        "recorders/list.html", {"may_manage": bool(check(rules.may_manage_recorders, actor)), "door": _has_door()}
    )


def _has_door() -> bool:
    return bool(settings.LANTIAN_RTMP_PORT) or settings.LANTIAN_WHIP


def _found(request: HttpRequest, pk: UUID) -> Recorder:
    return get_visible_or_404(queries.with_names(queries.recorders_visible_to(acting(request))), pk=pk)


def _server(request: HttpRequest) -> str:
    """What is typed into the box as the address of the server; empty where sources come by WHIP alone."""
    if settings.LANTIAN_WHIP and not settings.LANTIAN_RTMP_PORT:
        return ""
    host = urlsplit(f"//{request.get_host()}").hostname or "localhost"
    return f"rtmp://{f'[{host}]' if ':' in host else host}:{settings.LANTIAN_RTMP_PORT or 1935}/recorder"


def _whip(request: HttpRequest) -> str:
    """What OBS is told as the server; empty where none is taken."""
    return request.build_absolute_uri("/whip") if settings.LANTIAN_WHIP else ""


@require_safe
@guarded_by_object("recorders.view_recorder")
def recorder(request: HttpRequest, pk: UUID) -> HttpResponse:
    """How it stands, what to set otherwise, what happened."""
    actor, found = acting(request), _found(request, pk)
    context = {
        "recorder": found,
        "state": state_words(found),
        "tone": tone(found),
        "picture": queries.picture_words(found),
        "advice": queries.advice_for(found) if found.is_active and found.state != State.OFFLINE else [],
        "fault": Fault(found.fault).label if found.fault and found.is_active else "",
        "lines": queries.lines_of(found),
        "lesson_url": schedule.lesson_url(found.lesson) if found.lesson else "",
        "server": _server(request),
        "whip": _whip(request),
        "door": _has_door(),
        "may_manage": bool(check(rules.may_manage_recorders, actor, found.organization)),
        "history": history_lines(found, sentences=SENTENCES),
    }
    return render(request, "recorders/recorder.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
@guarded("recorders.manage_recorders")
def register(request: HttpRequest) -> HttpResponse:
    """A new one; the page that answers shows its key, once."""
    actor = acting(request)
    rooms = schedule.rooms_visible_to(actor).filter(is_active=True).exclude(recorders__is_active=True)
    schools = _schools(actor)
    if schools:
        asked = request.POST.get("school") or request.GET.get("school", "")
        school = next((unit for unit in schools if str(unit.pk) == asked), None)
        if school is None:
            return render(request, "recorders/school.html", {"schools": schools})
        rooms = rooms.filter(organization=school)
    rooms = rooms.select_related("organization").order_by("organization__sort_key", "name")
    form = RegisterForm(request.POST or None, rooms=rooms)
    if form.is_valid():
        try:
            made, key = services.register_recorder(by=actor, **form.cleaned_data)
        except RecorderError as error:
            form.add_error(error.field or None, str(error.message))
        else:
            if not key:
                messages.success(request, _("设备登记好了，到点自动去取画面。"))
                return redirect("recorders_recorder", made.pk)
            return _show_key(request, made, key)
    return render(request, "recorders/register.html", {"form": form})


def _schools(actor: "Actor") -> "list[Organization]":
    """Of which schools one has to choose first; none for whoever has but one."""
    if not actor.has_role("officer") or actor.grant is None:
        return []
    office = roster.visible_organization(actor, actor.grant.organization_id)
    return list(roster.schools_below(office)[:MOST_SCHOOLS]) if office is not None else []


def _show_key(request: HttpRequest, found: Recorder, key: str) -> HttpResponse:
    context = {"recorder": found, "key": key, "server": _server(request), "whip": _whip(request), "door": _has_door()}
    return render(request, "recorders/key.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
@guarded_by_object("recorders.manage_recorders")
@once
def change(request: HttpRequest, pk: UUID) -> HttpResponse:
    found = _found(request, pk)
    require(rules.may_manage_recorders, acting(request), found.organization)
    initial = {"name": found.name, "make": found.make, "follows": found.follows}
    form = ChangeForm(request.POST or None, way=found.way, initial=initial)
    if form.is_valid():
        try:
            services.change_recorder(found, by=acting(request), **form.cleaned_data)
        except RecorderError as error:
            form.add_error(error.field or None, str(error.message))
        else:
            messages.success(request, _("改好了。"))
            return redirect("recorders_recorder", found.pk)
    return render(request, "recorders/change.html", {"form": form, "recorder": found})


@never_cache
@require_POST
@guarded_by_object("recorders.manage_recorders")
def renew(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Another key, shown once."""
    found = _found(request, pk)
    return _show_key(request, found, services.renew_key(found, by=acting(request)))


@never_cache
@require_POST
@guarded_by_object("recorders.manage_recorders")
def switch(request: HttpRequest, pk: UUID) -> HttpResponse:
    """`act`: stop, resume."""
    actor, found = acting(request), _found(request, pk)
    try:
        if request.POST.get("act") == "stop":
            services.stop_recorder(found, by=actor)
            messages.success(request, _("设备停用了，正在送的课随即停下。"))
        else:
            services.resume_recorder(found, by=actor)
            messages.success(request, _("设备恢复使用。"))
    except RecorderError as error:
        messages.error(request, str(error.message))
    return redirect("recorders_recorder", found.pk)
