"""A package that is handed in or published is unpacked before the first one opens it."""

from uuid import UUID

from lantian.content.interactive import services
from lantian.content.resources import queries as resources
from lantian.content.resources.engine import kinds
from lantian.content.resources.events import ResourcePublished, ResourceSubmitted
from lantian.kernel.events import receiver


def _ask(resource_id: UUID) -> None:
    for blob in resources.blobs_of(resource_id):
        if blob.kind in kinds.PACKAGES:
            services.ask_package(blob.pk, blob.kind)


@receiver(ResourceSubmitted)
def unpack_submitted(fact: ResourceSubmitted) -> None:
    """Those who decide want to see it."""
    _ask(fact.object_id)


@receiver(ResourcePublished)
def unpack_published(fact: ResourcePublished) -> None:
    """Everybody else."""
    _ask(fact.object_id)
