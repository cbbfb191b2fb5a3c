"""What the search does by the clock."""

from lantian.commons.search import services
from lantian.kernel.jobs import periodic


@periodic("search.forget_marks", cron="17 * * * *")
def forget_marks(timestamp: int) -> None:
    """Marks that every copy of the index has passed are dropped."""
    services.forget_old_marks()


@periodic("search.build_anew", cron="43 18 * * 6")
def build_anew(timestamp: int) -> None:
    """Once a week, at night: what was taken out of the index stands in its files until they are written anew."""
    services.want_rebuild()
