"""A city officer's notice to the guardians of a region's pupils: told by the worker's own steps, counted before and after.

`make bench B=notices`. `--people N` (400 000) makes a population, of whom half are guardians. The database is the
embedded one with the tuning of a real server. One operation is one recipient; no channel but the inbox is configured. Besides:
counting the recipients beforehand, and who has read it by school.
"""

import os
import time
from collections.abc import Callable
from typing import Any

from bench.database import database
from bench.population import Population, make
from bench.run import Options, Result, Usage


def run(options: Options) -> Result:
    with database(environment={"LANTIAN_PUSH_HOSTS": ","}) as started:
        return measure(make(int(options.number("people", 400_000))), started.server)


def measure(population: Population, server: int) -> Result:
    """Send, count, read; `server` is the database's process."""
    from django.db import connection

    from lantian.people.messaging import queries, services
    from lantian.people.messaging.models import Notice

    audience = services.Audience.of(units=[population.city.pk], to=["guardian"])
    count_ms = _ms(lambda: queries.count_recipients(audience))
    notice = Notice.objects.create(
        category="announcement", title="通知", body="请查收。", audience=audience.plain()
    )  # i18n: data
    with Usage(os.getpid(), server) as usage:
        services.run_spreading(notice.pk)
    notice.refresh_from_db()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE messaging_receipt")
    reach_ms = _ms(lambda: (queries.reach_of(notice), queries.reach_by_place(notice)))
    connection.close()
    getattr(connection, "close_pool", lambda: None)()
    return Result(
        work=f"recipient told, of a notice to the guardians among {population.people} people",
        count=notice.recipients,
        seconds=usage.seconds,
        cpu_seconds=usage.cpu_seconds,
        peak_mb=usage.peak_mb,
        more={"units": notice.done, "count_beforehand_ms": count_ms, "reach_by_school_ms": reach_ms},
    )


def _ms(act: Callable[[], Any]) -> float:
    began = time.perf_counter()
    act()
    return round((time.perf_counter() - began) * 1000, 1)
