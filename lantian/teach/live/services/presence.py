"""Presence as it comes from the live process in batches, and attendance when the lesson is over."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from uuid import UUID

import structlog
from django.db import DataError, IntegrityError, transaction
from django.db.models import Sum
from django.utils import timezone

from lantian.kernel.events import publish
from lantian.teach.live import queries
from lantian.teach.live.engine.attendance import attended, iso_duration
from lantian.teach.live.engine.presence import Stretch
from lantian.teach.live.enums import AttendanceKind, SessionState
from lantian.teach.live.events import AttendanceClosed
from lantian.teach.live.models import Attendance, AttendanceInterval, LiveSession, QualityReport

log = structlog.get_logger("live")
BATCH = 1000
MOST = 2**31 - 1  # what the columns of sums hold


def save_presence(stretches: Sequence[Stretch]) -> int:
    """Write stretches of presence, new or grown. Writing one again changes its rows and adds none. Returns how many stood.

    Rows that the database refuses (a session that is gone) are left out and logged, so that they cannot hold up the others.
    """
    known = {
        str(pk) for pk in LiveSession.objects.filter(pk__in={s.session for s in stretches}).values_list("pk", flat=True)
    }
    wanted = [stretch for stretch in stretches if stretch.session in known]
    saved = 0
    for at in range(0, len(wanted), BATCH):
        saved += _save_batch(wanted[at : at + BATCH])
    _close_late(wanted)
    return saved


def _save_batch(stretches: Sequence[Stretch]) -> int:
    try:
        with transaction.atomic():
            _write(stretches)
        return len(stretches)
    except (IntegrityError, DataError):
        if len(stretches) == 1:
            log.warning("presence refused", session=stretches[0].session)
            return 0
    middle = len(stretches) // 2
    return _save_batch(stretches[:middle]) + _save_batch(stretches[middle:])


def _moment(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def _write(stretches: Sequence[Stretch]) -> None:
    ids = _attendances(stretches)
    intervals, reports = [], []
    for stretch in stretches:
        attendance = ids[(stretch.session, stretch.viewer)]
        intervals.append(
            AttendanceInterval(
                id=UUID(stretch.id),
                attendance_id=attendance,
                started_at=_moment(stretch.started_ms),
                ended_at=_moment(stretch.ended_ms),
                media_from=stretch.media_from,
                media_to=stretch.media_to,
            )
        )
        reports.append(
            QualityReport(
                id=UUID(stretch.id),
                attendance_id=attendance,
                reported_at=_moment(stretch.last_sign_ms),
                stalls=stretch.stalls,
                stall_ms=stretch.stall_ms,
                dropped=stretch.dropped,
                lag_ms=stretch.lag_ms,
                error=stretch.error,
                still_since=None if stretch.still_since_ms is None else _moment(stretch.still_since_ms),
                lag_now_ms=stretch.lag_now_ms,
                device=stretch.device,
                minutes=stretch.minutes,
                rendition=stretch.rendition,
                kbps=stretch.kbps,
            )
        )
    AttendanceInterval.objects.bulk_create(
        intervals,
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=["ended_at", "media_from", "media_to"],
    )
    QualityReport.objects.bulk_create(
        reports,
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=[
            "reported_at",
            "stalls",
            "stall_ms",
            "dropped",
            "lag_ms",
            "error",
            "still_since",
            "lag_now_ms",
            "minutes",
            "rendition",
            "kbps",
        ],
    )
    counted = {
        ids[(stretch.session, stretch.viewer)]: stretch.head_count
        for stretch in stretches
        if stretch.head_count is not None
    }
    rows = [Attendance(pk=pk, head_count=counted[pk]) for pk in sorted(counted)]
    Attendance.objects.bulk_update(rows, ["head_count"], batch_size=BATCH)


def _attendances(stretches: Sequence[Stretch]) -> dict[tuple[str, str], UUID]:
    """The attendance row of each stretch's viewer, made where there was none, with the first and last sight of them."""
    rows: dict[tuple[str, str], Attendance] = {}
    for stretch in stretches:
        key = (stretch.session, stretch.viewer)
        row = rows.get(key)
        if row is None:
            row = rows[key] = Attendance(
                session_id=UUID(stretch.session),
                kind=stretch.kind,
                viewer=stretch.viewer,
                class_group_id=_uuid(stretch.class_group),
                person_id=_uuid(stretch.person),
                organization_id=_uuid(stretch.organization),
                first_seen=_moment(stretch.started_ms),
                last_seen=_moment(stretch.ended_ms),
            )
        row.first_seen = min(row.first_seen, _moment(stretch.started_ms))
        row.last_seen = max(row.last_seen, _moment(stretch.ended_ms))
    ordered = [rows[key] for key in sorted(rows)]  # one order of locking for all
    found = Attendance.objects.filter(
        session__in={row.session_id for row in ordered}, viewer__in={row.viewer for row in ordered}
    )
    # stretches of several devices, and of a spool read after a crash, come in any order
    for session, viewer, first, last in found.values_list("session_id", "viewer", "first_seen", "last_seen"):
        row = rows.get((str(session), viewer))
        if row is not None:
            row.first_seen, row.last_seen = min(row.first_seen, first), max(row.last_seen, last)
    Attendance.objects.bulk_create(
        ordered, update_conflicts=True, unique_fields=["session", "viewer"], update_fields=["first_seen", "last_seen"]
    )
    return {(str(session), viewer): pk for session, viewer, pk in found.values_list("session_id", "viewer", "pk")}


def _uuid(value: str | None) -> UUID | None:
    return UUID(value) if value else None


def _close_late(stretches: Iterable[Stretch]) -> None:
    """Presence that reaches the database after the lesson's books were closed (a spool read after a crash) counts too."""
    late = LiveSession.objects.filter(
        pk__in={stretch.session for stretch in stretches}, state=SessionState.ENDED, stream__state="closed"
    )
    for session in late.select_related("lesson"):
        close_attendance(session)


@transaction.atomic
def close_attendance(session: LiveSession) -> int:
    """Work out minutes and "attended" for everyone there; announce each once. Safe to repeat. Returns how many rows."""
    if session.ended_at is None:
        return 0
    lesson = session.lesson
    planned = (lesson.ends_at - lesson.starts_at).total_seconds()
    start, end = queries.bounds_of(session, timezone.now())
    ran = (end - start).total_seconds() if session.started_at else 0.0
    seconds = queries.seconds_by_attendance(session, end)
    quality = {
        row["attendance"]: row
        for row in QualityReport.objects.filter(attendance__session=session)
        .order_by()
        .values("attendance")
        .annotate(all_stalls=Sum("stalls"), all_ms=Sum("stall_ms"), all_dropped=Sum("dropped"))
    }
    rows = list(Attendance.objects.select_for_update().filter(session=session))
    for row in rows:
        row.seconds = seconds.get(row.pk, 0.0)
        totals = quality.get(row.pk)
        if totals:
            row.stalls, row.dropped = (min(MOST, totals[name]) for name in ("all_stalls", "all_dropped"))
            row.stall_ms = totals["all_ms"]
        first = row.attended is None
        row.attended = attended(row.seconds, planned=planned, ran=ran)
        if first and row.kind != AttendanceKind.GUEST:
            _announce(session, row, planned)
    Attendance.objects.bulk_update(rows, ["seconds", "stalls", "stall_ms", "dropped", "attended"], batch_size=BATCH)
    return len(rows)


def _announce(session: LiveSession, row: Attendance, planned: float) -> None:
    publish(
        AttendanceClosed(
            object_id=session.pk,
            lesson_id=session.lesson_id,
            class_group_id=row.class_group_id,
            actor_id=row.person_id,
            actor_kind="person" if row.person_id else "system",
            organization_id=row.organization_id,
            result={
                "duration": iso_duration(row.seconds),
                "completion": bool(row.attended),
                "seconds": round(row.seconds, 1),
                "planned_seconds": planned,
                "stalls": row.stalls,
            },
            context={"kind": row.kind, "lesson": session.lesson_id, "title": session.lesson.title},
            occurred_at=session.ended_at or timezone.now(),
        )
    )
