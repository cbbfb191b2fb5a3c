"""What several pages share: showing a service's "no" in its form, and lists found by pinyin."""

from collections.abc import Callable
from functools import cached_property
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.forms import Form
from django.http import HttpRequest

from lantian.kernel.rules import Actor, Denied
from lantian.kernel.web.guards import acting, get_visible_or_404
from lantian.kernel.web.lists import ListPage
from lantian.people.identity.errors import IdentityError
from lantian.people.roster import queries
from lantian.people.roster.enums import REGION_KINDS
from lantian.people.roster.errors import RosterError
from lantian.people.roster.models import Organization
from lantian.people.roster.queries import find

M = TypeVar("M", bound=Model)
T = TypeVar("T")


class NamesList(ListPage[M]):
    """A list whose search box understands names, pinyin and initials (`search_text`), by its trigram index."""

    search = ("search_text",)

    @cached_property
    def queryset(self) -> QuerySet[M]:
        found = self.base
        for item, state in zip(self.filters, self.filter_states, strict=True):
            if state.value:
                found = item.narrow(found, state.value)
        return self._ordered(find(found, self.q))


UNITS_OFFERED = 300


def ask_unit(request: HttpRequest, asked: str) -> Organization | None:
    """The unit a list is to be narrowed to, kept for the choices of its filters. Raises Http404 when it is out of sight."""
    rows = queries.organizations_visible_to(acting(request)).select_related("parent")
    unit = get_visible_or_404(rows, pk=asked) if asked else None
    request.asked_unit = unit  # type: ignore[attr-defined]
    return unit


def unit_asked(request: HttpRequest) -> Organization | None:
    return getattr(request, "asked_unit", None)


def units_at_hand(request: HttpRequest) -> list[tuple[str, str]]:
    """The unit one is in, and what one can go to from there: the units below a region, the neighbours of a school."""
    actor, unit = acting(request), unit_asked(request)
    around = unit
    if unit is not None and unit.kind not in REGION_KINDS:
        around = unit.parent
    if around is None or not queries.overlooks(actor, around.path):
        around = root_of(actor)
    found = list(queries.children_of(actor, around)[:UNITS_OFFERED]) if around else []
    if unit is not None and all(unit.pk != each.pk for each in found):
        found.insert(0, unit)
    return [(str(each.pk), str(each)) for each in found]


def root_of(actor: Actor) -> Organization | None:
    """The top of what a role with a subtree sees; None for the others."""
    if actor.grant is None or not queries.overlooks(actor, actor.grant.path):
        return None
    return queries.visible_organization(actor, actor.grant.organization_id)


def done(request: HttpRequest, form: Form, act: Callable[[dict[str, Any]], T]) -> T | None:
    """Act on a posted, valid form. What speaks against it is put into the form, at its field when it has one; None then."""
    if request.method != "POST" or not form.is_valid():
        return None
    try:
        return act(form.cleaned_data)
    except Denied as refused:
        form.add_error(None, refused.words)
    except RosterError as error:
        form.add_error(error.field if error.field in form.fields else None, str(error.message))
    except (IdentityError, ValidationError) as error:
        form.add_error(None, error if isinstance(error, ValidationError) else str(error.message))
    return None


def given(cleaned: dict[str, Any], *names: str) -> dict[str, Any]:
    """Those of a form's values that were filled in."""
    return {name: cleaned[name] for name in names if cleaned.get(name) not in (None, "")}
