"""Following from where one is: a node of a textbook, a resource, the list of resources. No query for who may not."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING
from urllib.parse import urlencode
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from lantian.content.follows.models import Follow
from lantian.content.resources.enums import ResourceState
from lantian.content.resources.queries import ListLink
from lantian.content.taxonomy.queries import Panel
from lantian.kernel.rules import Actor
from lantian.people.roster.enums import Role

if TYPE_CHECKING:
    from lantian.content.resources.models import Resource
    from lantian.content.taxonomy.models import Node

FROM_LIST = ("subject", "stage", "grade", "kind", "purpose")


def _follows(actor: Actor) -> bool:
    return actor.person_id is not None and not actor.is_screen


def panel_of_node(actor: Actor, node: "Node", ids: Sequence[UUID]) -> Panel | None:
    """A button that follows the node, or says that one does. One query."""
    if not _follows(actor):
        return None
    mine = Follow.objects.filter(person=actor.person_id, node=node, subject="", stage="", words="").first()
    return Panel(_("新资源"), "follows/_node.html", {"node": node, "mine": mine})


def panel_of_resource(actor: Actor, resource: "Resource") -> Panel | None:
    """Buttons that follow its author and its unit; not for students, who follow what they learn and nobody. One query."""
    if not _follows(actor) or actor.has_role(Role.STUDENT) or resource.state != ResourceState.PUBLISHED:
        return None
    rows = Follow.objects.filter(person=actor.person_id, subject="", stage="", words="", node__isnull=True)
    mine = list(rows.values_list("author", "organization"))
    data = {
        "resource": resource,
        "author": resource.author_id is not None and resource.author_id != actor.person_id,
        "follows_author": any(author == resource.author_id for author, _unit in mine if author),
        "follows_unit": any(unit == resource.organization_id for _author, unit in mine if unit),
    }
    return Panel(_("关注"), "follows/_resource.html", data)


def link_of_list(actor: Actor, said: Mapping[str, str]) -> ListLink | None:
    """The way from a list as it is narrowed to a follow of the same. No query."""
    if not _follows(actor):
        return None
    given = {name: said[name] for name in FROM_LIST if said.get(name)}
    if said.get("q") and not actor.has_role(Role.STUDENT):
        given["words"] = said["q"]
    return ListLink(_("关注这类"), "bell-plus", reverse("follows_new") + (f"?{urlencode(given)}" if given else ""))
