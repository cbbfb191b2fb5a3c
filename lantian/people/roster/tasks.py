"""Jobs of the roster, and what it does by the clock."""

from lantian.kernel.jobs import job, periodic
from lantian.people.roster import services


@job("roster.promote")
def promote(run: str) -> None:
    services.run_promotion(run)


@periodic("roster.refresh_people_search", cron="7 16 * * *")  # seven minutes past midnight in China
def refresh_people_search(timestamp: int) -> None:
    """Memberships and offices have begun and ended with the day; the rows by which people are found follow."""
    services.refresh_people_search()


@job("roster.batch")
def batch(batch: str) -> None:
    services.run_batch(batch)


@periodic("roster.forget_codes", cron="23 * * * *")
def forget_codes(timestamp: int) -> None:
    """New activation codes are kept for a day, to be printed."""
    services.forget_old_codes()


@periodic("roster.watch_grants", cron="11 16 * * *")
def watch_grants(timestamp: int) -> None:
    """Roles that end soon, and those that have ended with the day."""
    services.watch_grants()
