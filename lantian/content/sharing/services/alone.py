"""One worker at one thing, until it is done or its process dies."""

import contextlib
from collections.abc import Iterator

from django.db import connection


@contextlib.contextmanager
def alone(name: str) -> Iterator[bool]:
    """Whether nobody else is at it; until the block's end nobody will be. A killed process lets go by itself."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 2))", [name])
        held = bool(cursor.fetchone()[0])
    try:
        yield held
    finally:
        if held:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 2))", [name])
