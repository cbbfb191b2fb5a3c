"""Triggers that mark documents whenever rows they are made of change, whoever writes: services, set-based SQL, COPY.

    operations = [
        *marks("recordings_recording", {"recording": "SELECT id FROM changed"}, of=("title", "state", "audience")),
    ]

in a migration that depends on the search's first one. One row a statement, whatever the number of rows it changed.
"""

from collections.abc import Mapping, Sequence

from django.db import migrations


def marks(table: str, kinds: Mapping[str, str], *, of: Sequence[str] = (), key: str = "id") -> list[migrations.RunSQL]:
    """Migration steps: rows of `table` that come, go or change in the columns `of` mark documents.

    `kinds`: kind → SELECT of the ids of its documents from `changed`, which has the table's columns.
    """
    return [_statement(table, act, kinds, of, key) for act in ("insert", "update", "delete")]


def marks_of_rows(table: str, of: Sequence[str], kinds: Mapping[str, str]) -> migrations.RunSQL:
    """Migration step for a table that is often written and seldom changes in the columns `of`: only then is anything done.

    `kinds`: kind → SELECT of ids with `NEW`, the changed row. A kind that begins with "~" is a sort of token: all documents that
    carry it are marked ("~p": those that name the person).
    """
    name = f"{table}_marks_row"
    before, after = (", ".join(f"{row}.{column}" for column in of) for row in ("OLD", "NEW"))
    steps = "".join(_step(kind, select) for kind, select in kinds.items())
    # compared in the body: a WHEN is written into backups, and read there without the schema of ltree's operators
    guarded = f"IF ROW({before}) IS DISTINCT FROM ROW({after}) THEN {steps} END IF;"
    return _function(name, table, guarded, f"AFTER UPDATE OF {', '.join(of)} ON {table} FOR EACH ROW")


def _statement(table: str, act: str, kinds: Mapping[str, str], of: Sequence[str], key: str) -> migrations.RunSQL:
    rows = {
        "insert": "NEW TABLE AS changed",
        "delete": "OLD TABLE AS changed",
        "update": "OLD TABLE AS gone NEW TABLE AS came",
    }[act]
    if act == "update":
        before, after = (", ".join(f"{rows}.{column}" for column in of) for rows in ("gone", "came"))
        differs = f"WHERE ROW({before}) IS DISTINCT FROM ROW({after})" if of else ""
        both = f"FROM gone JOIN came USING ({key}) {differs}"
        either = f"FROM (SELECT gone.* {both} UNION ALL SELECT came.* {both}) AS changed"
        kinds = {kind: select.replace("FROM changed", either) for kind, select in kinds.items()}
    steps = "".join(_step(kind, select) for kind, select in kinds.items())
    event = f"AFTER {act.upper()} ON {table} REFERENCING {rows} FOR EACH STATEMENT"
    return _function(f"{table}_marks_{act}", table, steps, event)


def _function(name: str, table: str, steps: str, event: str) -> migrations.RunSQL:
    return migrations.RunSQL(
        f"""
        CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            {steps}
            RETURN NULL;
        END $$;
        CREATE TRIGGER {name} {event} EXECUTE FUNCTION {name}();
        """,
        f"DROP TRIGGER IF EXISTS {name} ON {table}; DROP FUNCTION IF EXISTS {name}();",
    )


def _step(kind: str, select: str) -> str:
    columns = "INSERT INTO search_mark (xid, kind, ids, token, made_at) SELECT pg_current_xact_id()::text::bigint"
    if kind.startswith("~"):
        return f"""
            {columns}, '', '{{}}', '{kind[1:]}:' || replace(chosen.id::text, '-', ''), now()
              FROM (SELECT DISTINCT id FROM ({select}) AS any_of(id) WHERE id IS NOT NULL) AS chosen;
        """  # noqa: S608 - names of our own
    return f"""
            {columns}, '{kind}', chosen.ids, '', now()
              FROM (SELECT array_agg(DISTINCT id) AS ids FROM ({select}) AS any_of(id) WHERE id IS NOT NULL) AS chosen
             WHERE chosen.ids IS NOT NULL;
    """  # noqa: S608 - names of our own
