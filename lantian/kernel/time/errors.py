"""What can go wrong with terms and days, in words for the person who sees it."""

from django.utils.translation import gettext_lazy as _

from lantian.kernel.errors import Refusal


class CalendarError(Refusal):
    """Base of this app's faults."""

    message = _("校历没有保存。")


class BadTerm(CalendarError):
    message = _("学期的结束日期要晚于开始日期，一个学期不超过 200 天。")


class TermsOverlap(CalendarError):
    message = _("这个学期和另一个学期的日期重叠了。")


class BadDays(CalendarError):
    message = _("结束日期不能早于开始日期，一次不超过 70 天。")
