"""What apps above add: cards on a node's page, and counts of what stands on knowledge points. The pages know none of them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import UUID

from lantian.content.taxonomy.models import Node
from lantian.kernel.registry import Registry
from lantian.kernel.rules import Actor

if TYPE_CHECKING:
    from lantian.kernel.rules import Text


@dataclass(frozen=True)
class Panel:
    """One card: its title, the template of its inside, and what that template is given as `data`."""

    title: "Text"
    template: str
    data: dict[str, Any] = field(default_factory=dict)


# Each entry is given the actor, the node, and all ids that what stands at it or below may carry (`standing_ids`: old versions
# too); it gives a panel, or None when it has nothing for this actor. A fixed number of queries each.
NODE_PANELS: Registry[Callable[[Actor, Node, Sequence[UUID]], Panel | None]] = Registry("panels of a taxonomy node")


def panels_of_node(actor: Actor, node: Node, ids: Sequence[UUID]) -> list[Panel]:
    return [panel for source in NODE_PANELS if (panel := source(actor, node, ids))]


@dataclass(frozen=True)
class Counter:
    """Counts things of an app by the nodes that they stand on.

    `kinds()`: what they are told apart by (key, words): 课件, 微课 … `count(actor, ids)`: (node id, key) -> how many the actor
    sees on that very node, for the ids given; nodes without any may be left out. A fixed number of queries.
    """

    title: "Text"
    kinds: "Callable[[], Sequence[tuple[str, Text]]]"
    count: Callable[[Actor, Sequence[UUID]], Mapping[tuple[UUID, str], int]]
    # Where things of a kind on a node are listed; "" where there is no such page.
    url: Callable[[UUID, str], str] = lambda _node, _kind: ""


COUNTERS: Registry[Counter] = Registry("counters of what stands on taxonomy nodes")


@dataclass(frozen=True)
class Mark:
    """What an app says beside a knowledge point on the coverage page: words, a badge's tone, and where it leads."""

    words: "Text"
    url: str
    tone: str = "info"


@dataclass(frozen=True)
class Asking:
    """What can be done about points on which too little stands, and what is being done already.

    `marks(actor, ids)`: node id -> mark, for those of the nodes that have one; a fixed number of queries. `url(actor)`: the page
    that asks for the points chosen (it is given `node=…` for each), "" for those who may not. `words`: on the button there.
    """

    title: "Text"
    words: "Text"
    marks: Callable[[Actor, Sequence[UUID]], Mapping[UUID, Mark]]
    url: Callable[[Actor], str]


ASKINGS: Registry[Asking] = Registry("what is done about points on which too little stands")
