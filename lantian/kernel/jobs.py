"""Background work: one thin face over Procrastinate (queue and schedule in PostgreSQL).

A job is deferred on the caller's database connection, so it exists if and only if the transaction commits; in a worker too, whose
own connection is another (`_deferrer`). It runs at least once, also when a worker dies with it in hand (`take_up_again`); name
its `lock` when two of a kind must not run at the same time.
"""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import Count
from procrastinate import JobContext, RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.exceptions import AlreadyEnqueued
from procrastinate.jobs import JobDeferrer, Status
from procrastinate.manager import JobManager

F = TypeVar("F", bound=Callable[..., Any])

MOST_ATTEMPTS = 6
DEFAULT_RETRY = RetryStrategy(max_attempts=MOST_ATTEMPTS, exponential_wait=3)
KEEP_HOURS = (
    7 * 24
)  # what is done, for whoever looks into what happened; jobs of every minute are half a million a year
SILENT_S = 60  # workers give a sign every 10 s: one silent for so long is gone


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


_on_callers_connection = JobManager(DjangoConnector())


def _deferrer(name: str, *, lock: str | None = None, queueing_lock: str | None = None) -> JobDeferrer:
    """Defers on Django's connection, wherever we are.

    Within a worker Procrastinate's app has a connection of its own: a job deferred there by a job would begin before the
    transaction that made its rows commits, and find none; and would be there after one that was rolled back.
    """
    deferrer = app.configure_task(name, lock=lock, queueing_lock=queueing_lock)
    deferrer.job_manager = _on_callers_connection
    return deferrer


def enqueue(name: str, *, lock: str | None = None, once: str | None = None, **arguments: Any) -> bool:
    """Defer a job by name. `once`: skip (and return False) while a job with this queueing lock is still waiting."""
    task = _deferrer(name, lock=lock, queueing_lock=once)
    if once is None:
        task.defer(**arguments)
        return True
    try:
        with transaction.atomic():  # the database's no must not end the caller's transaction
            task.defer(**arguments)
    except AlreadyEnqueued:
        return False
    return True


def enqueue_many(name: str, arguments: Sequence[dict[str, Any]]) -> None:
    """Defer a job by name for each of many sets of arguments, in one statement."""
    if arguments:
        _deferrer(name).batch_defer(*arguments)


def jobs_by_state() -> dict[str, int]:
    """How many jobs wait ("todo"), run ("doing") and have failed for good ("failed"); finished ones are not counted."""
    from procrastinate.contrib.django.models import ProcrastinateJob

    rows = ProcrastinateJob.objects.filter(status__in=("todo", "doing", "failed")).order_by().values_list("status")
    return dict(rows.annotate(n=Count("pk")))


@app.periodic(cron="* * * * *")
@app.task(name="jobs.take_up_again", queueing_lock="jobs.take_up_again", pass_context=True)
async def take_up_again(context: JobContext, timestamp: int) -> None:
    """Let go of the jobs that a killed worker had in hand: left "doing" they would never run, and keep their lock for ever.

    They wait again, unless they have had their attempts (a job may be what kills the worker) or were declared without a retry.
    """
    manager = context.app.job_manager
    for stalled in await manager.get_stalled_jobs(seconds_since_heartbeat=SILENT_S):
        task = app.tasks.get(stalled.task_name)
        if task is not None and task.retry_strategy is not None and stalled.attempts < MOST_ATTEMPTS:
            await manager.retry_job(stalled)
        else:
            await manager.finish_job(stalled, status=Status.FAILED, delete_job=False)


@app.periodic(cron="27 18 * * *")
@app.task(name="jobs.forget_done", queueing_lock="jobs.forget_done", pass_context=True)
async def forget_done(context: JobContext, timestamp: int) -> None:
    """Drop jobs that succeeded a week ago; those that failed stay."""
    await context.app.job_manager.delete_old_jobs(nb_hours=KEEP_HOURS)
