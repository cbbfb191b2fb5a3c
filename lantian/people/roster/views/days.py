"""Holidays and shifted working days: of a unit, as they are set here or above, and of the nation; setting and taking back."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from lantian.kernel.numbers import number_of
from lantian.kernel.rules import check, require
from lantian.kernel.time.errors import CalendarError
from lantian.kernel.time.queries import own_days_among, special_days
from lantian.kernel.time.rules import may_set_calendar
from lantian.kernel.time.services import clear_special_days, rehearse, set_special_days
from lantian.kernel.web.dates import said_day
from lantian.kernel.web.guards import acting, found_or_404, guarded_by_object
from lantian.kernel.web.once import once
from lantian.people.roster import queries
from lantian.people.roster.forms import DaysForm
from lantian.people.roster.models import Organization

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lantian.kernel.rules import Text
    from lantian.kernel.time.models import SpecialDay

FIRST_YEAR, LAST_YEAR = 2020, 2099
BELOW_SHOWN = 50


@dataclass(frozen=True)
class DayRun:
    """Days in a row that are alike, and whose word they are."""

    first: date
    last: date
    name: str
    kind: str
    label: "Text"
    timetable: "Text"  # whose timetable runs; empty on holidays
    unsettled: bool  # nobody has said whose
    source: "Text"
    is_own: bool

    @property
    def query(self) -> str:
        return urlencode({"first": self.first, "last": self.last})

    @property
    def weekdays(self) -> str:
        first, last = (str(WEEKDAYS[day.weekday()]) for day in (self.first, self.last))
        return first if self.first == self.last else f"{first}–{last}"


def _find(request: HttpRequest, pk: UUID | None) -> Organization | None:
    """The unit; None stands for the nation, whose days only operators open. Raises Http404, Denied."""
    if pk is not None:
        return found_or_404(queries.visible_organization(acting(request), pk))
    require(may_set_calendar, acting(request), None)
    return None


def _address(unit: Organization | None, what: str = "") -> str:
    if unit is None:
        return reverse(f"roster_national_days{what}")
    return reverse(f"roster_days{what}", args=[unit.pk])


def _alike(one: "SpecialDay", other: "SpecialDay") -> bool:
    def said(row: "SpecialDay") -> tuple[Any, ...]:
        return row.kind, row.name, row.follows_weekday, row.organization_id

    return one.date + timedelta(days=1) == other.date and said(one) == said(other)


def _runs(days: "Iterable[SpecialDay]", unit: Organization | None, names: dict[UUID, str]) -> list[DayRun]:
    runs: list[list[SpecialDay]] = []
    for day in days:
        if runs and _alike(runs[-1][-1], day):
            runs[-1].append(day)
        else:
            runs.append([day])
    return [_run(run[0], run[-1], unit, names) for run in runs]


def _run(first: "SpecialDay", last: "SpecialDay", unit: Organization | None, names: dict[UUID, str]) -> DayRun:
    works = first.kind == "workday"
    follows = first.follows_weekday
    if follows is None and works and first.date.weekday() < 5:
        follows = first.date.weekday()
    return DayRun(
        first=first.date,
        last=last.date,
        name=first.name,
        kind=first.kind,
        label=first.get_kind_display(),
        timetable=_("上%(weekday)s的课") % {"weekday": WEEKDAYS[follows]} if works and follows is not None else "",
        unsettled=works and follows is None,
        source=names.get(first.organization_id, "") if first.organization_id else _("全国"),
        is_own=first.organization_id == (unit.pk if unit else None),
    )


def _year(request: HttpRequest) -> int:
    asked = request.GET.get("year", "")
    year = number_of(asked) if len(asked) == len("2026") else None
    return min(max(timezone.localdate().year if year is None else year, FIRST_YEAR), LAST_YEAR)


@require_safe
@guarded_by_object("roster.view_organization")
def days(request: HttpRequest, pk: UUID | None = None) -> HttpResponse:
    """The special days of a year as they hold for a unit (or the nation), in order; what units below have set otherwise."""
    unit = _find(request, pk)
    year = _year(request)
    first, last = date(year, 1, 1), date(year, 12, 31)
    found = special_days(first, last, path=str(unit.path) if unit else "").values()
    names = {above.pk: str(above) for above in [*queries.ancestors_of(unit), unit]} if unit else {}
    runs = _runs(found, unit, names)
    context = {
        "unit": unit,
        "year": year,
        "runs": runs,
        "may": bool(check(may_set_calendar, acting(request), unit.pk if unit else None)),
        "none_yet": not any(row.organization_id is None for row in found),
        "below": _below(unit, first, last) if unit else [],
        "years": [(str(each), str(each), f"?year={each}") for each in (year - 1, year, year + 1)],
        "current": str(year),
        "change": _address(unit, "_set"),
        "clear": _address(unit, "_clear"),
    }
    return render(request, "roster/days.html", context)


def _below(unit: Organization, first: date, last: date) -> list[tuple[Organization, list[DayRun]]]:
    """Units below that have days of their own, with these."""
    ids = own_days_among(first, last, exclude=unit.pk)
    units = queries.organizations_known(ids).filter(path__within=unit.path).order_by("sort_key")[:BELOW_SHOWN]
    return [(each, _runs(ids[each.pk], each, {each.pk: str(each)})) for each in units]


def _asked(request: HttpRequest) -> tuple[date, date] | None:
    first = parse_date(request.GET.get("first", "")[:10])
    last = parse_date(request.GET.get("last", "")[:10]) or first
    return (first, last) if first and last else None


def _initial(request: HttpRequest, unit: Organization | None) -> dict[str, Any]:
    """What the form begins with: the days in the address as they are now."""
    try:
        asked = _asked(request)
    except ValueError:  # no day of any calendar
        asked = None
    if asked is None:
        return {"kind": "holiday"}
    now = special_days(*asked, path=str(unit.path) if unit else "").get(asked[0])
    found: dict[str, Any] = {"first": asked[0], "last": asked[1], "kind": now.kind if now else "holiday"}
    if now:
        follows = "" if now.follows_weekday is None else now.follows_weekday
        found |= {"name": now.name, "follows_weekday": follows, "source": now.source}
    return found


@require_http_methods(["GET", "POST"])
@guarded_by_object("time.set_calendar")
@once
def change(request: HttpRequest, pk: UUID | None = None) -> HttpResponse:
    """Say what days are; first shown with what it does (POST), then saved (POST with `sure`)."""
    actor, unit = acting(request), _find(request, pk)
    require(may_set_calendar, actor, unit.pk if unit else None)
    form = DaysForm(request.POST or None, initial=_initial(request, unit), national=unit is None)
    context: dict[str, Any] = {}
    if request.method == "POST" and form.is_valid():
        first, last = form.cleaned_data["first"], form.cleaned_data["last"]

        def act() -> object:
            return set_special_days(by=actor, organization_id=unit.pk if unit else None, **form.cleaned_data)

        try:
            if request.POST.get("sure"):
                act()
                return _saved(request, unit, first)
            context = {"effects": _effects(act, unit, first, last), "said": _words(form, first, last)}
        except CalendarError as error:
            form.add_error(None, str(error.message))
    return _ask(request, unit, form, context)


@require_http_methods(["GET", "POST"])
@guarded_by_object("time.set_calendar")
@once
def clear(request: HttpRequest, pk: UUID | None = None) -> HttpResponse:
    """Take back what was set here: shown with what it does (GET), then done (POST)."""
    actor, unit = acting(request), _find(request, pk)
    own = unit.pk if unit else None
    require(may_set_calendar, actor, own)
    try:
        asked = _asked(request)
    except ValueError as error:
        raise Http404 from error
    if asked is None:
        raise Http404

    def act() -> int:
        return clear_special_days(*asked, by=actor, organization_id=own)

    try:
        if request.method == "POST":
            act()
            return _saved(request, unit, asked[0])
        effects = _effects(act, unit, *asked)
    except CalendarError as error:
        raise Http404 from error
    context = {"effects": effects, "said": _("取消%(days)s的设置") % {"days": _span(*asked)}, "clearing": True}
    return _ask(request, unit, None, context)


def _effects(act: Callable[[], object], unit: Organization | None, first: date, last: date) -> "list[Text]":
    return rehearse(act, path=str(unit.path) if unit else "", first=first, last=last)


def _ask(
    request: HttpRequest, unit: Organization | None, form: DaysForm | None, context: dict[str, Any]
) -> HttpResponse:
    title = _("取消设置") if context.get("clearing") else _("设置日子")
    shown = {"unit": unit, "form": form, "back": _address(unit), "title": title} | context
    return render(request, "roster/days_change.html", shown)


def _saved(request: HttpRequest, unit: Organization | None, first: date) -> HttpResponse:
    messages.success(request, _("校历已保存。"))
    return redirect(f"{_address(unit)}?year={first.year}")


def _span(first: date, last: date) -> str:
    return said_day(first) if first == last else f"{said_day(first)}–{said_day(last)}"


def _words(form: DaysForm, first: date, last: date) -> str:
    """The change in one line."""
    facts = form.cleaned_data
    words = [_span(first, last), str(form.kind_words)]
    if facts["follows_weekday"] is not None:
        words.append(_("上%(weekday)s的课") % {"weekday": WEEKDAYS[facts["follows_weekday"]]})
    return " · ".join([*words, facts["name"]] if facts["name"] else words)
