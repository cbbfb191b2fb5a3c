"""Who may use a code to tie themselves to a child."""

from django.utils.translation import gettext_lazy as _

from lantian.kernel.rules import ALLOW, Actor, ActorKind, Verdict, deny, rule
from lantian.people.roster.enums import Role


@rule("roster.redeem_binding_code")
def may_redeem_binding_code(actor: Actor) -> Verdict:
    """Everybody signed in as a person, but students."""
    if actor.kind is not ActorKind.PERSON or actor.person_id is None:
        return deny(_("请用自己的账号登录后绑定"))
    if any(grant.role == Role.STUDENT for grant in actor.grants):
        return deny(_("学生账号不能绑定为监护人"))
    return ALLOW
