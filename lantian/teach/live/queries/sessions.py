"""Live sessions: which one may see, the facts a live process needs, where help is when a lesson does not come."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import F, Q, QuerySet
from django.db.models.lookups import IsNull

from lantian.content.media.enums import StreamState
from lantian.kernel.journal import queries as journal
from lantian.kernel.prepared import prepared
from lantian.kernel.registry import Registry
from lantian.kernel.rules import Actor, share_edge, shared
from lantian.people.schedule import queries as schedule
from lantian.people.schedule.enums import LessonAccess
from lantian.teach.live.enums import OPEN_STATES, SessionState
from lantian.teach.live.models import LiveSession
from lantian.teach.live.queries.happenings import words_for

if TYPE_CHECKING:
    from lantian.people.schedule.models import Lesson

OPENS_BEFORE = timedelta(minutes=30)
GRACE = timedelta(minutes=15)


def sessions_visible_to(actor: Actor) -> QuerySet[LiveSession]:
    """Sessions of the lessons this actor may see."""
    visible = Q(lesson__in=schedule.lessons_visible_to(actor).values("pk"))
    return LiveSession.objects.filter(visible | shared("live.livesession", actor))


@share_edge("media.stream")
def streams_of_my_lessons(actor: Actor) -> Q:
    """Whoever may see a lesson may have the keys of its recordings, unless they were withdrawn."""
    return Q(withheld=False, live_session__lesson__in=schedule.lessons_visible_to(actor).values("pk"))


# A session of which something can be watched again, by those who may see its lesson.
REPLAYED = Q(state=SessionState.ENDED, stream__seconds__gt=0, stream__withheld=False)


def recorded_sessions() -> QuerySet[LiveSession]:
    """Sessions that are over and whose pictures are there, withdrawn ones too, whoever asks."""
    rows = LiveSession.objects.filter(state=SessionState.ENDED, stream__state=StreamState.CLOSED, stream__seconds__gt=0)
    return rows.select_related("stream", "lesson__organization")


def open_session(lesson: "Lesson") -> LiveSession | None:
    rows = LiveSession.objects.filter(lesson=lesson, state__in=OPEN_STATES)
    return rows.select_related("stream", "publisher").first()


@prepared
def _sessions(lesson: UUID) -> QuerySet[LiveSession]:
    rows = LiveSession.objects.filter(lesson=lesson).select_related("stream")
    return rows.order_by(IsNull(F("ended_at"), True).desc(), "-opened_at")[:1]


def session_of(lesson_id: UUID) -> LiveSession | None:
    """The open session of a lesson, else its newest. One query."""
    return _sessions.first(lesson_id)


def latest_session(lesson: "Lesson") -> LiveSession | None:
    """`session_of` a lesson that is there already: the session has it."""
    session = session_of(lesson.pk)
    if session is not None:
        session.lesson = lesson
    return session


def opening_window(lesson: "Lesson") -> tuple[datetime, datetime]:
    """When the teacher may go live: from half an hour before the lesson until its planned end."""
    return lesson.starts_at - OPENS_BEFORE, lesson.ends_at


@dataclass(frozen=True, slots=True)
class SessionFacts:
    """All that the live process has to know of a session; also its small file on disk. Ids as text, times Unix ms."""

    id: str
    lesson: str
    title: str
    stream: str
    token: str
    state: str
    teacher: str
    planned_end_ms: int
    started_ms: int | None
    stream_open: bool
    node: str = ""  # the live process that has it
    term: int = 0  # how often it was taken
    public: bool = False  # strangers may watch
    words: tuple[str, ...] = ()  # that nobody may write in the chat
    publisher: str = ""  # the person who sent last; not the teacher where a lesson was handed over
    # (class id, class name, school id, school name) of every receiving class
    receivers: tuple[tuple[str, str, str, str], ...] = ()


def session_facts(session_id: UUID | str) -> SessionFacts | None:
    session = LiveSession.objects.filter(pk=session_id).select_related("lesson__organization", "stream").first()
    return _facts(session) if session else None


def unsettled_sessions() -> list[SessionFacts]:
    """Sessions a live process has to look after: open ones, and ended ones whose stream was not closed yet."""
    rows = LiveSession.objects.filter(Q(state__in=OPEN_STATES) | Q(stream__state="open"))
    return [_facts(row) for row in rows.select_related("lesson__organization", "stream")]


def shut_out_since(moment: datetime) -> list[tuple[str, float]]:
    """Accounts closed or reset since then, each with the Unix time of it: their older tickets let nobody in any more."""
    rows = journal.entries_of(("identity.account_closed", "identity.account_reset")).filter(at__gte=moment)
    return [(str(account), at.timestamp()) for account, at in rows.values_list("object_id", "at")]


def _facts(session: LiveSession) -> SessionFacts:
    receivers = list(
        session.lesson.receivers.select_related("class_group__organization").order_by(
            "class_group__organization__sort_key", "class_group__grade", "class_group__number"
        )
    )
    paths = {session.lesson.organization.path, *(row.class_group.organization.path for row in receivers)}
    return SessionFacts(
        id=str(session.pk),
        lesson=str(session.lesson_id),
        title=session.lesson.title,
        stream=str(session.stream_id),
        token=session.stream.token,
        state=session.state,
        teacher=str(session.lesson.teacher_id),
        publisher=str(session.publisher_id or ""),
        planned_end_ms=int(session.planned_end.timestamp() * 1000),
        started_ms=int(session.started_at.timestamp() * 1000) if session.started_at else None,
        stream_open=session.stream.state == "open",
        node=session.node,
        term=session.term,
        public=session.lesson.access == LessonAccess.PUBLIC,
        words=words_for(paths),
        receivers=tuple(
            (
                str(r.class_group_id),
                str(r.class_group),
                str(r.class_group.organization_id),
                str(r.class_group.organization),
            )
            for r in receivers
        ),
    )


LESSON_HELP: Registry[Callable[["Lesson | None", "UUID | None"], str]] = Registry("pages for a lesson that fails")


def help_url(kind: str, lesson: "Lesson | None" = None, group: "UUID | None" = None) -> str | None:
    """The address that an app above gives for "standby" (what a class may do meanwhile), "fault" (say that something is wrong,
    about no lesson in particular too), "heads" (confirm how many of class `group` are there) or "recording" (cut it, publish
    it; "" while there is none). None when no such app is installed."""
    page = LESSON_HELP.get(kind)
    return page(lesson, group) if page else None


def last_recorded_like(lesson: "Lesson", among: "QuerySet[Lesson]") -> "Lesson | None":
    """The newest lesson before this one of the same teacher's class or alliance, subject and grade that has a replay."""
    course = Q(class_group__isnull=False, class_group=lesson.class_group_id)
    if lesson.alliance_id:
        course |= Q(alliance=lesson.alliance_id)
    like = among.filter(course, subject=lesson.subject, stage=lesson.stage, grade=lesson.grade)
    recorded = like.filter(
        live_sessions__state=SessionState.ENDED,
        live_sessions__stream__seconds__gt=0,
        live_sessions__stream__withheld=False,
        starts_at__lt=lesson.starts_at,
    )
    return recorded.exclude(pk=lesson.pk).select_related("teacher", "organization").order_by("-starts_at").first()
