"""Jobs of following."""

from lantian.content.follows import services
from lantian.kernel.jobs import periodic


@periodic("follows.gather", cron="20 16 * * *")
def gather(timestamp: int) -> None:
    """Those who follow something hear of what is new, once a day."""
    services.gather()
