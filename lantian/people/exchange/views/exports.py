"""Exports: the list of one's own, a new one, its progress, and fetching it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lantian.kernel import files
from lantian.kernel.rules import check
from lantian.kernel.web.guards import acting, get_visible_or_404, guarded, guarded_by_object
from lantian.kernel.web.lists import Column, ListPage
from lantian.kernel.web.once import once
from lantian.people.exchange import queries, rules, services
from lantian.people.exchange.enums import EXPORTING, Entity, ExportState
from lantian.people.exchange.errors import ExchangeError
from lantian.people.exchange.forms import ExportForm
from lantian.people.exchange.models import Export
from lantian.people.roster import queries as roster_queries

TONES = {ExportState.READY: "ok", ExportState.FAILED: "error", ExportState.WAITING: "info", ExportState.RUNNING: "info"}


def _address(export: Export) -> str:
    return reverse("exchange_export", args=[export.pk])


class ExportList(ListPage[Export]):
    key = "exports"
    title = gettext_lazy("导出名册")
    unit = gettext_lazy("份")
    columns = (
        Column(
            "created",
            gettext_lazy("时间"),
            value=lambda export: export.created_at,
            primary=True,
            link=_address,
            sort="created_at",
        ),
        Column("organization", gettext_lazy("单位"), value=lambda export: str(export.organization)),
        Column("mode", gettext_lazy("范围"), value=lambda export: export.get_mode_display()),
        Column(
            "state",
            gettext_lazy("状态"),
            kind="badge",
            value=lambda export: export.get_state_display(),
            tone=lambda export: TONES.get(export.state, "neutral"),
        ),
        Column("people", gettext_lazy("人数"), value=lambda export: export.counts.get(Entity.USERS, "")),
    )
    order = "-created"
    empty_icon = "file-down"
    empty_title = gettext_lazy("还没有导出过")
    empty_text = gettext_lazy("导出 OneRoster 文件，交给上级或别的系统。")


@require_safe
@guarded("exchange.export")
def exports(request: HttpRequest) -> HttpResponse:
    """One's own exports."""
    return ExportList(request, queries.exports_visible_to(acting(request))).respond("exchange/exports.html")


@require_http_methods(["GET", "POST"])
@guarded("exchange.export")
@once
def new_export(request: HttpRequest) -> HttpResponse:
    """Ask for one, of the own unit."""
    actor = acting(request)
    assert actor.grant is not None
    unit = get_visible_or_404(roster_queries.organizations_visible_to(actor), pk=actor.grant.organization_id)
    last = queries.exports_visible_to(actor).filter(organization=unit, state=ExportState.READY).first()
    form = ExportForm(
        request.POST or None,
        sensitive=bool(check(rules.may_export_sensitive, actor, unit)),
        since=last.as_of if last else None,
    )
    if request.method == "POST" and form.is_valid():
        try:
            export = services.start_export(unit, by=actor, **form.cleaned_data)
        except ExchangeError as error:
            form.add_error(error.field or None, str(error.message))
        else:
            return redirect(_address(export))
    return render(request, "exchange/export_new.html", {"form": form, "unit": unit})


def _find(request: HttpRequest, pk: UUID) -> Export:
    return get_visible_or_404(queries.exports_visible_to(acting(request)), pk=pk)


@never_cache
@require_safe
@guarded_by_object("exchange.view_export")
def export(request: HttpRequest, pk: UUID) -> HttpResponse:
    """How far it is, and what is in it. The part `?part=progress` asks for itself until it is done."""
    row = _find(request, pk)
    context: dict[str, Any] = {
        "export": row,
        "working": row.state in EXPORTING,
        "tone": TONES.get(ExportState(row.state), "neutral"),
        "phase": Entity(row.phase).label if row.phase in Entity.values else "",
        "counts": [(entity.label, row.counts[entity.value]) for entity in Entity if entity.value in row.counts],
    }
    if request.GET.get("part") == "progress":
        if not context["working"]:
            response = HttpResponse(status=204)
            response["HX-Refresh"] = "true"
            return response
        return render(request, "exchange/_export_progress.html", context)
    return render(request, "exchange/export.html", context)


@require_POST
@guarded_by_object("exchange.view_export")
def export_cancel(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Stop it."""
    row = _find(request, pk)
    try:
        services.cancel_export(row, by=acting(request))
    except ExchangeError as error:
        messages.error(request, str(error.message))
    return redirect(_address(row))


@never_cache
@require_safe
@guarded_by_object("exchange.view_export")
def export_file(request: HttpRequest, pk: UUID) -> FileResponse:
    """The ZIP itself; on record each time."""
    row = _find(request, pk)
    try:
        name = services.fetch_export(row, by=acting(request))
        title = f"oneroster-{timezone.localtime(row.created_at):%Y%m%d-%H%M}-{row.mode}.zip"
        return files.file_response(name, download_as=title, headers={"Cache-Control": "private, no-store"})
    except (ExchangeError, FileNotFoundError) as error:
        raise Http404 from error
