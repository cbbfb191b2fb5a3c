"""The snapshot of the tables is what the migrations make, and is used only where it may be."""

from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from lantian.kernel.web.management.commands import migrate
from tests import schema

STEPS = migrate.snapshot()[1]


@pytest.mark.longest
@pytest.mark.timeout(900)
@pytest.mark.usefixtures("django_db_setup")
def test_the_snapshot_is_what_the_migrations_make(tmp_path: Path) -> None:
    by_steps = schema.text_of(schema.migrated("schema_steps", "--step-by-step"))
    assert by_steps == schema.FILE.read_text(), "run `make schema`"
    assert schema.text_of(schema.migrated("schema_once")) == by_steps


@pytest.mark.django_db
@pytest.mark.parametrize("steps", [[], [("roster", "0001_initial")]])
def test_a_snapshot_of_other_migrations_is_left_alone(steps: migrate.Steps, monkeypatch: Any) -> None:
    monkeypatch.setattr(migrate, "snapshot", lambda: ("SELECT never", steps))
    monkeypatch.setattr(connection.introspection, "table_names", lambda *_: [])
    assert not migrate.make_at_once(connection)


@pytest.mark.django_db
def test_a_database_that_has_tables_is_left_alone(monkeypatch: Any) -> None:
    monkeypatch.setattr(migrate, "snapshot", lambda: ("SELECT never", STEPS))
    assert not migrate.make_at_once(connection)


@pytest.mark.django_db
def test_a_database_that_does_not_take_it_is_as_it_was(monkeypatch: Any) -> None:
    text = "CREATE TABLE half_made (id int); SELECT no_such_function();"
    monkeypatch.setattr(migrate, "snapshot", lambda: (text, STEPS))
    monkeypatch.setattr(connection.introspection, "table_names", lambda *_: [])
    assert not migrate.make_at_once(connection)
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('half_made')")
        assert cursor.fetchone() == (None,)
