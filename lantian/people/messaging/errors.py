"""What messages refuse."""

from django.utils.translation import gettext_lazy as _

from lantian.kernel.errors import Refusal


class MessagingError(Refusal):
    """Base."""


class NobodyToTell(MessagingError):
    message = _("请选择发给谁。")
    field = "to"


class NothingSaid(MessagingError):
    message = _("请写明标题和内容。")
    field = "title"


class TooManyNotices(MessagingError):
    message = _("今天发出的通知已经很多了，请明天再发，或合并成一条。")


class TooSoonToRemind(MessagingError):
    message = _("刚刚提醒过，请过几个小时再提醒；一条通知最多提醒三次。")


class NobodyToRemind(MessagingError):
    message = _("大家都看过了，不用提醒。")


class NoticeOver(MessagingError):
    message = _("这条通知已经停止或撤回。")


class NotAnAddress(MessagingError):
    message = _("这不是邮箱地址，请检查。")
    field = "mail"


class TooManyLetters(MessagingError):
    message = _("确认信已经发了好几封，请过一小时再试。")
    field = "mail"


class LinkSpent(MessagingError):
    message = _("这个链接已经过期，或者后来换了邮箱。请在“消息提醒”里重新填写。")


class NotASubscription(MessagingError):
    message = _("这个浏览器的推送服务不能使用。")


class TooManyDevices(MessagingError):
    message = _("已有十台设备在提醒，请先停掉不用的。")


class NothingToConfirm(MessagingError):
    message = _("这条通知不需要确认。")
