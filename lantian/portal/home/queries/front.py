"""What the public home page shows: true figures of the day, open lessons on the air, to come, and to watch again."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.core.cache import caches
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import get_language

from lantian.content.media.enums import StreamState
from lantian.kernel.rules import ANONYMOUS
from lantian.people.roster.enums import Stage
from lantian.people.schedule.enums import LessonAccess, LessonState
from lantian.people.schedule.queries import day_bounds, lessons_held_on, lessons_visible_to
from lantian.portal.home.queries.cards import LessonCard, cards, plain, posters_of
from lantian.portal.home.queries.counties import NO_COUNTIES, Counties, counties
from lantian.teach.live.queries import REPLAYED, classes_seen, classes_watching, sessions_visible_to
from lantian.teach.series.queries import open_series

if TYPE_CHECKING:
    from lantian.people.schedule.models import Lesson
    from lantian.teach.series.models import Series

# A page that everybody opens at eight o'clock is worked out once in a while, not for each.
KEPT_SECONDS = 5
MOST_LIVE, MOST_NEXT, MOST_REPLAYS, MOST_SERIES = 24, 5, 4, 4


@dataclass(frozen=True, slots=True)
class Figures:
    """The day in figures, of the whole platform. `present` classes of `expected` in lessons that have begun."""

    live: int
    classes_online: int
    present: int
    expected: int
    lessons: int
    alliances: int
    schools: int

    @property
    def attendance(self) -> str:
        """Percent with one decimal; a dash before the first lesson of the day has begun."""
        return f"{min(100.0, 100 * self.present / self.expected):.1f}" if self.expected else "—"


@dataclass(frozen=True, slots=True)
class Front:
    figures: Figures
    live: tuple[LessonCard, ...]
    coming: tuple[LessonCard, ...]
    replays: tuple[LessonCard, ...]
    series: "tuple[Series, ...]" = ()
    counties: Counties = NO_COUNTIES

    @property
    def lead(self) -> LessonCard | None:
        """The lesson shown big: on the air with a picture if there is one, sent to most classes."""
        return max(self.live, key=lambda card: (card.is_on_air, bool(card.poster), card.classes), default=None)

    def stages(self) -> list[tuple[str, str]]:
        """Stages of the lessons on the air, in school order."""
        present = {card.stage for card in self.live}
        return [(str(stage.value), str(stage.label)) for stage in Stage if stage.value in present]

    def live_in(self, stage: str) -> list[LessonCard]:
        """Those of one stage; of all stages without the one that is shown big already."""
        if stage:
            return [card for card in self.live if card.stage == stage]
        return [card for card in self.live if card is not self.lead]


def front(now: datetime | None = None) -> Front:
    """The home page's content, kept for a few seconds in each language."""
    key = f"home.front.{get_language()}"
    cache = caches["local"]
    found: Front | None = cache.get(key)
    if found is None:
        found = work_out(now or timezone.now())
        cache.set(key, found, KEPT_SECONDS)
    return found


def work_out(now: datetime) -> Front:
    """Eleven queries, whatever is on."""
    open_lessons = public_lessons()
    soon = open_lessons.filter(Q(state=LessonState.LIVE) | Q(state=LessonState.PLANNED, ends_at__gt=now))
    # "live" sorts before "planned"; the next ones of either come first
    found = list(plain(soon).order_by("state", "starts_at", "pk")[: MOST_LIVE + MOST_NEXT])
    live = [lesson for lesson in found if lesson.state == LessonState.LIVE][:MOST_LIVE]
    coming = [lesson for lesson in found if lesson.state == LessonState.PLANNED][:MOST_NEXT]
    replays = list(plain(recorded(open_lessons))[:MOST_REPLAYS])
    lessons = [*live, *coming, *replays]
    posters = posters_of([lesson.pk for lesson in lessons], ANONYMOUS)
    made = cards(lessons, posters=posters)
    first, second = len(live), len(live) + len(coming)
    return Front(
        figures(now),
        tuple(made[:first]),
        tuple(made[first:second]),
        tuple(made[second:]),
        tuple(open_series(MOST_SERIES)),
        counties(now),
    )


def figures(now: datetime) -> Figures:
    """Counts over everybody's lessons of the day; nothing of a single lesson or class can be read from them."""
    today = lessons_held_on(timezone.localdate(now))
    begun = today.filter(state__in=(LessonState.LIVE, LessonState.ENDED))
    sums = today.order_by().aggregate(
        live=Count("pk", distinct=True, filter=Q(state=LessonState.LIVE)),
        lessons=Count("pk", distinct=True),
        alliances=Count("alliance", distinct=True),
        expected=Count("receivers", distinct=True, filter=Q(state__in=(LessonState.LIVE, LessonState.ENDED))),
    )
    sending = today.order_by().values_list("organization")
    receiving = today.order_by().filter(receivers__isnull=False).values_list("receivers__class_group__organization")
    return Figures(
        live=sums["live"],
        classes_online=classes_watching(now),
        present=classes_seen(begun),
        expected=sums["expected"],
        lessons=sums["lessons"],
        alliances=sums["alliances"],
        schools=sending.union(receiving).count(),
    )


# Open lessons ------------------------------------------------------------------------------------------------------------


def public_lessons() -> "QuerySet[Lesson]":
    return lessons_visible_to(ANONYMOUS).filter(access=LessonAccess.PUBLIC)


def on_air(lessons: "QuerySet[Lesson]") -> "QuerySet[Lesson]":
    return lessons.filter(state=LessonState.LIVE).order_by("-starts_at", "pk")


def still_to_come(lessons: "QuerySet[Lesson]", now: datetime) -> "QuerySet[Lesson]":
    return lessons.filter(state=LessonState.PLANNED, ends_at__gt=now).order_by("starts_at", "pk")


def recorded(lessons: "QuerySet[Lesson]") -> "QuerySet[Lesson]":
    """Those whose recording is there, the newest first."""
    sessions = sessions_visible_to(ANONYMOUS).filter(REPLAYED, lesson=OuterRef("pk"))
    kept = Exists(sessions.exclude(stream__state=StreamState.DELETED))
    return lessons.filter(kept, state=LessonState.ENDED).order_by("-starts_at", "pk")


def first_kind(now: datetime) -> str:
    """What there is to see when nobody said what: on the air, else to come today, else to watch again."""
    if on_air(public_lessons()).exists():
        return "live"
    today = public_lessons().filter(starts_at__lt=day_bounds(timezone.localdate(now))[1])
    return "coming" if still_to_come(today, now).exists() else "replays"


def of_kind(kind: str, now: datetime) -> "QuerySet[Lesson]":
    """Open lessons of one kind: live, coming or replays."""
    lessons = public_lessons()
    if kind == "replays":
        return recorded(lessons)
    return still_to_come(lessons, now) if kind == "coming" else on_air(lessons)
