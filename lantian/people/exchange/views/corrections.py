"""Corrections in the page: what is wrong, row by row; a school's own part; and who changed what."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header, urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lantian.kernel.rules import Actor, check
from lantian.kernel.web.guards import acting, get_visible_or_404, guarded_by_object
from lantian.kernel.web.lists import Column, ListPage
from lantian.kernel.web.taken import watermark_of
from lantian.people.exchange import queries, rules, services
from lantian.people.exchange.enums import RunState
from lantian.people.exchange.errors import ExchangeError
from lantian.people.exchange.forms import ReturnedForm
from lantian.people.exchange.models import Finding, ImportRun, SheetCorrection, SheetRow
from lantian.people.exchange.queries.masking import is_mask, masked_within, shown_cell
from lantian.people.exchange.views.sheets import XLSX
from lantian.people.roster import queries as roster_queries

PAGE = 40
OPEN = (RunState.CHECKED, RunState.CHECKING)


def _find(request: HttpRequest, run_id: UUID) -> ImportRun:
    return get_visible_or_404(queries.lists_visible_to(acting(request)), pk=run_id)


def _cell(cells: list[str], place: Any) -> str:
    return cells[place] if isinstance(place, int) and place < len(cells) else ""


def _entry(
    row: SheetRow, findings: list[Finding], alike: dict[tuple[str, str, str], int], *, revealed: int | None = None
) -> dict[str, Any]:
    """One row as the page shows it: who it is about, and each thing that is wrong with the cell to correct it in.

    Numbers are masked but for the one at the place `revealed`.
    """
    cells = queries.open_row(row.cells)
    columns = row.sheet.columns
    said = []
    for one in findings:
        place = one.params.get("place")
        whole = _cell(cells, place)
        value = shown_cell(row.sheet, place, whole) if isinstance(place, int) and place != revealed else whole
        same = alike.get((one.code, one.column, str(one.params.get("value", ""))), 0)
        said.append(
            {
                "finding": one,
                "words": queries.finding_words(one),
                "place": place,
                "value": one.params.get("suggestion") or value,
                "was": value,
                "masked": value != whole,
                "same": same if same > 1 and not is_mask(str(one.params.get("value", "***"))) else 0,
                "is_class": one.params.get("field") in {"class_name", "teaches", "leads"},
            }
        )
    klass = masked_within(_cell(cells, columns.get("class_name")))
    who = masked_within(_cell(cells, columns.get("name"))) or klass
    return {"row": row, "who": who, "klass": klass, "findings": said}


def _alike(findings: Any) -> dict[tuple[str, str, str], int]:
    """How many rows have the same wrong word in the same column."""
    found: dict[tuple[str, str, str], int] = {}
    for code, column, value in findings.filter(params__has_key="value").values_list("code", "column", "params__value"):
        found[code, column, str(value)] = found.get((code, column, str(value)), 0) + 1
    return found


def _entries(run: ImportRun, findings: Any, opened: tuple[int, int] | None = None) -> tuple[list[dict[str, Any]], int]:
    """The first wrong rows, and how many more things are wrong."""
    by_row: dict[tuple[str, int], list[Finding]] = {}
    total = 0
    for one in findings.filter(row_no__isnull=False).order_by("severity", "file", "row_no", "id"):
        total += 1
        if (one.file, one.row_no) in by_row or len(by_row) < PAGE:
            by_row.setdefault((one.file, one.row_no), []).append(one)
    rows, alike = queries.sheet_rows(run, by_row), _alike(findings)
    shown = [
        _entry(row, found, alike, revealed=opened[1] if opened and opened[0] == row.pk else None)
        for place, found in by_row.items()
        if (row := rows.get(place)) is not None
    ]
    return shown, total - sum(len(found) for found in by_row.values())


def _context(run: ImportRun, actor: Actor) -> dict[str, Any]:
    return {
        "run": run,
        "open": run.state in OPEN,
        "mine": bool(check(rules.may_import, actor, run.organization)),
        "checking": run.state == RunState.CHECKING,
    }


@never_cache
@require_safe
@guarded_by_object("exchange.view_corrections")
def corrections(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """What is wrong, by file and column, each cell to be corrected where it stands."""
    run, actor = _find(request, run_id), acting(request)
    return _page(request, run, actor)


def _page(request: HttpRequest, run: ImportRun, actor: Actor, *, opened: tuple[int, int] | None = None) -> HttpResponse:
    """The page; `opened`: the row and place of a number that was asked for with a reason."""
    findings = queries.findings_to_correct(actor, run)
    groups = queries.errors_by_file(findings)
    files = list(findings.filter(row_no__isnull=True, severity="error"))
    narrowed = findings
    chosen = {key: request.GET.get(key, "") for key in ("file", "column", "severity")}
    for key, value in chosen.items():
        if value:
            narrowed = narrowed.filter(**{key: value})
    school = request.GET.get("school", "")
    if school:
        narrowed = get_school_findings(narrowed, school)
    entries, more = _entries(run, narrowed, opened)
    for group in groups:
        group["url"] = "?" + urlencode({"file": group["file"], "column": group["column"]})
        group["current"] = chosen["file"] == group["file"] and chosen["column"] == group["column"]
    schools = {entry["row"].org_id for entry in entries if entry["row"].org_id}
    return render(
        request,
        "exchange/corrections.html",
        _context(run, actor)
        | {
            "entries": entries,
            "more": more,
            "groups": groups,
            "files": [{"finding": one, "words": queries.finding_words(one)} for one in files],
            "narrowed": any(chosen.values()) or bool(school),
            "classes": queries.class_names_of(schools),
            "form": ReturnedForm(),
            "books": _books(run, actor),
        },
    )


def get_school_findings(findings: Any, school: str) -> Any:
    try:
        return findings.filter(org_id=UUID(school))
    except ValueError:
        return findings.none()


def _books(run: ImportRun, actor: Actor) -> list[tuple[str, str]]:
    """(school, address of its workbook) of what was sent to whom the actor manages."""
    sent = queries.sent_to(actor, run).select_related("organization")
    return [
        (one.organization.name, reverse("exchange_errors_book", args=[run.pk, one.organization_id])) for one in sent
    ]


@never_cache
@require_POST
@guarded_by_object("exchange.correct")
def correct_row(request: HttpRequest, run_id: UUID, row_id: int) -> HttpResponse:
    """Correct a cell (or the same wrong word everywhere), leave the row out, take it in again, or see a masked number for a
    reason; the row as it then stands."""
    run, actor = _find(request, run_id), acting(request)
    row = get_visible_or_404(SheetRow.objects.filter(sheet__run=run).select_related("sheet"), pk=row_id)
    said, tone, revealed = "", "ok", None
    try:
        if request.POST.get("action") == "reveal":
            revealed = _place(request)
            services.reveal_cell(row, place=revealed, reason=request.POST.get("reason", ""), by=actor)
        else:
            said = _act(request, run, row, actor)
    except ExchangeError as error:
        said, tone, revealed = str(error.message), "error", None
    if "HX-Request" not in request.headers:
        if revealed is not None:
            return _page(request, run, actor, opened=(row.pk, revealed))
        (messages.error if tone == "error" else messages.success)(request, said)
        return redirect("exchange_corrections", run.pk)
    row.refresh_from_db()
    run.refresh_from_db()
    findings = queries.findings_to_correct(actor, run).filter(file=row.sheet.label, row_no=row.row_no)
    entry = _entry(row, list(findings), _alike(queries.findings_to_correct(actor, run)), revealed=revealed)
    context = _context(run, actor) | {"entry": entry, "said": said, "tone": tone}
    return render(request, "exchange/_correction.html", context)


def _act(request: HttpRequest, run: ImportRun, row: SheetRow, actor: Actor) -> str:
    post = request.POST
    action = post.get("action", "correct")
    if action in {"leave", "take"}:
        services.leave_out(row, by=actor, undo=action == "take")
        return _("这一行不导入。") if action == "leave" else _("这一行重新算上了。")
    text = post.get("text", "")[:500]
    if action == "all":
        finding = get_visible_or_404(queries.findings_to_correct(actor, run), pk=post.get("finding", ""))
        count = services.correct_spelling(finding, text=text, by=actor)
        return ngettext("改了 %(n)s 处。", "改了 %(n)s 处。", count) % {"n": count}
    services.correct_cell(row, place=_place(request), text=text, by=actor)
    return _("已保存。")


def _place(request: HttpRequest) -> int:
    try:
        return int(request.POST.get("place", ""))
    except ValueError as error:
        raise ExchangeError from error


@require_POST
@guarded_by_object("exchange.correct")
def leave_file(request: HttpRequest, run_id: UUID, finding_id: int) -> HttpResponse:
    """Go on without a file that cannot be read."""
    run, actor = _find(request, run_id), acting(request)
    finding = get_visible_or_404(queries.findings_to_correct(actor, run), pk=finding_id)
    try:
        services.leave_out_file(finding, by=actor)
    except ExchangeError as error:
        messages.error(request, str(error.message))
    else:
        messages.success(request, _("这个文件不导入。"))
    return redirect("exchange_corrections", run.pk)


@require_POST
@guarded_by_object("exchange.correct")
def returned(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """A school's workbook comes back corrected."""
    run, actor = _find(request, run_id), acting(request)
    form = ReturnedForm(request.POST, request.FILES)
    if not form.is_valid():
        messages.error(request, _("请选择更正好的表格。"))
        return redirect("exchange_corrections", run.pk)
    try:
        count = services.take_back(run, form.cleaned_data["returned"].read(), by=actor)
    except ExchangeError as error:
        messages.error(request, str(error.message))
    else:
        messages.success(request, ngettext("改了 %(n)s 处。", "改了 %(n)s 处。", count) % {"n": count})
    return redirect("exchange_corrections", run.pk)


@never_cache
@require_safe
@guarded_by_object("exchange.view_run")
def schools(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """How many errors each school has; its own as a workbook, or sent to its pages."""
    actor = acting(request)
    run = get_visible_or_404(queries.runs_visible_to(actor), pk=run_id)
    counts = queries.errors_by_school(run)
    sent = {one.organization_id: one for one in queries.sent_of(run)}
    units = roster_queries.organizations_visible_to(actor).filter(pk__in=[*counts, *sent]).order_by("sort_key", "name")
    rows = [{"school": unit, "errors": counts.get(unit.pk, 0), "sent": sent.get(unit.pk)} for unit in units]
    return render(request, "exchange/schools.html", _context(run, actor) | {"rows": rows})


@require_POST
@guarded_by_object("exchange.import")
def send(request: HttpRequest, run_id: UUID, school_id: UUID) -> HttpResponse:
    """Let a school correct its own."""
    actor = acting(request)
    run = get_visible_or_404(queries.runs_visible_to(actor), pk=run_id)
    school = get_visible_or_404(roster_queries.organizations_visible_to(actor), pk=school_id)
    try:
        services.send_errors(run, school, by=actor)
    except ExchangeError as error:
        messages.error(request, str(error.message))
    else:
        messages.success(request, _("已发给%(school)s：学校管理人员在“导入”里能看到并更正。") % {"school": school.name})
    return redirect("exchange_schools", run.pk)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@guarded_by_object("exchange.correct")
def book(request: HttpRequest, run_id: UUID, school_id: UUID) -> HttpResponse:
    """One school's wrong rows as a workbook; posted with a reason: the wrong numbers in clear."""
    run, actor = _find(request, run_id), acting(request)
    school = get_visible_or_404(roster_queries.organizations_visible_to(actor), pk=school_id)
    clear = request.method == "POST"
    try:
        content = services.errors_book(
            run, school, watermark=watermark_of(actor), by=actor, clear=clear, reason=request.POST.get("reason", "")
        )
    except ExchangeError as error:
        messages.error(request, str(error.message))
        return redirect("exchange_corrections", run.pk)
    response = HttpResponse(content, content_type=XLSX)
    name = _("%(school)s-请更正.xlsx") % {"school": school.name}
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or "attachment"
    response["Cache-Control"] = "no-store"
    return response


class CorrectionList(ListPage[SheetCorrection]):
    key = "corrections"
    title = gettext_lazy("更正记录")
    unit = gettext_lazy("次更正")
    columns = (
        Column("at", gettext_lazy("时间"), value="at", kind="datetime"),
        Column("by", gettext_lazy("办理人"), value=lambda one: one.by.name if one.by else _("系统")),
        Column("file", gettext_lazy("文件"), value=lambda one: one.file, primary=True),
        Column("row_no", gettext_lazy("行"), kind="number"),
        Column("column", gettext_lazy("列"), value=lambda one: one.column or _("整行")),
    )
    search = ("file", "column")
    exportable = False
    empty_title = gettext_lazy("还没有更正过")


@never_cache
@require_safe
@guarded_by_object("exchange.view_run")
def history(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """Who changed which cell, and when."""
    run = get_visible_or_404(queries.runs_visible_to(acting(request)), pk=run_id)
    return CorrectionList(request, queries.corrections_of(run)).respond(
        "exchange/correction_history.html", {"run": run}
    )
