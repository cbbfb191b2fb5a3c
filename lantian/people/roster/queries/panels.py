"""What apps above add to the pages of a unit, a class and a person; the pages know none of them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from lantian.kernel.registry import Registry
from lantian.kernel.rules import Actor
from lantian.people.roster.models import ClassGroup, Organization, Person

if TYPE_CHECKING:
    from lantian.kernel.rules import Text


@dataclass(frozen=True)
class Panel:
    """One card: its title, the template of its inside, and what that template is given as `data`."""

    title: "Text"
    template: str
    data: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class OwnLink:
    """One line of "sign-in and safety" on one's own page: its label, the words of the link, where it leads."""

    label: "Text"
    words: "Text"
    url: str


# Each entry gives a line for whoever is signed in, or None; a fixed number of queries each.
OWN_LINKS: Registry[Callable[[Actor], OwnLink | None]] = Registry("lines of one's own page")

# Each entry gives a panel, or None when it has nothing for this actor; a fixed number of queries each.
ORGANIZATION_PANELS: Registry[Callable[[Actor, Organization], Panel | None]] = Registry("panels of a unit")
CLASS_PANELS: Registry[Callable[[Actor, ClassGroup], Panel | None]] = Registry("panels of a class")
PERSON_PANELS: Registry[Callable[[Actor, Person], Panel | None]] = Registry("panels of a person")


def panels_of_organization(actor: Actor, organization: Organization) -> list[Panel]:
    return [panel for source in ORGANIZATION_PANELS if (panel := source(actor, organization))]


def panels_of_class(actor: Actor, class_group: ClassGroup) -> list[Panel]:
    return [panel for source in CLASS_PANELS if (panel := source(actor, class_group))]


def panels_of_person(actor: Actor, person: Person) -> list[Panel]:
    return [panel for source in PERSON_PANELS if (panel := source(actor, person))]
