"""When a lesson begins as far as its followers know: of those that are there, what holds now."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("series", "0001_initial"), ("schedule", "0009_seats")]

    operations = [
        migrations.AddField(
            model_name="serieslesson",
            name="known_start",
            field=models.DateTimeField(
                blank=True,
                help_text="when it begins as far as followers know; none: they know that it is not held",
                null=True,
            ),
        ),
        migrations.AlterField(
            model_name="serieslesson",
            name="told_for",
            field=models.DateTimeField(
                blank=True, help_text="the beginning that followers were reminded of", null=True
            ),
        ),
        migrations.RunSQL(
            """
            UPDATE series_serieslesson e SET known_start = l.starts_at FROM schedule_lesson l
             WHERE l.id = e.lesson_id AND l.state <> 'cancelled'
            """,
            migrations.RunSQL.noop,
        ),
    ]
