"""What the desk does by itself."""

from datetime import timedelta

from django.utils import timezone

from lantian.kernel.jobs import periodic
from lantian.teach.desk import services

BACK = timedelta(days=2)


@periodic("desk.settle", cron="*/10 * * * *")
def settle(timestamp: int) -> None:
    """Lessons that nobody opened come to no end that anybody tells of; presence may come late. Writes differences only."""
    today = timezone.localdate()
    services.settle_days(today - BACK, today)


@periodic("desk.keep_tickets", cron="*/5 * * * *")
def keep_tickets(timestamp: int) -> None:
    """What a school's desk let lie goes up; what was solved long ago is closed."""
    services.keep_tickets()
