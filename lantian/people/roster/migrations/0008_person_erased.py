from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("roster", "0007_batches")]

    operations = [
        migrations.AddField(
            model_name="person",
            name="erased_at",
            field=models.DateTimeField(
                blank=True, editable=False, help_text="since when only an id and a pseudonym are left", null=True
            ),
        ),
    ]
