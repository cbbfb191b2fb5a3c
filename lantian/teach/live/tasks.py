"""Jobs of live lessons."""

from lantian.kernel.jobs import job
from lantian.teach.live import services


@job("live.render_pages", queue="media")
def render_pages(upload: str) -> None:
    services.render_page_upload(upload)
