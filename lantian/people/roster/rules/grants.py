"""Who may give and take roles: only below oneself, only what one's own role contains, never to oneself, never for longer."""

from datetime import date

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lantian.kernel.rules import ALLOW, Actor, Verdict, deny, rule
from lantian.kernel.web.dates import said_day
from lantian.people.roster.enums import GRANTABLE, MemberRole, Role
from lantian.people.roster.models import Membership, Organization, Person, RoleGrant, valid_on
from lantian.people.roster.queries import visible
from lantian.people.roster.rules.holding import PLACES, holds


@rule("roster.see_grants")
def may_see_grants(actor: Actor) -> Verdict:
    """The page of grants: for those who administer or hand out roles."""
    if actor.paths or actor.has_role(Role.OPERATOR):
        return ALLOW
    return deny(_("授权由教育局和学校管理人员办理"))


@rule("roster.grant")
def may_grant(
    actor: Actor,
    person: Person,
    role: str,
    organization: Organization,
    valid_to: date | None = None,
) -> Verdict:
    """Give a role. The reasons are asked in the order in which they help the person who fills in the form."""
    reach = _within_reach(actor, role, organization)
    if not reach:
        return reach
    if actor.person_id == person.pk:
        return deny(_("不能给自己授权"))
    if not visible.people_visible_to(actor).filter(pk=person.pk).exists():
        return deny(_("这个人不在您能看到的范围内"))
    if Membership.objects.filter(valid_on(timezone.localdate()), person=person, role=MemberRole.STUDENT).exists():
        return deny(_("在读学生不能担任管理职务"))
    return _within_own_time(actor, valid_to)


def _within_reach(actor: Actor, role: str, organization: Organization) -> Verdict:
    if role not in GRANTABLE:
        return deny(_("这个身份随任课、学籍或监护关系产生，不能单独授予"))
    if organization.kind not in PLACES[role]:
        return deny(_("这项职务不能设在这类单位"))
    if not organization.is_active:
        return deny(_("这个单位已经停用"))
    if actor.has_role(Role.OFFICER) and not actor.administers(organization.path):
        return deny(_("只能在自己管辖的地区内授权"))
    if not holds(actor, role, organization.path):
        return deny(_("只能授予自己权限以内的职务，并且只能授给下级单位；本级职务请由上一级办理"))
    return ALLOW


def _within_own_time(actor: Actor, valid_to: date | None) -> Verdict:
    """The grant acted under is looked up afresh: it may have been revoked or shortened since the page was opened."""
    assert actor.grant is not None
    own = visible.live_grants().filter(pk=actor.grant.id).first()
    if own is None or own.person_id != actor.person_id:
        return deny(_("您自己的授权已经到期或被撤销"))
    if own.valid_to and (valid_to is None or valid_to > own.valid_to):
        return deny(_("授权期限不能超过您自己的任期（%(day)s）") % {"day": said_day(own.valid_to)})
    return ALLOW


@rule("roster.revoke_grant")
def may_revoke_grant(actor: Actor, grant: RoleGrant) -> Verdict:
    """Take a role back: whoever could give it there, not the holder."""
    if actor.person_id == grant.person_id:
        return deny(_("不能撤销自己的授权，请由上级办理"))
    if not holds(actor, grant.role, grant.organization.path):
        return deny(_("只能撤销下级单位、自己权限以内的职务"))
    return _within_own_time(actor, timezone.localdate())
