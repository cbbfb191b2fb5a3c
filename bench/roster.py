"""A region's roster from OneRoster files into an empty region (1 149 schools, 250 000 people), then 1 % of changes.

Everything an officer's import does: reading, sealing, staging, checking, comparing, applying, journal and events; the worker
runs in this process, the PostgreSQL is a throwaway one. The yardstick is Kolibri's `bulkimportusers` with 1 000 users in the
same run, when `--kolibri` names its program (`pip install kolibri==0.19.5` into a venv of its own) or it is on the path:
`make bench B="roster --kolibri PROGRAM"`. The delta is carried out as well; `same_file_checked_again_seconds` reads and checks
the full file once more, to the end that nothing changes.
"""

import csv
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from bench.database import database
from bench.region_files import write_delta
from bench.run import Options, Result, Usage

KOLIBRI_USERS = 1000
# An installation takes an eighth of the memory, at most a gigabyte: this is that of 2 GB. It counts as memory used.
SETTINGS = {"shared_buffers": "256MB"}


def run(options: Options) -> Result:
    """`--students N` (230 000), `--teachers N` (20 000), `--schools N` (1 149), `--guardians 1`, `--kolibri PROGRAM`."""
    with database(throwaway=True, settings=SETTINGS, environment={"LANTIAN_DEMO": "1"}) as started:
        return _measure(options, started.home)


def _measure(options: Options, home: Path) -> Result:
    from django.db import connection

    from lantian.people.exchange.services.runs import OVERLAP_S

    city, known = _city(), time.monotonic()
    asked = (("schools", 1149), ("students", 230_000), ("teachers", 20_000), ("guardians", 0))
    # made by a process of its own: the memory that takes is none of the import's
    made = subprocess.run(
        [sys.executable, "-m", "bench.region_files", str(home / "full.zip"), str(city.pk),
         *(str(int(options.number(name, usual))) for name, usual in asked)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    counts = json.loads(made.stdout)
    people = counts["students"] + counts["teachers"] + counts["guardians"]
    # what changed this shortly before a check makes applying compare again: no region is half a minute old when its people come
    time.sleep(max(0.0, OVERLAP_S + 5 - (time.monotonic() - known)))
    phases: dict[str, float] = {}
    with Usage() as usage:
        _import(home / "full.zip", city, phases)
    chosen = _some(max(2, people // 100))
    write_delta(home / "delta.zip", chosen, "2026-11-01T08:00:00Z")
    changes: dict[str, float] = {}
    with Usage() as delta:
        _import(home / "delta.zip", city, changes)
    again: dict[str, float] = {}
    with Usage() as second:
        _import(home / "full.zip", city, again, check_only=True)
    rate = people / usage.seconds
    kolibri = _kolibri(options.more.get("kolibri") or shutil.which("kolibri") or "", home)
    connection.close()
    close_pool = getattr(connection, "close_pool", None)
    if close_pool:
        close_pool()
    return Result(
        work="OneRoster import into an empty region, people",
        count=people,
        seconds=usage.seconds,
        cpu_seconds=usage.cpu_seconds,
        peak_mb=usage.peak_mb,
        ratio_to="Kolibri 0.19.5 bulkimportusers, users/s" if "rate" in kolibri else "",
        ratio=rate / kolibri["rate"] if "rate" in kolibri else None,
        more={
            "counts": counts,
            "phases": {name: round(value, 2) for name, value in phases.items()},
            "delta_people": len(chosen),
            "delta_seconds": round(delta.seconds, 2),
            "same_file_checked_again_seconds": round(second.seconds, 2),
            "kolibri": kolibri,
        },
    )


def _city() -> Any:
    from lantian.kernel.rules import SYSTEM
    from lantian.people.roster.services import create_organization

    province = create_organization(by=SYSTEM, name="省", kind="province")
    return create_organization(by=SYSTEM, name="市", kind="city", parent=province)


def _import(path: Path, city: Any, phases: dict[str, float], *, check_only: bool = False) -> None:
    """As the worker does it, timed by phase."""
    from lantian.kernel.rules import SYSTEM
    from lantian.people.exchange import services
    from lantian.people.exchange.models import ImportRun

    began = time.perf_counter()
    with path.open("rb") as upload:
        run = services.start_import([(path.name, upload)], organization=city, source="bench", by=SYSTEM)
    phases["upload"] = time.perf_counter() - began
    began = time.perf_counter()
    services.proceed(run.pk)
    phases["read and check"] = time.perf_counter() - began
    run = ImportRun.objects.get(pk=run.pk)
    if run.state != "checked" or run.errors:
        raise SystemExit(f"not checked: {run.state} {run.fault} {run.fault_params} {run.errors} {_findings(run)}")
    if check_only:
        return
    began = time.perf_counter()
    services.confirm_import(run, by=SYSTEM, removals=run.counts.get("held", {}))
    services.proceed(run.pk)
    phases["apply"] = time.perf_counter() - began
    run = ImportRun.objects.get(pk=run.pk)
    if run.state != "applied":
        raise SystemExit(f"not applied: {run.state} {run.fault} {run.fault_params}")


def _findings(run: Any) -> list[Any]:
    return list(run.findings.values_list("code", "file", "row_no", "params")[:5])


def _some(count: int) -> "list[tuple[str, str, str, str]]":
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT p.id::text, p.name, m.id::text, m.class_group_id::text FROM roster_membership m"
            " JOIN roster_person p ON p.id = m.person_id WHERE m.role = 'student' ORDER BY m.id LIMIT %s",
            [count],
        )
        return list(cursor.fetchall())


def _kolibri(program: str, home: Path) -> dict[str, Any]:
    """Kolibri's own import of users from CSV, in a fresh home of its own."""
    if not program:
        return {}
    own = os.environ | {"KOLIBRI_HOME": str(home / "kolibri"), "KOLIBRI_RUN_MODE": "bench"}
    for name in ("DATABASE_URL", "DJANGO_SETTINGS_MODULE"):
        own.pop(name, None)
    (home / "kolibri").mkdir()
    setup = [program, "manage", "provisiondevice", "--facility", "Bench", "--superusername", "admin", "--superuserpassword",
             "admin-2026", "--preset", "formal", "--language_id", "en", "--verbosity", "0", "--noinput"]  # fmt: skip
    done = subprocess.run(setup, env=own, capture_output=True, text=True, check=False)
    if done.returncode:
        return {"failed": (done.stderr or done.stdout)[-300:]}
    table = home / "users.csv"
    with table.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(
            ["Database ID (UUID)", "Username (USERNAME)", "Password (PASSWORD)", "Full name (FULL_NAME)", "User type (USER_TYPE)",
             "Identifier (IDENTIFIER)", "Birth year (BIRTH_YEAR)", "Gender (GENDER)", "Learner enrollment (ENROLLED_IN)",
             "Coach assignment (ASSIGNED_TO)"]
        )  # fmt: skip
        for n in range(KOLIBRI_USERS):
            writer.writerow(["", f"user{n}", "pass-2026", f"User {n}", "LEARNER", "", "2012", "", f"class{n % 25}", ""])
    began = time.perf_counter()
    done = subprocess.run(
        [program, "manage", "bulkimportusers", str(table)], env=own, capture_output=True, text=True, check=False
    )
    seconds = time.perf_counter() - began
    if done.returncode:
        return {"failed": (done.stderr or done.stdout)[-300:]}
    return {"users": KOLIBRI_USERS, "seconds": round(seconds, 2), "rate": round(KOLIBRI_USERS / seconds, 2)}
