"""What series do by the clock."""

from lantian.kernel.jobs import periodic
from lantian.teach.series import services


@periodic("series.announce", cron="*/5 * * * *")
def announce(timestamp: int) -> None:
    """Followers hear of lessons that begin within half an hour."""
    services.announce_lessons()
