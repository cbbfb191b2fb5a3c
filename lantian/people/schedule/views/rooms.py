"""Rooms and their screens."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import pgettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lantian.kernel.rules import require
from lantian.kernel.web.guards import acting, get_visible_or_404, guarded_by_object, signed_in
from lantian.kernel.web.lists import Column, ListPage
from lantian.kernel.web.once import once
from lantian.people.schedule import queries, rules, services
from lantian.people.schedule.errors import ScheduleError
from lantian.people.schedule.forms import RoomForm
from lantian.people.schedule.models import Room


def _address(room: Any) -> str:
    return reverse("schedule_room", args=[room.pk]) if room.may_manage else ""


# a school's rooms stand as its classes do
BY_SCHOOL = ("organization__sort_key", "class_group__grade", "class_group__number")


class RoomList(ListPage[Room]):
    key = "rooms"
    title = pgettext_lazy("many", "教室")
    unit = lazy("间教室")
    columns = (
        Column("name", lazy("教室"), primary=True, sort="name", link=_address),
        Column("organization", lazy("学校"), value=lambda row: str(row.organization), sort=BY_SCHOOL),
        Column("class_group", lazy("班级"), value=lambda row: str(row.class_group or "")),
        Column(
            "screen",
            lazy("大屏账号"),
            value=lambda row: row.screen_account.username if row.screen_account else "",
            optional=True,
        ),
    )
    search = ("name", "organization__name", "class_group__name")
    search_hint = lazy("教室、学校或班级")
    order = "organization"
    empty_icon = "school"
    empty_title = lazy("还没有教室")


@require_safe
@signed_in
def rooms(request: HttpRequest) -> HttpResponseBase:
    actor = acting(request)
    rows = queries.rooms_visible_to(actor).select_related("organization", "class_group", "screen_account")
    page = RoomList(request, rows)
    for room in page.objects:
        room.may_manage = bool(rules.may_manage_rooms(actor, room.organization))  # type: ignore[attr-defined]
    return page.respond("schedule/rooms.html")


@require_http_methods(["GET", "POST"])
@guarded_by_object("schedule.manage_rooms")
@once
def room_rename(request: HttpRequest, room_id: UUID) -> HttpResponse:
    actor = acting(request)
    room = get_visible_or_404(
        queries.rooms_visible_to(actor).select_related("organization", "screen_account"), pk=room_id
    )
    require(rules.may_manage_rooms, actor, room.organization)
    form = RoomForm(request.POST or None, initial={"name": room.name})
    if form.is_valid():
        try:
            services.rename_room(room, name=form.cleaned_data["name"], by=actor)
        except ScheduleError as error:
            form.add_error(None, str(error.message))
        else:
            messages.success(request, _("教室名称已修改"))
            return redirect("schedule_rooms")
    return render(request, "schedule/room.html", {"form": form, "room": room})


@never_cache
@require_POST
@guarded_by_object("schedule.manage_rooms")
def room_screen(request: HttpRequest, room_id: UUID) -> HttpResponse:
    """Open the screen's account or give it a new password; shown once, on the page that answers."""
    actor = acting(request)
    rows = queries.rooms_visible_to(actor).select_related("organization", "screen_account")
    username, code = services.issue_screen_code(get_visible_or_404(rows, pk=room_id), by=actor)
    room = rows.get(pk=room_id)
    context = {"form": RoomForm(initial={"name": room.name}), "room": room, "username": username, "code": code}
    return render(request, "schedule/room.html", context)
