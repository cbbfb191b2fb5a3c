"""Who may see what; each rule asks its queryset about the one object."""

from uuid import UUID

from django.utils.translation import gettext_lazy as _

from lantian.kernel.rules import ALLOW, Actor, Verdict, deny, rule, visible_pair
from lantian.people.roster.enums import Role
from lantian.people.roster.models import ClassGroup, Organization, Person, RoleGrant
from lantian.people.roster.queries import visible


@rule("roster.view_organization")
def may_view_organization(actor: Actor, organization: Organization) -> Verdict:
    """Units of one's subtree, one's own school, and those shared with it."""
    if actor.administers(organization.path):  # the common case needs no query
        return ALLOW
    if visible.organizations_visible_to(actor).filter(pk=organization.pk).exists():
        return ALLOW
    return deny(_("这个单位不在您能看到的范围内"))


@rule("roster.view_class_group")
def may_view_class_group(actor: Actor, class_group: ClassGroup) -> Verdict:
    """Classes of one's subtree; else those one teaches, learns in or has a child in."""
    if visible.class_groups_visible_to(actor).filter(pk=class_group.pk).exists():
        return ALLOW
    return deny(_("这个班级不在您能看到的范围内"))


@rule("roster.view_person")
def may_view_person(actor: Actor, person: Person) -> Verdict:
    """Oneself, and the people that the role acted in has to do with."""
    if visible.people_visible_to(actor).filter(pk=person.pk).exists():
        return ALLOW
    return deny(_("这个人不在您能看到的范围内"))


@rule("roster.view_grant")
def may_view_grant(actor: Actor, grant: RoleGrant) -> Verdict:
    """One's own grants, and those of the subtree that one administers."""
    if visible.grants_visible_to(actor).filter(pk=grant.pk).exists():
        return ALLOW
    return deny(_("这项授权不在您能看到的范围内"))


visible_pair(may_view_organization)(visible.organizations_visible_to)
visible_pair(may_view_class_group)(visible.class_groups_visible_to)
visible_pair(may_view_person)(visible.people_visible_to)
visible_pair(may_view_grant)(visible.grants_visible_to)


@rule("roster.browse_organizations")
def may_browse_organizations(actor: Actor) -> Verdict:
    """The tree page: for all who belong to some unit."""
    if actor.paths or actor.grant:
        return ALLOW
    return deny(_("您还不属于任何单位"))


@rule("roster.browse_people")
def may_browse_people(actor: Actor) -> Verdict:
    """The list of people: for those who work with more people than their own class or family."""
    if actor.paths or actor.has_role(Role.RESEARCHER, Role.TEACHER, Role.HOMEROOM_TEACHER):
        return ALLOW
    return deny(_("人员名册供教师和管理人员使用"))


@rule("roster.switch_role")
def may_switch_role(actor: Actor, grant_id: UUID | None = None) -> Verdict:
    """Act in another of one's own roles."""
    if any(grant.id == grant_id for grant in actor.grants):
        return ALLOW
    return deny(_("您没有这个身份，或者它已经到期"))
