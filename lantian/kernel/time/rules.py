"""Who may set terms and days off."""

from uuid import UUID

from django.utils.translation import gettext_lazy as _

from lantian.kernel.rules import ALLOW, Actor, Verdict, deny, rule


@rule("time.set_calendar")
def may_set_calendar(actor: Actor, organization_id: UUID | None = None) -> Verdict:
    """The nation's rows (no organisation): operators. An organisation's own: its officers and its head."""
    if organization_id is None:
        return ALLOW if actor.has_role("operator") else deny(_("全国节假日由运维人员按国务院通知维护"))
    own = actor.grant is not None and actor.grant.organization_id == organization_id
    if own and actor.has_role("officer", "school_head"):
        return ALLOW
    return deny(_("只能设置本单位的校历"))
