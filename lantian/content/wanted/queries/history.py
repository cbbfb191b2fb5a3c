"""What was done with a call, in words."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from lantian.people.roster import queries as roster

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lantian.content.wanted.models import Call
    from lantian.kernel.rules import Text

SENTENCES: "Mapping[str, Text]" = {
    "wanted.opened": _("发出征集，截止 %(due_on)s"),
    "wanted.extended": _("延长到 %(due_on)s，需要 %(number)s 个"),
    "wanted.answered": _("应征：%(title)s"),
    "wanted.taken_back": _("收回应征：%(title)s"),
    "wanted.accepted": _("采用：%(title)s"),
    "wanted.declined": _("没有采用：%(title)s。%(why)s"),
    "wanted.fulfilled": _("征集到了 %(number)s 个"),
    "wanted.closed": _("结束征集：%(why)s"),
    "wanted.withdrawn": _("撤回征集：%(why)s"),
}


def history_of_call(call: "Call") -> "list[roster.HistoryLine]":
    """The latest acts, newest first, for those who manage it. One query."""
    return roster.history_lines(call, sentences=SENTENCES, facts={})
