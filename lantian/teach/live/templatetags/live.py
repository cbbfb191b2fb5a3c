"""Words for what the journal says about a lesson."""

from typing import TYPE_CHECKING

from django import template
from django.utils.translation import gettext_lazy as _

from lantian.kernel.rules import SYSTEM
from lantian.teach.live.queries.summaries import said_summary

if TYPE_CHECKING:
    from lantian.kernel.journal.models import JournalEntry

register = template.Library()
register.filter(said_summary)

ACTIONS = {
    "schedule.lesson_planned": _("安排了这节课"),
    "schedule.lesson_rescheduled": _("调整了时间"),
    "schedule.lesson_cancelled": _("取消了这节课"),
    "schedule.receivers_added": _("增加了接收班级"),
    "schedule.lesson_started": _("开始上课"),
    "schedule.lesson_extended": _("延长了下课时间"),
    "schedule.lesson_handed_over": _("请人代课"),
    "live.lesson_taken_over": _("接过了这节课"),
    "schedule.lesson_ended": _("下课"),
}


@register.filter
def lesson_actor(entry: "JournalEntry") -> str:
    return str(_("系统")) if entry.actor_name == SYSTEM.name else entry.actor_name or "—"


@register.filter
def lesson_action(entry: "JournalEntry") -> str:
    return str(ACTIONS.get(entry.action, entry.action))
