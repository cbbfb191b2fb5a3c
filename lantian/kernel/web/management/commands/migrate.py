"""Django's `migrate`, which makes an empty database from a snapshot of the tables instead of step by step (ADR 0038).

The snapshot, `config/schema.sql`, is what all migrations together make, written by `make schema`; a test compares the two. It is
used only when it stands for exactly the migrations that are there, and a database that does not take it (another PostgreSQL, say)
gets the steps.
"""

import re
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser
from django.core.management.commands import migrate
from django.db import DatabaseError, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

SNAPSHOT = Path(settings.BASE_DIR) / "config" / "schema.sql"
STANDS_FOR = re.compile(r"^-- migration (\S+) (\S+)$", re.MULTILINE)
Steps = list[tuple[str, str]]


def snapshot(path: Path = SNAPSHOT) -> tuple[str, Steps]:
    """The snapshot's SQL and the migrations it stands for, none when there is no snapshot."""
    text = path.read_text() if path.exists() else ""
    return text, STANDS_FOR.findall(text)


def make_at_once(connection: BaseDatabaseWrapper) -> bool:
    """Make an empty database from the snapshot; whether it was made."""
    text, steps = snapshot()
    there = set(MigrationLoader(connection, replace_migrations=False).disk_migrations)
    if not steps or there != set(steps) or connection.introspection.table_names():
        return False
    try:
        with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
            cursor.execute(text)
            cursor.execute("RESET ALL")
            recorder = MigrationRecorder(connection)
            rows = recorder.Migration.objects.using(connection.alias)
            rows.bulk_create(recorder.Migration(app=app, name=name) for app, name in steps)
    except DatabaseError:
        return False
    connection.close()  # what the snapshot set for its session does not outlive it
    return True


class Command(migrate.Command):
    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--step-by-step",
            action="store_true",
            help="Apply each migration, also where the snapshot of the tables would do.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        others = ("app_label", "fake", "fake_initial", "plan", "check_unapplied", "step_by_step")
        if not any(options[name] for name in others):
            made = make_at_once(connections[options["database"]])
            if made and options["verbosity"] >= 1:
                self.stdout.write("Made the tables from config/schema.sql.")
        super().handle(*args, **options)
