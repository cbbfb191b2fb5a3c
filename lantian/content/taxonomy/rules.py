"""Who may see and who may change textbooks and knowledge points."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from lantian.content.taxonomy import queries
from lantian.content.taxonomy.enums import FrameworkState
from lantian.kernel.rules import ALLOW, Actor, Verdict, deny, rule, visible_pair, within

if TYPE_CHECKING:
    from lantian.content.taxonomy.models import Framework, Node, Upload
    from lantian.people.roster.models import Organization


@rule("taxonomy.create")
def may_create_framework(actor: Actor, organization: "Organization | None" = None) -> Verdict:
    """Officers and researchers of a region, for it and the regions below. Asked without one: for any."""
    paths = queries.editing_paths(actor)
    if not paths:
        return deny(_("教材和知识点由教育局和教研室维护"))
    if organization is None or any(within(organization.path, path) for path in paths):
        return ALLOW
    return deny(_("这个地区不在您的管理范围内"))


@rule("taxonomy.edit")
def may_edit_framework(actor: Actor, framework: "Framework") -> Verdict:
    """Whoever may make frameworks for the region that keeps it."""
    return may_create_framework(actor, framework.organization)


@rule("taxonomy.view_framework")
def may_view_framework(actor: Actor, framework: "Framework") -> Verdict:
    """Everybody once it was published; a draft is seen by its makers."""
    if framework.state != FrameworkState.DRAFT:
        return ALLOW
    if any(within(framework.organization.path, path) for path in queries.editing_paths(actor)):
        return ALLOW
    return deny(_("这个版本还没有发布"))


@rule("taxonomy.view_node")
def may_view_node(actor: Actor, node: "Node") -> Verdict:
    """Whoever sees its framework."""
    return may_view_framework(actor, node.framework)


@rule("taxonomy.view_upload")
def may_view_upload(actor: Actor, upload: "Upload") -> Verdict:
    """Whoever may change the framework that the file is for."""
    return may_edit_framework(actor, upload.framework)


visible_pair(may_view_framework)(queries.frameworks_visible_to)
visible_pair(may_view_node)(queries.nodes_visible_to)
visible_pair(may_view_upload)(queries.uploads_visible_to)
