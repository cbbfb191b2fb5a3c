from django.db import models
from django.utils.translation import gettext_lazy as _


class AllianceState(models.TextChoices):
    ACTIVE = "active", _("进行中")
    ENDED = "ended", _("已结束")


class AlliancePart(models.TextChoices):
    SENDING = "sending", _("主讲学校")
    RECEIVING = "receiving", _("接收学校")


class LessonState(models.TextChoices):
    PLANNED = "planned", _("未开始")
    LIVE = "live", _("正在直播")
    ENDED = "ended", _("已结束")
    CANCELLED = "cancelled", _("已取消")


class LessonAccess(models.TextChoices):
    ALLIANCE = "alliance", _("联盟内")
    PUBLIC = "public", _("公开")


class Weeks(models.TextChoices):
    """Which weeks of the term an entry of the timetable holds in; the first week is odd."""

    EVERY = "every", _("每周")
    ODD = "odd", _("单周")
    EVEN = "even", _("双周")


class TimetableState(models.TextChoices):
    DRAFT = "draft", _("草稿")
    PUBLISHED = "published", _("已发布")
    WITHDRAWN = "withdrawn", _("已撤下")


class ChangeKind(models.TextChoices):
    CANCELLED = "cancelled", _("停课")
    SUBSTITUTE = "substitute", _("代课")
    MOVED = "moved", _("调课")


class Settlement(models.TextChoices):
    """What a receiving class does about a period that does not fit its day."""

    RECEIVE = "receive", _("照常接收，本校的课让开")
    REPLAY = "replay", _("不接收直播，另找时间看回放")
    SKIP = "skip", _("这一节不参加")


WEEKDAYS = (_("周一"), _("周二"), _("周三"), _("周四"), _("周五"), _("周六"), _("周日"))
FIT_WORDS = {
    "fits": _("正合适"),
    "taken": _("本班这一节有别的课"),
    "shifted": _("和本校上下课时间差得多"),
    "spans": _("跨了本校的两节课"),
    "outside": _("不在本校的上课时间里"),
    "day_off": _("本校这一天不上课"),
}
