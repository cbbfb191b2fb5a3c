"""CPU of the pages that grow with the region, as its officers open them: lists of people, reports, plans, to-dos.

`make bench B=officers`. `--people N` (500 000: 230 000 pupils, 20 000 teachers, guardians) in 1 149 schools, each with a head and
an IT teacher in office; `--rounds N` (5) requests a page. The database is the embedded one with the tuning of a real server,
filled by COPY. Requests go through Django's whole stack in this process; a page's CPU is this thread's and that of its database
process together. One operation is one page. The yardstick is `/healthz` through the same stack.

`--home PATH`: instead the region of a platform that is running there (`lantian demo seed --scale city`): its lessons, timetables,
notices and records are there as well. An officer of the city and one of its largest county are added to it.
"""

import os
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import Any

from bench.population import Population, make
from bench.run import Options, Result, Usage, percentile
from runtime.postgres import EmbeddedPostgres

TARGET_MS = 300


def run(options: Options) -> Result:
    """`--people N` (500 000), `--rounds N` (5), `--home PATH`."""
    if "home" in options.more:
        home = Path(options.more["home"]).absolute()
        server = EmbeddedPostgres(home)
        postmaster = int((server.data / "postmaster.pid").read_text().split()[0])
        _set_up(server, home)
        return _measure(_there(), options, postmaster)
    with tempfile.TemporaryDirectory(prefix="lantian-bench-") as folder:
        home = Path(folder)
        home.chmod(0o700)
        with EmbeddedPostgres(home) as server:
            _set_up(server, home)
            from django.core.management import call_command

            call_command("migrate", verbosity=0)
            population = make(int(options.number("people", 500_000)))
            _offices(population)
            return _measure(population, options, server.pid or 0)


def _set_up(server: EmbeddedPostgres, home: Path) -> None:
    os.environ |= {
        "DATABASE_URL": server.url,
        "LANTIAN_HOME": str(home),
        "LANTIAN_DEMO": "1",
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }
    import django

    django.setup()


def _there() -> Population:
    """The city of the database, as `make` would describe it."""
    from django.db import connection

    from lantian.people.roster.models import Organization, Person

    units = Organization.objects.filter(is_active=True)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.id FROM roster_organization c LEFT JOIN roster_organization o ON o.path <@ c.path"
            " LEFT JOIN roster_membership m ON m.organization_id = o.id WHERE c.kind = 'county'"
            " GROUP BY c.id ORDER BY count(m.id) DESC, c.id"
        )
        order = [row[0] for row in cursor.fetchall()]
    counties = units.in_bulk(order)
    return Population(
        people=Person.objects.count(),
        city=units.get(kind="city"),
        counties=[counties[pk] for pk in order],
        schools=list(units.filter(kind="school")),
    )


def _measure(population: Population, options: Options, server: int) -> Result:
    from django.db import connection

    rounds = int(options.number("rounds", 5))
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("SET max_parallel_workers_per_gather = 0")  # so that one process does all of a page's work
        cursor.execute("SELECT pg_backend_pid()")
        backend = cursor.fetchone()[0]
    clients = {"city": _client(population.city), "county": _client(population.counties[0])}
    yardstick = _time(clients["city"], "/healthz", rounds * 10, backend)
    figures = []
    with Usage(os.getpid(), server) as usage:
        for level, unit in (("city", population.city), ("county", population.counties[0])):
            for name, path in _pages(population, unit):
                figures.append({"page": f"{name}, {level}"} | _time(clients[level], path, rounds, backend))
    for figure in sorted(figures, key=lambda one: -one["cpu_ms"]):
        print(
            f"  {figure['page']}: {figure['cpu_ms']} ms of CPU ({figure['database_ms']} database), {figure['queries']} queries"
        )
    connection.close()
    getattr(connection, "close_pool", lambda: None)()
    return Result(
        work=f"pages of officers over {population.people} people",
        count=rounds * len(figures),
        seconds=usage.seconds,
        cpu_seconds=sum(figure["cpu_ms"] for figure in figures) * rounds / 1000,
        peak_mb=usage.peak_mb,
        ratio_to="/healthz through the same stack",
        ratio=yardstick["cpu_ms"] / max(figure["cpu_ms"] for figure in figures),
        more={"pages": figures, "over": [one["page"] for one in figures if one["cpu_ms"] > TARGET_MS]},
    )


def _offices(population: Population) -> None:
    """A head and an IT teacher for each school, from its teachers."""
    from lantian.people.roster.models import Membership, RoleGrant

    rows = Membership.objects.filter(role="staff").order_by("organization", "person")
    staff: dict[Any, list[Any]] = {}
    for school, person in rows.values_list("organization_id", "person_id"):
        staff.setdefault(school, []).append(person)
    RoleGrant.objects.bulk_create(
        RoleGrant(person_id=person, role=role, organization_id=school, valid_from=date(2026, 9, 1))
        for school, people in staff.items()
        for person, role in zip(people, ("school_head", "school_it"), strict=False)
    )


def _client(unit: Any) -> Any:
    """A browser in which an officer of the unit is signed in."""
    from django.conf import settings
    from django.test import Client

    from lantian.kernel.rules import SYSTEM
    from lantian.people.roster import services

    made = services.create_person(by=SYSTEM, name="马艳", memberships=[], organization=unit, account=True)
    services.grant_role(by=SYSTEM, person=made.person, role="officer", organization=unit)
    account = made.account
    assert account is not None
    account.must_set_password = False
    account.save(update_fields=["must_set_password"])
    client = Client(headers={"accept-language": "zh-cn"})
    client.force_login(account, backend=settings.AUTHENTICATION_BACKENDS[0])
    return client


def _pages(population: Population, unit: Any) -> list[tuple[str, str]]:
    school = next(each for each in population.schools if each.path.startswith(f"{unit.path}."))
    return [
        ("today", "/today/"),
        ("tree", "/organizations/"),
        ("the unit", f"/organizations/{unit.pk}/"),
        ("people", "/people/"),
        ("people, page 8", "/people/?page=8"),
        ("people, students", "/people/?role=student"),
        ("people, fifth grade", "/people/?role=student&grade=primary-5"),
        ("people of a school", f"/people/?organization={school.pk}"),
        ("people without account", "/people/?account=none"),
        ("people, a surname", "/people/?q=王"),
        ("people, a surname, by name downwards", "/people/?q=王&sort=-name"),
        ("search", "/search/?q=wangwei"),
        ("duplicates", "/people/duplicates/"),
        ("batches", "/people/batches/"),
        ("grants", "/grants/"),
        ("grants, school IT", "/grants/?role=school_it"),
        ("imports", "/imports/"),
        ("exports", "/exports/"),
        ("a new export", "/exports/new/"),
        ("consents", "/consents/"),
        ("audit", "/audit/"),
        ("erasures", "/erasures/"),
        ("times of keeping", "/retention/"),
        ("moving up, all schools", f"/organizations/{unit.pk}/promotion/"),
        ("holidays", f"/organizations/{unit.pk}/days/"),
        ("a day off, before it is saved", f"/organizations/{unit.pk}/days/clear/?first=2026-12-01"),
        ("lessons", "/lessons/"),
        ("the week's report", "/desk/week/"),
        ("lessons that were not held as planned", "/desk/lessons/"),
        ("faults", "/desk/tickets/"),
        ("notices", "/notices/"),
        ("inbox", "/inbox/"),
        ("timetables", "/timetables/"),
        ("rooms", "/rooms/"),
        ("software", "/clients/"),
    ]


def _worked(process: int) -> float:
    """CPU that a process has used so far, in milliseconds (Linux)."""
    return int(Path(f"/proc/{process}/schedstat").read_text().split()[0]) / 1e6


def _time(client: Any, path: str, rounds: int, backend: int) -> dict[str, Any]:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as captured:
        response = client.get(path)
    assert response.status_code == 200, (path, response.status_code, response.headers.get("Location"))
    queries = len(captured)
    here, there, waited = [], [], []
    for _ in range(rounds):
        cpu, database, wall = time.thread_time(), _worked(backend), time.perf_counter()
        client.get(path)
        here.append((time.thread_time() - cpu) * 1000)
        there.append(_worked(backend) - database)
        waited.append((time.perf_counter() - wall) * 1000)
    both = [one + other for one, other in zip(here, there, strict=True)]
    return {
        "cpu_ms": round(percentile(both, 0.5), 1),
        "database_ms": round(percentile(there, 0.5), 1),
        "p50_ms": round(percentile(waited, 0.5), 1),
        "queries": queries,
    }
