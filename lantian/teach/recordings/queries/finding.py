"""Recordings and what they open of lessons, as the search has them."""

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from lantian.commons.search import queries as search
from lantian.content.media.enums import StreamState
from lantian.content.media.queries import poster_url
from lantian.kernel.rules import Actor
from lantian.kernel.web.dates import said_day
from lantian.people.schedule.queries import lessons_known
from lantian.people.schedule.queries import with_names as lessons_with_names
from lantian.teach.recordings.enums import Audience, State
from lantian.teach.recordings.models import Recording
from lantian.teach.recordings.queries.recordings import recordings_visible_to, with_names


def _documents(ids: Sequence[UUID]) -> Iterable[search.Document]:
    rows = list(with_names(Recording.objects.filter(pk__in=list(ids))))
    lessons = search.lesson_tokens(lessons_with_names(lessons_known(row.session.lesson_id for row in rows)))
    for row in rows:
        lesson = row.session.lesson
        managed = search.below(row.organization.path) | {search.token("p", lesson.teacher_id)}
        there = row.state == State.SHOWN and row.session.stream.state != StreamState.DELETED
        chapters = [str(chapter.get("title", "")) for chapter in row.chapters]
        yield search.Document(
            id=row.pk,
            title=row.title,
            see=frozenset(managed | lessons[lesson.pk] if there else managed),
            body=" ".join([lesson.title, lesson.summary, *chapters]),
            words=(row.organization.name, row.organization.short_name, str(lesson.get_subject_display())),
            people=(lesson.teacher.name,),
            facets={"stage": (lesson.stage,), "subject": (lesson.subject,)},
            at=row.taught_at,
        )


def published_tokens(ids: Sequence[UUID]) -> dict[UUID, set[str]]:
    """As `lessons_published`, in tokens: whom recordings of these lessons are published to. One query."""
    rows = Recording.objects.filter(session__lesson__in=list(ids), state=State.SHOWN).exclude(audience=Audience.CLASS)
    found: dict[UUID, set[str]] = {}
    for lesson, audience, region, alliance in rows.values_list(
        "session__lesson", "audience", "region", "session__lesson__alliance"
    ):
        if audience == Audience.PUBLIC:
            found.setdefault(lesson, set()).add(search.ALL)
            continue
        sort, whom = ("in", region) if audience == Audience.REGION else ("al", alliance)
        if whom:
            found.setdefault(lesson, set()).add(search.token(sort, whom))
    return found


def _ids(after: UUID | None, most: int) -> Sequence[UUID]:
    rows = Recording.objects.filter(pk__gt=after) if after else Recording.objects.all()
    return list(rows.order_by("pk").values_list("pk", flat=True)[:most])


def _hits(actor: Actor, ids: Sequence[UUID]) -> Mapping[UUID, search.Hit]:
    return {
        row.pk: search.Hit(
            row.title,
            f"{said_day(row.taught_at)} · {row.session.lesson.teacher.name} · {row.organization}",
            reverse("recordings_recording", args=[row.pk]),
            poster_url(row.session.stream) if row.session.stream.poster else "",
        )
        for row in with_names(recordings_visible_to(actor).filter(pk__in=list(ids)))
    }


KIND = search.Indexed(
    title=_("录像"),
    icon="film",
    documents=_documents,
    ids=_ids,
    tokens=lambda actor: frozenset({search.ALL} | search.concerned(actor) | search.region(actor)),
    hits=_hits,
    facets=(search.STAGE, search.SUBJECT),
    total=Recording.objects.count,
    follows={
        "lesson": lambda ids: Recording.objects.filter(session__lesson__in=list(ids)).values_list("pk", flat=True)
    },
)
