"""Jobs of resources."""

from lantian.content.resources import services
from lantian.content.resources.services import objects
from lantian.content.resources.services.objects import JOB as SENDING
from lantian.kernel.jobs import job, periodic


@job("resources.take_in")
def take_in(upload: str) -> None:
    """Look at a file that has arrived."""
    services.take_in(upload)


@job("resources.make_preview")
def make_preview(blob: str) -> None:
    """The PDF of an office document."""
    services.make_preview(blob)


@job("resources.make_film")
def make_film(blob: str) -> None:
    """Renditions of a film, for a while."""
    services.make_film(blob)


@job("resources.draw_covers")
def draw_covers() -> None:
    """Small pictures of files, for lists."""
    services.draw_covers()


@job(SENDING)
def send() -> None:
    """Files to the S3."""
    services.send_waiting()


@periodic("resources.send_on", cron="* * * * *")
def send_on(timestamp: int) -> None:
    """What could not be sent before, or had come before an S3 was set."""
    objects.ask_sending()


@periodic("resources.sweep_bucket", cron="43 19 * * *")
def sweep_bucket(timestamp: int) -> None:
    """At night in China: what the S3 has of files that are gone."""
    services.sweep_bucket()


@periodic("resources.tidy", cron="17 * * * *")
def tidy(timestamp: int) -> None:
    """Uploads that nobody goes on with, files that nothing points to, files that no scanner has seen."""
    services.expire_uploads()
    services.sweep_blobs()
    services.scan_waiting()
    services.ask_missing_previews()
    services.ask_covers()
    services.sweep_films()
    services.ask_waiting_films()
    services.tidy_cache()
