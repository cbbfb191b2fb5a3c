from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Entity(models.TextChoices):
    """Kinds of records, by their OneRoster file; in the order in which they are read, checked and applied."""

    ORGS = "orgs", pgettext_lazy("many", "单位")
    SESSIONS = "academicSessions", _("学期")
    COURSES = "courses", pgettext_lazy("taught", "课程")
    CLASSES = "classes", _("班级")
    USERS = "users", _("人员")
    DEMOGRAPHICS = "demographics", _("出生日期和性别")
    ROLES = "roles", _("单位身份")
    ENROLLMENTS = "enrollments", _("在班")


class RunKind(models.TextChoices):
    ONEROSTER = "oneroster", _("OneRoster 文件")
    SHEET = "sheet", _("表格")


class RunMode(models.TextChoices):
    """Whether what a file does not name leaves (bulk) or stays as it is (delta). A run may hold files of both kinds."""

    BULK = "bulk", _("全量")
    DELTA = "delta", _("增量")


class RunState(models.TextChoices):
    UPLOADED = "uploaded", _("等待读取")
    READING = "reading", _("正在读取")
    MAPPING = "mapping", _("等待说明各列")
    CHECKING = "checking", _("正在核对")
    CHECKED = "checked", _("等待确认")
    APPLYING = "applying", _("正在写入")
    APPLIED = "applied", _("已完成")
    FAILED = "failed", _("没有完成")
    CANCELLED = "cancelled", _("已取消")


# Nothing more happens to a run in one of these.
FINISHED = (RunState.APPLIED, RunState.FAILED, RunState.CANCELLED)
# A worker is at it, or will be.
WORKING = (RunState.UPLOADED, RunState.READING, RunState.CHECKING, RunState.APPLYING)


class RowAction(models.TextChoices):
    """What a row would do; empty until the run is checked."""

    CREATE = "create", _("新增")
    CHANGE = "change", _("修改")
    LEAVE = "leave", _("不变")
    REMOVE = "remove", _("离开")
    SKIP = "skip", _("不导入")


class Severity(models.TextChoices):
    ERROR = "error", _("错误")
    WARNING = "warning", _("提醒")


class SheetKind(models.TextChoices):
    """What a spreadsheet lists; the words of engine.sheets.fields.Kind."""

    STUDENTS = "students", _("学生名单")
    TEACHERS = "teachers", _("教师名单")
    GUARDIANS = "guardians", _("家长名单")
    CLASSES = "classes", _("班级名单")


class Complete(models.TextChoices):
    """What a list is complete for: whom it does not name there, leaves. By itself a list says nothing of whom it lacks."""

    NO = "", _("不完整：没有列出的人保持不变")
    CLASSES = "classes", _("所列班级的全部学生：没有列出的离开")
    SCHOOLS = "schools", _("所列学校的全部学生：没有列出的离开")


class ExportState(models.TextChoices):
    WAITING = "waiting", _("等待导出")
    RUNNING = "running", _("正在导出")
    READY = "ready", _("可以下载")
    EXPIRED = "expired", _("已过期")
    FAILED = "failed", _("没有完成")
    CANCELLED = "cancelled", _("已取消")


EXPORTING = (ExportState.WAITING, ExportState.RUNNING)
