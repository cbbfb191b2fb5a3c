"""Jobs of the roster."""

from lantian.kernel.jobs import job
from lantian.people.roster import services


@job("roster.promote")
def promote(run: str) -> None:
    services.run_promotion(run)
