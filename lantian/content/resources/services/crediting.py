"""What was said of resources in the place that they are from: ratings and marks of quality, many at a time. Nobody is told."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction
from django.db.models import Count, IntegerField, OuterRef, Subquery, Sum

from lantian.content.resources import rules
from lantian.content.resources.models import Rating, Resource
from lantian.kernel.journal.services import record_many
from lantian.kernel.rules import Actor, require

if TYPE_CHECKING:
    from lantian.people.roster.models import Organization


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody thought of a resource, and when."""

    resource: UUID
    person: UUID
    stars: int
    words: str
    at: datetime


@transaction.atomic
def bring_ratings(said: Sequence[Said], *, organization: "Organization", by: Actor) -> int:
    """Add what people thought of resources below a unit; of one who has rated it here what stands is left. A fixed number of
    statements. Returns how many resources were rated. Raises Denied.
    """
    require(rules.may_bring, by, organization)
    asked = {one.resource for one in said}
    mine = Resource.objects.filter(pk__in=asked, organization__path__within=organization.path)
    known = set(mine.values_list("pk", flat=True))
    rows = [
        Rating(resource_id=one.resource, person_id=one.person, stars=one.stars, words=one.words[:500], made_at=one.at)
        for one in said
        if one.resource in known and 1 <= one.stars <= 5
    ]
    Rating.objects.bulk_create(rows, ignore_conflicts=True)
    counted = Rating.objects.filter(resource=OuterRef("pk")).order_by().values("resource")
    return Resource.objects.filter(pk__in={row.resource_id for row in rows}).update(
        rated=Subquery(counted.annotate(n=Count("pk")).values("n"), output_field=IntegerField()),
        stars=Subquery(counted.annotate(n=Sum("stars")).values("n"), output_field=IntegerField()),
    )


@transaction.atomic
def bring_marks(marks: Mapping[UUID, str], *, organization: "Organization", by: Actor) -> int:
    """Marks of quality that offices gave elsewhere, to resources below a unit. Returns how many. Raises Denied."""
    require(rules.may_bring, by, organization)
    by_mark: dict[str, list[UUID]] = defaultdict(list)
    for resource, mark in marks.items():
        by_mark[mark.strip()[:40]].append(resource)
    done = 0
    for mark, ids in by_mark.items():
        rows = Resource.objects.filter(pk__in=ids, organization__path__within=organization.path).order_by("pk")
        found = list(rows.select_for_update(of=("self",)))
        Resource.objects.filter(pk__in=[row.pk for row in found]).update(mark=mark)
        record_many("resources.marked", found, by=by, before="", mark=mark)
        done += len(found)
    return done
