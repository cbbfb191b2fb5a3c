"""Reads of series: which one may see, what is in one, and whose calendar its lessons stand in."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Count, Exists, F, Min, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lantian.commons.search import queries as search
from lantian.content.media.enums import StreamState
from lantian.content.media.queries import poster_url, streams_visible_to
from lantian.kernel.holdings import Part, Subject
from lantian.kernel.rules import ANONYMOUS, Actor, share_edge, shared
from lantian.kernel.shaped import derived
from lantian.kernel.time.queries import organizations_of
from lantian.people.roster import queries as roster
from lantian.people.schedule import queries as schedule
from lantian.people.schedule.enums import LessonAccess, LessonState
from lantian.teach.live.queries import REPLAYED, sessions_visible_to
from lantian.teach.series.enums import SeriesAccess, SeriesState
from lantian.teach.series.models import Series, SeriesLesson, Subscription

if TYPE_CHECKING:
    from lantian.people.roster.models import Organization
    from lantian.people.schedule.models import Alliance, Lesson

TO_COME = (LessonState.PLANNED, LessonState.LIVE)
# Lessons one can choose from when putting a series together.
CHOICE_BACK, CHOICE_AHEAD = timedelta(days=60), timedelta(days=60)


def _for_some(actor: Actor) -> Q:
    """Published for a region or an alliance that the actor belongs to."""
    if actor.is_anonymous or actor.grant is None:
        return Q(pk__in=[])
    here = Q(access=SeriesAccess.REGION, region__among=derived(organizations_of, actor.grant.path))
    allied = Q(access=SeriesAccess.ALLIANCE, alliance__in=schedule.alliances_visible_to(actor).values("pk"))
    return Q(state=SeriesState.PUBLISHED) & (here | allied)


def series_visible_to(actor: Actor) -> QuerySet[Series]:
    """Published ones: open ones to all, others to those they are for. And what one makes or administers, in any state."""
    q = Q(state=SeriesState.PUBLISHED, access=SeriesAccess.PUBLIC) | _for_some(actor)
    if actor.person_id:
        q |= Q(teacher=actor.person_id) | Q(created_by=actor.person_id)
    if actor.paths:
        q |= Q(organization__path__within_any=actor.paths)
    return Series.objects.filter(q | shared("series.series", actor))


@share_edge("schedule.lesson")
def lessons_of_my_series(actor: Actor) -> Q:
    """Lessons in a series for one's region or alliance. Open series hold open lessons, which everybody sees anyway."""
    if actor.is_anonymous or actor.grant is None:
        return Q(pk__in=[])
    return Q(pk__in=SeriesLesson.objects.filter(series__in=Series.objects.filter(_for_some(actor))).values("lesson"))


# Lists -------------------------------------------------------------------------------------------------------------------


def with_figures(rows: QuerySet[Series], now: datetime | None = None) -> QuerySet[Series]:
    """With names, `lessons` (how many that are not cancelled) and `next_at` (when the next one begins, None without)."""
    moment = now or timezone.now()
    entries = SeriesLesson.objects.filter(series=OuterRef("pk")).order_by().values("series")
    held = entries.exclude(lesson__state=LessonState.CANCELLED).annotate(n=Count("pk")).values("n")
    coming = entries.filter(lesson__state__in=TO_COME, lesson__ends_at__gt=moment).annotate(at=Min("lesson__starts_at"))
    return rows.select_related("organization", "teacher").annotate(
        lessons=Coalesce(Subquery(held), 0), next_at=Subquery(coming.values("at"))
    )


def open_series(most: int) -> list[Series]:
    """For the home page: those for everybody, what goes on soonest first, then the newest; as tiles show them. Two queries."""
    rows = Series.objects.filter(state=SeriesState.PUBLISHED, access=SeriesAccess.PUBLIC)
    found = list(with_figures(rows).order_by(F("next_at").asc(nulls_last=True), "-published_at", "pk")[:most])
    return with_pictures(found, ANONYMOUS)


def with_pictures(rows: list[Series], actor: Actor) -> list[Series]:
    """Each with its `picture`, as tiles show it. One query at most."""
    covers = covers_of(rows, actor)
    for row in rows:
        row.picture = covers.get(row.pk, "")  # type: ignore[attr-defined]  # for the tile
    return rows


def covers_of(rows: Sequence[Series], actor: Actor) -> dict[UUID, str]:
    """The address of each one's picture: its cover, else the newest still picture of its recordings. One query at most."""
    found = {row.pk: cover_url(row) for row in rows if row.cover}
    bare = [row.pk for row in rows if not row.cover]
    if bare:
        streams = streams_visible_to(actor).filter(live_session__lesson__series_entries__series__in=bare)
        streams = streams.exclude(poster="").exclude(state=StreamState.DELETED)
        for stream in streams.annotate(series=F("live_session__lesson__series_entries__series")).order_by("created_at"):
            found[getattr(stream, "series")] = poster_url(stream)  # noqa: B009 - an annotation
    return {pk: url for pk, url in found.items() if url}


def cover_url(series: Series) -> str:
    """The address changes with the picture, so that browsers may keep it."""
    if not series.cover:
        return ""
    return f"{reverse('series_cover', args=[series.pk])}?v={series.cover.rpartition('/')[2][:8]}"


# One series --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Entry:
    """One lesson of a series as its page shows it."""

    id: UUID
    position: int
    lesson: "Lesson"
    url: str
    poster: str = ""
    has_replay: bool = False

    @property
    def is_live(self) -> bool:
        return self.lesson.state == LessonState.LIVE

    @property
    def is_cancelled(self) -> bool:
        return self.lesson.state == LessonState.CANCELLED

    @property
    def to_come(self) -> bool:
        return self.lesson.state in TO_COME and self.lesson.ends_at > timezone.now()

    @property
    def address(self) -> str:
        """Straight to the picture when there is one, else to the lesson's page."""
        return f"{self.url}watch/" if self.url and (self.is_live or self.has_replay) else self.url


def entries_of(series: Series, actor: Actor) -> list[Entry]:
    """Its lessons in their order, as far as the actor may see them. Two queries."""
    kept = sessions_visible_to(actor).filter(REPLAYED, lesson=OuterRef("lesson"))
    rows = list(
        SeriesLesson.objects.filter(series=series, lesson__in=schedule.lessons_visible_to(actor).values("pk"))
        .select_related("lesson__teacher", "lesson__organization")
        .annotate(recorded=Exists(kept.exclude(stream__state=StreamState.DELETED)))
        .order_by("position")
    )
    streams = streams_visible_to(actor).filter(live_session__lesson__in=[row.lesson_id for row in rows])
    streams = streams.exclude(poster="").annotate(lesson=F("live_session__lesson")).order_by("created_at")
    posters = {getattr(stream, "lesson"): poster_url(stream) for stream in streams} if rows else {}  # noqa: B009 - same
    return [
        Entry(
            row.pk,
            row.position,
            row.lesson,
            schedule.lesson_url(row.lesson),
            posters.get(row.lesson_id, ""),
            bool(getattr(row, "recorded")),  # noqa: B009 - an annotation
        )
        for row in rows
    ]


def follows(actor: Actor, series: Series) -> bool:
    return actor.person_id is not None and series.subscriptions.filter(person=actor.person_id).exists()


def lessons_to_choose(actor: Actor, series: Series) -> "QuerySet[Lesson]":
    """Lessons that may be put into the series and are not in it, the latest first."""
    now = timezone.now()
    mine = Q(teacher=actor.person_id) if actor.person_id else Q(pk__in=[])
    if actor.paths:
        mine |= Q(organization__path__within_any=actor.paths)
    rows = schedule.lessons_visible_to(actor).filter(mine, starts_at__range=(now - CHOICE_BACK, now + CHOICE_AHEAD))
    rows = rows.exclude(access=LessonAccess.REHEARSAL)
    if series.access == SeriesAccess.PUBLIC:
        rows = rows.filter(access=LessonAccess.PUBLIC)
    rows = rows.exclude(state=LessonState.CANCELLED).exclude(pk__in=series.entries.values("lesson"))
    return rows.select_related("teacher", "organization").order_by("-starts_at", "pk")


def regions_around(organization: "Organization") -> "QuerySet[Organization]":
    """Whom a unit's series can be for: the unit itself and those above it. One query."""
    return roster.organizations_known(organizations_of(str(organization.path))).order_by("path")


def alliances_around(organization: "Organization", actor: Actor) -> "QuerySet[Alliance]":
    """Alliances that the unit leads or is in, as far as the actor sees them. One query."""
    member = Q(lead=organization.pk) | Q(members__organization=organization.pk)
    return schedule.alliances_visible_to(actor).filter(member).distinct().order_by("name")


# Calendars and notices ---------------------------------------------------------------------------------------------------


def lessons_followed(actor: Actor, first: datetime, last: datetime) -> "Iterable[Lesson]":
    """Lessons of the series that somebody follows and may still see, for the own calendar. One query."""
    if actor.person_id is None:
        return []
    mine = Subscription.objects.filter(person=actor.person_id).values("series")
    series = series_visible_to(actor).filter(pk__in=mine, state=SeriesState.PUBLISHED)
    entries = SeriesLesson.objects.filter(series__in=series, lesson__starts_at__range=(first, last))
    lessons = schedule.lessons_visible_to(actor).filter(pk__in=entries.values("lesson"))
    lessons = lessons.exclude(teacher=actor.person_id)  # stands in the teacher's own week
    return lessons.exclude(state=LessonState.CANCELLED).select_related("teacher", "organization").order_by("starts_at")


def followers_of(series_id: UUID) -> list[UUID]:
    return list(Subscription.objects.filter(series=series_id).values_list("person_id", flat=True))


def series_holding(lesson_id: UUID) -> list[Series]:
    """Published series that a lesson is in."""
    rows = Series.objects.filter(state=SeriesState.PUBLISHED, entries__lesson=lesson_id)
    return list(rows.distinct().order_by("published_at", "pk"))


def followers_of_any(series: Iterable[Series]) -> list[UUID]:
    return list(Subscription.objects.filter(series__in=list(series)).values_list("person_id", flat=True).distinct())


def entry_known(pk: UUID) -> SeriesLesson | None:
    return (
        SeriesLesson.objects.filter(pk=pk).select_related("series", "lesson__organization", "lesson__teacher").first()
    )


# What is held of a person ------------------------------------------------------------------------------------------------


def series_taught(subject: Subject) -> QuerySet[Series]:
    return Series.objects.filter(teacher__in=subject.person_ids)


def series_part(subject: Subject) -> Part:
    rows = series_taught(subject).select_related("organization").order_by("created_at")
    found = [{"title": row.title, "organization": row.organization.name, "note": row.teacher_note} for row in rows]
    labels = {"title": _("系列课"), "organization": _("单位"), "note": _("教师介绍")}
    return Part(_("开设的系列课"), labels, found)


def subscriptions_of(subject: Subject) -> QuerySet[Subscription]:
    return Subscription.objects.filter(person__in=subject.person_ids)


def subscriptions_part(subject: Subject) -> Part:
    rows = subscriptions_of(subject).select_related("series").order_by("created_at")
    found = [{"title": row.series.title, "at": row.created_at.isoformat()} for row in rows]
    return Part(_("订阅的系列课"), {"title": _("系列课"), "at": _("时间")}, found)


# The search --------------------------------------------------------------------------------------------------------------


def _documents(ids: Sequence[UUID]) -> Iterable[search.Document]:
    rows = Series.objects.filter(pk__in=list(ids)).select_related("organization", "teacher")
    for row in rows.prefetch_related("entries__lesson"):
        yield search.Document(
            id=row.pk,
            title=row.title,
            see=frozenset(_seen_by(row)),
            body=" ".join([row.words, row.teacher_note, *(entry.lesson.title for entry in row.entries.all())]),
            words=(row.organization.name, row.organization.short_name),
            people=(row.teacher.name,) if row.teacher else (),
            facets={"stage": tuple(filter(None, [row.stage])), "subject": tuple(filter(None, [row.subject]))},
            at=row.published_at or row.created_at,
        )


def _seen_by(row: Series) -> set[str]:
    """As `series_visible_to`, in tokens."""
    makers = filter(None, (row.teacher_id, row.created_by_id))
    found = search.below(row.organization.path) | search.tokens("p", makers)
    return found | _shown_to(row) if row.state == SeriesState.PUBLISHED else found


def _shown_to(row: Series) -> set[str]:
    """Of a published one."""
    if row.access == SeriesAccess.PUBLIC:
        return {search.ALL}
    sort, whom = ("in", row.region_id) if row.access == SeriesAccess.REGION else ("al", row.alliance_id)
    return {search.token(sort, whom)} if whom else set()


def lesson_tokens(ids: Sequence[UUID]) -> dict[UUID, set[str]]:
    """As `lessons_of_my_series`, in tokens. One query."""
    rows = SeriesLesson.objects.filter(lesson__in=list(ids), series__state=SeriesState.PUBLISHED)
    found: dict[UUID, set[str]] = {}
    for row in rows.exclude(series__access=SeriesAccess.PUBLIC).select_related("series"):
        found.setdefault(row.lesson_id, set()).update(_shown_to(row.series))
    return found


def _ids(after: UUID | None, most: int) -> list[UUID]:
    rows = Series.objects.filter(pk__gt=after) if after else Series.objects.all()
    return list(rows.order_by("pk").values_list("pk", flat=True)[:most])


def _hits(actor: Actor, ids: Sequence[UUID]) -> dict[UUID, search.Hit]:
    rows = list(with_figures(series_visible_to(actor).filter(pk__in=list(ids))).distinct())
    return {
        row.pk: search.Hit(
            row.title,
            " · ".join(filter(None, (str(row.organization), row.teacher.name if row.teacher else ""))),
            reverse("series_series", args=[row.pk]),
            row.picture,  # type: ignore[attr-defined]  # set by with_pictures
        )
        for row in with_pictures(rows, actor)
    }


KIND = search.Indexed(
    title=gettext_lazy("系列课"),
    icon="library",
    documents=_documents,
    ids=_ids,
    tokens=lambda actor: frozenset({search.ALL} | search.concerned(actor) | search.region(actor)),
    hits=_hits,
    facets=(search.STAGE, search.SUBJECT),
    total=Series.objects.count,
    follows={"lesson": lambda ids: SeriesLesson.objects.filter(lesson__in=list(ids)).values_list("series", flat=True)},
)
