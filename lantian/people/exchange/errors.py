"""Refusals of the exchange, in words for the person who sees them."""

from django.utils.translation import gettext_lazy as _

from lantian.kernel.errors import Refusal


class ExchangeError(Refusal):
    """Base of this app's refusals."""


class FileNotTaken(ExchangeError):
    """What was sent is not read at all."""

    field = "uploads"


class NotReady(ExchangeError):
    """The run is not in a state in which this can be done."""

    message = _("这批导入现在不能这样办理，请刷新页面看看它到了哪一步。")


class BeingChecked(NotReady):
    message = _("这批名单正在核对，刚才的更正没有保存，请过几秒再保存一次。")


class HasErrors(NotReady):
    message = _("还有错误没有处理：请更正，或者明确选择不导入有错误的行。")
    field = "leave_out_errors"


class FileUnusable(NotReady):
    message = _("有文件整个不能读取，请改好以后重新上传。")


class RemovalsNotConfirmed(NotReady):
    message = _("离开的数量超过了平常，请照实填写这个数字来确认。")


class MappingIncomplete(ExchangeError):
    """What the columns of a list mean is not said in full."""


class ExportNotReady(ExchangeError):
    message = _("这份导出现在不能下载：还没有做好、已取消或者已过期。")


class ExportNeedsPurpose(ExchangeError):
    message = _("包含证件号和联系方式的导出，请写明用途。")
    field = "purpose"


class ReasonNeeded(ExchangeError):
    message = _("请写明原因，至少四个字。")


class StillMasked(ExchangeError):
    message = _("这个号码还遮着：请填写完整的号码，或者写明原因先查看原来填的。")
