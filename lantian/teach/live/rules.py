"""Who may go live, watch, and see who was there."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from lantian.kernel.rules import ALLOW, Actor, Verdict, deny, rule, visible_pair
from lantian.people.schedule import rules as schedule_rules
from lantian.people.schedule.enums import LessonState
from lantian.teach.live import queries

if TYPE_CHECKING:
    from lantian.people.schedule.models import Lesson
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


@rule("live.view_page")
def may_view_page(actor: Actor, page: "LessonPage") -> Verdict:
    """Whoever may see the lesson may see a page of it. Viewers learn of a page by its being shown: its name cannot be guessed."""
    return schedule_rules.may_view_lesson(actor, page.lesson)


visible_pair(may_view_session)(queries.sessions_visible_to)
visible_pair(may_view_attendance)(queries.attendances_visible_to)
visible_pair(may_view_page)(queries.pages_visible_to)


@rule("live.use_screen")
def may_use_screen(actor: Actor) -> Verdict:
    """The class-screen room is for class screens."""
    return ALLOW if actor.is_screen else deny(_("这个页面供班级大屏使用，请用班级大屏账号登录"))
