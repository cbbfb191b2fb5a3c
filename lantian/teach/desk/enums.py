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


class AlarmKind(models.TextChoices):
    """What is wrong with lessons at this moment. Found by `engine/alarms`."""

    UNHEARD = "unheard", _("直播服务没有应答")
    PLATFORM = "platform", _("好几节课同时卡住")
    DISK = "disk", _("磁盘快满了")
    OFFSITE = "offsite", _("对象存储没有应答")
    NOT_OPENED = "not_opened", _("到点没有开播")
    NO_PICTURE = "no_picture", _("开播了，没有画面")
    SILENT = "silent", _("主讲的画面断了")
    SENDING = "sending", _("这节课大面积卡住")
    ABSENT = "absent", _("多数班级没有到")
    LINE = "line", _("一所学校的画面停了")


# Why it is said, with the alarm's `n` and `of` (`span`: n seconds in words), and what to do.
ALARM_WORDS = {
    AlarmKind.UNHEARD: (
        _("%(of)s 节课超过一分钟没有新的记录，最久的 %(span)s。"),
        _("请平台运维看直播进程是否在运行并重启它：教师和大屏会自己接回来，已收到的画面都在。"),
    ),
    AlarmKind.PLATFORM: (
        _("%(of)s 节直播里有 %(n)s 节，三分之一以上的班级画面停着。"),
        _("不是某一所学校的网络。请平台运维查服务器出口带宽和前端服务。"),
    ),
    AlarmKind.DISK: (
        _("可用空间只有 %(n)s GB，低于预留，新的课开不了播。"),
        _("请平台运维清理或扩容；正在上的课可以上完。"),
    ),
    AlarmKind.OFFSITE: (
        _("课堂分段已经 %(span)s传不上去，最慢的一节落后 %(of)s 秒。"),
        _("课照常上，分段都在本机磁盘，恢复后会自己补传。请平台运维用 lantian s3 查对象存储和到它的网络。"),
    ),
    AlarmKind.NOT_OPENED: (
        _("上课 %(n)s 分钟了，主讲还没有打开教室。"),
        _("给主讲学校打电话；来不了就请学校改派老师。接收班级可以先看上一节回放。"),
    ),
    AlarmKind.NO_PICTURE: (
        _("上课 %(n)s 分钟了，教室开着，一帧画面也没有收到。"),
        _("请主讲看浏览器有没有允许摄像头和麦克风，刷新教室页面再开播。"),
    ),
    AlarmKind.SILENT: (
        _("主讲的画面已经 %(span)s没有来，班级停在最后一帧。"),
        _("请主讲看网络是否断了，换网线或手机热点；页面会自己接着传，不必重新开播。"),
    ),
    AlarmKind.SENDING: (
        _("在听的 %(of)s 个班里有 %(n)s 个画面停着，别的课正常。"),
        _("是主讲一方：请主讲关掉别的上传和下载，换有线网络。"),
    ),
    AlarmKind.ABSENT: (
        _("应到 %(of)s 个班，%(n)s 个没有到。"),
        _("打开这节课，看是哪些学校，请他们打开大屏。"),
    ),
    AlarmKind.LINE: (
        _("这所学校在听的 %(of)s 个班画面全停着，别的学校正常。"),
        _("是学校的线路：请学校看路由器和出口，停掉别的下载，可以换手机热点。"),
    ),
}


class Condition(models.TextChoices):
    """How a class does in a lesson at this moment."""

    STUCK = "stuck", _("画面停着")
    AWAY = "away", _("不在线")
    HERE = "here", pgettext_lazy("condition", "在听")
