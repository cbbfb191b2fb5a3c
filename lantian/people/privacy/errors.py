"""Refusals of the privacy pages, in words for the person who sees them."""

from django.utils.translation import gettext_lazy as _

from lantian.kernel.errors import Refusal


class PrivacyError(Refusal):
    """Base of this app's refusals."""


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


class DayLongAgo(PrivacyError):
    """Signed before there was anything to agree to: a slip of the pen."""

    message = _("签名日期太早，请核对年份。")
    field = "signed_on"


class WhyNeeded(PrivacyError):
    message = _("请写明原因，至少四个字。")
    field = "reason"


class ErasureUnderWay(PrivacyError):
    message = _("已经有一份删除申请在办理。")


class ErasureNotOpen(PrivacyError):
    """It was decided, withdrawn or done meanwhile."""

    message = _("这份申请现在不能这样办理，请刷新页面看看它到了哪一步。")


class NobodyAnswers(PrivacyError):
    """The person has nothing to do with any unit, and there is no unit above all."""

    message = _("没有单位可以受理这份申请，请联系运维人员。")


class AnswerNeeded(PrivacyError):
    message = _("请写明理由，至少四个字：这是给申请人的书面答复。")
    field = "answer"


class NobodyFound(PrivacyError):
    message = _("没有找到这个人：请核对姓名和号码；如果不在您的单位，请由所在单位办理。")
    field = "number"


class OutsideLimits(PrivacyError):
    """The time of keeping is shorter or longer than the rule allows."""

    field = "amount"
