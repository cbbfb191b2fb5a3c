"""Background work: one thin face over Procrastinate (queue and schedule in PostgreSQL).

A job is deferred on the caller's database connection, so it exists if and only if the transaction commits. It runs at least
once; name its `lock` when two of a kind must not run at the same time.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from django.db.models import Count
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

F = TypeVar("F", bound=Callable[..., Any])

DEFAULT_RETRY = RetryStrategy(max_attempts=6, exponential_wait=3)


def job(name: str, *, queue: str = "default", retry: RetryStrategy | None = DEFAULT_RETRY) -> Callable[[F], F]:
    """Declare a job under `app.verb`. Arguments must be JSON (ids as text)."""

    def declare(function: F) -> F:
        app.task(name=name, queue=queue, retry=retry or False)(function)
        return function

    return declare


def periodic(name: str, *, cron: str, queue: str = "default") -> Callable[[F], F]:
    """Declare a job that runs by the clock (`cron` in UTC). The function takes the scheduled unix time."""

    def declare(function: F) -> F:
        task = app.task(name=name, queue=queue, queueing_lock=name, pass_context=False)(function)
        app.periodic(cron=cron)(task)
        return function

    return declare


def enqueue(name: str, *, lock: str | None = None, once: str | None = None, **arguments: Any) -> bool:
    """Defer a job by name. `once`: skip (and return False) while a job with this queueing lock is still waiting."""
    try:
        app.configure_task(name, lock=lock, queueing_lock=once).defer(**arguments)
    except AlreadyEnqueued:
        return False
    return True


def jobs_by_state() -> dict[str, int]:
    """How many jobs wait ("todo"), run ("doing") and have failed for good ("failed"); finished ones are not counted."""
    from procrastinate.contrib.django.models import ProcrastinateJob

    rows = ProcrastinateJob.objects.filter(status__in=("todo", "doing", "failed")).order_by().values_list("status")
    return dict(rows.annotate(n=Count("pk")))
