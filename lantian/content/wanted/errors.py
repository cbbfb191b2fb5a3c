"""What can go wrong with a call for resources, each with a sentence for the user."""

from django.utils.translation import gettext_lazy as _

from lantian.kernel.errors import Refusal


class WantedError(Refusal):
    """Base of this app's faults."""

    message = _("没有办成")


class NotComplete(WantedError):
    """Something is missing or makes no sense."""

    message = _("还有几项没有填")


class WrongDay(WantedError):
    """The last day has to be one on which something can still be done."""

    message = _("截止日期从明天起，最长一年")


class TooManyCalls(WantedError):
    """Teachers are to read what they are asked."""

    message = _("本单位同时最多 30 个征集，请先结束几个")


class AnsweredAlready(WantedError):
    """A resource answers a call once."""

    message = _("这个资源已经应征过了")


class EnoughAccepted(WantedError):
    """Of two who accept the last one, the second is told."""

    message = _("已经采用够了，要多采用请先把数量改大")


class DecidedAlready(WantedError):
    """Somebody else was quicker, or the call is over."""

    message = _("刚才已经有了答复，或者征集已经结束")
