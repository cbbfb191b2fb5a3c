"""Who may exchange what."""

from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lantian.kernel.rules import ALLOW, Actor, ActorKind, Verdict, deny, rule, visible_pair
from lantian.people.exchange import queries
from lantian.people.roster.enums import Role
from lantian.people.schedule.rules import may_manage_timetable

if TYPE_CHECKING:
    from uuid import UUID

    from lantian.people.connect.queries import Access
    from lantian.people.exchange.models import Export, ImportRun, WeekImport
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


@rule("exchange.import_week")
def may_import_week(actor: Actor, organization: "Organization | None" = None) -> Verdict:
    """Whoever keeps a school's timetable reads it from a spreadsheet."""
    return may_manage_timetable(actor, organization)


@rule("exchange.view_week")
def may_view_week(actor: Actor, week: "WeekImport") -> Verdict:
    """What was read for schools of one's own subtree."""
    if queries.week_imports_visible_to(actor).filter(pk=week.pk).exists():
        return ALLOW
    return deny(_("这份课表不是您能导入的"))


visible_pair(may_view_week)(queries.week_imports_visible_to)


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


@rule("exchange.pull_roster")
def may_pull_roster(actor: Actor, access: "Access | None" = None, *scopes: str) -> Verdict:
    """Read records over REST: registered software with a token for one of `scopes`, while it is let in."""
    if actor.kind is not ActorKind.CLIENT or access is None:
        return deny(_("这个接口只供登记过的软件使用"))
    if not access.live_on(timezone.localdate()):
        return deny(_("这个软件已停用或已到期"))
    if not access.scopes & set(scopes):
        return deny(_("这个软件没有开放这项内容"))
    return ALLOW


@rule("exchange.export")
def may_export(actor: Actor, organization: "Organization | None" = None) -> Verdict:
    """Take records out as files: officers for their subtree, heads and school IT for their school."""
    if not actor.has_role(*IMPORTERS):
        return deny(_("导出名册由教育局和学校管理人员办理"))
    if organization is None or actor.administers(organization.path):
        return ALLOW
    return deny(_("只能导出自己管辖的单位"))


@rule("exchange.export_sensitive")
def may_export_sensitive(actor: Actor, organization: "Organization | None" = None) -> Verdict:
    """With phone, citizen ID and student number in clear: officers and heads, not every keeper of computers."""
    if not actor.has_role(Role.OFFICER, Role.SCHOOL_HEAD):
        return deny(_("证件号和联系方式由教育局或校长导出"))
    return may_export(actor, organization)


@rule("exchange.view_export")
def may_view_export(actor: Actor, export: "Export") -> Verdict:
    """One's own exports: what was made for one person is not fetched by another."""
    if queries.exports_visible_to(actor).filter(pk=export.pk).exists():
        return ALLOW
    return deny(_("这份导出不是您办理的"))


visible_pair(may_view_export)(queries.exports_visible_to)
