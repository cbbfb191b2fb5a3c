"""Pages are sheets of a lesson, in an order of their own; a sheet without a file is a blank board."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

ORDER = """
UPDATE live_lessonpage AS page SET lesson_id = found.lesson_id, position = found.place
FROM (
    SELECT p.id, u.lesson_id,
           row_number() OVER (PARTITION BY u.lesson_id ORDER BY u.created_at, u.id, p.number) - 1 AS place
    FROM live_lessonpage p JOIN live_pageupload u ON u.id = p.upload_id
) AS found
WHERE found.id = page.id
"""


class Migration(migrations.Migration):
    dependencies = [("live", "0002_lesson_events")]

    operations = [
        migrations.AlterField(
            "pageupload", "kind", models.CharField(help_text="content type by what is in it", max_length=80)
        ),
        migrations.AddField(
            "lessonpage",
            "lesson",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="lesson_pages",
                to="schedule.lesson",
            ),
        ),
        migrations.AddField(
            "lessonpage",
            "position",
            models.PositiveIntegerField(default=0, help_text="in the lesson; gaps are no matter"),
        ),
        migrations.AddField(
            "lessonpage", "name", models.CharField(blank=True, help_text="as the teacher calls it", max_length=80)
        ),
        migrations.RunSQL(ORDER, migrations.RunSQL.noop),
        # rows written in a transaction hold back changes to their table until deferred constraints were looked at
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", "SET CONSTRAINTS ALL IMMEDIATE"),
        migrations.AlterField(
            "lessonpage",
            "lesson",
            models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="lesson_pages", to="schedule.lesson"
            ),
        ),
        migrations.AlterField(
            "lessonpage", "position", models.PositiveIntegerField(help_text="in the lesson; gaps are no matter")
        ),
        migrations.AlterField(
            "lessonpage",
            "upload",
            models.ForeignKey(
                blank=True,
                help_text="empty: a blank board",
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="pages",
                to="live.pageupload",
            ),
        ),
        migrations.AlterField(
            "lessonpage",
            "number",
            models.PositiveSmallIntegerField(default=0, help_text="in its file; 0: a blank board"),
        ),
        migrations.AlterField("lessonpage", "width", models.PositiveSmallIntegerField(default=0)),
        migrations.AlterField("lessonpage", "height", models.PositiveSmallIntegerField(default=0)),
        migrations.AlterField("lessonpage", "image", models.CharField(blank=True, max_length=80)),
        migrations.AlterField("lessonpage", "thumb", models.CharField(blank=True, max_length=80)),
        migrations.AddIndex(
            "lessonpage", models.Index(fields=["lesson", "position"], name="lesson_page_order")
        ),
        migrations.AddConstraint(
            "lessonpage",
            models.CheckConstraint(
                condition=Q(upload__isnull=True, image="") | (Q(upload__isnull=False) & ~Q(image="")),
                name="lesson_page_picture",
            ),
        ),
    ]
