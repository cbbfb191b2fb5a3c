"""Jobs of the exchange."""

from lantian.kernel.jobs import job, periodic
from lantian.people.exchange import services
from lantian.people.exchange.services.outside import JOB


@job(JOB, queue="imports", retry=None)
def proceed(run_id: str, resumed: bool = False) -> None:
    # whoever brought the run to its present state may still be putting its things away
    services.proceed(run_id, patience_s=0 if resumed else 10)


@periodic("exchange.resume", cron="* * * * *")
def resume(timestamp: int) -> None:
    services.resume()


@periodic("exchange.forget_old", cron="41 18 * * *")
def forget_old(timestamp: int) -> None:
    services.forget_old()
