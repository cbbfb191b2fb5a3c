"""Files out, and files in: read, looked at, applied."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from lantian.content.taxonomy import queries, services
from lantian.content.taxonomy.api import package_of, written
from lantian.content.taxonomy.engine import sheet
from lantian.content.taxonomy.engine.judging import Changed, Difference
from lantian.content.taxonomy.errors import TaxonomyError
from lantian.content.taxonomy.forms import ImportForm
from lantian.content.taxonomy.models import Framework
from lantian.content.taxonomy.views.parts import done, edited
from lantian.kernel.web.guards import acting, get_visible_or_404, guarded_by_object
from lantian.kernel.web.once import once

SHOWN = 100
# what is to be known of a column of a sheet
SEVERAL = lazy("可以写几个编码，用分号分开")
NOTES = dict.fromkeys(sheet.NEEDED, lazy("必需")) | {"points": SEVERAL, "requires": SEVERAL, "related": SEVERAL}


def _visible(request: HttpRequest, pk: UUID) -> Framework:
    return get_visible_or_404(queries.frameworks_visible_to(acting(request)).select_related("organization"), pk=pk)


def _file(found: Framework, data: bytes, kind: str, ending: str) -> HttpResponse:
    response = HttpResponse(data, content_type=kind)
    response["Content-Disposition"] = content_disposition_header(True, f"{found.name}.{ending}")
    response["Cache-Control"] = "no-store"
    return response


@require_safe
@guarded_by_object("taxonomy.view_framework")
def file_csv(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The tree with its links as a sheet, fit to be imported again."""
    found = _visible(request, pk)
    return _file(found, sheet.write(queries.rows_of(found), kind=found.kind), "text/csv; charset=utf-8", "csv")


@require_safe
@guarded_by_object("taxonomy.view_framework")
def file_case(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The same as a CFPackage."""
    found = _visible(request, pk)
    return _file(found, written(package_of(request, found)), "application/json", "json")


@never_cache
@require_http_methods(["GET", "POST"])
@guarded_by_object("taxonomy.edit")
@once
def import_file(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Hand in a file; nothing is changed until its preview is confirmed."""
    found, actor = edited(request, pk), acting(request)
    form = ImportForm(request.POST or None, request.FILES or None)

    def act(facts: dict[str, Any]) -> Any:
        return services.read_upload(
            found,
            facts["file"].read(),
            form=facts["form"],
            title=facts["file"].name,
            retires_missing=facts["retires_missing"],
            by=actor,
        )

    made = done(request, form, act)
    if made:
        return redirect("taxonomy_upload", made.pk)
    columns = [(sheet.COLUMNS[key], NOTES.get(key, "")) for key in sheet.columns_of(found.kind)]
    return render(request, "taxonomy/import.html", {"framework": found, "form": form, "columns": columns})


@never_cache
@require_http_methods(["GET", "POST"])
@guarded_by_object("taxonomy.view_upload")
@once
def upload(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What is wrong with a file, or what it would change; then it is applied."""
    actor = acting(request)
    rows = queries.uploads_visible_to(actor).select_related("framework__organization")
    found = get_visible_or_404(rows, pk=pk)
    if request.method == "POST":
        try:
            services.apply_upload(found, by=actor)
        except TaxonomyError as error:
            messages.error(request, str(error.message))
            return redirect("taxonomy_upload", pk)
        messages.success(request, _("“%(title)s”已导入。") % {"title": found.title})
        return redirect("taxonomy_framework", found.framework_id)
    faults = queries.uploaded_faults(found)
    applicable = services.is_applicable(found)
    context = {
        "upload": found,
        "framework": found.framework,
        "faults": [(one, queries.COLUMN_WORDS.get(one.column, ""), queries.fault_words(one)) for one in faults[:SHOWN]],
        "more_faults": max(0, len(faults) - SHOWN),
        "applicable": applicable,
        "outdated": found.revision != found.framework.revision,
        "change": _shown(queries.difference_of(found)) if applicable and found.applied_at is None else None,
    }
    return render(request, "taxonomy/upload.html", context)


def _shown(change: Difference) -> dict[str, Any]:
    return {
        "change": change,
        "added": change.added[:SHOWN],
        "changed": _in_words(change.changed),
        "moved": _in_words(change.moved),
        "missing": change.missing[:SHOWN],
    }


def _in_words(rows: Sequence[Changed]) -> list[tuple[Changed, list[tuple[Any, str, str]]]]:
    return [
        (row, [(queries.COLUMN_WORDS.get(name, name), before, after) for name, (before, after) in row.fields.items()])
        for row in rows[:SHOWN]
    ]
