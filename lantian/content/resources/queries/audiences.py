"""Whom a resource reaches, said of others than the one who asks."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from lantian.content.resources.enums import Audience, Reach, ResourceState
from lantian.content.resources.models import Resource
from lantian.kernel.time.queries import organizations_of

if TYPE_CHECKING:
    from lantian.kernel.rules import Text


def why_closed(resource: Resource, path: str) -> "Text":
    """Why the students and families of the unit at an ltree path do not see it; "" when they do. What `resources_visible_to`
    says of them, without asking for each (a test holds the two together). No query."""
    if resource.state == ResourceState.WITHDRAWN:
        return _("已经下架")
    if resource.state != ResourceState.PUBLISHED:
        return _("还没有发布")
    if resource.audience == Audience.STAFF:
        return _("只给老师看")
    if resource.reach == Reach.PUBLIC:
        return ""
    if resource.reach == Reach.PRIVATE:
        return _("只有作者自己看得到")
    unit = resource.region_id if resource.reach == Reach.REGION else resource.organization_id
    if unit in organizations_of(path):
        return ""
    return _("只给一个地区用，不包括他们") if resource.reach == Reach.REGION else _("只给作者的单位用")
