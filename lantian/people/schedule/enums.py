from django.db import models
from django.utils.translation import gettext_lazy as _


class AllianceKind(models.TextChoices):
    """What an alliance is for. The sentences are those of `ALLIANCE_WORDS`."""

    BROADCAST = "broadcast", _("专递课堂")
    SCHOOL_ONLINE = "school_online", _("名校网络课堂")
    MASTER = "master", _("名师课堂")
    NETWORK_SCHOOL = "network_school", _("网络联校")
    COMMUNITY = "community", _("教共体")
    HELPING = "helping", _("结对帮扶")


ALLIANCE_WORDS = {
    AllianceKind.BROADCAST: _("为开不齐课的学校按课表同步上课，接收班级由本校老师辅助。"),
    AllianceKind.SCHOOL_ONLINE: _("名校把整周的课送给别的学校，学校之间按课表对上。"),
    AllianceKind.MASTER: _("名师开专题课，学校自愿接收，也可以看回放。"),
    AllianceKind.NETWORK_SCHOOL: _("中心学校带教学点，同一张课表、一起备课、统一考核。"),
    AllianceKind.COMMUNITY: _("几所学校结成教育共同体，互相送课，共同教研。"),
    AllianceKind.HELPING: _("一所学校帮扶另一所，定班定课，长期结对。"),
}


class InvitationState(models.TextChoices):
    SENT = "sent", _("等待答复")
    ACCEPTED = "accepted", _("已同意")
    DECLINED = "declined", _("没有同意")
    EXPIRED = "expired", _("过期未答复")
    WITHDRAWN = "withdrawn", _("已收回")


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


# The tone of a badge that says it.
LESSON_TONES = {"planned": "info", "live": "live", "ended": "neutral", "cancelled": "warn"}


class LessonAccess(models.TextChoices):
    """Who may see a lesson. A rehearsal has no class, neither its own nor receiving ones: nobody is disturbed by it."""

    ALLIANCE = "alliance", _("联盟内")
    PUBLIC = "public", _("公开")
    REHEARSAL = "rehearsal", _("试讲")


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


TAKEN_BACK = "taken_back"  # what a change of a day becomes in its event when it holds no more
BY_TIMETABLE = "timetable"  # the reason why a lesson was cancelled that the timetable no longer has


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
