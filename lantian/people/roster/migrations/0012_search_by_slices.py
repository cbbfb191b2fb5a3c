"""The rows by which people are found, of very many at once: ten thousand at a time, in the order of their ids."""

from django.db import migrations

# As in 0010, but with memory for ten thousand people instead of for all of them, which grew with the region; and of people in one
# unit that unit is taken as it comes, not put into an array to take it out again. All are locked before the first is written. One
# plan for every slice, which looks each person up: a plan made for ten thousand reads all memberships there are, slice by slice.
REFRESH = """
CREATE OR REPLACE FUNCTION roster_refresh_search(ids uuid[]) RETURNS void LANGUAGE plpgsql
    SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    slice CONSTANT int := 10000;
    families uuid[];
    these uuid[];
BEGIN
    PERFORM roster_lock_people(ids);
    SELECT array_agg(DISTINCT f.guardian_id) INTO families
      FROM unnest(ids) AS wanted(id) JOIN roster_guardianship f ON f.student_id = wanted.id;
    IF families IS NOT NULL THEN
        PERFORM roster_lock_people(families);
        ids := ARRAY(SELECT unnest(ids) UNION SELECT unnest(families));
    END IF;
    IF cardinality(ids) > slice THEN
        ids := ARRAY(SELECT DISTINCT wanted.id FROM unnest(ids) AS wanted(id) ORDER BY wanted.id);
    END IF;
    FOR n IN 1 .. coalesce(cardinality(ids), 0) BY slice LOOP
        these := ids[n : n + slice - 1];
        INSERT INTO roster_personsearch AS old (person_id, sort_key, keys, places, staff_places, sure)
        WITH standing AS MATERIALIZED (
            SELECT s.person_id, s.organization_id, bool_or(s.as_staff) AS as_staff, max(s.valid_from) AS first, min(s.valid_to) AS last
              FROM roster_standing(these) s WHERE s.valid_to IS NULL OR s.valid_to >= current_date - 1
             GROUP BY s.person_id, s.organization_id
        ), unit AS MATERIALIZED (
            SELECT o.id, ARRAY(SELECT unnest(string_to_array(o.path::text, '.')::uuid[]) ORDER BY 1) AS above
              FROM roster_organization o WHERE o.id IN (SELECT s.organization_id FROM standing s)
        ), known AS MATERIALIZED (
            SELECT s.person_id, count(*) AS units, max(s.first) AS first, min(s.last) AS last,
                   any_value(s.organization_id) AS organization_id, bool_or(s.as_staff) AS as_staff
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
          FROM unnest(these) AS wanted(id) JOIN roster_person p ON p.id = wanted.id
          LEFT JOIN place ON place.person_id = p.id LEFT JOIN known ON known.person_id = p.id
        ON CONFLICT (person_id) DO UPDATE
           SET sort_key = EXCLUDED.sort_key, keys = EXCLUDED.keys, places = EXCLUDED.places,
               staff_places = EXCLUDED.staff_places, sure = EXCLUDED.sure
         WHERE (old.sort_key, old.keys, old.places, old.staff_places, old.sure) IS DISTINCT FROM
               (EXCLUDED.sort_key, EXCLUDED.keys, EXCLUDED.places, EXCLUDED.staff_places, EXCLUDED.sure);
    END LOOP;
END $$;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('roster', '0011_who_may_be_one'),
    ]

    operations = [migrations.RunSQL(REFRESH, migrations.RunSQL.noop)]
