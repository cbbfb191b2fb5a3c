"""Jobs of packs."""

from lantian.content.packs import services
from lantian.kernel.jobs import periodic


@periodic("packs.tidy", cron="41 3 * * *")
def tidy(timestamp: int) -> None:
    """Packs that were deleted some weeks ago go for good."""
    services.sweep_deleted()
