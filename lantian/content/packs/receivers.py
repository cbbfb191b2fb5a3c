"""Owners are told when a resource that stands in their packs is taken down."""

from django.urls import reverse
from django.utils.translation import gettext_lazy

from lantian.content.packs import queries
from lantian.content.resources.enums import ResourceState
from lantian.content.resources.events import ResourceWithdrawn
from lantian.content.resources.queries import resource_known
from lantian.people.messaging.enums import Category
from lantian.people.messaging.queries import Kind, Telling
from lantian.people.messaging.services import Audience, subscribe


def _about_withdrawn(fact: ResourceWithdrawn) -> Telling | None:
    resource = resource_known(fact.object_id)
    if resource is None or resource.state != ResourceState.WITHDRAWN:  # published again in the meantime
        return None
    owners = [one for one in queries.owners_having(resource.pk) if one != fact.actor_id]
    if not owners:
        return None
    return Telling(
        audience=Audience.of(people=owners),
        facts={"title": resource.title, "why": resource.withdrawn_why},
        subject=f"packs:withdrawn:{resource.pk}",
        link=reverse("packs_mine"),
        organization_id=resource.organization_id,
    )


subscribe(
    Kind(
        key="packs.item_withdrawn",
        event=ResourceWithdrawn,
        category=Category.WORKFLOW,
        title=gettext_lazy("您用的资源下架了：%(title)s"),
        body=gettext_lazy("您的资源包里有这个资源，学生已经看不到它。原因：%(why)s"),
        tell=_about_withdrawn,
    )
)
