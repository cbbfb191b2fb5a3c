"""What can go wrong with following, each with a sentence for the user."""

from django.utils.translation import gettext_lazy as _

from lantian.kernel.errors import Refusal


class FollowError(Refusal):
    """Base of this app's faults."""

    message = _("没有办成")


class NothingSaid(FollowError):
    """Everything at once is no choice."""

    message = _("请至少选一项，或写几个字")


class FollowedAlready(FollowError):
    """Once is enough."""

    message = _("您已经关注了")


class TooManyFollows(FollowError):
    """What is new is to be read."""

    message = _("最多关注 100 项，请先去掉几项")
