"""Triggers that keep a table's `updated_at` true, whoever writes: services, set-based SQL, COPY."""

from django.db import migrations

# Only a row that really changed gets a new time: a repeated import must leave no trace. `statement_timestamp` of an upsert and
# `now()` of its transaction may differ, and a delta must not miss what a long transaction commits late: readers of deltas
# overlap their windows (exchange).
TOUCH_FUNCTION = """
CREATE OR REPLACE FUNCTION lantian_touch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW IS DISTINCT FROM OLD THEN
        NEW.updated_at := now();
    END IF;
    RETURN NEW;
END $$;
"""


def touch_function() -> migrations.RunSQL:
    """The migration step that makes the function; every app with such a table depends on kernel.time's, which has it."""
    return migrations.RunSQL(TOUCH_FUNCTION, "DROP FUNCTION IF EXISTS lantian_touch()")


def keep_updated_at(table: str) -> migrations.RunSQL:
    """The migration step that lets `table` keep its `updated_at` by itself."""
    return migrations.RunSQL(
        f"CREATE TRIGGER touch BEFORE UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION lantian_touch()",
        f"DROP TRIGGER IF EXISTS touch ON {table}",
    )


def touch_owner(table: str, owner: str, *columns: str) -> list[migrations.RunSQL]:
    """Migration steps: a change of `table` is a change of the rows of `owner` that its `columns` name.

    One statement each time, whatever the number of rows; owners written in the same transaction are left alone.
    """
    steps = []
    for act, rows in (("INSERT", "NEW"), ("UPDATE", "NEW"), ("DELETE", "OLD")):
        name = f"{table}_touch_{act.lower()}"
        ids = " UNION ".join(f"SELECT {column} FROM changed" for column in columns)  # noqa: S608 - names of our own
        steps.append(
            migrations.RunSQL(
                f"""
                CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                    UPDATE {owner} SET updated_at = now() WHERE updated_at < now() AND id IN ({ids});
                    RETURN NULL;
                END $$;
                CREATE TRIGGER {name} AFTER {act} ON {table}
                    REFERENCING {rows} TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION {name}();
                """,  # noqa: S608 - names of our own
                f"DROP TRIGGER IF EXISTS {name} ON {table}; DROP FUNCTION IF EXISTS {name}();",
            )
        )
    return steps
