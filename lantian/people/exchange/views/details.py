"""What a run found, and what it would do, row by row."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from lantian.kernel.web.guards import acting, get_visible_or_404, guarded_by_object
from lantian.kernel.web.lists import Column, Filter, ListPage
from lantian.people.exchange import queries
from lantian.people.exchange.enums import Entity, RowAction, Severity
from lantian.people.exchange.models import Finding, StagedRow
from lantian.people.roster.queries import gender_name, grade_words, role_name

ROW_TONES = {"create": "ok", "change": "info", "remove": "warn", "skip": "neutral"}
NAMES = {
    "name": gettext_lazy("名称"),
    "title": gettext_lazy("名称"),
    "short_name": gettext_lazy("简称"),
    "code": gettext_lazy("代码"),
    "stages": gettext_lazy("学段"),
    "setting": gettext_lazy("城乡"),
    "is_active": gettext_lazy("启用"),
    "parent": gettext_lazy("上级单位"),
    "starts_on": gettext_lazy("开始"),
    "ends_on": gettext_lazy("结束"),
    "kind": gettext_lazy("类型"),
    "stage": gettext_lazy("学段"),
    "grade": gettext_lazy("年级"),
    "number": gettext_lazy("班号"),
    "entry_year": gettext_lazy("入学年份"),
    "course": gettext_lazy("课程"),
    "subjects": gettext_lazy("学科"),
    "grades": gettext_lazy("年级"),
    "birth_date": gettext_lazy("出生日期"),
    "gender": gettext_lazy("性别"),
    "phone": gettext_lazy("手机号"),
    "citizen_id": gettext_lazy("身份证号"),
    "student_number": gettext_lazy("学籍号"),
    "guardians": gettext_lazy("监护人"),
    "person": gettext_lazy("人员"),
    "organization": gettext_lazy("单位"),
    "class_group": gettext_lazy("班级"),
    "role": gettext_lazy("身份"),
    "subject": gettext_lazy("学科"),
    "valid_from": gettext_lazy("开始"),
    "valid_to": gettext_lazy("结束"),
}
# Ids say nothing to a reader, sealed facts are not shown: that they change is.
UNSAID = {
    "parent",
    "course",
    "phone",
    "citizen_id",
    "student_number",
    "guardians",
    "person",
    "organization",
    "class_group",
}


class FindingList(ListPage[Finding]):
    key = "findings"
    title = gettext_lazy("问题")
    unit = gettext_lazy("个问题")
    columns = (
        Column(
            "severity",
            gettext_lazy("类别"),
            value=lambda one: one.get_severity_display(),
            kind="badge",
            tone=lambda one: "error" if one.severity == Severity.ERROR else "warn",
        ),
        Column("file", gettext_lazy("文件"), value=lambda one: one.file),
        Column("row_no", gettext_lazy("行"), kind="number", sort="row_no"),
        Column("column", gettext_lazy("列"), value=lambda one: one.column),
        Column("words", gettext_lazy("问题"), value=queries.finding_words, primary=True),
    )
    filters = (
        Filter("severity", gettext_lazy("类别"), Severity.choices),
        Filter("entity", gettext_lazy("内容"), Entity.choices),
    )
    search = ("file", "column", "code")
    search_hint = gettext_lazy("文件或列")
    empty_icon = "circle-check"
    empty_title = gettext_lazy("没有发现问题")


def _value(row: StagedRow, name: str, value: Any) -> str:
    if value is None or value == "":
        return _("（空）")
    if name in {"role", "gender"}:
        return role_name(str(value)) if name == "role" else gender_name(str(value))
    if name in {"grade", "grades"}:
        stage = str(row.data.get("stage") or "")
        return _("、").join(grade_words(each, stage) for each in (value if isinstance(value, list) else [value]))
    return _("、").join(map(str, value)) if isinstance(value, list) else str(value)


def _difference(row: StagedRow) -> str:
    """Before → after of each fact that changes."""
    said = []
    for name, before in (row.before or {}).items():
        label = str(NAMES.get(name, name))
        if name in UNSAID:
            said.append(label)
        else:
            after = True if name == "is_active" else row.data.get(name)
            said.append(
                _("%(what)s：%(before)s → %(after)s")
                % {"what": label, "before": _value(row, name, before), "after": _value(row, name, after)}
            )
    return _("；").join(said)


def _what(row: StagedRow) -> str:
    """The record's own name, or who it is about."""
    own = row.data.get("name") or row.data.get("title")
    return str(own or getattr(row, "person_name", "") or getattr(row, "staged_name", "") or row.key)


class RowList(ListPage[StagedRow]):
    key = "import_rows"
    title = gettext_lazy("差异")
    unit = gettext_lazy("条")
    columns = (
        Column("entity", gettext_lazy("内容"), value=lambda row: row.get_entity_display()),
        Column(
            "action",
            gettext_lazy("处理"),
            value=lambda row: row.get_action_display(),
            kind="badge",
            tone=lambda row: ROW_TONES.get(row.action, "neutral"),
        ),
        Column("what", gettext_lazy("名称"), value=_what, primary=True),
        Column("where", gettext_lazy("单位"), value=lambda row: getattr(row, "unit_name", "") or ""),
        Column("difference", gettext_lazy("变化"), value=_difference),
        Column("row_no", gettext_lazy("行"), value=lambda row: row.row_no or None, kind="number", sort="row_no"),
    )
    filters = (
        Filter("entity", gettext_lazy("内容"), Entity.choices),
        Filter("action", gettext_lazy("处理"), [pair for pair in RowAction.choices if pair[0] != RowAction.LEAVE]),
    )
    search = ("key", "data__name")
    search_hint = gettext_lazy("姓名或编号")
    empty_icon = "equal"
    empty_title = gettext_lazy("和名册一样，没有差异")


@never_cache
@require_safe
@guarded_by_object("exchange.view_run")
def import_findings(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """What is wrong in the file: where, what, and what to do. As a file for whoever has to mend it."""
    run = get_visible_or_404(queries.runs_visible_to(acting(request)), pk=run_id)
    return FindingList(request, queries.findings_of(run)).respond("exchange/import_findings.html", {"run": run})


@never_cache
@require_safe
@guarded_by_object("exchange.view_run")
def import_rows(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """What would be new, change and leave."""
    run = get_visible_or_404(queries.runs_visible_to(acting(request)), pk=run_id)
    return RowList(request, queries.staged_rows(run)).respond("exchange/import_rows.html", {"run": run})
