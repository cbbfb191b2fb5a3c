"""All lessons of this moment: 40 lessons, each received by the 1 149 classes of as many schools, every one with its report.

`make bench B=now`. `--lessons N` (40), `--schools N` (1149), `--counties N` (9), `--rounds N` (20). One operation is all that the
operator's page reads for the whole city; in `more` one county's part, the page as it is sent, and a lesson's classes. One class
in forty stands still. No region has as many at once, for each class sits in one lesson: it is the bound.
"""

import os
import statistics
from dataclasses import replace
from typing import Any
from uuid import uuid4

from bench.database import database
from bench.run import Options, Result, Usage
from bench.week import _percentiles, _region, _run, _timed


def run(options: Options) -> Result:
    with database() as started:
        city = _region(replace(options, more={"classes": "1", **options.more}))
        _lessons(int(options.number("lessons", 40)))
        return _measure(city, int(options.number("rounds", 20)), started.server)


def _lessons(number: int) -> None:
    """On the air since twenty minutes, each with all classes."""
    _run(
        """INSERT INTO schedule_lesson (id, title, summary, subject, stage, grade, teacher_id, organization_id, alliance_id,
                  by_hand, starts_at, ends_at, state, access, created_at)
           SELECT gen_random_uuid(), 'b' || s.n, '', 'maths', 'junior', 8, p.id, s.id, a.id, false, now() - interval '20 minutes',
                  now() + interval '3 hours', 'live', 'alliance', now()
             FROM bench_sender s, bench_person p, schedule_alliance a WHERE s.n <= %s""",
        number,
    )
    _run("INSERT INTO schedule_lessonreceiver (id, lesson_id, class_group_id) SELECT gen_random_uuid(), l.id, c.id"
         " FROM schedule_lesson l, bench_class c")  # fmt: skip
    _run("INSERT INTO media_stream (id, token, state, created_at, seconds, bytes, segments, poster, held, withheld)"
         " SELECT id, left(replace(id::text, '-', ''), 32), 'open', now(), 1200, 0, 1200, '', false, false"
         " FROM schedule_lesson")  # fmt: skip
    _run(
        """INSERT INTO live_livesession (id, lesson_id, stream_id, state, opened_at, started_at, last_chunk_at, planned_end,
                  end_reason)
           SELECT gen_random_uuid(), id, id, 'live', starts_at, starts_at, now() + interval '1 hour', ends_at, ''
             FROM schedule_lesson"""
    )
    _run(
        """INSERT INTO live_attendance (id, session_id, kind, viewer, class_group_id, organization_id, first_seen, last_seen,
                  seconds, stalls, stall_ms, dropped)
           SELECT gen_random_uuid(), s.id, 'class', 'class:' || c.id, c.id, c.organization_id, s.started_at,
                  now() + interval '1 hour', 0, 0, 0, 0
             FROM live_livesession s, bench_class c"""
    )
    _run(
        """INSERT INTO live_qualityreport (id, attendance_id, reported_at, stalls, stall_ms, dropped, error, device, minutes,
                  lag_ms, lag_now_ms, still_since)
           SELECT gen_random_uuid(), id, last_seen, 1, 700, 0, '', 'Chrome 109 · Windows 7',
                  (SELECT jsonb_agg(jsonb_build_array(29000000 + n, 0, 0, 2400, 0)) FROM generate_series(1, 20) n), 3100, 2400,
                  CASE WHEN random() < 0.025 THEN first_seen END
             FROM live_attendance"""
    )
    _run("ANALYZE")


def _measure(city: Any, rounds: int, server: int) -> Result:
    from django.apps import apps
    from django.db import connection
    from django.test.utils import CaptureQueriesContext
    from django.utils import timezone

    from lantian.teach.desk import queries

    now = timezone.now()
    county = apps.get_model("roster", "Organization").objects.filter(kind="county")[0]
    officer, local = _officer(city), _officer(county)
    with Usage(os.getpid(), server) as usage:
        whole, found = _timed(rounds, lambda: queries.overview(officer, now))
    with CaptureQueriesContext(connection) as asked:
        queries.overview(officer, now)
    lesson = next(iter(found.lessons))
    bare, _rows = _timed(rounds, _count)
    return Result(
        work="all lessons of this moment, for the city",
        count=rounds,
        seconds=sum(whole) / 1000,
        cpu_seconds=usage.cpu_seconds,
        peak_mb=usage.peak_mb,
        ratio_to="one bare count of the classes of these lessons",
        ratio=statistics.median(bare) / statistics.median(whole),
        more={
            "lessons": len(found.lessons),
            "classes": found.total.expected,
            "here": found.total.here,
            "stuck": found.total.stuck,
            "queries": len(asked),
            **_percentiles(whole),
            "county": _percentiles(_timed(rounds, lambda: queries.overview(local, now))[0]),
            "page": _percentiles(_timed(rounds, lambda: _page(officer))[0]),
            "lesson": _percentiles(_timed(rounds, lambda: _page(officer, lesson))[0]),
        },
    )


def _count() -> Any:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM schedule_lessonreceiver r JOIN live_livesession s ON s.lesson_id = r.lesson_id"
        )
        return cursor.fetchone()


def _officer(unit: Any) -> Any:
    from lantian.kernel.rules import Actor, ActorKind, Grant

    grant = Grant(uuid4(), "officer", unit.pk, unit.name, unit.kind, str(unit.path))
    return Actor(kind=ActorKind.PERSON, name="某", person_id=uuid4(), grant=grant, grants=(grant,))


def _page(officer: Any, lesson: Any = None) -> Any:
    """A page as the view gives it, without the middleware around it."""
    from django.contrib.auth.models import AnonymousUser
    from django.test import RequestFactory

    from lantian.teach.desk.views import lesson_now, now

    request: Any = RequestFactory().get("/desk/now/")
    request.actor, request.user = officer, AnonymousUser()
    response = lesson_now(request, lesson) if lesson else now(request)
    if response.status_code != 200:
        raise RuntimeError(f"the page answers {response.status_code}")
    return response
