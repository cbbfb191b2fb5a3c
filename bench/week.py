"""The officer's week over 200 000 attendances: 1 149 schools with five classes, 35 lessons each, and the week before.

`make bench B=week`. `--schools N` (1149), `--classes N` (5), `--counties N` (9), `--weeks N` (2), `--rounds N` (40). One
operation is the city's weekly report, the week compared with the one before; in `more` the page as it is sent, a county's and a
school's report, the term over all weeks made, and how fast lessons are settled. The yardstick is one bare count over the rows.
"""

import os
import statistics
import time
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

from bench.database import database
from bench.run import Options, Result, Usage

MONDAY = date(2026, 9, 7)
PERIODS = 7
SPREAD = 24  # receiving classes of one lesson


def run(options: Options) -> Result:
    with database() as started:
        weeks = int(options.number("weeks", 2))
        city = _region(options)
        _lessons(weeks)
        return _measure(city, weeks, int(options.number("rounds", 40)), started.server)


def _region(options: Options) -> Any:
    """A city, its counties and schools with classes and rooms; the first 43 schools send."""
    from django.apps import apps

    unit, group = apps.get_model("roster", "Organization"), apps.get_model("roster", "ClassGroup")
    city = unit.objects.create(id=(pk := uuid4()), name="市", kind="city", path=pk.hex)
    counties = unit.objects.bulk_create(
        unit(id=(pk := uuid4()), name=f"{number}县", kind="county", parent=city, path=f"{city.path}.{pk.hex}")
        for number in range(int(options.number("counties", 9)))
    )
    schools = unit.objects.bulk_create(
        unit(id=(pk := uuid4()), name=f"第{number}中学", kind="school", parent=above, path=f"{above.path}.{pk.hex}")
        for number in range(int(options.number("schools", 1149)))
        for above in [counties[number % len(counties)]]
    )
    group.objects.bulk_create(
        (
            group(organization=school, stage="junior", grade=8, number=number, name=f"八年级{number}班")
            for school in schools
            for number in range(1, int(options.number("classes", 5)) + 1)
        ),
        batch_size=2000,
    )
    person = apps.get_model("roster", "Person").objects.create(name="师")
    apps.get_model("schedule", "Alliance").objects.create(
        name="联盟", stage="junior", lead=city, starts_on=MONDAY, ends_on=MONDAY + timedelta(days=300)
    )
    _run("CREATE TABLE bench_sender AS SELECT id, row_number() OVER (ORDER BY name) AS n FROM roster_organization"
         " WHERE kind = 'school' LIMIT 43")  # fmt: skip
    _run("CREATE TABLE bench_class AS SELECT id, organization_id, (row_number() OVER (ORDER BY id) - 1) / %s AS bundle"
         " FROM roster_classgroup", SPREAD)  # fmt: skip
    _run("CREATE TABLE bench_person AS SELECT %s::uuid AS id", str(person.pk))
    return city


def _run(sql: str, *values: Any) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(sql, values)


def _lessons(weeks: int) -> None:
    """Lessons held, with a session, presence and a report each: one in twelve was missed, in a few ways."""
    days = [MONDAY + timedelta(days=7 * week + day) for week in range(weeks) for day in range(5)]
    _run(
        """INSERT INTO schedule_lesson (id, title, summary, subject, stage, grade, teacher_id, organization_id, alliance_id,
                  period_no, by_hand, starts_at, ends_at, state, access, created_at)
           SELECT gen_random_uuid(), 'b' || b.bundle, '', 'maths', 'junior', 8, p.id, s.id, a.id, hour.n, false,
                  (d + make_time(8 + hour.n, 0, 0)) AT TIME ZONE 'Asia/Shanghai',
                  (d + make_time(8 + hour.n, 40, 0)) AT TIME ZONE 'Asia/Shanghai', 'ended', 'alliance', now()
             FROM unnest(%s::date[]) d, generate_series(1, %s) AS hour (n), bench_person p, schedule_alliance a,
                  (SELECT DISTINCT bundle FROM bench_class) b
                  JOIN bench_sender s ON s.n = 1 + b.bundle %% (SELECT count(*) FROM bench_sender)""",
        days,
        PERIODS,
    )
    _run("INSERT INTO schedule_lessonreceiver (id, lesson_id, class_group_id) SELECT gen_random_uuid(), l.id, c.id"
         " FROM schedule_lesson l JOIN bench_class c ON l.title = 'b' || c.bundle")  # fmt: skip
    _run("INSERT INTO media_stream (id, token, state, created_at, seconds, bytes, segments, poster, held, withheld)"
         " SELECT id, left(replace(id::text, '-', ''), 32), 'closed', now(), 2400, 0, 2400, '', false, false"
         " FROM schedule_lesson")  # fmt: skip
    _run(
        """INSERT INTO live_livesession (id, lesson_id, stream_id, state, opened_at, started_at, planned_end, ended_at,
                  end_reason)
           SELECT gen_random_uuid(), id, id, 'ended', starts_at, starts_at, ends_at, ends_at, 'teacher' FROM schedule_lesson"""
    )
    _run(
        """INSERT INTO live_attendance (id, session_id, kind, viewer, class_group_id, organization_id, first_seen, last_seen,
                  seconds, stalls, stall_ms, dropped, attended)
           SELECT gen_random_uuid(), s.id, 'class', 'class:' || c.id, c.id, c.organization_id, s.started_at, s.ended_at,
                  CASE WHEN bad THEN 900 ELSE 2390 END, 1, 700, 0, NOT bad
             FROM (SELECT r.lesson_id, r.class_group_id, random() < 0.05 AS bad FROM schedule_lessonreceiver r
                    WHERE random() > 0.03) x
             JOIN live_livesession s ON s.lesson_id = x.lesson_id JOIN bench_class c ON c.id = x.class_group_id"""
    )
    _run("INSERT INTO live_qualityreport (id, attendance_id, reported_at, stalls, stall_ms, dropped, error, device, minutes)"
         " SELECT gen_random_uuid(), id, last_seen, 1, 700, 0, '', '', '[]' FROM live_attendance")  # fmt: skip
    _run("ANALYZE")


def _timed(rounds: int, work: Callable[[], Any]) -> tuple[list[float], Any]:
    """Milliseconds of each round after a first one that is not counted."""
    result = work()
    found = []
    for _round in range(rounds):
        began = time.perf_counter()
        result = work()
        found.append((time.perf_counter() - began) * 1000)
    return sorted(found), result


def _percentiles(values: list[float]) -> dict[str, float]:
    return {"p50_ms": round(statistics.median(values), 1), "p95_ms": round(values[int(len(values) * 0.95)], 1)}


def _measure(city: Any, weeks: int, rounds: int, server: int) -> Result:
    from django.apps import apps
    from django.db import connection

    from lantian.teach.desk import queries, services

    now = city.created_at.replace(year=2027)
    days = [MONDAY + timedelta(days=offset) for offset in range(7 * weeks)]
    began = time.monotonic()
    settled = sum(services.settle_days(day, day, now=now) for day in days)
    settle_s = time.monotonic() - began
    began = time.monotonic()
    again = services.settle_days(days[0], days[0], now=now)
    again_s = time.monotonic() - began
    _run("VACUUM ANALYZE desk_outcome")
    unit = apps.get_model("roster", "Organization")
    county, school = unit.objects.filter(kind="county")[0], unit.objects.filter(kind="school")[0]
    week = queries.stretch("week", days[-1])
    term = queries.Stretch("term", days[0], days[-1])
    with Usage(os.getpid(), server) as usage:
        whole, found = _timed(rounds, lambda: queries.report(city, week))
    page, _response = _timed(rounds, lambda: _page(city, days[-1]))
    bare, _rows = _timed(rounds, lambda: _count(connection, week))
    return Result(
        work="the city's weekly report",
        count=rounds,
        seconds=sum(whole) / 1000,
        cpu_seconds=usage.cpu_seconds,
        peak_mb=usage.peak_mb,
        ratio_to="one bare count of the attended in the same two weeks",
        ratio=statistics.median(bare) / statistics.median(whole),
        more={
            "attendances": found.total.counts.planned,
            "outcomes": settled,
            **_percentiles(whole),
            "page": _percentiles(page),
            "county": _percentiles(_timed(rounds, lambda: queries.report(county, week))[0]),
            "school": _percentiles(_timed(rounds, lambda: queries.report(school, week))[0]),
            "term_of_weeks": weeks,
            "term": _percentiles(_timed(max(5, rounds // 4), lambda: queries.report(city, term))[0]),
            "settled_a_second": round(settled / settle_s),
            "a_day_again_s": round(again_s, 2),
            "again_changed": again,
        },
    )


def _count(connection: Any, week: Any) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM desk_outcome WHERE attended AND day BETWEEN %s AND %s", [week.before[0], week.last]
        )
        return cursor.fetchone()


def _page(city: Any, day: date) -> Any:
    """The page as the view gives it, without the middleware around it."""
    from django.contrib.auth.models import AnonymousUser
    from django.test import RequestFactory

    from lantian.kernel.rules import Actor, ActorKind, Grant
    from lantian.teach.desk.views import week

    request: Any = RequestFactory().get(f"/desk/week/?on={day}")
    grant = Grant(uuid4(), "officer", city.pk, city.name, city.kind, str(city.path))
    request.actor = Actor(kind=ActorKind.PERSON, name="某", person_id=uuid4(), grant=grant, grants=(grant,))
    request.user = AnonymousUser()
    response = week(request)
    if response.status_code != 200:
        raise RuntimeError(f"the page answers {response.status_code}")
    return response
