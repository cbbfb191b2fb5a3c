"""Spreadsheets for tests: lists as schools send them, brought in as an officer does."""

import io
from typing import Any

from lantian.kernel.rules import Actor
from lantian.people.exchange import services
from lantian.people.exchange.models import ImportRun, SheetFile
from lantian.people.exchange.services.sheets.mapping import SheetAnswer
from lantian.people.roster.models import Organization

HEADS = ["学校名称", "班级", "姓名", "性别", "出生日期", "身份证号", "学籍号", "家长姓名", "联系电话", "与学生关系"]


def csv_of(heads: list[str], *rows: list[str], encoding: str = "gbk") -> bytes:
    return "\r\n".join(",".join(row) for row in [heads, *rows]).encode(encoding)


def pupil(name: str, klass: str = "三年级1班", school: str = "东小学", **more: str) -> list[str]:
    said = {"学校名称": school, "班级": klass, "姓名": name} | more
    return [said.get(head, "") for head in HEADS]


def send(files: "dict[str, bytes]", organization: Organization, by: Actor) -> ImportRun:
    """Upload and let the worker read; the run as it then stands."""
    uploads = [(name, io.BytesIO(content)) for name, content in files.items()]
    run = services.start_sheets(uploads, organization=organization, by=by)
    services.proceed(run.pk)
    return ImportRun.objects.get(pk=run.pk)


def settle(run: ImportRun, by: Actor, kind: str = "", **more: Any) -> ImportRun:
    """Accept what was guessed, and let the worker check."""
    answers = {
        sheet.pk: SheetAnswer(kind or sheet.kind, sheet.columns, sheet.organization_id, **more)
        for sheet in SheetFile.objects.filter(run=run)
    }
    services.settle_sheets(run, answers, by=by)
    services.proceed(run.pk)
    return ImportRun.objects.get(pk=run.pk)


def bring_sheets(files: "dict[str, bytes]", organization: Organization, by: Actor, **more: Any) -> ImportRun:
    run = send(files, organization, by)
    return settle(run, by, **more) if run.state == "mapping" else run


def found(run: ImportRun) -> list[tuple[Any, ...]]:
    """What is still wrong: (row, column, code)."""
    rows = run.findings.filter(corrected_at__isnull=True).order_by("file", "row_no", "id")
    return list(rows.values_list("row_no", "column", "code"))
