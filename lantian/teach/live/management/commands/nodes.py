"""`lantian nodes`: the live processes, how they stand, how many lessons and sockets each has, and when it was last seen."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from lantian.kernel.rules import SYSTEM
from lantian.teach.live import queries, services


class Command(BaseCommand):
    help = "List the live processes, or take one off the list that will not come back."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--forget", metavar="NODE")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["forget"]:
            services.forget_node(options["forget"], by=SYSTEM)
        for node in queries.live_nodes():
            self.stdout.write(f"{node.name:12} {node.state:9} {node.lessons:4} {node.sockets:6} {node.quiet_s:8.1f} s")
