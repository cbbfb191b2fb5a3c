"""All lessons of this moment and how they play, for whoever looks after many: sums by lesson, county and school in one pass,
single classes of one lesson, and one class's last hour."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import connection
from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce

from lantian.people.schedule import queries as schedule
from lantian.people.schedule.enums import LessonState
from lantian.teach.live.engine.presence import MINUTE_MS
from lantian.teach.live.enums import OPEN_STATES, AttendanceKind
from lantian.teach.live.models import Attendance, LiveSession, QualityReport
from lantian.teach.live.queries.attendance import GONE_AFTER

if TYPE_CHECKING:
    from lantian.people.schedule.models import Lesson, LessonReceiver

# Shorter than that a picture that stands is not worth a telephone call; a first one may take as long.
STUCK_AFTER = timedelta(seconds=20)


def lessons_on_air(roots: Sequence[str], now: datetime) -> "QuerySet[Lesson]":
    """Lessons whose time it is, or which run beyond it, that units below `roots` give or receive; no rehearsals."""
    running = LiveSession.objects.filter(lesson=OuterRef("pk"), state__in=OPEN_STATES)
    due = Q(starts_at__lte=now, ends_at__gt=now, state__in=(LessonState.PLANNED, LessonState.LIVE))
    # a lesson is at most some hours long: without the bounds all that ever were would be looked at
    near = schedule.lessons_within(roots, now - timedelta(hours=12), now + timedelta(hours=1))
    return near.filter(due | Exists(running))


def open_sessions(lessons: Collection[UUID]) -> dict[UUID, LiveSession]:
    """The open session of each lesson that has one. One query."""
    return {row.lesson_id: row for row in LiveSession.objects.filter(lesson__in=lessons, state__in=OPEN_STATES)}


@dataclass(frozen=True, slots=True)
class Playing:
    """Classes that should be there, are there (a sign within GONE_AFTER), and of those stand still; stalls so far, and how many
    seconds those who are there are behind, on the average (None: nobody said)."""

    expected: int = 0
    here: int = 0
    stuck: int = 0
    stalls: int = 0
    lag: float | None = None

    @property
    def away(self) -> int:
        return self.expected - self.here


@dataclass(slots=True)
class Air:
    """`schools` has (lesson, school) where at least one class stands still; the county None is that of units in none."""

    total: Playing = field(default_factory=Playing)
    lessons: dict[UUID, Playing] = field(default_factory=dict)
    counties: dict[UUID | None, Playing] = field(default_factory=dict)
    schools: dict[tuple[UUID, UUID], Playing] = field(default_factory=dict)


# Of each class the screens that were heard of lately count, and it stands still when all of them do. grouping() has a bit for
# each column, 0 where it is grouped by.
_AIR = """
    WITH lesson AS MATERIALIZED (
           SELECT l.id, o.path <@ %(roots)s::ltree[] AS ours, s.id AS session
             FROM schedule_lesson l JOIN roster_organization o ON o.id = l.organization_id
             LEFT JOIN live_livesession s ON s.lesson_id = l.id AND s.state <> 'ended'
            WHERE l.id = ANY(%(lessons)s::uuid[])),
         played AS MATERIALIZED (
           SELECT a.session_id, a.class_group_id, a.last_seen >= %(gone)s AS here, sum(q.stalls) AS stalls,
                  min(q.lag_now_ms) FILTER (WHERE q.reported_at >= %(gone)s) AS lag,
                  bool_and(coalesce(q.still_since < %(stuck)s, false)) FILTER (WHERE q.reported_at >= %(gone)s) AS stuck
             FROM lesson JOIN live_attendance a ON a.session_id = lesson.session
             LEFT JOIN live_qualityreport q ON q.attendance_id = a.id
            WHERE a.kind = 'class'
            GROUP BY a.id),
         cell AS MATERIALIZED (
           SELECT r.lesson_id AS lesson, g.organization_id AS school, coalesce(p.here, false) AS here,
                  coalesce(p.here AND p.stuck, false) AS stuck, p.stalls, CASE WHEN p.here THEN p.lag END AS lag
             FROM lesson JOIN schedule_lessonreceiver r ON r.lesson_id = lesson.id
             JOIN roster_classgroup g ON g.id = r.class_group_id
             JOIN roster_organization o ON o.id = g.organization_id
             LEFT JOIN played p ON p.session_id = lesson.session AND p.class_group_id = r.class_group_id
            WHERE lesson.ours OR o.path <@ %(roots)s::ltree[]),
         place AS MATERIALIZED (
           SELECT s.school, c.id AS county
             FROM (SELECT DISTINCT school FROM cell) s JOIN roster_organization o ON o.id = s.school
             LEFT JOIN roster_organization c ON c.kind = 'county' AND c.path @> o.path)
    SELECT grouping(lesson, school, county), lesson, school, county, count(*), count(*) FILTER (WHERE here),
           count(*) FILTER (WHERE stuck), coalesce(sum(stalls), 0)::bigint, avg(lag)::float
      FROM cell JOIN place USING (school)
     GROUP BY GROUPING SETS ((), (lesson), (county), (lesson, school))
    HAVING grouping(school) = 1 OR count(*) FILTER (WHERE stuck) > 0
"""
_ALL, _LESSON, _COUNTY, _SCHOOL = 0b111, 0b011, 0b110, 0b001


def air(lessons: Collection[UUID], roots: Sequence[str], now: datetime) -> Air:
    """How these lessons play: all classes of those given below `roots`, else the classes below. One query."""
    found = Air()
    facts: dict[str, Any] = {
        "lessons": [str(pk) for pk in lessons],
        "roots": list(roots),
        "gone": now - GONE_AFTER,
        "stuck": now - STUCK_AFTER,
    }
    with connection.cursor() as cursor:
        cursor.execute(_AIR, facts)
        for kind, lesson, school, county, expected, here, stuck, stalls, lag in cursor.fetchall():
            playing = Playing(expected, here, stuck, stalls, None if lag is None else round(lag / 1000, 1))
            if kind == _ALL:
                found.total = playing
            elif kind == _LESSON:
                found.lessons[lesson] = playing
            elif kind == _COUNTY:
                found.counties[county] = playing
            elif kind == _SCHOOL:
                found.schools[lesson, school] = playing
    return found


def receivers_playing(lesson: "Lesson", session: LiveSession | None, now: datetime) -> "QuerySet[LessonReceiver]":
    """The classes of a lesson, each with `seen_at`, `condition` (away, stuck, here), `behind` (ms), `device`, `fault`,
    `rendition` and `kbps` of its newest report, and its `stalls` and `stalled_ms` so far."""
    own = Attendance.objects.filter(session=session, kind=AttendanceKind.CLASS, class_group=OuterRef("class_group"))
    reports = QualityReport.objects.filter(
        attendance__session=session,
        attendance__kind=AttendanceKind.CLASS,
        attendance__class_group=OuterRef("class_group"),
    )
    fresh = Case(When(reported_at__gte=now - GONE_AFTER, then=1), default=0)
    newest = reports.annotate(fresh=fresh).order_by("-fresh", F("still_since").desc(nulls_first=True), "-reported_at")
    sums = reports.order_by().values("attendance")
    rows = lesson.receivers.select_related("class_group__organization", "room").annotate(
        seen_at=Subquery(own.values("last_seen")[:1]),
        still=Subquery(newest.values("still_since")[:1]),
        behind=Subquery(newest.values("lag_now_ms")[:1]),
        device=Coalesce(Subquery(newest.values("device")[:1]), Value("")),
        rendition=Coalesce(Subquery(newest.values("rendition")[:1]), Value("")),
        kbps=Subquery(newest.values("kbps")[:1]),
        fault=Coalesce(Subquery(newest.values("error")[:1]), Value("")),
        stalls=Coalesce(Subquery(sums.annotate(n=Sum("stalls")).values("n")[:1]), 0),
        stalled_ms=Coalesce(Subquery(sums.annotate(n=Sum("stall_ms")).values("n")[:1]), 0),
    )
    away = Q(seen_at__isnull=True) | Q(seen_at__lt=now - GONE_AFTER)
    condition = Case(
        When(away, then=Value("away")),
        When(still__lt=now - STUCK_AFTER, then=Value("stuck")),
        default=Value("here"),
    )
    return rows.annotate(condition=condition)


@dataclass(frozen=True, slots=True)
class Minute:
    """One minute of a class on all its screens: `at` its beginning, lag in seconds (the largest said)."""

    at: datetime
    stalls: int = 0
    stalled_ms: int = 0
    lag: float | None = None
    there: bool = False
    still: bool = False


def minutes_of_class(reports: Collection[QualityReport], first: datetime, last: datetime) -> list[Minute]:
    """Every minute from `first` to `last`, also those without a report."""
    told: dict[int, list[Any]] = {}
    for report in reports:
        for number, stalls, stalled, lag, still in report.minutes:
            row = told.setdefault(number, [0, 0, None, True])
            row[0] += stalls
            row[1] += stalled
            row[2] = max((value for value in (row[2], lag) if value is not None), default=None)
            row[3] = row[3] and bool(still)
    begin, end = (int(at.timestamp() * 1000) // MINUTE_MS for at in (first, last))
    found = []
    for number in range(begin, end + 1):
        at = datetime.fromtimestamp(number * MINUTE_MS / 1000, first.tzinfo)
        if number not in told:
            found.append(Minute(at))
            continue
        stalls, stalled, lag, still = told[number]
        found.append(Minute(at, stalls, stalled, None if lag is None else round(lag / 1000, 1), True, still))
    return found


def reports_of_class(class_group: UUID, since: datetime) -> list[QualityReport]:
    """What the screens of a class reported since then, the newest stretch first, each with its lesson. One query."""
    rows = QualityReport.objects.filter(
        attendance__class_group=class_group,
        attendance__kind=AttendanceKind.CLASS,
        attendance__last_seen__gte=since,
        reported_at__gte=since,
    )
    names = rows.select_related("attendance__session__lesson__teacher", "attendance__session__lesson__organization")
    return list(names.order_by("-reported_at"))


def devices_seen(lessons: Collection[UUID], roots: Sequence[str], now: datetime) -> list[tuple[str, int]]:
    """With what classes below `roots` watch these lessons now, the most frequent first. One query."""
    rows = QualityReport.objects.filter(
        attendance__session__lesson__in=lessons,
        attendance__session__state__in=OPEN_STATES,
        attendance__kind=AttendanceKind.CLASS,
        attendance__organization__path__within_any=list(roots),
        reported_at__gte=now - GONE_AFTER,
    )
    counted = rows.order_by().values_list("device").annotate(n=Sum(Value(1))).order_by("-n", "device")
    return [(device, n) for device, n in counted[:12]]
