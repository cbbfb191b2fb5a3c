"""What is left of somebody who was erased."""

from typing import TYPE_CHECKING

from lantian.content.resources.enums import ResourceState
from lantian.content.resources.models import Fault, Favourite, Rating, Resource, ResourceVersion, Upload
from lantian.content.resources.services import storing
from lantian.kernel.holdings import renamed

if TYPE_CHECKING:
    from lantian.kernel.holdings import Subject


def forget_author(subject: "Subject") -> int:
    """Drafts go; what was handed in belongs to the unit and stays, without the name."""
    mine = Resource.objects.filter(author__in=subject.person_ids)
    drafts = mine.filter(state=ResourceState.DRAFT, submitted_at__isnull=True)
    count = mine.count()
    drafts.delete()
    for row in mine:
        row.rights_holder, row.words = renamed(row.rights_holder, subject), renamed(row.words, subject)
        row.author = None
        row.save(update_fields=["rights_holder", "words", "author"])
    for version in ResourceVersion.objects.filter(made_by__in=subject.person_ids):
        version.rights_holder, version.words = renamed(version.rights_holder, subject), renamed(version.words, subject)
        version.save(update_fields=["rights_holder", "words"])
    return count


def forget_words(subject: "Subject") -> int:
    """Ratings, favourites and uploads go; a fault that was reported stays, and nobody has said it."""
    gone = 0
    for upload in Upload.objects.filter(person__in=subject.person_ids):
        storing.path_of_upload(upload).unlink(missing_ok=True)
    for model in (Favourite, Upload):
        gone += model.objects.filter(person__in=subject.person_ids).delete()[0]
    rated = Resource.objects.filter(ratings__person__in=subject.person_ids).distinct()
    resources = list(rated)
    gone += Rating.objects.filter(person__in=subject.person_ids).delete()[0]
    for resource in resources:
        left = list(resource.ratings.values_list("stars", flat=True))
        resource.rated, resource.stars = len(left), sum(left)
        resource.save(update_fields=["rated", "stars"])
    for fault in Fault.objects.filter(person__in=subject.person_ids):
        fault.words, fault.person = renamed(fault.words, subject), None
        fault.save(update_fields=["words", "person"])
        gone += 1
    return gone
