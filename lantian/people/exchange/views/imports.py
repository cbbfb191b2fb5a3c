"""Imports: the list, a new one, and a run from reading to its end."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lantian.kernel.rules import Actor, check
from lantian.kernel.web.guards import acting, get_visible_or_404, guarded, guarded_by_object
from lantian.kernel.web.lists import Column, Filter, ListPage
from lantian.kernel.web.once import once
from lantian.people.exchange import queries, rules, services
from lantian.people.exchange.enums import FINISHED, WORKING, Entity, RowAction, RunKind, RunState
from lantian.people.exchange.errors import ExchangeError
from lantian.people.exchange.forms import ConfirmForm, UploadForm
from lantian.people.exchange.models import ImportRun
from lantian.people.roster import queries as roster_queries

TONES = {
    RunState.CHECKED: "warn",
    RunState.MAPPING: "warn",
    RunState.APPLIED: "ok",
    RunState.FAILED: "error",
    RunState.CANCELLED: "neutral",
}
ACTIONS = (RowAction.CREATE, RowAction.CHANGE, RowAction.REMOVE, RowAction.LEAVE, RowAction.SKIP)
STEPS = (
    ("read", gettext_lazy("读取"), (RunState.UPLOADED, RunState.READING, RunState.MAPPING)),
    ("check", gettext_lazy("核对"), (RunState.CHECKING,)),
    ("confirm", gettext_lazy("确认"), (RunState.CHECKED,)),
    ("apply", gettext_lazy("写入"), (RunState.APPLYING,)),
)


def state_words(run: ImportRun) -> str:
    """Where a run of `runs_visible_to` stands; one with a file that cannot be read waits for nobody's word."""
    return _("不能读取") if run.unreadable else str(run.get_state_display())  # type: ignore[attr-defined]  # annotated


def state_tone(run: ImportRun) -> str:
    return "error" if run.unreadable else TONES.get(RunState(run.state), "info")  # type: ignore[attr-defined]  # annotated


def _address(run: ImportRun) -> str:
    return reverse("exchange_import", args=[run.pk])


def _result(run: ImportRun) -> str:
    """What came of it, in a few words."""
    if run.fault:
        return queries.fault_words(run)
    people = run.counts.get(Entity.USERS, {})
    said = [
        (people.get("create", 0), _("新增 %(n)s 人")),
        (people.get("change", 0), _("修改 %(n)s 人")),
        (run.errors, _("%(n)s 个错误")),
    ]
    return _("，").join(words % {"n": count} for count, words in said if count)


class RunList(ListPage[ImportRun]):
    key = "imports"
    title = gettext_lazy("导入名册")
    unit = gettext_lazy("批")
    columns = (
        Column("title", gettext_lazy("文件"), value="name", primary=True, link=_address),
        Column("organization", gettext_lazy("导入到"), value=lambda run: str(run.organization)),
        Column("source", gettext_lazy("数据来源"), value=lambda run: run.source.name),
        Column(
            "state",
            gettext_lazy("状态"),
            value=state_words,
            kind="badge",
            tone=state_tone,
        ),
        Column("result", gettext_lazy("结果"), value=_result),
        Column("by", gettext_lazy("办理人"), value=lambda run: run.created_by.name if run.created_by else _("系统")),
        Column("created", gettext_lazy("时间"), value="created_at", kind="datetime", sort="created_at"),
    )
    filters = (Filter("state", gettext_lazy("状态"), RunState.choices),)
    search = ("title", "source__name", "organization__name")
    search_hint = gettext_lazy("文件、来源或单位")
    order = "-created"
    empty_icon = "file-up"
    empty_title = gettext_lazy("还没有导入过")
    empty_text = gettext_lazy("上传学校的名单表格，或者教务系统导出的 OneRoster 文件，先核对再写入。")


@require_safe
@guarded("exchange.import")
def imports(request: HttpRequest) -> HttpResponse:
    """All imports of one's own unit and those below."""
    actor = acting(request)
    asked = queries.lists_visible_to(actor).filter(
        state__in=(RunState.CHECKED, RunState.CHECKING), pk__in=queries.asked_of(actor)
    )
    return RunList(request, queries.runs_visible_to(actor)).respond(
        "exchange/imports.html", {"asked": list(asked[:20])}
    )


def units_for(actor: Actor, asked: str) -> list[tuple[str, str]]:
    """One's own unit, and the one whose page one came from."""
    assert actor.grant is not None
    units = {str(actor.grant.organization_id): actor.grant.organization_name}
    if asked and asked not in units:
        unit = get_visible_or_404(roster_queries.organizations_visible_to(actor), pk=asked)
        if check(rules.may_import, actor, unit):
            units = {str(unit.pk): str(unit)} | units
    return list(units.items())


@require_http_methods(["GET", "POST"])
@guarded("exchange.import")
@once
def new_import(request: HttpRequest) -> HttpResponse:
    """Send a file."""
    actor = acting(request)
    units = units_for(actor, request.GET.get("organization", "") or request.POST.get("organization", ""))
    form = UploadForm(request.POST or None, request.FILES or None, units=units)
    if request.method == "POST" and form.is_valid():
        try:
            unit = get_visible_or_404(
                roster_queries.organizations_visible_to(actor), pk=form.cleaned_data["organization"]
            )
            run = services.start_import(
                [(upload.name or "", upload) for upload in form.cleaned_data["uploads"]],
                organization=unit,
                source=form.cleaned_data["source"],
                by=actor,
            )
        except ExchangeError as error:
            form.add_error(error.field or None, str(error.message))
        else:
            return redirect(_address(run))
    return render(request, "exchange/import_new.html", {"form": form})


def _find(request: HttpRequest, run_id: UUID) -> ImportRun:
    return get_visible_or_404(queries.runs_visible_to(acting(request)), pk=run_id)


def _steps(run: ImportRun) -> list[tuple[str, Any, str]]:
    """(key, words, state) of each step; state: done, now, blocked or empty. What could not be read was not checked either."""
    if run.unreadable:  # type: ignore[attr-defined]  # annotated
        return [(key, words, "" if n else "blocked") for n, (key, words, _states) in enumerate(STEPS)]
    if run.state == RunState.APPLIED:
        return [(key, words, "done") for key, words, _states in STEPS]
    place = next((n for n, (_k, _w, states) in enumerate(STEPS) if run.state in states), -1)
    if place < 0:  # it stopped where its last counts say
        place = 2 if run.checked_at else 0
        return [(k, w, "done" if n < place else "blocked" if n == place else "") for n, (k, w, _s) in enumerate(STEPS)]
    return [(k, w, "done" if n < place else "now" if n == place else "") for n, (k, w, _s) in enumerate(STEPS)]


def _table(run: ImportRun) -> list[dict[str, Any]]:
    """Counts per kind of record, and where to look at them."""
    rows = []
    for entity in Entity:
        counts = run.counts.get(entity.value)
        if not counts:
            continue
        cells = [
            {
                "label": action.label,
                "count": counts.get(action, 0),
                "url": f"{reverse('exchange_import_rows', args=[run.pk])}?entity={entity.value}&action={action}"
                if counts.get(action) and action != RowAction.LEAVE
                else "",
            }
            for action in ACTIONS
        ]
        rows.append({"label": entity.label, "cells": cells})
    return rows


def _mode(run: ImportRun) -> str:
    """What becomes of those whom its files do not name; nothing of a run of which no file is read."""
    said = {file.get("binding") for file in run.files.values()}
    if not said:
        return ""
    if said == {"bulk"}:
        return _("全量：没写到的会离开")
    return _("增量：没写到的保持不变") if said == {"delta"} else _("有的文件是全量，有的是增量")


def _context(request: HttpRequest, run: ImportRun) -> dict[str, Any]:
    actor = acting(request)
    may = bool(check(rules.may_import, actor, run.organization))
    is_sheet, asks = run.kind == RunKind.SHEET, may and run.state == RunState.CHECKED
    faults = [queries.finding_words(one) for one in queries.file_faults(run)[:10]]
    return {
        "run": run,
        "steps": _steps(run),
        "table": _table(run),
        "heads": [action.label for action in ACTIONS],
        "fault": queries.fault_words(run),
        "working": run.state in WORKING,
        "finished": run.state in FINISHED,
        "state": state_words(run),
        "tone": state_tone(run),
        "mode": _mode(run),
        "file_faults": faults,
        "may": may,
        # of files none of which could be read there is nothing to correct
        "corrects": is_sheet and asks and (not faults or queries.sheets_of(run).exists()),
        "asks": asks,
    }


@never_cache
@require_safe
@guarded_by_object("exchange.view_run")
def import_run(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """One run: where it stands, what it found, what it would do, and the word that lets it."""
    run = _find(request, run_id)
    context = _context(request, run)
    if context["asks"]:
        context["form"] = ConfirmForm(run=run)
    return render(request, "exchange/import_run.html", context)


@never_cache
@require_safe
@guarded_by_object("exchange.view_run")
def import_progress(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """The moving part of a run's page, asked for every other second; at its end the page is loaded anew."""
    run = _find(request, run_id)
    if run.state not in WORKING:
        response = HttpResponse(status=204)
        response["HX-Refresh"] = "true"
        return response
    return render(request, "exchange/_progress.html", _context(request, run))


@require_POST
@guarded_by_object("exchange.import")
@once
def import_confirm(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """Let it be applied."""
    run = _find(request, run_id)
    form = ConfirmForm(request.POST, run=run)
    if form.is_valid():
        try:
            services.confirm_import(
                run,
                by=acting(request),
                removals=form.removals,
                leave_out_errors=form.cleaned_data.get("leave_out_errors", False),
            )
        except ExchangeError as error:
            form.add_error(error.field if error.field in form.fields else None, str(error.message))
        else:
            return redirect(_address(run))
    return render(request, "exchange/import_run.html", _context(request, run) | {"form": form})


@require_POST
@guarded_by_object("exchange.import")
def import_cancel(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """Give it up."""
    return _act(request, run_id, services.cancel_import, _("已取消；没有写入任何内容。"))


@require_POST
@guarded_by_object("exchange.import")
def import_check(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """Compare with the roster anew."""
    return _act(request, run_id, services.check_again, _("正在重新核对。"))


def _act(request: HttpRequest, run_id: UUID, verb: Any, words: str) -> HttpResponse:
    run = _find(request, run_id)
    try:
        verb(run, by=acting(request))
    except ExchangeError as error:
        messages.error(request, str(error.message))
    else:
        messages.success(request, words)
    return redirect(_address(run))
