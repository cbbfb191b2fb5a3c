"""Series, and the lessons they open to more people, mark themselves for the search."""

from django.db import migrations

from lantian.commons.search.engine.marks import marks


class Migration(migrations.Migration):
    dependencies = [("series", "0002_known_start"), ("search", "0002_marks")]
    operations = [
        *marks(
            "series_series",
            {
                "series": "SELECT id FROM changed",
                "lesson": "SELECT e.lesson_id FROM changed JOIN series_serieslesson e ON e.series_id = changed.id",
            },
            of=(
                "title", "words", "organization_id", "teacher_id", "teacher_note", "created_by_id", "subject", "stage",
                "access", "region_id", "alliance_id", "state",
            ),
        ),
        *marks(
            "series_serieslesson",
            {"series": "SELECT series_id FROM changed", "lesson": "SELECT lesson_id FROM changed"},
            of=("lesson_id",),
        ),
    ]
