"""What of a pack stands in the search marks its document when it changes."""

from django.db import migrations

from lantian.commons.search.engine.marks import marks


class Migration(migrations.Migration):
    dependencies = [("packs", "0001_initial"), ("search", "0001_initial")]
    operations = [
        *marks(
            "packs_pack",
            {"pack": "SELECT id FROM changed"},
            of=(
                "title", "words", "subject", "stage", "reach", "region_id", "organization_id", "owner_id", "changed_at",
                "deleted_at",
            ),
        ),
        *marks("packs_packitem", {"pack": "SELECT pack_id FROM changed"}, of=("resource_id",)),
    ]
