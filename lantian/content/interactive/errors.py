"""What can go wrong with an interactive package, each with a sentence for the user."""

from django.utils.translation import gettext_lazy as _

from lantian.kernel.errors import Refusal


class InteractiveError(Refusal):
    """Base of this app's faults."""

    message = _("没有办成")


class PackageUnfit(InteractiveError):
    """A package that cannot be played; the message says why and what to do."""

    message = _("这个互动包打不开")


class OpenedElsewhere(InteractiveError):
    """The same attempt was opened again since, on this machine or another: the newer one is kept."""

    message = _("您在别的窗口里打开了它，这里做的不再保存")


class NothingBegun(InteractiveError):
    """A save for an attempt that there is not."""

    message = _("没有找到这一次的记录，请刷新页面")


class TooMuch(InteractiveError):
    """More than is kept of one attempt, or nothing that could be kept."""

    message = _("这个互动包要保存的内容太多，没有保存")
