"""Jobs of suggestions."""

from lantian.content.suggested import services
from lantian.kernel.jobs import periodic


@periodic("suggested.rebuild", cron="40 18 * * *")
def rebuild(timestamp: int) -> None:
    """In the night the model is made anew."""
    services.rebuild()
