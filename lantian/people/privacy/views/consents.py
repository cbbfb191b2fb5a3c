"""Consent: the list of who is missing, a child's page, a paper, a withdrawal."""

from functools import cached_property
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from lantian.kernel.rules import SYSTEM, check, require
from lantian.kernel.web.guards import acting, get_visible_or_404, guarded, guarded_by_object
from lantian.kernel.web.lists import Column, Filter, ListPage
from lantian.kernel.web.once import once
from lantian.people.privacy import queries, rules, services
from lantian.people.privacy.engine.consent_texts import consent_text, current_version
from lantian.people.privacy.enums import ConsentState
from lantian.people.privacy.errors import PrivacyError
from lantian.people.privacy.forms import PaperForm, WithdrawForm
from lantian.people.privacy.views.parts import find_person
from lantian.people.roster import queries as roster

if TYPE_CHECKING:
    from lantian.people.roster.models import Membership

TONES = {
    ConsentState.GIVEN: "ok",
    ConsentState.OLDER: "warn",
    ConsentState.WITHDRAWN: "error",
    ConsentState.MISSING: "warn",
}
STATE_WORDS = dict(ConsentState.choices)


def _narrow(rows: "QuerySet[Any]", value: str) -> "QuerySet[Any]":
    return rows.exclude(consent="given") if value == "open" else rows.filter(consent=value)


class ConsentList(ListPage["Membership"]):
    key = "consents"
    title = gettext_lazy("监护人同意情况")
    unit = gettext_lazy("人")
    search_hint = gettext_lazy("姓名、拼音或首字母")
    search = ("person__name",)
    columns = (
        Column(
            "name",
            gettext_lazy("姓名"),
            value="person.name",
            primary=True,
            sort="person__sort_key",
            link=lambda row: reverse("privacy_consent", args=[row.person_id]),
        ),
        Column(
            "state",
            gettext_lazy("同意"),
            value=lambda row: STATE_WORDS[row.consent],
            kind="badge",
            tone=lambda row: TONES[ConsentState(row.consent)],
        ),
        Column("school", gettext_lazy("学校"), value=lambda row: str(row.organization), sort="organization__sort_key"),
        Column(
            "class",
            gettext_lazy("班级"),
            value=lambda row: str(row.class_group or ""),
            sort=("class_group__grade", "class_group__number"),
        ),
        Column("born", gettext_lazy("出生日期"), value="person.birth_date", kind="date", sort="person__birth_date"),
    )
    filters = (
        Filter(
            "state",
            gettext_lazy("同意"),
            (("open", gettext_lazy("还要征得同意")), *ConsentState.choices),
            apply=_narrow,
        ),
    )
    order = "name"
    empty_icon = "shield-check"
    empty_title = gettext_lazy("没有未满十四周岁的学生")

    @cached_property
    def queryset(self) -> "QuerySet[Membership]":
        found = self.base
        for item, state in zip(self.filters, self.filter_states, strict=True):
            if state.value:
                found = item.narrow(found, state.value)
        if self.q:  # the rows are within what one may see; names are found as everywhere
            found = found.filter(person__in=roster.find(roster.people_visible_to(SYSTEM), self.q))
        return self._ordered(found)


@require_safe
@guarded("privacy.list_consents")
def consents(request: HttpRequest) -> HttpResponse:
    """Children under fourteen whom one answers for, and whether a guardian has agreed; within one unit or class when asked."""
    actor = acting(request)
    rows = queries.children_answered_for(actor).select_related("person", "organization", "class_group")
    place: Any = None
    if request.GET.get("class"):
        place = get_visible_or_404(roster.class_groups_visible_to(actor), pk=request.GET["class"])
        rows = rows.filter(class_group=place)
    elif request.GET.get("organization"):
        place = get_visible_or_404(roster.organizations_visible_to(actor), pk=request.GET["organization"])
        rows = rows.filter(organization__path__within=place.path)
    counts = rows.aggregate(all=Count("pk"), given=Count("pk", filter=Q(person__in=queries.agreed_to())))
    rows = queries.with_consent_state(rows)
    page = ConsentList(request, rows)
    if not page.is_narrowed:
        page.total = counts["all"]  # counted once
    context = {"place": place, "counts": counts, "open": counts["all"] - counts["given"]}
    return page.respond("privacy/consents.html", context)


def _address(student_id: UUID) -> str:
    return reverse("privacy_consent", args=[student_id])


@never_cache
@require_http_methods(["GET", "POST"])
@guarded_by_object("privacy.read_consent")
@once
def consent(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The text, where the child stands, and a guardian's yes."""
    actor, student = acting(request), find_person(request, pk)
    require(rules.may_read_consent, actor, student)
    if request.method == "POST":
        try:
            services.give_consent(student, version=request.POST.get("version", ""), by=actor)
        except PrivacyError as error:
            messages.error(request, str(error.message))
        else:
            messages.success(request, _("已记录您的同意。"))
        return redirect(_address(pk))
    given = list(queries.consents_of(student))
    state = queries.state_of(given)
    context = {
        "student": student,
        "text": consent_text(current_version(timezone.localdate()), get_language() or ""),
        "needed": queries.needs_consent(student),
        "given": given,
        "state": state,
        "tone": TONES[state],
        "stands": any(row.withdrawn_at is None for row in given),
        "may_give": bool(check(rules.may_give_consent, actor, student)),
        "may_record": bool(check(rules.may_record_paper_consent, actor, student)),
        "may_list": bool(check(rules.may_list_consents, actor)),
    }
    return render(request, "privacy/consent.html", context)


@require_http_methods(["GET", "POST"])
@guarded_by_object("privacy.record_paper_consent")
@once
def paper(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Enter a signed paper."""
    actor, student = acting(request), find_person(request, pk)
    require(rules.may_record_paper_consent, actor, student)
    form = PaperForm(request.POST or None, student=student)
    if request.method == "POST" and form.is_valid():
        try:
            services.record_paper_consent(student, by=actor, **form.cleaned_data)
        except PrivacyError as error:
            form.add_error(error.field or None, str(error.message))
        else:
            messages.success(request, _("已登记纸质同意书。"))
            return redirect(_address(pk))
    context = {
        "form": form,
        "student": student,
        "title": _("登记%(name)s的纸质同意书") % {"name": student.name},
        "submit": _("登记"),
        "no_guardians": not form.people,
    }
    return render(request, "privacy/form.html", context)


@require_http_methods(["GET", "POST"])
@guarded_by_object("privacy.withdraw_consent")
@once
def withdraw(request: HttpRequest, pk: UUID) -> HttpResponse:
    """End what stands: a guardian confirms, others say whence they have it."""
    actor, student = acting(request), find_person(request, pk)
    require(rules.may_withdraw_consent, actor, student)
    form = WithdrawForm(request.POST or None)
    if check(rules.may_give_consent, actor, student):
        form.fields["reason"].required = False
        form.fields["reason"].label = _("原因")
    if request.method == "POST" and form.is_valid():
        try:
            services.withdraw_consent(student, reason=form.cleaned_data["reason"], by=actor)
        except PrivacyError as error:
            form.add_error(error.field or None, str(error.message))
        else:
            messages.success(request, _("同意已撤回，学校会与您联系。"))
            return redirect(_address(pk))
    title = _("撤回对%(name)s的同意") % {"name": student.name}
    context = {
        "form": form,
        "student": student,
        "title": title,
        "subtitle": _("撤回以前的处理仍然有效；撤回以后学校会与您商量孩子怎样继续上课，要删除信息请另行申请。"),
        "submit": _("撤回同意"),
        "variant": "danger",
    }
    return render(request, "privacy/form.html", context)
