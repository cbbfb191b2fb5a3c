"""What the boxes of the settings showed from the beginning was once written down as chosen, also by those who changed something else.

For notices about safety that took from them the text messages of urgent ones, for which the boxes as they were shown are empty. A
category whose boxes were left as they were shown is no choice; the form has not written one since.
"""

from django.conf import settings
from django.db import migrations

SHOWN = ("push", "mail")


def forget_what_was_left(apps, schema_editor):
    mail = bool(settings.LANTIAN_MAIL_URL or settings.LANTIAN_DEMO)
    usual = [set(SHOWN), set(SHOWN if mail else SHOWN[:1])]  # without a mail server its boxes were not shown
    rows = apps.get_model("messaging", "Preference").objects.exclude(channels={}).only("channels")
    changed = []
    for row in rows.iterator():
        chosen = {category: ways for category, ways in row.channels.items() if set(ways) not in usual}
        if chosen != row.channels:
            row.channels = chosen
            changed.append(row)
    rows.model.objects.bulk_update(changed, ["channels"], batch_size=500)


class Migration(migrations.Migration):
    dependencies = [("messaging", "0002_deliveries")]

    operations = [migrations.RunPython(forget_what_was_left, migrations.RunPython.noop)]
