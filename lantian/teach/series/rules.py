"""Who may see a series, follow it, put it together, and publish it."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from lantian.kernel.rules import ALLOW, Actor, Verdict, deny, rule, visible_pair
from lantian.people.schedule.queries import TEACHING_ROLES
from lantian.teach.series import queries

if TYPE_CHECKING:
    from lantian.people.roster.models import Organization
    from lantian.people.schedule.models import Lesson
    from lantian.teach.series.models import Series


@rule("series.view_series")
def may_view_series(actor: Actor, series: "Series") -> Verdict:
    """Published ones by their access; others by those who make them."""
    if queries.series_visible_to(actor).filter(pk=series.pk).exists():
        return ALLOW
    return deny(_("这个系列不对您开放"))


visible_pair(may_view_series)(queries.series_visible_to)


@rule("series.create_series")
def may_create_series(actor: Actor, organization: "Organization | None" = None) -> Verdict:
    """Teachers at their own school; heads, school IT and officers within their subtree. Asked without one: at any."""
    if actor.has_role(*TEACHING_ROLES) and actor.grant:
        if organization is None or organization.pk == actor.grant.organization_id:
            return ALLOW
        return deny(_("只能在自己任教的学校开系列课"))
    if actor.paths:
        if organization is None or actor.administers(organization.path):
            return ALLOW
        return deny(_("这个单位不在您的管理范围内"))
    return deny(_("系列课由教师和管理人员开设"))


@rule("series.manage_series")
def may_manage_series(actor: Actor, series: "Series") -> Verdict:
    """Its teacher, whoever began it, and the administration above: words, cover, lessons and their order."""
    if actor.person_id is not None and actor.person_id in (series.teacher_id, series.created_by_id):
        return ALLOW
    if actor.administers(series.organization.path):
        return ALLOW
    return deny(_("只有主讲教师、创建的人和上级管理人员可以修改"))


@rule("series.publish_series")
def may_publish_series(actor: Actor, series: "Series") -> Verdict:
    """The head of the school and the offices above: a teacher's series is looked at before others see it."""
    if actor.has_role("school_head", "officer") and actor.administers(series.organization.path):
        return ALLOW
    return deny(_("由本校校长或上级教育局发布"))


@rule("series.attach_lesson")
def may_attach_lesson(actor: Actor, series: "Series", lesson: "Lesson") -> Verdict:
    """Whoever may change the series, with lessons that they teach or that are given below them."""
    verdict = may_manage_series(actor, series)
    if not verdict:
        return verdict
    if actor.person_id is not None and lesson.teacher_id == actor.person_id:
        return ALLOW
    if actor.administers(lesson.organization.path):
        return ALLOW
    return deny(_("只能放自己上的课，或自己管理的学校的课"))


@rule("series.follow_series")
def may_follow_series(actor: Actor, series: "Series") -> Verdict:
    """Every person who may see it once it is published."""
    if actor.person_id is None:
        return deny(_("登录以后才能订阅"))
    if series.state != "published":
        return deny(_("这个系列还没有发布"))
    return may_view_series(actor, series)
