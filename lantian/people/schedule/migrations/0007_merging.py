# What is about a teacher has a reverse name, so that it goes along when two records are merged. No column changes.

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("schedule", "0006_alliances_whole"), ("roster", "0010_bulk_writes")]

    operations = [
        migrations.AlterField(
            model_name="timetablechange",
            name="teacher",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="timetable_changes",
                to="roster.person",
            ),
        ),
        migrations.AlterField(
            model_name="calendarfeed",
            name="teacher",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="calendar_feeds",
                to="roster.person",
            ),
        ),
    ]
