"""Jobs of recordings."""

from lantian.kernel.jobs import job, periodic
from lantian.teach.recordings import services


@job("recordings.make", queue="media")
def make(making: str) -> None:
    services.run_making(making)


@periodic("recordings.catch_up", cron="7 * * * *")
def catch_up(timestamp: int) -> None:
    """Recordings for sessions that have none yet."""
    services.catch_up()
