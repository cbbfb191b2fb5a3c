"""A database and Django over it, for benchmarks that act through the services or read through the queries."""

import contextlib
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from runtime.postgres import EmbeddedPostgres


@dataclass(frozen=True)
class Started:
    """The platform's home, and the process of its database (0 when it is not known)."""

    home: Path
    server: int


@contextlib.contextmanager
def database(
    *,
    throwaway: bool = False,
    settings: dict[str, str] | None = None,
    environment: dict[str, str] | None = None,
    kept: Path | None = None,
) -> Iterator[Started]:
    """An embedded database with all tables, and Django set up on it; gone at the end of the block, unless its home is `kept`.

    `throwaway` takes the settings of a test's database instead of a real server's, `settings` are PostgreSQL's own,
    `environment` is set before Django reads it. One for a process: Django is set up once.
    """
    with contextlib.ExitStack() as stack:
        home = kept or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="lantian-bench-")))
        home.mkdir(parents=True, exist_ok=True)
        home.chmod(0o700)
        with EmbeddedPostgres(home, throwaway=throwaway, settings=settings or {}) as server:
            os.environ |= {
                "DATABASE_URL": server.url,
                "LANTIAN_HOME": str(home),
                "DJANGO_SETTINGS_MODULE": "config.settings",
            } | (environment or {})
            import django

            django.setup()
            from django.core.management import call_command

            call_command("migrate", verbosity=0)
            yield Started(home, server.pid or 0)
