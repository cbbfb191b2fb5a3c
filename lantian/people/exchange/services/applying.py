"""A checked run into the roster, whole or not at all: one transaction, through the verbs of roster, schedule and calendar."""

from collections.abc import Iterator
from contextlib import nullcontext
from datetime import date
from typing import Any
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from lantian.kernel.events import acted_by, publish
from lantian.kernel.journal import services as journal
from lantian.kernel.rules import Actor
from lantian.kernel.time.services import set_term
from lantian.people.exchange import events
from lantian.people.exchange.enums import Entity, RowAction, RunState
from lantian.people.exchange.models import ImportRun, Source, StagedRow
from lantian.people.exchange.services.checking.work import SEVERAL
from lantian.people.exchange.services.outside import Outside
from lantian.people.exchange.services.sheets.work import forget_cells
from lantian.people.roster import queries as roster_queries
from lantian.people.roster.enums import EndReason
from lantian.people.roster.errors import ChangedMeanwhile
from lantian.people.roster.services import (
    NewOrganization,
    bulk,
    bulk_create_organizations,
    move_organization,
    settle_people_search,
    settling_people_search,
    tell_of_people,
    update_organization,
)
from lantian.people.schedule.services import CourseRow, close_courses, offer_courses, save_courses

WRITTEN = (RowAction.CREATE, RowAction.CHANGE)
STEPS = 8
WORK_MEM = "64MB"  # hashes of some hundred thousand rows in memory
MANY = 5000  # so many new people are a reason to tell the planner of them, and to put the search in order


# Enrollments that end; and those of pupils who begin in another class of the same school in the same import.
_ENDING = "exchange_stagedrow s WHERE s.run_id = %(run)s AND s.entity = 'enrollments' AND s.action = 'remove'"
_MOVED = (
    "s.data->>'end_reason' = 'moved' OR s.data->>'role' = 'student' AND EXISTS (SELECT FROM exchange_stagedrow n"
    " WHERE n.run_id = %(run)s AND n.entity = 'enrollments' AND n.action = 'create' AND n.data->>'role' = 'student'"
    " AND n.person_id = s.person_id AND n.org_id = s.org_id)"
)


class Apply:
    """One run being written. `sql` runs a statement that may name %(run)s, %(source)s and %(today)s."""

    def __init__(self, run: ImportRun, actor: Actor, outside: Outside) -> None:
        self.run, self.actor, self.outside = run, actor, outside
        self.today = timezone.localdate()

    def sql(self, statement: str, **more: Any) -> int:
        known: dict[str, Any] = {"run": self.run.pk, "source": self.run.source_id, "today": self.today}
        with connection.cursor() as cursor:
            cursor.execute(statement, {**known, **more})
            return int(cursor.rowcount)

    def rows(self, entity: str, *actions: str) -> list[StagedRow]:
        return list(StagedRow.objects.filter(run=self.run, entity=entity, action__in=actions).order_by("id"))

    def does(self, entity: str, *actions: str) -> bool:
        """Whether any row of an entity does one of these: what nobody does is not looked for among a million rows."""
        counts = self.run.counts.get(entity, {})
        return any(counts.get(str(action)) for action in actions)

    def ending(self, entity: str) -> int:
        """Put what this entity's rows remove into `bulk_end`."""
        if not self.does(entity, RowAction.REMOVE):
            return 0
        return self.sql(
            "INSERT INTO bulk_end SELECT DISTINCT object_id FROM exchange_stagedrow"
            " WHERE run_id = %(run)s AND entity = %(entity)s AND action = 'remove' ON CONFLICT DO NOTHING",
            entity=entity,
        )

    # In order ------------------------------------------------------------------------------------------------------------
    def organizations(self) -> None:
        new = {row.object_id: row for row in self.rows(Entity.ORGS, RowAction.CREATE)}
        with connection.cursor() as cursor:
            # the parent of a new unit: another row's, or one that is there
            cursor.execute(
                "SELECT s.object_id, COALESCE(p.object_id, k.object_id, o.id) FROM exchange_stagedrow s"
                " LEFT JOIN exchange_stagedrow p ON p.run_id = s.run_id AND p.entity = 'orgs' AND p.key = s.org_key"
                "      AND p.object_id IS NOT NULL"
                " LEFT JOIN exchange_sourcekey k ON k.source_id = %s AND k.entity = 'orgs' AND k.sourced_id = s.org_key"
                " LEFT JOIN roster_organization o ON o.id::text = lower(s.org_key)"
                " WHERE s.run_id = %s AND s.entity = 'orgs' AND s.action = 'create'",
                [self.run.source_id, self.run.pk],
            )
            parents = dict(cursor.fetchall())
        for level in _levels(parents):
            units = roster_queries.organizations_known({parents[pk] for pk in level}).in_bulk()
            if any(parents[pk] not in units for pk in level):
                raise ChangedMeanwhile
            made = [_new_unit(new[pk], units[parents[pk]]) for pk in level]
            bulk_create_organizations(made, by=self.actor)
        for row in self.rows(Entity.ORGS, RowAction.CHANGE):
            self._change_unit(row)

    def _change_unit(self, row: StagedRow) -> None:
        unit = roster_queries.organizations_known([_id(row.object_id)]).get()
        before = dict(row.before or {})
        if before.pop("parent", None):
            target = roster_queries.organizations_known([_id(row.org_id)]).get()
            unit = move_organization(unit, parent=target, by=self.actor)
        changes = {name: row.data[name] for name in before if name in row.data}
        if "is_active" in before:
            changes["is_active"] = True
        update_organization(unit, by=self.actor, **changes)

    def sessions(self) -> None:
        for row in self.rows(Entity.SESSIONS, *WRITTEN):
            term = set_term(
                row.data["school_year"],
                row.data["kind"],
                starts_on=date.fromisoformat(row.data["starts_on"]),
                ends_on=date.fromisoformat(row.data["ends_on"]),
                organization_id=row.org_id,
                id=row.object_id,
                by=self.actor,
            )
            if term.pk != row.object_id:
                StagedRow.objects.filter(pk=row.pk).update(object_id=term.pk)

    def courses(self) -> None:
        names = ("title", "code", "subjects", "grades")
        save_courses(
            [
                CourseRow(
                    id=_id(row.object_id),
                    organization_id=_id(row.org_id),
                    **{name: row.data.get(name) for name in names},
                )
                for row in self.rows(Entity.COURSES, *WRITTEN)
            ],
            by=self.actor,
        )

    def classes(self) -> None:
        self.sql(
            """
            INSERT INTO bulk_class (id, created, organization_id, kind, stage, grade, number, name, entry_year)
            SELECT object_id, action = 'create', org_id, data->>'kind', data->>'stage', (data->>'grade')::int,
                   COALESCE((data->>'number')::int, CASE WHEN action = 'create' THEN 1 END), data->>'name',
                   (data->>'entry_year')::int
              FROM exchange_stagedrow WHERE run_id = %(run)s AND entity = 'classes' AND action IN ('create', 'change')
            """
        )
        bulk.write_classes(by=self.actor)
        taking = StagedRow.objects.filter(
            run=self.run, entity=Entity.CLASSES, action__in=WRITTEN, course_id__isnull=False
        )
        terms = dict(
            StagedRow.objects.filter(run=self.run, entity=Entity.SESSIONS, object_id__isnull=False).values_list(
                "key", "object_id"
            )
        )
        offers = []
        for row in taking:
            named = [terms[key] for key in row.data.get("terms", ()) if key in terms]
            offers += [(_id(row.course_id), _id(row.object_id), term) for term in named or [None]]
        offer_courses(offers, by=self.actor)

    def fill_people(self) -> None:
        """Everybody with a users or a demographics row that does something, once; in the order of their ids, which is that of
        the larger indexes: whatever is made of them is written in it without being sorted again.
        """
        self.sql("SET LOCAL work_mem = '128MB'")
        bulk.fill(
            "bulk_person",
            """
            SELECT u.object_id AS id, u.action = 'create' AS created, u.data->>'name' AS name,
                   COALESCE(d.gender, u.data->>'gender') AS gender,
                   COALESCE(d.birth_date, u.data->>'birth_date')::date AS birth_date, u.org_id AS organization_id, u.phone,
                   u.phone_index, u.citizen_id, u.citizen_id_index, u.student_number, u.student_number_index
              FROM exchange_stagedrow u
              LEFT JOIN (SELECT key, data->>'gender' AS gender, data->>'birth_date' AS birth_date FROM exchange_stagedrow
                          WHERE run_id = %(run)s AND entity = 'demographics' AND action IN ('create', 'change', 'leave')
                            AND status = 'active') d ON d.key = u.key
             WHERE u.run_id = %(run)s AND u.entity = 'users'
               AND (u.action = 'create' OR u.action = 'change' AND u.before - 'guardians' <> '{}'::jsonb)
             ORDER BY u.object_id
            """,
            {"run": self.run.pk},
        )
        self.sql(f"SET LOCAL work_mem = '{WORK_MEM}'")
        if self.does(Entity.DEMOGRAPHICS, RowAction.CHANGE):
            self.sql(
                """
                INSERT INTO bulk_person (id, created, gender, birth_date)
                SELECT object_id, false, data->>'gender', (data->>'birth_date')::date FROM exchange_stagedrow
                 WHERE run_id = %(run)s AND entity = 'demographics' AND action = 'change' ON CONFLICT (id) DO NOTHING
                """
            )
        self.sql(
            """
            INSERT INTO bulk_tie SELECT (t.value->>0)::uuid, s.object_id, t.value->>1
              FROM exchange_stagedrow s, jsonb_array_elements(s.data->'ties') t
             WHERE s.run_id = %(run)s AND s.entity = 'users' AND s.action IN ('create', 'change') AND s.data ? 'ties'
               AND (EXISTS (SELECT FROM roster_person p WHERE p.id = (t.value->>0)::uuid)
                    OR EXISTS (SELECT FROM bulk_person b WHERE b.id = (t.value->>0)::uuid AND b.created))
                ON CONFLICT DO NOTHING
            """
        )

    def fill_memberships(self) -> None:
        bulk.fill(
            "bulk_membership",
            """
            SELECT object_id AS id, action = 'create' AS created, person_id, org_id AS organization_id,
                   class_id AS class_group_id, data->>'role' AS role, data->>'subject' AS subject,
                   (data->>'valid_from')::date AS valid_from, (data->>'valid_to')::date AS valid_to,
                   data ? 'valid_to' AS says_end, data->>'end_reason' AS end_reason
              FROM exchange_stagedrow
             WHERE run_id = %(run)s AND entity IN ('roles', 'enrollments') AND action IN ('create', 'change')
               AND object_id IS NOT NULL
            """,
            {"run": self.run.pk},
        )

    def endings(self) -> None:
        """What ends: memberships, ties, classes, courses, units. People themselves stay; erasing is not an import's."""
        # before the new ones begin: a person's one open membership of a kind may pass from one row to another
        if self.does(Entity.ENROLLMENTS, RowAction.REMOVE):
            self.sql(f"INSERT INTO bulk_end SELECT DISTINCT object_id FROM {_ENDING} AND ({_MOVED})")
            bulk.end_memberships(on=self.today, by=self.actor, reason=EndReason.MOVED)
            self.sql(f"INSERT INTO bulk_end SELECT DISTINCT object_id FROM {_ENDING} AND ({_MOVED}) IS NOT TRUE")
        self.ending(Entity.ROLES)
        if self.does(Entity.USERS, RowAction.REMOVE):
            self.sql(
                """
                INSERT INTO bulk_end
                SELECT m.id FROM exchange_stagedrow s JOIN roster_membership m ON m.person_id = s.object_id
                  JOIN roster_organization o ON o.id = m.organization_id AND o.path <@ %(scope)s::ltree
                 WHERE s.run_id = %(run)s AND s.entity = 'users' AND s.action = 'remove'
                   AND (m.valid_to IS NULL OR m.valid_to > %(today)s) ON CONFLICT DO NOTHING
                """,
                scope=self.run.organization.path,
            )
        bulk.end_memberships(on=self.today, by=self.actor)

    def families(self) -> None:
        bulk.write_ties(by=self.actor)
        if self.does(Entity.USERS, RowAction.CHANGE):
            self.sql(
                """
                INSERT INTO bulk_end
                SELECT u.value::uuid FROM exchange_stagedrow s, jsonb_array_elements_text(s.data->'untie') u
                 WHERE s.run_id = %(run)s AND s.entity = 'users' AND s.action = 'change' AND s.data ? 'untie'
                    ON CONFLICT DO NOTHING
                """
            )
        if self.does(Entity.USERS, RowAction.REMOVE):
            self.sql(
                """
                INSERT INTO bulk_end
                SELECT g.id FROM exchange_stagedrow s JOIN roster_guardianship g ON g.guardian_id = s.object_id
                 WHERE s.run_id = %(run)s AND s.entity = 'users' AND s.action = 'remove' AND EXISTS (
                       SELECT FROM roster_membership m JOIN roster_organization o ON o.id = m.organization_id
                        WHERE m.person_id = g.student_id AND o.path <@ %(scope)s::ltree
                          AND (m.valid_to IS NULL OR m.valid_to >= %(today)s)) ON CONFLICT DO NOTHING
                """,
                scope=self.run.organization.path,
            )
        bulk.remove_ties(by=self.actor)

    def closings(self) -> None:
        if self.ending(Entity.CLASSES):
            bulk.end_classes(on=self.today, by=self.actor)
        gone = [_id(row.object_id) for row in self.rows(Entity.COURSES, RowAction.REMOVE)]
        if gone:
            close_courses(gone, by=self.actor)
        if self.ending(Entity.ORGS):
            bulk.close_organizations(by=self.actor)

    def keys(self) -> None:
        """Remember what the source calls each thing; one left as it was, too: from now on it comes from there."""
        staged = (
            "exchange_stagedrow s WHERE s.run_id = %(run)s AND s.row_no > 0 AND s.object_id IS NOT NULL"
            " AND s.entity <> 'demographics' AND s.action IN ('create', 'change', 'leave')"
        )
        same = "k.source_id = %(source)s AND k.entity = s.entity AND k.sourced_id = s.key"
        self.sql(
            "UPDATE exchange_sourcekey k SET object_id = s.object_id"
            f" FROM {staged} AND {same} AND k.object_id <> s.object_id"
        )
        # apart from the writing: a plan made for an empty table would pass through all that is written, row after row
        self.sql(
            f"CREATE TEMP TABLE new_key ON COMMIT DROP AS SELECT s.entity, s.key, s.object_id FROM {staged}"
            f" AND NOT EXISTS (SELECT FROM exchange_sourcekey k WHERE {same})"
        )
        self.sql(
            "INSERT INTO exchange_sourcekey (source_id, entity, sourced_id, object_id)"
            " SELECT %(source)s, entity, key, object_id FROM new_key ORDER BY entity, key"
        )
        self.sql("DROP TABLE new_key")


def _id(value: UUID | None) -> UUID:
    """A reference that the check has filled."""
    if value is None:
        raise ChangedMeanwhile
    return value


def _new_unit(row: StagedRow, parent: Any) -> NewOrganization:
    data = row.data
    return NewOrganization(
        name=data["name"],
        kind=data["kind"],
        parent=parent,
        short_name=data.get("short_name", ""),
        code=data.get("code", ""),
        stages=data.get("stages", ()),
        setting=data.get("setting", ""),
        id=row.object_id,
    )


def _levels(parents: dict[UUID, UUID]) -> Iterator[list[UUID]]:
    """New units level by level: each after its parent."""
    waiting = dict(parents)
    while waiting:
        level = [pk for pk, parent in waiting.items() if parent not in waiting]
        if not level:
            raise ChangedMeanwhile
        yield level
        for pk in level:
            del waiting[pk]


def apply_run(run: ImportRun, *, by: Actor, outside: Outside) -> None:
    """Write a checked run. Raises Denied, ChangedMeanwhile, RosterError, Stopped; then nothing is written."""
    work = Apply(run, by, outside)
    try:
        with transaction.atomic():
            _write(work, outside)
            _finish(run, by)
    except IntegrityError as error:
        raise ChangedMeanwhile from error


def _write(work: Apply, outside: Outside) -> None:
    many = work.run.counts.get(Entity.USERS, {}).get(RowAction.CREATE, 0) >= MANY
    work.sql(f"SET LOCAL work_mem = '{WORK_MEM}'")
    work.sql(SEVERAL)
    outside.tell("apply:orgs", 0, STEPS, now=True)
    work.organizations()
    work.sessions()
    work.courses()
    with bulk.tables():
        outside.tell("apply:classes", 1, STEPS, now=True)
        work.classes()
        work.endings()
        work.fill_people()
        with bulk.reading_names() as names:  # while the database is at what needs none
            outside.tell("apply:keys", 2, STEPS, now=True)
            work.fill_memberships()
            work.keys()
            outside.tell("apply:names", 0, names.total, now=True)
            bulk.write_people(
                by=work.actor, names=names, tell=lambda done: outside.tell("apply:names", done, names.total)
            )
        if many:
            tell_of_people()
        outside.tell("apply:enrollments", 5, STEPS, now=True)
        with settling_people_search() if many else nullcontext():
            bulk.write_memberships(by=work.actor)
            work.families()
        outside.tell("apply:closings", 6, STEPS, now=True)
        work.closings()
    if many:
        settle_people_search()
    outside.tell("apply:end", 7, STEPS, now=True)


def _finish(run: ImportRun, by: Actor) -> None:
    """The run is done with the transaction that made it so; rows that did nothing are not kept."""
    now = timezone.now()
    Source.objects.filter(pk=run.source_id).update(last_applied_at=now, last_as_of=run.as_of or run.source.last_as_of)
    StagedRow.objects.filter(run=run, action__in=(RowAction.LEAVE, "")).delete()
    forget_cells(run)
    run.state, run.phase, run.finished_at = RunState.APPLIED, "", now
    run.save(update_fields=["state", "phase", "finished_at"])
    journal.record("exchange.import_applied", run, by=by, title=run.title, counts=run.counts)
    publish(
        events.ImportApplied(
            object_id=run.pk, organization_id=run.organization_id, counts=dict(run.counts), **acted_by(by)
        )
    )
