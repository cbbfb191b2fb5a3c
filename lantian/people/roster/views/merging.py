"""Duplicates: found, compared side by side, merged, taken apart."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lantian.kernel.rules import check, require
from lantian.kernel.web.dates import said_day
from lantian.kernel.web.guards import acting, get_visible_or_404, guarded, guarded_by_object
from lantian.kernel.web.once import once
from lantian.people.roster import queries, rules, services
from lantian.people.roster.errors import RosterError
from lantian.people.roster.forms import MergeForm
from lantian.people.roster.models import Person
from lantian.people.roster.queries.duplicates import Pair
from lantian.people.roster.views.parts import done
from lantian.people.roster.views.people import SEALED, readable

DOUBLE_SHOWN = 100


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of the comparison."""

    label: str
    one: str
    other: str

    @property
    def differs(self) -> bool:
        return bool(self.one and self.other and self.one != self.other)


@require_safe
@guarded("roster.merge_people")
def duplicates(request: HttpRequest) -> HttpResponse:
    """Who may be registered twice, and which students are in two schools."""
    actor = acting(request)
    pairs = queries.likely_duplicates(actor)
    people = _with_places(actor, [person.pk for pair in pairs for person in (pair.one, pair.other)])
    double = queries.in_two_schools(actor).prefetch_related(*queries.now_of_people(actor)).order_by("sort_key", "id")
    context = {
        "pairs": [_pair_row(pair, people) for pair in pairs],
        "double": [{"person": person, "where": queries.where_of(person)} for person in double[:DOUBLE_SHOWN]],
    }
    return render(request, "roster/duplicates.html", context)


def _with_places(actor: Any, ids: list[UUID]) -> dict[UUID, Person]:
    rows = queries.people_visible_to(actor).filter(pk__in=ids).prefetch_related(*queries.now_of_people(actor))
    return {row.pk: row for row in rows}


def _pair_row(pair: Pair, people: dict[UUID, Person]) -> dict[str, Any]:
    words = {"birth_date": _("出生日期相同"), "phone": _("手机号相同")}
    one, other = people.get(pair.one.pk, pair.one), people.get(pair.other.pk, pair.other)
    return {
        "one": one,
        "other": other,
        "where_one": queries.where_of(one) if pair.one.pk in people else "",
        "where_other": queries.where_of(other) if pair.other.pk in people else "",
        "why": _("、").join(words[why] for why in pair.why),
    }


def _two(request: HttpRequest, pk: UUID, other_pk: UUID) -> tuple[Person, Person]:
    actor = acting(request)
    rows = queries.people_visible_to(actor).select_related("account").prefetch_related(*queries.now_of_people(actor))
    if pk == other_pk:
        raise Http404
    return get_visible_or_404(rows, pk=pk), get_visible_or_404(rows, pk=other_pk)


@require_http_methods(["GET", "POST"])
@guarded_by_object("roster.merge_people")
@once
def compare(request: HttpRequest, pk: UUID, other_pk: UUID) -> HttpResponse:
    """Two records side by side: one goes on, or they are two people."""
    actor = acting(request)
    one, other = _two(request, pk, other_pk)
    if request.POST.get("do") == "different":
        services.mark_not_duplicates(one, other, by=actor)
        messages.success(request, _("已记下：这是两个人，以后不再提示。"))
        return redirect("roster_duplicates")
    form = MergeForm(request.POST or None, one=one, other=other)

    def merge(cleaned: dict[str, Any]) -> Person:
        kept, dropped = (one, other) if cleaned["keep"] == str(one.pk) else (other, one)
        services.merge_people(kept, dropped, reason=cleaned["reason"], by=actor)
        return kept

    kept = done(request, form, merge)
    if kept:
        messages.success(request, _("已合并。需要时可以在本人页面撤回。"))
        return redirect("roster_person", kept.pk)
    context = {
        "one": one,
        "other": other,
        "facts": _facts(one, other),
        "form": form,
        "verdict": check(rules.may_merge_people, actor, one, other),
    }
    return render(request, "roster/compare.html", context)


def _facts(one: Person, other: Person) -> list[Fact]:
    """Masked: equal masks of different numbers do not mislead, the merge itself compares the numbers."""

    def sealed(name: str) -> tuple[str, str]:
        return readable(one, name, SEALED[name]), readable(other, name, SEALED[name])

    def account(person: Person) -> str:
        return person.account.username if person.account else ""

    def day(person: Person) -> str:
        return said_day(person.birth_date) if person.birth_date else ""

    return [
        Fact(_("姓名"), one.name, other.name),
        Fact(_("性别"), queries.gender_name(one.gender), queries.gender_name(other.gender)),
        Fact(_("出生日期"), day(one), day(other)),
        Fact(_("身份证号"), *sealed("citizen_id")),
        Fact(_("学籍号"), *sealed("student_number")),
        Fact(_("手机号"), *sealed("phone")),
        Fact(_("账号"), account(one), account(other)),
        Fact(_("单位和身份"), queries.where_of(one), queries.where_of(other)),
        Fact(_("登记日期"), said_day(one.created_at), said_day(other.created_at)),
    ]


@require_POST
@guarded_by_object("roster.merge_people")
def unmerge(request: HttpRequest, pk: UUID, merge_pk: UUID) -> HttpResponse:
    """Take a merge back."""
    actor = acting(request)
    person = get_visible_or_404(queries.people_visible_to(actor), pk=pk)
    require(rules.may_merge_people, actor, person)
    merge = get_visible_or_404(queries.merges_of(person), pk=merge_pk)
    try:
        services.unmerge_people(merge, by=actor)
    except RosterError as error:
        messages.error(request, str(error.message))
    else:
        messages.success(request, _("已撤回合并，两份档案恢复原样。"))
    return redirect("roster_person", person.pk)
