from django.db import models
from django.utils.translation import gettext_lazy as _


class WorkflowState(models.TextChoices):
    DRAFT = "draft", _("还没有开放")
    OPEN = "open", _("正在受理")
    CLOSED = "closed", _("停止受理")


class ApplicationState(models.TextChoices):
    DRAFT = "draft", _("草稿")
    REVIEW = "review", _("审批中")
    RETURNED = "returned", _("退回修改")
    APPROVED = "approved", _("通过")
    REJECTED = "rejected", _("不通过")
    WITHDRAWN = "withdrawn", _("已撤回")


# In these an application waits for its applicant; in LIVE ones it is not over.
WITH_APPLICANT = (ApplicationState.DRAFT, ApplicationState.RETURNED)
LIVE = (*WITH_APPLICANT, ApplicationState.REVIEW)


class TaskState(models.TextChoices):
    OPEN = "open", _("待办")
    DONE = "done", _("已办")
    MOVED = "moved", _("转到上级")
    DROPPED = "dropped", _("不用办了")


class Verdict(models.TextChoices):
    APPROVE = "approve", _("同意")
    RETURN = "return", _("退回修改")
    REJECT = "reject", _("不同意")


class Happened(models.TextChoices):
    """What a line of an application's history says."""

    BEGUN = "begun", _("开始填写")
    SUBMITTED = "submitted", _("提交")
    OPENED = "opened", _("送到")
    APPROVED = "approved", _("同意")
    RETURNED = "returned", _("退回修改")
    REJECTED = "rejected", _("不同意")
    MOVED = "moved", _("超过期限，转到上级")
    PASSED = "passed", _("超过期限，按同意办理")
    WITHDRAWN = "withdrawn", _("撤回")
    APPEALED = "appealed", _("申诉")
    GRANTED = "granted", _("办结：通过")
    REFUSED = "refused", _("办结：不通过")
