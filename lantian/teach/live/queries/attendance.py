"""Who is and was in a lesson, how long and how well."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Count, Q, QuerySet, Sum

from lantian.kernel.rules import Actor, shared
from lantian.people.schedule import queries as schedule
from lantian.teach.live.engine.attendance import attended, union_seconds
from lantian.teach.live.enums import OPEN_STATES, AttendanceKind, SessionState
from lantian.teach.live.models import Attendance, AttendanceInterval, LiveSession, QualityReport
from lantian.teach.live.queries.sessions import session_of

if TYPE_CHECKING:
    from lantian.people.schedule.models import Lesson


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


MUCH_SHORTER = 0.75  # of the time planned


@dataclass(frozen=True, slots=True)
class Length:
    """How long a lesson was planned to be and has run, in seconds, which is 0 without a picture; `over`: it has ended."""

    planned: float
    ran: float
    over: bool

    @property
    def whole(self) -> float:
        """What shares are of: the time given, at most the time planned; while it runs the time planned."""
        return max(1.0, min(self.planned, self.ran) if self.over else self.planned)

    @property
    def is_short(self) -> bool:
        """Whether "all of it" is so much less than was planned that it has to be said."""
        return self.over and 0 < self.ran < MUCH_SHORTER * self.planned

    @property
    def whole_minutes(self) -> int:
        return max(1, round(self.whole / 60))

    @property
    def planned_minutes(self) -> int:
        return round(self.planned / 60)


def length_of(session: LiveSession, now: datetime) -> Length:
    """How long the session's lesson was planned to be and has run."""
    start, end = bounds_of(session, now)
    planned = session.lesson.ends_at - session.lesson.starts_at
    ran = (end - start).total_seconds() if session.started_at else 0.0
    return Length(planned.total_seconds(), ran, session.ended_at is not None)


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
    length = length_of(session, now)
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
        done = attended(present, planned=length.planned, ran=length.ran) if length.over else None
        stalls, stall_ms = quality.get(item.pk, (0, 0))
        rows.append(
            Row(
                item.kind,
                str(item.class_group if item.kind == AttendanceKind.CLASS else item.person or ""),
                str(item.organization or ""),
                item.first_seen,
                item.last_seen,
                present,
                present / length.whole,
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


def line_facts(lesson_id: UUID, class_group_id: UUID | None, now: datetime) -> dict[str, object]:
    """What the server knows at this moment of a lesson's line and of one class's: for whoever looks for a fault. Four queries.

    `state` of the session (None: not opened), `silent_s` since the teacher's last chunk, `classes` there now, `seen_s` since the
    class's last sign (None: never), its `stalls`, `lag_ms` and last `error`.
    """
    session = session_of(lesson_id)
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
