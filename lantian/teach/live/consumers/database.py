"""The live process's one door to the ORM: a few threads of its own, so that a slow database holds up nobody but itself."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import ParamSpec, TypeVar

from django.db import DatabaseError, InterfaceError, close_old_connections

P = ParamSpec("P")
T = TypeVar("T")

THREADS = 3
AWAY: tuple[type[BaseException], ...] = (DatabaseError, InterfaceError)


class DatabaseAway(Exception):
    """The database did not answer. Keep what was to be written, and try again."""


class Database:
    """Runs plain functions that use the ORM."""

    def __init__(self) -> None:
        self.threads = ThreadPoolExecutor(THREADS, "live-database")
        self.answers = True

    async def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The function's result. Raises DatabaseAway, or whatever else the function raises."""
        loop = asyncio.get_running_loop()
        try:
            result = await loop.run_in_executor(self.threads, partial(_inside, function, *args, **kwargs))
        except AWAY as error:
            self.answers = False
            raise DatabaseAway(type(error).__name__) from error
        self.answers = True
        return result

    def close(self) -> None:
        self.threads.shutdown(wait=False, cancel_futures=True)


def _inside(function: Callable[..., T], *args: object, **kwargs: object) -> T:
    close_old_connections()
    try:
        return function(*args, **kwargs)
    finally:
        close_old_connections()
