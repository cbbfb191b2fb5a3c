"""What a page shall see of a run while its transaction is under way: written on a connection of its own."""

import time
from types import TracebackType
from typing import Self
from uuid import UUID

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

EVERY_S = 0.5
# The job that brings a run forward.
JOB = "exchange.proceed"


class Stopped(Exception):
    """Somebody asked to cancel the run."""


class Outside:
    """Progress told and cancelling heard, outside the caller's transaction."""

    def __init__(self, run_id: UUID) -> None:
        self.run_id = run_id
        self._connection: BaseDatabaseWrapper = connections.create_connection("default")
        self._next = 0.0
        self._held = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._held:  # the connection goes back to its pool, and would take the lock along
            with self._connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock_all()")
        self._connection.close()

    def hold(self, *, patience_s: float = 0) -> bool:
        """Be the one worker at this run until the end, or until this process dies; False when another stays at it."""
        until = time.monotonic() + patience_s
        while True:
            with self._connection.cursor() as cursor:
                cursor.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 1))", [f"exchange:{self.run_id}"])
                self._held = bool(cursor.fetchone()[0])
            if self._held or time.monotonic() >= until:
                return self._held
            time.sleep(0.2)

    def tell(self, phase: str, done: int, total: int, *, now: bool = False) -> None:
        """Say how far it is, at most twice a second unless `now`. Raises Stopped when cancelling was asked for."""
        moment = time.monotonic()
        if not now and moment < self._next:
            return
        self._next = moment + EVERY_S
        with self._connection.cursor() as cursor:
            cursor.execute(
                # where the caller's own transaction holds the row there is nothing to tell until it ends
                "UPDATE exchange_importrun SET phase = %s, done = %s, total = %s WHERE id ="
                " (SELECT id FROM exchange_importrun WHERE id = %s FOR UPDATE SKIP LOCKED) RETURNING cancel_asked",
                [phase, done, total, self.run_id],
            )
            row = cursor.fetchone()
        if row and row[0]:
            raise Stopped
