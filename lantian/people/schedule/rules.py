"""Who may see, plan, teach and change lessons, alliances and rooms."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from lantian.kernel.rules import ALLOW, Actor, Verdict, deny, rule, visible_pair
from lantian.people.schedule import queries
from lantian.people.schedule.enums import LessonState

if TYPE_CHECKING:
    from lantian.people.roster.models import ClassGroup, Organization
    from lantian.people.schedule.models import (
        Alliance,
        AllianceMember,
        Invitation,
        Lesson,
        Pairing,
        Room,
        Timetable,
    )


@rule("schedule.view_lesson")
def may_view_lesson(actor: Actor, lesson: "Lesson") -> Verdict:
    """One's own lessons, those of one's classes, school and subtree, and public ones."""
    if queries.lessons_visible_to(actor).filter(pk=lesson.pk).exists():
        return ALLOW
    return deny(_("这节课不对您开放"))


@rule("schedule.view_alliance")
def may_view_alliance(actor: Actor, alliance: "Alliance") -> Verdict:
    """Members' people, and officers above them."""
    if queries.alliances_visible_to(actor).filter(pk=alliance.pk).exists():
        return ALLOW
    return deny(_("您不在这个联盟里"))


@rule("schedule.view_room")
def may_view_room(actor: Actor, room: "Room") -> Verdict:
    """People of the school, and officers above it."""
    if queries.rooms_visible_to(actor).filter(pk=room.pk).exists():
        return ALLOW
    return deny(_("这间教室不在您的学校"))


visible_pair(may_view_lesson)(queries.lessons_visible_to)
visible_pair(may_view_alliance)(queries.alliances_visible_to)
visible_pair(may_view_room)(queries.rooms_visible_to)


@rule("schedule.plan_lesson")
def may_plan_lesson(actor: Actor, organization: "Organization | None" = None) -> Verdict:
    """Teachers plan at their own school; heads, school IT and officers within their subtree. Asked without a school: at any."""
    if actor.has_role(*queries.TEACHING_ROLES) and actor.grant:
        if organization is None or organization.pk == actor.grant.organization_id:
            return ALLOW
        return deny(_("只能在自己任教的学校安排课程"))
    if actor.paths:
        if organization is None or actor.administers(organization.path):
            return ALLOW
        return deny(_("这所学校不在您的管理范围内"))
    return deny(_("只有教师和管理人员可以安排课程"))


def _governs(actor: Actor, lesson: "Lesson") -> bool:
    teaches = actor.person_id is not None and lesson.teacher_id == actor.person_id
    return teaches or actor.administers(lesson.organization.path)


@rule("schedule.change_lesson")
def may_change_lesson(actor: Actor, lesson: "Lesson") -> Verdict:
    """The lesson's teacher and the administration above, until it begins."""
    if not _governs(actor, lesson):
        return deny(_("只有任课教师和学校管理人员可以修改这节课"))
    if lesson.state != LessonState.PLANNED:
        return deny(_("这节课已经开始、结束或取消，不能再修改"))
    return ALLOW


@rule("schedule.hand_over_lesson")
def may_hand_over_lesson(actor: Actor, lesson: "Lesson") -> Verdict:
    """The lesson's teacher and the administration above, until it is over: somebody may fall ill in the middle of it."""
    if not _governs(actor, lesson):
        return deny(_("只有任课教师和学校管理人员可以请人代课"))
    if lesson.state not in (LessonState.PLANNED, LessonState.LIVE):
        return deny(_("这节课已经结束或取消，不用代课了"))
    return ALLOW


@rule("schedule.teach_lesson")
def may_teach_lesson(actor: Actor, lesson: "Lesson") -> Verdict:
    """The lesson's own teacher, unless it was cancelled."""
    if actor.person_id is None or lesson.teacher_id != actor.person_id:
        return deny(_("只有这节课的任课教师可以开播"))
    if lesson.state == LessonState.CANCELLED:
        return deny(_("这节课已取消"))
    return ALLOW


@rule("schedule.manage_alliance")
def may_manage_alliance(actor: Actor, lead: "Organization | None" = None) -> Verdict:
    """Officers and heads whose subtree holds the alliance's lead. Asked without one: whether they may lead any."""
    if not actor.has_role("officer", "school_head"):
        return deny(_("只有教育局和学校负责人可以管理联盟"))
    if lead is not None and not actor.administers(lead.path):
        return deny(_("这个联盟的牵头单位不在您的管理范围内"))
    return ALLOW


@rule("schedule.add_member")
def may_add_member(actor: Actor, alliance: "Alliance", organization: "Organization") -> Verdict:
    """Whoever manages the alliance, for schools of the own subtree; any other school is asked first."""
    verdict = may_manage_alliance(actor, alliance.lead)
    if verdict and not actor.administers(organization.path):
        return deny(_("这所学校不归您管理，请发出邀请，由对方校长决定"))
    return verdict


@rule("schedule.invite_school")
def may_invite_school(actor: Actor, alliance: "Alliance") -> Verdict:
    """Whoever manages the alliance, and heads of schools that send in it."""
    if may_manage_alliance(actor, alliance.lead) or queries.sends_in_alliance(actor, alliance):
        return ALLOW
    return deny(_("只有牵头单位和主讲学校可以邀请"))


@rule("schedule.view_invitation")
def may_view_invitation(actor: Actor, invitation: "Invitation") -> Verdict:
    """The alliance's lead and whoever sent it; the school that is asked, and those above either."""
    if queries.invitations_visible_to(actor).filter(pk=invitation.pk).exists():
        return ALLOW
    return deny(_("这份邀请不是给您的"))


visible_pair(may_view_invitation)(queries.invitations_visible_to)


@rule("schedule.answer_invitation")
def may_answer_invitation(actor: Actor, invitation: "Invitation") -> Verdict:
    """The head of the school that is asked, and nobody in the head's place."""
    if actor.has_role("school_head") and actor.administers(invitation.organization.path):
        return ALLOW
    return deny(_("只有被邀请学校的校长可以答复"))


@rule("schedule.leave_alliance")
def may_leave_alliance(actor: Actor, member: "AllianceMember") -> Verdict:
    """The school's own head, the offices above the school, and whoever manages the alliance."""
    if actor.has_role("school_head", "officer") and actor.administers(member.organization.path):
        return ALLOW
    if may_manage_alliance(actor, member.alliance.lead):
        return ALLOW
    return deny(_("只有本校校长、上级教育局和联盟的牵头单位可以办理退出"))


@rule("schedule.manage_rooms")
def may_manage_rooms(actor: Actor, organization: "Organization | None" = None) -> Verdict:
    """Heads, school IT and officers, each within the subtree."""
    if not actor.paths:
        return deny(_("只有学校管理人员可以管理教室"))
    if organization is not None and not actor.administers(organization.path):
        return deny(_("这所学校不在您的管理范围内"))
    return ALLOW


@rule("schedule.view_timetable")
def may_view_timetable(actor: Actor, timetable: "Timetable") -> Verdict:
    """The school's people and those above; drafts are seen by those who manage them."""
    if queries.timetables_visible_to(actor).filter(pk=timetable.pk).exists():
        return ALLOW
    return deny(_("这份课表不对您开放"))


visible_pair(may_view_timetable)(queries.timetables_visible_to)


@rule("schedule.manage_timetable")
def may_manage_timetable(actor: Actor, organization: "Organization | None" = None) -> Verdict:
    """Heads, school IT and officers, each within the subtree: bells, weeks, changes of a day. Asked without one: any."""
    if not actor.paths:
        return deny(_("只有学校管理人员可以编排课表"))
    if organization is not None and not actor.administers(organization.path):
        return deny(_("这所学校不在您的管理范围内"))
    return ALLOW


@rule("schedule.settle_pairing")
def may_settle_pairing(actor: Actor, pairing: "Pairing") -> Verdict:
    """The receiving school about its own class's day; whoever manages the alliance about all."""
    if actor.administers(pairing.receiver.organization.path):
        return ALLOW
    if may_manage_alliance(actor, pairing.alliance.lead):
        return ALLOW
    return deny(_("只有接收学校和联盟的牵头单位可以处理"))


@rule("schedule.subscribe")
def may_subscribe(actor: Actor, class_group: "ClassGroup | None" = None) -> Verdict:
    """One's own timetable, and those of the classes one learns in, has a child in, teaches, or administers."""
    if actor.is_anonymous:
        return deny(_("请先登录"))
    if class_group is None:
        return ALLOW if actor.person_id else deny(_("这个账号没有自己的课表"))
    if class_group.pk in actor.class_group_ids or actor.administers(class_group.organization.path):
        return ALLOW
    return deny(_("这个班的课表不对您开放"))
