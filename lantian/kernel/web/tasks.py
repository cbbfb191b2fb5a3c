from lantian.kernel.jobs import periodic
from lantian.kernel.web import once


@periodic("web.forget_submissions", cron="17 19 * * *")
def forget_submissions(timestamp: int) -> None:
    once.forget_old()
