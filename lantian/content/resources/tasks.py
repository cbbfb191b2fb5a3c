"""Jobs of resources."""

from lantian.content.resources import services
from lantian.kernel.jobs import job, periodic


@job("resources.take_in")
def take_in(upload: str) -> None:
    """Look at a file that has arrived."""
    services.take_in(upload)


@job("resources.make_preview")
def make_preview(blob: str) -> None:
    """The PDF of an office document."""
    services.make_preview(blob)


@job("resources.draw_covers")
def draw_covers() -> None:
    """Small pictures of files, for lists."""
    services.draw_covers()


@periodic("resources.tidy", cron="17 * * * *")
def tidy(timestamp: int) -> None:
    """Uploads that nobody goes on with, files that nothing points to, files that no scanner has seen."""
    services.expire_uploads()
    services.sweep_blobs()
    services.scan_waiting()
    services.ask_missing_previews()
    services.ask_covers()
