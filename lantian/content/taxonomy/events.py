"""What happens to the taxonomy, for all that refers to nodes."""

from dataclasses import dataclass
from typing import ClassVar

from lantian.kernel.events import LANTIAN_VERBS, Event, event


@event
@dataclass(frozen=True, kw_only=True)
class FrameworkPublished(Event):
    """A framework is in use from now on. Object: it; context: subject, stage, kind, predecessor (id or "")."""

    name: ClassVar[str] = "taxonomy.framework_published"
    verb: ClassVar[str] = LANTIAN_VERBS + "published"
    object_type: ClassVar[str] = "taxonomy.framework"


@event
@dataclass(frozen=True, kw_only=True)
class FrameworkRetired(Event):
    """A framework is no longer in use. Object: it."""

    name: ClassVar[str] = "taxonomy.framework_retired"
    verb: ClassVar[str] = LANTIAN_VERBS + "retired"
    object_type: ClassVar[str] = "taxonomy.framework"


@event
@dataclass(frozen=True, kw_only=True)
class NodesChanged(Event):
    """Nodes were renamed, moved, merged, split, retired or restored: whoever shows their titles or finds by their places looks
    again. Object: the framework; context: action, nodes (ids; empty where there are too many to be named: all of it)."""

    name: ClassVar[str] = "taxonomy.nodes_changed"
    verb: ClassVar[str] = LANTIAN_VERBS + "changed"
    object_type: ClassVar[str] = "taxonomy.framework"
