"""Who may see a pack, make one, change it, put it to lessons and classes, and say what helped."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from lantian.content.packs import queries
from lantian.content.packs.enums import PackReach
from lantian.content.resources import queries as resources
from lantian.content.resources.enums import ResourceState
from lantian.content.resources.rules import may_view_resource
from lantian.kernel.rules import ALLOW, Actor, Verdict, deny, rule, visible_pair
from lantian.people.roster.enums import Role
from lantian.people.schedule.enums import LessonAccess, LessonState
from lantian.people.schedule.queries import TEACHING_ROLES

if TYPE_CHECKING:
    from lantian.content.packs.models import Attachment, Pack
    from lantian.content.resources.models import Resource
    from lantian.people.roster.models import ClassGroup
    from lantian.people.schedule.models import Lesson


@rule("packs.view_pack")
def may_view_pack(actor: Actor, pack: "Pack") -> Verdict:
    """One's own, those that are for one, and those of one's lessons and classes."""
    if queries.packs_visible_to(actor).filter(pk=pack.pk).exists():
        return ALLOW
    return deny(_("这个资源包不对您开放"))


visible_pair(may_view_pack)(queries.packs_visible_to)


@rule("packs.make_pack")
def may_make_pack(actor: Actor) -> Verdict:
    """Whoever makes resources: teachers, heads, school IT, officers, researchers, experts, at the unit that they act at."""
    if actor.person_id is None or actor.grant is None or not actor.has_role(*resources.MAKING_ROLES):
        return deny(_("资源包由教师和教研、管理人员做"))
    return ALLOW


@rule("packs.manage_pack")
def may_manage_pack(actor: Actor, pack: "Pack") -> Verdict:
    """Its owner, and nobody else: others copy it."""
    if actor.person_id is not None and actor.person_id == pack.owner_id:
        return ALLOW
    return deny(_("这是别人的资源包，要改请先复制成自己的"))


@rule("packs.put_item")
def may_put_item(actor: Actor, pack: "Pack", resource: "Resource") -> Verdict:
    """The owner, with published resources that they see."""
    verdict = may_manage_pack(actor, pack)
    if not verdict:
        return verdict
    if resource.state != ResourceState.PUBLISHED:
        return deny(_("没有发布的资源不能放进资源包"))
    return may_view_resource(actor, resource)


@rule("packs.gather")
def may_gather(actor: Actor, resource: "Resource") -> Verdict:
    """Whoever makes packs, with what they made themselves, in any state: nobody sees it there before it is published."""
    if actor.person_id is None or actor.person_id != resource.author_id:
        return deny(_("只能这样收自己的资源"))
    return may_make_pack(actor)


@rule("packs.copy_pack")
def may_copy_pack(actor: Actor, pack: "Pack") -> Verdict:
    """Whoever makes packs, of those that they see."""
    verdict = may_make_pack(actor)
    return may_view_pack(actor, pack) if verdict else verdict


@rule("packs.unshare_pack")
def may_unshare_pack(actor: Actor, pack: "Pack") -> Verdict:
    """Nobody reviews a pack before others see it; the administration of its unit may take it back to its owner."""
    if pack.reach == PackReach.PRIVATE:
        return deny(_("这个资源包没有给别人看"))
    if actor.administers(pack.organization.path) and actor.person_id != pack.owner_id:
        return ALLOW
    return deny(_("由本单位和上级的管理人员收回"))


@rule("packs.attach_to_lesson")
def may_attach_to_lesson(actor: Actor, pack: "Pack", lesson: "Lesson") -> Verdict:
    """One's own pack, to a lesson that one teaches and that is not over."""
    verdict = may_manage_pack(actor, pack)
    if not verdict:
        return verdict
    if lesson.teacher_id != actor.person_id:
        return deny(_("只能放到自己上的课"))
    if lesson.access == LessonAccess.REHEARSAL:
        return deny(_("试讲没有学生，不用放资源包"))
    if lesson.state not in (LessonState.PLANNED, LessonState.LIVE):
        return deny(_("这节课已经结束或取消"))
    return ALLOW


@rule("packs.attach_to_class")
def may_attach_to_class(actor: Actor, pack: "Pack", class_group: "ClassGroup") -> Verdict:
    """One's own pack, to a class that one teaches."""
    verdict = may_manage_pack(actor, pack)
    if not verdict:
        return verdict
    if actor.has_role(*TEACHING_ROLES) and class_group.pk in actor.class_group_ids:
        return ALLOW
    return deny(_("只能放到自己教的班"))


@rule("packs.judge")
def may_judge(actor: Actor, attachment: "Attachment") -> Verdict:
    """The students and teachers of the lesson or class. Families see what their children are given, and leave this to them."""
    if actor.person_id is None or not actor.has_role(Role.STUDENT, *TEACHING_ROLES):
        return deny(_("由上课的老师和学生说有没有帮助"))
    if queries.attachments_for(actor).filter(pk=attachment.pk).exists():
        return ALLOW
    return deny(_("这不是您的课"))


@rule("packs.see_use")
def may_see_use(actor: Actor, resource: "Resource") -> Verdict:
    """In which units a resource is used: its author, the administration of its unit, and officers, each of the own subtree."""
    if actor.person_id is not None and actor.person_id == resource.author_id:
        return ALLOW
    if actor.administers(resource.organization.path) or actor.has_role(Role.OFFICER):
        return ALLOW
    return deny(_("在哪些单位用，只有作者和管理人员看得到"))
