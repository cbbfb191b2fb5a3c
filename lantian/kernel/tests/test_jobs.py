"""Jobs that a killed worker leaves behind."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest
from django.db import connection, transaction
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from lantian.kernel import jobs

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def empty_queue():
    """Procrastinate's tables are not Django's: nobody empties them between tests."""
    yield
    ProcrastinateJob.objects.filter(task_name__startswith="kernel.test_").delete()


@jobs.job("kernel.test_retried")
def retried() -> None:
    """Nothing: only its place in the queue matters."""


@jobs.job("kernel.test_once", retry=None)
def once_only() -> None:
    """Nothing, and never again."""


def left_doing(name: str, *, attempts: int = 0, heard_s: int | None = 3600) -> int:
    """A job in the hand of a worker last heard of `heard_s` seconds ago (None: no worker is known any more)."""
    jobs.enqueue(name, lock=name)
    job = ProcrastinateJob.objects.latest("id")
    with connection.cursor() as cursor:
        worker = None
        if heard_s is not None:
            cursor.execute(
                "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - make_interval(secs => %s)) RETURNING id",
                [heard_s],
            )
            worker = cursor.fetchone()[0]
        cursor.execute(
            "UPDATE procrastinate_jobs SET status = 'doing', attempts = %s, worker_id = %s WHERE id = %s",
            [attempts, worker, job.pk],
        )
    return job.pk


def by_the_clock(task) -> None:
    async def run() -> None:
        async with app.with_connector(app.connector.get_worker_connector()).open_async() as worker:
            await task.func(SimpleNamespace(app=worker), 0)

    asyncio.run(run())


def state_of(job: int) -> str:
    return ProcrastinateJob.objects.get(pk=job).status


@pytest.mark.parametrize("heard_s", [3600, None])
def test_a_job_of_a_worker_that_is_gone_waits_again(heard_s):
    job = left_doing("kernel.test_retried", heard_s=heard_s)
    by_the_clock(jobs.take_up_again)
    assert state_of(job) == "todo"
    assert ProcrastinateJob.objects.get(pk=job).attempts == 1


def test_a_job_under_way_is_left_alone():
    job = left_doing("kernel.test_retried", heard_s=20)
    by_the_clock(jobs.take_up_again)
    assert state_of(job) == "doing"


def test_a_job_that_takes_the_worker_with_it_again_and_again_is_given_up():
    job = left_doing("kernel.test_retried", attempts=jobs.MOST_ATTEMPTS)
    by_the_clock(jobs.take_up_again)
    assert state_of(job) == "failed"


def test_a_job_without_a_retry_is_not_run_twice_but_holds_its_lock_no_longer():
    job = left_doing("kernel.test_once")
    by_the_clock(jobs.take_up_again)
    assert state_of(job) == "failed"


@pytest.mark.parametrize(
    ("state", "days", "stays"),
    [("succeeded", 8, False), ("succeeded", 6, True), ("failed", 8, True), ("todo", 8, True)],
)
def test_jobs_done_a_week_ago_are_forgotten(state, days, stays):
    job = left_doing("kernel.test_retried")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = %s WHERE id = %s", [state, job])
        cursor.execute(
            "UPDATE procrastinate_events SET at = now() - make_interval(days => %s) WHERE job_id = %s", [days, job]
        )
    by_the_clock(jobs.forget_done)
    assert ProcrastinateJob.objects.filter(pk=job).exists() is stays


@pytest.fixture
def in_a_worker():
    """As in a worker's process: Procrastinate has a connection of its own."""
    with app.replace_connector(app.connector.get_worker_connector()), app.open():
        yield


def waiting() -> int:
    return ProcrastinateJob.objects.filter(task_name="kernel.test_retried").count()


def seen_by_others() -> int:
    """What a connection beside this one sees."""
    with ThreadPoolExecutor(1) as beside:

        def look() -> int:
            try:
                return waiting()
            finally:
                connection.close()

        return beside.submit(look).result()


@pytest.mark.parametrize("many", [False, True])
def test_a_job_that_a_job_defers_is_there_when_its_transaction_commits_and_not_before(in_a_worker, many):
    with transaction.atomic():
        if many:
            jobs.enqueue_many("kernel.test_retried", [{}, {}])
        else:
            jobs.enqueue("kernel.test_retried", once="kernel.test_retried")
        assert seen_by_others() == 0
    assert seen_by_others() == 1 + many


def test_a_job_that_a_job_defers_goes_with_a_transaction_that_is_rolled_back(in_a_worker):
    with transaction.atomic():
        jobs.enqueue("kernel.test_retried")
        transaction.set_rollback(True)
    assert waiting() == 0
