"""What the people floor has in the index marks itself when it changes; documents that stand above it do so in migrations of theirs."""

from django.db import migrations

from lantian.commons.search.engine.marks import marks, marks_of_rows

ITSELF = "SELECT id FROM changed"


class Migration(migrations.Migration):
    dependencies = [("search", "0001_initial"), ("roster", "0012_search_by_slices"), ("schedule", "0009_seats")]
    operations = [
        *marks(
            "roster_organization",
            {"organization": ITSELF},
            of=("name", "short_name", "code", "kind", "stages", "path", "is_active"),
        ),
        # what lies below a unit carries its token; so does what names its name
        marks_of_rows("roster_organization", ("name", "short_name", "path"), {"~u": "SELECT NEW.id"}),
        *marks(
            "roster_classgroup",
            {"class": ITSELF},
            of=("name", "stage", "is_active", "organization_id"),
        ),
        marks_of_rows("roster_classgroup", ("organization_id",), {"~c": "SELECT NEW.id"}),
        marks_of_rows("roster_person", ("name",), {"~p": "SELECT NEW.id"}),
        *marks(
            "schedule_lesson",
            {"lesson": ITSELF},
            of=(
                "title", "summary", "subject", "stage", "teacher_id", "organization_id", "class_group_id", "room_id",
                "alliance_id", "starts_at", "state", "access",
            ),
        ),
        *marks(
            "schedule_lessonreceiver",
            {"lesson": "SELECT lesson_id FROM changed"},
            of=("lesson_id", "class_group_id", "room_id"),
        ),
    ]
