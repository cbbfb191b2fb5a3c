"""The database keeps the tallies by itself; what is settled already is counted once."""

from django.db import migrations

# Differences are added, not sums made anew: two who settle at once then wait for each other's rows and both are right. In one
# order, so that they cannot wait for each other crosswise.
_ROWS = {
    "insert": "SELECT 1 AS sign, o.* FROM came o",
    "delete": "SELECT -1 AS sign, o.* FROM gone o",
    "update": "SELECT 1 AS sign, o.* FROM came o UNION ALL SELECT -1, o.* FROM gone o",
}
_NAMED = {
    "insert": "NEW TABLE AS came",
    "delete": "OLD TABLE AS gone",
    "update": "NEW TABLE AS came OLD TABLE AS gone",
}
_SUMS = """
    SELECT class_group_id, day, organization_id, sender_id, alliance_id, cause, sum(sign) AS planned,
           sum(sign * held::int) AS held, sum(sign * corrected::int) AS corrected, sum(sign * seconds::bigint) AS seconds,
           sum(sign * planned_seconds::bigint) AS planned_seconds, sum(sign * stalls::bigint) AS stalls
      FROM ({rows}) moved GROUP BY 1, 2, 3, 4, 5, 6
"""
_COLUMNS = (
    "class_group_id, day, organization_id, sender_id, alliance_id, cause,"
    " planned, held, corrected, seconds, planned_seconds, stalls"
)
_ADD = """
    INSERT INTO desk_tally AS t ({columns})
    SELECT {columns} FROM ({sums}) s
     WHERE (planned, held, corrected, seconds, planned_seconds, stalls) <> (0, 0, 0, 0, 0, 0)
     ORDER BY 1, 2, 3, 4, 5, 6
    ON CONFLICT (class_group_id, day, organization_id, sender_id, alliance_id, cause) DO UPDATE
       SET planned = t.planned + excluded.planned, held = t.held + excluded.held,
           corrected = t.corrected + excluded.corrected, seconds = t.seconds + excluded.seconds,
           planned_seconds = t.planned_seconds + excluded.planned_seconds, stalls = t.stalls + excluded.stalls;
"""
_DROP = """
    DELETE FROM desk_tally WHERE planned = 0 AND (class_group_id, day) IN (SELECT class_group_id, day FROM gone);
"""


def _keep(act: str) -> migrations.RunSQL:
    name = f"desk_tally_{act}"
    add = _ADD.format(columns=_COLUMNS, sums=_SUMS.format(rows=_ROWS[act]))
    return migrations.RunSQL(
        f"""
        CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            {add}
            {"" if act == "insert" else _DROP}
            RETURN NULL;
        END $$;
        CREATE TRIGGER {name} AFTER {act.upper()} ON desk_outcome
            REFERENCING {_NAMED[act]} FOR EACH STATEMENT EXECUTE FUNCTION {name}();
        """,
        f"DROP TRIGGER IF EXISTS {name} ON desk_outcome; DROP FUNCTION IF EXISTS {name}();",
    )


class Migration(migrations.Migration):
    dependencies = [("desk", "0002_tally")]

    operations = [
        *(_keep(act) for act in _ROWS),
        migrations.RunSQL(
            _ADD.format(columns=_COLUMNS, sums=_SUMS.format(rows="SELECT 1 AS sign, o.* FROM desk_outcome o")),
            migrations.RunSQL.noop,
        ),
    ]
