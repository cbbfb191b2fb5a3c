"""What apps above add to a resource: cards on its page, and what else can be done with it. The pages know none of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from django.urls import reverse

from lantian.content.resources.models import Resource, ResourceVersion
from lantian.content.taxonomy.queries import Panel
from lantian.kernel.registry import Registry
from lantian.kernel.rules import Actor

if TYPE_CHECKING:
    from lantian.kernel.rules import Text

# Each entry gives a panel, or None when it has nothing for this actor; a fixed number of queries each.
RESOURCE_PANELS: Registry[Callable[[Actor, Resource], Panel | None]] = Registry("panels of a resource")

# Where one goes on whose file has just come and is of a kind that an app above takes apart: an address, "" where that is not so.
ARRIVALS: Registry[Callable[[Actor, ResourceVersion], str]] = Registry("what takes files apart")


def panels_of_resource(actor: Actor, resource: Resource) -> list[Panel]:
    return [panel for source in RESOURCE_PANELS if (panel := source(actor, resource))]


@dataclass(frozen=True, slots=True)
class Use:
    """What one does with a published resource, on its page and in the list: words, icon, and the name of the address, which takes
    the resource's id. The address answers htmx with a part to be shown in a dialog, and all others with a page."""

    words: "Text"
    icon: str
    url_name: str
    shown: Callable[[Actor], bool]

    def url(self, pk: UUID) -> str:
        return reverse(self.url_name, args=[pk])


USES: Registry[Use] = Registry("uses of resources")


def uses_for(actor: Actor) -> list[Use]:
    """What this actor can do with resources. No query."""
    return [use for use in USES if use.shown(actor)]


@dataclass(frozen=True, slots=True)
class ListLink:
    """Where the list leads, narrowed as it is."""

    words: "Text"
    icon: str
    url: str


# Each entry is given who looks and what the list is narrowed by; None when it has nothing for them. No queries.
LIST_LINKS: Registry[Callable[[Actor, Mapping[str, str]], ListLink | None]] = Registry("links of the list of resources")


def links_of_list(actor: Actor, said: Mapping[str, str]) -> list[ListLink]:
    return [link for source in LIST_LINKS if (link := source(actor, said))]


# What apps above have to say above the list, given who looks and what it is narrowed by; None when they have nothing for them. A
# fixed number of queries each.
LIST_PANELS: Registry[Callable[[Actor, Mapping[str, str]], Panel | None]] = Registry(
    "panels above the list of resources"
)


def panels_of_list(actor: Actor, said: Mapping[str, str]) -> list[Panel]:
    return [panel for source in LIST_PANELS if (panel := source(actor, said))]
