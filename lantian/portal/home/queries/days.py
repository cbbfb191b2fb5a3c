"""One's own lessons: today's time line with the one next action of each, and the week."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import (
    Case,
    Count,
    DurationField,
    ExpressionWrapper,
    F,
    IntegerField,
    Q,
    QuerySet,
    Value,
    When,
    Window,
)
from django.db.models.functions import Greatest
from django.utils.translation import gettext as _

from lantian.kernel.rules import Actor
from lantian.kernel.shaped import shaped
from lantian.people.schedule.enums import LessonState
from lantian.people.schedule.queries import (
    EARLY,
    TEACHING_ROLES,
    day_bounds,
    lessons_of,
    lessons_sat_in_by,
    lessons_visible_to,
)
from lantian.portal.home.queries.cards import LessonCard, cards, plain
from lantian.teach.live.queries import OPENS_BEFORE

if TYPE_CHECKING:
    from django.db.models.expressions import Combinable

    from lantian.people.schedule.models import Lesson

# Roles that follow lessons they neither teach nor take: they see the open ones.
LOOKING_ON = frozenset({"researcher", "expert", "operator"})
# A day of one's own is shown whole; of a region's lessons the nearest to now.
LONGEST_DAY, NEAREST = 24, 8


@dataclass(frozen=True, slots=True)
class Action:
    """What one does next with a lesson; `live` is for what goes on now."""

    words: str
    url: str
    variant: str = "ghost"


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the time line: its card, `state` ("done", "now" or ""), a word on it, and the next action if there is one."""

    card: LessonCard
    note: str
    state: str
    word: str
    tone: str
    action: Action | None


@dataclass(frozen=True, slots=True)
class Day:
    """`total` lessons, of which `entries` are shown: the nearest to now, in order of time."""

    entries: tuple[Entry, ...]
    total: int
    live: int
    over: int

    @property
    def hidden(self) -> int:
        return self.total - len(self.entries)


def is_teaching(actor: Actor) -> bool:
    return actor.has_role(*TEACHING_ROLES)


def own_lessons(actor: Actor) -> "QuerySet[Lesson]":
    """The lessons an actor's first page is about."""
    if actor.role in LOOKING_ON:
        return lessons_visible_to(actor)
    own = lessons_of(actor)
    if is_teaching(actor) and actor.class_group_ids:
        return own.model._default_manager.filter(Q(teacher=actor.person_id) | lessons_sat_in_by(actor))
    return own


@shaped
def _between(actor: Actor, start: Any, end: Any) -> "QuerySet[Any, Lesson]":
    """One's own lessons that begin in a stretch of time, in order."""
    lessons = plain(own_lessons(actor).filter(starts_at__gte=start, starts_at__lt=end))
    return lessons.order_by("starts_at", "ends_at", "pk")[:LONGEST_DAY]


def day_of(actor: Actor, day: date, now: datetime) -> Day:
    """The day's lessons: two queries, however many there are."""
    start, end = day_bounds(day)
    if actor.paths or actor.role in LOOKING_ON:
        lessons = _nearest(actor, start, end, now)
        total, live, over = (getattr(lessons[0], name) if lessons else 0 for name in ("total", "live", "over"))
        lessons.sort(key=lambda lesson: (lesson.starts_at, lesson.ends_at, str(lesson.pk)))
        return Day(tuple(entry(card, actor, now) for card in cards(lessons)), total, live, over)
    entries = tuple(entry(card, actor, now) for card in cards(_between(actor, start, end)))
    live, over = (sum(getattr(line.card, what) for line in entries) for what in ("is_live", "is_over"))
    return Day(entries, len(entries), live, over)


@shaped
def _nearest(actor: Actor, start: Any, end: Any, now: Any) -> "QuerySet[Any, Lesson]":
    """Of many lessons those nearest to now: what is on and what comes before what is over. Each row brings the counts of all."""
    ended = Q(state__in=(LessonState.ENDED, LessonState.CANCELLED))
    lessons = plain(own_lessons(actor).filter(starts_at__gte=start, starts_at__lt=end))
    counted = lessons.annotate(
        total=Window(Count("pk")),
        live=Window(Count("pk", filter=Q(state=LessonState.LIVE))),
        over=Window(Count("pk", filter=ended)),
    )
    nearest = counted.alias(
        is_over=Case(When(ended, then=Value(1)), default=Value(0), output_field=IntegerField()),
        distance=Greatest(_span(F("starts_at") - now), _span(now - F("starts_at"))),
    )
    return nearest.order_by("is_over", "distance", "pk")[:NEAREST]


def _span(expression: "Combinable") -> "ExpressionWrapper[Combinable]":
    return ExpressionWrapper(expression, output_field=DurationField())


def entry(card: LessonCard, actor: Actor, now: datetime) -> Entry:
    teaches = actor.person_id is not None and card.teacher_id == actor.person_id
    note = card.reach if teaches else f"{card.course}\u00a0· {card.teacher}"
    if not teaches and not actor.class_group_ids:
        note = f"{card.organization}\u00a0· {note}"
    state, word, tone = _standing(card, now)
    action = _teaching_action(card, now) if teaches else _watching_action(card, now)
    return Entry(card, note, state, word, tone, action)


def _standing(card: LessonCard, now: datetime) -> tuple[str, str, str]:
    if card.is_cancelled:
        return "done", _("已取消"), "muted"
    if card.is_over:
        return "done", _("已完成"), "ok"
    if card.is_live:
        return "now", _("直播中"), "live"
    if card.ends_at <= now:
        return "done", _("未开播") if card.classes else "", "muted"
    return ("now" if card.starts_at <= now else ""), "", ""


def _teaching_action(card: LessonCard, now: datetime) -> Action | None:
    if not card.url or card.is_cancelled:
        return None
    if card.is_over:
        return Action(_("看回放"), card.watch_url) if card.has_replay else None
    if card.is_live:
        return Action(_("回到直播"), card.teach_url, "live")
    if card.ends_at <= now or not card.classes:
        return Action(_("查看"), card.url)
    if now >= card.starts_at - OPENS_BEFORE:
        return Action(_("开始直播"), card.teach_url, "live")
    return Action(_("备课检查"), card.teach_url)


def _watching_action(card: LessonCard, now: datetime) -> Action | None:
    if not card.url or card.is_cancelled:
        return None
    if card.is_over:
        return Action(_("看回放"), card.watch_url) if card.has_replay else None
    if card.is_live:
        return Action(_("进入课堂"), card.watch_url, "live")
    if card.starts_at - EARLY <= now < card.ends_at:
        return Action(_("进入课堂"), card.watch_url, "outline")
    return None


# Weeks -------------------------------------------------------------------------------------------------------------------

MOST_A_DAY = 12


@dataclass(frozen=True, slots=True)
class WeekDay:
    """A column of the week. `hidden` lessons did not fit."""

    day: date
    name: str
    date: str
    is_today: bool
    entries: tuple[Entry, ...]
    hidden: int


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())
