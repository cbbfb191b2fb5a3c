"""Who may see recorders, and set them up."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from lantian.kernel.rules import ALLOW, Actor, Verdict, deny, rule, visible_pair
from lantian.teach.recorders import queries

if TYPE_CHECKING:
    from lantian.people.roster.models import Organization
    from lantian.teach.recorders.models import Recorder


@rule("recorders.view_recorder")
def may_view_recorder(actor: Actor, recorder: "Recorder") -> Verdict:
    """The administration above the room, and the teachers of the school."""
    if queries.recorders_visible_to(actor).filter(pk=recorder.pk).exists():
        return ALLOW
    return deny(_("您不能查看这台设备"))


visible_pair(may_view_recorder)(queries.recorders_visible_to)


@rule("recorders.list_recorders")
def may_list_recorders(actor: Actor) -> Verdict:
    """Whoever could see one: the administration, and teachers."""
    if actor.paths or actor.has_role(*queries.TEACHING_ROLES):
        return ALLOW
    return deny(_("录播设备由学校和教育局管理"))


@rule("recorders.manage_recorders")
def may_manage_recorders(actor: Actor, organization: "Organization | None" = None) -> Verdict:
    """Heads, school IT and officers, within their subtree. Asked without a unit: any."""
    if not actor.paths:
        return deny(_("录播设备由学校和教育局的管理人员设置"))
    if organization is not None and not actor.administers(organization.path):
        return deny(_("这个单位不在您的管理范围内"))
    return ALLOW
