"""Who is shown suggestions."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from lantian.content.resources import queries as resources
from lantian.kernel.rules import ALLOW, Actor, Verdict, deny, rule
from lantian.people.roster.enums import Role

if TYPE_CHECKING:
    from lantian.content.resources.models import Resource

TEACHING = (Role.TEACHER, Role.HOMEROOM_TEACHER)


@rule("suggested.see")
def may_see_suggestions(actor: Actor) -> Verdict:
    """Who teaches, in that role. Of students and families nothing is kept from which a profile could be made; they have what
    their teachers give them."""
    if actor.person_id is None or not actor.has_role(*TEACHING):
        return deny(_("推荐给正在任课的老师看"))
    return ALLOW


@rule("suggested.see_together")
def may_see_together(actor: Actor) -> Verdict:
    """What else those used who used a resource: teachers, and those who make resources or run schools."""
    if actor.person_id is None or not actor.has_role(*resources.STAFF_ROLES):
        return deny(_("哪些资源一起用，给老师和教研、管理人员看"))
    return ALLOW


@rule("suggested.hide")
def may_hide(actor: Actor, resource: "Resource | None" = None) -> Verdict:
    """Who is shown suggestions says of what they see that they do not want it."""
    verdict = may_see_suggestions(actor)
    if not verdict or resource is None:
        return verdict
    if resources.resources_visible_to(actor).filter(pk=resource.pk).exists():
        return ALLOW
    return deny(_("这个资源不对您开放"))
