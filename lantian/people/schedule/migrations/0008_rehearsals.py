# A rehearsal is a lesson that only the school's staff may see.

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("schedule", "0007_merging")]

    operations = [
        migrations.AlterField(
            model_name="lesson",
            name="access",
            field=models.CharField(
                choices=[("alliance", "联盟内"), ("public", "公开"), ("rehearsal", "试讲")],
                default="alliance",
                max_length=10,
            ),
        ),
        migrations.AddConstraint(
            model_name="lesson",
            constraint=models.CheckConstraint(
                condition=models.Q(("access", "rehearsal"), _negated=True)
                | models.Q(("alliance__isnull", True), ("class_group__isnull", True)),
                name="lesson_rehearsal_alone",
            ),
        ),
    ]
