"""What of a node stands in the search marks its document when it changes; a framework that is published marks all of its nodes."""

from django.db import migrations

from lantian.commons.search.engine.marks import marks


class Migration(migrations.Migration):
    dependencies = [("taxonomy", "0001_initial"), ("search", "0001_initial")]
    operations = [
        *marks(
            "taxonomy_node",
            # what stands below is found by the titles above it, too
            {
                "node": "SELECT id FROM changed UNION SELECT below.id FROM changed"
                " JOIN taxonomy_node AS below ON below.path <@ changed.path"
            },
            of=("title", "words", "code", "framework_id", "path", "retired_at"),
        ),
        *marks(
            "taxonomy_framework",
            {"node": "SELECT node.id FROM taxonomy_node AS node WHERE node.framework_id IN (SELECT id FROM changed)"},
            of=("name", "subject", "stage", "state"),
        ),
    ]
