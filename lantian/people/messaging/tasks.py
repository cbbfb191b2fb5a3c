"""Jobs of messages."""

from uuid import UUID

from lantian.kernel.jobs import job, periodic
from lantian.people.messaging import services


@job("messaging.spread")
def spread(notice: str) -> None:
    services.run_spreading(notice)


@job("messaging.deliver")
def deliver(channel: str) -> None:
    services.deliver_due(channel)


@periodic("messaging.wake", cron="* * * * *")
def wake(timestamp: int) -> None:
    """What was held has become due; what failed is tried again; what a killed worker had in hand is taken up."""
    services.wake_all()


@job("messaging.confirm_mail")
def confirm_mail(person: str) -> None:
    services.send_confirmation(UUID(person))
