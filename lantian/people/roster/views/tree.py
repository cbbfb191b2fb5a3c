"""The tree of units: opened branch by branch, searched by name, pinyin, initials or code."""

from uuid import UUID

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from lantian.kernel.web.guards import acting, get_visible_or_404, guarded
from lantian.people.roster.models import Organization
from lantian.people.roster.queries import children_of, find, organizations_visible_to, top_organizations

BRANCH = 100  # units shown at once below one parent
FOUND = 60


@require_safe
@guarded("roster.browse_organizations")
def tree(request: HttpRequest) -> HttpResponse:
    """The roots of what one sees, the first of them open; with `q` what is found instead."""
    actor = acting(request)
    typed = request.GET.get("q", "").strip()[:60]
    context: dict[str, object] = {"q": typed}
    if typed:
        found = find(organizations_visible_to(actor).filter(is_active=True), typed)
        context["found"] = list(found.select_related("parent").order_by("path")[: FOUND + 1])
        context["more"] = len(context["found"]) > FOUND  # type: ignore[arg-type]
    else:
        tops = top_organizations(actor)
        context["tops"] = tops
        if len(tops) == 1:
            context |= _branch(children_of(actor, tops[0]), "1") | {"parent": tops[0]}
    template = "roster/_tree.html" if request.headers.get("HX-Request") else "roster/tree.html"
    return render(request, template, context)


@require_safe
@guarded("roster.browse_organizations")
def children(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What stands directly below one unit, as a part of the tree."""
    actor = acting(request)
    parent = get_visible_or_404(organizations_visible_to(actor), pk=pk)
    context = _branch(children_of(actor, parent), request.GET.get("page", "1"))
    return render(request, "roster/_branch.html", {"parent": parent, **context})


def _branch(nodes: "QuerySet[Organization]", number: str) -> dict[str, object]:
    page = Paginator(nodes, BRANCH).get_page(number)
    return {"nodes": list(page.object_list), "next_page": page.next_page_number() if page.has_next() else None}
