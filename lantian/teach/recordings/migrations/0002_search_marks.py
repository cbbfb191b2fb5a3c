"""Recordings, and the lessons they open to more people, mark themselves for the search."""

from django.db import migrations

from lantian.commons.search.engine.marks import marks, marks_of_rows


class Migration(migrations.Migration):
    dependencies = [
        ("recordings", "0001_initial"),
        ("search", "0002_marks"),
        ("live", "0007_live_nodes"),
        ("media", "0003_held"),
    ]
    operations = [
        *marks(
            "recordings_recording",
            {
                "recording": "SELECT id FROM changed",
                "lesson": "SELECT s.lesson_id FROM changed JOIN live_livesession s ON s.id = changed.session_id",
            },
            of=("title", "organization_id", "state", "audience", "region_id", "chapters", "taught_at"),
        ),
        marks_of_rows(
            "media_stream",
            ("state",),
            {
                "recording": """
                    SELECT r.id FROM recordings_recording r JOIN live_livesession s ON s.id = r.session_id
                     WHERE s.stream_id = NEW.id
                """
            },
        ),
    ]
