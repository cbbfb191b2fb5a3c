"""Jobs of the exchange."""

from lantian.kernel.jobs import job, periodic
from lantian.people.exchange import services
from lantian.people.exchange.services.exporting import JOB as EXPORT_JOB
from lantian.people.exchange.services.outside import JOB


@job(JOB, queue="imports", retry=None)
def proceed(run_id: str, resumed: bool = False) -> None:
    # whoever brought the run to its present state may still be putting its things away
    services.proceed(run_id, patience_s=0 if resumed else 10)


@periodic("exchange.resume", cron="* * * * *")
def resume(timestamp: int) -> None:
    services.resume()


@periodic("exchange.forget_pulls", cron="*/20 * * * *")
def forget_pulls(timestamp: int) -> None:
    services.forget_pulls()


@job(EXPORT_JOB, queue="imports")
def export(export_id: str) -> None:
    services.run_export(export_id)


@periodic("exchange.expire_exports", cron="*/30 * * * *")
def expire_exports(timestamp: int) -> None:
    services.expire_exports()


@periodic("exchange.remove_strays", cron="47 * * * *")
def remove_strays(timestamp: int) -> None:
    services.remove_strays()
