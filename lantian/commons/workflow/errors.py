"""What can go wrong with an application or a definition, each with a sentence for the user."""

from django.utils.translation import gettext_lazy as _

from lantian.kernel.errors import Refusal


class WorkflowError(Refusal):
    """Base of this app's faults."""

    message = _("没有办成")


class KeyTaken(WorkflowError):
    """A unit calls each of its workflows by another name."""

    message = _("这个单位已经有同名的事项")


class NotReady(WorkflowError):
    """A definition that cannot be opened: no version was published."""

    message = _("表单和步骤还没有发布，不能开放")


class BadDefinition(WorkflowError):
    """A form or steps that do not hold together; the message says where."""

    message = _("表单或步骤不完整")


class NothingChanged(WorkflowError):
    """There is no draft to be published."""

    message = _("没有改动，不用发布")


class NotAccepting(WorkflowError):
    """Not open, or outside its dates."""

    message = _("现在不受理这个事项")


class AlreadyRunning(WorkflowError):
    """About one thing there is one application at a time."""

    message = _("已经有一份正在办理的申请")


class BadAnswers(WorkflowError):
    """Answers that the form does not take. `faults`: field → sentence."""

    message = _("有几项还要改")

    def __init__(self, faults: dict[str, str]) -> None:
        super().__init__(field=next(iter(faults), ""))
        self.faults = faults


class CheckFailed(WorkflowError):
    """An automatic check says no; the message is the check's."""


class NotYours(WorkflowError):
    """It has gone on in the meantime: somebody else decided, or it was withdrawn."""

    message = _("这一步已经办过了，请刷新看看现在的情况")


class WordsWanted(WorkflowError):
    """Whoever sends something back or refuses says why."""

    message = _("请写明理由，申请人会看到")
