"""Jobs of the media engine."""

from lantian.content.media import services
from lantian.kernel.jobs import job, periodic


@periodic("media.sweep_deleted", cron="41 18 * * *")
def sweep_deleted(timestamp: int) -> None:
    """Remove what deletions left on the disk and in the S3."""
    services.sweep_deleted()


@job("media.forget_offsite")
def forget_offsite(token: str) -> None:
    """Delete what the S3 has of a stream; while that is away, again later, and at last with the nightly sweep."""
    services.offsite.forget(token)


@job("media.show_cut")
def show_cut(stream: str, first: int | None, last: int | None, mark: str) -> None:
    """Bring a stream's lists in the S3 to what was cut when that was away."""
    services.show_cut(stream, first, last, mark)
