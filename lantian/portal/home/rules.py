"""Who may open which of the first pages; what stands on them is filtered by the queries of the apps below."""

from django.utils.translation import gettext_lazy as _

from lantian.kernel.rules import ALLOW, Actor, Verdict, deny, rule

# Roles that have lessons of their own to look through week by week.
WITH_TIMETABLE = frozenset({"student", "guardian", "teacher", "homeroom_teacher", "school_head", "school_it"})


@rule("home.open_timetable")
def may_open_timetable(actor: Actor) -> Verdict:
    """People of a school, and guardians. Regions look at lists of lessons, a screen at its day."""
    if actor.role in WITH_TIMETABLE:
        return ALLOW
    return deny(_("周课表供学校师生和家长查看；管理人员请到“课程”里查找"))
