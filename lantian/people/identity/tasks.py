"""Jobs of identity."""

from lantian.kernel.jobs import job, periodic
from lantian.people.identity.services import recovery


@job("identity.send_recovery_code")
def send_recovery_code(account: str) -> None:
    recovery.send_code(account)


@periodic("identity.forget_recovery_codes", cron="41 17 * * *")
def forget_recovery_codes(timestamp: int) -> None:
    """Codes are for minutes, and counted for a day."""
    recovery.forget_old_codes()
