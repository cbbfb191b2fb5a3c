"""Who may exchange what."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from lantian.kernel.rules import ALLOW, Actor, Verdict, deny, rule, visible_pair
from lantian.people.exchange import queries
from lantian.people.roster.enums import Role

if TYPE_CHECKING:
    from uuid import UUID

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


@rule("exchange.correct")
def may_correct(actor: Actor, run: "ImportRun", school_id: "UUID | None" = None) -> Verdict:
    """Correct rows of a list: whoever may import there; and who manages a school that was sent them, in its own."""
    if may_import(actor, run.organization):
        return ALLOW
    if school_id is not None and queries.sent_to(actor, run).filter(organization_id=school_id).exists():
        return ALLOW
    return deny(_("只能更正自己学校的、教育局已经发来的内容"))


@rule("exchange.view_corrections")
def may_view_corrections(actor: Actor, run: "ImportRun") -> Verdict:
    """What is to be corrected in a list: whoever sees the run, and who manages a school that was sent its own part."""
    if queries.lists_visible_to(actor).filter(pk=run.pk).exists():
        return ALLOW
    return deny(_("这批导入不在您能看到的范围内"))


visible_pair(may_view_corrections)(queries.lists_visible_to)
