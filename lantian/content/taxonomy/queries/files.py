"""Frameworks as rows and as CASE, for files and for software that asks."""

from collections import defaultdict
from collections.abc import Iterable
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from lantian.content.taxonomy.engine import case
from lantian.content.taxonomy.engine.judging import Difference, difference
from lantian.content.taxonomy.engine.rows import Fault, Row
from lantian.content.taxonomy.enums import FrameworkKind, FrameworkState, LinkKind, NodeKind
from lantian.content.taxonomy.models import Framework, Link, Node, Upload
from lantian.content.taxonomy.queries.trees import tree_of
from lantian.people.roster.engine.codes.subjects import OFFICIAL_NAMES, code_of

FAULT_WORDS = {
    "empty": _("没有填"),
    "long": _("最多 %(value)s 个字"),
    "code": _("编码“%(value)s”里不能有空格、逗号、顿号和分号，最多 60 个字"),
    "grade": _("“%(value)s”不是 1 到 12 年级"),
    "term": _("“%(value)s”不是上册、下册或全一册"),
    "kind": _("没有“%(value)s”这一类"),
    "parent": _("没有编码是“%(value)s”的上级"),
    "place": _("这一类不能放在这个上级下面"),
    "twice": _("编码“%(value)s”用了不止一次"),
    "volume": _("这个年级的这一册不止一本"),
    "point": _("没有编码是“%(value)s”的知识点"),
    "self": _("写的是它自己"),
    "circle": _("绕成了一个圈：%(value)s"),
    "deep": _("层级太多，最多 %(value)s 层"),
    "column": _("不认识“%(value)s”这一列，没有读"),
    "column_twice": _("“%(value)s”这一列不止一个"),
    "elsewhere": _("这个标识在另一套里用着：%(value)s"),
    "case_item": _("这一项没有标识（UUID）或名称"),
    "case_association": _("有一条关联没有标明两端"),
}
NOT_READ_WORDS = {
    "large": _("文件太大，最多 %(value)s MB"),
    "many": _("行数太多，最多 %(value)s 行"),
    "encoding": _("看不出文件是什么编码，请另存为 UTF-8"),
    "not_csv": _("这不是 CSV 表格"),
    "not_json": _("这不是 JSON 文件"),
    "not_case": _("这不是 CASE 1.0 的 CFPackage：里面没有 CFItems"),
    "nothing": _("文件里没有内容"),
    "columns": _("缺少这些列：%(value)s"),
}
COLUMN_WORDS = {
    "code": _("编码"),
    "parent": _("上级编码"),
    "kind": _("类型"),
    "title": _("名称"),
    "words": _("别名"),
    "grade": _("年级"),
    "term": _("册次"),
    "points": _("知识点"),
    "requires": _("先学"),
    "related": _("相关"),
    "position": _("次序"),
}
WARNINGS = {"column"}


def fault_words(fault: Fault) -> str:
    """The fault as a sentence in the language in force."""
    return str(FAULT_WORDS[fault.code]) % {"value": fault.value}


def rows_of(framework: Framework) -> list[Row]:
    """The whole tree in use as rows. Two queries."""
    nodes = [branch.node for root in tree_of(framework) for branch in root.walk()]
    codes = {node.pk: node.code for node in nodes}
    lists: dict[str, dict[UUID, list[str]]] = defaultdict(lambda: defaultdict(list))
    for link in _links_of(framework):
        if link.kind == LinkKind.COVERS:
            lists["points"][link.origin_id].append(link.destination.code)
        elif link.kind == LinkKind.PRECEDES:
            lists["requires"][link.destination_id].append(link.origin.code)
        else:
            lists["related"][link.origin_id].append(link.destination.code)
    textbook = framework.kind == FrameworkKind.TEXTBOOK

    def listed(name: str, node: Node) -> tuple[str, ...]:
        return tuple(sorted(lists[name][node.pk]))

    return [
        Row(
            code=node.code,
            title=node.title,
            kind=str(node.kind),
            parent=codes.get(node.parent_id, "") if node.parent_id else "",
            words=node.words,
            grade=node.grade if node.kind in (NodeKind.VOLUME, NodeKind.POINT, NodeKind.AREA) else None,
            term=node.term if node.kind == NodeKind.VOLUME else None,
            points=listed("points", node) if textbook else None,
            requires=None if textbook else listed("requires", node),
            related=None if textbook else listed("related", node),
            ident=str(node.pk),
        )
        for node in nodes
    ]


def _links_of(framework: Framework) -> QuerySet[Link]:
    """Links that a framework's file tells: of its nodes in use, replacements left out."""
    rows = Link.objects.filter(origin__framework=framework).exclude(kind=LinkKind.REPLACED)
    rows = rows.filter(origin__retired_at=None, destination__retired_at=None)
    return rows.select_related("origin", "destination").order_by("pk")


def points_known(framework: Framework) -> dict[str, UUID]:
    """Codes of the knowledge points that a textbook's chapters may name: those of its subject that are in use. One query."""
    if framework.kind != FrameworkKind.TEXTBOOK:
        return {}
    rows = Node.objects.filter(kind=NodeKind.POINT, retired_at=None, framework__subject=framework.subject)
    rows = rows.filter(framework__state=FrameworkState.PUBLISHED)
    return dict(rows.order_by("framework__valid_from").values_list("code", "pk"))


def uploaded_rows(upload: Upload) -> list[Row]:
    return [Row.from_json(one) for one in upload.rows]


def uploaded_faults(upload: Upload) -> list[Fault]:
    return [Fault(**one) for one in upload.faults]


def difference_of(upload: Upload) -> Difference:
    """What applying the file would change by now. Two queries."""
    return difference(uploaded_rows(upload), rows_of(upload.framework))


# CASE ----------------------------------------------------------------------------------------------------------------------


def case_document(framework: Framework) -> case.Document:
    """`framework.organization` has to be there."""
    code = code_of(framework.subject, framework.stage or "primary")
    return case.Document(
        id=framework.pk,
        title=framework.name,
        creator=framework.organization.name,
        subject=OFFICIAL_NAMES.get(code or "", framework.get_subject_display()),
        state=framework.state,
        words=framework.words,
        changed_at=framework.changed_at,
        valid_from=framework.valid_from,
        valid_to=framework.valid_to,
    )


def case_item(node: Node) -> case.Item:
    """`node.framework` and `node.parent` have to be there."""
    return case.Item(
        id=node.pk,
        code=node.code,
        title=node.title,
        kind=node.kind,
        changed_at=node.changed_at,
        document=node.framework_id,
        document_title=node.framework.name,
        parent=node.parent_id,
        parent_title=node.parent.title if node.parent else "",
        position=node.position,
        words=node.words,
        grade=node.grade,
        term=node.term,
    )


def _association(link: Link) -> case.Association:
    return case.Association(
        id=link.pk,
        kind=link.kind,
        origin=link.origin_id,
        origin_title=link.origin.title,
        destination=link.destination_id,
        destination_title=link.destination.title,
        changed_at=link.created_at,
    )


def case_items(framework: Framework) -> list[case.Item]:
    """Its nodes in use, in order of the tree. One query."""
    found = []
    for root in tree_of(framework):
        for branch in root.walk():
            branch.node.framework = framework
            found.append(branch)
    nodes = {branch.node.pk: branch.node for branch in found}
    for node in nodes.values():
        if node.parent_id:
            node.parent = nodes.get(node.parent_id)
    return [case_item(branch.node) for branch in found]


def shown_links(*nodes: UUID) -> QuerySet[Link]:
    """Links of nodes whose both ends everybody may see."""
    rows = Link.objects.filter(Q(origin__in=nodes) | Q(destination__in=nodes)) if nodes else Link.objects.all()
    draft = FrameworkState.DRAFT
    rows = rows.exclude(origin__framework__state=draft).exclude(destination__framework__state=draft)
    return rows.select_related("origin", "destination").order_by("pk")


def case_links(framework: Framework) -> list[case.Association]:
    """Associations that begin at its nodes in use, and what replaced them. Two queries."""
    replaced = shown_links().filter(kind=LinkKind.REPLACED, origin__framework=framework)
    return [_association(link) for rows in (_links_of(framework), replaced) for link in rows]


def case_associations(links: Iterable[Link]) -> list[case.Association]:
    return [_association(link) for link in links]


def nodes_for_case() -> QuerySet[Node]:
    """What everybody may read of single items, retired ones too."""
    return Node.objects.exclude(framework__state=FrameworkState.DRAFT).select_related("framework", "parent")


def documents_for_case() -> QuerySet[Framework]:
    return Framework.objects.exclude(state=FrameworkState.DRAFT).select_related("organization").order_by("pk")
