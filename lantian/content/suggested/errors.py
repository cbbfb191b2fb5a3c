"""What can go wrong with suggestions, each with a sentence for the user."""

from django.utils.translation import gettext_lazy as _

from lantian.kernel.errors import Refusal


class SuggestedError(Refusal):
    """Base of this app's faults."""

    message = _("没有办成")


class TooManyHidden(SuggestedError):
    """So many are no choice of single resources any more."""

    message = _("最多可以标 2000 个，请先恢复几个")
