"""`lantian recorders`: the process between recorder boxes and the live process (part of `lantian up`)."""

import asyncio
import os
import signal
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from lantian.kernel.confined import lesser_user
from lantian.teach.recorders.consumers.gateway import Gateway
from lantian.teach.recorders.consumers.whip import Whip


class Command(BaseCommand):
    help = "Bring what recorder boxes and cameras send into lessons (part of `lantian up`)."

    def handle(self, *args: Any, **options: Any) -> None:
        folder = Path(os.environ.get("LANTIAN_DOOR_FOLDER") or settings.LANTIAN_HOME / "run")
        whip = None
        if settings.LANTIAN_WHIP:
            whip = Whip(Path(settings.LANTIAN_JANUS_SOCKET), Path(settings.LANTIAN_JANUS_SECRETS))
        gateway = Gateway(folder, user=lesser_user(), rtmp_port=settings.LANTIAN_RTMP_PORT, whip=whip)
        asyncio.run(_until_told(gateway))


async def _until_told(gateway: Gateway) -> None:
    work = asyncio.create_task(gateway.run())
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, work.cancel)
    try:
        await work
    except asyncio.CancelledError:
        return
