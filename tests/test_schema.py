"""The snapshot of the tables is what the migrations make, and is used only where it may be."""

from typing import Any

import pytest
from django.db import connection

from lantian.kernel.web.management.commands import migrate
from tests import schema

STEPS = migrate.snapshot()[1]


def test_the_snapshot_was_made_of_these_migrations() -> None:
    text = schema.FILE.read_text()
    assert schema.MARK.findall(text) == [schema.mark(text)], "run `make schema`"


def test_whatever_changes_the_tables_changes_the_mark(monkeypatch: Any) -> None:
    text = schema.FILE.read_text()
    before = schema.mark(text)
    assert schema.mark(text + "ALTER TABLE x;") != before
    files = [path.relative_to(schema.ROOT).as_posix() for path in schema.made_of()]
    assert "lantian/kernel/triggers.py" in files, "what a migration imports counts"
    assert "lantian/people/roster/migrations/0001_initial.py" in files
    monkeypatch.setattr(schema, "made_of", lambda: [schema.ROOT / name for name in files[1:]])
    assert schema.mark(text) != before


@pytest.mark.deep
@pytest.mark.timeout(900)
@pytest.mark.usefixtures("django_db_setup")
def test_the_snapshot_is_what_the_migrations_make() -> None:
    by_steps = schema.marked(schema.text_of(schema.migrated("schema_steps", "--step-by-step")))
    assert by_steps == schema.FILE.read_text(), "run `make schema`"
    assert schema.marked(schema.text_of(schema.migrated("schema_once"))) == by_steps


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
