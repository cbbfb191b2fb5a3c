"""What became of lessons, worked out from what the platform saw, players reported and people said.

Outcomes are compared with what they should be and only differences are written, so the same call settles a lesson that has just
ended, takes a correction up, and makes the past anew after presence came late: a fixed number of statements for any number of
lessons. Why a class was missing is said by `engine/causes` alone.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from lantian.teach.desk.engine.causes import Given, Seen, cause_of
from lantian.teach.desk.enums import Word
from lantian.teach.desk.services import settling_sql as sql
from lantian.teach.live.queries import GRACE

LOCK = 7_400_002  # advisory: two settlers would wait for each other's rows
READ = 5000


@transaction.atomic
def settle_lessons(lessons: Sequence[UUID], *, now: datetime | None = None) -> int:
    """Let the outcomes of some lessons be what is known of them. Returns how many rows were written or dropped."""
    return _settle(sql.LESSONS_BY_ID, {"lessons": list(lessons)}, now)


@transaction.atomic
def settle_days(first: date, last: date, *, now: datetime | None = None) -> int:
    """The same for all lessons from `first` to `last`."""
    facts = {
        "first": timezone.make_aware(datetime.combine(first, time.min)),
        "last": timezone.make_aware(datetime.combine(last + timedelta(days=1), time.min)),
        "first_day": first,
        "last_day": last,
    }
    return _settle(sql.LESSONS_BY_DAY, facts, now)


def _settle(lessons: str, facts: dict[str, Any], now: datetime | None) -> int:
    facts |= {"tz": settings.TIME_ZONE, "now": now or timezone.now(), "grace": GRACE}
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        for statement in sql.TABLES:
            cursor.execute(statement)
        cursor.execute(lessons, facts)
        cursor.execute("ANALYZE settling_lesson")
        cursor.execute(sql.FACTS)
        rows = list(_outcomes(cursor))  # read before the copy: it has the connection to itself
        with cursor.copy(sql.COPY) as copy:
            for row in rows:
                copy.write_row(row)
        cursor.execute("ANALYZE settling")
        cursor.execute(sql.KEEP)
        cursor.execute(sql.WRITE)
        written = int(cursor.rowcount)
        cursor.execute(sql.DROP)
        return written + int(cursor.rowcount)


def _outcomes(cursor: Any) -> Iterator[tuple[Any, ...]]:
    while found := cursor.fetchmany(READ):
        for row in found:
            yield _outcome(*row)


def _outcome(
    lesson: UUID,
    group: UUID,
    organization: UUID,
    sender: UUID,
    alliance: UUID | None,
    day: date,
    subject: str,
    planned: Any,
    cancelled: bool,
    opened: bool,
    started: bool,
    ran: Any,
    recorded: float | None,
    end_reason: str,
    classes: int,
    classes_seen: int,
    classes_attended: int,
    has_screen: bool,
    seen: bool,
    attended: bool,
    seconds: float,
    stalls: int,
    stall: Any,
    late: Any,
    early: Any,
    head_count: int | None,
    word: str | None,
    found_cause: str | None,
    errors: list[str] | None,
    reported: bool,
) -> tuple[Any, ...]:
    given = Given(
        planned=float(planned),
        cancelled=cancelled,
        opened=opened,
        started=started,
        ran=max(0.0, float(ran)),
        recorded=recorded,
        end_reason=end_reason,
        classes=classes,
        classes_seen=classes_seen,
        classes_attended=classes_attended,
    )
    there = attended and given.held
    corrected = word not in (None, Word.MEASURED)
    if corrected:
        there = word == Word.ATTENDED
    cause = ""
    if not there:
        cause = (found_cause if corrected else "") or cause_of(
            given,
            Seen(
                has_screen=has_screen,
                seen=seen,
                late=float(late or 0),
                early=float(early or 0),
                present=seconds,
                stall=float(stall),
                errors=tuple(errors or ()),
            ),
        )
    forgotten = not there and not corrected and seen and not reported
    return (
        lesson, group, organization, sender, alliance, day, subject, round(float(planned)), round(seconds), given.held, there,
        corrected, cause, forgotten, stalls, head_count,
    )  # fmt: skip
