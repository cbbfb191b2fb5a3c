"""What teachers do with resources is noted as it happens. Every receiver bears a repeat: ways are bits."""

from lantian.content.packs.events import PackAttached
from lantian.content.resources.events import ResourceDownloaded, ResourceRated
from lantian.content.suggested import services
from lantian.content.suggested.enums import Way
from lantian.kernel.events import Event, receiver
from lantian.kernel.rules import ActorKind


def _by_person(fact: Event) -> bool:
    return fact.actor_id is not None and fact.actor_kind == ActorKind.PERSON


@receiver(ResourceDownloaded)
def note_download(fact: ResourceDownloaded) -> None:
    """Somebody took the file away."""
    if fact.actor_id is not None and _by_person(fact):
        services.note_uses([(fact.actor_id, fact.object_id, Way.TOOK, fact.occurred_at)])


@receiver(ResourceRated)
def note_rating(fact: ResourceRated) -> None:
    """Somebody said what it is worth."""
    if fact.actor_id is not None and _by_person(fact):
        share = float(fact.result.get("score", {}).get("scaled", 0.6))
        services.note_rating(fact.actor_id, fact.object_id, share, fact.occurred_at)


@receiver(PackAttached)
def note_pack(fact: PackAttached) -> None:
    """A pack was put to a lesson or a class."""
    services.note_pack(fact.object_id, fact.occurred_at)
