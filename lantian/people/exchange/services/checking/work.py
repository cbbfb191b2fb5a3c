"""What the steps of a check share: the run, who acts, temporary tables, findings, and the verdict on each row."""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any
from uuid import UUID

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection
from django.utils import timezone, translation

from lantian.kernel.rules import Actor, Verdict
from lantian.people.exchange.engine.oneroster import Binding
from lantian.people.exchange.enums import RowAction
from lantian.people.exchange.models import ImportRun, SourceKey, StagedRow
from lantian.people.exchange.services.outside import Outside
from lantian.people.exchange.services.reading import FINDINGS_KEPT, Findings

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
# The same in SQL: a sourcedId that has the form of a UUID. (A regular expression would cost as much as reading the row.)
SQL_UUID = (
    "CASE WHEN {0} LIKE '________-____-____-____-____________' AND pg_input_is_valid({0}, 'uuid') THEN {0}::uuid END"
)

# What a check has in hand are tables of a schema of its own, which its transaction makes and takes away again: nobody else ever
# sees them. Not temporary ones, of which only the one process of the session may read: of these PostgreSQL reads with several.
TABLES = """
    CREATE UNLOGGED TABLE bad (row_id bigint PRIMARY KEY);
    CREATE UNLOGGED TABLE ref_orgs (key text PRIMARY KEY, id uuid, ok boolean, in_scope boolean);
    CREATE UNLOGGED TABLE ref_classes (key text PRIMARY KEY, id uuid, ok boolean, org_id uuid, homeroom boolean);
    CREATE UNLOGGED TABLE verdict (
        row_id bigint PRIMARY KEY, action text, object_id uuid, org_id uuid, class_id uuid, course_id uuid, before jsonb
    );
"""


# What is read lies in memory, and what costs is taking rows apart: worth several processes more often than the planner supposes.
SEVERAL = "SET LOCAL parallel_setup_cost = 200; SET LOCAL parallel_tuple_cost = 0.01"


def as_uuid(key: str) -> UUID | None:
    """A sourcedId that has the form of a UUID, as one."""
    return UUID(key) if _UUID.fullmatch(key) else None


@dataclass(frozen=True)
class Place:
    """A unit as rules ask about it, be it there already or not yet."""

    pk: UUID
    kind: str
    path: str
    parent_id: UUID | None = None
    new: bool = False


@dataclass
class Row:
    """A staged row of a small entity, in Python."""

    id: int
    file: str
    row_no: int
    key: str
    status: str
    org_key: str
    course_key: str
    data: dict[str, Any]
    faulty: bool

    @property
    def removed(self) -> bool:
        return self.status == "tobedeleted"


@dataclass
class Work:
    """One check of one run, inside one transaction."""

    run: ImportRun
    actor: Actor
    outside: Outside
    today: date = field(default_factory=timezone.localdate)

    def __post_init__(self) -> None:
        self.findings = Findings(self.run, at_check=True)
        self.scope = self.run.organization.path
        self.cursor = connection.cursor()
        self.cursor.execute("SELECT current_setting('search_path')")
        self._path: str = self.cursor.fetchone()[0]
        self._schema = f"check_{self.run.pk.hex}"
        self.cursor.execute(f"CREATE SCHEMA {self._schema}")
        self.cursor.execute("SELECT set_config('search_path', %s, true)", [f"{self._schema}, {self._path}"])
        self.cursor.execute(TABLES)
        self._verdicts: list[tuple[Any, ...]] = []
        self._bad: set[int] = set()
        self._removals: list[StagedRow] = []
        self.held: dict[str, int] = {}  # entity → removals that somebody has to confirm

    def end(self) -> None:
        """All tables of the check go. (After an error they go with what is rolled back.)"""
        self.cursor.execute(f"DROP SCHEMA {self._schema} CASCADE")
        self.cursor.execute("SELECT set_config('search_path', %s, true)", [self._path])

    def begin(self) -> None:
        """What holds for every entity: a row that could not be read is bad, and a key is used once in its file."""
        # sorts and hashes of some hundred thousand rows in memory
        self.sql("SET LOCAL work_mem = '64MB'")
        self.sql(SEVERAL)
        self.sql("INSERT INTO bad SELECT id FROM exchange_stagedrow WHERE run_id = %(run)s AND faulty")
        self.find_twice(
            "key_twice",
            "exchange_stagedrow",
            "key, entity",
            "run_id = %(run)s AND row_no > 0",
            column="sourcedId",
            params="jsonb_build_object('row', t.first_row, 'value', s.key)",
        )

    @cached_property
    def params(self) -> dict[str, Any]:
        """What the SQL of every step may name."""
        return {
            "run": self.run.pk,
            "source": self.run.source_id,
            "today": self.today,
            "scope": self.scope,
            "root": self.run.organization_id,
            "kept": FINDINGS_KEPT,
        }

    def sql(self, statement: str, **more: Any) -> int:
        """Run a statement; how many rows it touched."""
        self.cursor.execute(statement, {**self.params, **more})
        return int(self.cursor.rowcount)

    def is_bulk(self, entity: str) -> bool:
        """Whether what this entity's file does not name leaves."""
        said = self.run.files.get(entity)
        return bool(said and said["binding"] == Binding.BULK and not said.get("unusable"))

    def rows(self, entity: str) -> list[Row]:
        """All staged rows of a small entity, in the order of the file."""
        self.cursor.execute(
            "SELECT id, file, row_no, key, status, org_key, course_key, data, faulty OR b.row_id IS NOT NULL"
            " FROM exchange_stagedrow s LEFT JOIN bad b ON b.row_id = s.id"
            " WHERE run_id = %s AND entity = %s AND row_no > 0 ORDER BY row_no",
            [self.run.pk, entity],
        )
        return [
            Row(pk, file, row_no, key, status, org_key, course_key, _loaded(data), faulty)
            for pk, file, row_no, key, status, org_key, course_key, data, faulty in self.cursor.fetchall()
        ]

    def keys(self, entity: str) -> dict[str, UUID]:
        """What the source calls things of ours."""
        rows = SourceKey.objects.filter(source=self.run.source_id, entity=entity)
        return dict(rows.values_list("sourced_id", "object_id"))

    # Said about a row ----------------------------------------------------------------------------------------------------
    def error(self, entity: str, row: Row, code: str, column: str = "", /, **params: Any) -> None:
        self._bad.add(row.id)
        self.findings.add(entity, row.file, row.row_no, (code, column, "error", params))

    def warn(self, entity: str, row: Row, code: str, column: str = "", /, **params: Any) -> None:
        self.findings.add(entity, row.file, row.row_no, (code, column, "warning", params))

    def is_bad(self, row: Row) -> bool:
        return row.faulty or row.id in self._bad

    def say(
        self,
        row: Row,
        action: str,
        object_id: UUID | None,
        *,
        org_id: UUID | None = None,
        course_id: UUID | None = None,
        before: dict[str, Any] | None = None,
    ) -> None:
        self._verdicts.append((row.id, action, object_id, org_id, None, course_id, before))

    def remove(self, entity: str, key: str, object_id: UUID, org_id: UUID | None, data: dict[str, Any]) -> None:
        """Something of ours that a full file no longer names."""
        self._removals.append(
            StagedRow(
                run=self.run,
                entity=entity,
                file="",
                row_no=0,
                key=key,
                data=data,
                object_id=object_id,
                org_id=org_id,
                action=RowAction.REMOVE,
            )
        )

    def copy(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """Fill a temporary table."""
        with self.cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)

    def settle(self, entity: str) -> None:
        """Write down what was said about the rows of a small entity."""
        if self._bad:
            self.sql("INSERT INTO bad SELECT unnest(%(ids)s::bigint[]) ON CONFLICT DO NOTHING", ids=list(self._bad))
        columns = ("row_id", "action", "object_id", "org_id", "class_id", "course_id", "before")
        self.sql("TRUNCATE verdict")
        self.copy("verdict", columns, (_dumped(row) for row in self._verdicts))
        self.sql(
            "UPDATE exchange_stagedrow s SET action = v.action, object_id = v.object_id, org_id = v.org_id,"
            " class_id = v.class_id, course_id = v.course_id, before = v.before FROM verdict v WHERE s.id = v.row_id"
        )
        self.skip_bad(entity)
        StagedRow.objects.bulk_create(self._removals, batch_size=1000)
        self._verdicts.clear()
        self._removals.clear()
        self._bad.clear()

    def skip_bad(self, entity: str) -> None:
        """Rows with an error are left out."""
        self.sql(
            "UPDATE exchange_stagedrow s SET action = 'skip' WHERE s.id = ANY(ARRAY(SELECT row_id FROM bad))"
            " AND s.entity = %(entity)s",
            entity=entity,
        )

    def find_twice(
        self,
        code: str,
        table: str,
        by: str,
        where: str = "true",
        *,
        severity: str = "error",
        column: str = "",
        order: str = "row_no",
        params: str = "jsonb_build_object('row', t.first_row)",
    ) -> None:
        """A finding for each row of `table` (with `id` and `row_no` of the staged rows) but the first that are equal in `by`.

        Counting comes first, by a number for each row: only where something is equal are rows compared and sorted.
        """
        number = f"hash_record_extended(ROW({by}), 0)"
        equal = f"CREATE UNLOGGED TABLE twice AS SELECT {number} AS number FROM {table} WHERE {where}"
        if self.sql(f"{equal} GROUP BY 1 HAVING count(*) > 1"):
            self.find(
                code,
                severity,
                "(SELECT id, first_value(row_no) OVER w AS first_row, row_number() OVER w AS n"
                f" FROM {table} WHERE {where} AND {number} IN (SELECT number FROM twice)"
                f" WINDOW w AS (PARTITION BY {by} ORDER BY {order})) t"
                " JOIN exchange_stagedrow s ON s.id = t.id WHERE t.n > 1",
                column=column,
                params=params,
            )
        self.sql("DROP TABLE twice")

    def find(self, code: str, severity: str, where: str, *, column: str = "", params: str = "'{}'::jsonb") -> int:
        """A finding for each row of `where` (a FROM clause whose alias `s` is the staged row); errors mark their rows.

        `params` is SQL that makes a jsonb. Returns how many; at most FINDINGS_KEPT of a kind are listed.
        """
        self.sql(
            "CREATE UNLOGGED TABLE found AS"
            f" SELECT DISTINCT ON (s.id) s.id, s.entity, s.file, s.row_no, {params} AS params FROM {where}"
        )
        self.sql(
            'INSERT INTO exchange_finding (run_id, row_id, entity, file, row_no, "column", code, severity, params, at_check)'
            " SELECT %(run)s, id, entity, file, row_no, %(column)s, %(code)s, %(severity)s, params, true FROM found"
            " ORDER BY file, row_no LIMIT %(kept)s",
            column=column,
            code=code,
            severity=severity,
        )
        self.cursor.execute("SELECT count(*) FROM found")
        count = int(self.cursor.fetchone()[0])
        if severity == "error":
            self.sql("INSERT INTO bad SELECT id FROM found ON CONFLICT DO NOTHING")
            self.findings.errors += count
        else:
            self.findings.warnings += count
        self.sql("DROP TABLE found")
        return count


def reason_of(verdict: Verdict) -> str:
    """A refusal's sentence in the source language: it is translated where it is shown."""
    with translation.override("zh-hans"):
        return str(verdict.reason)


def _loaded(data: Any) -> dict[str, Any]:
    return dict(json.loads(data)) if isinstance(data, str) else dict(data)


def _dumped(row: tuple[Any, ...]) -> tuple[Any, ...]:
    before = row[6]
    return (*row[:6], None if before is None else json.dumps(before, cls=DjangoJSONEncoder, ensure_ascii=False))
