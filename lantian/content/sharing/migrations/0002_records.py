"""What is open to everybody is noted when the transaction that made it so commits.

At the commit and not before: a harvester that asks for what changed since its last visit must not miss what a transaction had
changed before that visit and kept to itself until after it. Nothing but the marked columns moves a stamp; a download does not.
"""

from django.db import migrations

NOTE = """
CREATE FUNCTION sharing_note(asked uuid) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    it resources_resource%ROWTYPE;
    said text;
    now_s timestamptz := date_trunc('second', clock_timestamp());
BEGIN
    SELECT * INTO it FROM resources_resource WHERE id = asked;
    IF FOUND AND it.state = 'published' AND it.reach = 'public' AND it.audience = 'all'
        AND NOT EXISTS (SELECT FROM sharing_harvested WHERE resource_id = asked)
    THEN
        said := md5(ROW(it.title, it.words, it.purpose, it.subject, it.stage, it.grade, it.keywords, it.language, it.licence,
            it.rights_holder, it.source, it.kind, it.organization_id, it.author_id, it.current_id, it.mark)::text
            || coalesce((SELECT string_agg(node_id::text, ',' ORDER BY node_id) FROM resources_placement WHERE resource_id = asked), ''));
        INSERT INTO sharing_record AS known (id, stamp, gone, subject, stage, mark)
            VALUES (asked, now_s, false, it.subject, it.stage, said)
        ON CONFLICT (id) DO UPDATE SET stamp = now_s, gone = false, subject = EXCLUDED.subject, stage = EXCLUDED.stage,
            mark = EXCLUDED.mark WHERE known.gone OR known.mark <> EXCLUDED.mark;
    ELSE
        UPDATE sharing_record SET stamp = now_s, gone = true WHERE id = asked AND NOT gone;
    END IF;
END $$;
CREATE FUNCTION sharing_note_resource() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN PERFORM sharing_note(OLD.id); ELSE PERFORM sharing_note(NEW.id); END IF;
    RETURN NULL;
END $$;
CREATE FUNCTION sharing_note_placement() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN PERFORM sharing_note(OLD.resource_id); ELSE PERFORM sharing_note(NEW.resource_id); END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER sharing_note AFTER INSERT OR DELETE OR UPDATE OF title, words, purpose, subject, stage, grade, keywords,
    language, licence, rights_holder, source, kind, organization_id, author_id, current_id, mark, state, reach, audience
    ON resources_resource DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION sharing_note_resource();
CREATE CONSTRAINT TRIGGER sharing_note AFTER INSERT OR DELETE OR UPDATE ON resources_placement
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION sharing_note_placement();
CREATE CONSTRAINT TRIGGER sharing_note AFTER INSERT OR UPDATE OF resource_id ON sharing_harvested
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.resource_id IS NOT NULL) EXECUTE FUNCTION sharing_note_placement();
SELECT sharing_note(id) FROM resources_resource WHERE state = 'published' AND reach = 'public';
"""
AWAY = """
DROP TRIGGER sharing_note ON sharing_harvested;
DROP TRIGGER sharing_note ON resources_placement;
DROP TRIGGER sharing_note ON resources_resource;
DROP FUNCTION sharing_note_placement();
DROP FUNCTION sharing_note_resource();
DROP FUNCTION sharing_note(uuid);
"""


class Migration(migrations.Migration):
    dependencies = [("sharing", "0001_initial"), ("resources", "0003_placement")]
    operations = [migrations.RunSQL(NOTE, AWAY)]
