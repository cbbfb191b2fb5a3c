"""What the timetable does by itself."""

from datetime import timedelta

from django.utils import timezone

from lantian.kernel.jobs import job, periodic
from lantian.people.schedule.services import make_lessons

AHEAD = timedelta(days=21)  # people plan the next weeks by them; what changes later is followed


@job("schedule.make_lessons")
def make() -> None:
    """Lessons of the next three weeks, after something was changed."""
    today = timezone.localdate()
    make_lessons(today, today + AHEAD)


@periodic("schedule.keep_lessons", cron="17 * * * *")
def keep(timestamp: int) -> None:
    """Every hour: a new day comes into reach, and holidays may have been set."""
    make()
