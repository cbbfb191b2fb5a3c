"""Jobs of connect."""

from lantian.kernel.jobs import periodic
from lantian.people.connect import services


@periodic("connect.forget_old_use", cron="23 19 * * *")
def forget_old_use(timestamp: int) -> None:
    services.forget_old_use()
    services.forget_spent_tokens()
