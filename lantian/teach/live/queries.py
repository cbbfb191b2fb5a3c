"""Reads about live sessions: what one may see, the facts a live process needs, who was there."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db.models import Count, Exists, F, IntegerField, Max, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.fields.json import KT
from django.db.models.functions import Cast, Coalesce
from django.db.models.lookups import IsNull
from django.utils.translation import gettext

from lantian.kernel.holdings import Part, Subject
from lantian.kernel.journal import queries as journal
from lantian.kernel.prepared import prepared
from lantian.kernel.registry import Registry
from lantian.kernel.retention import Line
from lantian.kernel.rules import Actor, share_edge, shared
from lantian.people.schedule import queries as schedule
from lantian.people.schedule.enums import LessonAccess
from lantian.teach.live.engine.attendance import attended, union_seconds
from lantian.teach.live.engine.happenings import By, Event
from lantian.teach.live.engine.happenings.registry import KINDS
from lantian.teach.live.engine.words import default_words
from lantian.teach.live.enums import OPEN_STATES, AttendanceKind, SessionState
from lantian.teach.live.models import (
    Attendance,
    AttendanceInterval,
    ChatWord,
    LessonEvent,
    LessonPage,
    LessonPoll,
    LiveSession,
    PageUpload,
    PreparedPoll,
    QualityReport,
)

if TYPE_CHECKING:
    from lantian.people.roster.models import Organization
    from lantian.people.schedule.models import Lesson

OPENS_BEFORE = timedelta(minutes=30)
GRACE = timedelta(minutes=15)


def sessions_visible_to(actor: Actor) -> QuerySet[LiveSession]:
    """Sessions of the lessons this actor may see."""
    visible = Q(lesson__in=schedule.lessons_visible_to(actor).values("pk"))
    return LiveSession.objects.filter(visible | shared("live.livesession", actor))


@share_edge("media.stream")
def streams_of_my_lessons(actor: Actor) -> Q:
    """Whoever may see a lesson may have the keys of its recordings."""
    return Q(live_session__lesson__in=schedule.lessons_visible_to(actor).values("pk"))


def attendances_visible_to(actor: Actor) -> QuerySet[Attendance]:
    """All of one's own lessons and of lessons given in one's subtree; of other lessons, those of one's own school, subtree,
    class or self."""
    q = Q(pk__in=[])
    if actor.person_id:
        q |= Q(person=actor.person_id) | Q(session__lesson__teacher=actor.person_id)
    if actor.class_group_ids and not actor.has_role("student", "guardian"):
        q |= Q(class_group__in=actor.class_group_ids)
    if actor.grant and actor.has_role(*schedule.TEACHING_ROLES):
        q |= Q(organization=actor.grant.organization_id)
    if actor.paths:
        q |= Q(session__lesson__organization__path__within_any=actor.paths)
        q |= Q(organization__path__within_any=actor.paths)
    return Attendance.objects.filter(q | shared("live.attendance", actor))


def open_session(lesson: "Lesson") -> LiveSession | None:
    rows = LiveSession.objects.filter(lesson=lesson, state__in=OPEN_STATES)
    return rows.select_related("stream", "publisher").first()


@prepared
def _sessions(lesson: UUID) -> QuerySet[LiveSession]:
    rows = LiveSession.objects.filter(lesson=lesson).select_related("stream")
    return rows.order_by(IsNull(F("ended_at"), True).desc(), "-opened_at")[:1]


def latest_session(lesson: "Lesson") -> LiveSession | None:
    """The open session of a lesson, else its newest. One query."""
    session = _sessions.first(lesson.pk)
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


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the attendance page: who, from where, how long, how well. `attended` is None while the lesson runs."""

    kind: str
    name: str
    organization: str
    first_seen: datetime | None
    last_seen: datetime | None
    seconds: float
    share: float
    stalls: int
    stall_ms: int
    head_count: int | None
    attended: bool | None
    path: str = ""  # of the class's school

    @property
    def minutes(self) -> int:
        return round(self.seconds / 60)

    @property
    def percent(self) -> int:
        return min(100, round(self.share * 100))


def bounds_of(session: LiveSession, now: datetime) -> tuple[datetime, datetime]:
    """The time that counts: from the first picture to the end (or now)."""
    start = session.started_at or session.opened_at
    return start, max(start, session.ended_at or now)


def seconds_by_attendance(session: LiveSession, now: datetime) -> dict[UUID, float]:
    """Presence of every attendance of a session, in seconds, devices of one class counted once."""
    start, end = bounds_of(session, now)
    spans: dict[UUID, list[tuple[datetime, datetime]]] = {}
    rows = AttendanceInterval.objects.filter(attendance__session=session)
    for attendance, begin, finish in rows.values_list("attendance_id", "started_at", "ended_at"):
        spans.setdefault(attendance, []).append((begin, finish))
    if session.started_at is None:
        return dict.fromkeys(spans, 0.0)
    return {key: union_seconds(intervals, start=start, end=end) for key, intervals in spans.items()}


def attendance_rows(session: LiveSession, *, actor: Actor, now: datetime) -> list[Row]:
    """Classes first (those that should have come and did not among them), then persons and observers the actor may see."""
    lesson = session.lesson
    start, end = bounds_of(session, now)
    ran = (end - start).total_seconds()
    planned = (lesson.ends_at - lesson.starts_at).total_seconds()
    whole = max(1.0, min(planned, ran) if session.ended_at else planned)
    seconds = seconds_by_attendance(session, now)
    reports = QualityReport.objects.filter(attendance__session=session).values("attendance")
    quality = {
        row["attendance"]: (row["stalls"], row["stall_ms"])
        for row in reports.annotate(stalls=Sum("stalls"), stall_ms=Sum("stall_ms")).order_by()
    }
    visible = attendances_visible_to(actor) if not actor.is_system else Attendance.objects.all()
    found = visible.filter(session=session).select_related("class_group__organization", "person", "organization")
    rows, there = [], set()
    for item in found.exclude(kind=AttendanceKind.GUEST):
        there.add(item.class_group_id if item.kind == AttendanceKind.CLASS else None)
        present = seconds.get(item.pk, 0.0)
        done = attended(present, planned=planned, ran=ran) if session.ended_at else None
        stalls, stall_ms = quality.get(item.pk, (0, 0))
        rows.append(
            Row(
                item.kind,
                str(item.class_group if item.kind == AttendanceKind.CLASS else item.person or ""),
                str(item.organization or ""),
                item.first_seen,
                item.last_seen,
                present,
                present / whole,
                stalls,
                stall_ms,
                item.head_count,
                done,
                str(item.organization.path) if item.organization else "",
            )
        )
    rows += _absent(session, actor, there)
    order = {str(AttendanceKind.CLASS): 0, str(AttendanceKind.PERSON): 1, str(AttendanceKind.OBSERVER): 2}
    return sorted(rows, key=lambda row: (order[row.kind], row.first_seen is None, row.organization, row.name))


def _absent(session: LiveSession, actor: Actor, there: "set[UUID | None]") -> list[Row]:
    """Receiving classes that have not been seen, as far as the actor may know."""
    receivers = session.lesson.receivers.exclude(class_group__in=[key for key in there if key]).select_related(
        "class_group__organization"
    )
    teaches = actor.is_system or session.lesson.teacher_id == actor.person_id
    if not teaches and not actor.administers(session.lesson.organization.path):
        own = actor.grant.organization_id if actor.grant else None
        within = Q(class_group__organization=own) | Q(class_group__organization__path__within_any=actor.paths)
        receivers = receivers.filter(within)
    over = session.state == SessionState.ENDED
    return [
        Row(
            AttendanceKind.CLASS,
            str(item.class_group),
            str(item.class_group.organization),
            None,
            None,
            0.0,
            0.0,
            0,
            0,
            None,
            False if over else None,
            str(item.class_group.organization.path),
        )
        for item in receivers
    ]


def presence_of_class(lesson_id: UUID, class_group_id: UUID) -> list[tuple[datetime, datetime]]:
    """When a class was there in a lesson, in order; each screen's stretches for themselves."""
    rows = AttendanceInterval.objects.filter(
        attendance__session__lesson=lesson_id,
        attendance__kind=AttendanceKind.CLASS,
        attendance__class_group=class_group_id,
    )
    return list(rows.order_by("started_at").values_list("started_at", "ended_at"))


def guests_of(session: LiveSession) -> int:
    return Attendance.objects.filter(session=session, kind=AttendanceKind.GUEST).count()


# Beats come every 10 s and are written every 5 s: who has not been seen for this long is gone.
GONE_AFTER = timedelta(seconds=45)


def classes_watching(now: datetime) -> int:
    """How many classes of the whole platform are in a lesson at this moment."""
    there = Attendance.objects.filter(kind=AttendanceKind.CLASS, session__state__in=OPEN_STATES)
    return there.filter(last_seen__gte=now - GONE_AFTER).aggregate(n=Count("class_group", distinct=True))["n"] or 0


def classes_seen(lessons: "QuerySet[Lesson]") -> int:
    """How many classes were seen in these lessons, a class counted once in each lesson."""
    there = Attendance.objects.filter(kind=AttendanceKind.CLASS, session__lesson__in=lessons.order_by().values("pk"))
    return there.values("session__lesson", "class_group").distinct().count()


def uploads_of(lesson: "Lesson") -> QuerySet[PageUpload]:
    return PageUpload.objects.filter(lesson=lesson).order_by("created_at")


def pages_of(lesson: "Lesson") -> QuerySet[LessonPage]:
    """The sheets of a lesson in their order. Two at one place stand as they were brought."""
    return LessonPage.objects.filter(lesson=lesson).select_related("upload").order_by("position", "number", "pk")


def pages_visible_to(actor: Actor) -> QuerySet[LessonPage]:
    """Pages of the lessons this actor may see. Which there are nobody but the teacher is told before they are shown."""
    visible = Q(lesson__in=schedule.lessons_visible_to(actor).values("pk"))
    return LessonPage.objects.filter(visible | shared("live.lessonpage", actor))


def next_position(lesson: UUID) -> int:
    """Behind all sheets that the lesson has."""
    last = LessonPage.objects.filter(lesson=lesson).aggregate(last=Max("position"))["last"]
    return 0 if last is None else last + 1


# When a lesson does not come ---------------------------------------------------------------------------------------------------
LESSON_HELP: Registry[Callable[["Lesson | None", "UUID | None"], str]] = Registry("pages for a lesson that fails")


def help_url(kind: str, lesson: "Lesson | None" = None, group: "UUID | None" = None) -> str | None:
    """The address that an app above gives for "standby" (what a class may do meanwhile), "fault" (say that something is wrong,
    about no lesson in particular too) or "heads" (confirm how many of class `group` are there). None when no such app is
    installed."""
    page = LESSON_HELP.get(kind)
    return page(lesson, group) if page else None


def last_recorded_like(lesson: "Lesson", among: "QuerySet[Lesson]") -> "Lesson | None":
    """The newest lesson before this one of the same teacher's class or alliance, subject and grade that has a replay."""
    course = Q(class_group__isnull=False, class_group=lesson.class_group_id)
    if lesson.alliance_id:
        course |= Q(alliance=lesson.alliance_id)
    like = among.filter(course, subject=lesson.subject, stage=lesson.stage, grade=lesson.grade)
    recorded = like.filter(
        live_sessions__state=SessionState.ENDED, live_sessions__stream__seconds__gt=0, starts_at__lt=lesson.starts_at
    )
    return recorded.exclude(pk=lesson.pk).select_related("teacher", "organization").order_by("-starts_at").first()


def line_facts(lesson_id: UUID, class_group_id: UUID | None, now: datetime) -> dict[str, object]:
    """What the server knows at this moment of a lesson's line and of one class's: for whoever looks for a fault. Four queries.

    `state` of the session (None: not opened), `silent_s` since the teacher's last chunk, `classes` there now, `seen_s` since the
    class's last sign (None: never), its `stalls`, `lag_ms` and last `error`.
    """
    session = _sessions.first(lesson_id)
    if session is None:
        return {"state": None}
    there = Attendance.objects.filter(session=session, kind=AttendanceKind.CLASS)
    facts: dict[str, object] = {
        "state": session.state,
        "silent_s": round((now - session.last_chunk_at).total_seconds()) if session.last_chunk_at else None,
        "classes": there.filter(last_seen__gte=now - GONE_AFTER).count(),
        "receivers": session.lesson.receivers.count(),
        "seen_s": None,
    }
    own = there.filter(class_group=class_group_id).first() if class_group_id else None
    if own is not None:
        facts["seen_s"] = max(0, round((now - own.last_seen).total_seconds()))
        newest = QualityReport.objects.filter(attendance=own).order_by("-reported_at").first()
        if newest is not None:
            facts |= {"stalls": newest.stalls, "lag_ms": newest.lag_ms, "error": newest.error}
    return facts


# What happened in a lesson ------------------------------------------------------------------------------------------------
def events_after(session_id: UUID | str, seq: int) -> list[Event]:
    """A session's events beyond one, in order, as the live process goes on from them."""
    return [
        _event(row) for row in LessonEvent.objects.filter(session=UUID(str(session_id)), seq__gt=seq).order_by("seq")
    ]


def _event(row: LessonEvent) -> Event:
    person, group, organization = (_text(each) for each in (row.person_id, row.class_group_id, row.organization_id))
    by = By(row.viewer, row.role, row.name, row.school, person, group, organization)
    return Event(row.seq, row.kind, row.at, round(row.happened_at.timestamp() * 1000), by, row.data, row.mark)


def _text(value: UUID | None) -> str | None:
    return str(value) if value else None


def replayed_events(session: LiveSession) -> list[dict[str, Any]]:
    """What a replay shows at its moments, in order: the same that viewers were told then."""
    kinds = [name for name, kind in KINDS.items() if kind.replayed]
    rows = LessonEvent.objects.filter(session=session, kind__in=kinds, shown__isnull=False).order_by("seq")
    hidden = {f"chat:{data['n']}" for data in rows.filter(kind="chat.hide").values_list("data", flat=True)}
    return [
        {
            "seq": seq,
            "kind": kind,
            "at": at,
            "ms": round(moment.timestamp() * 1000),
            "set": {key: value for key, value in (shown or {}).items() if key not in hidden},
        }
        for seq, kind, at, moment, shown in rows.values_list("seq", "kind", "at", "happened_at", "shown")
    ]


# Chat ---------------------------------------------------------------------------------------------------------------------
def chat_of(lesson: "Lesson") -> QuerySet[LessonEvent]:
    """What was written in all sessions of a lesson, each with `hidden` and how many `reports` it had."""
    about = LessonEvent.objects.annotate(about=Cast(KT("data__n"), IntegerField())).order_by()
    about = about.filter(session=OuterRef("session"), about=OuterRef("seq"))
    reported = about.filter(kind="chat.report").values("session").annotate(times=Count("pk")).values("times")
    rows = LessonEvent.objects.filter(session__lesson=lesson, kind="chat.say")
    return rows.annotate(
        hidden=Exists(about.filter(kind="chat.hide")), reports=Coalesce(Subquery(reported), 0)
    ).order_by("happened_at")


def chat_in_state(rows: "QuerySet[Any]", state: str) -> "QuerySet[Any]":
    """Of `chat_of`: those that were "hidden", or "reported"."""
    return rows.filter(hidden=True) if state == "hidden" else rows.filter(reports__gt=0)


def words_for(paths: Collection[str]) -> tuple[str, ...]:
    """Words that may not be written where these units (by ltree path) take part: the platform's own, and those of the units
    and of all above them."""
    units = {UUID(label) for path in paths for label in str(path).split(".")}
    added = ChatWord.objects.filter(organization__in=units).values_list("word", flat=True).distinct()
    return (*default_words(), *sorted(added))


def chat_words_of(organization: "Organization") -> QuerySet[ChatWord]:
    """What a unit added itself."""
    return ChatWord.objects.filter(organization=organization).select_related("organization").order_by("word")


def chat_words_above(organization: "Organization") -> QuerySet[ChatWord]:
    """What the units above it added."""
    rows = ChatWord.objects.filter(organization__path__above=organization.path).exclude(organization=organization)
    return rows.select_related("organization").order_by("word")


def prepared_polls(lesson: "Lesson") -> QuerySet[PreparedPoll]:
    return PreparedPoll.objects.filter(lesson=lesson).order_by("position")


def polls_of(lesson: "Lesson") -> QuerySet[LessonPoll]:
    """Asked in the lesson, in all its sessions, in order."""
    return LessonPoll.objects.filter(session__lesson=lesson).order_by("opened")


def answers_of(poll: LessonPoll) -> QuerySet[LessonEvent]:
    """The last answer of each identity, by school."""
    answers = LessonEvent.objects.filter(session=poll.session_id, kind="poll.answer", data__poll=poll.number)
    last = answers.order_by("viewer", "-seq").distinct("viewer").values("pk")
    return LessonEvent.objects.filter(pk__in=last).order_by("school", "role", "name")


# What is held of a person, and for how long ------------------------------------------------------------------------------------
def attendances_of(subject: Subject) -> QuerySet[Attendance]:
    """When a person watched lessons, as themselves (a class before its screen is nobody in particular)."""
    return Attendance.objects.filter(person__in=subject.person_ids)


def attendances_part(subject: Subject) -> Part:
    """Their part of a person's copy."""
    rows = attendances_of(subject).select_related("session__lesson").order_by("first_seen")
    found = [
        {"lesson": row.session.lesson.title, "from": row.first_seen.isoformat(), "minutes": round(row.seconds / 60)}
        for row in rows
    ]
    labels = {"lesson": gettext("课程"), "from": gettext("时间"), "minutes": gettext("分钟")}
    return Part(gettext("看过的课"), labels, found)


def events_of(subject: Subject) -> QuerySet[LessonEvent]:
    """What a person did in lessons: answered, raised the hand, said."""
    return LessonEvent.objects.filter(person__in=subject.person_ids)


def events_naming(subject: Subject) -> QuerySet[LessonEvent]:
    """What they did, and what others did to them in the same lessons (a lot, the word)."""
    own = events_of(subject)
    keys = [f"person:{pk}" for pk in subject.person_ids]
    there = Q(session__in=own.order_by().values("session")) | Q(session__attendances__person__in=subject.person_ids)
    named = Q(kind__in=("hand.word", "hand.done", "hand.dismiss", "lot.draw")) & (there | Q(data__key__in=keys))
    return LessonEvent.objects.filter(Q(person__in=subject.person_ids) | named).distinct()


def events_part(subject: Subject) -> Part:
    """Their part of a person's copy."""
    rows = events_of(subject).select_related("session__lesson").order_by("happened_at")
    found = [
        {
            "lesson": row.session.lesson.title,
            "at": row.happened_at.isoformat(),
            "what": row.kind,
            "text": row.data.get("text") or ", ".join(str(n + 1) for n in row.data.get("choice", ())),
        }
        for row in rows
    ]
    labels = {"lesson": gettext("课程"), "at": gettext("时间"), "what": gettext("事项"), "text": gettext("内容")}
    return Part(gettext("课堂上的回答、举手和发言"), labels, found)


def old_quality(before: datetime) -> QuerySet[QualityReport]:
    """How lessons played, reported before a moment."""
    return QualityReport.objects.filter(reported_at__lt=before)


def sample_of_quality(before: datetime, most: int) -> list[Line]:
    """Some of `old_quality`."""
    rows = old_quality(before).order_by("reported_at").select_related("attendance__session__lesson")[:most]
    return [Line(row.attendance.session.lesson.title, row.reported_at) for row in rows]
