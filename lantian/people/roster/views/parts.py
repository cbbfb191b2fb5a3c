"""What several pages share: showing a service's "no" in its form, and lists found by pinyin."""

from collections.abc import Callable
from functools import cached_property
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.forms import Form
from django.http import HttpRequest

from lantian.kernel.rules import Denied
from lantian.kernel.web.lists import ListPage
from lantian.people.identity.errors import IdentityError
from lantian.people.roster.errors import RosterError
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


def done(request: HttpRequest, form: Form, act: Callable[[dict[str, Any]], T]) -> T | None:
    """Act on a posted, valid form. What speaks against it is put into the form, at its field when it has one; None then."""
    if request.method != "POST" or not form.is_valid():
        return None
    try:
        return act(form.cleaned_data)
    except Denied as refused:
        form.add_error(None, str(refused.reason))
    except RosterError as error:
        form.add_error(error.field if error.field in form.fields else None, str(error.message))
    except (IdentityError, ValidationError) as error:
        form.add_error(None, error if isinstance(error, ValidationError) else str(error.message))
    return None


def given(cleaned: dict[str, Any], *names: str) -> dict[str, Any]:
    """Those of a form's values that were filled in."""
    return {name: cleaned[name] for name in names if cleaned.get(name) not in (None, "")}
