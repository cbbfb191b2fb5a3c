from django.db import models
from django.utils.translation import gettext_lazy as _


class FrameworkKind(models.TextChoices):
    TEXTBOOK = "textbook", _("教材")
    POINTS = "points", _("知识点")


class FrameworkState(models.TextChoices):
    DRAFT = "draft", _("草稿")
    PUBLISHED = "published", _("在用")
    SUPERSEDED = "superseded", _("已有新版")
    RETIRED = "retired", _("停用")


class NodeKind(models.TextChoices):
    VOLUME = "volume", _("册")
    UNIT = "unit", _("单元")
    CHAPTER = "chapter", _("章（课）")
    SECTION = "section", _("节")
    AREA = "area", _("领域")
    POINT = "point", _("知识点")


# Which kinds may stand directly below which; None is the framework itself.
MAY_STAND_BELOW: dict[str, dict[str | None, tuple[str, ...]]] = {
    FrameworkKind.TEXTBOOK: {
        None: (NodeKind.VOLUME,),
        NodeKind.VOLUME: (NodeKind.UNIT, NodeKind.CHAPTER),
        NodeKind.UNIT: (NodeKind.CHAPTER,),
        NodeKind.CHAPTER: (NodeKind.SECTION,),
        NodeKind.SECTION: (),
    },
    FrameworkKind.POINTS: {
        None: (NodeKind.AREA,),
        NodeKind.AREA: (NodeKind.AREA, NodeKind.POINT),
        NodeKind.POINT: (NodeKind.POINT,),
    },
}


class Term(models.IntegerChoices):
    """Which half of the school year a volume is for."""

    WHOLE = 0, _("全一册")
    FIRST = 1, _("上册")
    SECOND = 2, _("下册")


class LinkKind(models.TextChoices):
    """From the first to the second: 减法 precedes 退位减法, a chapter covers a point, an old node is replaced by a new one."""

    PRECEDES = "precedes", _("先学")
    RELATED = "related", _("相关")
    COVERS = "covers", _("包含知识点")
    REPLACED = "replaced", _("改为")


# Kinds whose links must never lead back to where they began.
ACYCLIC = (LinkKind.PRECEDES, LinkKind.REPLACED)


class Action(models.TextChoices):
    """What was done, as a history shows it."""

    ADDED = "added", _("新增")
    CHANGED = "changed", _("修改")
    MOVED = "moved", _("移动")
    RETIRED = "retired", _("停用")
    RESTORED = "restored", _("恢复")
    MERGED = "merged", _("合并")
    SPLIT = "split", _("拆分")
    LINKED = "linked", _("建立关联")
    UNLINKED = "unlinked", _("取消关联")
    IMPORTED = "imported", _("导入")
    PUBLISHED = "published", _("发布")
    REVISED = "revised", _("修订新版")
    UNDONE = "undone", _("撤销")


# What can be taken back, while nothing newer was done to the same node.
UNDOABLE = (Action.CHANGED, Action.MOVED, Action.RETIRED, Action.RESTORED, Action.MERGED)


class FileForm(models.TextChoices):
    CSV = "csv", "CSV"
    CASE = "case", "CASE 1.0 JSON"
