"""One's own follows, and what is new for one."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from lantian.content.follows.models import Follow, Gathering, Reader
from lantian.content.follows.queries.matching import new_for
from lantian.content.resources import queries as resources
from lantian.content.resources.enums import ResourceState
from lantian.content.taxonomy import queries as taxonomy
from lantian.kernel.rules import Actor
from lantian.people.roster.queries import grade_words

if TYPE_CHECKING:
    from lantian.content.resources.models import Resource

SHOWN = 60


def own_follows(actor: Actor) -> QuerySet[Follow]:
    """One's own, the newest first."""
    if actor.person_id is None:
        return Follow.objects.none()
    rows = Follow.objects.filter(person=actor.person_id).select_related("node__framework", "author", "organization")
    return rows.order_by("-made_at", "pk")


def reader_of(actor: Actor) -> Reader | None:
    """How far one has read. One query at most."""
    return Reader.objects.filter(person=actor.person_id).first() if actor.person_id else None


def reader_behind(digest: str) -> Reader | None:
    """Whose feed has that address, while their account may sign in. One query."""
    rows = Reader.objects.filter(digest=digest, person__account__is_active=True, person__erased_at__isnull=True)
    return rows.select_related("person__account").first() if digest else None


def last_gathering() -> Gathering | None:
    return Gathering.objects.order_by("-until").first()


def described(follow: Follow, places: Mapping[UUID, taxonomy.Place]) -> str:
    """What is followed, in words; data and facets side by side."""
    said: list[str] = []
    if follow.node_id:
        said.append(places[follow.node_id].words if follow.node_id in places else str(follow.node))
    if follow.author is not None:
        said.append(follow.author.name)
    if follow.organization is not None:
        said.append(str(follow.organization))
    if follow.words:
        said.append(_("“%(words)s”") % {"words": follow.words})
    facets = (
        follow.get_stage_display(),
        grade_words(follow.grade, follow.stage),
        follow.get_subject_display(),
        follow.get_kind_display(),
        follow.get_purpose_display(),
    )
    return " · ".join([*said, *(str(each) for each in facets if each)])


@dataclass(frozen=True, slots=True)
class News:
    """A new resource, and what one follows that it fits."""

    resource: "Resource"
    because: tuple[str, ...]


def news_for(actor: Actor, since: datetime, until: datetime | None = None) -> list[News]:
    """What was published since that fits one's follows and that one may see now, the newest first. Five queries at most."""
    if actor.person_id is None:
        return []
    pairs = new_for(actor.person_id, since, until or timezone.now())
    if not pairs:
        return []
    follows = {row.pk: row for row in own_follows(actor)}
    nodes = {row.node_id for row in follows.values() if row.node_id}
    places = taxonomy.places_of(nodes) if nodes else {}
    words: dict[UUID, list[str]] = {}
    for resource, follow in pairs:
        if follow in follows:
            words.setdefault(resource, []).append(described(follows[follow], places))
    rows = resources.resources_visible_to(actor).filter(state=ResourceState.PUBLISHED, pk__in=list(words))
    found = resources.with_names(rows).order_by("-published_at", "pk")[:SHOWN]
    return [News(row, tuple(words[row.pk])) for row in found]
