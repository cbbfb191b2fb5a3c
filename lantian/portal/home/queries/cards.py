"""A lesson as the first pages show it: a line of the time line, a tile, a search result."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.apps import apps
from django.db.models import Count, F, Max, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from lantian.content.media.enums import StreamState
from lantian.content.media.queries import poster_url, streams_visible_to
from lantian.kernel.prepared import prepared
from lantian.kernel.rules import Actor
from lantian.people.roster.queries import grade_words
from lantian.people.schedule.enums import LessonAccess, LessonState
from lantian.people.schedule.queries import lesson_url
from lantian.portal.home.queries.words import period_words
from lantian.teach.live.enums import SessionState

if TYPE_CHECKING:
    from lantian.people.schedule.models import Lesson


@dataclass(frozen=True, slots=True)
class LessonCard:
    """Plain data, fit to be kept in a cache. `schools` and `classes` count receivers; `url` is the lesson's page."""

    id: UUID
    title: str
    subject: str
    stage: str
    grade: str
    teacher: str
    teacher_id: UUID
    organization: str
    class_name: str
    period: str
    starts_at: datetime
    ends_at: datetime
    state: str
    is_public: bool
    url: str
    schools: int = 0
    classes: int = 0
    began_at: datetime | None = None
    is_on_air: bool = False
    has_replay: bool = False
    poster: str = ""

    @property
    def mark(self) -> str:
        """The subject in one character."""
        return self.subject[:1]

    @property
    def course(self) -> str:
        """九年级数学."""
        return _("%(grade)s%(subject)s") % {"grade": self.grade, "subject": self.subject}

    @property
    def watch_url(self) -> str:
        return f"{self.url}watch/" if self.url else ""

    @property
    def teach_url(self) -> str:
        return f"{self.url}teach/" if self.url else ""

    @property
    def is_live(self) -> bool:
        return self.state == LessonState.LIVE

    @property
    def is_over(self) -> bool:
        return self.state in (LessonState.ENDED, LessonState.CANCELLED)

    @property
    def is_cancelled(self) -> bool:
        return self.state == LessonState.CANCELLED

    @property
    def minutes(self) -> int:
        """How long it has been going on, by its picture as the player counts it."""
        return max(0, int((timezone.now() - (self.began_at or self.starts_at)).total_seconds() // 60))

    @property
    def reach(self) -> str:
        """直播 · 26 校 84 班, or 本班 for a lesson that goes nowhere else."""
        if not self.classes:
            return self.class_name or _("本班")
        return _("直播 · %(schools)s 校 %(classes)s 班") % {"schools": self.schools, "classes": self.classes}


SHOWN = (
    "title", "subject", "stage", "grade", "period_no", "starts_at", "ends_at", "state", "access",
    "teacher__name", "organization__name", "organization__short_name", "class_group__name",
)  # fmt: skip


def plain(lessons: "QuerySet[Lesson]") -> "QuerySet[Lesson]":
    """With what a card needs of the lesson itself and nothing else: no long lists, no sealed fields to be opened."""
    bare = lessons.prefetch_related(None).select_related(None)
    return bare.select_related("teacher", "organization", "class_group").only(*SHOWN)


@prepared
def _facts(ids: Any) -> "QuerySet[Lesson]":
    """The lessons of `ids` with their receivers and recordings counted, and nothing else of them."""
    sessions = "live_sessions"
    there = {"state": SessionState.ENDED, "stream__seconds__gt": 0, "stream__withheld": False}
    stored = Q(**{f"{sessions}__{name}": value for name, value in there.items()}) & ~Q(
        **{f"{sessions}__stream__state": StreamState.DELETED}
    )
    lessons: QuerySet[Lesson] = apps.get_model("schedule", "Lesson")._default_manager.filter(pk__among=ids)
    return lessons.only("pk").annotate(
        classes=Count("receivers", distinct=True),
        schools=Count("receivers__class_group__organization", distinct=True),
        on_air=Count(sessions, distinct=True, filter=Q(**{f"{sessions}__state": SessionState.LIVE})),
        began=Max(f"{sessions}__started_at", filter=~Q(**{f"{sessions}__state": SessionState.ENDED})),
        recorded=Max(f"{sessions}__stream__seconds", filter=stored),
    )


def posters_of(ids: Sequence[UUID], actor: Actor) -> dict[UUID, str]:
    """The newest still picture of each lesson that has one. One query."""
    streams = streams_visible_to(actor).filter(live_session__lesson__in=ids).exclude(poster="")
    rows = streams.annotate(lesson=F("live_session__lesson")).order_by("created_at")
    return {getattr(stream, "lesson"): poster_url(stream) for stream in rows}  # noqa: B009 - an annotation


def cards(lessons: "Sequence[Lesson]", *, posters: dict[UUID, str] | None = None) -> list[LessonCard]:
    """Cards for lessons that were read with `plain`. One query, none for no lessons."""
    if not lessons:
        return []
    facts = {row.pk: row for row in _facts([lesson.pk for lesson in lessons])}
    return [card(lesson, facts.get(lesson.pk), (posters or {}).get(lesson.pk, "")) for lesson in lessons]


def card(lesson: "Lesson", facts: Any = None, poster: str = "") -> LessonCard:
    """`facts`: the lesson's row of `_facts`; None for a lesson that is gone since it was read."""
    return LessonCard(
        id=lesson.pk,
        title=lesson.title,
        subject=lesson.get_subject_display(),
        stage=lesson.stage,
        grade=grade_words(lesson.grade, lesson.stage),
        teacher=lesson.teacher.name,
        teacher_id=lesson.teacher_id,
        organization=str(lesson.organization),
        class_name=str(lesson.class_group) if lesson.class_group else "",
        period=period_words(lesson.period_no),
        starts_at=lesson.starts_at,
        ends_at=lesson.ends_at,
        state=lesson.state,
        is_public=lesson.access == LessonAccess.PUBLIC,
        url=lesson_url(lesson),
        schools=facts.schools if facts else 0,
        classes=facts.classes if facts else 0,
        began_at=facts.began if facts else None,
        is_on_air=bool(facts and facts.on_air),
        has_replay=bool(facts and facts.recorded),
        poster=poster,
    )
