from django.db import models
from django.utils.translation import pgettext_lazy


class CallState(models.TextChoices):
    """An open call whose last day is over takes no more answers, and can still be decided on, extended and closed."""

    OPEN = "open", pgettext_lazy("call for resources", "征集中")
    FULFILLED = "fulfilled", pgettext_lazy("call for resources", "征集到了")
    CLOSED = "closed", pgettext_lazy("call for resources", "已结束")
    WITHDRAWN = "withdrawn", pgettext_lazy("call for resources", "已撤回")


class AnswerState(models.TextChoices):
    WAITING = "waiting", pgettext_lazy("answer to a call", "等待答复")
    ACCEPTED = "accepted", pgettext_lazy("answer to a call", "采用")
    DECLINED = "declined", pgettext_lazy("answer to a call", "没有采用")
