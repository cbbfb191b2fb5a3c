"""The school calendar: the terms of a unit, as they are set here or above, and setting them."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from lantian.kernel.rules import check, require
from lantian.kernel.time.errors import CalendarError
from lantian.kernel.time.queries import terms_of
from lantian.kernel.time.rules import may_set_calendar
from lantian.kernel.time.services import set_term
from lantian.kernel.web.guards import acting, found_or_404, guarded_by_object
from lantian.kernel.web.once import once
from lantian.people.roster import queries
from lantian.people.roster.forms import TermForm
from lantian.people.roster.models import Organization

if TYPE_CHECKING:
    from lantian.kernel.time.models import AcademicSession

YEARS_BACK, YEARS_AHEAD = 2, 1
FIRST_YEAR, LAST_YEAR = 2000, 2100  # of terms that can be set


@dataclass(frozen=True)
class TermRow:
    """One term as it holds for a unit, and whose word it is: the unit's own, a unit's above, or the usual dates."""

    term: "AcademicSession"
    source: str
    is_own: bool
    is_now: bool


def _find(request: HttpRequest, pk: UUID) -> Organization:
    return found_or_404(queries.visible_organization(acting(request), pk))


@require_safe
@guarded_by_object("roster.view_organization")
def terms(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The terms of some years, the latest first."""
    actor, unit = acting(request), _find(request, pk)
    today = timezone.localdate()
    year = today.year if today.month >= 8 else today.year - 1
    names = {above.pk: str(above) for above in [*queries.ancestors_of(unit), unit]}
    rows = []
    for each in range(year + YEARS_AHEAD, year - YEARS_BACK - 1, -1):
        for term in reversed(terms_of(each, path=unit.path)):
            own = term.organization_id == unit.pk
            source = names.get(term.organization_id, _("全国")) if term.organization_id else _usual(term)
            rows.append(TermRow(term, source, own, term.starts_on <= today <= term.ends_on))
    may = bool(check(may_set_calendar, actor, unit.pk))
    return render(request, "roster/terms.html", {"unit": unit, "rows": rows, "may": may})


def _usual(term: "AcademicSession") -> str:
    return _("通常日期") if term._state.adding else _("全国")


@require_http_methods(["GET", "POST"])
@guarded_by_object("time.set_calendar")
@once
def edit(request: HttpRequest, pk: UUID, year: int, kind: str) -> HttpResponse:
    """First and last day of a term, for this unit and all below it that say nothing else."""
    actor, unit = acting(request), _find(request, pk)
    require(may_set_calendar, actor, unit.pk)
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise Http404
    term = found_or_404(next((one for one in terms_of(year, path=unit.path) if one.kind == kind), None))
    initial: dict[str, Any] = {"starts_on": term.starts_on, "ends_on": term.ends_on}
    form = TermForm(request.POST or None, initial=initial)
    back = reverse("roster_terms", args=[unit.pk])
    if request.method == "POST" and form.is_valid():
        try:
            set_term(year, kind, by=actor, organization_id=unit.pk, **form.cleaned_data)
        except CalendarError as error:
            form.add_error(None, str(error.message))
        else:
            messages.success(request, _("校历已保存。"))
            return redirect(back)
    title = _("%(year)s—%(next)s 学年%(term)s") % {
        "year": year,
        "next": year + 1,
        "term": term.get_kind_display(),
    }
    context = {"form": form, "title": title, "over": unit, "unit": unit, "back": back}
    return render(request, "roster/form.html", context)
