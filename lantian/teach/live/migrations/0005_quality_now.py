"""How a player does at this moment, with what, and minute by minute."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("live", "0004_chat_words")]

    operations = [
        migrations.AddField(
            model_name="qualityreport",
            name="still_since",
            field=models.DateTimeField(blank=True, help_text="no picture runs since then", null=True),
        ),
        migrations.AddField(
            model_name="qualityreport",
            name="lag_now_ms",
            field=models.PositiveIntegerField(blank=True, help_text="as last reported", null=True),
        ),
        migrations.AddField(
            model_name="qualityreport",
            name="device",
            field=models.CharField(blank=True, help_text="of a class: kind of browser and system", max_length=40),
        ),
        migrations.AddField(
            model_name="qualityreport",
            name="minutes",
            field=models.JSONField(blank=True, default=list, help_text="of a class: rows of engine.presence.Minute"),
        ),
    ]
