"""Ids that the database makes for many rows at once follow one another in time (UUID version 7, RFC 9562 section 5.7), so that an index
takes them in at its end instead of all over: of a term's two million rows the indexes cost more than the rows.
"""

from django.db import migrations

# PostgreSQL 18 has them. For 17: 48 bits of milliseconds, version and variant, the rest by chance.
PUT_TOGETHER = """
    SELECT encode(set_bit(set_bit(overlay(uuid_send(gen_random_uuid()) PLACING
        substring(int8send((extract(epoch FROM clock_timestamp()) * 1000)::bigint) FROM 3) FROM 1 FOR 6),
        52, 1), 53, 1), 'hex')::uuid
"""
NEW_ID = f"""
DO $do$
BEGIN
    IF to_regprocedure('uuidv7()') IS NOT NULL THEN
        CREATE FUNCTION lantian_new_id() RETURNS uuid LANGUAGE sql VOLATILE PARALLEL SAFE AS 'SELECT uuidv7()';
    ELSE
        CREATE FUNCTION lantian_new_id() RETURNS uuid LANGUAGE sql VOLATILE PARALLEL SAFE AS $$ {PUT_TOGETHER} $$;
    END IF;
END $do$;
"""


class Migration(migrations.Migration):
    dependencies = [("time", "0003_updated_at")]

    operations = [migrations.RunSQL(NEW_ID, "DROP FUNCTION IF EXISTS lantian_new_id()")]
