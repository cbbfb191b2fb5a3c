"""What can go wrong at the desk, each with a sentence for the user."""

from django.utils.translation import gettext_lazy as _

from lantian.kernel.errors import Refusal


class DeskError(Refusal):
    """Base of this app's faults."""

    message = _("没有办成")


class NotYetOver(DeskError):
    """A lesson's outcome is put right once it is known."""

    message = _("这节课还没有结论，下课以后才能更正")


class CountImpossible(DeskError):
    """A head count beyond any class."""

    message = _("人数不对，请再数一遍")


class TicketOver(DeskError):
    """A closed ticket is not worked on any more."""

    message = _("这张报修单已经关闭")


class NobodyAbove(DeskError):
    """There is no desk above this one."""

    message = _("上面没有可以转交的服务台了")


class TooManyTickets(DeskError):
    """One place raises no more than a few tickets at once."""

    message = _("刚才已经报告过了，请等一等，或者打服务台电话")
