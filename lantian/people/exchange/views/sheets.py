"""Spreadsheets: sending them, and saying what their columns mean."""

from itertools import groupby
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from lantian.kernel.rules import require
from lantian.kernel.web.guards import acting, get_visible_or_404, guarded, guarded_by_object
from lantian.kernel.web.once import once
from lantian.people.exchange import queries, rules, services
from lantian.people.exchange.engine.sheets.fields import FIELDS, OF_KIND, REQUIRED, TITLES, Kind
from lantian.people.exchange.enums import Complete, RunKind, RunState, SheetKind
from lantian.people.exchange.errors import ExchangeError
from lantian.people.exchange.forms import SheetsForm
from lantian.people.exchange.models import ImportRun, SheetFile
from lantian.people.exchange.views.imports import units_for
from lantian.people.roster import queries as roster_queries
from lantian.people.roster.enums import SCHOOL_KINDS

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SURE = 0.95


@require_http_methods(["GET", "POST"])
@guarded("exchange.import")
@once
def new_sheets(request: HttpRequest) -> HttpResponse:
    """Send spreadsheets."""
    actor = acting(request)
    units = units_for(actor, request.GET.get("organization", "") or request.POST.get("organization", ""))
    form = SheetsForm(request.POST or None, request.FILES or None, units=units)
    if request.method == "POST" and form.is_valid():
        unit = get_visible_or_404(roster_queries.organizations_visible_to(actor), pk=form.cleaned_data["organization"])
        try:
            run = services.start_sheets(
                [(upload.name or "", upload) for upload in form.cleaned_data["uploads"]], organization=unit, by=actor
            )
        except ExchangeError as error:
            form.add_error(error.field or None, str(error.message))
        else:
            return redirect("exchange_import", run.pk)
    return render(request, "exchange/sheets_new.html", {"form": form, "kinds": SheetKind.choices})


@require_safe
@guarded("exchange.import")
def sheet_template(request: HttpRequest, kind: str) -> HttpResponse:
    """An empty list to fill in."""
    if kind not in SheetKind.values:
        raise Http404
    organizations = {grant.organization_id for grant in acting(request).grants}
    own = roster_queries.organizations_known(organizations).filter(kind__in=SCHOOL_KINDS).first()
    from lantian.people.exchange.engine.sheets.writing import template  # openpyxl: slow to load

    content = template(Kind(kind), school_name=own.name if own else "", school_code=own.code if own else "")
    response = HttpResponse(content, content_type=XLSX)
    name = f"{TITLES[Kind(kind)]}.xlsx"
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or "attachment"
    return response


def _field_options(kind: str) -> list[tuple[str, str, bool]]:
    """(key, title, required) of the fields that a kind of list can have."""
    needed = {key for group in REQUIRED[Kind(kind)] for key in group}
    return [(key, FIELDS[key].title, key in needed) for key in OF_KIND[Kind(kind)]]


def _groups(run: ImportRun, kinds: dict[str, str]) -> list[dict[str, Any]]:
    """Sheets of the same heads together: what their columns mean is said once. `kinds`: what was chosen meanwhile, by group."""
    sheets = sorted(queries.sheets_of(run), key=lambda sheet: (sheet.settled, sheet.signature, sheet.pk))
    groups = []
    for _signature, same in groupby(sheets, key=lambda sheet: sheet.signature):
        files = list(same)
        first = files[0]
        kind = kinds.get(str(first.pk), first.kind)
        groups.append(_group(first, files, kind if kind in SheetKind.values else first.kind))
    return groups


def _group(first: SheetFile, files: list[SheetFile], kind: str) -> dict[str, Any]:
    samples = queries.samples_of(first)
    field_at = {int(place): key for key, place in first.columns.items() if key in OF_KIND[Kind(kind)]}
    columns = [
        {
            "place": place,
            "head": head or _("（没有列名）"),
            "samples": samples[place],
            "field": field_at.get(place, ""),
            "unsure": first.confidence.get(field_at.get(place, ""), 1.0) < SURE,
        }
        for place, head in enumerate(first.heads)
        if head or samples[place]
    ]
    return {
        "id": first.pk, "files": files, "kind": kind, "columns": columns, "options": _field_options(kind),
        "complete": first.complete, "settled": all(sheet.settled for sheet in files),
        "names_school": {"school_name", "school_code"} & set(field_at.values()),
    }  # fmt: skip


def _answers(request: HttpRequest, groups: list[dict[str, Any]]) -> dict[int, services.SheetAnswer]:
    post, answers = request.POST, {}
    for group in groups:
        columns: dict[str, int] = {}
        for column in group["columns"]:
            key = post.get(f"field-{group['id']}-{column['place']}", "")
            if key and key in columns:
                raise ExchangeError(_("“%(field)s”选了两列，请只留一列。") % {"field": FIELDS[key].title})
            if key:
                columns[key] = column["place"]
        for sheet in group["files"]:
            school = post.get(f"school-{sheet.pk}", "")
            answers[sheet.pk] = services.SheetAnswer(
                kind=group["kind"],
                columns=columns,
                organization_id=UUID(school) if school else None,
                complete=post.get(f"complete-{group['id']}", "") if group["kind"] == SheetKind.STUDENTS else "",
                left_out=f"out-{sheet.pk}" in post,
            )
    return answers


@never_cache
@require_http_methods(["GET", "POST"])
@guarded_by_object("exchange.import")
def sheet_columns(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """These columns mean: the guess preselected, samples shown, what must be there marked."""
    actor = acting(request)
    run = get_visible_or_404(queries.runs_visible_to(actor).filter(kind=RunKind.SHEET), pk=run_id)
    require(rules.may_import, actor, run.organization)
    if run.state not in {RunState.MAPPING, RunState.CHECKED}:
        return redirect("exchange_import", run.pk)
    kinds = {key.removeprefix("kind-"): str(value) for key, value in request.POST.items() if key.startswith("kind-")}
    groups = _groups(run, kinds)
    error = ""
    if request.method == "POST" and "again" not in request.POST:
        try:
            services.settle_sheets(run, _answers(request, groups), by=actor)
        except ValueError as wrong:
            raise Http404 from wrong
        except ExchangeError as refused:
            error = str(refused.message)
        else:
            return redirect("exchange_import", run.pk)
    units = roster_queries.organizations_visible_to(actor).filter(
        path__within=run.organization.path, kind__in=SCHOOL_KINDS, is_active=True
    )
    return render(
        request,
        "exchange/sheet_columns.html",
        {
            "run": run,
            "groups": groups,
            "error": error,
            "kinds": SheetKind.choices,
            "completes": Complete.choices,
            "schools": list(units.order_by("sort_key", "name").values_list("pk", "name")),
            "back": reverse("exchange_import", args=[run.pk]),
        },
    )
