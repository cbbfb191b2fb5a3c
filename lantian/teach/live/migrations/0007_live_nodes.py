"""Several live processes: which of them there are, and which one has a session."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("live", "0006_rendition")]

    operations = [
        migrations.CreateModel(
            name="LiveNode",
            fields=[
                ("name", models.CharField(max_length=32, primary_key=True, serialize=False)),
                (
                    "state",
                    models.CharField(
                        choices=[("serving", "在服务"), ("draining", "正在移走课堂"), ("gone", "已停止")],
                        default="serving",
                        max_length=8,
                    ),
                ),
                ("address", models.CharField(blank=True, max_length=200)),
                ("generation", models.UUIDField()),
                ("started_at", models.DateTimeField()),
                ("seen_at", models.DateTimeField()),
                ("steady_since", models.DateTimeField()),
                ("lessons", models.PositiveIntegerField(default=0)),
                ("sockets", models.PositiveIntegerField(default=0)),
            ],
            options={"ordering": ("name",)},
        ),
        migrations.AddField(
            model_name="livesession",
            name="node",
            field=models.CharField(
                blank=True, help_text="the live process that has it, or is to take it", max_length=32
            ),
        ),
        migrations.AddField(
            model_name="livesession",
            name="term",
            field=models.PositiveIntegerField(
                default=0, help_text="one more with each taking: who has an older one writes nothing"
            ),
        ),
    ]
