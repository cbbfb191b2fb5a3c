"""What is suggested to a teacher: candidates of all sources, of them what one may see at this moment, in one varied order."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db.models import Case, Exists, F, FloatField, IntegerField, OuterRef, QuerySet, Value, When
from django.db.models.functions import Cast
from django.utils import timezone

from lantian.content.resources import queries as resources
from lantian.content.resources.enums import ResourceState
from lantian.content.suggested.engine.blending import Blended, Nature, Said, blended, varied
from lantian.content.suggested.enums import Source
from lantian.content.suggested.models import Build, Hidden, Plain
from lantian.content.suggested.queries.candidates import at_nodes_of, near_to, of_peers, own_of, taught_by
from lantian.content.suggested.queries.reasons import Reason, reason_of
from lantian.content.suggested.rules import may_see_suggestions
from lantian.kernel.rules import Actor
from lantian.kernel.shaped import shaped

if TYPE_CHECKING:
    from lantian.content.resources.models import Resource

IN_PANEL, IN_LIST = 6, 40
BY_SUBJECT = 60


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A resource that one may see and has not used, and why it is shown."""

    resource: "Resource"
    reason: Reason
    source: str


def last_build() -> Build | None:
    return Build.objects.order_by("-pk").first()


def is_plain(actor: Actor) -> bool:
    return actor.person_id is not None and Plain.objects.filter(person=actor.person_id).exists()


def _seen_by(actor: Actor) -> "QuerySet[Resource]":
    return resources.resources_visible_to(actor).filter(state=ResourceState.PUBLISHED)


def hidden_by(actor: Actor) -> QuerySet[Hidden]:
    """What one does not want to be shown and may see, the newest first."""
    rows = Hidden.objects.filter(person=actor.person_id, resource__in=_seen_by(actor).values("pk"))
    return rows.select_related("resource").order_by("-made_at", "-pk")


def suggestions_for(actor: Actor, most: int = IN_PANEL) -> list[Suggestion]:
    """The best first; none for those who do not teach. Eight queries at most, whatever there is."""
    if actor.person_id is None or not may_see_suggestions(actor):
        return []
    now = timezone.now()
    taught, own = taught_by(actor.person_id), own_of(actor.person_id)
    seeds = own.seeds(now)
    said = [*of_peers(taught)]
    if seeds:
        said += [*near_to(seeds), *at_nodes_of(seeds, now)]
    known = own.known
    stages = sorted({one.stage for one in taught if one.stage})
    fitting = _fitting(
        actor,
        list(known),
        sorted({one.subject for one in taught if one.subject}) or None,
        [*stages, ""] if stages else None,
        sorted({one.grade for one in taught if one.grade}),
    )
    said += [Said(pk, Source.SUBJECT, 1.0 - place / (2 * BY_SUBJECT)) for place, pk in enumerate(fitting)]
    scored = {pk: one for pk, one in blended(said).items() if pk not in known}
    natures, titles = _seen(actor, scored, [pk for pk, _worth, _at in seeds])
    chosen = varied(scored.values(), natures, most)
    rows = {row.pk: row for row in _shown(actor, [one.key for one in chosen])}
    # what was hidden from them in this very moment is not there
    return [
        Suggestion(rows[one.key], reason_of(one.best, rows[one.key], titles, now), one.best.source)
        for one in chosen
        if one.key in rows
    ]


@shaped
def _fitting(actor: Actor, known: Any, subjects: Any, stages: Any, grades: Any) -> QuerySet[Any, UUID]:
    """By what one teaches: same subject and grade first, then marked, well rated and new ones."""
    rows = _seen_by(actor).exclude(author=actor.person_id).exclude(pk__among=known)
    if subjects is not None:
        rows = rows.filter(subject__among=subjects)
    if stages is not None:
        rows = rows.filter(stage__among=stages)
    fit = Case(
        When(grade__among=grades, then=Value(2)),
        When(grade__isnull=True, then=Value(1)),
        default=Value(0),
        output_field=IntegerField(),
    )
    # of few ratings the mean is drawn towards three and a half
    good = (Cast(F("stars"), FloatField()) + 7.0) / (Cast(F("rated"), FloatField()) + 2.0)
    marked = Case(When(mark="", then=Value(0)), default=Value(1), output_field=IntegerField())
    rows = rows.annotate(fit=fit, good=good, marked=marked).order_by("-fit", "-marked", "-good", "-published_at", "pk")
    return rows.values_list("pk", flat=True)[:BY_SUBJECT]


@shaped
def _facts(actor: Actor, ids: Any) -> QuerySet[Any, tuple[UUID, UUID | None, str, str]]:
    """Of what the actor may see now: what variety goes by, and the title."""
    return _seen_by(actor).filter(pk__among=ids).values_list("pk", "author_id", "kind", "title")


@shaped
def _shown(actor: Actor, ids: Any) -> "QuerySet[Any, Resource]":
    """With all that is drawn of them, and not what was hidden meanwhile."""
    hidden = Hidden.objects.filter(person=actor.person_id, resource=OuterRef("pk"))
    return resources.with_names(_seen_by(actor).filter(~Exists(hidden), pk__among=ids))


def _seen(
    actor: Actor, scored: Mapping[UUID, Blended[UUID]], seeds: Iterable[UUID]
) -> tuple[dict[UUID, Nature], dict[UUID, str]]:
    """Of the candidates those that one may see now and that are not one's own; and titles of what one used, where one sees it.
    One query."""
    seeds = set(seeds)
    natures: dict[UUID, Nature] = {}
    titles: dict[UUID, str] = {}
    for pk, author, kind, title in _facts(actor, [*scored, *seeds]):
        if pk in seeds:
            titles[pk] = title
        elif author is None or author != actor.person_id:
            natures[pk] = Nature(author, kind)
    return natures, titles
