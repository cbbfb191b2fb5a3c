"""Who may read the figures, put an attendance right, and count heads."""

from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lantian.kernel.rules import ALLOW, Actor, Verdict, deny, rule, visible_pair, within
from lantian.people.schedule.queries import TEACHING_ROLES
from lantian.teach.desk import queries
from lantian.teach.desk.enums import TicketState

if TYPE_CHECKING:
    from lantian.people.roster.models import Organization
    from lantian.people.schedule.models import Lesson, LessonReceiver
    from lantian.teach.desk.models import Outcome, Ticket


@rule("desk.view_outcome")
def may_view_outcome(actor: Actor, outcome: "Outcome") -> Verdict:
    """The lesson's teacher, teachers of the class, and the administration above either school or the alliance's lead."""
    if queries.outcomes_visible_to(actor).filter(pk=outcome.pk).exists():
        return ALLOW
    return deny(_("您不能查看这条上课记录"))


visible_pair(may_view_outcome)(queries.outcomes_visible_to)


@rule("desk.read_week")
def may_read_week(actor: Actor, unit: "Organization | None" = None) -> Verdict:
    """Officers, heads and school IT, each for units of their subtree. Asked without a unit: for any."""
    if not actor.paths:
        return deny(_("只有教育局和学校的管理人员可以查看统计"))
    if unit is not None and not actor.administers(unit.path):
        return deny(_("这个单位不在您的管理范围内"))
    return ALLOW


@rule("desk.watch_lessons")
def may_watch_lessons(actor: Actor, unit: "Organization | None" = None) -> Verdict:
    """How lessons go at this moment: officers, heads, school IT and operators, for their subtree. Asked without a unit: any."""
    roots = queries.watched_roots(actor)
    if not roots:
        return deny(_("只有教育局、学校的管理人员和运维人员可以查看正在上的课"))
    if unit is not None and not any(within(str(unit.path), root) for root in roots):
        return deny(_("这个单位不在您的管理范围内"))
    return ALLOW


@rule("desk.watch_lesson")
def may_watch_lesson(actor: Actor, lesson: "Lesson") -> Verdict:
    """The same for one lesson that units of the subtree give or receive."""
    verdict = may_watch_lessons(actor)
    if verdict and not queries.lessons_to_look_into(actor, timezone.now()).filter(pk=lesson.pk).exists():
        return deny(_("这节课不在您的管理范围内"))
    return verdict


@rule("desk.correct_attendance")
def may_correct_attendance(actor: Actor, outcome: "Outcome") -> Verdict:
    """The administration of the receiving class's school and those above it; nobody of the sending end judges it."""
    if actor.administers(outcome.organization.path):
        return ALLOW
    return deny(_("只有接收学校及其上级的管理人员可以更正到课"))


@rule("desk.confirm_heads")
def may_confirm_heads(actor: Actor, receiver: "LessonReceiver") -> Verdict:
    """The assistant in the room: teachers of the receiving class; and its school's administration."""
    group = receiver.class_group
    if actor.has_role(*TEACHING_ROLES) and group.pk in actor.class_group_ids:
        return ALLOW
    if actor.administers(group.organization.path):
        return ALLOW
    return deny(_("只有这个班的老师和学校管理人员可以确认人数"))


@rule("desk.view_ticket")
def may_view_ticket(actor: Actor, ticket: "Ticket") -> Verdict:
    """Whoever raised it, the room's screen, teachers of the class, the lesson's teacher, and the administration above."""
    if queries.tickets_visible_to(actor).filter(pk=ticket.pk).exists():
        return ALLOW
    return deny(_("这张报修单不对您开放"))


visible_pair(may_view_ticket)(queries.tickets_visible_to)


@rule("desk.raise_ticket")
def may_raise_ticket(actor: Actor) -> Verdict:
    """Class screens, teachers and the administration: those who are in a room when it fails."""
    if actor.is_screen or actor.paths or actor.has_role(*TEACHING_ROLES):
        return ALLOW
    return deny(_("请让老师或学校管理员报告故障"))


@rule("desk.handle_ticket")
def may_handle_ticket(actor: Actor, ticket: "Ticket") -> Verdict:
    """The school's own desk and every desk above it, while it is not closed."""
    if not actor.administers(ticket.organization.path):
        return deny(_("只有学校和上级的服务台可以处理报修单"))
    if ticket.state == TicketState.CLOSED:
        return deny(_("这张报修单已经关闭"))
    return ALLOW


@rule("desk.comment_ticket")
def may_comment_ticket(actor: Actor, ticket: "Ticket") -> Verdict:
    """Whoever sees it, until it is closed; a screen has no voice of its own."""
    if actor.is_screen or not may_view_ticket(actor, ticket):
        return deny(_("您不能在这张报修单上留言"))
    if ticket.state == TicketState.CLOSED:
        return deny(_("这张报修单已经关闭"))
    return ALLOW


@rule("desk.confirm_ticket")
def may_confirm_ticket(actor: Actor, ticket: "Ticket") -> Verdict:
    """Whoever raised it, or the desk, says whether a solved fault is gone: closes it or opens it again."""
    if ticket.state != TicketState.SOLVED:
        return deny(_("这张报修单还没有解决"))
    raised = actor.person_id is not None and ticket.raised_by_id == actor.person_id
    if raised or actor.administers(ticket.organization.path):
        return ALLOW
    return deny(_("只有报修的人和服务台可以确认"))


@rule("desk.set_contact")
def may_set_contact(actor: Actor, organization: "Organization | None" = None) -> Verdict:
    """The administration of a unit and those above it. Asked without one: any."""
    if not actor.paths:
        return deny(_("只有管理人员可以设置服务台电话"))
    if organization is not None and not actor.administers(organization.path):
        return deny(_("这个单位不在您的管理范围内"))
    return ALLOW
