"""CPU of the pages everyone opens: today, a class of 60, the tree of 1 149 schools, a lesson; with query counts and weight.

The region is the demonstration's small one, grown to 1 149 schools, in a throwaway PostgreSQL. Requests go through Django's whole
stack (middleware, sessions, templates) in this process; the yardstick is `/healthz` through the same stack.
"""

import gzip
import re
import time
from pathlib import Path
from typing import Any

from bench.database import database
from bench.run import Options, Result, Usage, percentile

SCHOOLS = 1149
ROUNDS = 100


def run(options: Options) -> Result:
    """`--rounds N` requests a page (100)."""
    rounds = int(options.number("rounds", ROUNDS))
    with database(throwaway=True, environment={"LANTIAN_DEMO": "1"}):
        return _measure(rounds)


def _measure(rounds: int) -> Result:
    from django.core.management import call_command
    from django.db import connection

    call_command("demo", "seed", verbosity=0)
    _grow()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    pages = _pages()
    yardstick = _time("health", None, "/healthz", rounds * 3)
    with Usage() as usage:
        figures = [_time(name, login, path, rounds) for name, login, path in pages]
    cpu = sum(figure["cpu_ms"] for figure in figures) * rounds / 1000
    connection.close()
    close_pool = getattr(connection, "close_pool", None)
    if close_pool:
        close_pool()
    return Result(
        work=f"signed-in pages over {SCHOOLS} schools",
        count=rounds * len(figures),
        seconds=usage.seconds,
        cpu_seconds=cpu,
        peak_mb=usage.peak_mb,
        ratio_to="/healthz through the same stack",
        ratio=yardstick["cpu_ms"] / max(figure["cpu_ms"] for figure in figures),
        more={"pages": figures, "healthz_cpu_ms": yardstick["cpu_ms"]},
    )


def _grow() -> None:
    """Schools without people until there are 1 149: the tree has its full breadth."""
    from lantian.kernel.rules import SYSTEM
    from lantian.people.roster.models import Organization
    from lantian.people.roster.services import NewOrganization, bulk_create_organizations

    counties = list(Organization.objects.filter(kind="county").order_by("code"))
    missing = SCHOOLS - Organization.objects.filter(kind="school").count()
    rows = [
        NewOrganization(
            name=f"{counties[number % len(counties)].name}第{number}小学",
            kind="school",
            parent=counties[number % len(counties)],
            stages=("primary",),
        )
        for number in range(missing)
    ]
    bulk_create_organizations(rows, by=SYSTEM)


def _pages() -> list[tuple[str, str, str]]:
    from lantian.people.roster.models import ClassGroup, Organization
    from lantian.people.schedule.models import Lesson

    group = ClassGroup.objects.get(
        memberships__role="homeroom_teacher", memberships__person__account__username="teacher"
    )
    lesson = Lesson.objects.filter(teacher__account__username="teacher").order_by("starts_at").first()
    assert lesson is not None
    largest = Organization.objects.filter(kind="county", code="510722").get()
    return [
        ("today, teacher", "teacher", "/today/"),
        ("today, city officer", "city", "/today/"),
        ("class of 60", "teacher", f"/classes/{group.pk}/"),
        ("tree of 1149 schools", "city", "/organizations/"),
        ("tree, one county opened", "city", f"/organizations/{largest.pk}/children/"),
        ("tree, searched", "city", "/organizations/?q=xiaoxue"),
        ("lesson", "teacher", f"/live/lessons/{lesson.pk}/"),
        ("home, public", "", "/"),
    ]


def _client(login: str | None) -> Any:
    from django.conf import settings
    from django.contrib.auth import get_user_model
    from django.test import Client

    client = Client(headers={"accept-language": "zh-cn"})
    if login:
        account = get_user_model().objects.get(username=login)
        client.force_login(account, backend=settings.AUTHENTICATION_BACKENDS[0])
    return client


def _time(name: str, login: str | None, path: str, rounds: int) -> dict[str, Any]:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = _client(login)
    for _ in range(3):
        response = client.get(path)
        assert response.status_code == 200, (path, response.status_code, response.headers.get("Location"))
    with CaptureQueriesContext(connection) as captured:
        response = client.get(path)
    queries = len(captured)  # now: the next request empties the log
    cpus, walls = [], []
    for _ in range(rounds):
        cpu, wall = time.thread_time(), time.perf_counter()
        client.get(path)
        cpus.append((time.thread_time() - cpu) * 1000)
        walls.append((time.perf_counter() - wall) * 1000)
    return {
        "page": name,
        "cpu_ms": round(sum(cpus) / len(cpus), 2),
        "p95_ms": round(percentile(walls, 0.95), 2),
        "queries": queries,
        "html_kb_gz": round(len(gzip.compress(response.content)) / 1024, 1),
        "first_load_kb_gz": round(_weight(response.content.decode()) / 1024, 1),
    }


def _weight(html: str) -> int:
    """HTML, styles and scripts named by it, gzipped, in bytes: what a first visit loads before anything is clicked."""
    dist = Path(__file__).resolve().parents[1] / "frontend" / "dist"
    total = len(gzip.compress(html.encode()))
    for name in set(re.findall(r'(?:src|href)="/static/([^"]+\.(?:js|css))"', html)):
        if (dist / name).exists():
            total += len(gzip.compress((dist / name).read_bytes()))
    return total
