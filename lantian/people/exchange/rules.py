"""Who may exchange what."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from lantian.kernel.rules import ALLOW, Actor, Verdict, deny, rule, visible_pair
from lantian.people.exchange import queries
from lantian.people.roster.enums import Role

if TYPE_CHECKING:
    from lantian.people.exchange.models import ImportRun
    from lantian.people.roster.models import Organization

IMPORTERS = (Role.OFFICER, Role.SCHOOL_HEAD, Role.SCHOOL_IT)


@rule("exchange.import")
def may_import(actor: Actor, organization: "Organization | None" = None) -> Verdict:
    """Bring records in, for one's own unit and those below. What the file may then change, the roster's rules say."""
    if not actor.has_role(*IMPORTERS):
        return deny(_("导入名册由教育局和学校管理人员办理"))
    if organization is None or actor.administers(organization.path):
        return ALLOW
    return deny(_("只能为自己管辖的单位导入"))


@rule("exchange.view_run")
def may_view_run(actor: Actor, run: "ImportRun") -> Verdict:
    """Imports of one's own unit and those below."""
    if queries.runs_visible_to(actor).filter(pk=run.pk).exists():
        return ALLOW
    return deny(_("这批导入不在您能看到的范围内"))


visible_pair(may_view_run)(queries.runs_visible_to)
