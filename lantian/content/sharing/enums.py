from django.db import models
from django.utils.translation import gettext_lazy as _


class BulkState(models.TextChoices):
    """How far an import of a folder is."""

    MAPPING = "mapping", _("等待核对")
    READING = "reading", _("正在读表")
    RUNNING = "running", _("正在导入")
    DONE = "done", _("导入完了")
    CANCELLED = "cancelled", _("已停止")
    FAILED = "failed", _("没有办成")


WORKING = (BulkState.READING, BulkState.RUNNING)


class RowState(models.TextChoices):
    """What became of one row."""

    WAITING = "waiting", _("还没有办")
    IMPORTED = "imported", _("导入了")
    CHANGED = "changed", _("出了新版本")
    SAME = "same", _("和上次一样")
    THERE = "there", _("同样的文件已经有了")
    REFUSED = "refused", _("没有导入")


class PartKind(models.TextChoices):
    """What a thing in a Common Cartridge is. The first three are taken."""

    FILE = "file", _("文件")
    PAGES = "pages", _("网页")
    LINK = "link", _("链接")
    DISCUSSION = "discussion", _("讨论")
    ASSESSMENT = "assessment", _("测验")
    BANK = "bank", _("题库")
    LTI = "lti", _("外部工具（LTI）")
    ASSIGNMENT = "assignment", _("作业")
    ASSOCIATED = "associated", _("原平台的设置")
    INSIDE = "inside", _("网页里用的文件")
    MISSING = "missing", _("包里没有")
    OTHER = "other", _("别的")


TAKEN = (PartKind.FILE, PartKind.PAGES, PartKind.LINK)


class PartState(models.TextChoices):
    """What became of a thing in a Common Cartridge."""

    WAITING = "waiting", _("还没有办")
    IMPORTED = "imported", _("导入了")
    CHANGED = "changed", _("出了新版本")
    SAME = "same", _("已经导入过")
    INSIDE = "inside", _("在网页里面")
    LEFT = "left", _("没有选")
    KEPT = "kept", _("还不能导入，留在原件里")
    REFUSED = "refused", _("没有导入")


class Show(models.TextChoices):
    """What becomes of the resources of another region."""

    REVIEW = "review", _("先看过再公开")
    SHOWN = "shown", _("公开")
    HIDDEN = "hidden", _("不公开")


class Every(models.IntegerChoices):
    """How often another region is asked, in hours."""

    NEVER = 0, _("只在有人点的时候")
    DAY = 24, _("每天")
    WEEK = 168, _("每周")


class HarvestState(models.TextChoices):
    RUNNING = "running", _("正在采集")
    WAITING = "waiting", _("对方请稍后再来")
    DONE = "done", _("采集完了")
    CANCELLED = "cancelled", _("已停止")
    FAILED = "failed", _("没有办成")


UNDER_WAY = (HarvestState.RUNNING, HarvestState.WAITING)
