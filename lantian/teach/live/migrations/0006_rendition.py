"""Which rendition a player plays, and what its line carries."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("live", "0005_quality_now")]

    operations = [
        migrations.AddField(
            model_name="qualityreport",
            name="rendition",
            field=models.CharField(blank=True, help_text="as last reported: full, small or sound", max_length=5),
        ),
        migrations.AddField(
            model_name="qualityreport",
            name="kbps",
            field=models.PositiveIntegerField(
                blank=True, help_text="of the line, as far as the player can tell", null=True
            ),
        ),
    ]
