from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Cause(models.TextChoices):
    """Why a class did not attend a lesson that was planned for it; empty when it did. Decided by `engine/causes`."""

    CANCELLED = "cancelled", _("课取消了")
    NEVER_OPENED = "never_opened", _("主讲没有开播")
    NO_PICTURE = "no_picture", _("主讲开播了，没有画面")
    CUT_SHORT = "cut_short", _("主讲中途停了")
    TEACHER_LINE = "teacher_line", _("主讲线路断了")
    PLATFORM = "platform", _("平台故障")
    NO_SCREEN = "no_screen", _("班里没有登记大屏")
    SCREEN_OFF = "screen_off", _("大屏没有打开")
    CLASS_LINE = "class_line", _("本班网络断续")
    PLAYER = "player", _("浏览器放不出来")
    SOUND_BLOCKED = "sound_blocked", _("大屏没有声音")
    CAME_LATE = "came_late", _("班级来晚了")
    LEFT_EARLY = "left_early", _("班级提前退出")
    UNKNOWN = "unknown", _("原因不明")


# Whose matter it is: where the officer turns to.
SIDES = {
    "sending": (Cause.CANCELLED, Cause.NEVER_OPENED, Cause.NO_PICTURE, Cause.CUT_SHORT, Cause.TEACHER_LINE),
    "platform": (Cause.PLATFORM,),
    "receiving": (
        Cause.NO_SCREEN,
        Cause.SCREEN_OFF,
        Cause.CLASS_LINE,
        Cause.PLAYER,
        Cause.SOUND_BLOCKED,
        Cause.CAME_LATE,
        Cause.LEFT_EARLY,
        Cause.UNKNOWN,
    ),
}
SIDE_WORDS = {
    "sending": pgettext_lazy("side", "主讲一方"),
    "platform": pgettext_lazy("side", "平台"),
    "receiving": pgettext_lazy("side", "接收一方"),
}


class Word(models.TextChoices):
    """What a person says about a class in a lesson, over what was measured."""

    ATTENDED = "attended", _("到课")
    MISSED = "missed", _("没有到课")
    MEASURED = "measured", _("以系统记录为准")


class Span(models.TextChoices):
    """How long a stretch is looked at."""

    DAY = "day", pgettext_lazy("span", "日")
    WEEK = "week", pgettext_lazy("span", "周")
    TERM = "term", pgettext_lazy("span", "学期")


class Side(models.TextChoices):
    """From which end lessons are counted."""

    RECEIVING = "receiving", _("接收的课")
    SENDING = "sending", _("送出的课")


class FaultKind(models.TextChoices):
    """What somebody in the room says is wrong; one button each."""

    NO_TEACHER = "no_teacher", _("到点了，老师没来")
    NO_PICTURE = "no_picture", _("看不到画面")
    NO_SOUND = "no_sound", _("听不到声音")
    STUTTER = "stutter", _("画面卡住、断断续续")
    SCREEN = "screen", _("大屏或电脑坏了")
    NETWORK = "network", _("学校断网了")
    CANNOT_OPEN = "cannot_open", _("开不了播")
    OTHER = "other", _("别的问题")


class TicketState(models.TextChoices):
    OPEN = "open", _("等待受理")
    TAKEN = "taken", _("正在处理")
    SOLVED = "solved", _("已解决")
    CLOSED = "closed", _("已关闭")


WAITING = (TicketState.OPEN, TicketState.TAKEN)


class Act(models.TextChoices):
    """What was done to a ticket."""

    RAISED = "raised", _("报告了故障")
    TAKEN = "taken", _("开始处理")
    COMMENT = "comment", pgettext_lazy("ticket", "说明")
    HANDED_UP = "handed_up", _("转给上级")
    ESCALATED = "escalated", _("超时未解决，自动转给上级")
    SOLVED = "solved", _("解决了")
    REOPENED = "reopened", _("没有解决，重新打开")
    CLOSED = "closed", _("关闭了")
