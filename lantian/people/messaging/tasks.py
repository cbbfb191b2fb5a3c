"""Jobs of messages."""

from lantian.kernel.jobs import job
from lantian.people.messaging import services


@job("messaging.spread")
def spread(notice: str) -> None:
    services.run_spreading(notice)
