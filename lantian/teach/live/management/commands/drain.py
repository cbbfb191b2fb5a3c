"""`lantian drain NODE`: take a live process out of service; its lessons go on elsewhere. `lantian nodes` lists
them."""

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from lantian.kernel.rules import SYSTEM
from lantian.teach.live import queries, services
from lantian.teach.live.errors import NoSuchNode
from lantian.teach.live.models import LiveNode


class Command(BaseCommand):
    help = "Hand the lessons of one live process on to the others; it takes no new ones until it is started again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("node")
        parser.add_argument("--patience", type=float, default=60.0, help="seconds to wait for its last lesson")

    def handle(self, *args: Any, **options: Any) -> None:
        name = options["node"]
        try:
            services.drain_node(name, by=SYSTEM)
        except NoSuchNode as error:
            names = ", ".join(LiveNode.objects.values_list("name", flat=True))
            raise CommandError(f"{error.message}: {name} ({names})") from error
        until = time.monotonic() + options["patience"]
        while (left := queries.sessions_on(name)) and time.monotonic() < until:
            time.sleep(0.1)
        if left:
            raise CommandError(f"{name}: {left}")
        self.stdout.write(f"{name}: 0")
