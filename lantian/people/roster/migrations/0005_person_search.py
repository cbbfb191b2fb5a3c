"""People are found through a row of their own, which the database keeps: whoever writes, by ORM, INSERT … SELECT or COPY."""

import django.contrib.postgres.fields
import django.contrib.postgres.fields.ranges
import django.contrib.postgres.indexes
import django.db.models.deletion
from django.db import migrations, models

# What people have to do with which units, and from when to when: one definition. Ended things may be left out by the caller.
STANDING = """
CREATE FUNCTION roster_standing(ids uuid[])
    RETURNS TABLE (person_id uuid, organization_id uuid, valid_from date, valid_to date, as_staff boolean)
    LANGUAGE sql STABLE AS $$
    SELECT m.person_id, m.organization_id, m.valid_from, m.valid_to, m.role <> 'student'
      FROM unnest(ids) AS wanted(id) JOIN roster_membership m ON m.person_id = wanted.id
    UNION ALL
    SELECT g.person_id, g.organization_id, g.valid_from, g.valid_to, false
      FROM unnest(ids) AS wanted(id)
      JOIN roster_rolegrant g ON g.person_id = wanted.id AND g.revoked_at IS NULL
      JOIN roster_organization o ON o.id = g.organization_id AND o.is_active
    UNION ALL
    SELECT f.guardian_id, m.organization_id, m.valid_from, m.valid_to, false
      FROM unnest(ids) AS wanted(id)
      JOIN roster_guardianship f ON f.guardian_id = wanted.id
      JOIN roster_membership m ON m.person_id = f.student_id AND m.role = 'student'
$$;
"""

# The truth about one person on one day, asked only where `sure` does not hold.
STANDS_BELOW = """
CREATE FUNCTION roster_stands_below(who uuid, root uuid, day date, as_staff boolean) RETURNS boolean
    LANGUAGE sql STABLE COST 1000 AS $$
    SELECT EXISTS (
        SELECT 1 FROM roster_standing(ARRAY[who]) s JOIN roster_organization o ON o.id = s.organization_id
         WHERE s.valid_from <= day AND (s.valid_to IS NULL OR s.valid_to >= day) AND (s.as_staff OR NOT $4)
           AND root = ANY (string_to_array(o.path::text, '.')::uuid[])
    )
$$;
"""

# `current_date` is UTC's: a day is left before it for those who live west, so that what is left out is over everywhere.
# People are locked first, one after another by id, so that of two transactions about one person the later sees the earlier's
# work; rows that this transaction has written (updated_at = now()) are locked already.
REFRESH = """
CREATE FUNCTION roster_lock_people(ids uuid[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM roster_person p WHERE p.id = ANY (ids) AND p.updated_at <> now() ORDER BY p.id FOR NO KEY UPDATE;
END $$;

CREATE FUNCTION roster_refresh_search(ids uuid[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    families uuid[];
BEGIN
    PERFORM roster_lock_people(ids);
    SELECT array_agg(DISTINCT f.guardian_id) INTO families
      FROM unnest(ids) AS wanted(id) JOIN roster_guardianship f ON f.student_id = wanted.id;
    IF families IS NOT NULL THEN
        PERFORM roster_lock_people(families);
        ids := ARRAY(SELECT unnest(ids) UNION SELECT unnest(families));
    END IF;
    INSERT INTO roster_personsearch AS old (person_id, sort_key, keys, places, staff_places, sure)
    WITH standing AS MATERIALIZED (
        SELECT * FROM roster_standing(ids) s WHERE s.valid_to IS NULL OR s.valid_to >= current_date - 1
    ), unit AS MATERIALIZED (
        SELECT o.id, string_to_array(o.path::text, '.')::uuid[] AS above FROM roster_organization o
         WHERE o.id IN (SELECT s.organization_id FROM standing s)
    ), place AS (
        SELECT s.person_id, array_agg(DISTINCT above.id) AS places,
               coalesce(array_agg(DISTINCT above.id) FILTER (WHERE s.as_staff), '{}') AS staff_places
          FROM standing s JOIN unit ON unit.id = s.organization_id, unnest(unit.above) AS above(id)
         GROUP BY s.person_id
    ), days AS (
        SELECT s.person_id, max(s.valid_from) AS first,
               CASE WHEN count(s.valid_to) > 0 THEN min(s.valid_to) END AS last
          FROM standing s GROUP BY s.person_id
    )
    SELECT p.id, p.sort_key, string_to_array(split_part(p.search_text, ' |', 1), ' '),
           coalesce(place.places, '{}'), coalesce(place.staff_places, '{}'),
           CASE WHEN days.first > days.last THEN 'empty' ELSE daterange(days.first, days.last, '[]') END
      FROM unnest(ids) AS wanted(id) JOIN roster_person p ON p.id = wanted.id
      LEFT JOIN place ON place.person_id = p.id LEFT JOIN days ON days.person_id = p.id
    ON CONFLICT (person_id) DO UPDATE
       SET sort_key = EXCLUDED.sort_key, keys = EXCLUDED.keys, places = EXCLUDED.places,
           staff_places = EXCLUDED.staff_places, sure = EXCLUDED.sure
     WHERE (old.sort_key, old.keys, old.places, old.staff_places, old.sure) IS DISTINCT FROM
           (EXCLUDED.sort_key, EXCLUDED.keys, EXCLUDED.places, EXCLUDED.staff_places, EXCLUDED.sure);
END $$;
"""

# Statement triggers with the changed rows: a fixed number of statements, whatever the number of rows. The units named are
# locked against being moved meanwhile (a move would not find these people yet, and these people not yet the new path).
# An update that leaves person, unit, role and days alone (a class moves up) costs a comparison.
_STANDS = "person_id, organization_id, role, valid_from, valid_to"


def _of_units(table, also):
    """Triggers of a table that ties `person_id` to `organization_id`; `also`: a further column that matters in it."""
    columns = _STANDS + also
    before, after = (", ".join(f"{rows}.{name}" for name in columns.split(", ")) for rows in ("gone", "came"))
    bodies = {
        "insert": ("NEW TABLE AS came", "SELECT person_id FROM came", "SELECT organization_id FROM came"),
        "delete": ("OLD TABLE AS gone", "SELECT person_id FROM gone", "SELECT organization_id FROM gone"),
        "update": (
            "OLD TABLE AS gone NEW TABLE AS came",
            f"""SELECT unnest(ARRAY[gone.person_id, came.person_id]) FROM gone JOIN came USING (id)
                 WHERE ROW({before}) IS DISTINCT FROM ROW({after})""",
            "SELECT came.organization_id FROM came",
        ),
    }
    return [_trigger(table, act, *body) for act, body in bodies.items()]


def _trigger(table, act, rows, people, units):
    name = f"{table}_search_{act}"
    lock = f"PERFORM 1 FROM roster_organization o WHERE o.id IN ({units}) ORDER BY o.id FOR SHARE;" if units else ""
    return migrations.RunSQL(
        f"""
        CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE
            ids uuid[] := ARRAY(SELECT DISTINCT id FROM ({people}) AS touched(id));
        BEGIN
            IF cardinality(ids) > 0 THEN
                {lock}
                PERFORM roster_refresh_search(ids);
            END IF;
            RETURN NULL;
        END $$;
        CREATE TRIGGER {name} AFTER {act.upper()} ON {table} REFERENCING {rows}
            FOR EACH STATEMENT EXECUTE FUNCTION {name}();
        """,
        f"DROP TRIGGER IF EXISTS {name} ON {table}; DROP FUNCTION IF EXISTS {name}();",
    )


_PAIR = "SELECT unnest(ARRAY[{0}.guardian_id, {0}.student_id]) FROM {0}"
_MOVED = """
    SELECT person_id FROM {table} WHERE organization_id IN (
        SELECT came.id FROM gone JOIN came USING (id)
         WHERE gone.path IS DISTINCT FROM came.path OR gone.is_active <> came.is_active)
"""

# Row by row and only for the columns named: a person's row is touched often (updated_at), its name seldom.
NAMED = """
CREATE FUNCTION roster_person_search_named() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE roster_personsearch
       SET sort_key = NEW.sort_key, keys = string_to_array(split_part(NEW.search_text, ' |', 1), ' ')
     WHERE person_id = NEW.id;
    RETURN NULL;
END $$;
CREATE TRIGGER roster_person_search_named AFTER UPDATE OF sort_key, search_text ON roster_person
    FOR EACH ROW WHEN (OLD.sort_key <> NEW.sort_key OR OLD.search_text <> NEW.search_text)
    EXECUTE FUNCTION roster_person_search_named();
"""


def write_keys(apps, schema_editor):
    """Names that are there already get their keys, in batches; then everybody gets a row."""
    from lantian.people.roster.engine.names import person_text

    people = apps.get_model("roster", "Person").objects
    batch = []
    for person in people.only("id", "name").order_by("id").iterator(chunk_size=2000):
        person.search_text = person_text(person.name)
        batch.append(person)
        if len(batch) == 2000:
            people.bulk_update(batch, ["search_text"])
            batch = []
    people.bulk_update(batch, ["search_text"])
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT roster_refresh_search(ARRAY(SELECT id FROM roster_person))")


class Migration(migrations.Migration):
    dependencies = [("roster", "0004_merging")]

    operations = [
        migrations.RemoveIndex(model_name="person", name="person_search"),
        migrations.AlterField(
            model_name="person",
            name="search_text",
            field=models.CharField(
                blank=True, help_text="keys by which the name is found (engine/names)", max_length=2000
            ),
        ),
        migrations.CreateModel(
            name="PersonSearch",
            fields=[
                (
                    "person",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="search",
                        serialize=False,
                        to="roster.person",
                    ),
                ),
                ("sort_key", models.CharField(max_length=200)),
                ("keys", django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), size=None)),
                ("places", django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), size=None)),
                ("staff_places", django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), size=None)),
                ("sure", django.contrib.postgres.fields.ranges.DateRangeField()),
            ],
            options={
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(
                        fields=["keys", "places", "staff_places"], name="person_search"
                    )
                ]
            },
        ),
        migrations.RunSQL(STANDING, "DROP FUNCTION IF EXISTS roster_standing(uuid[])"),
        migrations.RunSQL(STANDS_BELOW, "DROP FUNCTION IF EXISTS roster_stands_below(uuid, uuid, date, boolean)"),
        migrations.RunSQL(
            REFRESH,
            "DROP FUNCTION IF EXISTS roster_refresh_search(uuid[]); DROP FUNCTION IF EXISTS roster_lock_people(uuid[])",
        ),
        *_of_units("roster_membership", ""),
        *_of_units("roster_rolegrant", ", revoked_at"),
        _trigger("roster_guardianship", "insert", "NEW TABLE AS came", _PAIR.format("came"), ""),
        _trigger("roster_guardianship", "delete", "OLD TABLE AS gone", _PAIR.format("gone"), ""),
        _trigger(
            "roster_guardianship",
            "update",
            "OLD TABLE AS gone NEW TABLE AS came",
            f"{_PAIR.format('gone')} UNION {_PAIR.format('came')}",
            "",
        ),
        _trigger(
            "roster_organization",
            "update",
            "OLD TABLE AS gone NEW TABLE AS came",
            " UNION ".join(_MOVED.format(table=table) for table in ("roster_membership", "roster_rolegrant")),
            "",
        ),
        migrations.RunSQL(
            NAMED,
            "DROP TRIGGER IF EXISTS roster_person_search_named ON roster_person;"
            " DROP FUNCTION IF EXISTS roster_person_search_named()",
        ),
        migrations.RunPython(write_keys, migrations.RunPython.noop),
    ]
