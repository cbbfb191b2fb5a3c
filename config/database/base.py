"""Django's PostgreSQL backend, whose pool throws all its connections away when one of them is found dead.

After a restart of the database all that lie in the pool are dead at once. psycopg_pool finds them one at a time, and waits twice
as long after each: with four of them the first request waits 7 s, with five it is refused after 10 s.
"""

from contextlib import suppress
from typing import Any

from django.db.backends.postgresql import base
from psycopg import Connection
from psycopg_pool import ConnectionPool


def check_connection(connection: "Connection[Any]") -> None:
    """As the pool's own check, which raises when the connection is dead; then those that lie beside it are renewed too."""
    try:
        ConnectionPool.check_connection(connection)
    except Exception:
        with suppress(AttributeError):  # one that has left its pool meanwhile
            connection._pool.drain()  # type: ignore[union-attr]  # Django takes a connection's pool from there too
        raise


class DatabaseWrapper(base.DatabaseWrapper):
    @property
    def pool(self) -> "ConnectionPool[Any] | None":
        pool: ConnectionPool[Any] | None = super().pool
        if pool is not None:
            pool._check = check_connection  # Django names the pool's own check itself and takes no other by its options
        return pool
