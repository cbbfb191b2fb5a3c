"""What happens to packs, as facts for the data centre."""

from dataclasses import dataclass
from typing import ClassVar

from lantian.kernel.events import ACTIVITY_STREAMS, LANTIAN_VERBS, Event, event


@event
@dataclass(frozen=True, kw_only=True)
class PackShared(Event):
    """Others may see it now. Object: the pack; context: reach, title."""

    name: ClassVar[str] = "packs.shared"
    verb: ClassVar[str] = ACTIVITY_STREAMS + "share"
    object_type: ClassVar[str] = "packs.pack"


@event
@dataclass(frozen=True, kw_only=True)
class PackCopied(Event):
    """Somebody made it their own. Object: the pack that was copied; context: copy, items."""

    name: ClassVar[str] = "packs.copied"
    verb: ClassVar[str] = LANTIAN_VERBS + "copied"
    object_type: ClassVar[str] = "packs.pack"


@event
@dataclass(frozen=True, kw_only=True)
class PackAttached(Event):
    """It was put to a lesson or a class. Object: the pack; context: lesson, or class_group, first and until; items."""

    name: ClassVar[str] = "packs.attached"
    verb: ClassVar[str] = ACTIVITY_STREAMS + "attach"
    object_type: ClassVar[str] = "packs.pack"


@event
@dataclass(frozen=True, kw_only=True)
class PackDetached(Event):
    """It was taken away from there again. Object: the pack; context as of `packs.attached`."""

    name: ClassVar[str] = "packs.detached"
    verb: ClassVar[str] = ACTIVITY_STREAMS + "remove"
    object_type: ClassVar[str] = "packs.pack"


@event
@dataclass(frozen=True, kw_only=True)
class ItemJudged(Event):
    """Somebody said whether a resource helped. Object: the resource; result: success; context: pack, lesson or class_group."""

    name: ClassVar[str] = "packs.judged"
    verb: ClassVar[str] = "http://id.tincanapi.com/verb/rated"
    object_type: ClassVar[str] = "resources.resource"
