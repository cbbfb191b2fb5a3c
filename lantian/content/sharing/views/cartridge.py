"""A course from another platform: what is in it, what is said of all of it; then how far it is, and what became of each thing."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from lantian.content.packs import queries as packs
from lantian.content.resources import queries as resources
from lantian.content.sharing import queries, rules, services
from lantian.content.sharing.enums import TAKEN, BulkState, PartKind, PartState
from lantian.content.sharing.errors import SharingError
from lantian.content.sharing.forms import CourseForm
from lantian.content.sharing.models import Cartridge, CartridgePart
from lantian.content.sharing.services.cartridges import ENDED
from lantian.content.sharing.views.bulk import TONES
from lantian.kernel.numbers import number_of
from lantian.kernel.rules import Denied, require
from lantian.kernel.web.guards import acting, get_visible_or_404, guarded_by_object
from lantian.kernel.web.lists import Column, Filter, ListPage

PART_TONES = {
    PartState.IMPORTED: "ok",
    PartState.CHANGED: "ok",
    PartState.REFUSED: "error",
    PartState.KEPT: "warn",
    PartState.SAME: "info",
}
OPEN = (PartState.WAITING, PartState.LEFT, PartState.REFUSED)


@never_cache
@require_POST
@guarded_by_object("sharing.open_cartridge")
def open_cartridge(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Have a version that is a cartridge read."""
    actor, known = acting(request), resources.version_of_id(pk)
    if known is None:
        raise Http404
    seen = get_visible_or_404(resources.resources_visible_to(actor), pk=known.resource_id)
    version = get_visible_or_404(resources.versions_seen(actor, seen), pk=pk)
    return redirect("sharing_cartridge", services.open_cartridge(version, by=actor).pk)


def _found(request: HttpRequest, pk: UUID) -> Cartridge:
    return get_visible_or_404(queries.cartridges_visible_to(acting(request)), pk=pk)


@never_cache
@require_safe
@guarded_by_object("sharing.view_cartridge")
def cartridge(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What is in it and what is asked; later how far it is."""
    found = _found(request, pk)
    return render(request, "sharing/cartridge.html", _context(request, found, CourseForm.of(found)))


def _context(request: HttpRequest, found: Cartridge, form: CourseForm) -> dict[str, Any]:
    results = queries.results_in(found)
    waiting = dict(results).get(PartState.WAITING, 0)
    asks = found.state == BulkState.MAPPING or found.state in ENDED
    parts = list(queries.parts_of(found)) if asks else []
    outline = list(_outline(parts))
    made = packs.own_packs(acting(request)).filter(pk__in=found.packs) if found.packs else []
    return {
        "cartridge": found,
        "tone": TONES[BulkState(found.state)],
        "working": found.state in queries.UNDER_WAY,
        "kinds": queries.kinds_in(found),
        "results": results if found.state != BulkState.MAPPING else [],
        "total": sum(n for _state, n in results),
        "done": sum(n for _state, n in results) - waiting,
        "form": form if any(one["open"] for one in outline) else None,
        "outline": outline,
        "packs": made,
    }


def _outline(parts: list[CartridgePart]) -> Any:
    """Things in their order, with the headings that begin at each, and whether it can (still) be chosen."""
    above: list[str] = []
    for part in parts:
        if part.state == PartState.INSIDE:
            continue
        path = list(part.path) if part.listed else [_("目录里没有列的")]
        same = 0
        while same < min(len(path), len(above)) and path[same] == above[same]:
            same += 1
        yield {
            "part": part,
            "heads": [(min(depth, 4), head) for depth, head in enumerate(path) if depth >= same],
            "depth": min(len(path), 4),
            "open": part.kind in TAKEN and part.state in OPEN,
            "tone": PART_TONES.get(PartState(part.state), "neutral"),
        }
        above = path


@never_cache
@require_POST
@guarded_by_object("sharing.view_cartridge")
def cartridge_act(request: HttpRequest, pk: UUID) -> HttpResponse:
    """`act`: start (also again, with what was left or failed), cancel."""
    actor, found = acting(request), _found(request, pk)
    require(rules.may_open_cartridge, actor, found.version)
    act = request.POST.get("act", "")
    try:
        if act == "start":
            form = CourseForm.of(found, request.POST)
            if not form.is_valid():
                return render(request, "sharing/cartridge.html", _context(request, found, form))
            wanted = {line for text in request.POST.getlist("take") if (line := number_of(text)) is not None}
            services.start_cartridge(found, usual=form.usual, wanted=wanted, hand_in=form.hand_in, by=actor)
            messages.success(request, _("开始导入了，可以离开这一页。"))
        elif act == "cancel":
            services.cancel_cartridge(found, by=actor)
            messages.success(request, _("正在停下来。已经导入的留着。"))
    except SharingError as error:
        messages.error(request, str(error.message))
    except Denied as refused:
        messages.error(request, refused.words)
    return redirect("sharing_cartridge", pk)


class Parts(ListPage[CartridgePart]):
    key = "sharing-parts"
    title = lazy("逐项结果")
    unit = lazy("项")
    columns = (
        Column("line", lazy("顺序"), kind="number", value=lambda part: part.line + 1, sort="line"),
        Column("title", lazy("名称"), primary=True),
        Column("place", lazy("在目录的哪里"), value=lambda part: " › ".join(part.path)),
        Column("kind", lazy("种类"), value=lambda part: part.get_kind_display()),
        Column(
            "state",
            lazy("结果"),
            value=lambda part: part.get_state_display(),
            kind="badge",
            tone=lambda part: PART_TONES.get(PartState(part.state), "neutral"),
        ),
        Column("why", lazy("说明")),
        Column(
            "resource",
            lazy("资源"),
            value=lambda part: part.resource.title if part.resource else "",
            link=lambda part: reverse("resources_resource", args=[part.resource_id]) if part.resource_id else "",
        ),
    )
    filters = (
        Filter("state", lazy("结果"), PartState.choices),
        Filter("kind", lazy("种类"), PartKind.choices),
    )
    search = ("title", "why")
    search_hint = lazy("名称或原因")
    order = "line"
    empty_icon = "package"
    empty_title = lazy("课程包还没有读进来")


@require_safe
@guarded_by_object("sharing.view_cartridge")
def cartridge_parts(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """What became of each thing; as a file, too."""
    found = _found(request, pk)
    return Parts(request, queries.parts_of(found)).respond("sharing/cartridge_parts.html", {"cartridge": found})
