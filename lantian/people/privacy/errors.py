"""Refusals of the privacy pages, in words for the person who sees them."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from lantian.kernel.rules import Text


class PrivacyError(Exception):
    """Base of this app's refusals; `message` is a sentence for the user, `field` the form field it is about."""

    message: "Text" = _("操作没有完成。")
    field: str = ""

    def __init__(self) -> None:
        super().__init__(str(self.message))


class NotTheCurrentText(PrivacyError):
    """What was agreed to is not the text in force: somebody had an old page open."""

    message = _("同意书已经更新，请阅读新的内容以后再同意。")


class AlreadyGiven(PrivacyError):
    message = _("这位监护人已经同意过这一版同意书。")


class NothingToWithdraw(PrivacyError):
    message = _("没有可以撤回的同意。")


class NotAGuardian(PrivacyError):
    message = _("同意书上签名的人不是这名学生登记的监护人。")
    field = "guardian"


class DayAhead(PrivacyError):
    """Signed on a day that has not come."""

    message = _("签名日期不能晚于今天。")
    field = "signed_on"


class WhyNeeded(PrivacyError):
    message = _("请写明原因，至少四个字。")
    field = "reason"
