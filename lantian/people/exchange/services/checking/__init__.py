"""Is it right, who is it, and what would change: a check of a whole run, in one transaction that may be made again."""

from django.db import transaction
from django.utils import timezone

from lantian.kernel.rules import Actor
from lantian.people.exchange.enums import Entity, RowAction, RunState
from lantian.people.exchange.models import Finding, ImportRun, StagedRow
from lantian.people.exchange.services.checking.classes import ClassCheck, CourseCheck, Places, SessionCheck
from lantian.people.exchange.services.checking.members import check_members
from lantian.people.exchange.services.checking.organizations import OrganizationCheck
from lantian.people.exchange.services.checking.people import check_people
from lantian.people.exchange.services.checking.removals import check_removals
from lantian.people.exchange.services.checking.work import Work
from lantian.people.exchange.services.outside import Outside

STEPS = 6


@transaction.atomic
def check_run(run: ImportRun, *, by: Actor, outside: Outside) -> None:
    """Fill in what every staged row would do, and find what is wrong; nothing of the roster is written. Raises Stopped."""
    started = timezone.now()
    Finding.objects.filter(run=run, at_check=True).delete()
    StagedRow.objects.filter(run=run, row_no=0).delete()
    if run.checked_at is not None:
        _forget(run)
    work = Work(run, by, outside)
    work.begin()
    outside.tell("check:orgs", 0, STEPS, now=True)
    OrganizationCheck(work).run()
    outside.tell("check:classes", 1, STEPS, now=True)
    places = Places(work)
    sessions = SessionCheck(work, places)
    sessions.run()
    courses = CourseCheck(work, places)
    courses.run()
    ClassCheck(work, places, sessions, courses).run()
    outside.tell("check:users", 2, STEPS, now=True)
    check_people(work)
    outside.tell("check:enrollments", 4, STEPS, now=True)
    check_members(work, places)
    check_removals(work)
    outside.tell("check:difference", 5, STEPS, now=True)
    _sum_up(work)
    work.end()
    ImportRun.objects.filter(pk=run.pk).update(checked_at=started)
    run.checked_at = started


def _forget(run: ImportRun) -> None:
    """Take back what an earlier check of the same rows wrote into them."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE exchange_stagedrow SET action = '', object_id = NULL, before = NULL,"
            " data = data - 'ties' - 'untie' WHERE run_id = %s AND (action <> '' OR object_id IS NOT NULL)",
            [run.pk],
        )


def _sum_up(work: Work) -> None:
    run = work.run
    work.findings.flush()
    work.sql("ANALYZE exchange_stagedrow")  # the verdicts: applying is planned by them
    work.cursor.execute(
        # a stamp that lies ahead says nothing about how new the file is: all that comes later would look older
        "SELECT entity, action, count(*), max(modified_at) FILTER (WHERE modified_at <= %s) FROM exchange_stagedrow"
        " WHERE run_id = %s GROUP BY entity, action",
        [timezone.now(), run.pk],
    )
    counts: dict[str, dict[str, int]] = {}
    run.as_of = None
    for entity, action, count, newest in work.cursor.fetchall():
        said = action or str(RowAction.LEAVE)  # nothing was written into rows that do nothing
        counts.setdefault(entity, {})[said] = counts.get(entity, {}).get(said, 0) + count
        run.as_of = max(filter(None, (run.as_of, newest)), default=None)
    read = run.counts.get("read", {"errors": 0, "warnings": 0})
    order = [str(entity) for entity in Entity.values]
    kept = {"files": run.counts["files"]} if "files" in run.counts else {}
    run.counts = kept | {"read": read, "held": work.held} | {name: counts[name] for name in order if name in counts}
    run.errors = read["errors"] + work.findings.errors
    run.warnings = read["warnings"] + work.findings.warnings
    # which school a finding concerns, for sending each its own: the check's know their row, the reader's their place
    work.sql(
        "UPDATE exchange_finding f SET org_id = s.org_id FROM exchange_stagedrow s WHERE f.run_id = %(run)s"
        " AND s.id = f.row_id AND s.org_id IS NOT NULL"
    )
    unknown = "SELECT FROM exchange_finding WHERE run_id = %(run)s AND row_id IS NULL AND row_no IS NOT NULL LIMIT 1"
    if work.sql(unknown):
        work.sql(
            "WITH placed AS MATERIALIZED (SELECT s.entity, s.file, s.row_no, s.org_id FROM exchange_stagedrow s"
            " WHERE s.run_id = %(run)s AND s.row_no > 0 AND s.org_id IS NOT NULL AND s.row_no IN"
            " (SELECT row_no FROM exchange_finding WHERE run_id = %(run)s AND row_id IS NULL))"
            " UPDATE exchange_finding f SET org_id = p.org_id FROM placed p WHERE f.run_id = %(run)s AND f.row_id IS NULL"
            " AND p.entity = f.entity AND p.row_no = f.row_no AND p.file = f.file"
        )
    run.state = RunState.CHECKED
    run.phase = ""
    run.save(update_fields=["counts", "errors", "warnings", "as_of", "state", "phase"])
