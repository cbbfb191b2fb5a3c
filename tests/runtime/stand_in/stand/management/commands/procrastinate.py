import signal
import time
from typing import Any

from django.core.management.base import BaseCommand


class Command(BaseCommand):
    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("verb")
        parser.add_argument("--concurrency", type=int)
        parser.add_argument("--shutdown-graceful-timeout", type=float)

    def handle(self, *args: Any, **options: Any) -> None:
        signal.signal(signal.SIGTERM, lambda *_: exit(0))
        print("working", flush=True)
        time.sleep(3600)
