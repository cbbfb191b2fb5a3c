import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("schedule", "0004_timetable"), ("roster", "0001_initial")]

    operations = [
        migrations.AlterField(
            model_name="occupancy",
            name=field,
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="occupancies",
                to=to,
            ),
        )
        for field, to in (("room", "schedule.room"), ("teacher", "roster.person"), ("class_group", "roster.classgroup"))
    ]
