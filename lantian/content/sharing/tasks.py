"""Jobs of sharing."""

from lantian.content.sharing import services
from lantian.content.sharing.services.bulk import JOB as IMPORT_JOB
from lantian.content.sharing.services.cartridges import JOB as CARTRIDGE_JOB
from lantian.content.sharing.services.harvesting import JOB as HARVEST_JOB
from lantian.kernel.jobs import job, periodic


@job(IMPORT_JOB, queue="imports", retry=None)
def proceed(run: str) -> None:
    """Go on with an import of a folder."""
    services.proceed_import(run)


@job(CARTRIDGE_JOB, queue="imports", retry=None)
def take_apart(cartridge: str) -> None:
    """Read a course from another platform, or go on importing it."""
    services.proceed_cartridge(cartridge)


@job(HARVEST_JOB, queue="imports", retry=None)
def harvest(harvest: str) -> None:
    """Go on asking another region."""
    services.proceed_harvest(harvest)


@periodic("sharing.resume", cron="* * * * *")
def resume(timestamp: int) -> None:
    """Take up what a killed worker left, and ask those whose turn it is."""
    services.resume_imports()
    services.resume_cartridges()
    services.start_due()
