"""What workflows do by the clock."""

from lantian.commons.workflow import services
from lantian.kernel.jobs import periodic


@periodic("workflow.overdue", cron="*/10 * * * *")
def overdue(timestamp: int) -> None:
    """Late decisions are reminded of, handed up or passed."""
    services.end_overdue()
