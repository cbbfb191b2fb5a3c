"""Who may do what where: the list, giving and taking back."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import F, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from lantian.kernel.rules import Actor, require
from lantian.kernel.web.dates import said_day
from lantian.kernel.web.guards import acting, get_visible_or_404, guarded, guarded_by_object
from lantian.kernel.web.lists import Column, Filter
from lantian.kernel.web.once import once
from lantian.people.roster import queries, rules, services
from lantian.people.roster.enums import GRANTABLE, Role
from lantian.people.roster.forms import ExtendForm, GrantForm, ReasonForm
from lantian.people.roster.models import Organization, RoleGrant
from lantian.people.roster.views.parts import NamesList, ask_unit, done, units_at_hand

SOON = services.NEAR


def state_of(grant: RoleGrant) -> tuple[str, str]:
    """(words, tone of the badge)."""
    today = timezone.localdate()
    if grant.revoked_at:
        return _("已撤销"), "neutral"
    if grant.valid_to and grant.valid_to < today:
        return _("已到期"), "neutral"
    if grant.valid_from > today:
        return _("未开始"), "info"
    if grant.valid_to and grant.valid_to - today <= SOON:
        return _("即将到期"), "warn"
    return _("有效"), "ok"


def _by_state(rows: "QuerySet[RoleGrant]", value: str) -> "QuerySet[RoleGrant]":
    today = timezone.localdate()
    live = rows.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=today), revoked_at__isnull=True)
    if value == "live":
        return live
    if value == "soon":
        return live.filter(valid_to__lte=today + SOON)
    if value == "open":
        return live.filter(valid_to__isnull=True)
    return rows.filter(Q(revoked_at__isnull=False) | Q(valid_to__lt=today))


# What a role lets one do, in the words of those who hand it out. The rules are the law; this is for reading.
DUTIES = {
    Role.OFFICER: gettext_lazy("管理辖区内的单位、人员和授权，查看记录"),
    Role.SCHOOL_HEAD: gettext_lazy("管理本校人员、班级和任课，授予信息管理员"),
    Role.SCHOOL_IT: gettext_lazy("管理本校人员、班级和账号"),
    Role.RESEARCHER: gettext_lazy("查看辖区内的学校、教师和课程"),
    Role.EXPERT: gettext_lazy("参加评审"),
    Role.OPERATOR: gettext_lazy("维护平台运行"),
}


def _path(unit: str) -> str:
    """The path of a unit that the list has shown to be visible."""
    return Organization.objects.values_list("path", flat=True).get(pk=unit)


class GrantsList(NamesList[RoleGrant]):
    key = "grants"
    title = gettext_lazy("授权")
    unit = gettext_lazy("项")
    search_hint = gettext_lazy("姓名、拼音或首字母")
    columns = (
        Column(
            "person",
            gettext_lazy("姓名"),
            value="person.name",
            primary=True,
            sort="person__sort_key",
            link=lambda grant: reverse("roster_person", args=[grant.person_id]),
        ),
        Column("role", gettext_lazy("职务"), value=lambda grant: grant.get_role_display(), sort="role"),
        Column(
            "organization",
            gettext_lazy("单位"),
            value=lambda grant: grant.organization,
            link=lambda grant: reverse("roster_organization", args=[grant.organization_id]),
            sort="organization__sort_key",
        ),
        Column("duties", gettext_lazy("能办什么"), value=lambda grant: DUTIES.get(grant.role, ""), page=False),
        Column("valid_from", gettext_lazy("开始"), kind="date", sort="valid_from"),
        Column("valid_to", gettext_lazy("到期"), value=lambda grant: grant.valid_to or _("长期"), sort="valid_to"),
        Column("by", gettext_lazy("授权人"), value=lambda grant: grant.granted_by or _("系统")),
        Column(
            "state",
            gettext_lazy("状态"),
            kind="badge",
            value=lambda grant: state_of(grant)[0],
            tone=lambda grant: state_of(grant)[1],
        ),
        Column(
            "extend",
            gettext_lazy("期限"),
            value=lambda grant: _("续期") if grant.may_extend else "",
            plain=True,
            link=lambda grant: reverse("roster_grant_extend", args=[grant.pk]),
            export=False,
        ),
        Column(
            "revoke",
            gettext_lazy("操作"),
            value=lambda grant: _("撤销") if grant.may_revoke else "",
            plain=True,
            link=lambda grant: reverse("roster_grant_revoke", args=[grant.pk]),
            export=False,
        ),
    )
    filters = (
        Filter(
            "organization",
            gettext_lazy("单位"),
            units_at_hand,
            apply=lambda rows, value: rows.filter(organization__path__within=_path(value)),
        ),
        Filter("role", gettext_lazy("职务"), [(role.value, role.label) for role in GRANTABLE]),
        Filter(
            "state",
            gettext_lazy("状态"),
            (
                ("live", gettext_lazy("有效")),
                ("soon", gettext_lazy("即将到期")),
                ("open", gettext_lazy("没有期限")),
                ("past", gettext_lazy("已结束")),
            ),
            apply=_by_state,
        ),
    )
    order = "person"
    empty_title = gettext_lazy("没有授权记录")


@require_safe
@guarded("roster.see_grants")
def grants(request: HttpRequest) -> HttpResponse:
    """All grants that one may see: given, running out, taken back."""
    actor = acting(request)
    rows = (
        queries.grants_visible_to(actor)
        .select_related("person", "organization", "granted_by")
        .annotate(search_text=F("person__search_text"))
    )
    ask_unit(request, request.GET.get("organization", ""))
    page, today = GrantsList(request, rows), timezone.localdate()
    for grant in page.objects:
        # the rule's own look at one's grant is left to the page that revokes: here no query per row
        open_still = grant.revoked_at is None and grant.person_id != actor.person_id
        grant.may_revoke = open_still and rules.holds(actor, grant.role, grant.organization.path)  # type: ignore[attr-defined]
        live = grant.valid_from <= today and (grant.valid_to is None or grant.valid_to >= today)
        grant.may_extend = grant.may_revoke and live and grant.organization.is_active  # type: ignore[attr-defined]
    duties = [(role.label, DUTIES[role]) for role in GRANTABLE if actor.paths or role == Role.OPERATOR]
    return page.respond("roster/grants.html", {"duties": duties})


def _chosen_unit(request: HttpRequest, actor: Actor) -> Any:
    raw = request.POST.get("organization") or request.GET.get("organization")
    return get_visible_or_404(queries.organizations_visible_to(actor), pk=raw) if raw else None


def _chosen_person(request: HttpRequest, actor: Actor) -> Any:
    raw = request.POST.get("person") or request.GET.get("person")
    return get_visible_or_404(queries.people_visible_to(actor), pk=raw) if raw else None


PEOPLE_SHOWN = 40


@require_http_methods(["GET", "POST"])
@guarded("roster.see_grants")
@once
def give(request: HttpRequest) -> HttpResponse:
    """Give a role in three steps, each of them an address: the unit, the person, then role and term."""
    actor = acting(request)
    unit, person = _chosen_unit(request, actor), _chosen_person(request, actor)
    context: dict[str, Any] = {"unit": unit, "person": person}
    if unit is None or person is None:
        return render(request, "roster/grant.html", context | _search(request, actor, unit))
    form = GrantForm(request.POST or None, actor=actor, organization=unit)
    made = done(
        request, form, lambda cleaned: services.grant_role(by=actor, person=person, organization=unit, **cleaned)
    )
    if made:
        words = _("%(name)s 现在是%(unit)s的%(role)s。")
        messages.success(request, words % {"name": person, "unit": unit, "role": made.get_role_display()})
        return redirect("roster_grants")
    context["none"] = not form.fields["role"].choices  # type: ignore[attr-defined]
    return render(request, "roster/grant.html", context | {"form": form})


def _search(request: HttpRequest, actor: Actor, unit: Any) -> dict[str, Any]:
    typed = request.GET.get("q", "").strip()[:60]
    if unit is None:
        # what one sees beside one's own, as the schools of an alliance, is not one's to give
        own = [actor.grant.path] if actor.grant else []
        units = queries.organizations_visible_to(actor).filter(is_active=True, path__within_any=own)
        units = units.select_related("parent")
        return {"q": typed, "step": "unit", "units": queries.find(units, typed).order_by("path")[:40]}
    if typed:
        found = queries.find_people(actor, typed, most=PEOPLE_SHOWN + 1)
    else:
        found = queries.staff_of(unit).filter(pk__in=queries.people_visible_to(actor).values("pk"))[: PEOPLE_SHOWN + 1]
    others = [person for person in found if person.pk != actor.person_id]
    return {"q": typed, "step": "person", "people": others[:PEOPLE_SHOWN]}


@require_http_methods(["GET", "POST"])
@guarded_by_object("roster.revoke_grant")
@once
def revoke(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take a role back, with a reason."""
    actor = acting(request)
    rows = queries.grants_visible_to(actor).select_related("person", "organization")
    grant = get_visible_or_404(rows, pk=pk)
    require(rules.may_revoke_grant, actor, grant)
    form = ReasonForm(request.POST or None)
    if done(request, form, lambda cleaned: services.revoke_role(grant, by=actor, reason=cleaned["reason"])):
        messages.success(request, _("已撤销，立即生效。"))
        return redirect("roster_grants")
    context = {
        "form": form,
        "title": _("撤销%(name)s在%(unit)s的%(role)s职务")
        % {"name": grant.person, "unit": grant.organization, "role": grant.get_role_display()},
        "back": reverse("roster_grants"),
        "crumb": _("授权"),
        "submit": _("撤销"),
        "variant": "danger",
        "warning": _("撤销立即生效，不影响这个人做过的事的记录。"),
    }
    return render(request, "roster/form.html", context)


@require_http_methods(["GET", "POST"])
@guarded_by_object("roster.grant")
@once
def extend(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Let a role end on another day."""
    actor = acting(request)
    rows = queries.grants_visible_to(actor).select_related("person", "organization")
    grant = get_visible_or_404(rows, pk=pk)
    require(rules.may_grant, actor, grant.person, grant.role, grant.organization, timezone.localdate())
    form = ExtendForm(request.POST or None, initial={"valid_to": grant.valid_to})
    if done(request, form, lambda cleaned: services.extend_role(grant, by=actor, **cleaned)):
        messages.success(request, _("期限已修改。"))
        return redirect("roster_grants")
    context = {
        "form": form,
        "title": _("修改职务的期限"),
        "about": _("%(name)s：%(unit)s，%(role)s，%(first)s起，%(last)s")
        % {
            "name": grant.person,
            "unit": grant.organization,
            "role": grant.get_role_display(),
            "first": said_day(grant.valid_from),
            "last": _("到 %(day)s") % {"day": said_day(grant.valid_to)} if grant.valid_to else _("长期"),
        },
        "crumb": _("授权"),
        "back": reverse("roster_grants"),
        "submit": _("保存"),
    }
    return render(request, "roster/form.html", context)
