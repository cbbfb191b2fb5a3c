"""Outcomes summed by class and day."""

import django.db.models.deletion
from django.db import migrations, models

CAUSES = [
    ('cancelled', '课取消了'),
    ('never_opened', '主讲没有开播'),
    ('no_picture', '主讲开播了，没有画面'),
    ('cut_short', '主讲中途停了'),
    ('teacher_line', '主讲线路断了'),
    ('platform', '平台故障'),
    ('no_screen', '班里没有登记大屏'),
    ('screen_off', '大屏没有打开'),
    ('class_line', '本班网络断续'),
    ('player', '浏览器放不出来'),
    ('sound_blocked', '大屏没有声音'),
    ('came_late', '班级来晚了'),
    ('left_early', '班级提前退出'),
    ('unknown', '原因不明'),
]


def _key(name: str, to: str, **more: object) -> tuple[str, models.Field]:
    field = models.ForeignKey(
        db_constraint=False,
        db_index=False,
        on_delete=django.db.models.deletion.DO_NOTHING,
        related_name="+",
        to=to,
        **more,
    )
    return name, field


class Migration(migrations.Migration):
    dependencies = [("desk", "0001_initial"), ("roster", "0010_bulk_writes"), ("schedule", "0006_alliances_whole")]

    operations = [
        migrations.CreateModel(
            name="Tally",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("day", models.DateField()),
                ("cause", models.CharField(blank=True, choices=CAUSES, max_length=14)),
                ("planned", models.IntegerField()),
                ("held", models.IntegerField()),
                ("corrected", models.IntegerField()),
                ("seconds", models.BigIntegerField()),
                ("planned_seconds", models.BigIntegerField()),
                ("stalls", models.BigIntegerField()),
                _key("alliance", "schedule.alliance", null=True),
                _key("class_group", "roster.classgroup"),
                _key("organization", "roster.organization"),
                _key("sender", "roster.organization"),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("class_group", "day", "organization", "sender", "alliance", "cause"),
                        name="tally_once",
                        nulls_distinct=False,
                    )
                ],
                "indexes": [
                    models.Index(fields=["day", "organization"], name="tally_day"),
                    models.Index(fields=["organization", "day"], name="tally_organization"),
                    models.Index(fields=["sender", "day"], name="tally_sender"),
                ],
            },
        ),
    ]
