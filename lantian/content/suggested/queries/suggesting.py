"""What is suggested to a teacher: candidates of all sources, of them what one may see at this moment, in one varied order."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Case, Exists, F, FloatField, IntegerField, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Cast
from django.utils import timezone

from lantian.content.resources import queries as resources
from lantian.content.resources.enums import ResourceState
from lantian.content.suggested.engine.blending import Blended, Nature, Said, blended, varied
from lantian.content.suggested.enums import Source
from lantian.content.suggested.models import Build, Hidden, Plain
from lantian.content.suggested.queries.candidates import Own, Taught, at_nodes_of, near_to, of_peers, own_of, taught_by
from lantian.content.suggested.queries.reasons import Reason, reason_of
from lantian.content.suggested.rules import may_see_suggestions
from lantian.kernel.rules import Actor

if TYPE_CHECKING:
    from lantian.content.resources.models import Resource

IN_PANEL, IN_LIST = 6, 40
BY_SUBJECT = 60
_FACTS = ("pk", "author_id", "kind", "title")


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
    fitting = _fitting(actor, taught, own, most)
    said += [Said(pk, Source.SUBJECT, 1.0 - place / (2 * BY_SUBJECT)) for place, pk in enumerate(fitting)]
    known = own.known
    scored = {pk: one for pk, one in blended(said).items() if pk not in known}
    natures, titles = _seen(actor, scored, [pk for pk, _worth, _at in seeds])
    chosen = varied(scored.values(), natures, most)
    rows = _shown(actor, chosen)
    # what was hidden from them in this very moment is not there
    return [
        Suggestion(rows[one.key], reason_of(one.best, rows[one.key], titles, now), one.best.source)
        for one in chosen
        if one.key in rows
    ]


def _fitting(actor: Actor, taught: Sequence[Taught], own: Own, most: int) -> list[UUID]:
    """By what one teaches: same subject and grade first, then marked, well rated and new ones. One query."""
    rows = _seen_by(actor).exclude(author=actor.person_id).exclude(pk__in=list(own.known))
    subjects = sorted({one.subject for one in taught if one.subject})
    stages = sorted({one.stage for one in taught if one.stage})
    grades = sorted({one.grade for one in taught if one.grade})
    if subjects:
        rows = rows.filter(subject__in=subjects)
    if stages:
        rows = rows.filter(Q(stage__in=stages) | Q(stage=""))
    fit = Case(
        When(grade__in=grades, then=Value(2)),
        When(grade__isnull=True, then=Value(1)),
        default=Value(0),
        output_field=IntegerField(),
    )
    # of few ratings the mean is drawn towards three and a half
    good = (Cast(F("stars"), FloatField()) + 7.0) / (Cast(F("rated"), FloatField()) + 2.0)
    marked = Case(When(mark="", then=Value(0)), default=Value(1), output_field=IntegerField())
    rows = rows.annotate(fit=fit, good=good, marked=marked).order_by("-fit", "-marked", "-good", "-published_at", "pk")
    return list(rows.values_list("pk", flat=True)[: max(BY_SUBJECT, most)])


def _seen(
    actor: Actor, scored: Mapping[UUID, Blended[UUID]], seeds: Iterable[UUID]
) -> tuple[dict[UUID, Nature], dict[UUID, str]]:
    """Of the candidates those that one may see now and that are not one's own; and titles of what one used, where one sees it.
    One query."""
    seeds = set(seeds)
    rows = _seen_by(actor).filter(pk__in=[*scored, *seeds]).values_list(*_FACTS)
    natures: dict[UUID, Nature] = {}
    titles: dict[UUID, str] = {}
    for pk, author, kind, title in rows:
        if pk in seeds:
            titles[pk] = title
        elif author is None or author != actor.person_id:
            natures[pk] = Nature(author, kind)
    return natures, titles


def _shown(actor: Actor, chosen: Sequence[Blended[UUID]]) -> "dict[UUID, Resource]":
    """With all that is drawn of them, and not what was hidden meanwhile. One query."""
    hidden = Hidden.objects.filter(person=actor.person_id, resource=OuterRef("pk"))
    rows = _seen_by(actor).filter(~Exists(hidden), pk__in=[one.key for one in chosen])
    return {row.pk: row for row in resources.with_names(rows)}
