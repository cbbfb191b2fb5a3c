"""One person's record, and what is done with it."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lantian.kernel.crypto import KeyLost
from lantian.kernel.rules import Actor, Denied, check, require
from lantian.kernel.web.guards import acting, get_visible_or_404, guarded_by_object
from lantian.kernel.web.once import once
from lantian.people.identity.services.accounts import close_account, reopen_account, reset_account
from lantian.people.roster import queries, rules, services
from lantian.people.roster.engine.codes.masks import mask_citizen_id, mask_phone, mask_student_number
from lantian.people.roster.enums import MemberRole
from lantian.people.roster.errors import RosterError
from lantian.people.roster.forms import GuardianForm, NewPersonForm, PersonForm, ReasonForm
from lantian.people.roster.models import Guardianship, Membership, Organization, Person, valid_on
from lantian.people.roster.views.parts import done, given

SEALED = {"phone": mask_phone, "citizen_id": mask_citizen_id, "student_number": mask_student_number}


def readable(person: Person, name: str, masked: Callable[[str], str]) -> str:
    """A sealed fact, masked; a sentence instead when its key is lost."""
    try:
        value = getattr(person, name)
    except KeyLost:
        return _("暂时无法读取（缺少密钥，请联系运维人员）")
    return masked(value) if value else ""


def _through(wards: "list[Guardianship]") -> list[dict[str, Any]]:
    """Where children belong today, by whom their guardians have to do with a school."""
    if not wards:
        return []
    rows = Membership.objects.filter(
        valid_on(timezone.localdate()), person__in=[row.student_id for row in wards], role=MemberRole.STUDENT
    )
    places: dict[Any, list[Membership]] = {}
    for place in rows.select_related("organization", "class_group").order_by("valid_from", "pk"):
        places.setdefault(place.person_id, []).append(place)
    return [{"child": row.student, "places": places.get(row.student_id, [])} for row in wards]


def account_state(person: Person) -> tuple[str, str]:
    """(words, tone) of how far a person's account is."""
    account = person.account
    if account is None:
        return _("未开通"), "neutral"
    if not account.is_active:
        return _("已停用"), "warn"
    return (_("待首次登录"), "info") if account.must_set_password else (_("正常"), "ok")


def _find(request: HttpRequest, pk: UUID) -> Person:
    actor = acting(request)
    rows = queries.people_visible_to(actor).select_related("account").prefetch_related(*queries.now_of_people(actor))
    return get_visible_or_404(rows, pk=pk)


def _may(actor: Actor, person: Person) -> dict[str, bool]:
    is_student = any(row.role == MemberRole.STUDENT for row in person.now)  # type: ignore[attr-defined]
    return {
        "browse": bool(check(rules.may_browse_people, actor)),
        "update": bool(check(rules.may_update_person, actor, person)),
        "reveal": bool(check(rules.may_reveal_private, actor, person)),
        "account": bool(check(rules.may_keep_account_of, actor, person)),
        "guardian": is_student and bool(check(rules.may_bind_guardian, actor, person)),
        "grant": bool(check(rules.may_see_grants, actor)) and not is_student and actor.person_id != person.pk,
    }


def _record(request: HttpRequest, person: Person, **extra: Any) -> dict[str, Any]:
    actor = acting(request)
    may = _may(actor, person)
    near = may["reveal"] or actor.person_id == person.pk
    grants = queries.grants_visible_to(actor).filter(person=person).select_related("organization")
    visible = queries.people_visible_to(actor)
    wards = list(queries.wards_of(person).filter(student__in=visible))
    return {
        "person": person,
        "where": queries.where_of(person),
        "through": [] if person.now else _through(wards),  # type: ignore[attr-defined]  # `now` was put there by the query
        "memberships": person.now,  # type: ignore[attr-defined]
        "ending": {row.pk for row in person.now if check(rules.may_manage_people, actor, row.organization)},  # type: ignore[attr-defined]
        "near": near,
        "facts": [(name, readable(person, name, mask)) for name, mask in SEALED.items()] if near else [],
        "guardians": list(queries.guardians_of(person).filter(guardian__in=visible)),
        "wards": wards,
        "grants": list(grants.order_by("-granted_at")[:20]),
        "panels": queries.panels_of_person(actor, person),
        "merges": list(queries.merges_of(person)) if actor.paths and may["account"] else [],
        "history": queries.history_lines(person) if near and (actor.paths or actor.person_id == person.pk) else None,
        "may": may,
        "today": timezone.localdate(),
        **extra,
    }


@never_cache
@require_safe
@guarded_by_object("roster.view_person")
def record(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A person: facts (sealed ones masked), where they belong, roles, family, account, history."""
    return render(request, "roster/person.html", _record(request, _find(request, pk)))


@require_http_methods(["GET", "POST"])
@sensitive_post_parameters("phone", "citizen_id", "student_number")
@guarded_by_object("roster.manage_people")
@once
def create(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Register a new person at a unit."""
    actor = acting(request)
    unit = get_visible_or_404(queries.organizations_visible_to(actor), pk=pk)
    require(rules.may_manage_people, actor, unit)
    form = NewPersonForm(request.POST or None, actor=actor, organization=unit)
    made = done(request, form, lambda cleaned: _create(actor, unit, cleaned))
    if made:
        return _created(request, made)
    title = _("在“%(name)s”登记人员") % {"name": unit}
    return render(request, "roster/form.html", {"form": form, "title": title, "unit": unit, "submit": _("登记")})


def _create(actor: Actor, unit: Organization, cleaned: dict[str, Any]) -> services.CreatedPerson:
    belongs = services.NewMembership(
        unit, cleaned["role"], cleaned["class_group"], cleaned["subject"], cleaned["valid_from"]
    )
    facts = given(cleaned, "name", "gender", "birth_date", "phone", "citizen_id", "student_number", "account")
    return services.create_person(by=actor, memberships=[belongs], **facts)


def _created(request: HttpRequest, made: services.CreatedPerson) -> HttpResponse:
    words = _("%(name)s 已登记。") % {"name": made.person.name}
    if made.account and made.code:
        words += _("用户名 %(username)s，激活码 %(code)s，请抄给本人，离开本页后不再显示。") % {
            "username": made.account.username,
            "code": made.code,
        }
    messages.success(request, words)
    return redirect("roster_person", made.person.pk)


@require_http_methods(["GET", "POST"])
@sensitive_post_parameters("phone", "citizen_id", "student_number")
@guarded_by_object("roster.update_person")
@once
def edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Change a person's facts; sealed ones stay as they are when left empty."""
    actor, person = acting(request), _find(request, pk)
    require(rules.may_update_person, actor, person)
    plain = ["name", "gender", "birth_date"]
    form = PersonForm(request.POST or None, initial={name: getattr(person, name) for name in plain})
    for name, mask in SEALED.items():
        shown = readable(person, name, mask)
        form.fields[name].help_text = _("现在是 %(value)s；不改就留空。") % {"value": shown} if shown else ""

    def change(cleaned: dict[str, Any]) -> Person:
        changes = {name: cleaned[name] for name in plain} | given(cleaned, *SEALED)
        return services.update_person(person, by=actor, **changes)

    if done(request, form, change):
        messages.success(request, _("已保存。"))
        return redirect("roster_person", person.pk)
    title = _("修改%(name)s的资料") % {"name": person.name}
    back = reverse("roster_person", args=[person.pk])
    return render(request, "roster/form.html", {"form": form, "title": title, "back": back, "crumb": person.name})


@never_cache
@require_POST
@guarded_by_object("roster.reveal_private")
def reveal(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show one sealed fact for once; who looked and why is written down."""
    actor, person = acting(request), _find(request, pk)
    require(rules.may_reveal_private, actor, person)
    what = request.POST.get("what", "")
    extra: dict[str, Any] = {}
    try:
        value = services.reveal_private(person, what=what, reason=request.POST.get("reason", ""), by=actor)
        extra = {"revealed": what, "value": value or _("没有登记")}
    except RosterError as error:
        messages.error(request, str(error.message))
    except KeyLost:
        messages.error(request, _("这项资料的密钥不在服务器上，暂时无法读取，请联系运维人员。"))
    except ValueError:
        messages.error(request, _("没有这项资料。"))
    return render(request, "roster/person.html", _record(request, person, **extra))


@never_cache
@require_POST
@guarded_by_object("roster.keep_account")
def account(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Open, reset, close or reopen a person's account; a new code is shown once, on the page that answers."""
    actor, person = acting(request), _find(request, pk)
    require(rules.may_keep_account_of, actor, person)
    what = request.POST.get("do", "")
    extra: dict[str, Any] = {}
    try:
        if what == "open" and person.account is None:
            opened = services.open_account_for(person, by=actor)
            extra = {"code": opened.code, "username": opened.account.username}
        elif person.account is not None:
            extra = _keep(what, person, actor)
    except (RosterError, Denied) as error:
        messages.error(request, str(error.message) if isinstance(error, RosterError) else error.words)
    return render(request, "roster/person.html", _record(request, person, **extra))


def _keep(what: str, person: Person, actor: Actor) -> dict[str, Any]:
    assert person.account is not None
    if what == "reset":
        return {"code": reset_account(person.account, by=actor), "username": person.account.username}
    if what == "close":
        close_account(person.account, by=actor, reason=_("由管理人员停用"))
    elif what == "reopen":
        reopen_account(person.account, by=actor)
    return {}


@require_http_methods(["GET", "POST"])
@sensitive_post_parameters("phone")
@guarded_by_object("roster.bind_guardian")
@once
def add_guardian(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Register a guardian of a student, or find the one who is registered already."""
    actor, student = acting(request), _find(request, pk)
    require(rules.may_bind_guardian, actor, student)
    form = GuardianForm(request.POST or None)
    made = done(request, form, lambda cleaned: services.register_guardian(student=student, by=actor, **cleaned))
    if made:
        words = _("已登记监护人%(name)s。") % {"name": made.person.name}
        if made.code and made.account:
            words += _("用户名 %(username)s，激活码 %(code)s，请抄给本人。") % {
                "username": made.account.username,
                "code": made.code,
            }
        messages.success(request, words)
        return redirect("roster_person", student.pk)
    back = reverse("roster_person", args=[student.pk])
    title = _("登记%(name)s的监护人") % {"name": student.name}
    context = {"form": form, "title": title, "back": back, "crumb": student.name, "submit": _("登记")}
    return render(request, "roster/form.html", context)


def _memberships_of_visible(actor: Actor) -> "QuerySet[Membership]":
    return Membership.objects.filter(person__in=queries.people_visible_to(actor)).select_related(
        "organization", "class_group", "person"
    )


@require_http_methods(["GET", "POST"])
@guarded_by_object("roster.manage_people")
@once
def end(request: HttpRequest, pk: UUID) -> HttpResponse:
    """End a membership as of today."""
    actor = acting(request)
    row = get_visible_or_404(_memberships_of_visible(actor), pk=pk)
    require(rules.may_manage_people, actor, row.organization)
    form = ReasonForm(request.POST or None)
    if done(request, form, lambda cleaned: services.end_membership(row, by=actor, reason=cleaned["reason"])):
        messages.success(request, _("已结束，今天是最后一天。"))
        return redirect("roster_person", row.person_id)
    context = {
        "form": form,
        "title": _("结束%(name)s在%(unit)s的%(role)s身份")
        % {"name": row.person.name, "unit": row.organization, "role": row.get_role_display()},
        "back": reverse("roster_person", args=[row.person_id]),
        "crumb": row.person.name,
        "submit": _("结束"),
        "variant": "danger",
        "warning": _("今天是最后一天，明天起不再属于这个单位；以前的记录都保留。"),
    }
    return render(request, "roster/form.html", context)
