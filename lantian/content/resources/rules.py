"""Who may see a resource, make one, hand it in, take it down, and say what they think of it."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from lantian.content.resources import queries
from lantian.content.resources.enums import ResourceState, VersionState
from lantian.kernel.rules import ALLOW, Actor, Verdict, deny, rule, visible_pair, within

if TYPE_CHECKING:
    from lantian.content.resources.models import Fault, Resource, ResourceVersion, Upload
    from lantian.people.roster.models import Organization


@rule("resources.view_resource")
def may_view_resource(actor: Actor, resource: "Resource") -> Verdict:
    """Published ones by whom they are for; others by those who make them, and by those who decide on them."""
    if queries.resources_visible_to(actor).filter(pk=resource.pk).exists():
        return ALLOW
    return deny(_("这个资源不对您开放"))


visible_pair(may_view_resource)(queries.resources_visible_to)


@rule("resources.upload")
def may_upload(actor: Actor) -> Verdict:
    """Teachers, heads, school IT, officers, researchers and experts, at the unit that they act at."""
    if actor.person_id is None or actor.grant is None or not actor.has_role(*queries.MAKING_ROLES):
        return deny(_("资源由教师和教研、管理人员上传"))
    return ALLOW


@rule("resources.bring")
def may_bring(actor: Actor, organization: "Organization | None" = None) -> Verdict:
    """Bringing in what another system or region has, without a review: officers and operators, for their unit and those below."""
    if actor.grant is None or not actor.has_role("officer", "operator"):
        return deny(_("成批导入和采集由教育局和运维人员办理"))
    if organization is None or within(organization.path, actor.grant.path):
        return ALLOW
    return deny(_("只能为自己管辖的单位导入"))


@rule("resources.manage_upload")
def may_manage_upload(actor: Actor, upload: "Upload") -> Verdict:
    """Whoever sends it."""
    if actor.person_id is not None and actor.person_id == upload.person_id:
        return ALLOW
    return deny(_("这是别人的上传"))


@rule("resources.manage_resource")
def may_manage_resource(actor: Actor, resource: "Resource") -> Verdict:
    """Its author; once it was handed in, school IT and heads of its unit and offices above too."""
    if actor.person_id is not None and actor.person_id == resource.author_id:
        return ALLOW
    if resource.submitted_at and actor.administers(resource.organization.path):
        return ALLOW
    return deny(_("只有上传的人和本单位的管理人员可以修改"))


@rule("resources.change_version")
def may_change_version(actor: Actor, version: "ResourceVersion") -> Verdict:
    """Whoever may manage it, while it is a draft or was sent back."""
    verdict = may_manage_resource(actor, version.resource)
    if not verdict:
        return verdict
    if not queries.is_changeable(version):
        return deny(_("这一版已经提交，不能再改。要改请先撤回，或出一个新版本"))
    return ALLOW


@rule("resources.take_back")
def may_take_back(actor: Actor, version: "ResourceVersion") -> Verdict:
    """Whoever handed it in, until it is decided."""
    if version.state != VersionState.REVIEW:
        return deny(_("这一版不在审核中"))
    if actor.person_id is None or actor.person_id not in (version.made_by_id, version.resource.author_id):
        return deny(_("只有提交的人可以撤回"))
    return ALLOW


@rule("resources.withdraw")
def may_withdraw(actor: Actor, resource: "Resource") -> Verdict:
    """Its author, and whoever administers its unit or stands above."""
    if resource.state != ResourceState.PUBLISHED:
        return deny(_("没有发布的资源不用下架"))
    return may_manage_resource(actor, resource)


@rule("resources.mark")
def may_mark(actor: Actor, resource: "Resource") -> Verdict:
    """Offices above its unit say what is good; not the unit itself."""
    if actor.has_role("officer", "researcher") and actor.grant is not None and resource.author_id != actor.person_id:
        path, root = str(resource.organization.path), actor.grant.path
        if path.startswith(root + "."):
            return ALLOW
    return deny(_("优质标记由上级教育局和教研员给"))


@rule("resources.speak")
def may_speak(actor: Actor, resource: "Resource") -> Verdict:
    """Rating and reporting a fault: every person who may see it, once it is published."""
    if actor.person_id is None:
        return deny(_("请先登录"))
    if resource.state != ResourceState.PUBLISHED:
        return deny(_("这个资源没有发布"))
    return may_view_resource(actor, resource)


@rule("resources.rate")
def may_rate(actor: Actor, resource: "Resource") -> Verdict:
    """As `speak`, but not on one's own."""
    if actor.person_id is not None and actor.person_id == resource.author_id:
        return deny(_("不能评价自己的资源"))
    return may_speak(actor, resource)


@rule("resources.settle_fault")
def may_settle_fault(actor: Actor, fault: "Fault") -> Verdict:
    """Whoever may manage the resource."""
    return may_manage_resource(actor, fault.resource)
