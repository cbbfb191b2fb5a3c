"""What editing pages share: a service's "no" in its form, and nodes to be picked from."""

from collections.abc import Callable
from typing import Any, TypeVar
from uuid import UUID

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest

from lantian.content.taxonomy import queries, rules
from lantian.content.taxonomy.enums import MAY_STAND_BELOW
from lantian.content.taxonomy.errors import TaxonomyError
from lantian.content.taxonomy.models import Framework, Node
from lantian.content.taxonomy.queries import Branch
from lantian.kernel.rules import require
from lantian.kernel.web.guards import acting, get_visible_or_404

T = TypeVar("T")


def edited(request: HttpRequest, pk: UUID) -> Framework:
    """A framework that the actor may change; all else is 404 or refused."""
    actor = acting(request)
    rows = queries.frameworks_visible_to(actor).select_related("organization")
    found = get_visible_or_404(rows, pk=pk)
    require(rules.may_edit_framework, actor, found)
    return found


def edited_node(request: HttpRequest, pk: UUID) -> Node:
    """A node of a framework that the actor may change."""
    actor = acting(request)
    rows: QuerySet[Node] = queries.nodes_visible_to(actor).select_related("framework__organization", "parent")
    found = get_visible_or_404(rows, pk=pk)
    require(rules.may_edit_framework, actor, found.framework)
    return found


def done(request: HttpRequest, form: forms.Form, act: Callable[[dict[str, Any]], T]) -> T | None:
    """Act on a posted, valid form. What speaks against it is put into the form, at its field when it has one; None then."""
    if request.method != "POST" or not form.is_valid():
        return None
    try:
        return act(form.cleaned_data)
    except TaxonomyError as error:
        form.add_error(error.field if error.field in form.fields else None, str(error.message))
    return None


def grouped(
    framework: Framework, fits: Callable[[Node], bool], *, without: Node | None = None
) -> list[tuple[str, list[tuple[str, str]]]]:
    """Nodes in use that fit, in order of the tree, in groups by what stands at the top; deeper ones are set in. One query."""
    groups = []
    for root in queries.tree_of(framework):
        rows = [
            (str(branch.node.pk), f"{'　' * depth}{branch.node.title}")
            for branch, depth in _walk(root, without, 0)
            if fits(branch.node)
        ]
        if rows:
            groups.append((root.node.title, rows))
    return groups


def _walk(branch: Branch, without: Node | None, depth: int) -> list[tuple[Branch, int]]:
    if without is not None and branch.node.pk == without.pk:
        return []
    return [(branch, depth), *(one for child in branch.children for one in _walk(child, without, depth + 1))]


def kinds_below(framework: Framework, parent: Node | None) -> tuple[str, ...]:
    above = str(parent.kind) if parent else None
    return MAY_STAND_BELOW[framework.kind].get(above, ())


def takes(framework: Framework, kind: str) -> Callable[[Node], bool]:
    """Whether a node may have nodes of a kind below it."""
    return lambda node: kind in kinds_below(framework, node)
