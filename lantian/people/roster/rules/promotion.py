"""Who may move classes up."""

from django.utils.translation import gettext_lazy as _

from lantian.kernel.rules import ALLOW, Actor, Verdict, deny, rule, visible_pair
from lantian.people.roster.enums import Role
from lantian.people.roster.models import Organization, PromotionRun
from lantian.people.roster.queries.promotion import promotion_runs_visible_to

_MOVERS = (Role.OFFICER, Role.SCHOOL_HEAD, Role.SCHOOL_IT)


@rule("roster.promote_classes")
def may_promote_classes(actor: Actor, organization: Organization | None = None) -> Verdict:
    """Officers for all schools of their region, heads and school IT for their own. Asked without a unit: whether anywhere."""
    if not actor.has_role(*_MOVERS):
        return deny(_("升级由学校管理人员或教育局办理"))
    if organization is None or actor.administers(organization.path):
        return ALLOW
    return deny(_("这个单位不在您的管辖范围内"))


@rule("roster.view_promotion")
def may_view_promotion(actor: Actor, run: PromotionRun) -> Verdict:
    """Whoever administers the unit it was done for."""
    if promotion_runs_visible_to(actor).filter(pk=run.pk).exists():
        return ALLOW
    return deny(_("这次升级不在您能看到的范围内"))


visible_pair(may_view_promotion)(promotion_runs_visible_to)
