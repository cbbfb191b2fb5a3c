"""Who may let other software in, and who may sign on to it."""

from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lantian.kernel.rules import ALLOW, Actor, ActorKind, Verdict, deny, rule, visible_pair
from lantian.people.connect import queries
from lantian.people.connect.enums import Kind
from lantian.people.roster.enums import Role

if TYPE_CHECKING:
    from lantian.people.connect.models import Client, SignOn
    from lantian.people.connect.queries import Standing
    from lantian.people.roster.models import Organization


@rule("connect.register_client")
def may_register_client(actor: Actor, organization: "Organization | None" = None) -> Verdict:
    """Register software, change its terms, give it a new secret, stop it: officers, for their own bureau and what is below."""
    if not actor.has_role(Role.OFFICER):
        return deny(_("软件接入由教育局办理"))
    if organization is None or actor.administers(organization.path):
        return ALLOW
    return deny(_("只能为自己管辖的单位登记软件"))


@rule("connect.view_client")
def may_view_client(actor: Actor, client: "Client") -> Verdict:
    """Software that the own subtree answers for."""
    if queries.clients_visible_to(actor).filter(pk=client.pk).exists():
        return ALLOW
    return deny(_("这个软件不在您能看到的范围内"))


visible_pair(may_view_client)(queries.clients_visible_to)


@rule("connect.sign_on")
def may_sign_on(actor: Actor, client: "Client", standing: "Standing | None" = None) -> Verdict:
    """Go to other software as who one is here: people of the client's units, guardians of their pupils among them.

    Under fourteen only where the bureau or school has decided: a child cannot agree (个人信息保护法 art. 31). `standing` spares
    the look-up where it is known.
    """
    if not client.is_live(timezone.localdate()) or Kind.SIGN_ON not in client.kinds:
        return deny(_("这个软件现在不能登录：它已停用、已到期，或者没有开通统一登录。"))
    if actor.kind is not ActorKind.PERSON:
        return deny(_("班级大屏不能登录别的软件，请用您自己的账号。"))
    standing = queries.standing_of(actor, client) if standing is None else standing
    if not standing.roles:
        return deny(_("这个软件只开放给它的单位里的师生和家长，您的账号不在其中。"))
    if standing.is_young and not client.approved:
        return deny(_("这个软件还没有经学校或教育局统一同意，未满十四周岁的同学不能自己决定使用。请告诉老师。"))
    return ALLOW


@rule("connect.keep_own_sign_on")
def may_keep_own_sign_on(actor: Actor, sign_on: "SignOn | None" = None) -> Verdict:
    """See what one's own account agreed to, and take it back."""
    if actor.is_anonymous or (sign_on is not None and actor.account_id != sign_on.account_id):
        return deny(_("只能管理自己的账号"))
    return ALLOW
