"""What a quarter of a million people written at once pay for twice: indexes, checks and sorts."""

import django.db.models.deletion
from django.db import migrations, models

# As in 0005, but for people who have to do with one unit, which is nearly everybody: theirs are that unit's places as they are,
# and nothing is taken apart and sorted for them. The arrays are in order, as `array_agg(DISTINCT …)` has them.
REFRESH = """
CREATE OR REPLACE FUNCTION roster_refresh_search(ids uuid[]) RETURNS void LANGUAGE plpgsql AS $$
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
        SELECT s.person_id, s.organization_id, bool_or(s.as_staff) AS as_staff, max(s.valid_from) AS first, min(s.valid_to) AS last
          FROM roster_standing(ids) s WHERE s.valid_to IS NULL OR s.valid_to >= current_date - 1
         GROUP BY s.person_id, s.organization_id
    ), unit AS MATERIALIZED (
        SELECT o.id, ARRAY(SELECT unnest(string_to_array(o.path::text, '.')::uuid[]) ORDER BY 1) AS above
          FROM roster_organization o WHERE o.id IN (SELECT s.organization_id FROM standing s)
    ), known AS MATERIALIZED (
        SELECT s.person_id, count(*) AS units, max(s.first) AS first, min(s.last) AS last,
               (array_agg(s.organization_id))[1] AS organization_id, bool_or(s.as_staff) AS as_staff
          FROM standing s GROUP BY s.person_id
    ), place AS (
        SELECT k.person_id, unit.above AS places, CASE WHEN k.as_staff THEN unit.above ELSE '{}' END AS staff_places
          FROM known k JOIN unit ON unit.id = k.organization_id WHERE k.units = 1
        UNION ALL
        SELECT s.person_id, array_agg(DISTINCT above.id),
               coalesce(array_agg(DISTINCT above.id) FILTER (WHERE s.as_staff), '{}')
          FROM standing s JOIN known k ON k.person_id = s.person_id AND k.units > 1
          JOIN unit ON unit.id = s.organization_id, unnest(unit.above) AS above(id)
         GROUP BY s.person_id
    )
    SELECT p.id, p.sort_key, string_to_array(split_part(p.search_text, ' |', 1), ' '),
           coalesce(place.places, '{}'), coalesce(place.staff_places, '{}'),
           CASE WHEN known.first > known.last THEN 'empty' ELSE daterange(known.first, known.last, '[]') END
      FROM unnest(ids) AS wanted(id) JOIN roster_person p ON p.id = wanted.id
      LEFT JOIN place ON place.person_id = p.id LEFT JOIN known ON known.person_id = p.id
    ON CONFLICT (person_id) DO UPDATE
       SET sort_key = EXCLUDED.sort_key, keys = EXCLUDED.keys, places = EXCLUDED.places,
           staff_places = EXCLUDED.staff_places, sure = EXCLUDED.sure
     WHERE (old.sort_key, old.keys, old.places, old.staff_places, old.sure) IS DISTINCT FROM
           (EXCLUDED.sort_key, EXCLUDED.keys, EXCLUDED.places, EXCLUDED.staff_places, EXCLUDED.sure);
END $$;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('roster', '0009_grants_running_out'),
    ]

    operations = [
        migrations.AlterField(
            model_name='guardianship',
            name='guardian',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='wards', to='roster.person'),
        ),
        migrations.AlterField(
            model_name='membership',
            name='class_group',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to='roster.classgroup'),
        ),
        migrations.AlterField(
            model_name='membership',
            name='organization',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to='roster.organization'),
        ),
        migrations.AlterField(
            model_name='membership',
            name='person',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to='roster.person'),
        ),
        migrations.AlterField(
            model_name='personsearch',
            name='person',
            field=models.OneToOneField(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='search', serialize=False, to='roster.person'),
        ),
        migrations.RunSQL(REFRESH, migrations.RunSQL.noop),
    ]
