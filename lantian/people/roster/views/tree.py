"""The tree of units: opened branch by branch, searched by name, pinyin, initials or code."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from lantian.kernel.numbers import number_of
from lantian.kernel.rules import Actor
from lantian.kernel.web.guards import acting, found_or_404, guarded
from lantian.people.roster.models import Organization
from lantian.people.roster.queries import children_of, top_organizations, visible_organization
from lantian.people.roster.queries.finding import FOUND, find_organizations
from lantian.people.roster.queries.tree import BRANCH, first_children


@require_safe
@guarded("roster.browse_organizations")
def tree(request: HttpRequest) -> HttpResponse:
    """The roots of what one sees, the first of them open; with `q` what is found instead."""
    actor = acting(request)
    typed = request.GET.get("q", "").strip()[:60]
    context: dict[str, object] = {"q": typed}
    if typed:
        found = find_organizations(actor, typed)
        context |= {"found": found, "more": len(found) > FOUND}
    else:
        tops = top_organizations(actor)
        context |= {"tops": tops, "nested": any(top.has_children for top in tops)}  # type: ignore[attr-defined]  # annotated
        if len(tops) == 1:
            branch = _branch(actor, tops[0], "1")
            context |= branch | {"parent": tops[0], "nested": bool(branch["nodes"])}
    template = "roster/_tree.html" if request.headers.get("HX-Request") else "roster/tree.html"
    return render(request, template, context)


@require_safe
@guarded("roster.browse_organizations")
def children(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What stands directly below one unit, as a part of the tree."""
    actor = acting(request)
    parent = found_or_404(visible_organization(actor, pk))
    context = _branch(actor, parent, request.GET.get("page", "1"))
    return render(request, "roster/_branch.html", {"parent": parent, **context})


def _branch(actor: Actor, parent: Organization, number: str) -> dict[str, object]:
    """One page of them, and the number of the next when there is one: found by reading one more, not by counting all."""
    page = number_of(number, most=99_999) or 1
    start = (max(page, 1) - 1) * BRANCH
    found = list(children_of(actor, parent)[start : start + BRANCH + 1]) if start else first_children(actor, parent)
    return {"nodes": found[:BRANCH], "next_page": max(page, 1) + 1 if len(found) > BRANCH else None}
