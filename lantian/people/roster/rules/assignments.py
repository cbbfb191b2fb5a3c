"""Who sees and who settles which teacher teaches what."""

from django.utils.translation import gettext_lazy as _

from lantian.kernel.rules import ALLOW, Actor, Verdict, deny, rule
from lantian.people.roster.enums import Role
from lantian.people.roster.models import Organization
from lantian.people.roster.queries import visible
from lantian.people.roster.rules.managing import manages


@rule("roster.see_assignments")
def may_see_assignments(actor: Actor, organization: Organization) -> Verdict:
    """The administration and researchers of the school's subtree, and its own teachers."""
    if visible.overlooks(actor, organization.path):
        return ALLOW
    own = actor.grant is not None and actor.grant.organization_id == organization.pk
    if own and actor.has_role(Role.TEACHER, Role.HOMEROOM_TEACHER):
        return ALLOW
    return deny(_("任课安排供本校教师和管理人员查看"))


@rule("roster.assign_teachers")
def may_assign_teachers(actor: Actor, organization: Organization) -> Verdict:
    """Heads, school IT and the bureau above."""
    if manages(actor, organization.path):
        return ALLOW
    return deny(_("任课安排由学校管理人员办理"))
