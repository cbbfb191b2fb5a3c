"""What of a resource stands in the search marks its document when it changes."""

from django.db import migrations

from lantian.commons.search.engine.marks import marks, marks_of_rows


class Migration(migrations.Migration):
    dependencies = [("resources", "0001_initial"), ("search", "0001_initial")]
    operations = [
        *marks(
            "resources_resource",
            {"resource": "SELECT id FROM changed"},
            of=(
                "title", "words", "keywords", "purpose", "subject", "stage", "kind", "audience", "reach", "region_id",
                "organization_id", "author_id", "state", "current_id", "submitted_at", "stars", "mark",
            ),
        ),
        # what is said of a published file by and by
        marks_of_rows(
            "resources_blob",
            ("text",),
            {"resource": "SELECT resource_id FROM resources_resourceversion WHERE blob_id = NEW.sha256"},
        ),
    ]
