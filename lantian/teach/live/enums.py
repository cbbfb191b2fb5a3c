from django.db import models
from django.utils.translation import gettext_lazy as _


class SessionState(models.TextChoices):
    WAITING = "waiting", _("等待开播")
    LIVE = "live", _("正在直播")
    INTERRUPTED = "interrupted", _("信号中断")
    ENDED = "ended", _("已结束")


OPEN_STATES = (SessionState.WAITING, SessionState.LIVE, SessionState.INTERRUPTED)


class EndReason(models.TextChoices):
    TEACHER = "teacher", _("教师下课")
    PLANNED = "planned", _("到时自动结束")
    SILENT = "silent", _("教师端长时间离线")
    CANCELLED = "cancelled", _("课程取消")
    LIMIT = "limit", _("达到时长或容量上限")


class NodeState(models.TextChoices):
    SERVING = "serving", _("在服务")
    DRAINING = "draining", _("正在移走课堂")
    GONE = "gone", _("已停止")


class AttendanceKind(models.TextChoices):
    CLASS = "class", _("班级")
    PERSON = "person", _("个人")
    GUEST = "guest", _("游客")
    OBSERVER = "observer", _("听课人员")


class UploadState(models.TextChoices):
    WAITING = "waiting", _("等待处理")
    WORKING = "working", _("正在处理")
    READY = "ready", _("可以使用")
    FAILED = "failed", _("处理失败")


class PollType(models.TextChoices):
    ONE = "one", _("单选")
    MANY = "many", _("多选")
    TEXT = "text", _("简短文字")
