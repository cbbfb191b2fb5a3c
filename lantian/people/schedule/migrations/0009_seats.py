"""That nobody is in two lessons at once is kept by a trigger behind each statement instead of a GiST index for each row."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

KINDS = {"room": "room", "teacher": "teacher", "class": "class_group"}

# Two steps, each with a view of its own of what is committed. First the seats are locked, in one order, until the transaction
# ends: whoever takes one of them at the same moment waits here. Then each new row is held against one other, the last that begins
# before it ends. That is enough: what stood did not overlap, so if a new row overlaps any, then it, or a new row between the two,
# overlaps its own last. One step in an index a row, by whatever plan it was first made for: never by reading all.
_CHECK = """
    SELECT c.{column}_id AS what, c.during, o.during AS other INTO clash
      FROM came c,
           LATERAL (SELECT o.during FROM schedule_occupancy o
                     WHERE o.{column}_id = c.{column}_id AND lower(o.during) < upper(c.during) AND o.id <> c.id
                     ORDER BY lower(o.during) DESC LIMIT 1) o
     WHERE c.{column}_id IS NOT NULL AND upper(o.during) > lower(c.during)
     LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'two lessons at once, % in %', clash.during, clash.other
              USING ERRCODE = 'exclusion_violation', CONSTRAINT = 'occupancy_{kind}', TABLE = TG_TABLE_NAME,
                    SCHEMA = TG_TABLE_SCHEMA, DETAIL = clash.what::text;
    END IF;
"""
_CHECKS = "".join(_CHECK.format(kind=kind, column=column) for kind, column in KINDS.items())
TAKE = f"""
    CREATE FUNCTION schedule_take_seats() RETURNS trigger LANGUAGE plpgsql SET enable_seqscan = off AS $$
    DECLARE
        clash record;
    BEGIN
        INSERT INTO schedule_seat AS s (id)
        SELECT DISTINCT coalesce(room_id, teacher_id, class_group_id) FROM came ORDER BY 1
            ON CONFLICT (id) DO UPDATE SET taken_at = now();
        {_CHECKS}
        RETURN NULL;
    END $$;
    CREATE TRIGGER take_seats_insert AFTER INSERT ON schedule_occupancy
        REFERENCING NEW TABLE AS came FOR EACH STATEMENT EXECUTE FUNCTION schedule_take_seats();
    CREATE TRIGGER take_seats_update AFTER UPDATE ON schedule_occupancy
        REFERENCING NEW TABLE AS came FOR EACH STATEMENT EXECUTE FUNCTION schedule_take_seats();
    CREATE FUNCTION schedule_free_seats() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        DELETE FROM schedule_occupancy o USING gone WHERE o.lesson_id = gone.id;
        RETURN NULL;
    END $$;
    CREATE TRIGGER free_seats AFTER DELETE ON schedule_lesson
        REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION schedule_free_seats();
"""
GIVE_UP = """
    DROP TRIGGER IF EXISTS take_seats_insert ON schedule_occupancy;
    DROP TRIGGER IF EXISTS take_seats_update ON schedule_occupancy;
    DROP TRIGGER IF EXISTS free_seats ON schedule_lesson;
    DROP FUNCTION IF EXISTS schedule_take_seats();
    DROP FUNCTION IF EXISTS schedule_free_seats();
"""


def _key(column, to):
    return migrations.AlterField(
        model_name="occupancy",
        name=column,
        field=models.ForeignKey(
            db_constraint=False,
            db_index=False,
            null=True,
            on_delete=django.db.models.deletion.PROTECT,
            related_name="occupancies",
            to=to,
        ),
    )


class Migration(migrations.Migration):
    dependencies = [("schedule", "0008_rehearsals"), ("roster", "0010_bulk_writes")]

    operations = [
        migrations.CreateModel(
            name="Seat",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("taken_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
        ),
        # took no time, so nobody was kept from anything
        migrations.RunSQL("DELETE FROM schedule_occupancy WHERE isempty(during)", migrations.RunSQL.noop),
        *(migrations.RemoveConstraint(model_name="occupancy", name=f"occupancy_{kind}") for kind in KINDS),
        migrations.AlterField(
            model_name="occupancy",
            name="lesson",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="occupancies",
                to="schedule.lesson",
            ),
        ),
        _key("room", "schedule.room"),
        _key("teacher", "roster.person"),
        _key("class_group", "roster.classgroup"),
        migrations.AddConstraint(
            model_name="occupancy",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("during__isempty", False),
                    ("during__lower_inc", True),
                    ("during__lower_inf", False),
                    ("during__upper_inc", False),
                    ("during__upper_inf", False),
                ),
                name="occupancy_of_a_while",
            ),
        ),
        *(
            migrations.AddConstraint(
                model_name="occupancy",
                constraint=models.UniqueConstraint(
                    models.F(column),
                    models.Func("during", function="lower"),
                    condition=models.Q((f"{column}__isnull", False)),
                    name=f"occupancy_{kind}",
                ),
            )
            for kind, column in KINDS.items()
        ),
        migrations.RunSQL(TAKE, GIVE_UP),
        # indexes that only repeat the beginning of another
        migrations.AlterField(
            model_name="lesson",
            name="teacher",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="lessons",
                to="roster.person",
            ),
        ),
        migrations.AlterField(
            model_name="lesson",
            name="organization",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="lessons",
                to="roster.organization",
            ),
        ),
        migrations.AlterField(
            model_name="lesson",
            name="entry",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="lessons",
                to="schedule.timetableentry",
            ),
        ),
        migrations.AlterField(
            model_name="lessonreceiver",
            name="lesson",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="receivers",
                to="schedule.lesson",
            ),
        ),
        migrations.AlterField(
            model_name="lessonreceiver",
            name="class_group",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="received_lessons",
                to="roster.classgroup",
            ),
        ),
        migrations.AddIndex(
            model_name="lesson",
            index=models.Index(
                condition=models.Q(("entry__isnull", False)), fields=["entry_day"], name="lesson_entry_day"
            ),
        ),
    ]
