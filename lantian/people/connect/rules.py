"""Who may let other software in."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from lantian.kernel.rules import ALLOW, Actor, Verdict, deny, rule, visible_pair
from lantian.people.connect import queries
from lantian.people.roster.enums import Role

if TYPE_CHECKING:
    from lantian.people.connect.models import Client
    from lantian.people.roster.models import Organization


@rule("connect.register_client")
def may_register_client(actor: Actor, organization: "Organization | None" = None) -> Verdict:
    """Register software, give it a new secret, stop it: officers, for their own bureau and what is below."""
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
