"""What can go wrong with terms and days, in words for the person who sees it."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from lantian.kernel.rules import Text


class CalendarError(Exception):
    """Base of this app's faults; `message` is a sentence for the user."""

    message: "Text" = _("校历没有保存。")

    def __init__(self, message: "Text | None" = None) -> None:
        if message is not None:
            self.message = message
        super().__init__(str(self.message))


class BadTerm(CalendarError):
    message = _("学期的结束日期要晚于开始日期，一个学期不超过 200 天。")


class TermsOverlap(CalendarError):
    message = _("这个学期和另一个学期的日期重叠了。")
