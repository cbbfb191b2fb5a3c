"""Periods and days as people say them, in the language of the page."""

from datetime import date

from django.utils.dates import WEEKDAYS
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

PERIODS = (
    _("第一节"),
    _("第二节"),
    _("第三节"),
    _("第四节"),
    _("第五节"),
    _("第六节"),
    _("第七节"),
    _("第八节"),
    _("第九节"),
    _("第十节"),
)
SHORT_WEEKDAYS = (_("周一"), _("周二"), _("周三"), _("周四"), _("周五"), _("周六"), _("周日"))


def period_words(number: int | None) -> str:
    """第三节; empty for a lesson outside the periods of the day."""
    if not number:
        return ""
    if number <= len(PERIODS):
        return str(PERIODS[number - 1])
    return gettext("第 %(number)s 节") % {"number": number}


def weekday_words(day: date) -> str:
    """星期一."""
    return str(WEEKDAYS[day.weekday()])


def short_weekday(day: date) -> str:
    """周一."""
    return str(SHORT_WEEKDAYS[day.weekday()])


def date_words(day: date) -> str:
    """11月23日."""
    return date_format(day, gettext("n月j日"))


def near_day(day: date, today: date) -> str:
    """今天, 明天, 昨天, the weekday within a week, else the date."""
    distance = (day - today).days
    if distance == 0:
        return gettext("今天")
    if distance == 1:
        return gettext("明天")
    if distance == -1:
        return gettext("昨天")
    return short_weekday(day) if -7 < distance < 7 else date_words(day)
