"""Importing a folder: which, what its columns are, what it would look like; then how far it is, and what became of each row."""

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
from lantian.content.sharing.enums import WORKING, BulkState, RowState
from lantian.content.sharing.errors import NoRoot, SharingError
from lantian.content.sharing.forms import ImportForm, UsualForm
from lantian.content.sharing.models import BulkRow, BulkRun
from lantian.kernel.rules import Actor, Denied, require
from lantian.kernel.web.guards import acting, get_visible_or_404, guarded, guarded_by_object
from lantian.kernel.web.lists import Column, Filter, ListPage
from lantian.kernel.web.once import once

TONES = {
    BulkState.MAPPING: "warn",
    BulkState.READING: "info",
    BulkState.RUNNING: "info",
    BulkState.DONE: "ok",
    BulkState.CANCELLED: "neutral",
    BulkState.FAILED: "error",
}
ROW_TONES = {RowState.IMPORTED: "ok", RowState.CHANGED: "ok", RowState.REFUSED: "error", RowState.THERE: "warn"}
MOST_UNITS = 500


class Imports(ListPage[BulkRun]):
    key = "sharing-imports"
    title = lazy("成批导入")
    unit = lazy("批")
    columns = (
        Column("sheet", lazy("表格"), primary=True, link=lambda run: reverse("sharing_import", args=[run.pk])),
        Column("source", lazy("从哪个系统来")),
        Column("organization", lazy("导入到"), value=lambda run: str(run.organization)),
        Column(
            "state",
            lazy("状态"),
            value=lambda run: run.get_state_display(),
            kind="badge",
            tone=lambda run: TONES[BulkState(run.state)],
        ),
        Column("imported", lazy("导入了"), kind="number", value=lambda run: run.counts.get("imported")),
        Column("refused", lazy("没有导入"), kind="number", value=lambda run: run.counts.get("refused")),
        Column("created", lazy("时间"), value="created_at", kind="datetime", sort="created_at"),
    )
    filters = (Filter("state", lazy("状态"), BulkState.choices),)
    search = ("sheet", "source")
    search_hint = lazy("表格或来源")
    order = "-created"
    empty_icon = "folder-input"
    empty_title = lazy("还没有导入过")
    empty_text = lazy("把旧系统的文件和目录表放到服务器的导入目录里，在这里核对以后一次导入。")


@require_safe
@guarded("sharing.share")
def imports(request: HttpRequest) -> HttpResponseBase:
    """All imports for one's own unit and those below."""
    return Imports(request, queries.imports_visible_to(acting(request))).respond("sharing/imports.html")


def units_for(actor: Actor) -> list[tuple[str, str]]:
    """Units that one may import for, one's own first."""
    return [(str(unit.pk), unit.name) for unit in queries.units_of(actor)[:MOST_UNITS]]


def unit_of(actor: Actor, pk: str) -> Any:
    """The unit that was chosen; others do not exist."""
    return get_visible_or_404(queries.units_of(actor), pk=pk)


@never_cache
@require_http_methods(["GET", "POST"])
@guarded("sharing.share")
@once
def new_import(request: HttpRequest) -> HttpResponse:
    """Choose a spreadsheet of the import folder."""
    actor = acting(request)
    try:
        sheets, why = queries.places_for(actor), ""
    except NoRoot as error:
        sheets, why = [], str(error.message)
    form = ImportForm(request.POST or None, sheets=sheets, units=units_for(actor))
    if form.is_valid():
        said = form.cleaned_data
        try:
            run = services.begin_import(
                sheet=said["sheet"], organization=unit_of(actor, said["organization"]), source=said["source"], by=actor
            )
        except SharingError as error:
            form.add_error(error.field or None, str(error.message))
        except Denied as refused:
            form.add_error(None, refused.words)
        else:
            return redirect("sharing_import", run.pk)
    return render(request, "sharing/import_new.html", {"form": form, "sheets": sheets, "why": why})


def _found(request: HttpRequest, pk: UUID) -> BulkRun:
    return get_visible_or_404(queries.imports_visible_to(acting(request)), pk=pk)


@never_cache
@require_safe
@guarded_by_object("sharing.view_import")
def bulk(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What its columns are and how its first rows would be; later how far it is."""
    run = _found(request, pk)
    counts = queries.counts_of(run)
    context: dict[str, Any] = {
        "run": run,
        "tone": TONES[BulkState(run.state)],
        "working": run.state in WORKING,
        "counts": [(state, RowState(state).label, n) for state, n in counts.items() if n],
        "total": sum(counts.values()),
        "done": sum(counts.values()) - counts[RowState.WAITING],
        "may_cancel": run.state in (*WORKING, BulkState.MAPPING) and not run.cancel_asked,
    }
    if run.state == BulkState.MAPPING:
        context |= _mapping(run)
    return render(request, "sharing/import.html", context)


def _mapping(run: BulkRun) -> dict[str, Any]:
    try:
        shown, why = services.preview(run), ""
    except SharingError as error:
        shown, why = [], str(error.message)
    meant = {place: name for name, place in run.columns.items()}
    return {
        "heads": [(place, head, meant.get(place, "")) for place, head in enumerate(run.heads)],
        "fields": [(name, title) for name, title in queries.TITLES.items()],
        "usual": UsualForm(initial=run.usual | {"publish": "1" if run.publish else ""}),
        "preview": shown,
        "why": why,
        "wrong": sum(bool(one.faults) for one in shown),
    }


@never_cache
@require_POST
@guarded_by_object("sharing.view_import")
def bulk_act(request: HttpRequest, pk: UUID) -> HttpResponse:
    """`act`: look (keep the columns, look again), start, cancel, again (the same sheet once more)."""
    actor, run = acting(request), _found(request, pk)
    require(rules.may_share, actor, run.organization)
    act = request.POST.get("act", "")
    try:
        if act in ("look", "start"):
            _map(request, run)
        if act == "start":
            services.start_import(run, by=actor)
            messages.success(request, _("开始导入了，可以离开这一页。"))
        elif act == "cancel":
            services.cancel_import(run, by=actor)
            messages.success(request, _("停下来了。已经导入的留着。"))
        elif act == "again":
            made = services.begin_import(
                sheet=run.sheet, folder=run.folder, organization=run.organization, source=run.source, by=actor
            )
            made = services.map_import(made, columns=run.columns, usual=run.usual, publish=run.publish, by=actor)
            return redirect("sharing_import", made.pk)
    except SharingError as error:
        messages.error(request, str(error.message))
    except Denied as refused:
        messages.error(request, refused.words)
    return redirect("sharing_import", pk)


def _map(request: HttpRequest, run: BulkRun) -> None:
    columns = {
        name: place
        for place in range(len(run.heads))
        if (name := request.POST.get(f"column-{place}", "")) in queries.TITLES
    }
    form = UsualForm(request.POST)
    usual = form.cleaned_data if form.is_valid() else run.usual
    services.map_import(
        run, columns=columns, usual=usual, publish=request.POST.get("publish") == "1", by=acting(request)
    )


class Rows(ListPage[BulkRow]):
    key = "sharing-rows"
    title = lazy("逐行结果")
    unit = lazy("行")
    columns = (
        Column("line", lazy("行"), kind="number", sort="line"),
        Column("key", lazy("编号"), primary=True),
        Column(
            "state",
            lazy("结果"),
            value=lambda row: row.get_state_display(),
            kind="badge",
            tone=lambda row: ROW_TONES.get(RowState(row.state), "neutral"),
        ),
        Column("why", lazy("原因")),
        Column(
            "resource",
            lazy("资源"),
            value=lambda row: row.resource.title if row.resource else "",
            link=lambda row: reverse("resources_resource", args=[row.resource_id]) if row.resource_id else "",
        ),
    )
    filters = (Filter("state", lazy("结果"), RowState.choices),)
    search = ("key", "why")
    search_hint = lazy("编号或原因")
    order = "line"
    empty_icon = "sheet"
    empty_title = lazy("表还没有读进来")


@require_safe
@guarded_by_object("sharing.view_import")
def rows(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """What became of each row; as a file, too."""
    run = _found(request, pk)
    return Rows(request, queries.report_of(run)).respond("sharing/rows.html", {"run": run})
