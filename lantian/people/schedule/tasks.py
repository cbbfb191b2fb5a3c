"""What the timetable does by itself."""

from django.utils import timezone

from lantian.kernel.jobs import job, periodic
from lantian.people.schedule.services import AHEAD, close_alliances, expire_invitations, make_lessons


@job("schedule.make_lessons")
def make() -> None:
    """Lessons of the next three weeks, after something was changed."""
    today = timezone.localdate()
    make_lessons(today, today + AHEAD)


@periodic("schedule.keep_lessons", cron="17 * * * *")
def keep(timestamp: int) -> None:
    """Every hour: a new day comes into reach."""
    make()


@periodic("schedule.keep_alliances", cron="7 16 * * *")
def keep_alliances(timestamp: int) -> None:
    """Just after midnight in the schools: what has run out is over, and who did not answer is not asked any more."""
    today = timezone.localdate()
    close_alliances(today)
    expire_invitations(today)
