"""The list of people: found, narrowed, saved as views, taken out, and picked for what is done to many at once."""

from functools import cached_property
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from lantian.kernel.rules import Actor, check
from lantian.kernel.web.guards import acting, guarded
from lantian.kernel.web.lists import Column, Filter
from lantian.people.roster import queries, rules
from lantian.people.roster.enums import SCHOOL_KINDS, BatchAction, MemberRole, Role
from lantian.people.roster.models import Organization, Person
from lantian.people.roster.views.parts import NamesList, ask_unit, root_of, unit_asked, units_at_hand
from lantian.people.roster.views.people import account_state

CAP = 200  # people counted exactly; a county has thirty thousand


def _by_account(rows: "QuerySet[Person]", value: str) -> "QuerySet[Person]":
    if value == "none":
        return rows.filter(account__isnull=True)
    if value == "closed":
        return rows.filter(account__is_active=False)
    return rows.filter(account__is_active=True, account__must_set_password=value == "waiting")


def _place(request: HttpRequest) -> Organization | None:
    """The school whose classes and grades are meant: the one asked for, or one's own."""
    unit = unit_asked(request)
    if unit is None:
        unit = root_of(acting(request))
    return unit if unit is not None and unit.kind in SCHOOL_KINDS else None


def _grades(request: HttpRequest) -> list[tuple[str, str]]:
    place = _place(request)
    return queries.grade_choices(list(place.stages) if place else None)


def _classes(request: HttpRequest) -> list[tuple[str, str]]:
    """Classes of the school; without one those that one teaches. A region has too many to choose from."""
    actor, place = acting(request), _place(request)
    if place is None and root_of(actor) is not None:
        return []
    rows = queries.class_groups_visible_to(actor).filter(is_active=True)
    if place is not None:
        rows = rows.filter(organization=place)
    return [(str(row.pk), row.name) for row in rows.order_by("grade", "number", "name")]


ROLES = (
    *MemberRole.choices,
    (Role.GUARDIAN.value, Role.GUARDIAN.label),
    *((role.value, role.label) for role in (Role.SCHOOL_HEAD, Role.SCHOOL_IT, Role.OFFICER, Role.RESEARCHER)),
)


def _together(rows: "QuerySet[Person]", value: str) -> "QuerySet[Person]":
    """These filters speak of one membership: `PeopleList` applies them at once."""
    return rows


class PeopleList(NamesList[Person]):
    key = "people"
    title = gettext_lazy("人员")
    unit = gettext_lazy("人")
    search_hint = gettext_lazy("姓名、拼音或学籍号")
    count_cap = CAP
    columns = (
        Column(
            "name",
            gettext_lazy("姓名"),
            primary=True,
            sort="sort_key",
            link=lambda person: reverse("roster_person", args=[person.pk]),
        ),
        Column("where", gettext_lazy("单位和身份"), value=queries.where_of),
        Column("gender", gettext_lazy("性别"), value=lambda person: queries.gender_name(person.gender)),
        Column(
            "account",
            gettext_lazy("账号"),
            kind="badge",
            value=lambda person: account_state(person)[0],
            tone=lambda person: account_state(person)[1],
        ),
    )
    filters = (
        Filter("organization", gettext_lazy("单位"), units_at_hand, apply=_together),
        Filter("role", gettext_lazy("身份"), ROLES, apply=_together),
        Filter("grade", gettext_lazy("年级"), _grades, apply=_together),
        Filter("class", gettext_lazy("班级"), _classes, apply=_together),
        Filter(
            "account",
            gettext_lazy("账号"),
            (
                ("none", gettext_lazy("未开通")),
                ("waiting", gettext_lazy("待首次登录")),
                ("used", gettext_lazy("正常")),
                ("closed", gettext_lazy("已停用")),
            ),
            apply=_by_account,
        ),
    )
    order = "name"
    empty_title = gettext_lazy("没有找到人员")
    empty_text = gettext_lazy("换一个写法试试，拼音首字母也可以，比如“wxm”。")

    def __init__(self, request: HttpRequest, params: Any = None) -> None:
        """Everybody whom the actor sees. Raises Http404 for a unit that is out of sight."""
        actor = acting(request)
        super().__init__(request, queries.people_visible_to(actor), params)
        self.place: Organization | None = ask_unit(request, self.params.get("organization", ""))
        self.bulk = bool(check(rules.may_act_on_many, actor))

    @cached_property
    def asked(self) -> dict[str, str]:
        return {state.key: state.value for state in self.filter_states}

    @cached_property
    def everything(self) -> "QuerySet[Person]":
        asked = self.asked
        found = queries.standing(
            self.base, unit=self.place, role=asked["role"], grade=asked["grade"], class_group=asked["class"]
        )
        if asked["account"]:
            found = _by_account(found, asked["account"])
        return self._dressed(self._ordered(queries.find(found, self.q)))

    @cached_property
    def queryset(self) -> "QuerySet[Person]":
        """As `everything`; but of a bare name only the first ones, picked from the narrow rows of the search."""
        others = any(value for key, value in self.asked.items() if key != "organization")
        by, downwards = self.sort
        if not self.q or others or by != "name":
            return self.everything
        first = queries.find_people(self.actor, self.q, most=CAP + 1, below=self.place, downwards=downwards)
        return self._dressed(self._ordered(Person.objects.filter(pk__in=first.values("pk"))))

    def _dressed(self, rows: "QuerySet[Person]") -> "QuerySet[Person]":
        return rows.select_related("account").defer("search_text").prefetch_related(*queries.now_of_people(self.actor))


@require_safe
@guarded("roster.browse_people")
def people(request: HttpRequest) -> HttpResponse:
    """Everybody one may see, and what can be done to many of them at once."""
    actor = acting(request)
    page = PeopleList(request)
    context = {
        "unit": page.place,
        "may_merge": bool(check(rules.may_merge_people, actor)),
        "actions": _actions(actor) if page.bulk else [],
    }
    return page.respond("roster/people.html", context)


def _actions(actor: Actor) -> list[tuple[str, str]]:
    """What may be done to many: homeroom teachers keep accounts and nothing else."""
    offered = [(action.value, str(action.label)) for action in BatchAction]
    if actor.paths:
        return offered
    return [(value, words) for value, words in offered if value not in (BatchAction.MOVE, BatchAction.END)]
