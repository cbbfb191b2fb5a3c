from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Category(models.TextChoices):
    """What a notice is about; people choose by it how they are told."""

    LESSON = "lesson", pgettext_lazy("notice", "课程")
    TIMETABLE = "timetable", pgettext_lazy("notice", "调课")
    SAFETY = "safety", pgettext_lazy("notice", "安全")
    ANNOUNCEMENT = "announcement", pgettext_lazy("notice", "通知")
    ROSTER = "roster", pgettext_lazy("notice", "名册和授权")
    PRIVACY = "privacy", pgettext_lazy("notice", "个人信息")
    WORKFLOW = "workflow", pgettext_lazy("notice", "办事")


class Urgency(models.TextChoices):
    NORMAL = "normal", _("一般")
    URGENT = "urgent", _("紧急")


class NoticeState(models.TextChoices):
    WAITING = "waiting", _("等待发送")
    SENDING = "sending", _("正在发送")
    SENT = "sent", _("已发送")
    STOPPED = "stopped", _("已停止")
    WITHDRAWN = "withdrawn", _("已撤回")


UNDER_WAY = (NoticeState.WAITING, NoticeState.SENDING)


class Group(models.TextChoices):
    """Groups of a class or of all units of a subtree."""

    STUDENT = "student", pgettext_lazy("audience", "学生")
    GUARDIAN = "guardian", pgettext_lazy("audience", "家长")
    TEACHER = "teacher", pgettext_lazy("audience", "任课教师")
    HOMEROOM = "homeroom_teacher", pgettext_lazy("audience", "班主任")
    STAFF = "staff", pgettext_lazy("audience", "教职工")
    HEAD = "school_head", pgettext_lazy("audience", "校长")
    IT = "school_it", pgettext_lazy("audience", "学校信息管理员")
    OFFICER = "officer", pgettext_lazy("audience", "教育局工作人员")


class Standing(models.TextChoices):
    """How far a recipient is with a notice."""

    UNREAD = "unread", _("未读")
    READ = "read", _("已读")
    CONFIRMED = "confirmed", _("已确认")


class Channel(models.TextChoices):
    """Ways beyond the inbox, which everybody has."""

    PUSH = "push", _("手机和电脑提醒")
    MAIL = "mail", _("邮件")
    SMS = "sms", _("短信")


class DeliveryState(models.TextChoices):
    WAITING = "waiting", _("等待发送")
    HELD = "held", _("免打扰时段，稍后发送")
    SENDING = "sending", _("正在发送")
    SENT = "sent", _("已发送")
    NEEDLESS = "needless", _("已在平台读过，不再发送")
    GIVEN_UP = "given_up", _("没有发出")


class Digest(models.TextChoices):
    NONE = "none", _("有消息就发")
    DAILY = "daily", _("每天汇总一次")
    WEEKLY = "weekly", _("每周汇总一次")


WEEKDAYS = (_("周一"), _("周二"), _("周三"), _("周四"), _("周五"), _("周六"), _("周日"))

# Which of the devices that take messages this browser is: signed, for its id alone.
DEVICE_COOKIE = "lantian_push"
