"""Jobs of the media engine."""

from lantian.content.media import services
from lantian.kernel.jobs import periodic


@periodic("media.sweep_deleted", cron="41 18 * * *")
def sweep_deleted(timestamp: int) -> None:
    """Remove what deletions left on the disk."""
    services.sweep_deleted()
