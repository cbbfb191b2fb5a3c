"""A region made once for a worker, and put back row by row into each test's own transaction.

Making one through the services takes far longer than most tests do with it, and gives the same rows each time. So the first test
of a worker that asks has it made in a transaction that is undone; what it wrote is kept in a schema of its own, and every test
gets the rows by one statement, and Python's objects as they were. In a conftest:

    kept, world = fixtures(make_world)
"""

import pickle
from collections.abc import Callable
from typing import Any, Generic, TypeVar

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.utils import translation

W = TypeVar("W")
Keep = Callable[[Callable[[], W]], "Kept[W]"]
FRESH = ("created_at", "updated_at")  # a region is as new to its test as if it had been made there


def _ask(sql: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return list(cursor.fetchall()) if cursor.description else []


def _contents() -> dict[str, str]:
    """A mark of all rows of each table."""
    tables = [row[0] for row in _ask("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")]
    mark = "SELECT '{0}', coalesce(md5(string_agg(t::text, '|' ORDER BY t::text)), '') FROM public.\"{0}\" t"
    return dict(_ask(" UNION ALL ".join(mark.format(table) for table in tables)))


def _columns(table: str) -> list[str]:
    return [
        row[0]
        for row in _ask(
            f"SELECT attname FROM pg_attribute WHERE attrelid = 'public.\"{table}\"'::regclass AND attnum > 0"
            " AND NOT attisdropped AND attgenerated = '' ORDER BY attnum"
        )
    ]


class Kept(Generic[W]):
    """What `make` wrote, and what it returned."""

    def __init__(self, make: Callable[[], W], schema: str) -> None:
        self.schema = schema
        with transaction.atomic():
            before = _contents()
            with translation.override(settings.LANGUAGE_CODE):
                self._world = pickle.dumps(make())
            written = {table: mark for table, mark in _contents().items() if mark != before[table]}
            rows = {table: self._read(table) for table in written}
            transaction.set_rollback(True)
        with transaction.atomic():
            _ask(f"CREATE SCHEMA {schema}")
            steps = []
            for table, data in rows.items():
                self._write(table, data)
                if before[table]:
                    steps.append(f'DELETE FROM public."{table}";')
                names = _columns(table)
                values = ", ".join("now()" if name in FRESH else f'"{name}"' for name in names)
                listed = ", ".join(f'"{name}"' for name in names)
                steps.append(f'INSERT INTO public."{table}" ({listed}) SELECT {values} FROM {schema}."{table}";')
            # a replica's way of writing: what triggers would do is among the rows already
            _ask(
                f"CREATE FUNCTION {schema}.back() RETURNS void LANGUAGE plpgsql SET session_replication_role = replica"
                f" AS $$ BEGIN {' '.join(steps)} END $$"
            )

    def _read(self, table: str) -> bytes:
        listed = ", ".join(f'"{name}"' for name in _columns(table))
        with connection.cursor() as cursor, cursor.copy(f'COPY public."{table}" ({listed}) TO STDOUT') as copy:
            return b"".join(bytes(part) for part in copy)

    def _write(self, table: str, data: bytes) -> None:
        listed = ", ".join(f'"{name}"' for name in _columns(table))
        _ask(f'CREATE TABLE {self.schema}."{table}" AS SELECT {listed} FROM public."{table}" WITH NO DATA')
        with connection.cursor() as cursor, cursor.copy(f'COPY {self.schema}."{table}" FROM STDIN') as copy:
            copy.write(data)

    def back(self) -> W:
        """Its rows are in the database again; its objects are this test's own."""
        _ask(f"SELECT {self.schema}.back()")
        found: W = pickle.loads(self._world)
        return found


def fixtures(make: Callable[[], W]) -> tuple[Any, Any]:
    """Two fixtures: the first, to be called `kept`, has the region made once; the second gives it to a test."""

    @pytest.fixture(scope="session")
    def kept(keep: "Keep[W]") -> Kept[W]:
        return keep(make)

    @pytest.fixture
    def back(db: None, kept: Kept[W]) -> W:
        return kept.back()

    return kept, back
