"""Who looked, a person's copy of their data, and the audit."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from lantian.kernel.rules import SYSTEM, check, require
from lantian.kernel.web.guards import acting, guarded, guarded_by_object
from lantian.kernel.web.lists import LIST_EXPORTED, Column, Filter, ListPage
from lantian.people.privacy import queries, rules, services
from lantian.people.privacy.queries.looks import (
    AUDIT_EXPORTED,
    ERRORS_TAKEN,
    EXPORTED,
    FETCHED,
    IN_LIST,
    LISTS,
    REVEALED,
)
from lantian.people.privacy.views.parts import find_person
from lantian.people.roster import queries as roster
from lantian.people.roster.queries.history import FACTS

ACTIONS = (
    (REVEALED, gettext_lazy("查看隐私信息")),
    (EXPORTED, gettext_lazy("下载个人信息副本")),
    (FETCHED, gettext_lazy("随名册交给其他系统")),
    (IN_LIST, gettext_lazy("查看导入名单里的号码")),
    (ERRORS_TAKEN, gettext_lazy("下载要更正的名单")),
    ("roster.grant_given", gettext_lazy("授予职务")),
    ("roster.grant_extended", gettext_lazy("修改任期")),
    ("roster.grant_revoked", gettext_lazy("撤销职务")),
    (LIST_EXPORTED, gettext_lazy("导出名单")),
    (AUDIT_EXPORTED, gettext_lazy("导出查看和授权记录")),
)
_ACTION_WORDS = dict(ACTIONS)
YEARS = 5


def _who(row: Any) -> str:
    """The name, with the role acted in."""
    name = _("系统") if row.actor_name == SYSTEM.name else str(row.actor_name)
    return _("%(name)s（%(role)s）") % {"name": name, "role": roster.role_name(row.role)} if row.role else name


def _what(row: Any) -> str:
    """The fact that was opened, the role that was given, or the list that was taken out, how narrowed and how long."""
    data = row.data
    if "what" in data:
        return str(FACTS.get(data["what"], data["what"]))
    if row.action in LISTS:
        title = _("%(title)s %(rows)s 行") % {"title": data.get("title", ""), "rows": data.get("rows", "")}
        return _("；").join([title.strip(), *data.get("narrowed", [])])
    if row.action == ERRORS_TAKEN:
        return (
            _("%(unit)s，号码未遮") % {"unit": data.get("organization", "")}
            if data.get("clear")
            else str(data.get("organization", ""))
        )
    if "role" in data:
        return f"{data.get('organization', '')} {roster.role_name(data['role'])}".strip()
    return ""


AT = Column("at", gettext_lazy("时间"), value="at", kind="datetime", sort="at")
WHO = Column("who", gettext_lazy("谁"), value=_who, primary=True)
UNIT = Column("unit", gettext_lazy("单位"), value="unit")
WHAT = Column("what", gettext_lazy("内容"), value=_what)
WHY = Column("why", gettext_lazy("原因"), value=lambda row: row.data.get("reason") or row.data.get("to", ""))


class LookList(ListPage[Any]):
    key = "looks"
    title = gettext_lazy("谁看过")
    unit = gettext_lazy("次")
    columns = (
        WHO,
        UNIT,
        Column("what", gettext_lazy("内容"), value=lambda row: _what(row) or str(_ACTION_WORDS[row.action])),
        WHY,
        AT,
    )
    order = "-at"
    exportable = False
    empty_icon = "eye"
    empty_title = gettext_lazy("没有人查看过")
    empty_text = gettext_lazy("手机号、身份证号和学籍号平时都遮住；谁查看了完整内容，会记在这里。")


def _years(request: HttpRequest) -> list[tuple[str, str]]:
    now = timezone.localdate().year
    return [(str(year), str(year)) for year in range(now, now - YEARS, -1)]


def _in_year(rows: "QuerySet[Any]", value: str) -> "QuerySet[Any]":
    return rows.filter(at__year=int(value))


class AuditList(ListPage[Any]):
    key = "audit"
    title = gettext_lazy("查看和授权记录")
    unit = gettext_lazy("条")
    columns = (
        WHO,
        UNIT,
        Column("action", gettext_lazy("操作"), value=lambda row: _ACTION_WORDS.get(row.action, row.action)),
        Column("about", gettext_lazy("涉及的人"), value="about"),
        WHAT,
        WHY,
        AT,
    )
    filters = (
        Filter("year", gettext_lazy("年份"), _years, apply=_in_year),
        Filter("action", gettext_lazy("操作"), ACTIONS),
    )
    search = ("actor_name", "about")
    search_hint = gettext_lazy("谁，或者涉及的人")
    order = "-at"
    export_action = AUDIT_EXPORTED


@never_cache
@require_safe
@guarded_by_object("privacy.read_looks")
def looks(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Every look at a person's sealed facts, with the reason given."""
    actor, person = acting(request), find_person(request, pk)
    require(rules.may_read_looks, actor, person)
    context = {"person": person, "may_export": bool(check(rules.may_export_data, actor, person))}
    return LookList(request, queries.looks_at(person)).respond("privacy/looks.html", context)


@never_cache
@require_POST
@guarded_by_object("privacy.export_data")
def export(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The copy, as a file."""
    person = find_person(request, pk)
    response = HttpResponse(services.export_personal_data(person, by=acting(request)), content_type="application/zip")
    name = _("个人信息副本-%(day)s.zip") % {"day": f"{timezone.localdate():%Y%m%d}"}
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name)
    response["Cache-Control"] = "no-store"
    return response


@never_cache
@require_safe
@guarded("privacy.read_audit")
def audit(request: HttpRequest) -> HttpResponse:
    """Looks, copies and grants of one's subtree, year by year, to be taken out for the yearly audit."""
    return AuditList(request, queries.audited_below(acting(request))).respond("privacy/audit.html")
