"""Who acts on many people at once. What may be done to each of them is asked of the rules about that person."""

from django.utils.translation import gettext_lazy as _

from lantian.kernel.rules import ALLOW, Actor, Verdict, deny, rule, visible_pair
from lantian.people.roster.enums import Role
from lantian.people.roster.models import Batch
from lantian.people.roster.queries.batches import batches_visible_to


@rule("roster.act_on_many")
def may_act_on_many(actor: Actor) -> Verdict:
    """Those who keep people or their accounts: administrations, and homeroom teachers for their class."""
    if actor.paths or actor.has_role(Role.HOMEROOM_TEACHER):
        return ALLOW
    return deny(_("批量办理供班主任和管理人员使用"))


@rule("roster.view_batch")
def may_view_batch(actor: Actor, batch: Batch) -> Verdict:
    """Whoever started it, and the administration of the unit it was done for."""
    if batches_visible_to(actor).filter(pk=batch.pk).exists():
        return ALLOW
    return deny(_("这次批量办理不在您能看到的范围内"))


@rule("roster.run_batch")
def may_run_batch(actor: Actor, batch: Batch) -> Verdict:
    """Confirm, stop, and print the codes: whoever started it, in the role in which it was started."""
    if actor.person_id is None or actor.person_id != batch.created_by_id:
        return deny(_("只有发起人可以办理"))
    if actor.grant is None or actor.grant.id != batch.grant_id:
        return deny(_("请切换到发起时的身份再办理"))
    return ALLOW


visible_pair(may_view_batch)(batches_visible_to)
