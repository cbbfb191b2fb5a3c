"""Imports of folders: where they may come from, how they stand, what is wrong with a row in words."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.db.models import Count, Min, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from lantian.content.resources.enums import Audience, Licence, Purpose, Reach
from lantian.content.sharing.engine.columns import Fault, Words, known_words
from lantian.content.sharing.enums import RowState
from lantian.content.sharing.errors import NoRoot
from lantian.content.sharing.models import BulkRow, BulkRun, Origin
from lantian.content.taxonomy import queries as taxonomy
from lantian.kernel.rules import ANONYMOUS, Actor
from lantian.people.roster import queries as roster
from lantian.people.roster.enums import Role, Stage, Subject

if TYPE_CHECKING:
    from lantian.kernel.rules import Text
    from lantian.people.roster.models import Organization

SHEETS = (".csv", ".tsv", ".xlsx")
MOST_LISTED, DEEPEST = 200, 4
TITLES: "dict[str, Text]" = {
    "title": lazy("名称"),
    "path": lazy("文件"),
    "url": lazy("网址"),
    "key": lazy("原系统编号"),
    "words": lazy("简介"),
    "purpose": lazy("是什么"),
    "subject": lazy("学科"),
    "stage": lazy("学段"),
    "grade": lazy("年级"),
    "nodes": lazy("教材、知识点编码"),
    "keywords": lazy("关键词"),
    "licence": lazy("使用许可"),
    "rights_holder": lazy("权利人"),
    "audience": lazy("给哪些人看"),
    "reach": lazy("给谁用"),
    "language": lazy("语言"),
    "date": lazy("日期"),
    "source": lazy("出处"),
}
FAULT_WORDS: "dict[str, Text]" = {
    "empty": lazy("没有填"),
    "long": lazy("最多 %(value)s 个字"),
    "unknown": lazy("不认识“%(value)s”"),
    "date": lazy("“%(value)s”不是日期"),
    "url": lazy("“%(value)s”不是网址"),
    "node": lazy("没有编码是“%(value)s”的章节或知识点"),
    "licence": lazy("公开的资源要写明使用许可"),
    "closed": lazy("“保留所有权利”的资源只能在本单位用"),
}
NOT_READ_WORDS: "dict[str, Text]" = {
    "empty": lazy("表里没有内容"),
    "xls": lazy("不能读 .xls，请另存为 .xlsx 或 CSV"),
    "many": lazy("行数太多，最多 %(value)s 行"),
    "wide": lazy("列太多，最多 %(value)s 列"),
    "encoding": lazy("看不出文件是什么编码，请另存为 UTF-8"),
    "not_csv": lazy("这不是 CSV 表格"),
    "broken": lazy("表格已损坏或设有密码，打不开"),
    "bomb": lazy("表格展开后大得不正常，不能使用"),
}


def fault_words(fault: Fault) -> str:
    """The fault as a sentence in the language in force."""
    return f"{TITLES[fault.column]}{_('：')}{FAULT_WORDS[fault.code] % {'value': fault.value}}"


def words() -> Words:
    """Our values by what people call them."""
    languages = [("zh-CN", "中文"), ("en", "英语"), ("bo", "藏语"), ("ii", "彝语"), ("zxx", "无")]  # i18n: data
    lists = {
        "subject": Subject,
        "stage": Stage,
        "purpose": Purpose,
        "licence": Licence,
        "reach": Reach,
        "audience": Audience,
    }
    return known_words(
        {name: [(str(v), str(w)) for v, w in each.choices] for name, each in lists.items()} | {"language": languages}
    )


# Places ---------------------------------------------------------------------------------------------------------------------


def root() -> Path:
    """The folder that all imports come from. Raises NoRoot."""
    if not settings.LANTIAN_IMPORT_ROOT:
        raise NoRoot
    found = Path(settings.LANTIAN_IMPORT_ROOT).resolve()
    if not found.is_dir():
        raise NoRoot
    return found


def folders_of(actor: Actor) -> list[str]:
    """Folders below the root that the actor may import from ("": all): operators all, officers those that are called as their
    office or have its code. Two queries at most. Raises NoRoot.
    """
    top = root()
    if actor.is_system or actor.has_role(Role.OPERATOR):
        return [""]
    if actor.grant is None:
        return []
    unit = roster.organizations_known([actor.grant.organization_id]).first()
    names = [name for name in (unit.code, unit.name, unit.short_name) if name] if unit else []
    return [name for name in dict.fromkeys(names) if (top / name).is_dir() and not (top / name).is_symlink()]


def places_for(actor: Actor) -> list[str]:
    """Spreadsheets that the actor may import by, as paths below the root; the first of them, when there are very many. Raises
    NoRoot.
    """
    top, found = root(), list[str]()
    for name in folders_of(actor):
        for path in _sheets(top / name, DEEPEST):
            found.append(path.relative_to(top).as_posix())
            if len(found) >= MOST_LISTED:
                return sorted(found)
    return sorted(found)


def _sheets(folder: Path, deep: int) -> Iterator[Path]:
    try:
        entries = sorted(folder.iterdir())
    except OSError:
        return
    for entry in entries:
        if entry.name.startswith(".") or entry.is_symlink():
            continue
        if entry.suffix.lower() in SHEETS and entry.is_file():
            yield entry
        elif deep > 1 and entry.is_dir():
            yield from _sheets(entry, deep - 1)


# Runs -----------------------------------------------------------------------------------------------------------------------


def units_of(actor: Actor) -> "QuerySet[Organization]":
    """Units that one may bring resources in for, one's own first."""
    path = actor.grant.path if actor.grant else ""
    rows = roster.every_organization()
    return rows.filter(path__within=path, is_active=True).order_by("path") if path else rows.none()


def imports_visible_to(actor: Actor) -> QuerySet[BulkRun]:
    """Those of the units that one imports for."""
    rows = BulkRun.objects.select_related("organization", "created_by")
    if actor.grant is None or not actor.has_role(Role.OFFICER, Role.OPERATOR):
        return rows.none()
    return rows.filter(organization__path__within=actor.grant.path)


def counts_of(run: BulkRun) -> dict[str, int]:
    """Rows by what became of them. One query while it is under way."""
    if run.counts:
        return {state: int(run.counts.get(state, 0)) for state in RowState.values}
    found = dict(run.rows.order_by().values_list("state").annotate(n=Count("pk")))
    return {state: found.get(state, 0) for state in RowState.values}


def report_of(run: BulkRun) -> QuerySet[BulkRow]:
    """Rows in their order."""
    return run.rows.select_related("resource").order_by("line")


def waiting_rows(run: BulkRun, most: int) -> list[BulkRow]:
    return list(run.rows.filter(state=RowState.WAITING).order_by("line")[:most])


def first_lines(run: BulkRun, keys: Iterable[str]) -> dict[str, int]:
    """The first line of a run with each of these ids. One query."""
    rows = run.rows.filter(key__in={key for key in keys if key}).order_by().values_list("key")
    return dict(rows.annotate(first=Min("line")))


def nodes_coded(codes: Iterable[str]) -> dict[str, list[tuple[UUID, str]]]:
    """Nodes of textbooks and points in use, by their codes: (id, subject) of each. One query."""
    rows = taxonomy.nodes_visible_to(ANONYMOUS).filter(
        code__in=set(codes), retired_at=None, framework__state="published"
    )
    found: dict[str, list[tuple[UUID, str]]] = {}
    for code, pk, subject in rows.order_by("pk").values_list("code", "pk", "framework__subject"):
        found.setdefault(code, []).append((pk, subject))
    return found


def origins_of(organization_id: UUID, source: str, keys: Iterable[str]) -> dict[str, Origin]:
    """What was imported before, by what the old system calls it. One query."""
    rows = Origin.objects.filter(organization=organization_id, source=source, key__in=list(keys))
    return {row.key: row for row in rows}


def origin_of(resource_id: UUID) -> Origin | None:
    return Origin.objects.filter(Q(resource=resource_id)).first()
