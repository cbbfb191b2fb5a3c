"""A package that is handed in or published is unpacked before the first one opens it."""

from collections.abc import Sequence
from uuid import UUID

from lantian.content.interactive import services
from lantian.content.resources import queries as resources
from lantian.content.resources.engine import kinds
from lantian.content.resources.enums import ResourceKind
from lantian.content.resources.events import ResourcePublished, ResourceSubmitted
from lantian.kernel.events import receiver, receiver_of_many


def _ask(resource_id: UUID) -> None:
    for blob in resources.blobs_of(resource_id):
        if blob.kind in kinds.PACKAGES:
            services.ask_package(blob.pk, blob.kind)


@receiver(ResourceSubmitted)
def unpack_submitted(fact: ResourceSubmitted) -> None:
    """Those who decide want to see it."""
    _ask(fact.object_id)


@receiver_of_many(ResourcePublished)
def unpack_published(facts: Sequence[ResourcePublished]) -> None:
    """Everybody else."""
    for fact in facts:
        if fact.context.get("kind", ResourceKind.INTERACTIVE) == ResourceKind.INTERACTIVE:
            _ask(fact.object_id)
