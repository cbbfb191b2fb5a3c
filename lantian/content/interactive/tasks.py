"""Jobs of interactive packages."""

from lantian.content.interactive import services
from lantian.kernel.jobs import job, periodic


@job("interactive.unpack")
def unpack(blob: str) -> None:
    """Lay a package's files out."""
    services.unpack(blob)


@periodic("interactive.tidy", cron="27 * * * *")
def tidy(timestamp: int) -> None:
    """What lies unpacked for files that are gone."""
    services.sweep_packages()
