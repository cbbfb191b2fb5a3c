"""How the knowledge points of a subject are covered by what the apps above have put there."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from lantian.content.taxonomy import queries
from lantian.content.taxonomy.models import Node
from lantian.content.taxonomy.queries import Coverage
from lantian.kernel.web.guards import acting, signed_in


@require_safe
@signed_in
def coverage(request: HttpRequest, subject: str) -> HttpResponse:
    """Points × kinds with counts, what is missing, and by area how much is covered."""
    found = queries.points_framework(subject)
    if found is None:
        raise Http404
    areas = list(queries.areas_of(found))
    asked = request.GET.get("area", "")
    area = next((one for one in areas if str(one.pk) == asked), None)
    through = request.GET.get("through") == "chapters"
    whole = queries.coverage_of(acting(request), found, through_chapters=through)
    base = reverse("taxonomy_coverage", args=[subject])
    rows = [row for row in whole.rows if area is None or _below(row.point, area)]
    marks = queries.marks_of(acting(request), [row.point.pk for row in rows]) if whole.kinds else {}
    asking = [(each.words, url) for each in queries.ASKINGS if (url := each.url(acting(request)))]
    context: dict[str, Any] = {
        "framework": found,
        "coverage": whole,
        "rows": [(row, marks.get(row.point.pk, [])) for row in rows],
        "gaps": [(row, marks.get(row.point.pk, [])) for row in rows if not row.total],
        "marked": sum(1 for row in rows if not row.total and marks.get(row.point.pk)),
        "mark_title": next((each.title for each in queries.ASKINGS), ""),
        "asking": asking,
        "areas": areas,
        "area": area,
        "through": through,
        "ways": [
            ("", _("放在知识点上的"), base),
            ("chapters", _("也算放在章节上的"), f"{base}?through=chapters"),
        ],
        "subjects": [
            (one.value, one.label, reverse("taxonomy_coverage", args=[one.value]))
            for one in queries.subjects_with_points()
        ],
        "chart": _chart(whole, areas) if whole.kinds else None,
        "finding": _finding(whole),
    }
    return render(request, "taxonomy/coverage.html", context)


def _below(point: Node, area: Node) -> bool:
    return str(point.path).startswith(f"{area.path}.")


def _finding(whole: Coverage) -> str:
    said = {"covered": whole.covered, "all": len(whole.rows)}
    if not whole.rows or whole.covered == len(whole.rows):
        return _("%(all)d 个知识点都有内容。") % said if whole.rows else ""
    return _("%(all)d 个知识点里 %(covered)d 个有内容，还差 %(left)d 个。") % {
        **said,
        "left": len(whole.rows) - whole.covered,
    }


def _chart(whole: Coverage, areas: list[Node]) -> dict[str, Any]:
    """Per area, the share of points that have something."""
    shares: list[int] = []
    for area in areas:
        here = [row for row in whole.rows if _below(row.point, area)]
        shares.append(round(100 * sum(1 for row in here if row.total) / len(here)) if here else 0)
    return {
        "kind": "bar",
        "over": _("领域"),
        "unit": "%",
        "categories": [area.title for area in areas],
        "series": [{"name": _("有内容的知识点"), "values": shares}],
    }
