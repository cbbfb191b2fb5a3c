"""Other regions: which are asked, what came of it, and who sees it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lantian.content.sharing import queries, rules, services
from lantian.content.sharing.enums import UNDER_WAY, HarvestState, Show
from lantian.content.sharing.errors import SharingError
from lantian.content.sharing.forms import AddressForm, NeighbourForm, RhythmForm
from lantian.content.sharing.models import Neighbour
from lantian.content.sharing.views.bulk import unit_of, units_for
from lantian.kernel.rules import Denied, require
from lantian.kernel.web.guards import acting, get_visible_or_404, guarded, guarded_by_object
from lantian.kernel.web.lists import Column, Filter, ListPage

TONES = {
    HarvestState.RUNNING: "info",
    HarvestState.WAITING: "warn",
    HarvestState.DONE: "ok",
    HarvestState.CANCELLED: "neutral",
    HarvestState.FAILED: "error",
}
SHOW_TONES = {Show.REVIEW: "warn", Show.SHOWN: "ok", Show.HIDDEN: "neutral"}
RUNS_SHOWN, THINGS_SHOWN = 20, 20


class Neighbours(ListPage[Neighbour]):
    key = "sharing-neighbours"
    title = lazy("采集来源")
    unit = lazy("个来源")
    columns = (
        Column("name", lazy("名称"), primary=True, link=lambda row: reverse("sharing_neighbour", args=[row.pk])),
        Column("url", lazy("地址")),
        Column("organization", lazy("由谁采集"), value=lambda row: str(row.organization)),
        Column(
            "show",
            lazy("公开"),
            value=lambda row: row.get_show_display(),
            kind="badge",
            tone=lambda row: SHOW_TONES[Show(row.show)],
        ),
        Column("brought", lazy("资源"), kind="number", sort="brought"),
        Column("asked", lazy("采集到"), value="asked_to", kind="datetime", sort="asked_to"),
    )
    filters = (Filter("show", lazy("公开"), Show.choices),)
    search = ("name", "url")
    search_hint = lazy("名称或地址")
    order = "name"
    empty_icon = "globe"
    empty_title = lazy("还没有采集来源")
    empty_text = lazy("登记别的地区、图书馆或博物馆的 OAI-PMH 地址，定时把它们的资源目录采集过来。")


@require_safe
@guarded("sharing.share")
def neighbours(request: HttpRequest) -> HttpResponseBase:
    """All that one's own unit or one below asks."""
    return Neighbours(request, queries.neighbours_visible_to(acting(request))).respond("sharing/neighbours.html")


@never_cache
@require_http_methods(["GET", "POST"])
@guarded("sharing.share")
def new_neighbour(request: HttpRequest) -> HttpResponse:
    """An address is tried first; then it is said what is wanted of it."""
    actor = acting(request)
    address = AddressForm(request.POST or None)
    context: dict[str, Any] = {"address": address, "units": units_for(actor)}
    if address.is_valid():
        url = address.cleaned_data["url"]
        try:
            about = services.ask_about(url, by=actor)
        except SharingError as error:
            address.add_error("url", str(error.message))
            return render(request, "sharing/neighbour_new.html", context)
        registers = request.POST.get("act") == "register"
        form = NeighbourForm(
            request.POST if registers else None,
            prefixes=sorted(about.prefixes, key=lambda one: one != "lom"),
            sets=about.sets,
            initial={"name": about.name},
        )
        if registers and form.is_valid():
            said = form.cleaned_data
            try:
                made = services.add_neighbour(
                    organization=unit_of(actor, request.POST.get("organization", "")),
                    url=url,
                    name=said["name"],
                    prefix=said["metadata"],
                    sets=said.get("sets", []),
                    every=said["every"],
                    show=said["show"],
                    licence=said["licence"],
                    coarse=about.coarse,
                    by=actor,
                )
                services.start_harvest(made, by=actor)
            except SharingError as error:
                form.add_error(None, str(error.message))
            else:
                messages.success(request, _("登记好了，正在第一次采集。"))
                return redirect("sharing_neighbour", made.pk)
        context |= {"form": form, "about": about, "url": url}
    return render(request, "sharing/neighbour_new.html", context)


def _found(request: HttpRequest, pk: UUID) -> Neighbour:
    return get_visible_or_404(queries.neighbours_visible_to(acting(request)), pk=pk)


@never_cache
@require_safe
@guarded_by_object("sharing.view_neighbour")
def neighbour(request: HttpRequest, pk: UUID) -> HttpResponse:
    """How it went, and what is from there."""
    found = _found(request, pk)
    runs = list(queries.harvests_of(found)[:RUNS_SHOWN])
    for run in runs:
        run.tone = TONES[HarvestState(run.state)]  # type: ignore[attr-defined]  # for the page
        run.words = [(identifier, _fault(why)) for identifier, why in run.whys[:5]]  # type: ignore[attr-defined]  # likewise
    context = {
        "neighbour": found,
        "tone": SHOW_TONES[Show(found.show)],
        "runs": runs,
        "now": next((run for run in runs if run.state in UNDER_WAY), None),
        "rhythm": RhythmForm(initial={"name": found.name, "every": found.every, "licence": found.licence}),
        "things": queries.resources_from(found)[:THINGS_SHOWN],
    }
    return render(request, "sharing/neighbour.html", context)


def _fault(code: str) -> str:
    said = {
        "title": _("没有名称"),
        "url": _("没有能打开的网址"),
        "empty": _("没有内容"),
        "identifier": _("标识太长"),
    }
    return said.get(code, code)


@never_cache
@require_POST
@guarded_by_object("sharing.view_neighbour")
def neighbour_act(request: HttpRequest, pk: UUID) -> HttpResponse:
    """`act`: harvest, anew, cancel, show, hide, change (name, rhythm, licence)."""
    actor, found = acting(request), _found(request, pk)
    require(rules.may_share, actor, found.organization)
    act = request.POST.get("act", "")
    try:
        if act in ("harvest", "anew"):
            services.start_harvest(found, anew=act == "anew", by=actor)
            messages.success(request, _("开始采集了，可以离开这一页。"))
        elif act == "cancel":
            run = queries.under_way(found)
            if run is not None:
                services.cancel_harvest(run, by=actor)
                messages.success(request, _("这一页采集完就停下来。"))
        elif act == "change":
            form = RhythmForm(request.POST)
            if form.is_valid():
                services.change_neighbour(found, by=actor, **form.cleaned_data)
                messages.success(request, _("已保存"))
        elif act in ("show", "hide"):
            count = services.show_neighbour(found, show=Show.SHOWN if act == "show" else Show.HIDDEN, by=actor)
            said = _("公开了 %(n)s 个资源。") if act == "show" else _("%(n)s 个资源不再公开。")
            messages.success(request, said % {"n": count})
    except SharingError as error:
        messages.error(request, str(error.message))
    except Denied as refused:
        messages.error(request, refused.words)
    return redirect("sharing_neighbour", pk)
