"""Jobs of the journal."""

from lantian.kernel.jobs import job
from lantian.kernel.journal import services


@job("journal.deliver", queue="events")
def deliver(sequence: int) -> None:
    services.deliver(sequence)


@job("journal.deliver_many", queue="events")
def deliver_many(sequences: list[int]) -> None:
    services.deliver_many(sequences)
