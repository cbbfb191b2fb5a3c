"""Who may open an interactive package, have kept what they did in it, and see how others do."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from lantian.content.interactive import queries
from lantian.content.interactive.enums import KEEPING
from lantian.content.resources.rules import may_manage_resource
from lantian.kernel.rules import ALLOW, Actor, Verdict, deny, rule

if TYPE_CHECKING:
    from lantian.content.resources.models import Resource, ResourceVersion


@rule("interactive.run")
def may_run(actor: Actor, version: "ResourceVersion") -> Verdict:
    """Whoever sees the version, while it is not taken down and no virus was found in it."""
    if not queries.is_runnable(version):
        return deny(_("这个资源现在不能打开"))
    if queries.version_seen(actor, version.pk) is None:
        return deny(_("这个资源不对您开放"))
    return ALLOW


@rule("interactive.keep")
def may_keep(actor: Actor, version: "ResourceVersion") -> Verdict:
    """Persons who may open it; of plain pages nothing is kept."""
    if actor.person_id is None:
        return deny(_("登录以后才能保存做到哪里"))
    if queries.kind_of(version) not in KEEPING:
        return deny(_("网页包没有可以保存的记录"))
    return may_run(actor, version)


@rule("interactive.count_runs")
def may_count_runs(actor: Actor, resource: "Resource") -> Verdict:
    """How many have done it and how well: its author, and whoever administers its unit. Nobody is named."""
    return may_manage_resource(actor, resource)
