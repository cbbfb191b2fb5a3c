"""Days and moments in words of the page's language; the year is said only where it is not this one."""

from datetime import date, datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext


def _local(value: date) -> date:
    return timezone.localtime(value) if isinstance(value, datetime) and timezone.is_aware(value) else value


def said_day(value: date) -> str:
    """11月26日, or 2025年11月26日 of another year. A datetime is taken at its place of day here."""
    here = _local(value)
    return date_format(here, _("n月j日") if here.year == timezone.localdate().year else _("Y年n月j日"))


def said_moment(value: datetime) -> str:
    """11月26日 14:05, or 2025年11月26日 14:05 of another year."""
    here = _local(value)
    return date_format(here, _("n月j日 H:i") if here.year == timezone.localdate().year else _("Y年n月j日 H:i"))


def said_span(seconds: float) -> str:
    """How long something lasted, in the unit in which one speaks of it: 45 秒, 29 分钟, 3 小时."""
    if seconds < 120:
        return ngettext("%(n)s 秒", "%(n)s 秒", round(seconds)) % {"n": round(seconds)}
    if seconds < 2 * 3600:
        return ngettext("%(n)s 分钟", "%(n)s 分钟", round(seconds / 60)) % {"n": round(seconds / 60)}
    return ngettext("%(n)s 小时", "%(n)s 小时", round(seconds / 3600)) % {"n": round(seconds / 3600)}
