"""Who may go live, watch, and see who was there."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from lantian.kernel.rules import ALLOW, Actor, Verdict, deny, rule, visible_pair
from lantian.people.schedule import queries as schedule
from lantian.people.schedule import rules as schedule_rules
from lantian.people.schedule.enums import LessonState
from lantian.teach.live import queries

if TYPE_CHECKING:
    from lantian.people.roster.models import Organization
    from lantian.people.schedule.models import Lesson, LessonReceiver
    from lantian.teach.live.models import Attendance, LessonPage, LiveSession


@rule("live.view_session")
def may_view_session(actor: Actor, session: "LiveSession") -> Verdict:
    """Whoever may see the lesson may watch it."""
    return schedule_rules.may_view_lesson(actor, session.lesson)


@rule("live.open_session")
def may_open_session(actor: Actor, lesson: "Lesson") -> Verdict:
    """The lesson's own teacher, once, unless it was cancelled. The time is checked by the service."""
    verdict = schedule_rules.may_teach_lesson(actor, lesson)
    if verdict and lesson.state == LessonState.ENDED:
        return deny(_("这节课已经结束"))
    return verdict


@rule("live.extend_session")
def may_extend_session(actor: Actor, session: "LiveSession") -> Verdict:
    """The lesson's own teacher, while it runs."""
    verdict = schedule_rules.may_teach_lesson(actor, session.lesson)
    if verdict and not session.is_open:
        return deny(_("这节课已经结束"))
    return verdict


@rule("live.end_session")
def may_end_session(actor: Actor, session: "LiveSession") -> Verdict:
    """The teacher, and the administration above the school (a lesson left running)."""
    if actor.person_id is not None and session.lesson.teacher_id == actor.person_id:
        return ALLOW
    if actor.administers(session.lesson.organization.path):
        return ALLOW
    return deny(_("只有任课教师和学校管理人员可以结束直播"))


@rule("live.view_attendance")
def may_view_attendance(actor: Actor, attendance: "Attendance") -> Verdict:
    """The teacher and those above the school see all of a lesson; others those of their own school."""
    if queries.attendances_visible_to(actor).filter(pk=attendance.pk).exists():
        return ALLOW
    return deny(_("您不能查看这份到课记录"))


@rule("live.read_attendance")
def may_read_attendance(actor: Actor, lesson: "Lesson") -> Verdict:
    """Who may open a lesson's attendance page: its teacher, and people of schools that give or receive it."""
    if actor.person_id is not None and lesson.teacher_id == actor.person_id:
        return ALLOW
    if (actor.paths or actor.has_role("teacher", "homeroom_teacher")) and schedule_rules.may_view_lesson(actor, lesson):
        return ALLOW
    return deny(_("只有任课教师和学校管理人员可以查看到课情况"))


@rule("live.manage_pages")
def may_manage_pages(actor: Actor, lesson: "Lesson") -> Verdict:
    """The teacher brings pages to the own lesson."""
    return schedule_rules.may_teach_lesson(actor, lesson)


@rule("live.prepare_polls")
def may_prepare_polls(actor: Actor, lesson: "Lesson") -> Verdict:
    """The teacher writes questions for the own lesson."""
    return schedule_rules.may_teach_lesson(actor, lesson)


@rule("live.read_polls")
def may_read_polls(actor: Actor, lesson: "Lesson") -> Verdict:
    """Who answered what is for the lesson's teacher and the administration above the sending school."""
    if actor.person_id is not None and lesson.teacher_id == actor.person_id:
        return ALLOW
    if actor.administers(lesson.organization.path):
        return ALLOW
    return deny(_("只有任课教师和主讲学校的管理人员可以查看提问结果"))


@rule("live.moderate_chat")
def may_moderate_chat(actor: Actor, lesson: "Lesson") -> Verdict:
    """The sending side: the teacher, teachers of the class that sits before her, and her school's own heads and IT."""
    if actor.person_id is not None and lesson.teacher_id == actor.person_id:
        return ALLOW
    if actor.has_role(*schedule.TEACHING_ROLES) and lesson.class_group_id in actor.class_group_ids:
        return ALLOW
    if actor.paths and actor.grant is not None and actor.grant.organization_id == lesson.organization_id:
        return ALLOW
    return deny(_("只有主讲一方的老师可以管理讨论"))


@rule("live.read_chat")
def may_read_chat(actor: Actor, lesson: "Lesson") -> Verdict:
    """All that was written, what was hidden included: the sending side, and the administration above the school."""
    if may_moderate_chat(actor, lesson) or actor.administers(lesson.organization.path):
        return ALLOW
    return deny(_("只有主讲一方的老师和学校的管理人员可以查看讨论记录"))


@rule("live.assist_room")
def may_assist_room(actor: Actor, receiver: "LessonReceiver") -> Verdict:
    """The assistant in the room of a receiving class: its teachers."""
    if actor.has_role(*schedule.TEACHING_ROLES) and receiver.class_group_id in actor.class_group_ids:
        return ALLOW
    return deny(_("只有接收班级的老师可以做这节课的助教"))


@rule("live.keep_words")
def may_keep_words(actor: Actor, organization: "Organization | None" = None) -> Verdict:
    """Words that may not be written in lessons: the administration, for units of its subtree. Asked without one: any."""
    if not actor.paths:
        return deny(_("只有教育局和学校的管理人员可以设置讨论用词"))
    if organization is not None and not actor.administers(organization.path):
        return deny(_("这个单位不在您的管理范围内"))
    return ALLOW


@rule("live.view_page")
def may_view_page(actor: Actor, page: "LessonPage") -> Verdict:
    """Whoever may see the lesson may see a page of it. Viewers learn of a page by its being shown: its name cannot be guessed."""
    return schedule_rules.may_view_lesson(actor, page.lesson)


@rule("live.run_nodes")
def may_run_nodes(actor: Actor) -> Verdict:
    """Live processes are taken out of service and off the list by operators."""
    return ALLOW if actor.has_role("operator") else deny(_("直播服务由运维人员管理"))


visible_pair(may_view_session)(queries.sessions_visible_to)
visible_pair(may_view_attendance)(queries.attendances_visible_to)
visible_pair(may_view_page)(queries.pages_visible_to)


@rule("live.use_screen")
def may_use_screen(actor: Actor) -> Verdict:
    """The class-screen room is for class screens."""
    return ALLOW if actor.is_screen else deny(_("这个页面供班级大屏使用，请用班级大屏账号登录"))
