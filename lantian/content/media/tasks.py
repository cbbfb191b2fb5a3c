"""Jobs of the media engine."""

from datetime import timedelta

from django.conf import settings

from lantian.content.media import services
from lantian.kernel.jobs import periodic
from lantian.kernel.rules import SYSTEM


@periodic("media.expire_streams", cron="41 18 * * *")
def expire_streams(timestamp: int) -> None:
    """Delete what is older than recordings are kept; 0 keeps them for good."""
    days = settings.LANTIAN_KEEP_RECORDINGS_DAYS
    if days > 0:
        services.expire_streams(older_than=timedelta(days=days), by=SYSTEM)
