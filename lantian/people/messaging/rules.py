"""Who may tell whom, and who may see how far a notice is."""

from django.utils.translation import gettext_lazy as _

from lantian.kernel.rules import ALLOW, Actor, Verdict, deny, rule, visible_pair
from lantian.people.messaging.engine.audience import Audience
from lantian.people.messaging.models import Notice, Receipt
from lantian.people.messaging.queries.inbox import receipts_visible_to
from lantian.people.messaging.queries.sent import TEACHING, groups_for, notices_visible_to
from lantian.people.roster import queries as roster


@rule("messaging.send_notice")
def may_send_notice(actor: Actor, audience: Audience | None = None) -> Verdict:
    """Teachers to families of the classes they teach, heads within their school, officers within their region.

    Asked without an audience: to anybody.
    """
    groups = groups_for(actor)
    if not groups:
        return deny(_("发通知由教师、校长和教育局工作人员办理"))
    if audience is None:
        return ALLOW
    if audience.people:
        return deny(_("通知按班级和单位发送，不能点名发送"))
    if not set(audience.to) <= set(groups):
        return deny(_("您的身份不能给这些人发通知"))
    if actor.has_role(*TEACHING):
        if audience.units or not set(audience.classes) <= actor.class_group_ids:
            return deny(_("只能给自己任教的班级发通知"))
        return ALLOW
    return _within_reach(actor, audience)


def _within_reach(actor: Actor, audience: Audience) -> Verdict:
    """For those who administer: every unit and class lies below them."""
    units = list(roster.organizations_known(audience.units).values_list("path", flat=True))
    groups = list(roster.class_groups_known(audience.classes).values_list("organization__path", flat=True))
    known = len(units) == len(audience.units) and len(groups) == len(audience.classes)
    if known and all(actor.administers(path) for path in (*units, *groups)):
        return ALLOW
    return deny(_("只能给自己管辖范围内的单位发通知"))


@rule("messaging.view_notice")
def may_view_notice(actor: Actor, notice: Notice) -> Verdict:
    """How far it is: who wrote it, and whoever administers the unit in whose name it was written."""
    if notices_visible_to(actor).filter(pk=notice.pk).exists():
        return ALLOW
    return deny(_("这条通知不是您发的"))


@rule("messaging.manage_notice")
def may_manage_notice(actor: Actor, notice: Notice) -> Verdict:
    """Remind, stop and withdraw: who wrote it."""
    if actor.person_id is not None and notice.sender_id == actor.person_id:
        return ALLOW
    return deny(_("只有发通知的人可以提醒、停止或撤回"))


@rule("messaging.set_preferences")
def may_set_preferences(actor: Actor) -> Verdict:
    """How one is told: every person for themselves."""
    if actor.person_id is not None:
        return ALLOW
    return deny(_("这个账号没有自己的消息"))


@rule("messaging.view_receipt")
def may_view_receipt(actor: Actor, receipt: Receipt) -> Verdict:
    """Read a notice: to whom it was sent."""
    if receipts_visible_to(actor).filter(pk=receipt.pk).exists():
        return ALLOW
    return deny(_("这条消息不是发给您的"))


visible_pair(may_view_notice)(notices_visible_to)
visible_pair(may_view_receipt)(receipts_visible_to)
