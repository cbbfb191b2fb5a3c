"""Jobs of the privacy app."""

from lantian.kernel.jobs import job, periodic
from lantian.people.privacy import services
from lantian.people.privacy.services.erasing import ERASE


@job(ERASE)
def erase(erasure: str) -> None:
    services.run_erasure(erasure)


@periodic("privacy.erase_due", cron="11 * * * *")
def erase_due(timestamp: int) -> None:
    services.erase_due()


@periodic("privacy.apply_retention", cron="41 18 * * *")  # at night in China
def apply_retention(timestamp: int) -> None:
    services.apply_retention()
